"""The school of the first landing, as `tests/fixtures/first_school.sql` keeps it."""

import sqlite3
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tracker.db import Instant, db

FIXTURE = Path(__file__).parents[1] / "fixtures" / "first_school.sql"


def lay(path: Path) -> None:
    """Make the database of revision 0001 with a row in every table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIXTURE.read_text(encoding="utf-8"))


def tables_of(path: Path) -> dict[str, tuple[tuple[str, ...], list[tuple]]]:
    """Every table's columns and rows, as they lie in the file."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        found = {}
        for (name,) in names:
            rows = connection.execute(f'SELECT * FROM "{name}"')
            found[name] = (tuple(column[0] for column in rows.description), sorted(rows.fetchall(), key=repr))
        return found


VALUES = {
    sa.Boolean: True, sa.Integer: 7, sa.Numeric: 7, sa.String: "x", sa.Text: "x", sa.LargeBinary: b"\x00\xff\n",
    sa.JSON: ["x", {"y": None}], sa.Uuid: UUID(int=7), sa.Date: date(2026, 11, 25), sa.Time: time(7, 30),
}  # fmt: skip
"""What a column holds by its type, where nothing is said of it elsewhere."""


def lay_the_rest(at: datetime) -> None:
    """Give every table that is still empty a row with as much in it as its checks allow.

    Who refers to a row of their own table refers to one with a higher number.
    """
    with db.engine.begin() as connection:
        for table in db.metadata.sorted_tables:
            if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar():
                continue
            itself = [key.parent.name for key in table.foreign_keys if key.column.table is table]
            numbers = [{"id": 2}, {"id": 1, **dict.fromkeys(itself, 2)}] if itself else [{}]
            for more in numbers:
                _lay(connection, table, at, more)


def _lay(connection: sa.Connection, table: sa.Table, at: datetime, more: dict[str, Any]) -> None:
    whole = {c.name: _value(connection, c, at) for c in table.c if c.name not in more} | more
    needed = {name: value for name, value in whole.items() if not table.c[name].nullable} | more
    for row in (whole, needed):
        row = {name: value for name, value in row.items() if value is not None}
        try:
            with connection.begin_nested():
                connection.execute(table.insert(), row)
        except sa.exc.IntegrityError:
            if row == needed:
                raise
        else:
            return


def _value(connection: sa.Connection, column: sa.Column[Any], at: datetime) -> Any:
    if column.foreign_keys:
        (key, *_) = column.foreign_keys
        # Where it is the row's own table there is none yet.
        return connection.execute(sa.select(sa.func.min(key.column))).scalar()
    if column is column.table.autoincrement_column or column.default or column.server_default:
        return None
    if isinstance(column.type, Instant):
        return at
    if isinstance(column.type, sa.Enum):
        return next(iter(column.type.enum_class))
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))
