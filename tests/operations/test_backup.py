"""A school is lost and comes back: whole, or not at all."""

import errno
import json
import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cast import NOW, count
from tests.cli.runner import invoke
from tests.conftest import Visitor, make_app
from tests.screening.test_at_once import body, forty_classes, sender
from tracker import clock, schema
from tracker.absence.models import Episode
from tracker.accounts.models import User
from tracker.datafolder import encrypt
from tracker.db import db, transaction
from tracker.operations import archive, queries, service, sqlite_file
from tracker.operations.archive import Manifest
from tracker.operations.queries import last_backup
from tracker.operations.rules import JobKind, JobState
from tracker.school.models import Guardian, Student
from tracker.screening.models import Sheet

ROOT = Path(schema.__file__).parent.parent


def made(app, folder):
    """A backup of the school as it stands."""
    said = invoke(app, "backup", "--to", folder)
    return Path(said.split(" (")[0])


def one_line(said):
    assert len(said.strip().splitlines()) == 1, said
    return said


def test_a_backup_taken_while_forty_write_holds_every_receipt_given_before_it(tools, tmp_path):
    app, cast = tools
    students = forty_classes()
    senders = [
        sender(app, cast, f"/screening/2022-{number}/2026-09-21/arrival", body(ids, number, absent=ids[0]))
        for number, ids in students.items()
    ]
    given, lock, half = [], threading.Lock(), threading.Event()

    def send(deed):
        status, location = deed()
        with lock:
            given.append((status, location))
            if len(given) >= 10:
                half.set()

    threads = [threading.Thread(target=send, args=(deed,)) for deed in senders]
    for thread in threads:
        thread.start()
    half.wait(30)
    with lock:
        before = list(given)
    file = made(app, tmp_path)
    for thread in threads:
        thread.join()
    assert {status for status, _ in given} == {303} and len(given) == 40
    assert "Restored the school" in invoke(app, "restore", file)
    receipts = {location for _, location in before}
    kept = {
        f"/screening/2022-{number}/2026-09-21/arrival/{head}"
        for number, head in db.session.execute(
            sa.text(
                "SELECT number, head FROM sheet JOIN school_class c ON c.id = class_id "
                "JOIN sheet_version v ON v.sheet_id = sheet.id AND v.no = head"
            )
        )
    }
    assert len(receipts) >= 10 and receipts <= kept
    # It goes on as a school does: what was not in the backup is sent again, and the next number is free.
    for deed in senders:
        status, _ = deed()
        assert status == 303
    assert count(Sheet) == 40


def test_what_was_there_before_a_restore_is_kept_beside_it(tools, tmp_path):
    app, cast = tools
    file = made(app, tmp_path)
    db.session.get(User, cast.users["ann"]).name = "Changed since"
    db.session.commit()
    said = invoke(app, "restore", file)
    assert db.session.get(User, cast.users["ann"]).name == "Ann Teacher"
    aside = said.split("kept as ")[1].split()[0]
    look = "SELECT name FROM {}\"user\" WHERE username = 'ann'"
    if db.engine.dialect.name == "sqlite":
        old = sa.create_engine(f"sqlite:///{app.config['DATA_DIR'] / aside}")
        with old.connect() as connection:
            assert connection.exec_driver_sql(look.format("")).scalar() == "Changed since"
        old.dispose()
    else:
        with db.engine.begin() as connection:
            assert connection.exec_driver_sql(look.format(f'"{aside}".')).scalar() == "Changed since"


def test_after_a_restore_the_backup_is_the_last_one_and_nothing_runs_any_longer(tools, tmp_path):
    app, _ = tools
    with transaction():
        service.take(JobKind.RETENTION, "2026-09-21", clock.now())
    file = made(app, tmp_path)
    made_at = last_backup(NOW).at
    clock.freeze(clock.now() + timedelta(minutes=5))
    invoke(app, "restore", file)
    assert last_backup(NOW).at == made_at
    assert queries.jobs_of("2026-09-21")[JobKind.RETENTION].state is JobState.FAILED
    assert made(app, tmp_path) != file


def test_a_backup_says_what_it_is_and_holds_no_key(app, tmp_path):
    file = made(app, tmp_path)
    with zipfile.ZipFile(file) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        assert set(opened.namelist()) == {"manifest.json", "database"}
    assert manifest["schema"] == schema.HEAD and manifest["database"] == "sqlite"
    assert (
        manifest["rows"]["student"] == count(Student) and manifest["made_at"] == "2026-09-21T00:05:00+00:00"
    )
    for key in ("SECRET_KEY", "GUARDIAN_KEY"):
        assert app.config[key].encode() not in file.read_bytes()
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0


def test_only_the_newest_of_the_same_school_are_kept(app, tmp_path):
    other = tmp_path / archive.file_name("0123456789ab", NOW - timedelta(days=9))
    strange = tmp_path / "tracker-old.backup"
    for one in (other, strange):
        one.write_text("another's")
    for day in range(3):
        clock.freeze(NOW + timedelta(days=day))
        newest = made(app, tmp_path)
    clock.freeze(NOW + timedelta(days=3))
    assert len(list(tmp_path.glob("*.backup"))) == 5
    assert "Removed 2 older" in invoke(app, "backup", "--to", tmp_path, "--keep", 2)
    left = set(tmp_path.glob("*.backup"))
    assert len(left) == 4 and {other, strange, newest} <= left
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_by_hand_twice_in_one_second_is_one_file(app, tmp_path):
    made(app, tmp_path)
    one_line(invoke(app, "backup", "--to", tmp_path, code=1))
    assert len(list(tmp_path.glob("*.backup"))) == 1


def zipped(path, **members):
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in members.items():
            opened.writestr({"manifest": "manifest.json"}.get(name, name), text)


def rewritten(file, **changes):
    """The same backup with another manifest."""
    with zipfile.ZipFile(file) as opened:
        manifest, database = json.loads(opened.read("manifest.json")), opened.read("database")
    zipped(file, manifest=json.dumps(manifest | changes), database=database)


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flipped(file):
    found = bytearray(file.read_bytes())
    found[len(found) // 2] ^= 1
    file.write_bytes(found)


DAMAGE = {
    "there is no such file": (lambda file: file.unlink(), "There is no file"),
    "an empty file": (lambda file: file.write_bytes(b""), "no whole backup"),
    "cut in half": (cut, "no whole backup"),
    "a flipped byte": (flipped, "no whole backup"),
    "a letter": (lambda file: file.write_text("dear school"), "no whole backup"),
    "another program's": (lambda file: zipped(file, manifest='{"program": "x"}', database="y"), "another program"),
    "another zip": (lambda file: zipped(file, letter="x"), "another program"),
    "no database in it": (lambda file: rewritten_without(file), "no whole backup"),
    "a checksum of something else": (lambda file: rewritten(file, sha256="0" * 64), "damaged"),
    "another schema than it says": (lambda file: rewritten(file, schema="0001"), "damaged"),
    "a newer schema": (lambda file: rewritten(file, schema="9999", version="9.0"), "version 9.0 or newer"),
    "a newer format": (lambda file: rewritten(file, format=2), "newer version"),
    "more in its manifest": (lambda file: rewritten(file, colour="red"), "damaged"),
    "no schema in its manifest": (lambda file: rewritten(file, schema=None), "damaged"),
    "no time in its manifest": (lambda file: rewritten(file, made_at="noon"), "damaged"),
    "of the other database": (lambda file: rewritten(file, database="postgresql"), "copy-database"),
}  # fmt: skip


def rewritten_without(file):
    with zipfile.ZipFile(file) as opened:
        manifest = opened.read("manifest.json")
    zipped(file, manifest=manifest)


@pytest.fixture
def backup_file(app, tmp_path):
    return made(app, tmp_path)


def in_the_folder(app):
    return {path.name for path in Path(app.config["DATA_DIR"]).iterdir()} - {"server.lock"}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_no_whole_backup_of_this_program_changes_nothing(app, backup_file, name):
    damage, told = DAMAGE[name]
    damage(backup_file)
    before = sqlite_file.path().stat().st_mtime_ns
    folder = in_the_folder(app)
    assert told in one_line(invoke(app, "restore", backup_file, code=1))
    assert sqlite_file.path().stat().st_mtime_ns == before
    assert in_the_folder(app) == folder


def test_a_flipped_byte_is_found_wherever_it_stands_or_does_no_harm(tmp_path):
    database, file = tmp_path / "database", tmp_path / "x.backup"
    database.write_bytes(bytes(range(256)) * 4)
    told = Manifest("0", "0001", "sqlite", "0" * 12, "2026-09-21", archive.sha256_of(database), 1024, {})
    archive.write(file, told, database)
    whole = file.read_bytes()
    for place, byte in enumerate(whole):
        file.write_bytes(whole[:place] + bytes([byte ^ 0x81]) + whole[place + 1 :])
        try:
            found = archive.extract(file, None)
        except archive.BackupError:
            continue
        assert found == told, "what it says, its checksum too, is what was written"


def test_a_running_server_is_not_restored_under(app, backup_file):
    script = (
        "import pathlib, sys; from tracker import datafolder\n"
        "with datafolder.lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", script, str(app.config["DATA_DIR"])],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout.readline() == "held\n"
    try:
        assert "already using" in one_line(invoke(app, "restore", backup_file, code=2))
    finally:
        server.communicate()


def test_a_restore_under_workers_on_postgresql_is_refused(on_postgres, tmp_path):
    file = made(on_postgres, tmp_path)
    worker = sa.create_engine(db.engine.url)
    with worker.connect():
        assert "is in use" in one_line(invoke(on_postgres, "restore", file, code=1))
    worker.dispose()


def test_without_postgresqls_tools_it_is_said_plainly(on_postgres, tmp_path, monkeypatch):
    monkeypatch.setitem(on_postgres.config, "PG_BIN", str(tmp_path))
    said = one_line(invoke(on_postgres, "backup", "--to", tmp_path, code=1))
    assert "pg_dump was not found" in said and "TRACKER_PG_BIN" in said


def test_a_failed_upgrade_after_a_restore_brings_the_old_school_back(app, cast, backup_file, monkeypatch):
    db.session.get(User, cast.users["ann"]).name = "Changed since"
    db.session.commit()

    def fails():
        raise schema.SchemaError("no")

    monkeypatch.setattr(schema, "upgrade", fails)
    invoke(app, "restore", backup_file, code=2)
    assert db.session.get(User, cast.users["ann"]).name == "Changed since"


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "no space is left"), (errno.EACCES, "permission denied")]
)
def test_no_space_and_no_permission_are_one_line_and_leave_nothing(app, tmp_path, monkeypatch, number, told):
    def refuses(*_):
        raise OSError(number, os.strerror(number), str(tmp_path / "x"))

    monkeypatch.setattr(os, "fsync", refuses)
    assert told in one_line(invoke(app, "backup", "--to", tmp_path / "b", code=1))
    assert list((tmp_path / "b").iterdir()) == []
    assert not list(Path(app.config["DATA_DIR"]).glob("unfinished-*"))
    assert last_backup(NOW).at is None


def test_what_a_backup_left_that_was_cut_off_goes_with_the_next(app, tmp_path):
    made(app, tmp_path)
    newest = next(tmp_path.glob("*.backup"))
    part = newest.with_name(newest.name + ".part")
    part.write_bytes(b"half")
    left = Path(app.config["DATA_DIR"]) / "unfinished-backup-x"
    left.mkdir()
    (left / "database").write_bytes(b"half")
    clock.freeze(NOW + timedelta(minutes=5))
    made(app, tmp_path)
    assert not part.exists() and not left.exists()


def test_a_folder_that_is_a_file_is_one_line(app, tmp_path):
    (tmp_path / "file").write_text("")
    assert "a file, not a folder" in one_line(invoke(app, "backup", "--to", tmp_path / "file", code=1))


def test_an_empty_folder_name_is_refused(app):
    assert "nothing is given" in invoke(app, "backup", "--to", "", code=2)


def test_a_database_that_fails_in_the_middle_of_a_command_is_one_line(app, tmp_path, monkeypatch):
    def is_full(*_):
        raise sa.exc.OperationalError("UPDATE", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(service, "take", is_full)
    assert "disk is full" in one_line(invoke(app, "backup", "--to", tmp_path, code=2))


def test_a_damaged_database_is_not_kept_as_a_backup(app, tmp_path):
    path = sqlite_file.path()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.session.remove()
    db.engine.dispose()
    found = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'student'").fetchone()[0]
    page = (root - 1) * 4096
    found[page : page + 4096] = os.urandom(4096)
    path.write_bytes(found)
    assert "damaged" in invoke(app, "backup", "--to", tmp_path, code=1).splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_on_a_new_computer_everything_but_what_the_key_opens_comes_back(app, cast, tmp_path):
    db.session.add(
        Guardian(student_id=cast.students["3-1"][0], seq=1, relation="mother", name_enc=encrypt("Mother"),
                 phone_enc=encrypt("13800001234"), phone_hash="-")
    )  # fmt: skip
    db.session.commit()
    nora = Visitor(app).sign_in("nora")
    students = cast.students["3-1"]
    data = body(students, 1, absent=students[0]) | {"csrf_token": nora.token(nora.get("/account/password"))}
    nora.post("/screening/2024-1/2026-09-21/arrival", data)
    episode_id = db.session.scalar(sa.select(Episode.id))
    assert "138****1234" in nora.get(f"/absences/{episode_id}").text
    file = made(app, tmp_path / "again")
    new = make_app(tmp_path / "new computer")
    with new.app_context():
        said = invoke(new, "restore", file)
        assert "guardians.key is missing or another one" in said and "everything else can be read" in said
        page = Visitor(new).sign_in("nora").get(f"/absences/{episode_id}")
        assert "****" in page.text and "1234" not in page.text
        assert count(Student) == 18
        db.session.remove()
        db.engine.dispose()
    (new.config["DATA_DIR"] / "guardians.key").write_text(app.config["GUARDIAN_KEY"])
    new = make_app(tmp_path / "new computer")
    with new.app_context():
        assert "guardians.key is missing" not in invoke(new, "restore", file)
        db.session.remove()
        db.engine.dispose()
