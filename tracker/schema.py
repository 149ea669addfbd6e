"""The database's schema: which revision it is at, and how it comes to the newest."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, current_app

from tracker import datafolder
from tracker.config import SettingError
from tracker.db import db

HEAD = "0022"
"""The newest revision in `migrations/versions`; a test holds the two together."""


class SchemaError(SettingError):
    """The database cannot be served as it is; the message is one line for whoever runs the server."""


def init_app(app: Flask) -> None:
    """Tell Flask-Migrate where the revisions are, without loading it before it is needed."""
    app.config["MIGRATIONS"] = str(Path(__file__).parent / "migrations")


def revision() -> str | None:
    """The revision the database is at; None for an empty one.  Raises SchemaError where it cannot be read."""
    try:
        with db.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except sa.exc.DBAPIError as problem:
        raise unusable(problem) from None


def unusable(problem: sa.exc.DBAPIError) -> SchemaError:
    """A database that cannot be reached, read or written, in a line."""
    where = f" ({db.engine.url.database})" if db.engine.dialect.name == "sqlite" else ""
    return SchemaError(f"The database cannot be used: {str(problem.orig).splitlines()[0]}{where}")


def upgrade() -> None:
    """Bring the database to the newest revision, alone.

    An SQLite file is first copied beside itself, and no server may be using its folder; on PostgreSQL
    an advisory lock keeps others out.
    """
    found = revision()
    if found == HEAD:
        return
    _refuse_newer(found)
    if db.engine.dialect.name == "sqlite":
        with datafolder.lock(current_app.config["DATA_DIR"]):
            _refuse_unwritable()
            if found is not None:
                _keep_copy(found)
            try:
                _run_revisions()
            except sa.exc.OperationalError as problem:
                raise unusable(problem) from None
    else:
        with db.engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_advisory_lock(20260901)"))
            try:
                _run_revisions()
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(20260901)"))


def prepare() -> None:
    """Make the schema ready to serve, or refuse in one line.

    An empty database is filled; an older SQLite file is upgraded; an older PostgreSQL database waits
    for `flask --app app upgrade`, because other workers may still be serving it.
    """
    found = revision()
    if found is not None and found != HEAD:
        _refuse_newer(found)
        if db.engine.dialect.name != "sqlite":
            raise SchemaError("The database has an older schema: run `flask --app app upgrade` first")
    upgrade()
    _refuse_wrong_kind()
    _refuse_unwritable()


def mark_as_demo() -> None:
    """Say in the database that it holds invented people, whose passwords are known."""
    db.session.execute(sa.text("CREATE TABLE IF NOT EXISTS demo_school (seed INTEGER)"))


def is_demo() -> bool:
    """Whether the database was marked as a demo."""
    return sa.inspect(db.engine).has_table("demo_school")


def _refuse_wrong_kind() -> None:
    if is_demo() and not current_app.config["DEMO"]:
        raise SchemaError("This database is a demo school: open it with --demo")
    if current_app.config["DEMO"] and not is_demo():
        raise SchemaError("--demo opens only a demo school, and this database is none")


def _refuse_unwritable() -> None:
    if db.engine.dialect.name == "sqlite":
        try:
            with db.engine.connect() as connection, connection.execution_options(writes=True).begin():
                pass
        except sa.exc.OperationalError as problem:
            raise unusable(problem) from None


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > HEAD:
        raise SchemaError(f"The database has a newer schema ({found}) than this program ({HEAD})")


def _keep_copy(found: str) -> None:
    path = Path(str(db.engine.url.database))
    copy = path.with_name(f"{path.stem}-before-{HEAD}-from-{found}{path.suffix}")
    try:
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
    except (OSError, sqlite3.Error) as problem:
        for half in (copy, copy.with_name(f"{copy.name}-journal")):
            with suppress(OSError):
                half.unlink()
        raise SchemaError(f"Nothing was upgraded: no copy can be kept as {copy}: {problem}") from None


def _run_revisions() -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", current_app.config["MIGRATIONS"])
    command.upgrade(config, "head")
