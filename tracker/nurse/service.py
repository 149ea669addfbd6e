"""Closing the day: the only writer of its signatures."""

from datetime import date, datetime, time

from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.nurse import close_queries
from tracker.nurse.models import DayClose
from tracker.nurse.rules import Refusal
from tracker.screening.summary_queries import day_summary


def close_day(
    by: int, at: datetime, day: date, *, today: date, wall: time, seen: str, anyway: bool
) -> DayClose:
    """Sign the day's sums as they stand.  A later signature replaces an earlier one; both are kept.

    `seen` is what the sums shown were known by: Rejected where they are others by now, and, unless
    `anyway`, where a class has not reported.
    """
    if day > today:
        raise Rejected(Refusal.IN_FUTURE)
    summary = day_summary(day, wall, today=day == today)
    if not summary.sheets:
        raise Rejected(Refusal.NOTHING_ASKED)
    stored = summary.stored()
    if close_queries.digest(stored) != seen:
        raise Rejected(Refusal.SUMS_CHANGED)
    if summary.unreported and not anyway:
        raise Rejected(Refusal.CLASSES_MISSING, "anyway")
    earlier = close_queries.closes(day)
    close = DayClose(day=day, no=earlier[0].close.no + 1 if earlier else 1, by=by, at=at, summary=stored)
    db.session.add(close)
    audit.record(
        by,
        at,
        "nurse.close_day",
        "day_close",
        None,
        changes={"day": day.isoformat(), "no": close.no, "missing": len(summary.unreported)},
    )
    return close
