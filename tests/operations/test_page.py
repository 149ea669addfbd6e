"""The operations page, and a log that names nobody."""

import json
import logging
import re

import pytest

from tests.absence.test_papers import picture, send
from tests.absence.town import only
from tests.cast import NOW
from tests.privacy.life import WORDS, live
from tracker import requestlog, schema
from tracker.db import db, transaction
from tracker.operations import service
from tracker.operations.archive import BackupError
from tracker.operations.rules import Cause, JobKind
from tracker.school.models import Student

MORNING = "/screening/2024-1/2026-09-21/morning"


def test_the_page_tells_version_schema_database_disk_and_the_slowest_pages(sign_in, monkeypatch):
    monkeypatch.setattr(requestlog, "slowness", requestlog.Slowness())
    pia = sign_in("pia")
    pia.get("/")
    pia.get("/school/")
    text = pia.get("/admin/operations").select_one("main").text
    assert schema.HEAD in text and "SQLite" in text and "of" in text
    assert "GET /school/" in text
    assert re.search(r"\d+ ms", text)


def test_the_page_tells_in_words_what_each_job_did_or_why_it_failed(sign_in):
    at = NOW
    for kind, told in (
        (JobKind.BACKUP, {"file": "x.backup", "size": 20_500, "removed": 0}),
        (JobKind.RETENTION, {"readings": 7}),
        (JobKind.NOTICES, ValueError("Child 3-1")),
        (JobKind.LEFTOVERS, BackupError("no room on /backups", Cause.FULL)),
    ):
        with transaction():
            lease = service.take(kind, "2026-09-21", at)
            (service.fail if isinstance(told, Exception) else service.finish)(lease, at, told)
    items = [" ".join(one.text.split()) for one in sign_in("ada").get("/admin/operations").select("main li")]
    assert any("Backup done File x.backup, Size 20.5 kB" in one for one in items), items
    assert any("Retention done Normal temperatures 7" in one for one in items), items
    assert any(one.endswith("Notices failed Message ValueError") for one in items), items
    assert any(
        "Leftovers failed Reason The disk is full. Please make room., Message no room on /backups" in one
        for one in items
    ), items


def test_slowness_is_of_one_day_and_by_route():
    slow = requestlog.Slowness()
    day = NOW.date()
    for ms in (10, 30):
        slow.note(day, "GET /a", ms)
    slow.note(day, "GET /b", 25)
    found = slow.slowest(day)
    assert [(one.route, one.times, one.mean_ms, one.longest_ms) for one in found] == [
        ("GET /b", 1, 25, 25),
        ("GET /a", 2, 20, 30),
    ]
    slow.note(day.replace(day=22), "GET /c", 1)
    assert slow.slowest(day) == [] and len(slow.slowest(day.replace(day=22))) == 1


@pytest.fixture
def log_file(app, tmp_path, monkeypatch):
    """The log as it stands in the data folder, JSON lines, in small files."""
    monkeypatch.setitem(app.config, "LOG", "json")
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    monkeypatch.setattr(requestlog, "FILE_BYTES", 2000)
    logger = logging.getLogger("tracker")
    level, handlers = logger.level, list(logger.handlers)
    path = requestlog.to_file(app)
    logger.setLevel(logging.INFO)
    yield path
    for handler in logger.handlers[:]:
        if handler not in handlers:
            logger.removeHandler(handler)
            handler.close()
    logger.setLevel(level)


def test_the_log_of_a_days_deeds_holds_no_name_no_number_no_temperature_and_no_token(
    app, cast, sign_in, log_file, monkeypatch
):
    monkeypatch.setattr(app, "testing", False)  # failures are told, as they are in a school
    ann, nora, ada = sign_in("ann"), sign_in("nora"), sign_in("ada")
    third, fourth = cast.students["3-1"][2:4]
    page = ann.get(MORNING)
    tokens = [ann.token(page), page.select_one("input[name=key]")["value"]]
    ann.send(
        page,
        "#sheet",
        **{
            f"t1__{third}": "38.3",
            f"t2__{third}": "38.6",
            f"sym__{third}": "cough",
            f"state__{fourth}": "absent:illness",
        },
    )
    live(cast)
    names = [one.name for one in db.session.query(Student)] + [
        one.number for one in db.session.query(Student)
    ]
    episode = only(fourth)
    send(ann, episode, picture(), kind="other")
    ann.get(f"/absences/{episode.id}")
    for path in (
        "/nurse/",
        "/screening/fevers",
        "/room/",
        "/here/",
        f"/students/{third}",
        f"/students/{third}/data",
    ):
        nora.get(path)
    ann.get(f"/gate/?q={names[0]}", 403)
    ann.get(f"/{names[0]}/138-0000-4321", 404)
    ada.get("/admin/removal?q=Xanthippe")
    ada.get("/admin/reads")

    def broken(*_given):
        raise RuntimeError("the page is broken")

    monkeypatch.setitem(app.view_functions, "here.here", broken)
    nora.get("/here/", 500)
    nora.get("/nobody/else", 404)
    files = sorted(log_file.parent.iterdir())
    assert len(files) > 1  # one was full
    text = "".join(one.read_text(encoding="utf-8") for one in files)
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"GET", "POST"} <= {one.get("method") for one in lines} and any("failure" in one for one in lines)
    assert {one["user"] for one in lines if "user" in one} >= {cast.users["ann"], cast.users["nora"]}
    cast_names = ["Ann Teacher", "Nora Nurse", "Ada Administrator"]
    cookies = [str(one.client.get_cookie("tracker").value) for one in (ann, nora, ada)]
    told = [one for one in (*WORDS, *names, *cast_names, *tokens, *cookies) if one in text]
    assert told == []
    assert re.findall(r"\b3[2-9][.．]\d\b|\b3[2-9]\d ?℃", re.sub(r'"ms": [\d.]+', "", text)) == []
