"""Sending notices when they are due: once a minute, by the embedded server or by cron."""

import logging
from threading import Event, Thread

import click
from flask import Flask
from flask.cli import with_appcontext

from tracker import clock, schema
from tracker.db import transaction
from tracker.notices import service

log = logging.getLogger("tracker")

EVERY_SECONDS = 60


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


class Ticking:
    """Sends notices beside the embedded server, until it is told to stop."""

    def __init__(self, app: Flask) -> None:
        self.app, self.stopped = app, Event()
        self.thread = Thread(target=self._run, name="notices", daemon=True)

    def __enter__(self) -> "Ticking":
        self.thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.stopped.set()
        self.thread.join(5)

    def _run(self) -> None:
        while True:
            try:
                with self.app.app_context():
                    send_due()
            except Exception:
                # A moment without the database must not end the notices of the whole day.
                log.exception("Notices could not be sent")
            if self.stopped.wait(EVERY_SECONDS):
                return


commands: list[click.Command] = [tick]
