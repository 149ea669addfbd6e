"""Who is not here yet, and whom nobody can account for.  Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.absence.models import Episode
from tracker.absence.rules import LIVE
from tracker.db import built_once, db
from tracker.gate.models import GatePass
from tracker.room.models import Stay
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import class_order, enrolled_on
from tracker.screening.missing_rules import TryResult, call_due, turns_at
from tracker.screening.models import Entry, NotHereCall, Sheet, SheetVersion
from tracker.screening.queries import seat_label
from tracker.screening.rules import AbsenceReason, SessionCode, State, VersionKind


@dataclass(frozen=True)
class NotHere:
    """A child whom the newest sheet of a class and day found not here yet, and nobody has seen since."""

    student_id: int
    name: str
    seat: int | None
    school_class: SchoolClass
    code: SessionCode
    sheet_id: int
    said_at: datetime
    deadline: datetime
    turned: bool
    """Whether the sheet says *absent, reason unknown* already, because it took too long."""
    tries: int
    last_try: TryResult | None
    last_try_at: datetime | None

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def label(self) -> str:
        return seat_label(self.seat, self.name)

    @property
    def call_due(self) -> datetime:
        """By when somebody calls first."""
        return call_due(self.deadline, self.said_at)

    @property
    def turns_at(self) -> datetime:
        """From when the child is unaccounted for."""
        return self.said_at if self.turned else turns_at(self.deadline, self.said_at)

    def is_unaccounted(self, now: datetime) -> bool:
        """Whether this is a matter of safety by now, be the sheet turned or not."""
        return self.turned or now >= self.turns_at


def not_here(class_ids: Collection[int] | None, day: date) -> list[NotHere]:
    """Who is not here yet on a day, by class and seat; None: of all classes.  One statement.

    The newest sheet of a class decides.  Whom the gate has entered since, who is on the way to the
    observation room, and of whom a call has told where they are, is accounted for.
    """
    statement = _not_here(day)
    if class_ids is not None:
        statement = statement.where(Sheet.class_id.in_(class_ids))
    return [NotHere(*row) for row in db.session.execute(statement)]


@built_once
def _not_here(day: date) -> "sa.Select[*tuple[Any, ...]]":
    said, later = aliased(SheetVersion), aliased(Sheet)
    order = sa.case({code: n for n, code in enumerate(SessionCode)}, value=Sheet.session)
    order_later = sa.case({code: n for n, code in enumerate(SessionCode)}, value=later.session)
    newer = sa.exists().where(
        later.class_id == Sheet.class_id,
        later.day == Sheet.day,
        later.head.is_not(None),
        order_later > order,
    )
    passed = sa.exists().where(
        GatePass.student_id == Entry.student_id, GatePass.at >= said.at, GatePass.struck_at.is_(None)
    )
    in_room = sa.exists().where(Stay.student_id == Entry.student_id, Stay.ended_at.is_(None))
    open_question = sa.exists().where(
        Episode.student_id == Entry.student_id,
        Episode.state.in_(LIVE),
        Episode.reason == AbsenceReason.UNKNOWN,
        Episode.back_on.is_(None),
    )
    turned = sa.and_(
        Entry.state == State.ABSENT,
        Entry.reason == AbsenceReason.UNKNOWN,
        said.kind == VersionKind.TURN,
        open_question,
    )
    # Who is missing since arrival is called about by arrival's deadline, whatever later sheets say.
    first, since, first_entry = aliased(Sheet), aliased(SheetVersion), aliased(Entry)
    first_deadline = (
        sa.select(sa.func.min(since.deadline))
        .join(first, first.id == since.sheet_id)
        .join(first_entry, sa.and_(first_entry.sheet_id == first.id, first_entry.since_no == since.no))
        .where(
            first.class_id == Sheet.class_id,
            first.day == Sheet.day,
            first.head.is_not(None),
            first_entry.student_id == Entry.student_id,
            first_entry.until_no.is_(None),
            first_entry.state == State.NOT_HERE,
        )
    )
    asked = aliased(Sheet)
    of_child = sa.and_(
        NotHereCall.student_id == Entry.student_id,
        sa.exists().where(asked.id == NotHereCall.sheet_id, asked.day == Sheet.day),
    )
    tries = sa.select(sa.func.count()).select_from(NotHereCall).where(of_child)
    newest = (
        sa.select(NotHereCall).where(of_child).order_by(NotHereCall.at.desc(), NotHereCall.no.desc()).limit(1)
    )
    return (
        sa.select(
            Entry.student_id,
            Student.name,
            Enrolment.seat,
            SchoolClass,
            Sheet.session,
            Sheet.id,
            said.at,
            sa.func.coalesce(first_deadline.scalar_subquery(), said.deadline),
            said.kind == VersionKind.TURN,
            tries.scalar_subquery(),
            newest.with_only_columns(NotHereCall.result).scalar_subquery(),
            newest.with_only_columns(NotHereCall.at).scalar_subquery(),
        )
        .select_from(Entry)
        .join(Sheet, Sheet.id == Entry.sheet_id)
        .join(said, sa.and_(said.sheet_id == Sheet.id, said.no == Entry.since_no))
        .join(Student, Student.id == Entry.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, *enrolled_on(day)))
        .join(SchoolClass, SchoolClass.id == Sheet.class_id)
        .where(
            Sheet.day == day,
            Sheet.head.is_not(None),
            Entry.until_no.is_(None),
            sa.or_(Entry.state == State.NOT_HERE, turned),
            Enrolment.class_id == Sheet.class_id,
            ~newer,
            ~passed,
            ~in_room,
        )
        .order_by(*class_order(), Enrolment.seat.is_(None), Enrolment.seat, Student.id)
    )


@dataclass(frozen=True)
class Missed:
    """What a sheet has said of a child before somebody entered that it has come."""

    code: SessionCode
    state: State
    reason: AbsenceReason | None
    kind: VersionKind


def before_it_came(class_id: int, day: date, student_id: int, by: int, at: datetime) -> Missed | None:
    """What a sheet said of a child until a version of somebody and an instant; None where none did.

    None too where a newer version has changed the child's line: that holds.
    """
    told, since, newer = aliased(SheetVersion), aliased(SheetVersion), aliased(Entry)
    is_newer = sa.or_(
        newer.since_no > told.no, sa.and_(newer.since_no == told.no, newer.until_no.is_not(None))
    )
    row = db.session.execute(
        sa.select(Sheet.session, Entry.state, Entry.reason, since.kind)
        .join(Sheet, Sheet.id == Entry.sheet_id)
        .join(told, sa.and_(told.sheet_id == Sheet.id, told.no == Entry.until_no))
        .join(since, sa.and_(since.sheet_id == Sheet.id, since.no == Entry.since_no))
        .where(
            Sheet.class_id == class_id,
            Sheet.day == day,
            Sheet.head.is_not(None),
            Entry.student_id == student_id,
            told.by == by,
            told.at == at,
            ~sa.exists().where(newer.sheet_id == Sheet.id, newer.student_id == student_id, is_newer),
        )
    ).one_or_none()
    if row is None:
        return None
    kind = VersionKind.TURN if row.kind is VersionKind.TURN else VersionKind.CORRECT
    return Missed(row.session, row.state, row.reason, kind)


def unaccounted(class_ids: Collection[int] | None, day: date, now: datetime) -> list[NotHere]:
    """Who is still not here long after the deadline: for the nurse and the duty leader."""
    return [one for one in not_here(class_ids, day) if one.is_unaccounted(now)]
