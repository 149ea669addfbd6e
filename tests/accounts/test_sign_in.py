from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, PASSWORD, count
from tests.conftest import Visitor
from tracker import clock
from tracker.accounts import forms, queries
from tracker.accounts.forms import WORDS, local_path
from tracker.accounts.models import SignInFailure, User
from tracker.accounts.rules import Refusal, is_locked
from tracker.audit.models import Trail
from tracker.db import db, transaction


def attempt(visitor, username, password=PASSWORD, expect=303, **more):
    page = visitor.get("/login")
    data = {"username": username, "password": password, "csrf_token": visitor.token(page), **more}
    return visitor.post("/login", data, expect)


def test_every_refusal_has_its_words():
    assert set(WORDS) == set(Refusal)


@pytest.mark.parametrize("address, kept", [
    ("/", True),
    ("/screening/?day=2026-09-21", True),
    ("/absences/#queue", True),
    (None, False),
    ("", False),
    ("screening", False),
    ("//evil.example", False),
    ("///evil.example", False),
    ("/\\evil.example", False),
    ("https://evil.example/", False),
    ("javascript:alert(1)", False),
    ("/\t/evil.example", False),
    ("/x\r\nSet-Cookie: a=b", False),
])  # fmt: skip
def test_one_goes_on_to_our_own_pages_only(address, kept):
    assert local_path(address) == (address if kept else None)


def test_signing_in_leads_to_where_one_wanted_to_be(visitor):
    visitor.get("/absences/?group=today", 302)
    assert visitor.location == "/login?next=/absences/?group%3Dtoday" or "next=" in visitor.location
    page = visitor.get(visitor.location)
    visitor.send(page, username="ann", password=PASSWORD)
    assert visitor.location == "/absences/?group=today"
    visitor.get("/login", 302)  # who is signed in needs no form


def test_nobody_is_led_elsewhere(visitor):
    page = visitor.get("/login?next=//evil.example")
    assert not page.select("input[name=next]")
    attempt(visitor, "ann", next="https://evil.example/")
    assert visitor.location == "/"


@pytest.mark.parametrize("username, password", [
    ("ann", "wrong"), ("nobody", PASSWORD), ("ann", ""), ("", PASSWORD), ("x" * 300, PASSWORD)
])  # fmt: skip
def test_wrong_credentials_say_no_more_than_that(visitor, username, password):
    page = attempt(visitor, username, password, 422)
    assert page.title.text.startswith("Error: ")
    assert page.select_one("#username")["value"] == username
    assert not page.select_one("#password").get("value")
    visitor.get("/", 302)


def test_the_letters_of_the_name_may_be_cased_anyhow(visitor):
    attempt(visitor, " ANN ")
    visitor.get("/")


def test_five_failures_lock_the_name_for_this_address_for_a_quarter_of_an_hour(visitor, app):
    for _ in range(5):
        attempt(visitor, "ann", "wrong", 422)
    page = attempt(visitor, "Ann", PASSWORD, 429)
    assert "quarter of an hour" in page.text and page.select_one("#username")["value"] == "Ann"
    attempt(Visitor(app), "bo")  # somebody else is not locked
    clock.freeze(NOW + timedelta(minutes=16))
    attempt(visitor, "ann")


def test_a_good_sign_in_forgets_the_failures_of_its_address(visitor):
    for _ in range(4):
        attempt(visitor, "ann", "wrong", 422)
    attempt(visitor, "ann")
    assert count(SignInFailure) == 0


def test_the_name_is_locked_from_everywhere_after_twenty(app):
    for n in range(20):
        with transaction():
            db.session.add(SignInFailure(at=NOW, username="ann", address=f"10.0.0.{n}"))
    attempt(Visitor(app), "ann", PASSWORD, 429)


@pytest.mark.parametrize("pair, account, address, locked", [
    (4, 19, 59, False), (5, 5, 5, True), (0, 20, 0, True), (0, 0, 300, True)
])  # fmt: skip
def test_when_sign_ins_are_refused_unseen(pair, account, address, locked):
    assert is_locked(pair=pair, account=account, address=address) is locked


def test_a_form_without_token_is_refused(visitor):
    visitor.post("/login", {"username": "ann", "password": PASSWORD}, 400)


def test_a_disabled_account_opens_nothing_and_its_devices_are_out(sign_in, cast, app):
    ann = sign_in("ann")
    db.session.execute(sa.update(User).where(User.username == "ann").values(disabled_at=NOW))
    db.session.commit()
    ann.get("/", 302)
    attempt(Visitor(app), "ann", PASSWORD, 422)


def test_signing_out_ends_this_device_and_keeps_the_language(sign_in):
    ann = sign_in("ann")
    page = ann.get("/?lang=zh_Hans")
    ann.send(page, 'form[action="/logout"]')
    page = ann.get("/login")
    assert page.select_one("html")["lang"] == "zh-CN"
    ann.get("/", 302)


def test_signing_in_begins_a_new_session(visitor):
    with visitor.client.session_transaction() as session:
        session["planted"] = "x"
        session["language"] = "zh_Hans"
    attempt(visitor, "ann")
    with visitor.client.session_transaction() as session:
        assert "planted" not in session and session["language"] == "zh_Hans"


def test_a_new_password_keeps_this_device_and_ends_the_others(sign_in, app):
    here, there = sign_in("ann"), sign_in("ann")
    page = here.get("/account/password")
    here.send(page, "main form", old=PASSWORD, password="another one", again="another one")
    here.get("/")
    there.get("/", 302)
    attempt(Visitor(app), "ann", PASSWORD, 422)
    attempt(Visitor(app), "ann", "another one")


@pytest.mark.parametrize("old, password, again, field", [
    ("wrong", "another one", "another one", "old"),
    (PASSWORD, "short", "short", "password"),
    (PASSWORD, "another one", "another two", "again"),
    (PASSWORD, "", "", "password"),
    (PASSWORD, "x" * 129, "x" * 129, "password"),
])  # fmt: skip
def test_a_password_that_cannot_be(sign_in, old, password, again, field):
    ann = sign_in("ann")
    page = ann.send(ann.get("/account/password"), expect=422, old=old, password=password, again=again)
    assert page.select_one(f"#{field}-error")
    ann.get("/")


def test_the_language_of_an_account_goes_wherever_it_signs_in(sign_in, app):
    ann = sign_in("ann")
    ann.send(ann.get("/account/language"), language="zh_Hans")
    assert ann.get("/").select_one("html")["lang"] == "zh-CN"
    assert Visitor(app).sign_in("ann").get("/").select_one("html")["lang"] == "zh-CN"
    ann.send(
        ann.get("/account/language"), expect=422, language="fr", key="9f0e1f4e-57a5-4d43-b1f0-0e4e6a5f7c03"
    )


def test_a_sign_in_is_in_the_trail_and_no_password_anywhere(visitor, cast):
    attempt(visitor, "ann")
    row = db.session.scalars(sa.select(Trail).where(Trail.deed == "account.sign_in")).one()
    assert (row.by, row.subject_id, row.changes) == (cast.users["ann"], cast.users["ann"], {})
    attempt(visitor := Visitor(visitor.app), "ann", "my secret", 422)
    assert "secret" not in str(
        db.session.execute(sa.select(SignInFailure.username, SignInFailure.address)).all()
    )


def test_a_name_is_kept_shortened_in_the_failures():
    assert queries.failing_name(" ANN" + "x" * 100) == "ann" + "x" * 61
    assert forms.refusal_words(Refusal.WRONG_CREDENTIALS, {})


@pytest.mark.parametrize("where", ["username", "password", "next"])
def test_text_no_database_keeps_is_refused_unread(either_app, where):
    visitor = Visitor(either_app[0])
    data = {"csrf_token": visitor.token(visitor.get("/login")), "username": "ann", "password": "invented"}
    visitor.post("/login", data | {where: "a\0b"}, expect=400)
    for address in ("/login?next=/%00", "/disinfection/zones/zone%00", "/%00"):
        visitor.get(address, 400)
