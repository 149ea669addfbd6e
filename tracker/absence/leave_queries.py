"""Reading the leaves that were entered ahead.  Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.absence.models import Leave
from tracker.absence.queries import of_class_now
from tracker.accounts.models import User
from tracker.db import db
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import class_order, enrolled_on


@dataclass(frozen=True)
class LeaveSeen:
    """A leave with whom it is about and who has entered it."""

    leave: Leave
    name: str
    seat: int | None
    school_class: SchoolClass
    by_name: str

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def label(self) -> str:
        """Seat and name: names may occur twice in a class."""
        return f"{self.seat:02} {self.name}" if self.seat else self.name


def leaves(class_ids: Collection[int] | None, today: date) -> list[LeaveSeen]:
    """Leaves that are not over, by day, class and seat; None: of all classes.  One statement."""
    only = [Enrolment.class_id.in_(class_ids)] if class_ids is not None else []
    return _seen(today, Leave.to_on >= today, Leave.cancelled_at.is_(None), *only)


def leave(leave_id: int, today: date) -> LeaveSeen | None:
    """A leave by its number, cancelled or not."""
    return next(iter(_seen(today, Leave.id == leave_id)), None)


def _seen(today: date, *where: sa.ColumnElement[bool]) -> list[LeaveSeen]:
    rows = db.session.execute(
        sa.select(Leave, Student.name, Enrolment.seat, SchoolClass, User.name)
        .join(Student, Student.id == Leave.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(User, User.id == Leave.by)
        .where(*where)
        .order_by(Leave.from_on, *class_order(), Enrolment.seat.is_(None), Enrolment.seat, Leave.id)
    )
    return [LeaveSeen(*row) for row in rows]


def live_leaves_of(student_id: int, since: date) -> list[Leave]:
    """A student's leaves from a day on that were not cancelled.

    The student's row is held, so that two who enter a leave at once see each other's.
    """
    db.session.execute(sa.select(Student.id).where(Student.id == student_id).with_for_update())
    return list(
        db.session.scalars(
            sa.select(Leave).where(
                Leave.student_id == student_id, Leave.to_on >= since, Leave.cancelled_at.is_(None)
            )
        )
    )


def counts_on(class_ids: Collection[int], day: date) -> dict[int, int]:
    """How many students of each class have a leave that covers some of a day."""
    rows = db.session.execute(
        sa.select(Enrolment.class_id, sa.func.count(Leave.student_id.distinct()))
        .join(Enrolment, sa.and_(Enrolment.student_id == Leave.student_id, *enrolled_on(day)))
        .where(
            Enrolment.class_id.in_(class_ids),
            Leave.from_on <= day,
            Leave.to_on >= day,
            Leave.cancelled_at.is_(None),
        )
        .group_by(Enrolment.class_id)
    )
    return {row[0]: row[1] for row in rows}
