"""How a task turned out, told from its times and its record; and what a new zone is done with."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.disinfection.day_rules import (
    EVERY_DAY,
    Around,
    Days,
    default_rota,
    lead_days,
    on_time_until,
)
from tracker.disinfection.defaults import CLASSROOM_NAMES, DEPARTMENTS, zone_defaults
from tracker.disinfection.forms import WORDS, refusal_words
from tracker.disinfection.rules import (
    NOT_THE_CLASS,
    Agent,
    Answer,
    Group,
    ItemResult,
    Method,
    NotDoneReason,
    ObjectKind,
    Refusal,
    TaskState,
    TaskTimes,
    ZoneType,
    correction_until,
    group_of,
    late_until,
    outcome_of,
    read_slot,
    refusal_of,
    slot_code,
)
from tracker.school.rules import DayType, Level, Place, SchoolDay, Scope

ZONE = ZoneInfo("Asia/Shanghai")
FRIDAY, MONDAY = date(2026, 9, 18), date(2026, 9, 21)


def at(day: date, wall: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), ZONE)


@pytest.mark.parametrize(
    "code, slot",
    [
        ("15:40", time(15, 40)),
        ("07:05", time(7, 5)),
        ("7:05", None),
        ("24:00", None),
        ("15:40:00", None),
        ("fever:17", None),
        ("", None),
    ],
)
def test_a_slot_is_read_only_as_it_is_written(code, slot):
    assert read_slot(code) == slot
    assert slot is None or slot_code(slot) == code


@pytest.mark.parametrize(
    "until, next_day_until, next_day, limit",
    [
        ("18:00", None, MONDAY, at(FRIDAY, "18:00")),
        ("18:00", "07:40", MONDAY, at(MONDAY, "07:40")),  # over the weekend
        ("18:00", "07:40", None, at(FRIDAY, "18:00")),  # the term's last day
    ],
)
def test_on_time_ends_on_the_day_or_on_the_next_school_day(until, next_day_until, next_day, limit):
    later = time.fromisoformat(next_day_until) if next_day_until else None
    assert on_time_until(FRIDAY, time.fromisoformat(until), later, next_day, ZONE) == limit


def test_late_ends_at_midnight_after_the_next_school_day():
    assert late_until(FRIDAY, MONDAY, ZONE) == at(date(2026, 9, 22), "00:00")
    assert late_until(FRIDAY, None, ZONE) == at(date(2026, 9, 19), "00:00")


TIMES = TaskTimes(
    opens=at(MONDAY, "15:40"),
    on_time_until=at(MONDAY, "18:00"),
    late_until=at(date(2026, 9, 23), "00:00"),
)
TUESDAY = date(2026, 9, 22)
DONE = Answer(ItemResult.DONE)
SKIPPED = Answer(ItemResult.NOT_DONE, NotDoneReason.FORGOTTEN)
PREVENTED = Answer(ItemResult.NOT_DONE, NotDoneReason.NO_AGENT)
NOTHING_THERE = Answer(ItemResult.NOT_APPLICABLE)


@pytest.mark.parametrize(
    "now, state",
    [
        (at(MONDAY, "15:39"), TaskState.SOON),
        (at(MONDAY, "15:40"), TaskState.DUE),
        (at(MONDAY, "18:00"), TaskState.DUE),
        (at(MONDAY, "18:01"), TaskState.OVERDUE),
        (at(TUESDAY, "23:59"), TaskState.OVERDUE),
        (at(date(2026, 9, 23), "00:01"), TaskState.MISSED),
    ],
)
def test_an_unfinished_task_stands_by_the_clock(now, state):
    outcome = outcome_of(TIMES, [DONE, None], None, now)
    assert outcome.state is state
    # What was answered but not signed counts for nothing.
    assert (outcome.applicable, outcome.done, outcome.not_done, outcome.late) == (2, 0, 0, False)


@pytest.mark.parametrize(
    "answers, finished, state, late, numbers",
    [
        # numbers: applicable, done, not done, of these excused
        ([DONE, DONE], at(MONDAY, "18:00"), TaskState.DONE, False, (2, 2, 0, 0)),
        ([DONE, DONE], at(MONDAY, "18:01"), TaskState.LATE, True, (2, 2, 0, 0)),
        ([DONE, SKIPPED], at(MONDAY, "17:00"), TaskState.DONE, False, (2, 1, 1, 0)),
        ([DONE, PREVENTED], at(TUESDAY, "09:00"), TaskState.LATE, True, (2, 1, 1, 1)),
        ([SKIPPED, SKIPPED], at(MONDAY, "17:00"), TaskState.NOT_DONE, False, (2, 0, 2, 0)),
        ([SKIPPED, PREVENTED], at(MONDAY, "17:00"), TaskState.NOT_DONE, False, (2, 0, 2, 1)),
        ([PREVENTED, PREVENTED], at(TUESDAY, "17:00"), TaskState.EXCUSED, True, (2, 0, 2, 2)),
        ([PREVENTED, NOTHING_THERE], at(MONDAY, "17:00"), TaskState.EXCUSED, False, (1, 0, 1, 1)),
        ([NOTHING_THERE, NOTHING_THERE], at(MONDAY, "17:00"), TaskState.DONE, False, (0, 0, 0, 0)),
        ([DONE, None], at(MONDAY, "17:00"), TaskState.DONE, False, (2, 1, 0, 0)),  # an item that came later
    ],
)
def test_a_finished_task_is_told_apart_by_its_hour_and_its_answers(answers, finished, state, late, numbers):
    outcome = outcome_of(TIMES, answers, finished, at(TUESDAY, "20:00"))
    assert (outcome.state, outcome.late) == (state, late)
    assert (outcome.applicable, outcome.done, outcome.not_done, outcome.not_done_excused) == numbers


def test_the_reasons_of_the_school_are_six():
    assert {reason.value for reason in NOT_THE_CLASS} == {
        "no_agent",
        "room_in_use",
        "no_water_or_power",
        "tool_broken",
        "place_closed",
        "severe_weather",
    }


@pytest.mark.parametrize(
    "finished, now, reason",
    [
        (None, at(MONDAY, "15:39"), Refusal.NOT_OPEN),
        (None, at(MONDAY, "15:40"), None),
        (None, at(TUESDAY, "23:59"), None),
        (None, at(date(2026, 9, 23), "00:01"), Refusal.MISSED),
        (at(MONDAY, "17:00"), at(TUESDAY, "23:59"), None),
        (at(MONDAY, "17:00"), at(date(2026, 9, 23), "00:01"), Refusal.CORRECTION_OVER),
        (at(TUESDAY, "17:00"), at(date(2026, 9, 23), "12:00"), None),  # done late: the day after that
    ],
)
def test_a_task_takes_answers_from_its_opening_until_its_correction_is_over(finished, now, reason):
    outcome = outcome_of(TIMES, [DONE], finished, now)
    assert refusal_of(TIMES, outcome, finished, now, ZONE) is reason


def test_a_correction_ends_by_the_schools_midnight_not_by_utc():
    early = datetime(2026, 9, 20, 23, 30, tzinfo=UTC)  # 07:30 of the 21st at the school
    assert correction_until(early, ZONE) == at(date(2026, 9, 23), "00:00")


def test_every_state_has_its_place_on_the_list():
    assert {group_of(state) for state in TaskState} == set(Group)


CLASS_1, CLASS_2, SCHOOL = Place(1, 2024, 3), Place(2, 2023, 4), Place()


@pytest.mark.parametrize(
    "rows, place, weekday",
    [
        ({(Scope.SCHOOL, 0): (DayType.NORMAL, None)}, SCHOOL, 1),
        ({(Scope.SCHOOL, 0): (DayType.MAKEUP, 5)}, CLASS_1, 5),
        ({(Scope.SCHOOL, 0): (DayType.OFF, None)}, SCHOOL, None),
        ({}, SCHOOL, None),
        (
            {(Scope.SCHOOL, 0): (DayType.NORMAL, None), (Scope.CLASS, 1): (DayType.SUSPENDED, None)},
            CLASS_1,
            None,
        ),
        (
            {(Scope.SCHOOL, 0): (DayType.NORMAL, None), (Scope.CLASS, 1): (DayType.SUSPENDED, None)},
            CLASS_2,
            1,
        ),
        ({(Scope.SCHOOL, 0): (DayType.OFF, None), (Scope.GRADE, 2023): (DayType.EXAM, None)}, CLASS_2, 1),
    ],
)
def test_the_narrowest_row_of_the_calendar_says_which_weekday_a_day_follows(rows, place, weekday):
    days = {scope: SchoolDay(*what) for scope, what in rows.items()}
    assert Around(MONDAY, FRIDAY, TUESDAY, {MONDAY: days}).weekday(MONDAY, place) == weekday


def test_the_next_school_day_skips_what_is_none():
    school = {(Scope.SCHOOL, 0): SchoolDay(DayType.NORMAL)}
    saturday = date(2026, 9, 19)
    assert Around(MONDAY, FRIDAY, TUESDAY, {MONDAY: school}).next_after(FRIDAY) == MONDAY
    assert Around(MONDAY, FRIDAY, TUESDAY, {MONDAY: school}).next_after(MONDAY) == TUESDAY
    assert Around(saturday, FRIDAY, MONDAY, {}).next_after(FRIDAY) == MONDAY


@pytest.mark.parametrize(
    "grade, weekday", [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 5), (7, 1), (9, 3), (10, 4), (None, 5)]
)
def test_the_rota_of_classrooms(grade, weekday):
    assert default_rota(grade) == weekday


@pytest.mark.parametrize(
    "before, day, after, lead",
    [
        (date(2026, 7, 10), date(2026, 8, 29), date(2026, 9, 1), 3),  # before a term
        (date(2026, 7, 10), date(2026, 8, 30), date(2026, 9, 1), None),
        (None, date(2026, 8, 29), date(2026, 9, 1), 3),  # before the first of all
        (date(2026, 9, 30), date(2026, 10, 7), date(2026, 10, 8), 1),  # a week of holidays
        (date(2026, 9, 30), date(2026, 10, 5), date(2026, 10, 8), None),
        (FRIDAY, date(2026, 9, 20), MONDAY, None),  # a weekend
        (date(2027, 1, 20), date(2027, 2, 1), None, None),  # no term goes on
    ],
)
def test_the_cleaning_before_lessons_begin_again(before, day, after, lead):
    assert lead_days(before, day, after, 3) == lead


def test_a_classroom_is_aired_and_cleaned_daily_and_disinfected_on_its_day_or_daily():
    room = {(one.kind, one.level, one.days): one for one in zone_defaults(ZoneType.CLASSROOM)}
    air = room[ObjectKind.AIR, Level.ROUTINE, Days.SCHOOL]
    assert (air.method, air.weekdays) == (Method.AIRING, EVERY_DAY)
    assert room[ObjectKind.DESKS, Level.EPIDEMIC, Days.SCHOOL].weekdays == EVERY_DAY
    desks = room[ObjectKind.DESKS, Level.ROUTINE, Days.ROTA]
    assert (desks.agent, desks.mg_per_l, desks.weekdays) == (Agent.CHLORINE, 500, ())
    assert room[ObjectKind.DESKS, Level.ROUTINE, Days.BEFORE_TERM].days_before == 3


@pytest.mark.parametrize("kind", ZoneType)
def test_every_kind_of_zone_has_usable_defaults(kind):
    usual = zone_defaults(kind)
    assert usual
    assert len({(one.kind, one.level, one.slot) for one in usual}) == len(usual)
    for one in usual:
        assert one.slot <= one.until
        assert (one.mg_per_l in (500, 1000)) == (one.agent is Agent.CHLORINE)
        assert one.minutes or one.method in (Method.WET_CLEANING, Method.SPRAY)
        assert (one.days is Days.BEFORE_TERM) == (one.days_before is not None)
        assert one.weekdays or one.days in (Days.ROTA, Days.BEFORE_TERM)


def test_a_school_of_eighteen_classes_starts_with_52_zones():
    assert 18 + sum(len(one.zones) for one in DEPARTMENTS) == 52
    named = [names for one in DEPARTMENTS for names in (one.names, *(zone.names for zone in one.zones))]
    assert all(set(names) == {"zh_Hans", "en"} for names in [*named, CLASSROOM_NAMES])


def test_every_refusal_has_its_sentence(app):
    moments = {"opens": at(MONDAY, "15:40"), "until": at(TUESDAY, "00:00") + timedelta(days=1), "count": 2}
    assert set(WORDS) == set(Refusal)
    sentences = {reason: refusal_words(reason, moments) for reason in Refusal}
    assert all(sentences.values())
    assert sentences[Refusal.MISSED].endswith("09-22 24:00.")
