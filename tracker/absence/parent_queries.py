"""Reading what guardians have told the school.  Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.absence.models import Episode, Leave, ParentCall
from tracker.absence.queries import live_columns, live_join, live_of, of_class_now, sheets_of_day
from tracker.absence.rules import LiveEpisode
from tracker.accounts.models import User
from tracker.db import db
from tracker.school.models import Enrolment, SchoolClass, Student

SHOWN_FOR = timedelta(days=14)
"""So long an unread call stands in the queue, holidays included."""


@dataclass(frozen=True)
class ParentCallSeen:
    """A noted call as teacher and nurse read it."""

    noted: ParentCall
    name: str
    school_class: SchoolClass
    seat: int | None
    by_name: str

    @property
    def class_id(self) -> int:
        """The class whose teacher reads it."""
        return self.school_class.id


def _calls(today: date, *where: sa.ColumnElement[bool]) -> list[ParentCallSeen]:
    rows = db.session.execute(
        sa.select(ParentCall, Student.name, SchoolClass, Enrolment.seat, User.name)
        .select_from(ParentCall)
        .join(Student, Student.id == ParentCall.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(User, User.id == ParentCall.by)
        .where(*where)
        .order_by(ParentCall.at)
    )
    return [ParentCallSeen(*row) for row in rows]


def unread(class_ids: Collection[int] | None, today: date) -> list[ParentCallSeen]:
    """The calls about children of some classes, or (None) of all, that nobody has read yet."""
    of_class = [Enrolment.class_id.in_(class_ids)] if class_ids is not None else []
    since = clock.at(today - SHOWN_FOR, time())
    return _calls(today, ParentCall.read_at.is_(None), ParentCall.at >= since, *of_class)


def parent_call(number: int, today: date) -> ParentCallSeen | None:
    """One noted call."""
    return next(iter(_calls(today, ParentCall.id == number)), None)


@dataclass(frozen=True)
class Receipt:
    """What the noter keeps of a call: of which class, and whether it was read; no child, no health."""

    at: datetime
    school_class: SchoolClass
    read_at: datetime | None
    read_by: str | None


def receipts(by: int, today: date) -> list[Receipt]:
    """What somebody has noted today, newest first."""
    reader = aliased(User)
    rows = db.session.execute(
        sa.select(ParentCall.at, SchoolClass, ParentCall.read_at, reader.name)
        .select_from(ParentCall)
        .join(Enrolment, sa.and_(Enrolment.student_id == ParentCall.student_id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(reader, reader.id == ParentCall.read_by)
        .where(ParentCall.by == by, ParentCall.at >= clock.at(today, time()))
        .order_by(ParentCall.at.desc())
    )
    return [Receipt(*row) for row in rows]


def is_seen(student_id: int, class_id: int, day: date) -> bool:
    """Whether the sheets of a day show a student present at last."""
    return sheets_of_day(class_id, day, [student_id])[student_id].last_present is True


def newest_episode(student_id: int) -> LiveEpisode | None:
    """A student's newest absence that is not void."""
    row = db.session.execute(
        sa.select(*live_columns()).select_from(Episode).where(live_join(student_id))
    ).one_or_none()
    return live_of(row) if row else None


def has_leave(student_id: int, since: date, until: date) -> bool:
    """Whether leave was entered for any of these days."""
    found = sa.exists().where(
        Leave.student_id == student_id,
        Leave.from_on <= until,
        Leave.to_on >= since,
        Leave.cancelled_at.is_(None),
    )
    return bool(db.session.scalar(sa.select(found)))
