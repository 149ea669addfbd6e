"""Not here yet: by when to call, and when it is no longer only late.  No database, no web."""

from datetime import datetime, timedelta
from enum import StrEnum

from tracker.screening.rules import FIRST_CALL_MINUTES


class TryResult(StrEnum):
    """What a call about a child who is not here yet has brought."""

    NOT_REACHED = "not_reached"
    ON_THE_WAY = "on_the_way"


TURN_MINUTES = 20
"""So long after the deadline, whoever is still not here is absent, reason unknown."""
LATEST_SAID_MINUTES = 10
"""A sheet that came late leaves so much time for the first call."""


def call_due(deadline: datetime, said_at: datetime) -> datetime:
    """By when somebody calls first about a child whom a sheet of `said_at` found not here yet."""
    return max(deadline + timedelta(minutes=FIRST_CALL_MINUTES), said_at)


def turns_at(deadline: datetime, said_at: datetime) -> datetime:
    """From when the child counts as absent, reason unknown, and as unaccounted for."""
    return max(deadline + timedelta(minutes=TURN_MINUTES), said_at + timedelta(minutes=LATEST_SAID_MINUTES))
