"""A new key: everything is encrypted with it or nothing is, whenever it is interrupted."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from filelock import FileLock

from tests.absence.town import take
from tests.cast import NOW, TODAY
from tests.cli.runner import invoke
from tests.conftest import make_app
from tests.privacy.life import MOTHER, NAME, PHONE, leave_school, live, places_naming
from tracker import datafolder
from tracker.datafolder import FolderError, decrypt, phone_hash
from tracker.db import db, transaction
from tracker.privacy import forget_service, tables
from tracker.school.models import Guardian, Student


@pytest.fixture
def guarded(app, cast):
    """A child with guardians; the folder's key is put back afterwards."""
    folder = Path(app.config["DATA_DIR"])
    files = [folder / "guardians.key", folder / "guardians.key.new"]
    kept, key = files[0].read_text(), app.config["GUARDIAN_KEY"]
    take(cast, NOW, {})
    yield live(cast)
    files[0].write_text(kept)
    files[1].unlink(missing_ok=True)
    app.config["GUARDIAN_KEY"] = key


def test_everything_is_encrypted_anew_and_found_again(app, guarded):
    old = app.config["GUARDIAN_KEY"]
    before = places_naming()
    stored = [db.session.get_one(Guardian, (guarded, 1)).name_enc, len(tables.encrypted())]
    assert "4 values encrypted" in invoke(app, "rotate-key")
    one = db.session.get_one(Guardian, (guarded, 1))
    assert one.name_enc != stored[0] and app.config["GUARDIAN_KEY"] != old
    assert (decrypt(one.name_enc), decrypt(one.phone_enc)) == (MOTHER, PHONE)
    assert one.phone_hash == phone_hash(PHONE) and places_naming() == before
    folder = Path(app.config["DATA_DIR"])
    assert (folder / "guardians.key").read_text() == app.config["GUARDIAN_KEY"]
    assert not (folder / "guardians.key.new").exists()


def test_whoever_is_interrupted_before_the_end_can_read_everything_and_runs_it_again(
    app, guarded, monkeypatch
):
    monkeypatch.setattr(datafolder.NewKey, "take_over", lambda _self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        app.test_cli_runner().invoke(args=["rotate-key"], catch_exceptions=False)
    db.session.expire_all()
    assert decrypt(db.session.get_one(Guardian, (guarded, 1)).phone_enc) == PHONE
    monkeypatch.undo()
    assert "0 values encrypted" in invoke(app, "rotate-key")
    assert decrypt(db.session.get_one(Guardian, (guarded, 1)).phone_enc) == PHONE


def test_a_wrong_key_changes_nothing(app, guarded):
    before = db.session.get_one(Guardian, (guarded, 1)).phone_enc
    app.config["GUARDIAN_KEY"] = Fernet.generate_key().decode()
    (Path(app.config["DATA_DIR"]) / "guardians.key").write_text(app.config["GUARDIAN_KEY"])
    assert "nothing was changed" in invoke(app, "rotate-key", code=1)
    assert db.session.get_one(Guardian, (guarded, 1)).phone_enc == before


@pytest.mark.parametrize("found", [b"", b"not a key", b"\xca\xfe", b"A" * 44])
@pytest.mark.parametrize("name", ["guardians.key", "guardians.key.new"])
def test_a_damaged_key_file_is_told_with_what_can_be_read_without_it(app, guarded, found, name):
    folder = Path(app.config["DATA_DIR"])
    (folder / name).write_bytes(found)
    with pytest.raises(FolderError, match=f"{name} is no key: put its copy back.*can be read without it"):
        make_app(folder) if name == "guardians.key" else datafolder.NewKey()
    assert (folder / name).read_bytes() == found


def test_where_the_key_is_lost_only_what_it_opens_cannot_be_read(app, cast, guarded, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "GUARDIAN_KEY", Fernet.generate_key().decode())
    monkeypatch.setattr(datafolder, "_keys_there", list)
    nora, ada = sign_in("nora"), sign_in("ada")
    kept = nora.get(f"/students/{guarded}/data").text
    assert "????" in kept and NAME in kept
    sheet = nora.get("/ledgers/class/2024-1").text
    assert NAME in sheet and "****" in sheet and "4321" not in sheet
    told = ada.get("/admin/operations").select_one("main").text
    assert "names and phones of guardians cannot be read" in told
    leave_school(guarded, TODAY)
    with transaction():
        later = NOW + timedelta(days=1)
        forget_service.remove(cast.users["ada"], later, later.date(), guarded)
    assert all(NAME not in row.name for row in db.session.query(Student))


def test_a_full_disk_leaves_no_half_key(tmp_path, monkeypatch):
    def is_full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fdopen", is_full)
    with pytest.raises(FolderError, match="No space left"):
        make_app(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_running_server_keeps_the_key(app, guarded):
    with FileLock(Path(app.config["DATA_DIR"]) / "server.lock"):
        assert "already using" in invoke(app, "rotate-key", code=2)
