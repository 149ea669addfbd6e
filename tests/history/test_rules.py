from datetime import date

import pytest

from tracker.history.rules import AbsentDay, absent_day, runs_of
from tracker.screening.rules import AbsenceReason, HalfDay, Line, SessionCode, State

NORMAL, UNSET = Line(), Line(State.UNSET)
ILL, UNKNOWN, LEAVE = (
    Line(State.ABSENT, reason)
    for reason in (AbsenceReason.ILLNESS, AbsenceReason.UNKNOWN, AbsenceReason.PERSONAL)
)
MON, AM, PM = date(2026, 9, 7), HalfDay.MORNING, HalfDay.AFTERNOON
SCHOOL_DAYS = [date(2026, 9, n) for n in (7, 8, 9, 10, 11, 14, 15, 16, 17, 18)]


def day_of(**lines):
    return absent_day(1, MON, {SessionCode(code): (line, None) for code, line in lines.items()})


@pytest.mark.parametrize("lines, first_half, is_back", [
    ({"arrival": ILL, "morning": ILL, "noon": ILL}, AM, False),
    ({"arrival": ILL}, AM, False),
    ({"arrival": ILL, "morning": UNSET}, AM, False),
    ({"arrival": UNKNOWN, "morning": NORMAL}, None, None),  # came late
    ({"arrival": ILL, "noon": NORMAL}, AM, True),
    ({"arrival": NORMAL, "noon": ILL}, PM, False),
    ({"arrival": NORMAL}, None, None),
    ({"arrival": Line(State.ABSENT, AbsenceReason.SUSPENDED)}, None, None),
])  # fmt: skip
def test_a_days_sessions_together(lines, first_half, is_back):
    found = day_of(**lines)
    assert (found and (found.first_half, found.is_back)) == ((first_half, is_back) if first_half else None)


def test_a_known_reason_outweighs_an_unknown_one():
    assert day_of(arrival=UNKNOWN, noon=ILL).reason is AbsenceReason.ILLNESS
    assert day_of(arrival=LEAVE, noon=UNKNOWN).reason is AbsenceReason.PERSONAL


def absent(day, reason=AbsenceReason.ILLNESS, is_back=False):
    return AbsentDay(date(2026, 9, day), 1, AM, reason, None, is_back)


PERSONAL, UNKNOWN_REASON = AbsenceReason.PERSONAL, AbsenceReason.UNKNOWN


@pytest.mark.parametrize("days, runs", [
    ([absent(7)], [(7, 7, 8)]),
    ([absent(7), absent(8)], [(7, 8, 9)]),
    ([absent(11), absent(14)], [(11, 14, 15)]),  # over a weekend
    ([absent(11)], [(11, 11, 14)]),
    ([absent(7), absent(9)], [(7, 9, 10)]),  # back for a day, and absent again
    ([absent(7), absent(9, PERSONAL)], [(7, 7, 8), (9, 9, 10)]),
    ([absent(7), absent(10)], [(7, 7, 8), (10, 10, 11)]),
    ([absent(7, is_back=True)], [(7, 7, 7)]),
    ([absent(7, is_back=True), absent(8)], [(7, 8, 9)]),
    ([absent(7, UNKNOWN_REASON), absent(8)], [(7, 8, 9)]),
    ([absent(17)], [(17, 17, None)]),  # the 18th is today
    ([absent(16)], [(16, 16, 17)]),
])  # fmt: skip
def test_absent_days_become_absences(days, runs):
    found = runs_of(days, SCHOOL_DAYS, today=date(2026, 9, 18))
    assert [
        (run.first_on.day, run.last_absent_on.day, run.back_on and run.back_on.day) for run in found
    ] == runs


def test_an_unknown_reason_becomes_known():
    (run,) = runs_of([absent(7, UNKNOWN_REASON), absent(8), absent(9, UNKNOWN_REASON)], SCHOOL_DAYS, MON)
    assert run.reason is AbsenceReason.ILLNESS


def test_the_terms_end_closes_an_absence():
    terms = [(date(2026, 9, 1), date(2026, 9, 12)), (date(2026, 9, 13), date(2026, 12, 31))]
    runs = runs_of([absent(11), absent(14)], SCHOOL_DAYS, date(2026, 9, 18), terms)
    assert [(run.first_on.day, run.back_on, run.term_end) for run in runs] == [
        (11, None, date(2026, 9, 11)),
        (14, date(2026, 9, 15), None),
    ]
