"""`check` says in a line each what is well and what is not."""

import contextlib
import os
import shutil
import sqlite3
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.cli.runner import invoke
from tests.conftest import Visitor
from tests.screening.test_at_once import body
from tracker import clock, datafolder, schema
from tracker.datafolder import encrypt
from tracker.db import db
from tracker.operations import sqlite_file
from tracker.school.models import Guardian


@pytest.fixture
def healthy(app, cast, tmp_path):
    """A school with a sheet, a guardian and a backup, at this computer's own time."""
    nora = Visitor(app).sign_in("nora")
    students = cast.students["3-1"]
    data = {**body(students, 1), "csrf_token": nora.token(nora.get("/account/password"))}
    nora.post("/screening/2024-1/2026-09-21/arrival", data)
    db.session.add(
        Guardian(student_id=students[0], seq=1, relation="mother", name_enc=encrypt("M"), phone_enc=None)
    )
    db.session.commit()
    clock.freeze(datetime.fromtimestamp(os.stat(tmp_path).st_mtime, UTC))
    invoke(app, "backup", "--to", tmp_path)
    return app


def lines(app, code):
    said = invoke(app, "check", code=code).splitlines()
    return {line[6:].split(":")[0]: (line[:5].strip(), line) for line in said}


def wrong(app):
    return {name: line for name, (state, line) in lines(app, 1).items() if state == "WRONG"}


def test_all_is_well_and_each_thing_has_its_line(healthy):
    found = lines(healthy, 0)
    assert list(found) == [
        "integrity", "foreign keys", "orphans", "schema", "disk", "clock", "keys", "backup",
    ]  # fmt: skip
    assert {state for state, _ in found.values()} == {"ok"}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_an_hour_off_is_found(healthy, hours):
    clock.freeze(clock.now() + timedelta(hours=hours))
    told = wrong(healthy)
    assert list(told) == ["clock"] and "a file written now is of" in told["clock"]


def test_a_clock_behind_the_newest_record_is_found(healthy):
    later = clock.now() + timedelta(hours=1)
    db.session.execute(sa.text("UPDATE trail SET at = :at"), {"at": f"{later:%Y-%m-%d %H:%M:%S}.000000"})
    db.session.commit()
    assert "the newest record is of" in wrong(healthy)["clock"]


def test_rows_that_point_to_nothing_are_found(healthy):
    with contextlib.closing(sqlite3.connect(sqlite_file.path())) as connection:
        connection.execute("DELETE FROM user WHERE username = 'nora'")
        connection.execute("UPDATE sheet SET head = 7")
        connection.commit()
    told = wrong(healthy)
    assert "point to no row of user" in told["foreign keys"]
    assert "1 sheets without the version" in told["orphans"]


def test_a_strange_or_older_schema_is_found(healthy):
    db.session.execute(sa.text("CREATE TABLE strange (id INTEGER)"))
    db.session.commit()
    assert "strange is none of this program's" in wrong(healthy)["schema"]
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    assert schema.HEAD in wrong(healthy)["schema"]


def test_a_full_disk_an_old_backup_and_another_key_are_found(healthy, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    db.session.execute(sa.text("DELETE FROM job"))
    db.session.commit()
    monkeypatch.setitem(healthy.config, "GUARDIAN_KEY", "another")
    monkeypatch.setattr(datafolder, "_keys_there", list)
    told = wrong(healthy)
    assert set(told) == {"disk", "keys", "backup"}
    assert "can be read without it" in told["keys"]


def test_a_backup_folder_that_is_not_there_or_on_the_same_disk_is_found(healthy, tmp_path, monkeypatch):
    monkeypatch.setitem(healthy.config, "BACKUP_DIR", str(tmp_path / "usb"))
    assert "is not there" in wrong(healthy)["backup"]
    (tmp_path / "usb").mkdir()
    assert "is on the disk of the data" in wrong(healthy)["backup"]


@pytest.mark.skipif(os.name != "posix", reason="no modes there")
def test_files_others_on_the_computer_can_read_are_found(healthy):
    (healthy.config["DATA_DIR"] / "secret.key").chmod(0o644)
    try:
        assert "secret.key can be read" in wrong(healthy)["keys"]
    finally:
        (healthy.config["DATA_DIR"] / "secret.key").chmod(0o600)


def test_a_database_that_cannot_be_read_leaves_the_rest_to_be_looked_at(healthy, monkeypatch):
    def damaged():
        raise schema.SchemaError("The database cannot be used")

    monkeypatch.setattr(schema, "revision", damaged)
    assert list(wrong(healthy)) == ["schema"] and "disk" in lines(healthy, 1)


def test_the_checks_run_on_either_database(either_app):
    app, _ = either_app
    told = invoke(app, "check", code=1)
    assert "ok    foreign keys" in told and "ok    orphans" in told and "cannot be looked at" not in told
