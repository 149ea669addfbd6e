from datetime import date

import pytest

from tracker.school.roster_cells import (
    CHINESE_HEADERS,
    Column,
    GuardianText,
    Notice,
    Reason,
    Table,
    column_of,
    read_roster,
)
from tracker.school.rules import Sex, Stage

ON = date(2026, 9, 21)
GOOD = {"entry_year": "2024", "class_number": "1", "student_number": "00123", "name": "李明"}


def read(*rows, headers=None, typed_as_number=()):
    headers = headers or tuple(dict.fromkeys([*GOOD, *(name for row in rows for name in row)]))
    cells = tuple(
        (n, tuple(str({**GOOD, **row}.get(name, "")) for name in headers)) for n, row in enumerate(rows, 2)
    )
    return read_roster(Table(tuple(headers), cells, frozenset(typed_as_number)), Stage.PRIMARY, ON)


@pytest.mark.parametrize("header, column", [
    *((column.value, column) for column in Column),
    *((words, column) for column, names in CHINESE_HEADERS.items() for words in names),
    (" 学 号 ", Column.STUDENT_NUMBER),
    ("学号（必填）", Column.STUDENT_NUMBER),
    ("Student Number", Column.STUDENT_NUMBER),
    ("STUDENT_NUMBER*", Column.STUDENT_NUMBER),
    ("Guardian2 phone", Column.GUARDIAN2_PHONE),
    ("学籍号", None),
    ("", None),
])  # fmt: skip
def test_headers_in_both_languages(header, column):
    assert column_of(header) is column


def test_no_header_means_two_columns():
    names = [name for column in Column for name in (column.value, *CHINESE_HEADERS[column])]
    assert len({column_of(name) for name in names}) == len(Column) and len(names) == len(set(names))


@pytest.mark.parametrize("column, text, value", [
    ("entry_year", "2024级", 2024),
    ("entry_year", "２０２４", 2024),
    ("entry_year", "2027", 2027),
    ("class_number", "3班", 3),
    ("class_number", "（3）班", 3),
    ("class_number", "03", 3),
    ("student_number", "00123", "00123"),
    ("student_number", "110101199003074518", "110101199003074518"),
    ("student_number", "'00123", "00123"),
    ("student_number", '="00123"', "00123"),
    ("student_number", "G-2024-07", "G-2024-07"),
    ("name", "李　明", "李明"),
    ("name", " Ann   Lee ", "Ann Lee"),
    ("name", "阿依古丽·买买提", "阿依古丽·买买提"),
    ("name", "㛃䶮", "㛃䶮"),
    ("name", "𬀩", "𬀩"),
    ("name", "李明(大)", "李明(大)"),
    ("seat", "07", 7),
    ("seat", "7号", 7),
    ("seat", "", None),
    ("sex", "男", Sex.MALE),
    ("sex", "F", Sex.FEMALE),
    ("sex", "2", Sex.FEMALE),
    ("birth_date", "2018-03-04", date(2018, 3, 4)),
    ("birth_date", "2018/3/4", date(2018, 3, 4)),
    ("birth_date", "2018年3月4日", date(2018, 3, 4)),
    ("birth_date", "20180304", date(2018, 3, 4)),
])  # fmt: skip
def test_what_a_cell_means(column, text, value):
    roster = read({column: text})
    assert roster.wrong == ()
    (row,) = roster.rows
    found = {"entry_year": row.class_key[0], "class_number": row.class_key[1], "student_number": row.number}
    assert found.get(column, getattr(row, column, None)) == value


@pytest.mark.parametrize("column, text, reason", [
    ("entry_year", "", Reason.EMPTY),
    ("entry_year", "六", Reason.NOT_A_YEAR),
    ("entry_year", "24", Reason.NOT_A_YEAR),
    ("entry_year", "1024", Reason.IMPOSSIBLE_YEAR),
    ("entry_year", "2020", Reason.IMPOSSIBLE_YEAR),
    ("entry_year", "2028", Reason.IMPOSSIBLE_YEAR),
    ("class_number", "六(3)班", Reason.NOT_A_CLASS_NUMBER),
    ("class_number", "0", Reason.NOT_A_CLASS_NUMBER),
    ("class_number", "2.5", Reason.NOT_A_CLASS_NUMBER),
    ("student_number", "  ", Reason.EMPTY),
    ("student_number", "1.10101199003075E+17", Reason.ROUNDED_NUMBER),
    ("student_number", "12 34", Reason.NOT_A_STUDENT_NUMBER),
    ("student_number", "=1+1", Reason.NOT_A_STUDENT_NUMBER),
    ("student_number", "1" * 33, Reason.NOT_A_STUDENT_NUMBER),
    ("student_number", "#N/A", Reason.FORMULA_ERROR),
    ("name", "", Reason.EMPTY),
    ("name", "12", Reason.NOT_A_NAME),
    ("name", "=HYPERLINK(1)", Reason.NOT_A_NAME),
    ("name", "李" * 65, Reason.TOO_LONG),
    ("seat", "0", Reason.NOT_A_SEAT),
    ("seat", "first", Reason.NOT_A_SEAT),
    ("seat", "201", Reason.NOT_A_SEAT),
    ("sex", "x", Reason.NOT_A_SEX),
    ("birth_date", "2018-02-30", Reason.NOT_A_DATE),
    ("birth_date", "43163", Reason.NOT_A_DATE),
    ("birth_date", "1018-03-04", Reason.IMPOSSIBLE_BIRTH),
    ("birth_date", "2026-03-04", Reason.IMPOSSIBLE_BIRTH),
    ("guardian_phone", "call me", Reason.NOT_A_PHONE),
    ("guardian_phone", "13800001111/13900002222", Reason.NOT_A_PHONE),
    ("guardian2_phone", "1.38E+10", Reason.ROUNDED_NUMBER),
    ("guardian_relation", "x" * 33, Reason.TOO_LONG),
    ("dormitory", "x" * 65, Reason.TOO_LONG),
])  # fmt: skip
def test_what_no_cell_may_say(column, text, reason):
    roster = read({column: text})
    assert roster.rows == ()
    (wrong,) = roster.wrong
    assert (wrong.row, wrong.column.value, wrong.value, wrong.reason) == (2, column, text.strip(), reason)


def test_every_wrong_cell_of_a_row_is_told():
    roster = read({"entry_year": "x", "seat": "y"}, {"student_number": "2", "name": ""})
    assert [(wrong.row, wrong.column) for wrong in roster.wrong] == [
        (2, Column.ENTRY_YEAR), (2, Column.SEAT), (3, Column.NAME)
    ]  # fmt: skip


def test_two_students_with_one_number():
    roster = read({}, {"name": "王芳"})
    (wrong,) = roster.wrong
    assert (wrong.row, wrong.reason, wrong.details) == (3, Reason.NUMBER_TWICE, {"other": 2})


def test_guardians_come_with_all_their_columns():
    (row,) = read(
        {"guardian_name": "李父", "guardian_phone": "+86 138-0000-1111", "guardian2_relation": "母"}
    ).rows
    assert row.guardians == {
        1: GuardianText("李父", None, "+86 138-0000-1111"), 2: GuardianText(None, "母", None)
    }  # fmt: skip


def test_what_whoever_imports_should_know():
    rows = [{"student_number": "1", "seat": "5", "备注": "x"}, {"student_number": "2", "seat": "5"}]
    roster = read(*rows, headers=(*GOOD, "seat", "备注"), typed_as_number={0, 2})
    assert roster.wrong == ()
    assert dict(roster.notices) == {
        Notice.UNKNOWN_COLUMNS: {"names": ["备注"]},
        Notice.NUMBERS_AS_NUMBERS: {},
        Notice.SEAT_TWICE: {"class_key": (2024, 1), "seat": 5},
    }
