"""Striking out a call: it stays to be seen, and what it said is taken back."""

from collections.abc import Sequence
from datetime import date, datetime

from tracker import clock
from tracker.absence import call_rules as calls
from tracker.absence import queries, rules, standing_queries
from tracker.absence.call_service import school_days_of
from tracker.absence.due_queries import instant, wall
from tracker.absence.models import Call, Episode
from tracker.absence.queries import CallSeen
from tracker.absence.rules import CallResult, EpisodeState, Refusal
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.facts import service as facts
from tracker.facts.rules import ObservationKind, SourceKind
from tracker.facts.service import Fact
from tracker.screening.rules import ILL_REASONS, AbsenceReason


def strike(by: int, at: datetime, episode_id: int, call_id: int, why: str | None, *, reviewer: bool) -> None:
    """Strike a call out: the own one on its day, any one by a reviewer who says why.

    Its facts are retracted; reason, diagnosis, return and the next call are what the others say.
    """
    episode = db.session.get_one(Episode, episode_id, with_for_update=True, populate_existing=True)
    call = db.session.get(Call, call_id, populate_existing=True)
    if call is None or call.episode_id != episode_id:
        raise Rejected(Refusal.STRUCK)
    if call.struck_at is not None:
        raise Rejected(Refusal.STRUCK)
    own = call.by == by and clock.local(call.at).date() == clock.local(at).date()
    if not own and not reviewer:
        raise Rejected(Refusal.NOT_YOURS)
    if not own and not why:
        raise Rejected(Refusal.WHY_NEEDED, "why")
    newest = queries.standing(queries.calls_of(episode_id))[-1].id == call_id
    call.struck_by, call.struck_at, call.struck_reason = by, at, why
    db.session.flush()
    facts.retract(at, SourceKind.CALL, call_id)
    left = queries.standing(queries.calls_of(episode_id))
    before = episode.reason
    if call.reason_before and call.reason_after:
        episode.reason = rules.reason_without(before, (call.reason_before, call.reason_after))
    if episode.diagnosis is not None and episode.diagnosis is call.diagnosis:
        episode.diagnosis = next((one.diagnosis for one in reversed(left) if one.diagnosis), None)
    days = school_days_of(episode, episode.first_on, clock.local(at).date())
    if episode.reason in ILL_REASONS and before not in ILL_REASONS:
        # What sheets had said of it was retracted by the call.
        facts.observe(at, ill_days(episode, days, at, SourceKind.CALL, call_id, 1))
    if episode.state in rules.LIVE:
        _go_on(episode, call, left, days, at, newest=newest)
    audit.record(
        by,
        at,
        "absence.strike",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={"call": call_id, "reason": [before.value, episode.reason.value]},
    )


def _go_on(
    episode: Episode,
    call: Call,
    left: Sequence[CallSeen],
    days: Sequence[date],
    at: datetime,
    *,
    newest: bool,
) -> None:
    """Where an episode stands, and when to call, without a call that was struck out."""
    if call.result is CallResult.ARRIVED and episode.back_on and not _seen_on(episode, left, episode.back_on):
        episode.back_on = None
        newest = True
    unread = any(one.reviewed_at is None for one in left)
    episode.state = rules.moved(
        episode.state, EpisodeState.TO_REVIEW if unread else rules.after_review(episode.back_on)
    )
    if newest and not episode.question:
        episode.due_at = None if episode.back_on else due_again(episode, left, days, at)


def _seen_on(episode: Episode, left: Sequence[CallSeen], day: date) -> bool:
    """Whether a sheet, or another call, has seen the student on a day."""
    if any(one.result is CallResult.ARRIVED and clock.local(one.at).date() == day for one in left):
        return True
    class_id = standing_queries.class_of(episode.student_id, day)
    if class_id is None:
        return False
    told = queries.sheets_of_day(class_id, day, [episode.student_id])[episode.student_id]
    return told.last_present is True


def due_again(
    episode: Episode, left: Sequence[CallSeen], days: Sequence[date], at: datetime
) -> datetime | None:
    """When to call by the newest of the calls that are left; without one, as if it had just been noticed."""
    if left:
        last = left[-1]
        return instant(calls.next_due(last.result, episode.reason, wall(last.at), days, next_on=last.next_on))
    soon = soonest(days, at)
    return instant(calls.first_due(episode.reason, soon.day, soon, soon)) if soon else None


def soonest(days: Sequence[date], at: datetime) -> calls.Wall | None:
    """The next moment somebody can be asked to call: now on a school day, else on the next one."""
    now = wall(at)
    coming = next((day for day in days if day >= now.day), None)
    return now if coming == now.day else calls.Wall(coming, calls.FIRST_CALL) if coming else None


def ill_days(
    episode: Episode, days: Sequence[date], at: datetime, kind: SourceKind, source_id: int, source_no: int
) -> list[Fact]:
    """The school days a student has missed in an episode, as days of illness."""
    reason: AbsenceReason = episode.reason
    return [
        Fact(
            episode.student_id,
            ObservationKind.ILL_ABSENCE,
            reason.value,
            day,
            episode.first_on,
            at,
            kind,
            source_id,
            source_no,
        )
        for day in days
        if episode.first_on <= day <= episode.last_absent_on
    ]
