"""Backup and restore, for whoever runs the server."""

from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from tracker import clock, schema
from tracker.cli.common import PLACE
from tracker.db import transaction
from tracker.operations import backup as backups
from tracker.operations import checks, database_copy, keys, service
from tracker.operations.archive import BackupError
from tracker.operations.backup import Made
from tracker.operations.rules import JobKind
from tracker.school import service as school


def write_backup(at: datetime, folder: Path, keep: int | None) -> Made:
    """Write a backup and keep the newest of this school's there."""
    with transaction():
        mark = school.school_mark(at)
    return backups.make(mark, at, folder, keep)


@click.command("backup")
@click.option("--to", "folder", type=PLACE, help="The folder; without it, TRACKER_BACKUP_DIR.")
@click.option(
    "--keep", type=click.IntRange(min=1), help="Remove all but this many of this school's newest there."
)
@with_appcontext
def backup(folder: Path | None, keep: int | None) -> None:
    """Write all of the school into one file, while it is used or not.

    The keys in the data folder are not in it: keep guardians.key in another place.
    """
    schema.prepare()
    at = clock.now()
    try:
        with transaction():
            lease = service.take(JobKind.BACKUP, f"by hand {at.isoformat()}", at)
    except sa.exc.IntegrityError:
        lease = None
    if lease is None:
        raise BackupError("Another backup is being made, or was cut off less than an hour ago")
    try:
        made = write_backup(at, folder.resolve() if folder else backups.default_folder(), keep)
    except BaseException as problem:
        with transaction():
            service.fail(lease, clock.now(), problem)
        raise
    size = made.path.stat().st_size
    with transaction():
        service.finish(lease, clock.now(), {"file": made.path.name, "size": size, "removed": made.removed})
    click.echo(f"{made.path} ({size // 1024 + 1} KB, schema {made.manifest.schema})")
    if made.removed:
        click.echo(f"Removed {made.removed} older")
    click.echo("guardians.key is not in it: keep it in another place; it opens guardians' names and phones.")


@click.command("restore")
@click.argument("file", type=PLACE)
@with_appcontext
def restore(file: Path) -> None:
    """Put a backup in the place of the school, which is kept beside it.  Stop the server first."""
    manifest, aside = backups.restore(file, clock.now())
    counts = ", ".join(f"{name} {many}" for name, many in manifest.rows.items())
    made_at = clock.local(datetime.fromisoformat(manifest.made_at))
    click.echo(f"Restored the school of {made_at:%Y-%m-%d %H:%M} ({counts}), schema {schema.HEAD}")
    if aside:
        click.echo(f"What was there before is kept as {aside}")
    for line in keys.problems():
        click.echo(line)


@click.command("check")
@with_appcontext
def check() -> None:
    """Look whether all is well: the database, its schema, disk, clock, keys, backup.  Changes nothing."""
    good = True
    for line in checks.look(clock.now()):
        good &= line.good
        click.echo(f"{'ok   ' if line.good else 'WRONG'} {line.name}: {line.told}")
    if not good:
        raise SystemExit(1)


@click.command("copy-database")
@click.option("--to", "url", required=True, help="An empty database: postgresql://… or sqlite:///…")
@with_appcontext
def copy_database(url: str) -> None:
    """Move the school to another database, and compare every table there.  Stop the server first.

    What is here stays as it is; set TRACKER_DATABASE_URL afterwards.
    """
    schema.prepare()
    counts = database_copy.copy_to(url)
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables are there, each table the same")
    click.echo("Now set TRACKER_DATABASE_URL to it; the data folder with its keys stays in use")


commands: list[click.Command] = [backup, restore, check, copy_database]
