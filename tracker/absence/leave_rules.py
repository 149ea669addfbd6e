"""Leave entered ahead: from a half-day to a half-day.  No database, no web."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.screening.rules import HalfDay

LONGEST_DAYS = 150
"""A leave longer than this is a leave of school, which the office enters."""


class LeaveRefusal(StrEnum):
    """Why a leave is not taken."""

    ENDS_BEFORE_START = "ends_before_start"
    IN_PAST = "in_past"
    TOO_LONG = "too_long"
    OVERLAPS = "overlaps"
    NOT_ENROLLED = "not_enrolled"
    NO_SCHOOL_DAY = "no_school_day"
    OVER = "over"


@dataclass(frozen=True, order=True)
class Half:
    """A half-day of the calendar; they compare in the order of time."""

    day: date
    is_afternoon: bool

    @classmethod
    def of(cls, day: date, half: HalfDay) -> "Half":
        """The half-day of a leave's edge."""
        return cls(day, half is HalfDay.AFTERNOON)


def refusal_of(first: Half, last: Half, today: date) -> tuple[LeaveRefusal, str] | None:
    """Why a leave cannot be entered ahead by its edges alone, and at which field; None if it can."""
    if first.day < today:
        return LeaveRefusal.IN_PAST, "from_on"
    if last < first:
        return LeaveRefusal.ENDS_BEFORE_START, "to_on"
    if (last.day - first.day).days > LONGEST_DAYS:
        return LeaveRefusal.TOO_LONG, "to_on"
    return None


def overlap(first: Half, last: Half, other_first: Half, other_last: Half) -> bool:
    """Whether two leaves share a half-day."""
    return first <= other_last and other_first <= last
