"""A demo school to keep, by command: tests, benchmarks and pictures use it."""

from datetime import date
from pathlib import Path

import click

from tracker import clock, create_app, datafolder, schema
from tracker.cli.common import DAY
from tracker.db import db
from tracker.demo import school


@click.command("demo")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the new school's data."
)
@click.option("--classes", default=school.CLASSES, show_default=True, type=click.IntRange(2, 66))
@click.option(
    "--days",
    default=school.DAYS,
    show_default=True,
    type=click.IntRange(5, 130),
    help="School days of the term up to the demo's day.",
)
@click.option("--seed", default=school.SEED, show_default=True, help="Another number, another school.")
@click.option("--on", type=DAY, help="The demo's day, or the next school day before it; today unless told.")
def demo(out: Path, classes: int, days: int, seed: int, on: date | None) -> None:
    """Furnish an invented school in a folder of its own: `python app.py --demo --data DIR` opens it."""
    app = create_app({"DATA_DIR": str(out), "DATABASE_URL": ""}, demo=True)
    with datafolder.lock(app.config["DATA_DIR"]), app.app_context():
        try:
            if schema.revision() is not None:
                raise click.ClickException(f"There is a school in {out} already")
            school.make(on or clock.today(), classes=classes, days=days, seed=seed)
            starts = clock.local(school.starting_time())
        finally:
            db.session.remove()
            db.engine.dispose()
    click.echo(f"{out}: {classes} classes, {days} school days up to {starts:%Y-%m-%d %H:%M}")
    for line in school.accounts_text():
        click.echo(line)


commands: list[click.Command] = [demo]
