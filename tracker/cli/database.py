"""The schema, by command."""

import click
from flask.cli import with_appcontext

from tracker import schema


@click.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema."""
    before = schema.revision()
    schema.upgrade()
    click.echo(f"Schema {schema.HEAD}" + ("" if before != schema.HEAD else " (nothing to do)"))


commands: list[click.Command] = [upgrade]
