"""Sending notices when they are due: once a minute, by the embedded server or by cron."""

import click
from flask.cli import with_appcontext

from tracker import clock, schema
from tracker.db import transaction
from tracker.notices import service


def send_due() -> int:
    """Send what is due now; how many notices they were."""
    with transaction():
        return service.send_due(clock.now())


@click.command("tick")
@with_appcontext
def tick() -> None:
    """Send the notices that are due now: for cron, once a minute, where the embedded server does not run."""
    schema.prepare()
    click.echo(f"{send_due()} notices")


commands: list[click.Command] = [tick]
