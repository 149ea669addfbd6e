from dataclasses import replace
from datetime import date

import pytest

from tracker.school.roster_cells import Column, GuardianText, Notice, Reason, Roster, StudentRow
from tracker.school.roster_plan import (
    Days,
    GuardianSeen,
    Known,
    KnownClass,
    KnownResidence,
    KnownStay,
    KnownStudent,
    Step,
    plan_import,
)
from tracker.school.rules import Sex

TODAY, TERM = date(2026, 9, 21), date(2026, 9, 1)
A, B, NEW = (2024, 1), (2024, 2), (2025, 1)
CLASSES = {A: KnownClass(1, A, True), B: KnownClass(2, B, True)}
LI = KnownStudent(7, "007", "李明", Sex.MALE, date(2018, 3, 4), stay=KnownStay(TERM, None, 1, 5))
DAYS = Days(TODAY, None, TERM)


def row(number="007", name="李明", key=A, n=2, **more):
    given = {"seat": 5, "sex": Sex.MALE, "birth_date": date(2018, 3, 4), **more}
    return StudentRow(n, key, number, name, **given)


def plan(*rows, students=(LI,), columns=frozenset(Column), days=DAYS, classes=CLASSES):
    roster = Roster(
        columns=columns,
        rows=rows,
        wrong=(),
        numbers=frozenset(one.number for one in rows),
        classes=frozenset(one.class_key for one in rows),
        notices=(),
    )
    known = Known(classes, {one.number: one for one in students})
    return plan_import(roster, known, days, lambda phone: f"hash of {phone}")


def test_the_same_row_changes_nothing():
    assert plan(row()).is_empty
    assert plan(row()).counts == {"new": 0, "changed": 0, "unchanged": 1, "wrong": 0, "missing": 0}


@pytest.mark.parametrize("change, told", [
    ({"name": "李敏"}, [(Column.NAME, "李明", "李敏")]),
    ({"seat": 6}, [(Column.SEAT, 5, 6)]),
    ({"seat": None}, [(Column.SEAT, 5, None)]),
    ({"sex": None}, [(Column.SEX, Sex.MALE, None)]),
    ({"birth_date": date(2018, 3, 5)}, [(Column.BIRTH_DATE, date(2018, 3, 4), date(2018, 3, 5))]),
    ({"dormitory": "3-201"}, [(Column.DORMITORY, None, "3-201")]),
    ({"guardians": {1: GuardianText("父", None, "138")}},
     [(Column.GUARDIAN_NAME, False, True), (Column.GUARDIAN_PHONE, False, True)]),
    ({"key": B, "seat": 5}, [(Column.CLASS_NUMBER, A, B)]),
])  # fmt: skip
def test_what_a_change_is_told_as(change, told):
    (line,) = plan(row(**change)).changed
    assert [(one.column, one.before, one.after) for one in line.changes] == told


def test_a_missing_column_leaves_values_alone_and_an_empty_cell_clears():
    bare = {"seat": None, "sex": None, "birth_date": None}
    assert plan(row(**bare), columns=frozenset({Column.NAME, Column.CLASS_NUMBER})).is_empty
    (line,) = plan(row(**bare)).changed
    assert {one.column for one in line.changes} == {Column.SEAT, Column.SEX, Column.BIRTH_DATE}


def test_a_guardian_is_compared_without_the_phone_being_shown():
    seen = replace(LI, guardians={1: GuardianSeen("父", "父亲", "hash of 138")})
    same = {1: GuardianText("父", "父亲", "138")}
    assert plan(row(guardians=same), students=[seen]).is_empty
    (line,) = plan(row(guardians={1: GuardianText("父", "父亲", None)}), students=[seen]).changed
    assert [(one.column, one.before, one.after) for one in line.changes] == [
        (Column.GUARDIAN_PHONE, True, False)
    ]


STAYS = [
    # newest enrolment                        class in the file, chosen day      step and its first day
    (None,                                     A, None,                          Step.BEGIN, TODAY),
    (KnownStay(TERM, date(2026, 9, 10), 1, 5), A, None,                          Step.BEGIN, TODAY),
    (KnownStay(TERM, None, 1, 5),              A, None,                          Step.KEEP, TODAY),
    (KnownStay(TERM, date(2026, 12, 1), 1, 5), A, None,                          Step.KEEP, TODAY),
    (KnownStay(TERM, None, 1, 5),              B, None,                          Step.MOVE, TODAY),
    (KnownStay(TERM, None, 1, 5),              B, date(2026, 9, 14),             Step.MOVE, date(2026, 9, 14)),
    (KnownStay(TODAY, None, 1, 5),             B, None,                          Step.CORRECT, TODAY),
    (KnownStay(date(2027, 2, 20), None, 1, 5), B, None,                          Step.CORRECT, TODAY),
    (KnownStay(date(2026, 9, 14), None, 1, 5), B, date(2026, 9, 7),              Reason.MOVED_LATER, None),
]  # fmt: skip


@pytest.mark.parametrize("stay, key, chosen, step, on", STAYS)
def test_what_becomes_of_an_enrolment(stay, key, chosen, step, on):
    made = plan(row(key=key), students=[replace(LI, stay=stay)], days=replace(DAYS, chosen=chosen))
    if isinstance(step, Reason):
        assert [wrong.reason for wrong in made.wrong] == [step]
    else:
        assert [(line.enrolment, line.on) for line in made.lines] == [(step, on)]


@pytest.mark.parametrize("residence, dormitory, step", [
    (None, None, Step.KEEP),
    (None, "A", Step.BEGIN),
    (KnownResidence(TERM, None, "A"), "A", Step.KEEP),
    (KnownResidence(TERM, None, "A"), "B", Step.MOVE),
    (KnownResidence(TERM, None, "A"), None, Step.END),
    (KnownResidence(TODAY, None, "A"), "B", Step.CORRECT),
    (KnownResidence(TODAY, None, "A"), None, Step.DROP),
    (KnownResidence(TERM, date(2026, 9, 10), "A"), "A", Step.BEGIN),
    (KnownResidence(TERM, date(2026, 9, 10), "A"), None, Step.KEEP),
])  # fmt: skip
def test_what_becomes_of_a_residence(residence, dormitory, step):
    (line,) = plan(row(dormitory=dormitory), students=[replace(LI, residence=residence)]).lines
    assert line.residence is step


@pytest.mark.parametrize("today, chosen, term_starts, key, moves, first", [
    (TODAY, None, TERM, A, False, TODAY),
    (TODAY, None, TERM, NEW, False, TERM),                        # nobody was ever in it
    (TODAY, None, TERM, NEW, True, TODAY),                        # a move never reaches back
    (date(2026, 8, 20), None, TERM, NEW, False, TERM),            # before the term
    (date(2026, 8, 20), None, TERM, NEW, True, TERM),
    (date(2026, 8, 20), None, TERM, A, True, date(2026, 8, 20)),
    (TODAY, None, None, NEW, False, TODAY),                       # no term
    (TODAY, date(2026, 9, 7), TERM, NEW, True, date(2026, 9, 7)),
])  # fmt: skip
def test_from_when_a_student_is_in_a_class(today, chosen, term_starts, key, moves, first):
    assert Days(today, chosen, term_starts).for_class(CLASSES.get(key), moves=moves) == first


@pytest.mark.parametrize("one, reason", [
    (row(name="王芳", birth_date=date(2019, 1, 1)), Reason.NUMBER_OF_ANOTHER),
    (row(number="7"), Reason.ZEROS_LOST),
])  # fmt: skip
def test_a_number_that_belongs_to_somebody_else(one, reason):
    assert [wrong.reason for wrong in plan(one).wrong] == [reason]


def test_a_removed_student_does_not_come_back_by_a_file():
    assert [wrong.reason for wrong in plan(row(), students=[replace(LI, removed=True)]).wrong] == [
        Reason.WAS_REMOVED
    ]


def test_new_students_and_new_classes():
    made = plan(row(number="100", name="王芳", key=NEW), row())
    assert made.new_classes == (NEW,)
    assert [(line.enrolment, line.on) for line in made.new] == [(Step.BEGIN, TERM)]


def test_who_is_missing_is_listed_for_the_classes_of_the_file():
    elsewhere = KnownStudent(8, "008", "王芳", stay=KnownStay(TERM, None, 2, 1))
    beside = KnownStudent(9, "009", "赵四", stay=KnownStay(TERM, None, 1, 6))
    gone = KnownStudent(10, "010", "钱五", stay=KnownStay(TERM, date(2026, 9, 5), 1, 7))
    made = plan(row(), students=[LI, elsewhere, beside, gone])
    assert [one.number for one in made.missing] == ["009"]
    assert made.notices == ((Notice.CLASS_NOT_IN_FILE, {"class_key": B, "count": 1}),)


def test_a_move_without_a_seat_column_leaves_the_old_seat_behind():
    columns = frozenset({Column.NAME, Column.CLASS_NUMBER})
    (line,) = plan(row(key=B, seat=None), columns=columns).changed
    assert [(one.column, one.after) for one in line.changes] == [
        (Column.CLASS_NUMBER, B),
        (Column.SEAT, None),
    ]


def test_two_plans_are_told_apart():
    assert plan(row()).digest == plan(row()).digest
    assert plan(row(seat=6)).digest != plan(row(seat=7)).digest
    assert plan(row(key=B)).digest != plan(row(key=B), days=replace(DAYS, chosen=date(2026, 9, 14))).digest
