"""Making a backup and restoring one, on either database."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

from tracker import __version__, datafolder, schema
from tracker.db import db, transaction
from tracker.operations import archive, postgres_tools, service, sqlite_file
from tracker.operations.archive import BackupError, Manifest
from tracker.operations.rules import Cause

_PLAINLY = {
    errno.ENOSPC: (Cause.FULL, "no space is left"),
    errno.EDQUOT: (Cause.FULL, "no space is left"),
    errno.EEXIST: (Cause.NO_FOLDER, "it is a file, not a folder"),
    errno.ENOTDIR: (Cause.NO_FOLDER, "it is a file, not a folder"),
    errno.EACCES: (Cause.NOT_ALLOWED, "permission denied"),
    errno.EPERM: (Cause.NOT_ALLOWED, "permission denied"),
    errno.EROFS: (Cause.NOT_ALLOWED, "the disk can only be read"),
}

COUNTED = ("student", "sheet_version", "episode", "record", "trail", "user")
"""Tables whose rows the manifest counts, so that a person can tell what a file holds."""


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    manifest: Manifest
    removed: int
    """Older ones that had to go."""


def default_folder() -> Path:
    """Where backups go if nobody says otherwise."""
    told = current_app.config["BACKUP_DIR"]
    return Path(told).expanduser().resolve() if told else Path(current_app.config["DATA_DIR"]) / "backups"


def make(school: str, at: datetime, folder: Path, keep: int | None) -> Made:
    """Write a backup of the school into a folder, then remove all but the newest `keep` of this school's.

    Others may go on writing: the file holds what was confirmed when it was begun.  The keys are not in it.
    """
    with _told_in_a_line(folder), _work_folder("unfinished-backup-") as work:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in folder.glob(f"tracker-{school}-*.part"):
            part.unlink()
        copy = Path(work) / "database"
        found: str | None
        if is_sqlite():
            sqlite_file.snapshot(copy)
            found, rows = sqlite_file.revision_of(copy), sqlite_file.rows_of(copy, COUNTED)
        else:
            found, rows = postgres_tools.dump(copy, COUNTED)
        manifest = Manifest(
            version=__version__,
            schema=str(found),
            database=db.engine.dialect.name,
            school=school,
            made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
            sha256=archive.sha256_of(copy),
            size=copy.stat().st_size,
            rows=rows,
        )
        path = folder / archive.file_name(school, at)
        archive.write(path, manifest, copy)
        return Made(path, manifest, _thin(folder, school, keep, path))


def restore(file: Path, at: datetime) -> tuple[Manifest, str | None]:
    """Put a backup in the place of the school, and bring it to the newest schema.

    Nobody may be using the school.  What was there stays beside it, under the name that is returned.
    """
    stamp = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    with (
        datafolder.lock(_data_folder()),
        _told_in_a_line(_data_folder()),
        _work_folder("unfinished-restore-") as work,
    ):
        copy = Path(work) / "database"
        manifest = archive.extract(file, copy)
        _refuse(manifest, copy, file)
        if is_sqlite():
            aside = sqlite_file.set_aside(stamp)
            try:
                sqlite_file.path().parent.mkdir(parents=True, exist_ok=True)
                copy.replace(sqlite_file.path())
                _take_into_use(manifest, at)
            except BaseException:
                sqlite_file.put_back(aside)
                raise
            return manifest, aside.name if aside else None
        name = f"before_restore_{stamp.lower()}"
        postgres_tools.load(copy, name)
        try:
            _take_into_use(manifest, at)
        except BaseException:
            postgres_tools.put_back(name)
            raise
        return manifest, name


def is_sqlite() -> bool:
    """Whether the school lies in an SQLite file."""
    return db.engine.dialect.name == "sqlite"


def _take_into_use(manifest: Manifest, at: datetime) -> None:
    schema.upgrade()
    with transaction():
        service.settle_restored(datetime.fromisoformat(manifest.made_at), at)


def _refuse(manifest: Manifest, copy: Path, file: Path) -> None:
    if manifest.schema > schema.HEAD:
        raise BackupError(
            f"{file.name} has a newer schema ({manifest.schema}) than this program ({schema.HEAD}): "
            f"install version {manifest.version} or newer first"
        )
    if manifest.database != db.engine.dialect.name:
        raise BackupError(
            f"{file.name} is of a school on {manifest.database}, this one is on {db.engine.dialect.name}: "
            "restore it there, then use `flask --app app copy-database`"
        )
    if is_sqlite():
        if problem := sqlite_file.problem_of(copy):
            raise BackupError(f"{file.name} holds a damaged database: {problem}")
        if sqlite_file.revision_of(copy) != manifest.schema:
            raise BackupError(f"{file.name} is damaged: its schema is not the one it was written with")
    elif many := postgres_tools.others():
        raise BackupError(f"The database is in use ({many} connections): stop every server first")


def _thin(folder: Path, school: str, keep: int | None, made: Path) -> int:
    if keep is None:
        return 0
    old = [path for path in archive.of_school(folder, school) if path != made]
    going = old[: max(0, len(old) - (keep - 1))]
    for path in going:
        path.unlink()
    return len(going)


def _data_folder() -> Path:
    return Path(current_app.config["DATA_DIR"])


@contextmanager
def _work_folder(prefix: str) -> Iterator[str]:
    """A folder for a copy of the school; one that was left when the computer was cut off goes first."""
    for left in _data_folder().glob(f"{prefix}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=_data_folder(), prefix=prefix) as work:
        yield work


@contextmanager
def _told_in_a_line(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        place = problem.filename or folder
        said = (problem.strerror or str(problem)).lower()
        cause, told = _PLAINLY.get(problem.errno or 0, (Cause.OTHER, said))
        raise BackupError(f"The backup cannot be written or read at {place}: {told}", cause) from None
