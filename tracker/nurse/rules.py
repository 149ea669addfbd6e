"""Closing the day: when it is refused.  No database, no web."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a day is not closed."""

    NOTHING_ASKED = "nothing_asked"
    IN_FUTURE = "in_future"
    STILL_OPEN = "still_open"
    CHILDREN_OPEN = "children_open"
    SUMS_CHANGED = "sums_changed"
