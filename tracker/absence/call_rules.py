"""When to call about an absent student, and what comes next.  No database, no web.

The tables are those of the shipped defaults; tests/absence/test_call_rules.py reads as their specification.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.absence.rest_rules import first_after_vacation
from tracker.absence.return_rules import CAME, ReturnStage
from tracker.absence.rules import CallResult, EpisodeState
from tracker.screening.rules import AbsenceReason

BEFORE_CLASS = time(7, 50)
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


AFTER_LEAVING = timedelta(hours=2)


def sent_home_due(left: Wall, next_day: date | None) -> Wall:
    """When to ask how a student is who was sent home: after two hours, or on the next school day."""
    due = datetime.combine(left.day, left.time) + AFTER_LEAVING
    if due.date() == left.day and due.time() <= LAST_CALL:
        return Wall(left.day, due.time())
    return Wall(next_day, FIRST_CALL) if next_day else Wall(left.day, max(LAST_CALL, left.time))


def next_due(
    result: CallResult,
    reason: AbsenceReason,
    now: Wall,
    school_days: Sequence[date],
    *,
    next_on: date | None = None,
) -> Wall | None:
    """When to call again after a call at `now`; None: not on any day known yet.

    `reason` is the episode's after the call, `school_days` those of the class around it and after,
    `next_on` the day that was agreed on.  Calls fall due on school days only, after a vacation before class.
    """
    coming = [day for day in school_days if day > now.day]
    if next_on is not None:
        if next_on > now.day:
            return _on(next_on, now.day, school_days)
        return next((Wall(next_on, moment) for moment in (NOON, EVENING) if moment >= now.time), now)
    if AFTER_CALL[result] is NextDue.NEVER:
        return None
    if AFTER_CALL[result] is NextDue.RETRY:
        again = datetime.combine(now.day, now.time) + RETRY
        if now.day in school_days and again.date() == now.day and again.time() <= LAST_CALL:
            return Wall(now.day, again.time())
        return _on(coming[0], now.day, school_days, FIRST_CALL) if coming else None
    between = 1 if AFTER_CALL[result] is NextDue.NEXT_DAY else SCHOOL_DAYS_BETWEEN_CALLS[reason]
    if between is None or len(coming) < between:
        return None
    return _on(coming[between - 1], now.day, school_days)


def _on(day: date, since: date, school_days: Sequence[date], moment: time = NOON) -> Wall:
    """The time to call at on a day; before class where a vacation ends on it.

    A call within the vacation does not shorten it: it began after the last school day before.
    """
    before = max((one for one in school_days if one <= since), default=since)
    return Wall(day, BEFORE_CLASS if first_after_vacation(school_days, before, day) == day else moment)


class QueueGroup(StrEnum):
    """Where an episode stands in the queue, most urgent first."""

    CAME_WITHOUT = "came_without"
    """Seen present although the nurse has not cleared the child for this day."""
    TO_REVIEW = "to_review"
    OVERDUE = "overdue"
    TO_CLEAR = "to_clear"
    """Expected back: the nurse checks before class."""
    TODAY = "today"
    LATER = "later"
    RESTING = "resting"
    """In a vacation nobody calls."""
    BACK = "back"
    """Seen present again, or gone from the school: to be closed."""
    CLOSED = "closed"


def group_of(
    state: EpisodeState,
    due_at: datetime | None,
    back_on: date | None,
    *,
    now: datetime,
    tonight: datetime,
    reviewer: bool,
    gone: bool = False,
    resting: bool = False,
    mine: bool = True,
) -> QueueGroup:
    """Where an episode stands in the queue of whoever looks; `tonight` is the end of the school's day.

    What waits for the nurse waits for nobody else: the teacher sees when to call again.  What somebody
    else has to call about (not `mine`) is not due for the teacher; who is `gone` from the school is
    called by nobody.
    """
    if state in (EpisodeState.CLOSED, EpisodeState.VOID):
        return QueueGroup.CLOSED
    if state is EpisodeState.TO_REVIEW and reviewer:
        return QueueGroup.TO_REVIEW
    if state is EpisodeState.BACK or back_on is not None or gone:
        return QueueGroup.BACK
    if resting:
        return QueueGroup.RESTING
    if due_at is None or due_at >= tonight or not (mine or reviewer):
        return QueueGroup.LATER
    return QueueGroup.OVERDUE if due_at < now else QueueGroup.TODAY


GIVES_WAY = frozenset({QueueGroup.OVERDUE, QueueGroup.TODAY, QueueGroup.LATER})
"""Groups that who waits for clearance leaves: instead of another call the nurse checks."""


def group_with_return(group: QueueGroup, stage: ReturnStage | None) -> QueueGroup:
    """The group of an episode whose return is checked.

    What the nurse has not read yet stays with what she reads, unless the child is here already.
    """
    if stage in CAME:
        return QueueGroup.CAME_WITHOUT
    return QueueGroup.TO_CLEAR if stage is ReturnStage.TO_CLEAR and group in GIVES_WAY else group


class NextStep(StrEnum):
    """What is to be done next about an absence, and by whom."""

    CALL = "call"
    ANSWER = "answer"
    CHECK = "check"
    SEE_NURSE = "see_nurse"
    FETCH = "fetch"
    CLEAR = "clear"
    SECOND_GUARDIAN = "second_guardian"
    SUGGEST_DOCTOR = "suggest_doctor"
    COUGH = "cough"
    NURSE_CALLS = "nurse_calls"
    REVIEW = "review"
    CLOSE = "close"
    OFFICE = "office"
    REST = "rest"
    WAIT = "wait"


TRIES_BEFORE_SECOND_GUARDIAN = 3


def next_step(
    group: QueueGroup,
    *,
    due: bool,
    results: Sequence[CallResult],
    asked: bool = False,
    check: bool = False,
    cough: bool = False,
    doctor: bool = False,
) -> NextStep:
    """What comes next in an episode.

    `results` are those of its calls, in order; `asked`: the nurse has asked back; `check`: a vacation
    lies behind it; `cough` and `doctor`: what its signs ask for, see `sign_rules`.
    """
    last = results[-1] if results else None
    if group is QueueGroup.TO_REVIEW:
        return NextStep.REVIEW
    if group is QueueGroup.CLOSED:
        return NextStep.WAIT
    if last is CallResult.MOVED:
        return NextStep.OFFICE
    if cough:
        return NextStep.COUGH
    if group is QueueGroup.BACK:
        return NextStep.CLOSE
    if group is QueueGroup.RESTING:
        return NextStep.REST
    if asked:
        return NextStep.ANSWER
    if check:
        return NextStep.CHECK
    if not due:
        return NextStep.WAIT
    if last is CallResult.DECLINED:
        return NextStep.NURSE_CALLS
    if last is CallResult.WRONG_NUMBER or tries(results) >= TRIES_BEFORE_SECOND_GUARDIAN:
        return NextStep.SECOND_GUARDIAN
    return NextStep.SUGGEST_DOCTOR if doctor else NextStep.CALL


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
