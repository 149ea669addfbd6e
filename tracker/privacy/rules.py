"""How long what is kept, and why a student's data cannot be removed yet.  No database, no web."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

READINGS_KEY = "retention.readings_days"
YEARS_KEY = "retention.years"
MOST_DAYS = 365
YEARS = range(1, 11)


class Refusal(StrEnum):
    """Why something about kept data is refused."""

    AT_SCHOOL = "at_school"
    STILL_OPEN = "still_open"
    REMOVED_ALREADY = "removed_already"
    WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True)
class Retention:
    """How long the school keeps what."""

    readings_days: int = 0
    """So many days after a term's end its normal temperatures become counts."""
    years: int = 3
    """So many years after a term's end its cases are nobody's any longer, and the trail of deeds ends."""


@dataclass(frozen=True)
class Due:
    """Until which day, that one included, a run reaches; None: nothing is old enough."""

    readings: date | None
    cases: date | None
    trail: date


def due(retention: Retention, term_ends: list[date], today: date) -> Due:
    """How far retention reaches today: to the end of a whole term, so that no term is kept by halves."""
    trail = years_before(today, retention.years)
    over = [day for day in term_ends if (today - day).days > retention.readings_days]
    old = [day for day in term_ends if day < trail]
    return Due(max(over, default=None), max(old, default=None), trail)


def years_before(day: date, years: int) -> date:
    """The same day some years before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
