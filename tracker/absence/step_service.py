"""What is done in an absence beside calling: asking back, taking over, correcting the reason, reopening."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.absence import caller_queries, queries, rules
from tracker.absence.call_service import live, review, school_days_of
from tracker.absence.due_queries import instant
from tracker.absence.models import Episode, EpisodeStep
from tracker.absence.rules import EpisodeState, Refusal, StepKind
from tracker.absence.strike_service import due_again, ill_days, soonest
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.facts import service as facts
from tracker.facts.rules import SourceKind
from tracker.screening.rules import ILL_REASONS, AbsenceReason


def ask_back(by: int, at: datetime, episode_id: int, question: str, upto: int) -> None:
    """Ask the teacher something: what was shown is read by that, and the teacher has to call again.

    Rejected if there is one more call than was shown.  What the asker has taken over goes back to the
    teacher.
    """
    episode = live(episode_id)
    if episode.caller_id == by:
        hand_back(by, at, episode_id)
    if episode.state is EpisodeState.TO_REVIEW:
        review(by, at, episode_id, upto)
        if queries.has_unread_calls(episode_id):
            raise Rejected(Refusal.UNREAD)
    episode.question = question
    if episode.back_on is None:
        episode.due_at = instant(soonest(_days(episode, at), at))
    _step(by, at, episode, StepKind.ASKED_BACK, text=question)


def take_over(by: int, at: datetime, episode_id: int) -> None:
    """Whoever does this calls next; a question to the teacher is settled by it."""
    episode = live(episode_id)
    if episode.caller_id != by:
        episode.caller_id = by
        _settle(episode, at)
        _step(by, at, episode, StepKind.TAKEN_OVER, caller_id=by)


def hand_back(by: int, at: datetime, episode_id: int) -> None:
    """The homeroom teacher calls again."""
    episode = live(episode_id)
    if episode.caller_id is not None:
        episode.caller_id = None
        _step(by, at, episode, StepKind.HANDED_BACK)


def share_out(by: int, at: datetime, class_id: int, entry_year: int) -> int:
    """Share the open cases of a class between its teachers and whoever does this, in turn; how many.

    Rejected where they are too few to be shared.
    """
    today = clock.local(at).date()
    cases = queries.open_cases(class_id, today)
    if len(cases) < rules.SHARED_FROM:
        raise Rejected(Refusal.TOO_FEW)
    teachers = caller_queries.teachers_in_turn(class_id, entry_year, today)
    people = [*(one.id for one in teachers[:2]), by]
    first = teachers[0].id if teachers else None
    for case, person in rules.shared_out(cases, people).items():
        episode = live(case)
        episode.caller_id = None if person == first else person
        if person == by:
            _settle(episode, at)
        _step(by, at, episode, StepKind.SHARED_OUT, caller_id=person)
    return len(cases)


def correct_reason(by: int, at: datetime, episode_id: int, reason: AbsenceReason) -> None:
    """Set the reason of an absence right; its days count as illness, or no longer."""
    episode = live(episode_id)
    before = episode.reason
    if reason is before:
        raise Rejected(Refusal.SAME_REASON, "new_reason")
    episode.reason = reason
    days = _days(episode, at)
    no = _step(by, at, episode, StepKind.REASON, reason_before=before, reason_after=reason)
    if reason in ILL_REASONS and before not in ILL_REASONS:
        facts.observe(at, ill_days(episode, days, at, SourceKind.EPISODE, episode_id, no))
    if before in ILL_REASONS and reason not in ILL_REASONS:
        facts.retract_ill_absence(at, episode.student_id, episode.first_on)
    if episode.back_on is None and not episode.question:
        _call_again(episode, days, at)


def reopen(by: int, at: datetime, episode_id: int, why: str) -> None:
    """Follow an absence up again that was closed too early; somebody is to call."""
    episode = db.session.get_one(Episode, episode_id, with_for_update=True, populate_existing=True)
    if episode.state is not EpisodeState.CLOSED:
        raise Rejected(Refusal.NOT_CLOSED)
    if queries.other_live(episode.student_id, episode_id):
        raise Rejected(Refusal.OTHER_LIVE)
    episode.state = rules.moved(episode.state, EpisodeState.OPEN)
    episode.back_on = episode.ended_on = episode.ended_half = episode.ended_how = episode.closed_at = None
    episode.due_at = instant(soonest(_days(episode, at), at))
    _step(by, at, episode, StepKind.REOPENED, text=why)


def _settle(episode: Episode, at: datetime) -> None:
    """Nobody has to answer a question any more: the next call is due as the calls so far say."""
    if episode.question is None:
        return
    episode.question = None
    if episode.back_on is None:
        _call_again(episode, _days(episode, at), at)


def _call_again(episode: Episode, days: Sequence[date], at: datetime) -> None:
    left = queries.standing(queries.calls_of(episode.id))
    episode.due_at = due_again(episode, left, days, at)


def _days(episode: Episode, at: datetime) -> list[date]:
    today = clock.local(at).date()
    return school_days_of(episode, today, today)


def _step(by: int, at: datetime, episode: Episode, kind: StepKind, **what: Any) -> int:
    """Keep what was done, and its trail; the number of the step."""
    last = db.session.scalar(
        sa.select(sa.func.max(EpisodeStep.no)).where(EpisodeStep.episode_id == episode.id)
    )
    no = (last or 0) + 1
    db.session.add(EpisodeStep(episode_id=episode.id, no=no, at=at, by=by, kind=kind, **what))
    db.session.flush()
    audit.record(
        by,
        at,
        f"absence.{kind.value}",
        "episode",
        episode.id,
        student_id=episode.student_id,
        changes={
            name: value.value if isinstance(value, AbsenceReason) else value
            for name, value in what.items()
            if name != "text"
        },
    )
    return no
