"""Closing the day: the only writer of its signatures."""

from datetime import date, datetime, time

from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.nurse import close_queries
from tracker.nurse.models import DayClose
from tracker.nurse.open_queries import still_open
from tracker.nurse.rules import Refusal
from tracker.screening.summary_queries import day_summary


def close_day(
    by: int, at: datetime, day: date, *, today: date, wall: time, seen: str, anyway: bool, reason: str = ""
) -> DayClose:
    """Sign the day's sums as they stand.  A later signature replaces an earlier one; both are kept.

    `seen` is what the page was known by: Rejected where something is different by now; unless `anyway`,
    where something is still open; and without a reason where that is a child nobody has in sight.
    """
    if day > today:
        raise Rejected(Refusal.IN_FUTURE)
    summary = day_summary(day, wall, today=day == today)
    if not summary.sheets:
        raise Rejected(Refusal.NOTHING_ASKED)
    stored, still = summary.stored(), still_open(summary, at)
    if close_queries.digest(stored, still) != seen:
        raise Rejected(Refusal.SUMS_CHANGED)
    if still.needs_reason and not reason:
        raise Rejected(Refusal.CHILDREN_OPEN, "reason")
    if not still.is_empty and not anyway:
        raise Rejected(Refusal.STILL_OPEN, "anyway")
    earlier = close_queries.closes(day)
    close = DayClose(
        day=day,
        no=earlier[0].close.no + 1 if earlier else 1,
        by=by,
        at=at,
        summary=stored,
        reason=reason if still.needs_reason else None,
    )
    db.session.add(close)
    audit.record(
        by,
        at,
        "nurse.close_day",
        "day_close",
        None,
        changes={"day": day.isoformat(), "no": close.no, "missing": still.missing_count},
    )
    return close
