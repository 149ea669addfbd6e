"""What the cells of a roster file say.  No database, no web: see tests/school/test_roster_cells.py."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.school.rules import Sex, Stage, is_grade_class


class Column(StrEnum):
    """The columns of a roster, in the order of the template.  The value is the English header."""

    ENTRY_YEAR = "entry_year"
    CLASS_NUMBER = "class_number"
    STUDENT_NUMBER = "student_number"
    NAME = "name"
    SEAT = "seat"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    GUARDIAN_NAME = "guardian_name"
    GUARDIAN_RELATION = "guardian_relation"
    GUARDIAN_PHONE = "guardian_phone"
    GUARDIAN2_NAME = "guardian2_name"
    GUARDIAN2_RELATION = "guardian2_relation"
    GUARDIAN2_PHONE = "guardian2_phone"
    DORMITORY = "dormitory"


CHINESE_HEADERS: Mapping[Column, tuple[str, ...]] = {
    Column.ENTRY_YEAR: ("入学年份",),
    Column.CLASS_NUMBER: ("班号",),
    Column.STUDENT_NUMBER: ("学号",),
    Column.NAME: ("姓名",),
    Column.SEAT: ("座号",),
    Column.SEX: ("性别",),
    Column.BIRTH_DATE: ("出生日期",),
    Column.GUARDIAN_NAME: ("监护人", "监护人姓名", "监护人1"),
    Column.GUARDIAN_RELATION: ("关系", "监护人关系", "关系1"),
    Column.GUARDIAN_PHONE: ("监护人电话", "监护人1电话"),
    Column.GUARDIAN2_NAME: ("监护人2", "监护人2姓名"),
    Column.GUARDIAN2_RELATION: ("关系2", "监护人2关系"),
    Column.GUARDIAN2_PHONE: ("监护人2电话",),
    Column.DORMITORY: ("宿舍",),
}
"""What each column may be headed in Chinese; the template takes the first."""

REQUIRED = (Column.ENTRY_YEAR, Column.CLASS_NUMBER, Column.STUDENT_NUMBER, Column.NAME)
TEXT_COLUMNS = (Column.STUDENT_NUMBER, Column.BIRTH_DATE, Column.GUARDIAN_PHONE, Column.GUARDIAN2_PHONE)
"""Columns a workbook keeps as text, so that no leading zero and no eighteenth digit is lost."""

GUARDIANS: Mapping[int, tuple[Column, Column, Column]] = {
    1: (Column.GUARDIAN_NAME, Column.GUARDIAN_RELATION, Column.GUARDIAN_PHONE),
    2: (Column.GUARDIAN2_NAME, Column.GUARDIAN2_RELATION, Column.GUARDIAN2_PHONE),
}
"""Name, relation and phone of each guardian, by its number."""

MOST_ROWS = 10_000


class Reason(StrEnum):
    """What is wrong with a cell."""

    EMPTY = "empty"
    NOT_A_YEAR = "not_a_year"
    IMPOSSIBLE_YEAR = "impossible_year"
    NOT_A_CLASS_NUMBER = "not_a_class_number"
    NOT_A_STUDENT_NUMBER = "not_a_student_number"
    ROUNDED_NUMBER = "rounded_number"
    NUMBER_TWICE = "number_twice"
    NUMBER_OF_ANOTHER = "number_of_another"
    ZEROS_LOST = "zeros_lost"
    NOT_A_NAME = "not_a_name"
    NOT_A_SEAT = "not_a_seat"
    NOT_A_SEX = "not_a_sex"
    NOT_A_DATE = "not_a_date"
    IMPOSSIBLE_BIRTH = "impossible_birth"
    NOT_A_PHONE = "not_a_phone"
    TOO_LONG = "too_long"
    FORMULA_ERROR = "formula_error"
    MOVED_LATER = "moved_later"
    WAS_REMOVED = "was_removed"


class Notice(StrEnum):
    """What whoever imports should know, without being wrong."""

    UNKNOWN_COLUMNS = "unknown_columns"
    NUMBERS_AS_NUMBERS = "numbers_as_numbers"
    SEAT_TWICE = "seat_twice"
    CLASS_NOT_IN_FILE = "class_not_in_file"


ClassKey = tuple[int, int]
"""Entry year and class number."""


@dataclass(frozen=True)
class Table:
    """The cells of a file as text, before anything is understood."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The row's number as a spreadsheet shows it, then its cells.  Empty rows are left out."""
    typed_as_number: frozenset[int] = frozenset()
    """Columns in which a workbook held numbers instead of text: leading zeros may have been lost."""


@dataclass(frozen=True)
class Wrong:
    """A cell that cannot be taken."""

    row: int
    column: StrEnum
    value: str
    reason: StrEnum
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GuardianText:
    """A guardian as the file has it; None for an empty cell."""

    name: str | None = None
    relation: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class StudentRow:
    """One row that could be read."""

    row: int
    class_key: ClassKey
    number: str
    name: str
    seat: int | None = None
    sex: Sex | None = None
    birth_date: date | None = None
    guardians: Mapping[int, GuardianText] = field(default_factory=dict)
    dormitory: str | None = None


@dataclass(frozen=True)
class Roster:
    """A file that was read: its good rows and its wrong cells."""

    columns: frozenset[Column]
    rows: tuple[StudentRow, ...]
    wrong: tuple[Wrong, ...]
    numbers: frozenset[str]
    """The student numbers of all rows, of wrong ones too."""
    classes: frozenset[ClassKey]
    notices: tuple[tuple[Notice, Mapping[str, Any]], ...]


def column_of(header: str) -> Column | None:
    """The column a header names, in Chinese or English; None for one we do not use."""
    return _BY_HEADER.get(plain_header(header))


def plain_header(header: str) -> str:
    """A header as it is looked up: without blanks, case and what people add to it."""
    return re.sub(
        r"[\s*＊_]|[(（](必填|选填|required|optional)[)）]", "", unicodedata.normalize("NFKC", header)
    ).casefold()


_BY_HEADER = {
    plain.replace("_", ""): column for column in Column for plain in (column.value, *CHINESE_HEADERS[column])
}


class Unreadable(Exception):
    """A cell cannot be taken: why."""

    def __init__(self, reason: StrEnum, **details: Any) -> None:
        self.reason: Any = reason
        self.details = details


FORMULA_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE]\+?\d+")
_SEXES = {
    **dict.fromkeys(("男", "m", "male", "boy", "1"), Sex.MALE),
    **dict.fromkeys(("女", "f", "female", "girl", "2"), Sex.FEMALE),
}  # 1 and 2 as in GB/T 2261.1


def _whole(text: str) -> str:
    """A cell's text with full-width digits made plain."""
    return unicodedata.normalize("NFKC", text).strip()


def _number_kept_as_text(text: str) -> str:
    """A number's text without the marks that make a spreadsheet leave it alone: '00123 and ="00123"."""
    plain = _whole(text)
    marked = re.fullmatch(r"'(.*)|=\"(.*)\"", plain)
    return (marked[1] or marked[2] or "").strip() if marked else plain


def _year(text: str, stage: Stage, on: date) -> int:
    found = re.fullmatch(r"(\d{4})(年|级|\.0)?", _whole(text))
    if not found:
        raise Unreadable(Reason.NOT_A_YEAR)
    year = int(found[1])
    if not is_grade_class(stage, year, on):
        raise Unreadable(Reason.IMPOSSIBLE_YEAR)
    return year


def _class_number(text: str) -> int:
    found = re.fullmatch(r"\(?0?(\d{1,2})\)?(班|\.0)?", _whole(text))
    if not found or int(found[1]) == 0:
        raise Unreadable(Reason.NOT_A_CLASS_NUMBER)
    return int(found[1])


def student_number(text: str) -> str:
    """A student number as it is kept; Unreadable where it is none."""
    number = _number_kept_as_text(text)
    if _SCIENTIFIC.fullmatch(number):
        raise Unreadable(Reason.ROUNDED_NUMBER)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z-]{0,31}", number):
        raise Unreadable(Reason.NOT_A_STUDENT_NUMBER)
    return number


def _name(text: str) -> str:
    name = re.sub(r"\s+", " ", text).strip()
    if not any(c.isascii() and c.isalpha() for c in name):
        name = name.replace(" ", "")  # 李　明 is how two characters are set as wide as three
    if len(name) > 64:
        raise Unreadable(Reason.TOO_LONG, most=64)
    if not name[:1].isalpha() or any(unicodedata.category(c)[0] == "C" and c.isascii() for c in name):
        raise Unreadable(Reason.NOT_A_NAME)
    return name


def _seat(text: str) -> int:
    found = re.fullmatch(r"0*(\d{1,3})(号|\.0)?", _whole(text))
    if not found or not 1 <= int(found[1]) <= 200:
        raise Unreadable(Reason.NOT_A_SEAT)
    return int(found[1])


def _sex(text: str) -> Sex:
    try:
        return _SEXES[_whole(text).casefold()]
    except KeyError:
        raise Unreadable(Reason.NOT_A_SEX) from None


def read_day(text: str) -> date:
    """A day as people and spreadsheets write it; Unreadable where it is none."""
    plain = _whole(text)
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00(:00)?)?", plain)
    found = found or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    try:
        day = date(*(int(found[n]) for n in (1, 2, 3))) if found else None
    except ValueError:
        day = None
    if day is None:
        raise Unreadable(Reason.NOT_A_DATE)
    return day


def _birth_date(text: str, on: date) -> date:
    born = read_day(text)
    if not on.year - 22 <= born.year <= on.year - 2:
        raise Unreadable(Reason.IMPOSSIBLE_BIRTH)
    return born


def _phone(text: str) -> str:
    phone = _number_kept_as_text(text)
    if _SCIENTIFIC.fullmatch(phone):
        raise Unreadable(Reason.ROUNDED_NUMBER)
    if not re.fullmatch(r"\+?[\d ()-]{5,24}", phone) or not 5 <= sum(c.isdigit() for c in phone) <= 16:
        raise Unreadable(Reason.NOT_A_PHONE)
    return phone


def _short(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        plain = re.sub(r"\s+", " ", text).strip()
        if len(plain) > most:
            raise Unreadable(Reason.TOO_LONG, most=most)
        return plain

    return read


def _readers(stage: Stage, on: date) -> dict[Column, Callable[[str], Any]]:
    return {
        Column.ENTRY_YEAR: lambda text: _year(text, stage, on),
        Column.CLASS_NUMBER: _class_number,
        Column.STUDENT_NUMBER: student_number,
        Column.NAME: _name,
        Column.SEAT: _seat,
        Column.SEX: _sex,
        Column.BIRTH_DATE: lambda text: _birth_date(text, on),
        Column.GUARDIAN_NAME: _short(64),
        Column.GUARDIAN_RELATION: _short(32),
        Column.GUARDIAN_PHONE: _phone,
        Column.GUARDIAN2_NAME: _short(64),
        Column.GUARDIAN2_RELATION: _short(32),
        Column.GUARDIAN2_PHONE: _phone,
        Column.DORMITORY: _short(64),
    }


def read_roster(table: Table, stage: Stage, on: date) -> Roster:
    """The students of a table whose required columns are there.

    `on` is the day that says which entry years and birth dates are possible.
    """
    places = {column: n for n, header in enumerate(table.headers) if (column := column_of(header))}
    readers = _readers(stage, on)
    rows: list[StudentRow] = []
    wrong: list[Wrong] = []
    first_with: dict[str, int] = {}
    classes: set[ClassKey] = set()
    for row, cells in table.rows:
        read: dict[Column, Any] = {}
        bad = []
        for column, place in places.items():
            text = cells[place].strip() if place < len(cells) else ""
            try:
                read[column] = _read_cell(column, text, readers[column])
            except Unreadable as no:
                bad.append(Wrong(row, column, text, no.reason, no.details))
        number = read.get(Column.STUDENT_NUMBER)
        if number is not None and first_with.setdefault(number, row) != row:
            bad.append(
                Wrong(row, Column.STUDENT_NUMBER, number, Reason.NUMBER_TWICE, {"other": first_with[number]})
            )
        if Column.ENTRY_YEAR in read and Column.CLASS_NUMBER in read:
            classes.add((read[Column.ENTRY_YEAR], read[Column.CLASS_NUMBER]))
        wrong += bad
        if not bad:
            rows.append(_student_row(row, read))
    return Roster(
        columns=frozenset(places),
        rows=tuple(rows),
        wrong=tuple(wrong),
        numbers=frozenset(first_with),
        classes=frozenset(classes),
        notices=tuple(_notices(table, places, rows)),
    )


def _read_cell(column: Column, text: str, reader: Callable[[str], Any]) -> Any:
    if not text:
        if column in REQUIRED:
            raise Unreadable(Reason.EMPTY)
        return None
    if text in FORMULA_ERRORS:
        raise Unreadable(Reason.FORMULA_ERROR)
    return reader(text)


def _student_row(row: int, read: Mapping[Column, Any]) -> StudentRow:
    return StudentRow(
        row=row,
        class_key=(read[Column.ENTRY_YEAR], read[Column.CLASS_NUMBER]),
        number=read[Column.STUDENT_NUMBER],
        name=read[Column.NAME],
        seat=read.get(Column.SEAT),
        sex=read.get(Column.SEX),
        birth_date=read.get(Column.BIRTH_DATE),
        guardians={
            seq: GuardianText(*(read.get(column) for column in columns)) for seq, columns in GUARDIANS.items()
        },
        dormitory=read.get(Column.DORMITORY),
    )


def _notices(
    table: Table, places: Mapping[Column, int], rows: Iterable[StudentRow]
) -> Iterable[tuple[Notice, Mapping[str, Any]]]:
    unknown = [header.strip() for header in table.headers if header.strip() and column_of(header) is None]
    if unknown:
        yield Notice.UNKNOWN_COLUMNS, {"names": unknown}
    if places[Column.STUDENT_NUMBER] in table.typed_as_number:
        yield Notice.NUMBERS_AS_NUMBERS, {}
    seats = Counter((row.class_key, row.seat) for row in rows if row.seat is not None)
    for (class_key, seat), count in seats.items():
        if count > 1:
            yield Notice.SEAT_TWICE, {"class_key": class_key, "seat": seat}
