"""Closing the day: when it is refused.  No database, no web."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a day is not closed."""

    NOTHING_ASKED = "nothing_asked"
    IN_FUTURE = "in_future"
    CLASSES_MISSING = "classes_missing"
    SUMS_CHANGED = "sums_changed"
