"""A ledger as a workbook: the same cells as on the page, typed, and ready to print on A4."""

import io
from typing import Any

from tracker.frames import rows
from tracker.ledgers.forms import GROUPS, Words, header
from tracker.ledgers.frames import Filled
from tracker.ledgers.rules import Column, Kind

FORMATS = {
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.CELSIUS: "0.0",
    Kind.COUNT: "0",
}
TEXT = "@"
NARROW, WIDE = 7, 14


def workbook(
    title: str, lines: list[str], ledger: Filled, words: Words, total: str, signed_by: list[str]
) -> bytes:
    """The file: a title and what it is about, the header that every page repeats, the rows and their sums."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = title[:31]
    thin = Side(style="thin", color="7B8894")
    box = Border(left=thin, right=thin, top=thin, bottom=thin)

    def put(
        row: int, place: int, value: Any, kind: Kind = Kind.TEXT, *, bold: bool = False, boxed: bool = True
    ) -> None:
        cell = sheet.cell(row, place)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # a text that begins with = is no formula
            cell.number_format = TEXT
            cell.quotePrefix = value[:1] in ("=", "+", "-", "@", "\t", "\r")
        else:
            cell.number_format = FORMATS.get(kind, "General")
        cell.font = Font(bold=bold)
        cell.alignment = Alignment(wrap_text=boxed, vertical="center")
        if boxed:
            cell.border = box

    put(1, 1, title, bold=True, boxed=False)
    for n, line in enumerate(lines, 2):
        put(n, 1, line, boxed=False)
    row = len(lines) + 2
    if ledger.beside is not None:
        row = _table(ledger.beside, words, put, row, total) + 1
    top = row
    row = _table(ledger, words, put, row, total)
    put(row + 1, 1, "    ".join(f"{one}：____________" for one in signed_by), boxed=False)
    for place, column in enumerate(ledger.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = NARROW if _is_narrow(column) else WIDE
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.print_title_rows = f"{top}:{top}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.4)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _is_narrow(column: Column) -> bool:
    return column.kind in (Kind.COUNT, Kind.CELSIUS) or column.name in ("sex", "sheets")


def _table(ledger: Filled, words: Words, put: Any, row: int, total: str) -> int:
    """Write a header, the rows and their sums; the row after the last."""
    for place, column in enumerate(ledger.columns, 1):
        group = f" {GROUPS[column.group]}" if column.group else ""
        put(row, place, header(column) + group, bold=True)
    for line in rows(ledger.frame):
        row += 1
        for place, column in enumerate(ledger.columns, 1):
            value = None if column.kind is Kind.SIGN else getattr(line, column.name)
            put(row, place, words.value(value, column), column.kind)
    if ledger.totals is not None:
        row += 1
        for place, column in enumerate(ledger.columns, 1):
            value = total if place == 1 else None
            if column.name in ledger.totals:
                value = words.value(ledger.totals[column.name], column)
            put(row, place, value, column.kind, bold=True)
    return row + 1
