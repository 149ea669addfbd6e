"""Commands for whoever runs the server: `flask --app app --help` lists them."""

import click
from flask import Flask


def init_app(app: Flask) -> None:
    """Register every command, named once, in order."""
    from tracker.cli import accounts, backup, database, demo, history, nightly, notices, privacy, school

    commands: list[click.Command] = [
        *database.commands,
        *school.commands,
        *history.commands,
        *accounts.commands,
        *demo.commands,
        *notices.commands,
        *backup.commands,
        *nightly.commands,
        *privacy.commands,
    ]
    for command in commands:
        app.cli.add_command(command)
