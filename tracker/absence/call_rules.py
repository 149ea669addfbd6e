"""When to call about an absent student, and what comes next.  No database, no web.

The tables are those of the shipped defaults; tests/absence/test_call_rules.py reads as their specification.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.absence.rules import CallResult, EpisodeState
from tracker.screening.rules import ILL_REASONS, AbsenceReason

FIRST_CALL = time(8, 40)
NOON = time(12)
EVENING = time(16, 30)
LAST_CALL = time(18)
RETRY = timedelta(minutes=30)

FIRST_DUE: Mapping[AbsenceReason, tuple[time, ...] | None] = {
    AbsenceReason.UNKNOWN: (),
    AbsenceReason.ILLNESS: (NOON, EVENING),
    AbsenceReason.RECOVERING: (NOON, EVENING),
    AbsenceReason.INJURY: (EVENING,),
    AbsenceReason.WATCH: (EVENING,),
    AbsenceReason.PERSONAL: None,
}
"""By when the first call is due: the first of these times still ahead, else at once; None: never."""

SCHOOL_DAYS_BETWEEN_CALLS: Mapping[AbsenceReason, int | None] = {
    AbsenceReason.UNKNOWN: 1,
    AbsenceReason.ILLNESS: 1,
    AbsenceReason.RECOVERING: 1,
    AbsenceReason.WATCH: 1,
    AbsenceReason.INJURY: 3,
    AbsenceReason.PERSONAL: None,
}
"""After how many school days the next call is due; None: only on a day that was agreed on."""


class NextDue(StrEnum):
    """What a call's result makes of the next one, where no day was agreed on."""

    NEXT_DAY = "next_day"
    BY_REASON = "by_reason"
    RETRY = "retry"
    NEVER = "never"


AFTER_CALL: Mapping[CallResult, NextDue] = {
    CallResult.HOME_ILL: NextDue.NEXT_DAY,
    CallResult.HOME_BETTER: NextDue.NEXT_DAY,
    CallResult.DOCTOR: NextDue.NEXT_DAY,
    CallResult.HOSPITAL: NextDue.NEXT_DAY,
    CallResult.RECOVERED: NextDue.NEXT_DAY,
    CallResult.NOT_REACHED: NextDue.RETRY,
    CallResult.WRONG_NUMBER: NextDue.RETRY,
    CallResult.DECLINED: NextDue.NEXT_DAY,
    CallResult.NOT_ILL: NextDue.BY_REASON,
    CallResult.ARRIVED: NextDue.NEVER,
    CallResult.MOVED: NextDue.NEVER,
}


@dataclass(frozen=True)
class Wall:
    """A moment by the school's wall clock."""

    day: date
    time: time


def first_due(reason: AbsenceReason, day: date, now: Wall, first_call: Wall) -> Wall | None:
    """When the first call about an absence noticed on `day`, a school day, is due; None: never.

    An unknown reason is asked for at `first_call`, later at once; other times still ahead count.
    """
    times = FIRST_DUE[reason]
    if times is None:
        return None
    ahead = [Wall(day, moment) for moment in times] if times else [first_call]
    return next((wall for wall in ahead if (wall.day, wall.time) >= (now.day, now.time)), now)


def next_due(
    result: CallResult,
    reason: AbsenceReason,
    now: Wall,
    school_days: Sequence[date],
    *,
    next_on: date | None = None,
) -> Wall | None:
    """When to call again after a call at `now`; None: not on any day known yet.

    `reason` is the episode's after the call, `school_days` the next ones from today on (today
    included, if it is one), `next_on` the day that was agreed on.  Calls fall due on school days only.
    """
    if next_on is not None:
        ahead = [moment for moment in (NOON, EVENING) if next_on > now.day or moment >= now.time]
        return Wall(next_on, ahead[0]) if ahead else now
    if AFTER_CALL[result] is NextDue.NEVER:
        return None
    coming = [day for day in school_days if day > now.day]
    if AFTER_CALL[result] is NextDue.RETRY:
        again = datetime.combine(now.day, now.time) + RETRY
        if now.day in school_days and again.date() == now.day and again.time() <= LAST_CALL:
            return Wall(now.day, again.time())
        return Wall(coming[0], FIRST_CALL) if coming else None
    between = 1 if AFTER_CALL[result] is NextDue.NEXT_DAY else SCHOOL_DAYS_BETWEEN_CALLS[reason]
    if between is None or len(coming) < between:
        return None
    return Wall(coming[between - 1], NOON)


class QueueGroup(StrEnum):
    """Where an episode stands in the queue, most urgent first."""

    TO_REVIEW = "to_review"
    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"
    BACK = "back"
    CLOSED = "closed"


def group_of(
    state: EpisodeState,
    due_at: datetime | None,
    back_on: date | None,
    *,
    now: datetime,
    tonight: datetime,
    reviewer: bool,
) -> QueueGroup:
    """Where an episode stands in the queue of whoever looks; `tonight` is the end of the school's day.

    What waits for the nurse waits for nobody else: the teacher sees when to call again.
    """
    if state in (EpisodeState.CLOSED, EpisodeState.VOID):
        return QueueGroup.CLOSED
    if state is EpisodeState.TO_REVIEW and reviewer:
        return QueueGroup.TO_REVIEW
    if state is EpisodeState.BACK or back_on is not None:
        return QueueGroup.BACK
    if due_at is None or due_at >= tonight:
        return QueueGroup.LATER
    return QueueGroup.OVERDUE if due_at < now else QueueGroup.TODAY


class NextStep(StrEnum):
    """What is to be done next about an absence, and by whom."""

    CALL = "call"
    SECOND_GUARDIAN = "second_guardian"
    SUGGEST_DOCTOR = "suggest_doctor"
    NURSE_CALLS = "nurse_calls"
    REVIEW = "review"
    CLOSE = "close"
    OFFICE = "office"
    WAIT = "wait"


TRIES_BEFORE_SECOND_GUARDIAN = 3
DAYS_BEFORE_DOCTOR = 3


def next_step(
    group: QueueGroup,
    *,
    reason: AbsenceReason,
    due: bool,
    days: int,
    results: Sequence[CallResult],
    diagnosed: bool,
) -> NextStep:
    """What comes next in an episode: `results` are those of its calls, in order; `days` its school days."""
    last = results[-1] if results else None
    if group is QueueGroup.TO_REVIEW:
        return NextStep.REVIEW
    if last is CallResult.MOVED and group is not QueueGroup.CLOSED:
        return NextStep.OFFICE
    if group is QueueGroup.BACK:
        return NextStep.CLOSE
    if not due:
        return NextStep.WAIT
    if last is CallResult.DECLINED:
        return NextStep.NURSE_CALLS
    if last is CallResult.WRONG_NUMBER or tries(results) >= TRIES_BEFORE_SECOND_GUARDIAN:
        return NextStep.SECOND_GUARDIAN
    seen_doctor = diagnosed or not {CallResult.DOCTOR, CallResult.HOSPITAL}.isdisjoint(results)
    if reason in ILL_REASONS and days >= DAYS_BEFORE_DOCTOR and not seen_doctor:
        return NextStep.SUGGEST_DOCTOR
    return NextStep.CALL


def tries(results: Sequence[CallResult]) -> int:
    """How often in a row, at the end, nobody was reached."""
    count = 0
    for result in reversed(results):
        if result is not CallResult.NOT_REACHED:
            break
        count += 1
    return count


def day_of_absence(first_on: date, until: date, school_days: Sequence[date]) -> int:
    """The how-manieth school day of an absence `until` is; 1 at least."""
    return max(1, sum(first_on <= day <= until for day in school_days))


def masked(phone: str) -> str:
    """A telephone number of which only the ends are left: 138****1234."""
    plain = phone.strip()
    if len(plain) < 8:
        return "*" * len(plain)
    return f"{plain[:3]}****{plain[-4:]}"
