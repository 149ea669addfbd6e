"""Reading what is kept: who reads it, who may be removed, for how long.  Nothing here writes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.absence.models import Episode
from tracker.absence.rules import LIVE
from tracker.accounts.models import User
from tracker.audit.models import ReadLog
from tracker.db import Instant, db
from tracker.privacy import tables
from tracker.privacy.models import RetentionRun
from tracker.privacy.rules import READINGS_KEY, YEARS_KEY, Retention
from tracker.room.models import Stay
from tracker.school.models import Enrolment, SchoolClass, Student, Term
from tracker.school.queries import setting
from tracker.screening.models import Fever
from tracker.screening.rules import FeverState


def parts(numbers: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    """Numbers in parts that a statement can take."""
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


@dataclass(frozen=True)
class Reads:
    """How often a person opened a kind of page in some days."""

    name: str
    page: str
    days: int
    times: int
    last_at: datetime


def reads(since: date, until: date) -> list[Reads]:
    """Who opened which kind of page with health on it, and how often: no student, no health."""
    rows = db.session.execute(
        sa.select(
            User.name,
            ReadLog.page,
            sa.func.count(sa.distinct(ReadLog.day)),
            sa.func.sum(ReadLog.times),
            sa.func.max(ReadLog.last_at),
        )
        .join(User, User.id == ReadLog.user_id)
        .where(ReadLog.day.between(since, until))
        .group_by(User.id, User.name, ReadLog.page)
        .order_by(User.name, User.id, sa.func.sum(ReadLog.times).desc(), ReadLog.page)
    )
    return [Reads(*row) for row in rows]


@dataclass(frozen=True)
class Reading:
    """One person's reading of a page about one student on one day."""

    name: str
    page: str
    day: date
    times: int
    last_at: datetime


def readers_of(student_id: int, most: int = 200) -> list[Reading]:
    """Who opened a page about one student alone, the newest first."""
    rows = db.session.execute(
        sa.select(User.name, ReadLog.page, ReadLog.day, ReadLog.times, ReadLog.last_at)
        .join(User, User.id == ReadLog.user_id)
        .where(ReadLog.student_id == student_id)
        .order_by(ReadLog.last_at.desc(), ReadLog.user_id, ReadLog.page)
        .limit(most)
    )
    return [Reading(*row) for row in rows]


def is_enrolled(student_id: int, today: date) -> bool:
    """Whether a student is at the school, or will be."""
    found = sa.exists().where(
        Enrolment.student_id == student_id, sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= today)
    )
    return bool(db.session.scalar(sa.select(found)))


def open_students(among: Collection[int] | None = None) -> set[int]:
    """Students about whom something is open: an absence, a retest, a stay in the observation room."""
    found: set[int] = set()
    for column, is_open in (
        (Episode.student_id, Episode.state.in_(LIVE)),
        (Fever.student_id, Fever.state == FeverState.WAITING),
        (Stay.student_id, Stay.ended_at.is_(None)),
    ):
        asked = sa.select(column).where(is_open)
        found.update(db.session.scalars(asked if among is None else asked.where(column.in_(among))))
    return found


@dataclass(frozen=True)
class Gone:
    """A student who has left the school, and is still named."""

    student: Student
    school_class: SchoolClass
    left_on: date


def gone(today: date, student_id: int | None = None, *, removed_too: bool = False) -> list[Gone]:
    """Students who have left the school and are still named, who left last first."""
    last = (
        sa.select(Enrolment.student_id, sa.func.max(Enrolment.starts).label("starts"))
        .group_by(Enrolment.student_id)
        .subquery()
    )
    query = (
        sa.select(Student, SchoolClass, Enrolment.ends)
        .join(last, last.c.student_id == Student.id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, Enrolment.starts == last.c.starts))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Enrolment.ends < today)
        .order_by(Enrolment.ends.desc(), Student.pinyin, Student.id)
    )
    if student_id is not None:
        query = query.where(Student.id == student_id)
    if not removed_too:
        query = query.where(Student.removed_at.is_(None))
    return [Gone(row[0], row[1], row[2]) for row in db.session.execute(query) if row[2]]


def retention(day: date) -> Retention:
    """How long the school keeps what, as it is set."""
    shipped = Retention()
    readings, years = setting(READINGS_KEY, day), setting(YEARS_KEY, day)
    return Retention(
        shipped.readings_days if readings is None else int(readings),
        shipped.years if years is None else int(years),
    )


def is_set(day: date) -> bool:
    """Whether the administrator has ever set how long the school keeps what."""
    return setting(YEARS_KEY, day) is not None


def term_ends() -> list[date]:
    """The last day of every term."""
    return list(db.session.scalars(sa.select(Term.ends).order_by(Term.ends)))


def runs(most: int = 20) -> list[tuple[RetentionRun, str | None]]:
    """What retention has done, the newest first, with who let it run."""
    rows = db.session.execute(
        sa.select(RetentionRun, User.name)
        .outerjoin(User, User.id == RetentionRun.by)
        .order_by(RetentionRun.id.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def of_day(name: str, until: date) -> Any:
    """The condition of a table's rows that happened until a day, that one included."""
    column = tables.day_of(name)
    if column is None:
        return sa.false()
    if column.name == "sheet_id":
        sheet = tables.table("sheet")
        return column.in_(sa.select(sheet.c.id).where(sheet.c.day <= until))
    if isinstance(column.type, Instant):
        return column < clock.at(until + timedelta(days=1), time())
    return column <= until
