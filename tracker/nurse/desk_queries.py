"""Who waits for a retest, and whether the day is signed.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.accounts.models import User
from tracker.db import db
from tracker.nurse.models import DayClose
from tracker.room.models import Stay
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import enrolled_on
from tracker.screening.models import Entry, Fever, Reading, Sheet
from tracker.screening.rules import FeverState, State


@dataclass(frozen=True)
class WaitingChild:
    """A child that waits for its retest, or for the observation room once its fever is confirmed."""

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
    feverish: Sequence[WaitingChild]
    """Whose fever is confirmed, and who is still in class as far as anybody has said."""
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
    waits = sa.and_(Fever.state == FeverState.WAITING, Fever.day <= day)
    rows = db.session.execute(
        sa.select(
            Fever.id,
            Fever.opened_at,
            Student.name,
            SchoolClass,
            measured.label("tenths"),
            DayClose.at,
            User.name,
            Fever.state,
        )
        .select_from(always)
        .outerjoin(Fever, sa.or_(waits, _in_class(day)))
        .outerjoin(Student, Student.id == Fever.student_id)
        .outerjoin(Enrolment, sa.and_(Enrolment.student_id == Student.id, *enrolled_on(day)))
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(DayClose, sa.and_(DayClose.day == day, DayClose.no == newest))
        .outerjoin(User, User.id == DayClose.by)
        .order_by(Fever.opened_at, Fever.id)
    ).all()
    signed = Signed(rows[0][5], rows[0][6]) if rows[0][5] else None
    children = [(WaitingChild(*row[:5]), row[7]) for row in rows if row[0] is not None]
    return Desk(
        [one for one, state in children if state is FeverState.WAITING],
        [one for one, state in children if state is not FeverState.WAITING],
        signed,
    )


def _in_class(day: date) -> sa.ColumnElement[bool]:
    """The condition that a fever of a day is confirmed and nobody has seen to the child since.

    Seen to is who is or was in the observation room, or on the way there, since the first reading; and
    who is not in class by a sheet of the day.
    """
    reported = sa.exists().where(
        Stay.student_id == Fever.student_id,
        sa.or_(Stay.ended_at.is_(None), Stay.ended_at >= Fever.opened_at),
    )
    gone = sa.exists().where(
        Entry.student_id == Fever.student_id,
        Entry.until_no.is_(None),
        Entry.state.in_((State.ABSENT, State.LEFT, State.IN_ROOM)),
        Sheet.id == Entry.sheet_id,
        Sheet.day == day,
        Sheet.head.is_not(None),
    )
    return sa.and_(
        Fever.state == FeverState.CONFIRMED,
        Fever.day == day,
        sa.not_(reported.correlate(Fever)),
        sa.not_(gone.correlate(Fever)),
    )
