"""Whether all is well with the school's data: one line for each thing that was looked at."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from tracker import clock, schema
from tracker.config import SettingError
from tracker.db import db
from tracker.operations import keys, queries, sqlite_file
from tracker.operations.backup import default_folder, is_sqlite

OFF = timedelta(minutes=5)
LEAST_FREE = 500 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """What was looked at, whether it is well, and what was found."""

    name: str
    good: bool
    told: str


def look(now: datetime) -> Iterator[Line]:
    """Look at everything, one thing after the other; what breaks is said and the rest still looked at."""
    for name, check in CHECKS.items():
        try:
            problems, good = check(now)
        except SettingError as no:
            problems, good = [no.format_message()], ""
        except (sa.exc.SQLAlchemyError, OSError) as problem:
            db.session.rollback()
            problems, good = [f"cannot be looked at: {type(problem).__name__}"], ""
        if problems:
            yield from (Line(name, False, problem) for problem in problems)
        else:
            yield Line(name, True, good)


Found = tuple[list[str], str]


def _integrity(now: datetime) -> Found:
    if not is_sqlite():
        return [], "PostgreSQL checks its pages itself"
    problem = sqlite_file.problem_of(sqlite_file.path())
    return [problem] if problem else [], "sound"


def _foreign_keys(now: datetime) -> Found:
    """Rows that point to a row that is not there."""
    problems = []
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for key in table.foreign_key_constraints:
                parent = key.referred_table.alias()
                same = sa.and_(*(one.parent == parent.c[one.column.name] for one in key.elements))
                lost = connection.execute(
                    sa.select(sa.func.count())
                    .select_from(table)
                    .where(*(column.is_not(None) for column in key.columns), ~sa.exists().where(same))
                ).scalar_one()
                if lost:
                    problems.append(
                        f"{lost} rows of {table.name} point to no row of {key.referred_table.name}"
                    )
    return problems, "every row that is pointed to is there"


ORPHANS = {
    "sheets without the version they stand at": (
        "SELECT count(*) FROM sheet WHERE NOT EXISTS "
        "(SELECT 1 FROM sheet_version v WHERE v.sheet_id = sheet.id AND v.no = sheet.head)"
    ),
    "versions of sheets after the newest": (
        "SELECT count(*) FROM sheet_version v JOIN sheet ON sheet.id = v.sheet_id WHERE v.no > sheet.head"
    ),
    "calendar days of a class that is not there": (
        "SELECT count(*) FROM calendar_day d WHERE d.scope = 'class' "
        "AND NOT EXISTS (SELECT 1 FROM school_class c WHERE c.id = d.scope_id)"
    ),
    "papers whose file is empty": (
        "SELECT count(*) FROM attachment WHERE state = 'kept' AND content IS NULL"
    ),
}


def _orphans(now: datetime) -> Found:
    with db.engine.connect() as connection:
        found = {name: connection.execute(sa.text(told)).scalar_one() for name, told in ORPHANS.items()}
    return [f"{many} {name}" for name, many in found.items() if many], "nothing is left alone"


def _schema(now: datetime) -> Found:
    found = schema.revision()
    if found != schema.HEAD:
        return [f"{found}, and this program needs {schema.HEAD}: run `flask --app app upgrade`"], ""
    there = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version", "demo_school"}
    known = set(db.metadata.tables)
    problems = [f"the table {name} is missing" for name in sorted(known - there)]
    problems += [f"the table {name} is none of this program's" for name in sorted(there - known)]
    return problems, str(found)


def _disk(now: datetime) -> Found:
    folder = _data_folder()
    free = shutil.disk_usage(folder).free
    size = sqlite_file.path().stat().st_size if is_sqlite() else 0
    told = f"{free // 1024**2} MB are free, the database has {size // 1024**2} MB"
    return ([f"too little: {told}"] if free < max(LEAST_FREE, 3 * size) else []), told


def _clock(now: datetime) -> Found:
    """Against what was recorded, the time of a file written now, and the clock of the database's server."""
    problems = []
    with db.engine.connect() as connection:
        newest = connection.execute(
            sa.text(
                "SELECT max(at) AS at FROM (SELECT max(at) AS at FROM trail "
                "UNION SELECT max(at) FROM sheet_version) AS newest"
            ).columns(at=db.metadata.tables["trail"].c.at.type)
        ).scalar()
        theirs = None if is_sqlite() else connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    with tempfile.NamedTemporaryFile(dir=_data_folder(), prefix="clock-") as file:
        written = datetime.fromtimestamp(os.stat(file.name).st_mtime, UTC)
    for name, moment, both in (
        ("the newest record is of", newest, False),
        ("a file written now is of", written, True),
        ("the database's server shows", theirs, True),
    ):
        if moment and (moment - now > OFF or (both and now - moment > OFF)):
            problems.append(f"it shows {_shown(now)}, but {name} {_shown(moment)}")
    return problems, f"{_shown(now)} in {current_app.config['TIMEZONE']}"


def _keys(now: datetime) -> Found:
    problems = keys.problems()
    if sys.platform != "win32":
        open_to_others = [_data_folder() / "secret.key", _data_folder() / "guardians.key"]
        if is_sqlite() and sqlite_file.path().parent.stat().st_mode & 0o011:
            open_to_others.append(sqlite_file.path())
        for path in open_to_others:
            if path.stat().st_mode & 0o077:
                problems.append(f"{path.name} can be read by other users of this computer")
    return problems, "they open what was encrypted"


def _backup(now: datetime) -> Found:
    last = queries.last_backup(now)
    told = f"the last one is of {_shown(last.at)}" if last.at else "there was none yet"
    problems = [told] if last.too_old else []
    if current_app.config["BACKUP_DIR"]:
        folder = default_folder()
        if not folder.is_dir():
            problems.append(f"the folder {folder} is not there")
        elif os.stat(folder).st_dev == os.stat(_data_folder()).st_dev:
            problems.append(f"{folder} is on the disk of the data: is its own disk mounted?")
    return problems, told


def _shown(moment: datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def _data_folder() -> Path:
    return Path(current_app.config["DATA_DIR"])


CHECKS: dict[str, Callable[[datetime], Found]] = {
    "integrity": _integrity,
    "foreign keys": _foreign_keys,
    "orphans": _orphans,
    "schema": _schema,
    "disk": _disk,
    "clock": _clock,
    "keys": _keys,
    "backup": _backup,
}
