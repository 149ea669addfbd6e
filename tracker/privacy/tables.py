"""Which rows are a student's and which of their columns people write freely: told from the tables themselves.

A table that is new is found here by its foreign keys; nobody has to name it.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import sqlalchemy as sa

from tracker.db import Instant, db

_SHORTEST_FREE = 64
"""A text column that holds fewer characters holds a code."""
_CODES = {("trail", "deed"), ("residence", "dormitory")}
"""Codes and places that counts are made of, though their columns are wide."""
_OTHERS = {
    *("user", "device", "sign_in_failure", "student", "guardian", "school_paper", "school_deed"),
    *("department", "zone", "term", "return_rule", "fever_trigger", "request_receipt"),
    *("supply", "lot", "batch", "supply_move", "equipment"),
}
"""Tables whose texts are of somebody or something else: a child's name found there is not that child's."""


def table(name: str) -> sa.Table:
    """A table by its name."""
    return db.metadata.tables[name]


@cache
def of_students() -> tuple[str, ...]:
    """The tables whose rows name the student they are about, the student's own last."""
    return (*(t.name for t in db.metadata.sorted_tables if "student_id" in t.c), "student")


@cache
def below() -> tuple[tuple[str, str, str], ...]:
    """The tables whose rows hang on a student's row: (table, its column, the table above it)."""
    named, found = set(of_students()), dict[str, tuple[str, str, str]]()
    for one in db.metadata.sorted_tables:
        for column in one.primary_key.columns if one.name not in named else ():
            above = next((key.column.table.name for key in column.foreign_keys), "")
            if above in named - {"student"} or above in found:
                found[one.name] = (one.name, column.name, above)
    for one in db.metadata.sorted_tables:  # a call has a number of its own
        for column in one.c if one.name not in named and one.name not in found else ():
            above = next((key.column.table.name for key in column.foreign_keys), "")
            if not column.nullable and (above in named - {"student"} or above in found):
                found[one.name] = (one.name, column.name, above)
    return tuple(found.values())


def rows_of(name: str, students: Sequence[int]) -> sa.ColumnElement[bool]:
    """The condition of a table's rows that are these students'."""
    if name == "student":
        return table(name).c.id.in_(students)
    if name in of_students():
        return table(name).c.student_id.in_(students)
    _, column, above = next(one for one in below() if one[0] == name)
    return table(name).c[column].in_(sa.select(table(above).c.id).where(rows_of(above, students)))


def held() -> tuple[str, ...]:
    """Every table that holds something of a student."""
    return (*(one[0] for one in below()), *of_students())


def is_free(column: sa.Column[object]) -> bool:
    """Whether people write freely into a column: a note, a place, a name that is kept encrypted."""
    return (
        isinstance(column.type, sa.String)
        and not isinstance(column.type, sa.Enum)
        and not column.primary_key
        and not column.name.endswith("_hash")
        and (column.type.length is None or column.type.length >= _SHORTEST_FREE)
        and (column.table.name, column.name) not in _CODES
    )


def free_columns(name: str) -> list[sa.Column[object]]:
    """The columns of a table that people write freely."""
    return [column for column in table(name).c if is_free(column)]


def notes_of_all() -> Iterator[sa.Column[object]]:
    """Every column of every table in which somebody may have written a child's name."""
    for one in db.metadata.sorted_tables:
        if one.name not in _OTHERS:
            yield from (column for column in free_columns(one.name) if not column.name.endswith("_enc"))


def encrypted() -> list[sa.Column[object]]:
    """Every column that is kept encrypted."""
    return [column for one in db.metadata.sorted_tables for column in one.c if column.name.endswith("_enc")]


def day_of(name: str) -> sa.Column[object] | None:
    """The column that says when a student's row happened; its sheet's day is `sheet_id`, none is None."""
    columns = [column for column in table(name).c if not column.nullable]
    if any(column.name == "sheet_id" for column in columns):
        return table(name).c.sheet_id
    days = [column for column in columns if isinstance(column.type, sa.Date)]
    moments = [column for column in columns if isinstance(column.type, Instant)]
    return next(iter(days + moments), None)
