"""What charts are asked about: a week of a term, and the school's classes in it."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.assessment.queries import SchoolWeek, school_week
from tracker.school.models import SchoolClass
from tracker.school.queries import classes_on


@dataclass(frozen=True)
class Question:
    """What a chart is asked: about a week, as it is known now."""

    week: SchoolWeek
    classes: tuple[SchoolClass, ...]
    today: date
    now: datetime

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
