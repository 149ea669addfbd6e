"""The SQLite file: a consistent copy while others write, and putting another in its place."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tracker.db import db
from tracker.operations.archive import BackupError
from tracker.operations.rules import Cause

COMPANIONS = ("", "-wal", "-shm")


def path() -> Path:
    """Where the database lies."""
    return Path(str(db.engine.url.database))


def snapshot(to: Path) -> None:
    """The database as it stood at one moment, in a file of its own; nobody is kept waiting by it."""
    try:
        with closing(sqlite3.connect(path(), timeout=15)) as connection:
            connection.execute("VACUUM INTO ?", (str(to),))
    except sqlite3.OperationalError as problem:
        cause = Cause.FULL if problem.sqlite_errorcode == sqlite3.SQLITE_FULL else Cause.OTHER
        raise BackupError(f"The database cannot be copied to {to.parent}: {problem}", cause) from None
    except sqlite3.DatabaseError as problem:
        raise BackupError(f"The database is damaged: {problem}", Cause.DAMAGED) from None
    problem_found = problem_of(to)
    if problem_found:
        raise BackupError(f"The database is damaged: {problem_found}", Cause.DAMAGED)


def problem_of(file: Path) -> str | None:
    """What is wrong with a database file, in a line; None for a sound one."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            told = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return None if told == "ok" else str(told).splitlines()[-1]
    except sqlite3.DatabaseError as problem:
        return str(problem)


def revision_of(file: Path) -> str | None:
    """The schema a database file is at."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return str(found[0]) if found else None


def rows_of(file: Path, tables: tuple[str, ...]) -> dict[str, int]:
    """How many rows some tables hold."""
    with closing(sqlite3.connect(file)) as connection:
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def set_aside(stamp: str) -> Path | None:
    """Give the database another name beside its own; None where there was none."""
    db.session.remove()
    db.engine.dispose()
    aside = path().with_name(f"{path().stem}-before-restore-{stamp}{path().suffix}")
    return aside if _rename(path(), aside) else None


def put_back(aside: Path | None) -> None:
    """Undo `set_aside`: what has taken its place is removed."""
    db.session.remove()
    db.engine.dispose()
    for ending in COMPANIONS:
        path().with_name(path().name + ending).unlink(missing_ok=True)
    if aside:
        _rename(aside, path())


def _rename(source: Path, target: Path) -> bool:
    # What the last writer had not moved into the file yet lies beside it, and goes with it.
    found = source.exists()
    for ending in COMPANIONS:
        if (one := source.with_name(source.name + ending)).exists():
            one.replace(target.with_name(target.name + ending))
    return found
