"""When to call, where an absence stands in the queue, and what comes next."""

from datetime import UTC, date, datetime, time

import pytest

from tracker.absence.call_rules import (
    AFTER_CALL,
    FIRST_DUE,
    SCHOOL_DAYS_BETWEEN_CALLS,
    NextStep,
    QueueGroup,
    Wall,
    day_of_absence,
    first_due,
    group_of,
    masked,
    next_due,
    next_step,
    tries,
)
from tracker.absence.rules import CallResult, EpisodeState
from tracker.screening.rules import FOLLOWED_REASONS, AbsenceReason

MON, TUE, WED, THU, FRI, SAT = (date(2026, 9, day) for day in range(14, 20))
NEXT_MON = date(2026, 9, 21)
DAYS = [MON, TUE, WED, THU, FRI, NEXT_MON]
ILL, HURT, LEAVE = AbsenceReason.ILLNESS, AbsenceReason.INJURY, AbsenceReason.PERSONAL
HOME, WATCH, UNKNOWN = AbsenceReason.RECOVERING, AbsenceReason.WATCH, AbsenceReason.UNKNOWN
R = CallResult


def wall(day: date, clock: str) -> Wall:
    return Wall(day, time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("reason", "noticed", "due"),
    [
        (UNKNOWN, "08:05", "08:40"),
        (UNKNOWN, "09:10", "09:10"),  # at once, if it is later
        (ILL, "08:05", "12:00"),
        (ILL, "12:00", "12:00"),
        (ILL, "14:00", "16:30"),
        (ILL, "17:00", "17:00"),
        (HOME, "08:05", "12:00"),
        (HURT, "08:05", "16:30"),
        (WATCH, "14:00", "16:30"),
        (LEAVE, "08:05", None),
    ],
)
def test_when_the_first_call_is_due(reason: AbsenceReason, noticed: str, due: str | None) -> None:
    found = first_due(reason, MON, wall(MON, noticed), wall(MON, "08:40"))
    assert found == (wall(MON, due) if due else None)


@pytest.mark.parametrize(
    ("result", "reason", "called", "next_on", "due"),
    [
        (R.HOME_ILL, ILL, wall(MON, "09:00"), None, wall(TUE, "12:00")),
        (R.HOME_BETTER, ILL, wall(FRI, "09:00"), None, wall(NEXT_MON, "12:00")),
        (R.HOME_BETTER, ILL, wall(SAT, "09:00"), None, wall(NEXT_MON, "12:00")),
        (R.DOCTOR, ILL, wall(MON, "09:00"), THU, wall(THU, "12:00")),
        (R.HOSPITAL, ILL, wall(MON, "09:00"), None, wall(TUE, "12:00")),
        (R.RECOVERED, ILL, wall(MON, "09:00"), WED, wall(WED, "12:00")),
        (R.RECOVERED, ILL, wall(MON, "09:00"), None, wall(TUE, "12:00")),
        (R.HOME_ILL, ILL, wall(MON, "11:00"), MON, wall(MON, "12:00")),
        (R.HOME_ILL, ILL, wall(MON, "13:00"), MON, wall(MON, "16:30")),
        (R.HOME_ILL, ILL, wall(MON, "17:00"), MON, wall(MON, "17:00")),
        (R.NOT_REACHED, UNKNOWN, wall(MON, "08:45"), None, wall(MON, "09:15")),
        (R.NOT_REACHED, UNKNOWN, wall(MON, "17:30"), None, wall(MON, "18:00")),
        (R.NOT_REACHED, UNKNOWN, wall(FRI, "17:31"), None, wall(NEXT_MON, "08:40")),
        (R.NOT_REACHED, UNKNOWN, wall(FRI, "23:45"), None, wall(NEXT_MON, "08:40")),
        (R.NOT_REACHED, UNKNOWN, wall(SAT, "10:00"), None, wall(NEXT_MON, "08:40")),
        (R.WRONG_NUMBER, ILL, wall(MON, "08:45"), None, wall(MON, "09:15")),
        (R.DECLINED, UNKNOWN, wall(MON, "08:45"), None, wall(TUE, "12:00")),
        (R.NOT_ILL, HURT, wall(MON, "08:45"), None, wall(THU, "12:00")),
        (R.NOT_ILL, WATCH, wall(MON, "08:45"), None, wall(TUE, "12:00")),
        (R.NOT_ILL, LEAVE, wall(MON, "08:45"), None, None),
        (R.NOT_ILL, LEAVE, wall(MON, "08:45"), THU, wall(THU, "12:00")),  # the leave ends
        (R.ARRIVED, ILL, wall(MON, "08:45"), None, None),
        (R.MOVED, ILL, wall(MON, "08:45"), None, None),
        (R.HOME_ILL, ILL, wall(NEXT_MON, "08:45"), None, None),  # no term goes on
    ],
)
def test_when_the_next_call_is_due(
    result: CallResult, reason: AbsenceReason, called: Wall, next_on: date | None, due: Wall | None
) -> None:
    assert next_due(result, reason, called, DAYS, next_on=next_on) == due


def test_every_result_and_every_reason_has_its_line_in_the_tables() -> None:
    assert set(AFTER_CALL) == set(CallResult)
    assert set(FIRST_DUE) == set(SCHOOL_DAYS_BETWEEN_CALLS) == FOLLOWED_REASONS


NOW = datetime(2026, 9, 14, 2, tzinfo=UTC)
EARLIER, LATER = NOW.replace(hour=1), NOW.replace(hour=5)
TONIGHT, TOMORROW = NOW.replace(hour=16), NOW.replace(day=15)


@pytest.mark.parametrize(
    ("state", "due", "back", "nurse", "teacher"),
    [
        ("open", EARLIER, None, "overdue", "overdue"),
        ("open", NOW, None, "today", "today"),
        ("open", LATER, None, "today", "today"),
        ("open", TONIGHT, None, "later", "later"),
        ("open", TOMORROW, None, "later", "later"),
        ("open", None, None, "later", "later"),
        ("to_review", EARLIER, None, "to_review", "overdue"),  # the teacher calls on meanwhile
        ("to_review", TOMORROW, None, "to_review", "later"),
        ("to_review", None, MON, "to_review", "back"),
        ("back", None, MON, "back", "back"),
        ("closed", None, MON, "closed", "closed"),
    ],
)
def test_where_an_absence_stands_in_the_queue(
    state: str, due: datetime | None, back: date | None, nurse: str, teacher: str
) -> None:
    def seen_by(reviewer: bool) -> QueueGroup:
        return group_of(EpisodeState(state), due, back, now=NOW, tonight=TONIGHT, reviewer=reviewer)

    assert (seen_by(True), seen_by(False)) == (QueueGroup(nurse), QueueGroup(teacher))


@pytest.mark.parametrize(
    ("group", "results", "asks", "step"),
    [
        ("overdue", [], {}, "call"),
        ("to_review", [R.HOME_ILL], {"cough": True, "asked": True}, "review"),
        ("back", [R.HOME_ILL], {"due": False}, "close"),
        ("back", [R.MOVED], {"due": False}, "office"),
        ("back", [R.HOME_ILL], {"due": False, "cough": True}, "cough"),
        ("closed", [R.MOVED], {"due": False}, "wait"),
        ("later", [], {"due": False}, "wait"),
        ("resting", [R.HOME_ILL], {"check": True}, "rest"),
        ("today", [R.HOME_ILL], {"asked": True, "doctor": True}, "answer"),
        ("today", [R.HOME_ILL], {"check": True, "doctor": True}, "check"),
        ("today", [R.DECLINED], {}, "nurse_calls"),  # nobody urges
        ("today", [R.WRONG_NUMBER], {}, "second_guardian"),
        ("today", [R.NOT_REACHED] * 2, {}, "call"),
        ("today", [R.NOT_REACHED] * 3, {"doctor": True}, "second_guardian"),
        ("today", [R.HOME_ILL] * 2, {"doctor": True}, "suggest_doctor"),
        ("today", [R.HOME_ILL] * 2, {"doctor": True, "cough": True}, "cough"),
    ],
)
def test_what_comes_next(group: str, results: list[CallResult], asks: dict[str, bool], step: str) -> None:
    found = next_step(QueueGroup(group), results=results, **{"due": True, **asks})
    assert found is NextStep(step)


@pytest.mark.parametrize(
    ("due", "more", "nurse", "teacher"),
    [
        (EARLIER, {"resting": True}, "resting", "resting"),
        (None, {"resting": True}, "resting", "resting"),
        (EARLIER, {"gone": True}, "back", "back"),
        (EARLIER, {"gone": True, "resting": True}, "back", "back"),
        (EARLIER, {"mine": False}, "overdue", "later"),
        (TOMORROW, {"mine": False}, "later", "later"),
    ],
)
def test_who_has_to_call_and_who_has_not(
    due: datetime | None, more: dict[str, bool], nurse: str, teacher: str
) -> None:
    def seen_by(reviewer: bool) -> QueueGroup:
        return group_of(EpisodeState.OPEN, due, None, now=NOW, tonight=TONIGHT, reviewer=reviewer, **more)

    assert (seen_by(True), seen_by(False)) == (QueueGroup(nurse), QueueGroup(teacher))


def test_tries_are_counted_from_the_end() -> None:
    assert tries([]) == tries([R.NOT_REACHED, R.HOME_ILL]) == 0
    assert tries([R.NOT_REACHED, R.HOME_ILL, R.NOT_REACHED, R.NOT_REACHED]) == 2


def test_days_of_absence_are_school_days() -> None:
    assert day_of_absence(MON, MON, DAYS) == 1
    assert day_of_absence(FRI, NEXT_MON, DAYS) == 2
    assert day_of_absence(SAT, SAT, DAYS) == 1


@pytest.mark.parametrize(("number", "shown"), [("13812341234", "138****1234"), ("12345", "*****"), ("", "")])
def test_a_number_shows_its_ends_only(number: str, shown: str) -> None:
    assert masked(number) == shown
