"""The sheets the nurse has not checked yet, with what is unusual about them.  Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.db import db
from tracker.nurse.plausibility_rules import Hint, Values, hints_of
from tracker.school.models import CalendarDay, SchoolClass
from tracker.school.queries import class_order
from tracker.school.rules import TEACHING, Scope
from tracker.screening.models import Reading, Sheet, SheetVersion
from tracker.screening.rules import SessionCode


@dataclass(frozen=True)
class Unchecked:
    """A sheet that waits for the nurse's check."""

    sheet: Sheet
    version: SheetVersion
    school_class: SchoolClass
    hints: Sequence[Hint]

    @property
    def is_plain(self) -> bool:
        """Whether everybody on it is here and well."""
        one = self.version
        return one.expected == one.checked and not one.fever and not one.symptomatic


def unchecked(day: date, starts: Mapping[tuple[int, SessionCode], time]) -> list[Unchecked]:
    """The sheets of a day that wait for the nurse's check, by session and class.  One statement.

    `starts` tells when the session of a class starts.
    """
    values = _values(day)
    order = sa.case({code: n for n, code in enumerate(SessionCode)}, value=Sheet.session)
    rows = db.session.execute(
        sa.select(
            Sheet,
            SheetVersion,
            SchoolClass,
            values.c.count,
            values.c.lowest,
            values.c.highest,
            values.c.same,
        )
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .join(SchoolClass, SchoolClass.id == Sheet.class_id)
        .outerjoin(values, values.c.sheet_id == Sheet.id)
        .where(Sheet.day == day, Sheet.confirmed_at.is_(None))
        .order_by(order, *class_order())
    )
    found = []
    for sheet, version, school_class, *summed in rows:
        start = starts.get((sheet.class_id, sheet.session), time.min)
        early = clock.local(version.at).time() < start
        seen = Values(*summed) if summed[0] else Values()
        found.append(Unchecked(sheet, version, school_class, hints_of(seen, early=early)))
    return found


def _values(day: date) -> sa.Subquery:
    """The first readings of each sheet of a day, beside those of the school day before."""
    first, before, earlier = aliased(Reading), aliased(Reading), aliased(Sheet)
    day_before = (
        sa.select(sa.func.max(CalendarDay.day))
        .where(CalendarDay.scope == Scope.SCHOOL, CalendarDay.day < day, CalendarDay.day_type.in_(TEACHING))
        .scalar_subquery()
    )
    return (
        sa.select(
            first.sheet_id.label("sheet_id"),
            sa.func.count().label("count"),
            sa.func.min(first.tenths).label("lowest"),
            sa.func.max(first.tenths).label("highest"),
            sa.func.count(before.student_id).label("same"),
        )
        .select_from(first)
        .join(Sheet, Sheet.id == first.sheet_id)
        .outerjoin(
            earlier,
            sa.and_(
                earlier.class_id == Sheet.class_id,
                earlier.session == Sheet.session,
                earlier.day == day_before,
                earlier.head.is_not(None),
            ),
        )
        .outerjoin(
            before,
            sa.and_(
                before.sheet_id == earlier.id,
                before.student_id == first.student_id,
                before.seq == 1,
                before.struck_at.is_(None),
                before.tenths == first.tenths,
            ),
        )
        .where(Sheet.day == day, first.seq == 1, first.struck_at.is_(None))
        .group_by(first.sheet_id)
        .subquery()
    )
