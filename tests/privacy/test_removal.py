"""Removing who a student was: named nowhere, counted as before."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.absence.town import take
from tests.cast import NOW, TODAY
from tests.privacy.life import MOTHER, NAME, NUMBER, WORDS, leave_school, live, places_naming, rows
from tracker import clock
from tracker.assessment.frames import duties_frame
from tracker.audit.models import Attachment, Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.frames import illness_absence_frame
from tracker.privacy import forget_service, tables
from tracker.privacy.rules import Refusal
from tracker.school.models import Student
from tracker.screening.models import Entry, SheetVersion

NEXT = NOW + timedelta(days=1)
FACTS = ("entry", "reading", "fever", "observation", "episode", "call", "stay", "stay_call", "gate_pass")


def counted(child):
    """Every count of the child's facts, the sums of every sheet, and every score's ground."""
    db.session.rollback()
    sums = db.session.execute(
        sa.select(SheetVersion.expected, SheetVersion.checked, SheetVersion.absent, SheetVersion.fever)
    ).all()
    return (
        {name: rows(name, child) for name in FACTS},
        [tuple(row) for row in sums],
        illness_absence_frame(date(2026, 9, 1), TODAY).to_csv(),
        duties_frame(date(2026, 9, 14), TODAY, NEXT).to_csv(),
    )


def remove(child, by, at=NEXT):
    clock.freeze(at)
    with transaction():
        forget_service.remove(by, at, clock.local(at).date(), child)


def test_after_removal_nothing_names_the_child_and_every_count_is_the_same(either_app):
    _, cast = either_app
    take(cast, NOW, {})
    child = live(cast)
    for name in tables.held():
        assert rows(name, child), f"the child of the tests has no row in {name}: please give it one"
    named = places_naming()
    assert {
        "student.name",
        "entry.note",
        "attachment.content",
        "trail.changes",
        "stay.handed_to_enc",
    } <= named
    leave_school(child, TODAY)
    before = counted(child)
    remove(child, cast.users["ada"])
    assert places_naming() == set()
    assert counted(child) == before
    student = db.session.get_one(Student, child)
    assert (student.name, student.removed_at) == ("–", NEXT)
    assert db.session.scalars(sa.select(Attachment.content)).all() == [None]
    beside = db.session.scalars(sa.select(Entry.note).where(Entry.note.is_not(None))).all()
    assert beside == ["sits beside –"]
    deed = db.session.scalars(sa.select(Trail).where(Trail.deed == "student.remove")).one()
    assert (deed.by, deed.student_id, deed.changes) == (cast.users["ada"], child, {})


def test_a_copy_of_the_file_holds_no_trace_in_a_free_page(app, cast, tmp_path):
    take(cast, NOW, {})
    child = live(cast)
    leave_school(child, TODAY)
    remove(child, cast.users["ada"])
    db.session.remove()
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(db.engine.url.database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    content = copy.read_bytes()
    assert [word for word in WORDS if word.encode() in content] == []


def test_who_is_at_school_or_has_something_open_is_not_removed(app, cast):
    take(cast, NOW, {})
    child = live(cast)
    with pytest.raises(Rejected) as no:
        remove(child, cast.users["ada"])
    assert no.value.reason is Refusal.AT_SCHOOL
    leave_school(child, TODAY)
    fever = tables.table("fever")
    with transaction():
        db.session.execute(sa.update(fever).values(state="waiting"))
    with pytest.raises(Rejected) as no:
        remove(child, cast.users["ada"])
    assert no.value.reason is Refusal.STILL_OPEN
    assert "student.name" in places_naming()


def test_the_administrator_removes_by_page_once_the_number_is_typed(app, cast, sign_in):
    take(cast, NOW, {})
    child = live(cast)
    ada = sign_in("ada")
    assert NAME not in ada.get("/admin/removal").text
    ada.get(f"/admin/removal/{child}", 404)
    leave_school(child, TODAY)
    clock.freeze(NEXT)
    assert NAME in ada.get("/admin/removal?q=Xanth").text
    page = ada.get(f"/admin/removal/{child}")
    assert MOTHER not in page.text
    wrong = ada.send(page, expect=422, number="123")
    assert "not the number of this child" in wrong.text and "student.name" in places_naming()
    ada.send(page, number=NUMBER)
    assert places_naming() == set()
    ada.send(page, number=NUMBER)  # the same form again
    ada.get(f"/admin/removal/{child}", 404)
    sheet = sign_in("nora").get("/screening/2024-1/2026-09-21/morning")
    assert "Xanthippe" not in sheet.text
