"""Commands for whoever runs the server: `flask --app app --help` lists them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask

from tracker import schema


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
        if command.callback:
            command.callback = _told_in_a_line(command.callback)
        app.cli.add_command(command)


def _told_in_a_line(deed: Callable[..., Any]) -> Callable[..., Any]:
    """A database that fails in the middle of a command is said as one that fails before it."""

    @wraps(deed)
    def told(*words: Any, **more: Any) -> Any:
        try:
            return deed(*words, **more)
        except sa.exc.OperationalError as problem:
            raise schema.unusable(problem) from None

    return told
