"""Reading one child of the roster: no word of health.  Nothing here writes."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.db import db
from tracker.school.models import Enrolment, Student
from tracker.school.rules import school_year_of

PROVISIONAL = "TEMP"


def has_number(number: str) -> bool:
    """Whether a number is a student's."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Student.number == number))))


def newest_place(number: str) -> tuple[int, int | None] | None:
    """The class and the seat the student of this number has now, or will have."""
    row = db.session.execute(
        sa.select(Enrolment.class_id, Enrolment.seat)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Student.number == number)
        .order_by(Enrolment.starts.desc())
        .limit(1)
    ).one_or_none()
    return (row.class_id, row.seat) if row else None


def shares_a_seat(number: str) -> bool:
    """Whether the newest place of the student of this number is somebody else's too, on any day."""
    mine, other = aliased(Enrolment), aliased(Enrolment)
    newest = (
        sa.select(mine.class_id, mine.seat, mine.starts, mine.ends, mine.student_id)
        .join(Student, Student.id == mine.student_id)
        .where(Student.number == number)
        .order_by(mine.starts.desc())
        .limit(1)
        .subquery()
    )
    taken = sa.exists().where(
        other.class_id == newest.c.class_id,
        other.seat == newest.c.seat,
        other.student_id != newest.c.student_id,
        sa.or_(other.ends.is_(None), other.ends >= newest.c.starts),
        sa.or_(newest.c.ends.is_(None), newest.c.ends >= other.starts),
    )
    return bool(db.session.scalar(sa.select(taken).select_from(newest)))


def next_provisional(day: date) -> str:
    """The next number for a child whose own has not come yet: `TEMP2026-007`."""
    head = f"{PROVISIONAL}{school_year_of(day)}-"
    last = db.session.scalar(sa.select(sa.func.max(Student.number)).where(Student.number.startswith(head)))
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:03}"


def known(student_id: int) -> Student | None:
    """A student of the school, now or once, who is still named."""
    found = db.session.get(Student, student_id)
    return found if found and found.removed_at is None else None
