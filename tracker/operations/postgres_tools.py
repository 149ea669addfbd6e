"""PostgreSQL by its own tools, pg_dump and pg_restore, where they are installed."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from tracker.db import db
from tracker.operations.archive import BackupError
from tracker.operations.rules import Cause

OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def tool(name: str) -> str:
    """The path of a tool of PostgreSQL.  Raises BackupError where it is not installed."""
    folder = current_app.config["PG_BIN"] or None
    found = shutil.which(name, path=folder)
    if not found:
        where = folder or "the PATH"
        raise BackupError(
            f"{name} was not found in {where}: install PostgreSQL's client tools, or set TRACKER_PG_BIN",
            Cause.TOOLS,
        )
    return found


def dump(to: Path, tables: tuple[str, ...]) -> tuple[str | None, dict[str, int]]:
    """The database as it stood at one moment, by pg_dump; its schema and the rows of some tables then."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        moment = connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar()
        revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        counts = {
            name: connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in tables
        }
        _run(
            "pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--schema=public",
            f"--snapshot={moment}", f"--file={to}",
        )  # fmt: skip
    return revision, counts


def load(dump_file: Path, aside: str) -> None:
    """Put a dump in the place of the school's tables, which stay in a schema named `aside`."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(f'ALTER SCHEMA public RENAME TO "{aside}"'))
        connection.execute(sa.text("CREATE SCHEMA public"))
    try:
        _run(
            "pg_restore", "--no-owner", "--no-privileges", "--schema=public", "--exit-on-error",
            "--single-transaction", str(dump_file),
        )  # fmt: skip
    except BackupError:
        put_back(aside)
        raise


def put_back(aside: str) -> None:
    """Undo `load`."""
    db.session.remove()
    db.engine.dispose()
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text(f'ALTER SCHEMA "{aside}" RENAME TO public'))


def others() -> int:
    """How many other connections to the database there are: servers, commands, somebody's console."""
    db.session.remove()
    db.engine.dispose()
    many = 0
    for _ in range(10):
        with db.engine.connect() as connection:
            many = connection.execute(sa.text(OTHERS)).scalar_one()
        if not many:
            break
        # One that was closed just now, our own among them, takes its server a moment to leave.
        time.sleep(0.1)
    return many


def _run(name: str, *arguments: str) -> None:
    # The password goes by the environment: other people on the computer can read a command's arguments.
    url = db.engine.url.set(drivername="postgresql")
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    address = url._replace(password=None).render_as_string(hide_password=False)
    done = subprocess.run(
        [tool(name), f"--dbname={address}", *arguments], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        if "server version mismatch" in done.stderr:
            raise BackupError(
                f"{name} ({tool(name)}) is older than PostgreSQL's server: "
                "install client tools of its version, or set TRACKER_PG_BIN",
                Cause.TOOLS,
            )
        told = done.stderr.strip().splitlines() or [f"code {done.returncode}"]
        raise BackupError(f"{name} has failed: {told[0]}")
