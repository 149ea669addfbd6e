"""Moving a school to another database: every row, every table compared before it is kept."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from enum import Enum
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import Connection, CursorResult, Engine, Table

from tracker import create_app, datafolder, schema
from tracker.config import SettingError
from tracker.db import db
from tracker.operations import backup, postgres_tools

ROWS_AT_ONCE = 2000


class CopyError(SettingError):
    """A school cannot be moved; the message is one line for whoever runs the server."""

    exit_code = 1


def copy_to(url: str) -> dict[str, int]:
    """Copy the school to an empty database, alone; how many rows each table has.

    Nothing is kept there unless each table is equal, by its count and by a digest of what it holds.
    """
    source = db.engine
    target_app = _app_at(url)
    with target_app.app_context():
        if db.engine.url == source.url:
            raise CopyError("This is the database the school is in already")
        _refuse_full()
    with datafolder.lock(current_app.config["DATA_DIR"]):
        if not backup.is_sqlite() and (many := postgres_tools.others()):
            raise CopyError(f"The database is in use ({many} connections): stop every server first")
        with target_app.app_context():
            schema.upgrade()
            target = db.engine
            try:
                with _one_moment(source) as reading, target.begin() as writing:
                    return _copied(reading, writing)
            except sa.exc.DBAPIError as problem:
                _empty(target)
                raise CopyError(f"Nothing was moved: {str(problem.orig).splitlines()[0]}") from None
            except BaseException:
                _empty(target)
                raise
            finally:
                target.dispose()


def digest(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows a table has, and a digest of them that is the same on either database, in any order."""
    many, total = 0, 0
    with _streamed(connection, table) as rows:
        for row in rows:
            text = json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True)
            total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
            many += 1
    return many, f"{total % (1 << 256):064x}"


def _copied(reading: Connection, writing: Connection) -> dict[str, int]:
    tables = db.metadata.sorted_tables
    with _keys_at_the_end(writing, tables):
        for table in reversed(tables):
            writing.execute(table.delete())  # what a revision has filled in is the school's own there
        for table in tables:
            _copy_rows(reading, writing, table)
    counts = {}
    for table in tables:
        there, here = digest(reading, table), digest(writing, table)
        if there != here:
            raise CopyError(f"Nothing was moved: {table.name} would not be the same there")
        counts[table.name] = there[0]
    if writing.dialect.name == "postgresql":
        _set_sequences(writing, tables)
    return counts


def _copy_rows(reading: Connection, writing: Connection, table: Table) -> None:
    with _streamed(reading, table) as rows:
        for some in rows.mappings().partitions():
            writing.execute(table.insert(), [dict(row) for row in some])


def _streamed(connection: Connection, table: Table) -> CursorResult[Any]:
    return connection.execute(sa.select(table).execution_options(yield_per=ROWS_AT_ONCE))


def _set_sequences(writing: Connection, tables: Sequence[Table]) -> None:
    """Let the next row get a number nobody has."""
    for table in tables:
        if (column := table.autoincrement_column) is not None:
            newest = writing.execute(sa.select(sa.func.max(column))).scalar()
            sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            # Of a table without rows the first number is 1, and it is not used up.
            writing.execute(sa.select(sa.func.setval(sequence, newest or 1, newest is not None)))


@contextmanager
def _keys_at_the_end(writing: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Check the foreign keys when all rows are there: a row may point to a later one."""
    if writing.dialect.name == "sqlite":
        writing.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    names = [(table.name, key.name) for table in tables for key in table.foreign_key_constraints]
    for table, key in names:
        writing.exec_driver_sql(
            f'ALTER TABLE "{table}" ALTER CONSTRAINT "{key}" DEFERRABLE INITIALLY DEFERRED'
        )
    yield
    writing.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, key in names:
        writing.exec_driver_sql(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{key}" NOT DEFERRABLE')


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _app_at(url: str) -> Flask:
    given = {"DATABASE_URL": url, "DATA_DIR": str(current_app.config["DATA_DIR"])}
    app = create_app(given)
    if app.config["DATABASE_URL"] == "":
        raise CopyError("Say where to: postgresql://user:password@host/name or sqlite:////folder/tracker.db")
    return app


def _refuse_full() -> None:
    if schema.revision() is not None or sa.inspect(db.engine).get_table_names():
        raise CopyError("The database there is not empty: nothing was moved")


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        db.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)
