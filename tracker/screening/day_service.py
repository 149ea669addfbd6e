"""Changing what a day is, and what that makes of the sheets it asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any

from tracker.school import service as school
from tracker.school.rules import DayType, ExcuseCode, Level, Scope
from tracker.screening import day_queries
from tracker.screening.service import Moment
from tracker.screening.session_rules import newly_due


def change_day(
    by: int, moment: Moment, day: date, place: tuple[Scope, int], day_type: DayType, reason: str, **hours: Any
) -> None:
    """What a day is from now on, as `school.change_day`; nobody is blamed for what it makes due at once."""
    with nobody_blamed(by, moment, day):
        school.change_day(by, moment.at, day, *place, day_type, reason, **hours)


def take_back(by: int, moment: Moment, day: date, place: tuple[Scope, int]) -> None:
    """Take a change of a day back, as `school.clear_day`, in the same way."""
    with nobody_blamed(by, moment, day):
        school.clear_day(by, moment.at, day, *place)


def set_level(
    by: int, moment: Moment, place: tuple[Scope, int], level: Level | None, valid_from: date, reason: str
) -> None:
    """The level that holds from a day on, as `school.set_level`; from today on nobody is blamed either."""
    with nobody_blamed(by, moment, moment.today):
        school.set_level(by, moment.at, moment.today, place, level, valid_from, reason)


@contextmanager
def nobody_blamed(by: int, moment: Moment, day: date) -> Iterator[None]:
    """Excuse the sessions that what is done inside makes due on a day without warning."""
    before = day_queries.asked_of_classes(day)
    yield
    if day > moment.today:
        return
    wall: time | None = moment.wall if day == moment.today else None
    for class_id, plans in day_queries.asked_of_classes(day).items():
        codes = [code.value for code in newly_due(before.get(class_id, []), plans, wall)]
        school.excuse(by, moment.at, class_id, day, codes, ExcuseCode.CHANGED)
