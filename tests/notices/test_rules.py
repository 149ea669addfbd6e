"""What there is to tell at a moment, and whom it concerns."""

from datetime import time

import pytest

from tracker.accounts.rules import Duty, Role
from tracker.notices.rules import (
    Event,
    Missing,
    NoticeKind,
    Person,
    Standing,
    Unseen,
    events_at,
    ladder_step,
    told,
)

DEADLINE = time(8, 30)
SHEET = Missing("morning", DEADLINE, 12, 2024)
OTHER = Missing("morning", DEADLINE, 13, 2024)
ELDER = Missing("morning", DEADLINE, 20, 2023)


@pytest.mark.parametrize(
    "wall, step",
    [
        ("08:19", None),
        ("08:20", NoticeKind.SHEET_DUE),
        ("08:34", NoticeKind.SHEET_DUE),
        ("08:35", NoticeKind.SHEET_MISSING_CLASS),
        ("08:40", NoticeKind.SHEET_MISSING_GRADE),
        ("08:50", NoticeKind.SHEET_MISSING_SCHOOL),
        ("16:00", NoticeKind.SHEET_MISSING_SCHOOL),
    ],
)
def test_the_ladder_for_a_missing_sheet(wall, step):
    assert ladder_step(DEADLINE, time.fromisoformat(wall)) is step


@pytest.mark.parametrize(
    "wall, told_of",
    [
        ("08:19", []),
        ("08:20", ["sheet_due morning:12", "sheet_due morning:13", "sheet_due morning:20"]),
        ("08:31", []),  # past the deadline nobody is told that it is due
        ("08:35", [f"sheet_missing_class morning:{one}" for one in (12, 13, 20)]),
        ("08:40", ["sheet_missing_grade morning:2024", "sheet_missing_grade morning:2023"]),
        ("08:50", ["sheet_missing_school morning"]),
        ("18:31", []),
    ],
)
def test_a_class_is_told_of_itself_a_grade_and_the_school_of_theirs(wall, told_of):
    events = events_at(Standing(missing=[SHEET, OTHER, ELDER], signed=True), time.fromisoformat(wall))
    assert [f"{one.kind} {one.subject}" for one in events] == told_of


def kinds(standing: Standing, wall: str) -> list[str]:
    return [one.kind.value for one in events_at(standing, time.fromisoformat(wall))]


@pytest.mark.parametrize(
    "standing, wall, expected",
    [
        (Standing(not_here=[Unseen("morning", DEADLINE, 12, False)]), "08:34", []),
        (Standing(not_here=[Unseen("morning", DEADLINE, 12, False)]), "08:35", ["not_here"]),
        (Standing(not_here=[Unseen("morning", DEADLINE, 12, True)]), "08:35", []),  # somebody has called
        (Standing(not_here=[Unseen("morning", DEADLINE, 12, True)]), "08:50", ["unaccounted"]),
        (Standing(on_the_way=[(4, 1)]), "06:59", []),
        (Standing(on_the_way=[(4, 1)]), "10:00", ["on_the_way"]),
        (Standing(waiting=[(17, 9)]), "10:00", []),
        (Standing(waiting=[(17, 10)]), "10:00", ["retest_waiting"]),
        (Standing(calls={12: 2, 13: 0}), "11:30", ["calls_due"]),
        (Standing(calls={12: 2}), "12:00", []),
        (Standing(to_review=3), "14:59", []),
        (Standing(to_review=3), "15:00", ["queue"]),
        (Standing(), "15:00", []),
        (Standing(), "16:59", []),
        (Standing(), "17:00", ["day_not_closed"]),
        (Standing(signed=True), "17:00", []),
    ],
)
def test_when_there_is_something_to_tell(standing, wall, expected):
    assert kinds(standing, wall) == expected


def person(number: int, *roles: Role, **duties: int | None) -> Person:
    return Person(number, frozenset(roles), frozenset((Duty(one), place) for one, place in duties.items()))


HOMEROOM = person(1, Role.TEACHER, homeroom=12)
DEPUTY = person(2, Role.TEACHER, deputy=12)
STRANGER = person(3, Role.TEACHER, homeroom=13)
HEAD = person(4, Role.TEACHER, grade_head=2024)
OFFICE = person(5, Role.ASSESSMENT, second_reporter=None)
NURSE = person(6, Role.NURSE)
LEADER = person(7, Role.STAFF, duty_leader=None)
PRINCIPAL = person(8, Role.PRINCIPAL)
AWAY = person(6, Role.NURSE, nurse_away=None)
EVERYBODY = [HOMEROOM, DEPUTY, STRANGER, HEAD, OFFICE, NURSE, LEADER, PRINCIPAL]


@pytest.mark.parametrize(
    "kind, people, expected",
    [
        (NoticeKind.SHEET_DUE, EVERYBODY, {1}),
        (NoticeKind.SHEET_DUE, EVERYBODY[1:], {2}),  # nobody is homeroom teacher: the deputy
        (NoticeKind.SHEET_DUE, EVERYBODY[2:], {4}),  # a class without a teacher is its grade head's
        (NoticeKind.SHEET_MISSING_CLASS, EVERYBODY, {2}),
        (NoticeKind.NOT_HERE, EVERYBODY, {1}),
        (NoticeKind.UNACCOUNTED, EVERYBODY, {5, 6, 7}),
        (NoticeKind.RETEST_WAITING, EVERYBODY, {6}),
        (NoticeKind.RETEST_WAITING, [OFFICE, AWAY], {5}),  # who stands in for the nurse
        (NoticeKind.DAY_NOT_CLOSED, EVERYBODY, {5, 8}),
        (NoticeKind.CALLS_DUE, EVERYBODY, {1}),
    ],
)
def test_only_who_is_concerned_is_told(kind, people, expected):
    assert told(Event(kind, "x", class_id=12), people, {12: 2024, 13: 2024}) == expected


def test_a_grade_is_its_head_s_and_the_school_is_the_office_s_and_the_nurse_s():
    assert told(Event(NoticeKind.SHEET_MISSING_GRADE, "x", entry_year=2024), EVERYBODY, {}) == {4}
    assert told(Event(NoticeKind.SHEET_MISSING_GRADE, "x", entry_year=2023), EVERYBODY, {}) == set()
    assert told(Event(NoticeKind.SHEET_MISSING_SCHOOL, "x"), EVERYBODY, {}) == {5, 6}


def test_nobody_is_told_what_they_have_just_done():
    assert told(Event(NoticeKind.ON_THE_WAY, "stay:4", by=6), EVERYBODY, {}) == set()
