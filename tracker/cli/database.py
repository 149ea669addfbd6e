"""The schema, by command."""

import click
from flask.cli import with_appcontext

from tracker import schema


@click.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema."""
    before = schema.revision()
    try:
        schema.upgrade()
    except schema.SchemaError as no:
        raise click.ClickException(str(no)) from None
    click.echo(f"Schema {schema.HEAD}" + ("" if before != schema.HEAD else " (nothing to do)"))


commands: list[click.Command] = [upgrade]
