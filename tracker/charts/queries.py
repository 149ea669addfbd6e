"""What charts are asked about: a week of a term, and the school's classes in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tracker.assessment.queries import SchoolWeek, school_week
from tracker.db import db
from tracker.disinfection.models import Department, Zone, ZoneOwner
from tracker.school.models import SchoolClass
from tracker.school.queries import classes_on

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Question:
    """What a chart is asked: about a week, as it is known now."""

    week: SchoolWeek
    classes: tuple[SchoolClass, ...]
    today: date
    now: datetime
    known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What several charts ask for, asked once."""

    def once(self, what: str, ask: Callable[[], Answer]) -> Answer:
        """What was asked for before, or is asked for now."""
        if what not in self.known:
            self.known[what] = ask()
        answer: Answer = self.known[what]
        return answer

    @property
    def class_ids(self) -> list[int]:
        """The classes, in the order of every list."""
        return [school_class.id for school_class in self.classes]

    @property
    def days(self) -> list[date]:
        """The term's school days until the end of the week."""
        return [day for day in self.week.term_days if day <= self.week.sunday]


def question(week: str | None, today: date, now: datetime) -> Question | None:
    """What is asked about a week, or about the newest; None if no school day of it has come."""
    found = school_week(week, today)
    return Question(found, tuple(classes_on(found.days[-1])), today, now) if found else None


def zones(day: date) -> list[tuple[Zone, SchoolClass | None]]:
    """The zones in the order of walking, each with the class that keeps it on a day, if a class does."""
    found: dict[int, tuple[Zone, SchoolClass | None]] = {}
    for zone, school_class in db.session.execute(
        sa.select(Zone, SchoolClass)
        .join(ZoneOwner, ZoneOwner.zone_id == Zone.id)
        .outerjoin(SchoolClass, SchoolClass.id == ZoneOwner.class_id)
        .where(ZoneOwner.valid_from <= day)
        .order_by(Zone.walk_order, Zone.id, ZoneOwner.valid_from.desc())
    ):
        found.setdefault(zone.id, (zone, school_class))
    return list(found.values())


def departments() -> dict[int, str]:
    """The departments' names, in the order in which they were made."""
    rows = db.session.execute(sa.select(Department.id, Department.name).order_by(Department.id))
    return {row.id: row.name for row in rows}
