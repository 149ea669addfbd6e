"""How the program stands: version, schema, database, disk.  Nothing here writes."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from tracker import __version__, schema
from tracker.db import db


@dataclass(frozen=True)
class Standing:
    """How the program stands at this moment."""

    version: str
    schema: str | None
    kind: str
    database_bytes: int | None
    free_bytes: int
    disk_bytes: int
    log_bytes: int

    @property
    def is_low(self) -> bool:
        """Whether the disk is about to be full: less free than a tenth, or than the database twice."""
        return self.free_bytes < max(self.disk_bytes // 10, 2 * (self.database_bytes or 0))


def standing() -> Standing:
    """Version, schema, database and disk."""
    folder: Path = current_app.config["DATA_DIR"]
    disk = shutil.disk_usage(folder)
    return Standing(
        __version__,
        schema.revision(),
        db.engine.dialect.name,
        _database_bytes(),
        disk.free,
        disk.total,
        sum(_sizes(folder / "logs")),
    )


def _database_bytes() -> int | None:
    if db.engine.dialect.name == "sqlite":
        path = str(db.engine.url.database)
        return sum(os.path.getsize(one) for one in (path, path + "-wal") if os.path.exists(one))
    return db.session.scalar(sa.text("SELECT pg_database_size(current_database())"))


def _sizes(folder: Path) -> Iterator[int]:
    if folder.is_dir():
        yield from (one.stat().st_size for one in folder.iterdir() if one.is_file())
