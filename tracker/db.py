"""One session, one base class, one way to commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC.  A naive value is refused: SQLite would silently drop its offset."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    # A registry, not a bare `type_annotation_map`: Flask-SQLAlchemy rebuilds the base
    # from this class, and SQLAlchemy refuses the two side by side.
    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: Instant,
            Enum: sa.Enum(
                Enum,
                native_enum=False,
                length=32,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )


db = SQLAlchemy(
    model_class=Base,
    # What was read stays readable after the commit that ends a request.
    session_options={"expire_on_commit": False},
)

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model

pk = Annotated[int, mapped_column(primary_key=True)]

built_once = lru_cache(maxsize=64)
"""For a function that builds a statement, or a part of one, that many pages ask: building costs the most.

Its arguments are what stays the same for many requests, such as the day; the rest is an `sa.bindparam`.
"""


def init_app(app: Flask) -> None:
    """Connect the application to its database, and SQLite to the promises it makes only when asked."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _prepare_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)


_ZEROS = "secure_delete=ON"
"""What is deleted is written over: a copy of the file must not hold a removed child's name in a free page."""


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", _ZEROS):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later loses updates, or is told "locked" at once;
    # one that says at its beginning that it will write waits its turn.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


DEADLOCK = "40P01"
"""What PostgreSQL calls two transactions that wait for each other: it ends one of them."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Keep everything done inside, or nothing.

    Only edges (views, commands) open one.  What a decision rests on is read inside: objects loaded
    before are expired by the rollback that ends the reads which led here.  RunAgain where the database
    has ended it because another one was in its way.
    """
    session = db.session()
    session.rollback()
    session.connection(execution_options={"writes": True})
    try:
        yield session
        session.commit()
    except sa.exc.OperationalError as problem:
        session.rollback()
        if getattr(problem.orig, "sqlstate", None) == DEADLOCK:
            from tracker.errors import RunAgain  # which itself asks for the database

            raise RunAgain from problem
        raise
    except BaseException:
        session.rollback()
        raise


def insert(table: type[Model]) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, on either database."""
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
