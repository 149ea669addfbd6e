"""What the embedded server does beside serving, each minute, in a thread of its own."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from flask import Flask

from tracker.errors import without_values

log = logging.getLogger("tracker")

EVERY_SECONDS = 60


class EveryMinute:
    """Does one thing each minute, until it is told to stop."""

    def __init__(self, app: Flask, name: str, deed: Callable[[], object]) -> None:
        self.app, self.deed, self.stopped = app, deed, Event()
        self.thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "EveryMinute":
        self.thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.stopped.set()
        self.thread.join(5)

    def _run(self) -> None:
        while True:
            try:
                with self.app.app_context():
                    self.deed()
            except Exception as problem:
                # A moment without the database must not end what is done for the whole day.
                log.error(
                    "%s: this minute's work could not be done",
                    self.thread.name,
                    exc_info=without_values(problem),
                )
            if self.stopped.wait(EVERY_SECONDS):
                return
