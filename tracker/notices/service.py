"""Sending notices, once each, and marking them as seen: the only writers of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.db import db, insert
from tracker.notices import queries
from tracker.notices.models import Notice
from tracker.notices.rules import Event, events_at, told
from tracker.school.queries import school_days


def send_due(at: datetime) -> int:
    """Send what is due at a moment and was not sent yet; how many notices they were.

    It may be asked as often as anybody likes: each person is told each thing once a day.  The notices
    themselves are the record; nobody's deed goes to the trail.
    """
    local = clock.local(at)
    today = local.date()
    if not school_days(today, today):
        return 0
    now, entry_years = queries.standing(at)
    events = events_at(now, local.time())
    if not events:
        return 0
    return _send(at, today, events, entry_years)


def send(at: datetime, event: Event, entry_years: Mapping[int, int]) -> None:
    """Tell of one thing at once, whom it concerns; `entry_years` tells the grade of its class."""
    _send(at, clock.local(at).date(), [event], entry_years)


def _send(at: datetime, today: date, events: Sequence[Event], entry_years: Mapping[int, int]) -> int:
    people = queries.people(today)
    rows: list[dict[str, Any]] = [
        {
            "user_id": user_id,
            "kind": event.kind,
            "day": today,
            "subject": event.subject,
            "details": event.details,
            "at": at,
            "seen_at": None,
        }
        for event in events
        for user_id in sorted(told(event, people, entry_years))
    ]
    sent = 0
    if rows:
        statement = insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice.id)
        sent = len(db.session.scalars(statement).all())
    return sent


def forget(before: date) -> int:
    """Remove the notices of days before one; how many they were.  A notice is shown on its day only."""
    gone = sa.delete(Notice).where(Notice.day < before).returning(Notice.id)
    return len(db.session.execute(gone.execution_options(synchronize_session=False)).all())


def mark_seen(by: int, at: datetime, day: date, upto: int) -> None:
    """Mark what one was told on a day as seen, up to the newest notice that the page has shown."""
    db.session.execute(
        sa.update(Notice)
        .where(Notice.user_id == by, Notice.day == day, Notice.id <= upto, Notice.seen_at.is_(None))
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )
