"""What a sheet makes of an absence, and how an absence ends."""

from dataclasses import replace
from datetime import date

import pytest

from tracker.absence.rules import (
    CallResult,
    EndedHow,
    EpisodeState,
    LiveEpisode,
    Seen,
    Sighting,
    after_review,
    better_reason,
    ending,
    follow,
    goes_on,
    reason_after_call,
    same_group,
    settle,
)
from tracker.screening.rules import AbsenceReason, HalfDay

FRI, MON, TUE, WED = date(2026, 9, 18), date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23)
OPEN, TO_REVIEW, BACK, CLOSED, VOID = EpisodeState
ILL, HURT, LEAVE = AbsenceReason.ILLNESS, AbsenceReason.INJURY, AbsenceReason.PERSONAL
HOME, WATCH, UNKNOWN = AbsenceReason.RECOVERING, AbsenceReason.WATCH, AbsenceReason.UNKNOWN
MORNING, AFTERNOON = HalfDay


def episode(
    state: EpisodeState = OPEN,
    *,
    first: date = MON,
    last: date = MON,
    back: date | None = None,
    reason: AbsenceReason = ILL,
    called: bool = False,
) -> LiveEpisode:
    return LiveEpisode(1, state, reason, first, MORNING, last, back, None, called)


@pytest.mark.parametrize(
    ("known", "present", "day", "made"),
    [
        (None, True, MON, Sighting.NOTHING),
        (None, None, MON, Sighting.NOTHING),
        (None, False, MON, Sighting.OPENS),
        (episode(), False, MON, Sighting.STILL),
        (episode(), False, TUE, Sighting.STILL),
        (episode(), None, TUE, Sighting.NOTHING),
        (episode(), None, MON, Sighting.ASK),  # perhaps a correction
        (episode(called=True), None, MON, Sighting.NOTHING),
        (episode(first=FRI), None, MON, Sighting.NOTHING),
        (episode(last=TUE), None, MON, Sighting.NOTHING),
        (episode(BACK, back=MON), None, MON, Sighting.NOTHING),
        (episode(), True, TUE, Sighting.BACK),
        (episode(TO_REVIEW, called=True), True, TUE, Sighting.BACK),
        (episode(), True, MON, Sighting.ASK),  # missed and seen on one day: read its sheets together
        (episode(last=TUE), True, MON, Sighting.NOTHING),  # a correction of the day before
        (episode(BACK, back=TUE), True, WED, Sighting.NOTHING),
        (episode(BACK, back=TUE), False, TUE, Sighting.ASK),
        (episode(BACK, back=TUE), False, WED, Sighting.AGAIN),
        (episode(BACK, back=TUE), False, MON, Sighting.NOTHING),
        (episode(CLOSED, back=TUE), False, WED, Sighting.AGAIN),
        (episode(CLOSED, back=TUE), True, WED, Sighting.NOTHING),
        (episode(CLOSED), False, WED, Sighting.OPENS),  # left the school, and came back to it
    ],
)
def test_what_a_sheet_makes_of_an_absence(
    known: LiveEpisode | None, present: bool | None, day: date, made: Sighting
) -> None:
    assert follow(known, Seen(1, present, None if present is not False else ILL), day) is made


@pytest.mark.parametrize("reason", [AbsenceReason.SUSPENDED, AbsenceReason.UNREGISTERED, None])
def test_reasons_that_are_not_followed_open_nothing(reason: AbsenceReason | None) -> None:
    assert follow(None, Seen(1, False, reason), MON) is Sighting.NOTHING
    assert follow(episode(), Seen(1, False, reason), TUE) is Sighting.NOTHING
    assert follow(episode(), Seen(1, False, reason), MON) is Sighting.ASK


@pytest.mark.parametrize(
    ("known", "last_present", "halves", "made"),
    [
        (episode(), True, frozenset(), Sighting.VOID),  # a mistake, or a late arrival
        (episode(called=True), True, frozenset(), Sighting.BACK),  # somebody has called: the nurse looks
        (episode(first=FRI), True, frozenset(), Sighting.BACK),  # it began before
        (episode(), True, frozenset({MORNING}), Sighting.BACK),  # missed the morning, came at noon
        (episode(), False, frozenset({AFTERNOON}), Sighting.STILL),
        (episode(BACK, back=MON), False, frozenset({AFTERNOON}), Sighting.AGAIN),
        (episode(BACK, back=MON), True, frozenset({MORNING}), Sighting.NOTHING),  # noon has seen the child
        (episode(), None, frozenset(), Sighting.VOID),  # corrected to: on an outing
        (episode(), None, frozenset({MORNING}), Sighting.NOTHING),
        (episode(called=True), None, frozenset(), Sighting.NOTHING),
        (episode(first=FRI), None, frozenset(), Sighting.NOTHING),
    ],
)
def test_what_the_sheets_of_one_day_make_of_an_absence_together(
    known: LiveEpisode, last_present: bool | None, halves: frozenset[HalfDay], made: Sighting
) -> None:
    assert settle(known, MON, last_present=last_present, absent_halves=halves) is made


@pytest.mark.parametrize(
    ("back", "day", "reason", "same"),
    [
        (TUE, WED, ILL, True),
        (FRI, MON, ILL, True),  # the weekend does not count
        (FRI, MON, HOME, True),
        (FRI, MON, UNKNOWN, True),
        (FRI, MON, LEAVE, False),
        (FRI, TUE, ILL, False),  # a whole school day at school in between
        (None, TUE, ILL, False),
    ],
)
def test_an_absence_goes_on_by_the_next_school_day_for_the_same_reasons(
    back: date | None, day: date, reason: AbsenceReason, same: bool
) -> None:
    known = episode(BACK, first=date(2026, 9, 16), back=back)
    assert goes_on(known, reason, day, [FRI, MON, TUE, WED]) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ILL, HOME, True),
        (ILL, UNKNOWN, True),
        (UNKNOWN, UNKNOWN, True),
        (ILL, HURT, False),
        (WATCH, LEAVE, False),
    ],
)
def test_reasons_are_grouped(one: AbsenceReason, other: AbsenceReason, same: bool) -> None:
    assert same_group(one, other) is same_group(other, one) is same


@pytest.mark.parametrize(
    ("before", "called", "sheet", "after"),
    [
        (UNKNOWN, False, ILL, ILL),
        (UNKNOWN, True, ILL, ILL),
        (ILL, False, LEAVE, LEAVE),  # the sheet is corrected
        (ILL, True, LEAVE, ILL),  # what was learned in a call is not undone by a tap
        (ILL, False, UNKNOWN, ILL),
    ],
)
def test_a_sheet_betters_a_reason(
    before: AbsenceReason, called: bool, sheet: AbsenceReason, after: AbsenceReason
) -> None:
    assert better_reason(episode(reason=before, called=called), sheet) is after


@pytest.mark.parametrize(
    ("before", "result", "given", "after"),
    [
        (UNKNOWN, CallResult.HOME_ILL, None, ILL),
        (UNKNOWN, CallResult.DOCTOR, HURT, HURT),
        (UNKNOWN, CallResult.NOT_REACHED, None, UNKNOWN),
        (UNKNOWN, CallResult.DECLINED, None, UNKNOWN),
        (HURT, CallResult.DOCTOR, None, HURT),
        (ILL, CallResult.NOT_ILL, LEAVE, LEAVE),
    ],
)
def test_a_call_betters_a_reason(
    before: AbsenceReason, result: CallResult, given: AbsenceReason | None, after: AbsenceReason
) -> None:
    assert reason_after_call(before, result, given) is after


@pytest.mark.parametrize(
    ("back", "last", "enrolled", "how"),
    [
        (MON, None, True, EndedHow.RETURNED),
        (MON, CallResult.MOVED, True, EndedHow.RETURNED),
        (None, CallResult.MOVED, True, EndedHow.LEFT_SCHOOL),
        (None, None, False, EndedHow.LEFT_SCHOOL),
        (None, CallResult.RECOVERED, True, None),  # well again is not yet seen again
        (None, None, True, None),
    ],
)
def test_how_an_absence_may_end(
    back: date | None, last: CallResult | None, enrolled: bool, how: EndedHow | None
) -> None:
    assert ending(back, last, enrolled=enrolled) is how


def test_what_is_known_missing_is_live_and_not_seen_again() -> None:
    assert episode(OPEN).is_missing and episode(TO_REVIEW).is_missing
    assert not episode(BACK, back=MON).is_missing
    assert not episode(TO_REVIEW, back=MON).is_missing
    assert not episode(CLOSED, back=MON).is_missing and not episode(CLOSED).is_live
    assert replace(episode(), state=BACK).is_live


def test_after_the_review_it_stands_where_the_student_does() -> None:
    assert after_review(None) is OPEN
    assert after_review(MON) is BACK
