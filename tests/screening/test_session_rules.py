"""Which sessions a day asks of a class, and when: tables of cases."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tracker.school.rules import Calendar, DayType, Level, LevelRow, Place, SchoolDay, Scope, level_on
from tracker.screening.defaults import shipped_plans
from tracker.screening.rules import Mode, Plan, RecordedBy, SessionCode
from tracker.screening.session_rules import (
    ExceptionRow,
    PlanRow,
    Times,
    Timetable,
    asked_plans,
    day_plans,
    newly_due,
    out_of_order,
    plan_row,
    run_plans,
)

START = date(2026, 9, 1)
MONDAY, WEDNESDAY, SATURDAY = date(2026, 9, 21), date(2026, 9, 23), date(2026, 10, 10)
NORMAL = SchoolDay(DayType.NORMAL)
ONE, TWO, THREE = (Place(number, 2027 - number, number) for number in (1, 2, 3))
"""A class of grade 1, 2 and 3."""
ARRIVAL, MORNING, NOON, EVENING = SessionCode


def times(text: str) -> Times:
    return Times(*(time.fromisoformat(wall) for wall in text.split()))


def shipped(arrival=RecordedBy.CLASS) -> list[PlanRow]:
    return [
        PlanRow(
            Level(row["level"]),
            row["active"],
            Plan(**{name: row[name] for name in row if name not in ("level", "active")}, valid_from=START),
        )
        for row in shipped_plans(arrival)
    ]


def table(*exceptions, levels=(), plans=(), arrival=RecordedBy.CLASS) -> Timetable:
    return Timetable([*shipped(arrival), *plans], exceptions, levels)


def dropped(code, weekday=0, grade=0, since=START):
    return ExceptionRow(code, weekday, grade, since, False, None)


def moved(code, text, weekday=0, grade=0, since=START):
    return ExceptionRow(code, weekday, grade, since, True, times(text) if text else None)


def asked(known, day, what=NORMAL, place=THREE) -> str:
    return " ".join(f"{one.code}@{one.deadline:%H:%M}" for one in asked_plans(known, day, what, place))


DAY = "arrival@08:25 morning@08:30 noon@14:10"


@pytest.mark.parametrize("what, expected", [
    (None, ""),
    (NORMAL, DAY),
    (SchoolDay(DayType.HALF), "arrival@08:25 morning@08:30"),
    (SchoolDay(DayType.EXAM), "arrival@08:25 morning@08:30"),
    (SchoolDay(DayType.EVENT), "arrival@08:25 morning@08:30"),
    (SchoolDay(DayType.REGISTRATION), "arrival@08:25"),
    (SchoolDay(DayType.CLOSING), "arrival@08:25 morning@08:30"),
    (SchoolDay(DayType.SUSPENDED), ""),
    (SchoolDay(DayType.HOME), ""),
    (SchoolDay(DayType.OFF), ""),
    (SchoolDay(DayType.LATE_START, later_minutes=40), "arrival@09:05 morning@09:10 noon@14:50"),
    (SchoolDay(DayType.LATE_START), DAY),
    (SchoolDay(DayType.NORMAL, later_minutes=40), DAY),                       # of a row that said more before
    (SchoolDay(DayType.EARLY_CLOSE, ends_at=time(14, 10)), DAY),              # due by then
    (SchoolDay(DayType.EARLY_CLOSE, ends_at=time(14, 0)), "arrival@08:25 morning@08:30"),
    (SchoolDay(DayType.EARLY_CLOSE, ends_at=time(8, 28)), "arrival@08:25"),
    (SchoolDay(DayType.EARLY_CLOSE), DAY),
])  # fmt: skip
def test_what_a_kind_of_day_asks_for(what, expected):
    assert asked(table(), MONDAY, what) == expected


WITHOUT_NOON = "arrival@08:25 morning@08:30"
NO_NOON_ON_WEDNESDAY = [dropped(NOON, 3, 1), dropped(NOON, 3, 2)]


@pytest.mark.parametrize("day, what, place, expected", [
    (WEDNESDAY, NORMAL, ONE, WITHOUT_NOON),
    (WEDNESDAY, NORMAL, TWO, WITHOUT_NOON),
    (WEDNESDAY, NORMAL, THREE, DAY),
    (MONDAY, NORMAL, ONE, DAY),
    (SATURDAY, SchoolDay(DayType.MAKEUP, stands_for=3), ONE, WITHOUT_NOON),   # a Saturday for a Wednesday
    (SATURDAY, SchoolDay(DayType.MAKEUP, stands_for=3), THREE, DAY),
    (SATURDAY, SchoolDay(DayType.MAKEUP, stands_for=5), ONE, DAY),            # for a Friday
    (WEDNESDAY, NORMAL, Place(), DAY),                                        # the school itself has no grade
])  # fmt: skip
def test_a_session_is_dropped_for_a_grade_on_a_weekday(day, what, place, expected):
    assert asked(table(*NO_NOON_ON_WEDNESDAY), day, what, place) == expected


EARLY, LATE = "07:00 07:00 07:40 08:00", "07:30 07:30 07:50 08:10"


@pytest.mark.parametrize("exceptions, place, expected", [
    ([moved(ARRIVAL, EARLY, 0, 1), moved(ARRIVAL, LATE, 0, 3)], ONE, "07:40"),     # staggered by grade
    ([moved(ARRIVAL, EARLY, 0, 1), moved(ARRIVAL, LATE, 0, 3)], THREE, "07:50"),
    ([moved(ARRIVAL, EARLY, 0, 1)], TWO, "08:25"),
    ([moved(ARRIVAL, EARLY)], TWO, "07:40"),                                       # for everybody, every day
    ([moved(ARRIVAL, EARLY, 0, 1), moved(ARRIVAL, LATE, 1, 0)], ONE, "07:50"),     # the weekday before the grade
    ([moved(ARRIVAL, EARLY, 1, 1), moved(ARRIVAL, LATE, 1, 0)], ONE, "07:40"),     # exactly it before both
    ([moved(ARRIVAL, EARLY, 0, 1), dropped(ARRIVAL, 1, 0)], ONE, None),            # dropped before moved
    ([dropped(ARRIVAL, 0, 1), moved(ARRIVAL, LATE, 1, 0)], ONE, None),
    ([dropped(ARRIVAL, 1, 0), moved(ARRIVAL, EARLY, 1, 1)], ONE, "07:40"),         # but for exactly it
    ([dropped(ARRIVAL, 1, 0), moved(ARRIVAL, "", 1, 1)], ONE, None),               # which says nothing any more
    ([dropped(ARRIVAL, 0, 0), moved(ARRIVAL, "", 0, 0, MONDAY)], ONE, "08:25"),    # ended by its day
    ([moved(ARRIVAL, EARLY, since=WEDNESDAY)], ONE, "08:25"),                      # not yet begun
])  # fmt: skip
def test_which_exception_holds(exceptions, place, expected):
    [*found] = [one for one in asked_plans(table(*exceptions), MONDAY, NORMAL, place) if one.code is ARRIVAL]
    assert [f"{one.deadline:%H:%M}" for one in found] == ([expected] if expected else [])


def test_a_late_start_shifts_an_exceptions_times_too_and_never_past_midnight():
    known = table(moved(ARRIVAL, "07:00 07:10 07:40 23:30"))
    late = SchoolDay(DayType.LATE_START, later_minutes=45)
    [plan] = [one for one in asked_plans(known, MONDAY, late, ONE) if one.code is ARRIVAL]
    assert Times(plan.opens, plan.starts, plan.deadline, plan.closes) == times("07:45 07:55 08:25 23:59")


def level(word, since=START, scope=Scope.SCHOOL, scope_id=0):
    return LevelRow(since, scope, scope_id, Level(word) if word else None)


OF_CLASS, OF_GRADE = (Scope.CLASS, THREE.class_id), (Scope.GRADE, THREE.entry_year)


@pytest.mark.parametrize("levels, expected", [
    ([], Level.ROUTINE),
    ([level("epidemic", MONDAY)], Level.EPIDEMIC),
    ([level("epidemic", WEDNESDAY)], Level.ROUTINE),
    ([level("epidemic"), level("routine", MONDAY)], Level.ROUTINE),
    ([level("epidemic", START, *OF_GRADE)], Level.EPIDEMIC),
    ([level("epidemic", START, *OF_GRADE), level("routine", MONDAY)], Level.EPIDEMIC),
    ([level("epidemic", START, *OF_GRADE), level("routine", START, *OF_CLASS)], Level.ROUTINE),
    ([level("epidemic", START, *OF_CLASS), level(None, MONDAY, *OF_CLASS)], Level.ROUTINE),
    ([level("epidemic", START, Scope.CLASS, ONE.class_id)], Level.ROUTINE),
    ([level("epidemic", START, Scope.GRADE, ONE.entry_year)], Level.ROUTINE),
])  # fmt: skip
def test_the_narrowest_level_holds_of_each_the_newest(levels, expected):
    assert level_on(levels, MONDAY, THREE) is expected


def test_the_epidemic_level_asks_for_every_temperature_and_the_evening():
    known = table(levels=[level("epidemic")])
    found = asked_plans(known, MONDAY, NORMAL, THREE)
    assert [(one.code, one.mode) for one in found] == [
        (ARRIVAL, Mode.EXCEPTIONS), (MORNING, Mode.FULL), (NOON, Mode.FULL), (EVENING, Mode.EXCEPTIONS)
    ]  # fmt: skip
    assert asked(known, MONDAY, SchoolDay(DayType.HALF)) == WITHOUT_NOON


def test_what_was_not_set_for_the_epidemic_is_as_in_the_routine():
    routine = [row for row in shipped() if row.level is Level.ROUTINE]
    known = Timetable(routine, levels=[level("epidemic")])
    assert asked(known, MONDAY) == DAY
    assert plan_row(known, NOON, Level.EPIDEMIC, MONDAY) == plan_row(known, NOON, Level.ROUTINE, MONDAY)


def test_a_changed_plan_holds_from_its_day():
    noon = next(row for row in shipped() if row.plan.code is NOON and row.level is Level.ROUTINE)
    later = replace(noon, plan=replace(noon.plan, valid_from=WEDNESDAY, deadline=time(14, 20)))
    off = replace(noon, active=False, plan=replace(noon.plan, valid_from=date(2026, 9, 24)))
    known = table(plans=[off, later])
    assert [asked(known, date(2026, 9, day)).rpartition(" ")[2] for day in (22, 23, 24)] == [
        "noon@14:10", "noon@14:20", "morning@08:30"
    ]  # fmt: skip
    assert [one.valid_from for one in asked_plans(known, WEDNESDAY, NORMAL, THREE)][-1] == WEDNESDAY


def test_what_is_recorded_at_the_gate_is_run_but_asks_no_class():
    known = table(arrival=RecordedBy.GATE)
    assert [one.code for one in run_plans(known, MONDAY, NORMAL, THREE)] == [ARRIVAL, MORNING, NOON]
    assert asked(known, MONDAY) == "morning@08:30 noon@14:10"


def test_what_a_day_does_not_ask_for_keeps_the_plan_it_would_have():
    found = {one.plan.code: one.is_asked for one in day_plans(table(), MONDAY, None, THREE)}
    assert found == dict.fromkeys(SessionCode, False)


def calendar(*kinds, of=(Scope.SCHOOL, 0)):
    """Days up to Monday, the last of them: what they are for the school, or for a class beside a normal school."""
    days = [MONDAY - timedelta(days=number) for number in reversed(range(len(kinds)))]
    school = {(Scope.SCHOOL, 0): NORMAL}
    return Calendar(
        MONDAY, {day: school | {of: SchoolDay(DayType(kind))} for day, kind in zip(days, kinds, strict=True)}
    )


@pytest.mark.parametrize("known, place, comes_back", [
    (calendar("suspended", "normal"), THREE, True),
    (calendar("suspended", "off", "off", "normal"), THREE, True),              # over a weekend
    (calendar("suspended", "normal", "normal"), THREE, False),                 # it has been back
    (calendar("suspended", "half", "off", "normal"), THREE, False),
    (calendar("suspended", "suspended"), THREE, None),
    (calendar("suspended", "normal", of=(Scope.CLASS, THREE.class_id)), THREE, True),
    (calendar("suspended", "normal", of=(Scope.CLASS, THREE.class_id)), TWO, False),
    (calendar("suspended", "late_start", of=(Scope.GRADE, THREE.entry_year)), THREE, True),
    (calendar("normal"), THREE, False),
])  # fmt: skip
def test_a_class_comes_back_from_a_suspension_through_a_full_check(known, place, comes_back):
    found = asked_plans(table(), MONDAY, known.of(place), place)
    full = [one.code for one in found if one.mode is Mode.FULL]
    assert full == ([ARRIVAL] if comes_back else [])
    assert bool(found) == (comes_back is not None)


def test_where_the_gate_records_the_arrival_the_morning_check_is_the_full_one():
    known = calendar("suspended", "normal")
    [first, *_] = asked_plans(table(arrival=RecordedBy.GATE), MONDAY, known.of(THREE), THREE)
    assert (first.code, first.mode) == (MORNING, Mode.FULL)


@pytest.mark.parametrize("text, field", [
    ("07:20 07:20 08:25 09:00", None),
    ("07:20 07:10 08:25 09:00", "starts"),
    ("07:20 07:30 07:25 09:00", "deadline"),
    ("07:20 07:30 08:25 08:00", "closes"),
])  # fmt: skip
def test_times_have_an_order(text, field):
    assert out_of_order(times(text)) == field


LATE_START, HALF = SchoolDay(DayType.LATE_START, later_minutes=40), SchoolDay(DayType.HALF)
OFF = SchoolDay(DayType.OFF)


@pytest.mark.parametrize("before, after, wall, expected", [
    (NORMAL, LATE_START, "08:20", []),                         # later: nobody is worse off
    (LATE_START, NORMAL, "07:30", []),                         # taken back in time
    (LATE_START, NORMAL, "08:10", [ARRIVAL]),                  # with a quarter of an hour left
    (LATE_START, NORMAL, "08:40", [ARRIVAL, MORNING]),         # and too late
    (LATE_START, NORMAL, "09:06", [MORNING]),                  # arrival had been due
    (LATE_START, NORMAL, "09:30", []),                         # both had been
    (OFF, NORMAL, "12:00", [ARRIVAL, MORNING]),
    (OFF, NORMAL, None, [ARRIVAL, MORNING, NOON]),             # a day gone by
    (HALF, NORMAL, None, [NOON]),
    (NORMAL, OFF, "12:00", []),
])  # fmt: skip
def test_what_a_change_makes_due_without_warning_is_nobodys_fault(before, after, wall, expected):
    plans = [asked_plans(table(), MONDAY, what, THREE) for what in (before, after)]
    assert newly_due(*plans, time.fromisoformat(wall) if wall else None) == expected
