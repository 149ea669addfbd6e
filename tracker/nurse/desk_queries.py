"""Who waits for a retest, and whether the day is signed.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.accounts.models import User
from tracker.db import db
from tracker.nurse.models import DayClose
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import enrolled_on
from tracker.screening.models import Fever, Reading
from tracker.screening.rules import FeverState


@dataclass(frozen=True)
class WaitingChild:
    """A child that waits for its retest."""

    fever_id: int
    since: datetime
    name: str
    school_class: SchoolClass | None
    tenths: int | None
    """The newest reading."""


@dataclass(frozen=True)
class Signed:
    """Who signed the day's summary last, and when."""

    at: datetime
    by_name: str


@dataclass(frozen=True)
class Desk:
    """What lies on the nurse's desk."""

    waiting: Sequence[WaitingChild]
    """Who has waited longest comes first."""
    signed: Signed | None


def desk(day: date) -> Desk:
    """What lies on the desk on a day; a child that waits since an earlier day is not forgotten.

    One statement: a row for each child that waits, one at least, and the signature beside it.
    """
    always = sa.select(sa.literal(1).label("one")).subquery()
    later = aliased(DayClose)
    newest = sa.select(sa.func.max(later.no)).where(later.day == day).scalar_subquery()
    measured = (
        sa.select(Reading.tenths)
        .where(Reading.fever_id == Fever.id, Reading.struck_at.is_(None))
        .order_by(Reading.taken_at.desc(), Reading.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Fever.id,
            Fever.opened_at,
            Student.name,
            SchoolClass,
            measured.label("tenths"),
            DayClose.at,
            User.name,
        )
        .select_from(always)
        .outerjoin(Fever, sa.and_(Fever.state == FeverState.WAITING, Fever.day <= day))
        .outerjoin(Student, Student.id == Fever.student_id)
        .outerjoin(Enrolment, sa.and_(Enrolment.student_id == Student.id, *enrolled_on(day)))
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(DayClose, sa.and_(DayClose.day == day, DayClose.no == newest))
        .outerjoin(User, User.id == DayClose.by)
        .order_by(Fever.opened_at, Fever.id)
    ).all()
    signed = Signed(rows[0][5], rows[0][6]) if rows[0][5] else None
    waiting = [WaitingChild(*row[:5]) for row in rows if row[0] is not None]
    return Desk(waiting, signed)
