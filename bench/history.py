"""What it takes to import a term of history, against a floor in the same run.

    python -m bench.history [--every-temperature]

481 students, 90 school days, three sessions.  The floor is `sqlite3` alone, told what the application
has to find out: it writes the same rows into a copy of the same database, with the same durability.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask import Flask

from tests import cast
from tests.history.history import history_file
from tests.school.roster import WHOLE_HEADER, csv_file, whole_school
from tracker import clock, create_app, schema
from tracker.db import db, transaction
from tracker.history import files, queries, service
from tracker.history.plan import Options
from tracker.school import roster_file, roster_queries, roster_service
from tracker.school import service as school

SESSIONS = ("arrival", "morning", "noon")
STARTS, DAYS = date(2026, 3, 2), 90
BOUND = 20.0
WRITTEN = (
    "roster", "sheet", "sheet_version", "entry", "fever", "reading", "observation", "episode",
    "import_run", "trail",
)  # fmt: skip
"""In the order in which rows can be written."""


@dataclass(frozen=True)
class Found:
    """Seconds to look through the file and to import it, the floor's seconds, and what was written."""

    looking: float
    importing: float
    floor: float
    rows: dict[str, int]


@contextmanager
def furnished(folder: Path, classes: int | None = None) -> Iterator[Flask]:
    """The tests' school with a term behind it and its 481 students, or the first classes of them."""
    app = create_app({"DATA_DIR": str(folder), "DATABASE_URL": "", "TIMEZONE": "Asia/Shanghai"})
    clock.freeze(cast.NOW)
    try:
        with app.app_context():
            schema.upgrade()
            cast.furnish()
            with transaction():
                school.add_term(None, cast.NOW, "Spring 2026", STARTS, date(2026, 7, 24))
            content = csv_file(WHOLE_HEADER, _pupils(classes))
            days = roster_queries.import_days(STARTS, cast.TODAY)
            with transaction():
                roster_service.import_roster(None, cast.NOW, roster_file.read_table(content), "0" * 64, days)
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        clock.freeze(None)


def _pupils(classes: int | None) -> list[tuple[str, ...]]:
    rows = whole_school()
    kept = list(dict.fromkeys((row[0], row[1]) for row in rows))[:classes]
    return [row for row in rows if (row[0], row[1]) in kept]


def history(days: int, classes: int | None = None, *, every_temperature: bool = False) -> bytes:
    """A term as a school wrote it down: who was absent or ill, or every temperature of every child."""
    draw = random.Random(20260302)
    rows = []
    away: dict[str, date] = {}
    for day in _school_days(days):
        for number in (row[2] for row in _pupils(classes)):
            if number not in away and draw.random() < 0.006:
                away[number] = day + timedelta(days=draw.randint(1, 4))
            if number in away and away[number] <= day:
                del away[number]
            luck = draw.random()
            for session in SESSIONS:
                if number in away:
                    rows.append((day, session, number, "absent", "illness", "fever;cough", "38.3"))
                elif luck < 0.002:
                    rows.append((day, session, number, "symptomatic", "", "cough", "37.9"))
                elif every_temperature:
                    rows.append((day, session, number, "measured", "", "", f"36.{draw.randint(1, 9)}"))
    return history_file(*rows)


def _school_days(count: int) -> list[date]:
    from tracker.school.queries import school_days

    return school_days(STARTS, cast.TODAY - timedelta(days=1))[:count]


def measure(
    folder: Path, days: int = DAYS, classes: int | None = None, *, every_temperature: bool = False
) -> Found:
    """Import into the application, then write the same rows by the floor into a copy from before."""
    with furnished(folder / "school", classes):
        content = history(days, classes, every_temperature=every_temperature)
        options = Options(assume_complete=True)
        ours, theirs = folder / "school" / "tracker.db", folder / "floor.db"
        with closing(sqlite3.connect(ours)) as source:
            source.execute("VACUUM INTO ?", (str(theirs),))
        began = time.perf_counter()
        table = files.read_table(content)
        plan = queries.history_plan(table, options, cast.TODAY)
        looked = time.perf_counter()
        assert not plan.wrong, plan.wrong[:3]
        with transaction():
            service.import_history(None, cast.NOW, cast.TODAY, table, "0" * 64, options, seen=plan.digest)
        imported = time.perf_counter()
        rows = _new_rows(ours, theirs)
        return Found(
            looked - began,
            imported - looked,
            _write(theirs, rows),
            {name: len(kept) for name, (_columns, kept) in rows.items()},
        )


def _new_rows(ours: Path, theirs: Path) -> dict[str, tuple[int, list[tuple[object, ...]]]]:
    """What the application wrote, by table: how many columns, and the rows."""
    found = {}
    with closing(sqlite3.connect(ours)) as database:
        database.execute("ATTACH ? AS before", (str(theirs),))
        for table in WRITTEN:
            rows = database.execute(
                f"SELECT * FROM main.{table} EXCEPT SELECT * FROM before.{table}"
            ).fetchall()
            columns = len(database.execute(f"PRAGMA table_info({table})").fetchall())
            found[table] = columns, rows
    return found


def _write(path: Path, rows: dict[str, tuple[int, list[tuple[object, ...]]]]) -> float:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            database.execute(f"PRAGMA {pragma}")
        began = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        for table, (columns, kept) in rows.items():
            database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", kept)
        database.execute("COMMIT")
        return time.perf_counter() - began


def main() -> None:
    """Measure, and say what was found; being slow is no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench.history")
    parser.add_argument("--every-temperature", action="store_true")
    every = parser.parse_args().every_temperature
    with tempfile.TemporaryDirectory(prefix="tracker-bench-", ignore_cleanup_errors=True) as folder:
        found = measure(Path(folder), every_temperature=every)
    both = found.looking + found.importing
    print(
        f"Import {DAYS} days of 481 students in three sessions,"
        f" {'every temperature' if every else 'exceptions only'}"
    )
    print(f"  look through {found.looking:7.2f} s")
    print(f"  import       {found.importing:7.2f} s")
    print(f"  both         {both:7.2f} s   (bound {BOUND:.0f} s)")
    print(f"  floor        {found.floor:7.2f} s")
    print(f"  ratio        {both / found.floor:7.2f}")
    print(f"  rows         {', '.join(f'{name} {count}' for name, count in found.rows.items())}")


if __name__ == "__main__":
    main()
