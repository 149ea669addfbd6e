"""Vacations, the ends of terms, and what signs of illness ask for."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.absence.call_rules import Wall, next_due
from tracker.absence.rest_rules import (
    Vacation,
    first_after_vacation,
    is_term_over,
    to_be_checked,
    vacation_on,
)
from tracker.absence.rules import CallResult
from tracker.absence.sign_rules import Asked, Cough, cough_is_open, cough_since, doctor_is_open
from tracker.screening.rules import AbsenceReason


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def days(*texts: str) -> list[date]:
    return [day(text) for text in texts]


# The national holidays are the first to the seventh of October; the tenth makes up for one of them.
AUTUMN = days("09-28", "09-29", "09-30", "10-08", "10-09", "10-10", "10-12")


@pytest.mark.parametrize(
    ("today", "vacation"),
    [
        ("09-30", None),
        ("10-01", Vacation(day("10-01"), day("10-07"))),
        ("10-07", Vacation(day("10-01"), day("10-07"))),
        ("10-08", None),
        ("10-10", None),  # a make-up Saturday
        ("10-11", None),  # a Sunday alone
        ("10-13", Vacation(day("10-13"), None)),  # the calendar goes no farther
        ("09-27", Vacation(None, day("09-27"))),
    ],
)
def test_seven_days_without_school_are_a_vacation(today: str, vacation: Vacation | None) -> None:
    assert vacation_on(day(today), AUTUMN) == vacation


def test_six_days_without_school_are_a_holiday() -> None:
    assert vacation_on(day("10-03"), days("09-30", "10-07")) is None
    assert first_after_vacation(days("09-30", "10-07"), day("09-29"), day("10-09")) is None


@pytest.mark.parametrize(
    ("seen", "called", "today", "since"),
    [
        ("09-30", None, "09-30", None),
        ("09-30", None, "10-05", None),  # still in the vacation
        ("09-30", None, "10-08", "10-08"),
        ("09-30", "09-30", "10-09", "10-08"),  # nobody has asked yet
        ("09-30", "10-03", "10-08", "10-08"),  # called in the vacation: to be checked all the same
        ("09-30", "10-08", "10-08", None),
        ("10-08", None, "10-12", None),  # a sheet has missed the student since
    ],
)
def test_after_a_vacation_an_absence_is_checked_before_class(
    seen: str, called: str | None, today: str, since: str | None
) -> None:
    found = to_be_checked(AUTUMN, day(seen), day(called) if called else None, day(today))
    assert found == (day(since) if since else None)


@pytest.mark.parametrize(
    ("called", "result", "next_on", "due"),
    [
        ("09-29 09:00", CallResult.HOME_ILL, None, "09-30 12:00"),
        ("09-30 09:00", CallResult.HOME_ILL, None, "10-08 07:50"),
        ("09-30 17:45", CallResult.NOT_REACHED, None, "10-08 07:50"),
        ("10-05 10:00", CallResult.HOME_BETTER, None, "10-08 07:50"),  # the vacation began before the call
        ("09-30 09:00", CallResult.RECOVERED, "10-08", "10-08 07:50"),
        ("09-30 09:00", CallResult.RECOVERED, "10-09", "10-09 12:00"),
        ("10-09 09:00", CallResult.HOME_ILL, None, "10-10 12:00"),  # the make-up Saturday
        ("10-10 09:00", CallResult.HOME_ILL, None, "10-12 12:00"),
    ],
)
def test_calls_fall_due_on_school_days_after_a_vacation_before_class(
    called: str, result: CallResult, next_on: str | None, due: str
) -> None:
    def wall(text: str) -> Wall:
        return Wall(day(text[:5]), datetime.fromisoformat(f"2026-{text}").time())

    found = next_due(
        result, AbsenceReason.ILLNESS, wall(called), AUTUMN, next_on=day(next_on) if next_on else None
    )
    assert found == wall(due)


TERMS = [(day("02-23"), day("07-03")), (day("09-01"), day("12-31"))]


@pytest.mark.parametrize(
    ("seen", "vacation", "over"),
    [
        ("07-03", None, False),
        ("07-03", Vacation(day("07-04"), day("08-31")), True),
        ("07-03", Vacation(day("07-04"), None), True),
        ("09-30", Vacation(day("10-01"), day("10-07")), False),  # within the term
        ("08-15", Vacation(day("07-04"), day("08-31")), False),  # belongs to no term
    ],
)
def test_a_term_is_over_once_no_school_day_of_it_is_to_come(
    seen: str, vacation: Vacation | None, over: bool
) -> None:
    assert is_term_over(day(seen), vacation, TERMS) is over


def noon(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}T12:00").replace(tzinfo=UTC)


def cough(on: str, onset: str | None = None) -> Cough:
    return Cough(day(on), day(onset or on), noon(on))


@pytest.mark.parametrize(
    ("coughs", "today", "since"),
    [
        ([], "09-21", None),
        ([cough("09-21")], "09-21", None),
        ([cough("09-21", "09-07")], "09-21", "09-21"),
        ([cough("09-21", "09-08")], "09-21", None),  # thirteen days
        ([cough("09-07"), cough("09-14"), cough("09-21")], "09-22", "09-21"),
        ([cough("09-07"), cough("09-14"), cough("09-21")], "09-28", "09-21"),
        ([cough("09-07"), cough("09-14"), cough("09-21")], "09-29", None),  # over since
        ([cough("09-07"), cough("09-15"), cough("09-22")], "09-22", None),  # a week without: another cough
        ([cough("09-14"), cough("09-15", "09-01"), cough("09-16")], "09-16", "09-15"),
    ],
)
def test_a_cough_of_over_two_weeks_is_seen(coughs: list[Cough], today: str, since: str | None) -> None:
    assert cough_since(coughs, day(today)) == (noon(since) if since else None)


def asked(on: str, result: CallResult = CallResult.HOME_ILL, *, nurse: bool = False) -> Asked:
    return Asked(day(on), noon(on) + timedelta(hours=1), result, nurse)


@pytest.mark.parametrize(
    ("since", "calls", "still"),
    [
        (None, [], False),
        ("09-21", [], True),
        ("09-21", [asked("09-20", nurse=True)], True),
        ("09-21", [asked("09-21")], True),  # the teacher's; the hint is the nurse's
        ("09-21", [asked("09-21", CallResult.NOT_REACHED, nurse=True)], True),
        ("09-21", [asked("09-21", nurse=True)], False),
    ],
)
def test_the_nurse_asks_once_about_a_long_cough(since: str | None, calls: list[Asked], still: bool) -> None:
    assert cough_is_open(noon(since) if since else None, calls) is still


WEEK = days("09-17", "09-18", "09-21", "09-22", "09-23")
ILL = AbsenceReason.ILLNESS


@pytest.mark.parametrize(
    ("reason", "today", "calls", "diagnosed", "open_"),
    [
        (ILL, "09-18", [], False, False),
        (ILL, "09-20", [], False, False),  # a weekend is no third day
        (ILL, "09-21", [], False, True),
        (ILL, "09-22", [asked("09-18")], False, True),
        (ILL, "09-22", [asked("09-21")], False, False),  # asked on the third day
        (ILL, "09-22", [asked("09-21", CallResult.NOT_REACHED)], False, True),
        (ILL, "09-21", [asked("09-17", CallResult.DOCTOR)], False, False),
        (ILL, "09-21", [], True, False),
        (AbsenceReason.RECOVERING, "09-21", [], False, True),
        (AbsenceReason.INJURY, "09-23", [], False, False),
        (AbsenceReason.UNKNOWN, "09-23", [], False, False),
    ],
)
def test_three_sick_days_running_ask_for_a_call(
    reason: AbsenceReason, today: str, calls: list[Asked], diagnosed: bool, open_: bool
) -> None:
    found = doctor_is_open(reason, day("09-17"), WEEK, day(today), calls, diagnosed=diagnosed)
    assert found is open_
