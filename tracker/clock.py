"""The only place that asks what time it is, and what day it is at the school."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

_shift = timedelta(0)
_frozen: datetime | None = None


def now() -> datetime:
    """This moment, in UTC; shifted in a demo, stopped in a test."""
    return _frozen or datetime.now(UTC) + _shift


def zone() -> ZoneInfo:
    """The school's time zone."""
    return ZoneInfo(current_app.config["TIMEZONE"])


def local(instant: datetime) -> datetime:
    """An instant on the school's wall clock."""
    return instant.astimezone(zone())


def today() -> date:
    """The school's day.  Asked by edges only, and handed down."""
    return local(now()).date()


def at(day: date, wall: time) -> datetime:
    """The instant at which the school's wall clock shows `wall` on `day`."""
    return datetime.combine(day, wall, zone()).astimezone(UTC)


def shift_to(start: datetime) -> None:
    """Let the clock show `start` now and run on from there: for a demo school only.

    A time without an offset is the school's wall clock.
    """
    global _shift
    start = start if start.tzinfo else start.replace(tzinfo=zone())
    _shift = start.astimezone(UTC) - datetime.now(UTC)


def freeze(instant: datetime | None) -> None:
    """Stop the clock at an instant, or let it run again: for tests."""
    global _frozen
    _frozen = instant.astimezone(UTC) if instant else None
