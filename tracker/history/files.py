"""A history as a file: read as any table is, and its template."""

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.history.cells import (
    CHINESE_HEADERS,
    DIAGNOSES,
    MOST_ROWS,
    REASONS,
    REQUIRED,
    SESSIONS,
    STATES,
    TEXT_COLUMNS,
    Column,
    column_of,
)
from tracker.school import table_file
from tracker.school.roster_cells import Table

HEADING = table_file.Heading(column_of, REQUIRED, MOST_ROWS)
_CHOICES: Mapping[Column, Mapping[Any, Sequence[str]]] = {
    Column.SESSION: SESSIONS,
    Column.STATE: STATES,
    Column.REASON: REASONS,
    Column.DIAGNOSIS: DIAGNOSES,
}


def read_table(content: bytes) -> Table:
    """The cells of a history.  Rejected, at the field `file`, for what is none."""
    return table_file.read_table(content, HEADING)


def template(language: str) -> bytes:
    """An empty history to fill in: headers and lists in a language, numbers and days that stay text."""
    chinese = language == "zh_Hans"

    def words(column: Column) -> list[str]:
        codes = _CHOICES.get(column, {})
        return [names[0] if chinese else code.value for code, names in codes.items()]

    return table_file.template(
        "晨午检历史" if chinese else "History",
        [
            table_file.Blank(
                CHINESE_HEADERS[column][0] if chinese else column.value,
                required=column in REQUIRED,
                text=column in TEXT_COLUMNS,
                choices=words(column),
            )
            for column in Column
        ],
        MOST_ROWS,
    )
