"""Each setting: its name, its default, what it is for."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from flask import Flask

from tracker.school.rules import LONGEST_TERM_DAYS

LANGUAGES = ("zh_Hans", "en")


class SettingError(click.ClickException):
    """What whoever runs the server can mend, in one line; commands end with code 2."""

    exit_code = 2


def _text(value: str) -> str:
    return value


def _folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"not between {low} and {high}")
        return number

    return read


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError("not one of " + ", ".join(LANGUAGES))
    return value


def _log(value: str) -> str:
    if value not in ("plain", "json"):
        raise ValueError("neither plain nor json")
    return value


def _zone(value: str) -> str:
    ZoneInfo(value)
    return value


def _moment(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _time(value: str) -> time | None:
    return time.fromisoformat(value) if value else None


def _database(value: str) -> str:
    if not value:
        return value
    try:
        url = sa.make_url(value)
    except sa.exc.ArgumentError:
        raise ValueError("not a database URL") from None
    name = url.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise ValueError("neither sqlite nor postgresql")
    if name == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class Setting:
    """One setting of the program.  Its environment variable is `TRACKER_` and its name."""

    name: str
    default: str
    help: str
    read: Callable[[str], Any] = _text


SETTINGS = [
    Setting("DATA_DIR", "data", "Folder for the database, the keys and the lock", _folder),
    Setting(
        "DATABASE_URL",
        "",
        "Empty: SQLite in the data folder; or postgresql://user:password@host/name",
        _database,
    ),
    Setting("HOST", "127.0.0.1", "Address to listen on"),
    Setting("PORT", "8000", "Port to listen on", _whole(0, 65535)),
    Setting("THREADS", "8", "Requests served at once", _whole(1, 64)),
    Setting("LANGUAGE", "zh_Hans", "Language of who has chosen none: zh_Hans or en", _language),
    Setting("TIMEZONE", "Asia/Shanghai", "The school's time zone", _zone),
    Setting("MAX_BODY_MB", "32", "Largest request, in megabytes", _whole(1, 1024)),
    Setting("PROXIES", "0", "Reverse proxies in front whose forwarding headers are believed", _whole(0, 4)),
    Setting("HTTPS_ONLY", "0", "1: the session cookie is sent over https only", _whole(0, 1)),
    Setting("BACKUP_DIR", "", "Folder for the nightly backup; empty: backups in the data folder"),
    Setting("BACKUP_KEEP", "14", "Backups the night keeps there", _whole(1, 1000)),
    Setting(
        "NIGHTLY_AT", "02:30", "From when on the server does each day's jobs; empty: only by command", _time
    ),
    Setting("PG_BIN", "", "Folder of pg_dump and pg_restore, where they are not on the PATH"),
    Setting("LOG", "plain", "How a line of the log is written: plain, or json", _log),
    Setting("NOW", "", "Demo only: start the clock at this time, such as 2026-09-21T08:05", _moment),
]


def read_settings(given: Mapping[str, str]) -> dict[str, Any]:
    """Every setting by name, from `given`, else the environment, else its default.

    Raises SettingError, naming the variable, for a value that cannot be read.
    """
    known = {setting.name for setting in SETTINGS}
    if unknown := set(given) - known:
        raise SettingError(f"Unknown setting: {', '.join(sorted(unknown))}")
    values = {}
    for setting in SETTINGS:
        text = given.get(setting.name, os.environ.get(f"TRACKER_{setting.name}", setting.default))
        try:
            values[setting.name] = setting.read(text)
        except (ValueError, KeyError, OSError) as problem:
            shown = "" if setting.name == "DATABASE_URL" else f"={text!r}"  # a password may stand in it
            raise SettingError(f"TRACKER_{setting.name}{shown} cannot be used: {problem}") from None
    return values


def init_app(app: Flask, given: Mapping[str, str], *, demo: bool) -> None:
    """Read the settings into the application."""
    values = read_settings(given)
    if values["NOW"] and not demo:
        raise SettingError("TRACKER_NOW is for a demo school only")
    app.config.update(values)
    app.config.update(
        DEMO=demo,
        SQLALCHEMY_DATABASE_URI=values["DATABASE_URL"]
        or sa.URL.create("sqlite", database=str(values["DATA_DIR"] / "tracker.db")),
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        MAX_CONTENT_LENGTH=values["MAX_BODY_MB"] * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=10_000,
        SESSION_COOKIE_NAME="tracker",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(values["HTTPS_ONLY"]),
        PERMANENT_SESSION_LIFETIME=timedelta(days=LONGEST_TERM_DAYS),
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"],
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE=values["TIMEZONE"],
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
    )
