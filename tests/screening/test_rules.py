"""What a typed temperature means, what a sheet adds up to, and when a session is open."""

from datetime import date, datetime, time, timedelta

import pytest

from tracker.facts.rules import Symptom
from tracker.screening.rules import (
    AbsenceReason,
    Affirmation,
    FeverState,
    Line,
    Mode,
    Plan,
    RecordedBy,
    SessionCode,
    SessionState,
    State,
    VersionKind,
    counts_of,
    current_session,
    differences,
    excused_sessions,
    fever_of,
    may_undo,
    session_state,
)
from tracker.screening.temperature_rules import TemperatureProblem, celsius_of, read_temperature


@pytest.mark.parametrize(
    "typed, tenths, problem",
    [
        ("36.5", 365, None),
        ("365", 365, None),
        ("36,5", 365, None),
        ("36。5", 365, None),
        ("３６．５", 365, None),
        ("36.5℃", 365, None),
        ("36.5 °C", 365, None),
        ("36.5度", 365, None),
        (" 37 ", 370, None),
        ("36.50", 365, None),
        ("", None, None),
        ("  ", None, None),
        ("35.0", 350, None),
        ("41.0", 410, None),
        ("34.9", 349, TemperatureProblem.UNLIKELY),
        ("41.1", 411, TemperatureProblem.UNLIKELY),
        ("32.0", 320, TemperatureProblem.UNLIKELY),
        ("43.0", 430, TemperatureProblem.UNLIKELY),
        ("31.9", None, TemperatureProblem.OUT_OF_RANGE),
        ("44", None, TemperatureProblem.OUT_OF_RANGE),
        ("3.67", None, TemperatureProblem.OUT_OF_RANGE),
        ("3650", None, TemperatureProblem.OUT_OF_RANGE),
        ("36.55", None, TemperatureProblem.UNREADABLE),
        ("100.4", None, TemperatureProblem.FAHRENHEIT),
        ("98.6", None, TemperatureProblem.FAHRENHEIT),
        ("98", None, TemperatureProblem.FAHRENHEIT),
        ("98·6", None, TemperatureProblem.FAHRENHEIT),
        ("100.45 °F", None, TemperatureProblem.FAHRENHEIT),
        ("36.5F", 365, None),
        ("9" * 400, None, TemperatureProblem.UNREADABLE),
        ("ab", None, TemperatureProblem.UNREADABLE),
        ("36.5.1", None, TemperatureProblem.UNREADABLE),
        ("-36.5", None, TemperatureProblem.UNREADABLE),
    ],
)
def test_a_typed_temperature_is_read_leniently_or_refused(typed, tenths, problem):
    assert read_temperature(typed) == (tenths, problem)


@pytest.mark.parametrize("typed, celsius", [("100.4", "38.0"), ("98·6", "37.0"), ("１００，４", "38.0")])
def test_a_fahrenheit_reading_is_asked_back_in_celsius(typed, celsius):
    assert celsius_of(typed) == celsius


@pytest.mark.parametrize(
    "first, retest, state",
    [
        (None, None, FeverState.NONE),
        (372, None, FeverState.NONE),
        (373, None, FeverState.WAITING),  # the trigger itself asks for a retest
        (373, 372, FeverState.CLEARED),
        (378, 373, FeverState.CONFIRMED),
        (372, 380, FeverState.NONE),  # without a first reading over the trigger nobody asked
    ],
)
def test_a_reading_at_the_trigger_is_a_fever_only_after_its_retest(first, retest, state):
    assert fever_of(first, retest, trigger=373, retest_trigger=373) is state


def test_a_sheet_adds_up_and_unset_is_not_normal():
    lines = [
        Line(),
        Line(State.MEASURED, first=365),
        Line(State.MEASURED, first=378),
        Line(State.MEASURED, first=378, retest=369),
        Line(State.SYMPTOMATIC, symptoms=frozenset({Symptom.COUGH})),
        Line(State.SYMPTOMATIC, first=381),
        Line(State.ABSENT, AbsenceReason.ILLNESS),
        Line(State.NOT_HERE),
        Line(State.AWAY),
        Line(State.IN_ROOM),
        Line(State.LEFT),
        Line(State.UNSET),
    ]
    counts = counts_of(lines, trigger=373, retest_trigger=373)
    assert counts.stored() == {
        "expected": 12,
        "checked": 6,
        "absent": 1,
        "not_here": 1,
        "away": 1,
        "in_room": 1,
        "left_early": 1,
        "unset": 1,
        "fever": 2,
        "symptomatic": 2,
    }
    # normal, measured below the trigger, and measured again below it
    assert counts.plain == 3
    assert counts.exceptional == 8


def plan(code=SessionCode.MORNING, opens="07:50", deadline="08:30", closes="16:30"):
    wall = time.fromisoformat
    return Plan(
        code,
        date(2026, 9, 1),
        RecordedBy.CLASS,
        wall(opens),
        wall(opens),
        wall(deadline),
        wall(closes),
        Mode.EXCEPTIONS,
        Affirmation.LOOKED,
    )


@pytest.mark.parametrize(
    "wall, reported, today, state",
    [
        ("07:49", False, True, SessionState.NOT_YET),
        ("07:50", False, True, SessionState.OPEN),
        ("08:30", False, True, SessionState.OPEN),  # the deadline itself is on time
        ("08:31", False, True, SessionState.LATE),
        ("16:30", False, True, SessionState.LATE),
        ("16:31", False, True, SessionState.CLOSED),
        ("07:00", False, False, SessionState.CLOSED),
        ("08:31", True, True, SessionState.REPORTED),
    ],
)
def test_a_session_opens_runs_late_and_closes_by_the_wall_clock(wall, reported, today, state):
    assert session_state(plan(), time.fromisoformat(wall), reported=reported, today=today) is state


def test_the_session_to_report_now_is_the_open_one_with_the_earliest_deadline():
    arrival, morning, noon = plan(SessionCode.ARRIVAL, deadline="08:25"), plan(), plan(SessionCode.NOON)
    states = [
        (morning, SessionState.OPEN),
        (arrival, SessionState.LATE),
        (noon, SessionState.NOT_YET),
    ]
    assert current_session(states) is arrival
    assert current_session([(arrival, SessionState.REPORTED), (noon, SessionState.NOT_YET)]) is None


@pytest.mark.parametrize(
    "wall, excused", [("07:49", []), ("07:50", ["morning"]), ("08:50", ["morning"]), ("08:51", [])]
)
def test_a_case_excuses_from_the_opening_to_twenty_minutes_after_the_deadline(wall, excused):
    assert excused_sessions([plan()], time.fromisoformat(wall)) == excused


def test_two_versions_are_compared_student_by_student():
    ill = Line(State.ABSENT, AbsenceReason.ILLNESS)
    found = differences({1: Line(), 2: ill, 3: Line()}, {1: Line(), 2: Line(), 4: ill})
    assert [(one.student_id, one.theirs, one.mine) for one in found] == [
        (2, ill, Line()),
        (4, None, ill),
        (3, Line(), None),
    ]


def test_a_sheet_is_undone_within_ten_minutes_and_a_correction_never():
    at = datetime(2026, 9, 21, 8, 5)
    assert may_undo(VersionKind.SUBMIT, at, at + timedelta(minutes=10))
    assert not may_undo(VersionKind.SUBMIT, at, at + timedelta(minutes=10, seconds=1))
    assert not may_undo(VersionKind.CORRECT, at, at)
