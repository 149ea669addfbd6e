"""A table as a file: its cells read as text, whatever the file's name claims."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tracker.errors import Rejected
from tracker.school.roster_cells import Table
from tracker.school.rules import Refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 48 * 1024 * 1024
MOST_PARTS = 1000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_MOST_SHEET_ROWS = 1_048_576
_MOST_SHEET_COLUMNS = 40
_HEADER_WITHIN = 10  # a title and a date often stand above the header
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Heading:
    """The columns a file may have, and how many rows."""

    column_of: Callable[[str], StrEnum | None]
    """The column a header names, in Chinese or English; None for one that is not used."""
    required: Sequence[StrEnum]
    most_rows: int


def read_table(content: bytes, heading: Heading) -> Table:
    """The cells of an .xlsx or .csv file, known by its content and not by its name.

    Raises Rejected, at the field `file`, for what is no table, is damaged or too large, lacks a required
    column or has none of its rows.
    """
    if len(content) > MOST_BYTES:
        raise Rejected(Refusal.FILE_TOO_LARGE, "file", megabytes=MOST_BYTES // 1024 // 1024)
    if not content.strip():
        raise Rejected(Refusal.FILE_EMPTY, "file")
    typed_as_number: set[int] = set()
    rows = (
        _workbook_rows(content, typed_as_number) if content.startswith(b"PK\x03\x04") else _text_rows(content)
    )
    kept: list[_Row] = []
    for row in rows:
        if any(row[1]):
            kept.append(row)
        if len(kept) > heading.most_rows + _HEADER_WITHIN:
            raise Rejected(Refusal.TOO_MANY_ROWS, "file", most=heading.most_rows)
    return _table(kept, typed_as_number, heading)


def _table(rows: list[_Row], typed_as_number: Iterable[int], heading: Heading) -> Table:
    def known(cells: Iterable[str]) -> list[StrEnum]:
        return [column for cell in cells if (column := heading.column_of(cell)) is not None]

    heads = rows[:_HEADER_WITHIN]
    place = max(range(len(heads)), key=lambda n: (len(set(known(heads[n][1]))), -n), default=None)
    if place is None:
        raise Rejected(Refusal.FILE_EMPTY, "file")
    width = max((n for n, cell in enumerate(rows[place][1], 1) if cell), default=0)
    headers = rows[place][1][:width]
    found = Counter(known(headers))
    if missing := [column for column in heading.required if column not in found]:
        raise Rejected(Refusal.MISSING_COLUMNS, "file", columns=missing)
    if twice := [column for column, count in found.items() if count > 1]:
        raise Rejected(Refusal.COLUMN_TWICE, "file", columns=twice)
    below = [(number, cells[:width]) for number, cells in rows[place + 1 :] if any(cells[:width])]
    if not below:
        raise Rejected(Refusal.NO_ROWS, "file")
    if len(below) > heading.most_rows:
        raise Rejected(Refusal.TOO_MANY_ROWS, "file", most=heading.most_rows)
    return Table(headers, tuple(below), frozenset(typed_as_number))


def _text_rows(content: bytes) -> Iterator[_Row]:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Rejected(Refusal.FILE_IS_OLD_EXCEL, "file")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Rejected(Refusal.WRONG_ENCODING, "file")
    if _NOT_TEXT.search(content):
        raise Rejected(Refusal.FILE_IS_NO_ROSTER, "file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Rejected(Refusal.WRONG_ENCODING, "file")
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(",\t;，", key=first_line.count)
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
        ):
            yield number, tuple(cell.strip() for cell in cells)
    except csv.Error:
        raise Rejected(Refusal.FILE_DAMAGED, "file") from None


def _workbook_rows(content: bytes, typed_as_number: set[int]) -> Iterator[_Row]:
    _refuse_bomb(content)
    from openpyxl import load_workbook

    # A damaged workbook makes openpyxl raise whatever its parsers come upon.
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise Rejected(Refusal.FILE_EMPTY, "file")
        sheet.reset_dimensions()  # some programs write a wrong size, and rows would be lost
        for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_SHEET_COLUMNS), 1):
            if number > _MOST_SHEET_ROWS:
                raise Rejected(Refusal.FILE_DAMAGED, "file")
            yield number, tuple(_cell_text(cell, place, typed_as_number) for place, cell in enumerate(cells))
    except Rejected:
        raise
    except Exception:
        raise Rejected(Refusal.FILE_DAMAGED, "file") from None


def _refuse_bomb(content: bytes) -> None:
    """Look at what a workbook says it unpacks to.  The unpacker reads no byte more than that."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Rejected(Refusal.FILE_DAMAGED, "file") from None
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Rejected(Refusal.FILE_IS_NO_ROSTER, "file")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise Rejected(Refusal.FILE_UNPACKS_TOO_LARGE, "file", megabytes=MOST_UNPACKED_BYTES // 1024 // 1024)


def _cell_text(cell: Any, place: int, typed_as_number: set[int]) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number_text(value, cell.number_format, place, typed_as_number)
    return str(value)


def _number_text(value: float, number_format: str, place: int, typed_as_number: set[int]) -> str:
    if abs(value) >= 10**15:
        # A workbook keeps fifteen digits: whatever stood behind them is gone, and must not look whole.
        return f"{float(value):.14E}"
    if value != int(value):
        return repr(value)
    if re.fullmatch(r"0{2,}", number_format):
        return str(int(value)).zfill(len(number_format))
    typed_as_number.add(place)
    return str(int(value))


@dataclass(frozen=True)
class Blank:
    """A column of a template."""

    header: str
    required: bool = False
    text: bool = False
    """Whether a workbook keeps it as text, so that no leading zero and no eighteenth digit is lost."""
    choices: Sequence[str] = ()


def template(title: str, columns: Sequence[Blank], most_rows: int) -> bytes:
    """An empty table to fill in, as a workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append([column.header for column in columns])
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.cell(1, place).font = Font(bold=column.required)
        sheet.column_dimensions[letter].width = 20 if column.text else 14
        if column.text:
            sheet.column_dimensions[letter].number_format = "@"
        if column.choices:
            choices = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            choices.add(f"{letter}2:{letter}{most_rows + 1}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
