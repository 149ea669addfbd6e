"""A form that meets an ended sign-in is kept on the sign-in page, and goes on by whoever may send it."""

import pytest
import sqlalchemy as sa

from tests.cast import NOW, PASSWORD, count
from tests.conftest import Visitor
from tracker import clock
from tracker.accounts.models import User
from tracker.db import db
from tracker.screening.models import Entry, SheetVersion

SHEET = "/screening/2024-1/2026-09-21/arrival"


def ended(visitor: Visitor) -> Visitor:
    """The sign-in of this device ends, as a restart of the browser or a time-out ends it."""
    with visitor.client.session_transaction() as session:
        session.clear()
    return visitor


def sign_in_again(visitor: Visitor, page, username: str, expect: int = 200, password: str = PASSWORD):
    return visitor.send(page, "main form", expect=expect, username=username, password=password)


def test_a_sheet_sent_after_the_sign_in_ended_goes_on_after_signing_in(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    sheet = ann.get(SHEET)
    page = ended(ann).send(
        sheet, "#sheet", expect=401, **{f"state__{one}": "absent:illness", f"sym__{one}": ["cough", "rash"]}
    )
    assert "what you entered is kept" in page.select_one("main").text
    assert "absent:illness" not in str(page), "nobody reads it on the screen of the sign-in"
    page = sign_in_again(ann, page, "ann", expect=422, password="wrong")
    page = sign_in_again(ann, page, "ann")
    assert count(SheetVersion) == 0
    ann.send(page, "main form")
    assert ann.location == f"{SHEET}/1"
    assert db.session.execute(sa.select(Entry.student_id, Entry.state)).all() == [(one, "absent")]


def test_somebody_else_neither_sees_nor_sends_it(sign_in, cast):
    ann = sign_in("ann")
    sheet = ann.get(SHEET)
    page = ended(ann).send(sheet, "#sheet", expect=401)
    sign_in_again(ann, page, "carl", expect=303)
    assert ann.location == "/"
    assert "belongs to somebody else" in ann.get("/").select_one("main").text
    assert count(SheetVersion) == 0


def test_a_device_that_must_sign_in_again_keeps_its_form(sign_in):
    ann = sign_in("ann")
    sheet = ann.get(SHEET)
    db.session.execute(sa.update(User).where(User.username == "ann").values(session_epoch=1))
    db.session.commit()
    page = ann.send(sheet, "#sheet", expect=401)
    ann.send(sign_in_again(ann, page, "ann"), "main form")
    assert count(SheetVersion) == 1


def test_it_is_kept_for_a_day_and_not_when_it_was_tampered_with(sign_in):
    ann = sign_in("ann")
    sheet = ann.get(SHEET)
    page = ended(ann).send(sheet, "#sheet", expect=401)
    kept = page.select_one("input[name=kept]")
    kept["value"] = kept["value"][:-9] + "AAAAAAAA="
    sign_in_again(ann, page, "ann", expect=303)
    page = ended(ann).send(sheet, "#sheet", expect=401)
    clock.freeze(NOW.replace(day=22, hour=9))
    sign_in_again(ann, page, "ann", expect=303)


@pytest.mark.parametrize("path, fields", [
    ("/account/password", {"old": "secret", "password": "secret"}),
    (SHEET, {}),
    ("/login", {"username": "ann"}),
])  # fmt: skip
def test_no_password_is_kept(visitor, path, fields):
    visitor.client.post(path, data=fields)
    answer = visitor.client.post(path, data=fields)
    assert b"secret" not in answer.data and b'name="kept"' not in answer.data
    assert answer.status_code in (302, 400)


def test_an_entry_of_one_s_own_is_struck_afterwards_too(sign_in, cast):
    gus = sign_in("gus")
    gus.send(gus.get("/gate/"), "#stand")
    gus.send(gus.get(f"/gate/students/{cast.students['3-1'][0]}"), "#stop", outcome="ill", temperature="")
    gate = gus.get("/gate/")
    page = ended(gus).send(gate, ".strike", expect=401)
    gus.send(sign_in_again(gus, page, "gus"), "main form")
    assert gus.location == "/gate/"
