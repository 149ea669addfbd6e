"""One backup, one file: a zip of a manifest and the database, believed only after its last byte was read."""

import contextlib
import errno
import hashlib
import json
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from tracker.config import SettingError
from tracker.operations.rules import Cause

PROGRAM = "school-health-tracker"
FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
CHUNK = 1024 * 1024

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What reading a damaged zip raises."""

_SHAPES: Mapping[str, type] = {"size": int, "format": int, "rows": dict}
"""What a manifest holds that is no text."""

_NAME = re.compile(r"tracker-([0-9a-f]{12})-(\d{8}T\d{6}Z)\.backup")


class BackupError(SettingError):
    """A backup cannot be made or used; the message is one line for whoever runs the server."""

    exit_code = 1

    def __init__(self, message: str, cause: Cause = Cause.OTHER) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    version: str
    schema: str
    database: str
    """`sqlite` or `postgresql`: which of them can read it."""
    school: str
    """A mark of the school, made at its first backup; tells two schools' files in one folder apart."""
    made_at: str
    sha256: str
    size: int
    rows: Mapping[str, int]
    program: str = PROGRAM
    format: int = FORMAT


def file_name(school: str, at: datetime) -> str:
    """What a school's backup of a moment is called."""
    return f"tracker-{school}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"


def of_school(folder: Path, school: str) -> list[Path]:
    """A school's backups in a folder, the oldest first."""
    return sorted(
        path for path in folder.iterdir() if (named := _NAME.fullmatch(path.name)) and named[1] == school
    )


def write(path: Path, manifest: Manifest, database: Path) -> None:
    """Write a backup under its name only when all of it is on the disk and was read again."""
    part = path.with_name(path.name + ".part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
                archive.write(database, DATABASE)
            file.flush()
            os.fsync(file.fileno())
        extract(part, None)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def extract(path: Path, to: Path | None) -> Manifest:
    """Read a backup to its end, and lay its database at `to`.  Raises BackupError if a byte is wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(path, archive)
            with archive.open(DATABASE) as source:
                found, size = _drain(source, to)
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}") from None
    except _DAMAGE:
        raise _no_whole_backup(path) from None
    except OSError as problem:
        # A damaged place in the file leads before its beginning, or to a packing it never had.
        if problem.errno in (None, errno.EINVAL):
            raise _no_whole_backup(path) from None
        raise
    if found != manifest.sha256 or size != manifest.size:
        raise BackupError(f"{path.name} is damaged: its checksum is not the one it was written with")
    return manifest


def _no_whole_backup(path: Path) -> BackupError:
    return BackupError(f"{path.name} is no whole backup: damaged, cut off, or another kind of file")


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        told = json.loads(archive.read(MANIFEST))
        if told["program"] != PROGRAM:
            raise KeyError
    except (KeyError, TypeError, ValueError):
        raise BackupError(f"{path.name} is a file of another program") from None
    if told["format"] != FORMAT:
        raise BackupError(
            f"{path.name} was written by a newer version ({told.get('version')}) of this program"
        )
    try:
        manifest = Manifest(**told)
        datetime.fromisoformat(manifest.made_at)
        if any(not isinstance(value, _SHAPES.get(name, str)) for name, value in told.items()):
            raise TypeError
    except (TypeError, ValueError):
        raise BackupError(f"{path.name} is damaged: its manifest cannot be read") from None
    return manifest


def _drain(source: IO[bytes], to: Path | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with contextlib.ExitStack() as opened:
        target = None
        if to:
            private = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            target = opened.enter_context(open(private, "wb"))
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if target:
                target.write(chunk)
        if target:
            target.flush()
            os.fsync(target.fileno())
    return digest.hexdigest(), size


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
