"""Reading who may live together: students with the same guardian's number.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.absence.models import Episode
from tracker.absence.queries import of_class_now
from tracker.absence.rules import LIVE
from tracker.db import built_once, db
from tracker.school.models import Enrolment, Guardian, SchoolClass, Student
from tracker.school.queries import class_order, enrolled_on

LARGEST_HOUSEHOLD = 5
"""A number that more children share is an office's or a home's, not a family's."""


@dataclass(frozen=True)
class Sibling:
    """A student who may live in the same household, and the absence that is followed up, if there is one."""

    name: str
    school_class: SchoolClass
    episode_id: int | None

    @property
    def class_id(self) -> int:
        """The class whose teacher follows it up."""
        return self.school_class.id


def household(student_id: int, today: date) -> list[Sibling]:
    """Who perhaps lives with a student: who shares the number of a guardian."""
    found = [Sibling(*row) for row in db.session.execute(_household(today), {"student_id": student_id})]
    return found if len(found) <= LARGEST_HOUSEHOLD else []


@built_once
def _household(today: date) -> "sa.Select[*tuple[Any, ...]]":
    own, other = aliased(Guardian), aliased(Guardian)
    shared = (
        sa.select(other.student_id)
        .join(own, own.phone_hash == other.phone_hash)
        .where(own.student_id == sa.bindparam("student_id"), other.student_id != sa.bindparam("student_id"))
    )
    return (
        sa.select(Student.name, SchoolClass, Episode.id)
        .select_from(Student)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(Episode, sa.and_(Episode.student_id == Student.id, Episode.state.in_(LIVE)))
        .where(Student.id.in_(shared), Student.removed_at.is_(None), *enrolled_on(today))
        .order_by(*class_order(), Enrolment.seat)
        .limit(LARGEST_HOUSEHOLD + 1)
    )
