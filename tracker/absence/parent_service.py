"""Noting what guardians tell the school: it reaches the class's teacher and the nurse, and opens absences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from tracker import clock
from tracker.absence import leave_service, parent_queries, rules
from tracker.absence.call_service import Report, record_call
from tracker.absence.leave_rules import Half
from tracker.absence.leave_service import LeaveAhead
from tracker.absence.models import Episode, ParentCall
from tracker.absence.rules import (
    CallResult,
    CallWay,
    EpisodeState,
    LeaveKind,
    LiveEpisode,
    ParentTold,
    Refusal,
)
from tracker.absence.standing_queries import HORIZON
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.facts.rules import Symptom
from tracker.notices import service as notices
from tracker.notices.rules import Event, NoticeKind
from tracker.school.class_day_queries import class_school_days
from tracker.screening.rules import AbsenceReason, HalfDay

HOME_TIME = time(16, 30)
"""Who calls later speaks of the next school day."""
NOON = time(12)
_FIELD = {"to_on": "until_on"}
"""What a field of a leave is called where a guardian's call is noted."""


@dataclass(frozen=True)
class Told:
    """What a guardian has told, as it is noted."""

    student_id: int
    class_id: int
    entry_year: int
    what: ParentTold | None
    """None while it is not said: then only its days are judged."""
    from_on: date | None = None
    until_on: date | None = None
    onset_on: date | None = None
    symptoms: frozenset[Symptom] = frozenset()
    note: str | None = None


def note(by: int, at: datetime, told: Told, *, reviewer: bool) -> int:
    """Note a guardian's call; its number.  Rejected where a rule says no.

    An illness opens an absence before any sheet, or goes into the one that is open, and waits there for
    the nurse; leave for another reason is entered ahead for the sheets of its days.
    """
    from_on, found = _checked(at, told)
    Rejected.unless_empty(found)
    episode_id = _follow(by, at, told, from_on, reviewer=reviewer) if told.what is ParentTold.ILL else None
    if told.what is ParentTold.LEAVE:
        _enter_leave(by, at, told, from_on)
    noted = ParentCall(
        student_id=told.student_id,
        at=at,
        by=by,
        what=told.what,
        from_on=from_on,
        until_on=told.until_on,
        episode_id=episode_id,
        note=told.note,
    )
    db.session.add(noted)
    db.session.flush()
    audit.record(
        by,
        at,
        "absence.parent_call",
        "parent_call",
        noted.id,
        student_id=told.student_id,
        changes={"what": told.what, "from": str(from_on), "until": str(told.until_on or "")},
    )
    event = Event(NoticeKind.PARENT_CALLED, f"parent_call:{noted.id}", class_id=told.class_id, by=by)
    notices.send(at, event, {told.class_id: told.entry_year})
    return noted.id


def wrong(at: datetime, told: Told) -> list[Rejected]:
    """All that keeps a call from being noted, each at its field."""
    return _checked(at, told)[1]


def mark_read(by: int, at: datetime, number: int) -> None:
    """Mark a noted call as read; who is second finds it read."""
    read = db.session.scalar(
        sa.update(ParentCall)
        .where(ParentCall.id == number, ParentCall.read_at.is_(None))
        .values(read_by=by, read_at=at)
        .returning(ParentCall.student_id)
    )
    if read is not None:
        audit.record(by, at, "absence.parent_call_read", "parent_call", number, student_id=read)


def _checked(at: datetime, told: Told) -> tuple[date, list[Rejected]]:
    """The first day a call is about, and all that is wrong with what was told."""
    local = clock.local(at)
    days = class_school_days(told.class_id, local.date(), local.date() + HORIZON)
    found, from_on = [], told.from_on or local.date()
    try:
        from_on = _first_day(told, local, days)
    except Rejected as no:
        found.append(no)
    if told.until_on and told.until_on < from_on:
        found.append(Rejected(Refusal.ENDS_BEFORE_START, "until_on"))
    if told.what and told.what is not ParentTold.ILL:
        given = {"symptoms": told.symptoms, "onset_on": told.onset_on}
        found += [Rejected(Refusal.WHAT_NEEDS_ILLNESS, field) for field, value in given.items() if value]
    elif told.onset_on and told.onset_on > local.date():
        found.append(Rejected(Refusal.ONSET_IN_FUTURE, "onset_on"))
    if told.what is ParentTold.LEAVE and not found:
        found = _wrong_leave(told, from_on, local.date())
    return from_on, found


def _first_day(told: Told, local: datetime, days: Sequence[date]) -> date:
    """The first day it is about: the one given, else today, or the next school day of the class."""
    today = local.date()
    if told.what is ParentTold.LATE:
        if today not in days or told.from_on not in (None, today):
            raise Rejected(Refusal.ONLY_TODAY, "from_on")
        return today
    seen = today in days and parent_queries.is_seen(told.student_id, told.class_id, today)
    if told.from_on is not None:
        if told.from_on < today:
            raise Rejected(Refusal.NEXT_IN_PAST, "from_on")
        if told.from_on not in days:
            raise Rejected(Refusal.NEXT_NO_SCHOOL_DAY, "from_on")
        if told.from_on == today and seen:
            raise Rejected(Refusal.SEEN_TODAY, "from_on")
        return told.from_on
    over = seen or local.time() >= HOME_TIME
    coming = next((day for day in days if day > today or not over), None)
    if coming is None:
        raise Rejected(Refusal.NEXT_NO_SCHOOL_DAY, "from_on")
    return coming


def _follow(by: int, at: datetime, told: Told, from_on: date, *, reviewer: bool) -> int:
    """The absence an illness belongs to, with the guardian's call in it."""
    newest = parent_queries.newest_episode(told.student_id)
    if newest and newest.is_live:
        number = newest.id
    elif newest and _goes_on(newest, told.class_id, from_on):
        number = newest.id
        episode = db.session.get_one(Episode, number, with_for_update=True, populate_existing=True)
        episode.state = rules.moved(episode.state, EpisodeState.OPEN)
        episode.back_on = episode.ended_on = episode.ended_half = episode.ended_how = episode.closed_at = None
        episode.last_absent_on = from_on
    else:
        local = clock.local(at)
        late = from_on == local.date() and local.time() >= NOON
        opened = Episode(
            student_id=told.student_id,
            class_id=told.class_id,
            first_on=from_on,
            first_half=HalfDay.AFTERNOON if late else HalfDay.MORNING,
            last_absent_on=from_on,
            state=EpisodeState.OPEN,
            reason=AbsenceReason.ILLNESS,
            due_at=None,
            opened_at=at,
        )
        db.session.add(opened)
        db.session.flush()
        number = opened.id
    report = Report(
        CallWay.PARENT_CALLED,
        CallResult.HOME_ILL,
        at,
        symptoms=told.symptoms,
        onset_on=told.onset_on,
        note=told.note,
    )
    record_call(by, at, number, report, reviewer=reviewer)
    return number


def _goes_on(episode: LiveEpisode, class_id: int, from_on: date) -> bool:
    if episode.back_on is None or episode.back_on > from_on:
        return False
    days = class_school_days(class_id, episode.back_on, from_on)
    return rules.goes_on(episode, AbsenceReason.ILLNESS, from_on, days)


def _wrong_leave(told: Told, from_on: date, today: date) -> list[Rejected]:
    until = told.until_on or from_on
    if parent_queries.has_leave(told.student_id, from_on, until):
        return []
    halves = Half.of(from_on, HalfDay.MORNING), Half.of(until, HalfDay.AFTERNOON)
    found = leave_service.wrong(today, told.class_id, told.student_id, *halves)
    return [Rejected(no.reason, _FIELD.get(no.field, no.field), **no.details) for no in found]


def _enter_leave(by: int, at: datetime, told: Told, from_on: date) -> None:
    """Leave for the sheets of its days, unless there is one already."""
    until = told.until_on or from_on
    if parent_queries.has_leave(told.student_id, from_on, until):
        return
    ahead = LeaveAhead(
        told.student_id,
        LeaveKind.PERSONAL,
        from_on,
        HalfDay.MORNING,
        until,
        HalfDay.AFTERNOON,
        told.note,
    )
    leave_service.enter(by, at, clock.local(at).date(), told.class_id, ahead)
