"""Changing the key of guardians' names and phones, and retention, by command."""

import click
from cryptography.fernet import InvalidToken
from flask import current_app
from flask.cli import with_appcontext

from tracker import clock, datafolder, schema
from tracker.db import db, transaction
from tracker.privacy import key_service, retention_service


@click.command("rotate-key")
@with_appcontext
def rotate_key() -> None:
    """Encrypt guardians' names and phones anew, with a new key.

    Stop the server and every worker first.  Nothing is lost if it is interrupted: run it again.  Backups
    made before can be read with the old key only: keep its copy as long as them.
    """
    with datafolder.lock(current_app.config["DATA_DIR"]):
        schema.prepare()
        new = datafolder.NewKey()
        try:
            with transaction():
                done = key_service.encrypt_anew(clock.now(), new)
        except InvalidToken:
            raise click.ClickException(
                "guardians.key is not the key of these data: nothing was changed. Put the right key back"
            ) from None
        new.take_over()
    click.echo(f"{done} values encrypted with the new key. Please copy guardians.key to its safe place now")


@click.command("retention")
@click.option("--run", "really", is_flag=True, help="Let go of what is old enough; without it, only tell.")
@with_appcontext
def retention(really: bool) -> None:
    """Tell what retention would let go of now, or let go of it: the page is /admin/retention."""
    schema.prepare()
    if really:
        with transaction():
            counts = retention_service.run(clock.now())
    else:
        counts = retention_service.run(clock.now(), dry_run=True)
        db.session.rollback()
    for kind, number in counts.items():
        click.echo(f"{kind}: {number}")
    click.echo("Done" if really else "Nothing was changed" if counts else "Nothing is old enough")


commands: list[click.Command] = [rotate_key, retention]
