"""One line in the log for every request: never a path's ids, a query or a name; and which pages were slow."""

import json
import logging
import os
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import event
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import clock
from tracker.datafolder import FolderError
from tracker.db import db

log = logging.getLogger("tracker.request")

_NOT_COUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)", re.IGNORECASE)

FILE_BYTES, FILES = 5_000_000, 10
"""So large grows a log file, and so many are kept."""


class JsonLines(logging.Formatter):
    """A line of the log as a JSON object: time, level, logger, message, and what failed."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if isinstance(record.args, tuple) and record.name == log.name:
            told.update(zip(FIELDS, record.args, strict=False))
        if record.exc_info:
            told["failure"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


FIELDS = ("request", "method", "route", "status", "ms", "statements", "user")
"""What the line of a request says, in its order."""


@dataclass
class Took:
    """How long the answers of one route took in a day."""

    route: str
    times: int = 0
    total_ms: float = 0
    longest_ms: float = 0

    @property
    def mean_ms(self) -> float:
        """The mean."""
        return self.total_ms / self.times


class Slowness:
    """How long today's pages took, by route, in this process's memory."""

    def __init__(self) -> None:
        self._lock, self._day, self._routes = Lock(), date.min, dict[str, Took]()

    def note(self, day: date, route: str, ms: float) -> None:
        """One more answer."""
        with self._lock:
            if day != self._day:
                self._day, self._routes = day, {}
            took = self._routes.setdefault(route, Took(route))
            took.times += 1
            took.total_ms += ms
            took.longest_ms = max(took.longest_ms, ms)

    def slowest(self, day: date, most: int = 10) -> list[Took]:
        """The routes whose answers took longest in the mean."""
        with self._lock:
            found = list(self._routes.values()) if day == self._day else []
        return sorted(found, key=lambda took: took.mean_ms, reverse=True)[:most]


slowness = Slowness()


def init_app(app: Flask) -> None:
    """Number, time and count every request."""
    if not logging.getLogger("tracker").handlers and not app.testing:
        handler = logging.StreamHandler()
        handler.setFormatter(_formatter(app))
        logging.getLogger("tracker").addHandler(handler)
        logging.getLogger("tracker").setLevel(logging.INFO)
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_end)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)


def _formatter(app: Flask) -> logging.Formatter:
    if app.config["LOG"] == "json":
        return JsonLines()
    return logging.Formatter("%(asctime)s %(levelname)s %(message)s")


def to_file(app: Flask) -> Path:
    """Write the log into the data folder too, a new file when one is full; for the one server of a folder."""
    folder: Path = app.config["DATA_DIR"] / "logs"
    try:
        folder.mkdir(exist_ok=True)
        os.close(os.open(folder / "tracker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError as problem:
        raise FolderError(f"The log cannot be written in {folder}: {problem.strerror}") from None
    path = folder / "tracker.log"
    handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8", delay=True)
    handler.setFormatter(_formatter(app))
    logging.getLogger("tracker").addHandler(handler)
    return path


def _begin() -> None:
    g.request_id = secrets.token_hex(4)
    g.began = time.perf_counter()
    g.statements = 0


def _count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if has_request_context() and not _NOT_COUNTED.match(statement):
        g.statements = g.get("statements", 0) + 1


def _end(response: Response) -> Response:
    if request.endpoint != "static":
        identity = g.get("identity")
        route = request.url_rule.rule if request.url_rule else "-"
        ms = (time.perf_counter() - g.began) * 1000
        log.info(
            "%s %s %s %d %.0fms %d statements user %s",
            g.request_id,
            request.method,
            route,
            response.status_code,
            ms,
            g.statements,
            identity.user_id if identity else "-",
        )
        if request.url_rule:
            slowness.note(clock.today(), f"{request.method} {route}", ms)
    return response
