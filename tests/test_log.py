"""What the log may say.  That no test of the suite lets a name into it, `tests/logwatch.py` sees at each one."""

import logging
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.cast import PEOPLE
from tests.logwatch import leaks_of
from tracker.cli.beside import EveryMinute
from tracker.db import db
from tracker.requestlog import JsonLines

LEAKS = [
    ("Ann Teacher has signed in", "a name"),
    ("no seat for Child 3-1 01", "a name"),
    ("ValueError: 张三", "Chinese text"),
    ("guardian 138 0000 4321 not reached", "a phone"),
    ("guardian 13800004321 not reached", "a phone"),
    ("no student T2024103", "a student's or an identity number"),
    ("row 11010519491231002X", "a student's or an identity number"),
    ("at 37.8", "a temperature"),
    ("parameters (17, 378, 'forehead')", "a temperature"),
    ("cookie .eJwlzjkOwjAQAMC_uKbI2rvr3XwGeS-gTUiF-DuWmBN8hb3ZjTu", "a token"),
    ("device 8f14e45fceea167a5a36dedd4bea2543", "a token"),
    ("value gAAAAABm", "a token"),
    (f"form {UUID(int=7)}", "a form's key"),
]
HARMLESS = [
    "Nightly job backup has failed and is tried again: No space in /srv/school/backups",
    "request 5f3a1b2c: ValueError at /srv/school/tracker/absence/call_service.py:378",
    "Serving on http://127.0.0.1:8000",
]


def line(message: str) -> str:
    return JsonLines().format(logging.makeLogRecord({"msg": message, "name": "tracker"}))


@pytest.mark.parametrize("message, what", LEAKS)
def test_a_line_that_holds_something_private_is_found(message, what):
    assert what in [leak.split(":")[0] for leak in leaks_of(line(message))]


@pytest.mark.parametrize("message", HARMLESS)
def test_a_line_of_our_own_is_none(message):
    assert leaks_of(line(message)) == []


def test_every_request_of_the_suite_is_read(sign_in, log_watch):
    before = log_watch.lines
    sign_in("ann").get("/")
    assert log_watch.lines == before + 1
    logging.getLogger("somebody.elses").warning("told by Ann Teacher")
    assert [leak.split(":")[0] for leak in log_watch.leaks] == ["a name"]
    log_watch.leaks.clear()


def fails(*_: object, **__: object) -> None:
    """What a driver and what a library say when they fail: with the row they failed at."""
    name, phone, tenths = PEOPLE["ann"][0], "13800004321", 378
    try:
        db.session.execute(sa.text("INSERT INTO nowhere VALUES (:name)"), {"name": name})
    except sa.exc.OperationalError as problem:
        raise ValueError(f"cannot read {tenths / 10} of {name}, {phone}") from problem


def test_a_page_that_fails_is_told_by_its_place_and_not_by_what_it_worked_on(
    app, sign_in, monkeypatch, caplog
):
    monkeypatch.setitem(app.view_functions, "home.healthz", fails)
    app.testing = False
    try:
        sign_in("ann").get("/healthz", 500)
    finally:
        app.testing = True
    told = "".join(JsonLines().format(record) for record in caplog.records if record.levelname == "ERROR")
    assert "ValueError" in told and "test_log.py" in told and "in fails" in told


def test_what_fails_beside_the_server_is_told_in_the_same_way(app, caplog):
    minute = EveryMinute(app, "notices", fails)
    minute.stopped.set()
    minute.thread.start()
    minute.thread.join()
    told = "".join(JsonLines().format(record) for record in caplog.records)
    assert "notices" in told and "ValueError" in told and "in fails" in told
