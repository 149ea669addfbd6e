"""A roster as a file: read as any table is, and its template."""

from tracker.school import table_file
from tracker.school.roster_cells import (
    CHINESE_HEADERS,
    MOST_ROWS,
    REQUIRED,
    TEXT_COLUMNS,
    Column,
    Table,
    column_of,
)

HEADING = table_file.Heading(column_of, REQUIRED, MOST_ROWS)


def read_table(content: bytes) -> Table:
    """The cells of a roster.  Rejected, at the field `file`, for what is none."""
    return table_file.read_table(content, HEADING)


def template(language: str) -> bytes:
    """An empty roster to fill in: headers of a language, numbers that stay text, a list for the sex."""
    chinese = language == "zh_Hans"
    sexes = ("男", "女") if chinese else ("male", "female")
    return table_file.template(
        "学生名册" if chinese else "Roster",
        [
            table_file.Blank(
                CHINESE_HEADERS[column][0] if chinese else column.value,
                required=column in REQUIRED,
                text=column in TEXT_COLUMNS,
                choices=sexes if column is Column.SEX else (),
            )
            for column in Column
        ],
        MOST_ROWS,
    )
