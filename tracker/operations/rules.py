"""What runs by itself at night, and when a backup is too old.  No database, no web."""

from datetime import datetime, time, timedelta
from enum import StrEnum


class JobKind(StrEnum):
    """What is done once a day."""

    BACKUP = "backup"
    LEFTOVERS = "leftovers"
    """What waited for a form that nobody finished, and traces that have served their time."""
    NOTICES = "notices"
    RETENTION = "retention"


class JobState(StrEnum):
    """How far a job is.  Of each kind, only one runs at a time."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Cause(StrEnum):
    """Why a job has failed, as far as somebody at the school can do something about it."""

    FULL = "full"
    NO_FOLDER = "no_folder"
    NOT_ALLOWED = "not_allowed"
    DAMAGED = "damaged"
    TOOLS = "tools"
    """PostgreSQL's client tools are missing or too old."""
    INTERRUPTED = "interrupted"
    OTHER = "other"


LEASE = timedelta(hours=1)
"""So long a job is left to whoever runs it; after that it has died, and another may run it."""

TRY_AGAIN = timedelta(minutes=15)
"""So long the embedded server waits before it tries again what has failed."""

BACKUP_TOO_OLD = timedelta(days=2)


def is_too_old(last: datetime | None, now: datetime) -> bool:
    """Whether a school should be warned: its last backup is older than two days, or there is none."""
    return last is None or now - last > BACKUP_TOO_OLD


def is_time(wall: time, begins: time | None) -> bool:
    """Whether the embedded server should look for what is due: from a time of the day on.

    A computer that was off at that time does it as soon as it is on.
    """
    return begins is not None and wall >= begins
