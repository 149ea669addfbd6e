"""Who is seen at the gate before the nurse has cleared the return: it stands as come without."""

from datetime import datetime

import sqlalchemy as sa

from tracker import clock
from tracker.absence import clearance_queries, strike_service
from tracker.absence.call_service import Report, record_call
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, CallWay
from tracker.db import db


def seen_uncleared(by: int, at: datetime, student_id: int, *, reviewer: bool) -> bool:
    """Log a child as arrived whose return is checked and not cleared for today; whether it is one.

    Such a child goes to the nurse first.  Who has been seen before is not logged again.
    """
    today = clock.local(at).date()
    waiting = [
        one
        for one in clearance_queries.returns(today, Episode.student_id == student_id).values()
        if not one.is_cleared(today)
    ]
    for one in waiting:
        if one.back_on is None:
            arrived = Report(CallWay.IN_PERSON, CallResult.ARRIVED, at)
            record_call(by, at, one.episode_id, arrived, reviewer=reviewer)
    return bool(waiting)


def not_seen(by: int, at: datetime, student_id: int, seen_at: datetime) -> None:
    """Take back what `seen_uncleared` has logged then, if anything."""
    call = db.session.scalars(
        sa.select(Call)
        .join(Episode, Episode.id == Call.episode_id)
        .where(
            Episode.student_id == student_id,
            Call.by == by,
            Call.at == seen_at,
            Call.way == CallWay.IN_PERSON,
            Call.result == CallResult.ARRIVED,
            Call.struck_at.is_(None),
        )
    ).one_or_none()
    if call is not None:
        strike_service.strike(by, at, call.episode_id, call.id, None, reviewer=False)
