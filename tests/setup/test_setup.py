import os
import stat
from datetime import date
from pathlib import Path

import pytest

from tests.cast import TODAY
from tests.conftest import Visitor
from tracker.accounts import queries as accounts
from tracker.accounts.rules import Role
from tracker.school import queries as school
from tracker.school.rules import DayType
from tracker.setup import forms, service
from tracker.setup.rules import Refusal

GOOD = {
    "school": "某某小学", "term": "Autumn 2026", "starts": "2026-09-01", "ends": "2027-01-20",
    "username": "chief", "name": "Chief", "password": "invented", "again": "invented",
}  # fmt: skip


@pytest.fixture
def folder(empty_app):
    return Path(empty_app.config["DATA_DIR"])


@pytest.fixture
def newcomer(empty_app):
    return Visitor(empty_app)


def begin(visitor, folder, expect=303, **values):
    page = visitor.get("/setup")
    return visitor.send(page, expect=expect, **{"code": service.setup_code(folder), **GOOD, **values})


def test_every_refusal_has_its_words():
    assert set(forms.WORDS) == set(Refusal)


def test_the_code_is_made_once_and_readable_for_the_owner_alone(folder):
    code = service.setup_code(folder)
    assert code == service.setup_code(folder) == (folder / "setup-code.txt").read_text()
    assert len(code) == 9 and not set("0O1IL") & set(code)
    if os.name == "posix":
        assert stat.S_IMODE((folder / "setup-code.txt").stat().st_mode) == 0o600


def test_before_the_set_up_every_page_leads_to_it(newcomer):
    newcomer.get("/school/", 302)
    newcomer.get(newcomer.location, 302)
    assert newcomer.location == "/setup"


def test_the_set_up_makes_a_school_that_can_begin(newcomer, folder):
    begin(newcomer, folder)
    assert newcomer.location == "/school/"
    page = newcomer.get("/school/")  # signed in at once
    assert "某某小学" in page.title.text
    assert page.select_one('a[href="/school/import"]')
    chief = accounts.user_named("CHIEF")
    assert accounts.account(chief.id, TODAY).roles == (Role.ADMIN,)
    (term,) = school.terms()
    assert (term.name, term.starts, term.ends) == ("Autumn 2026", date(2026, 9, 1), date(2027, 1, 20))
    assert school.day_types(date(2026, 10, 1)).popitem()[1] is DayType.OFF


def test_the_new_school_knows_its_sessions(newcomer, folder):
    from tests.cast import count
    from tracker.absence.models import ReturnRule
    from tracker.screening.models import FeverTrigger
    from tracker.screening.session_queries import school_plans

    begin(newcomer, folder)
    assert count(FeverTrigger) and count(ReturnRule) == 15
    assert [(one.code, one.recorded) for one in school_plans(TODAY)] == [
        ("arrival", "gate"), ("morning", "class"), ("noon", "class")
    ]  # fmt: skip


def test_once_set_up_the_page_and_the_code_are_gone(newcomer, folder, empty_app):
    code = service.setup_code(folder)
    begin(newcomer, folder)
    assert not (folder / "setup-code.txt").exists()
    stranger = Visitor(empty_app)
    stranger.get("/setup", 302)
    assert stranger.location == "/login"
    token = stranger.token(stranger.get("/login"))
    stranger.post("/setup", {"code": code, "csrf_token": token, **GOOD}, 302)
    assert service.setup_code(folder) == "" and not (folder / "setup-code.txt").exists()
    with pytest.raises(service.Rejected) as no:
        service.set_up(None, None, TODAY, None)
    assert no.value.reason is Refusal.ALREADY_SET_UP


@pytest.mark.parametrize("typed", ["{}", "{lower}", " {plain} "])
def test_the_code_may_be_typed_in_any_case_and_without_its_hyphen(newcomer, folder, typed):
    code = service.setup_code(folder)
    begin(newcomer, folder, code=typed.format(code, lower=code.lower(), plain=code.replace("-", "")))


def test_wrong_codes_are_limited_and_what_was_typed_stays(newcomer, folder):
    for _ in range(5):
        page = begin(newcomer, folder, 422, code="XXXX-XXXX")
        assert page.select_one("#code-error")
    assert page.select_one("#school")["value"] == "某某小学"
    page = begin(newcomer, folder, 429)  # even the right one has to wait
    assert "quarter of an hour" in page.text and page.select_one("#school")["value"] == "某某小学"
    assert not accounts.any_account()


@pytest.mark.parametrize("values, field", [
    ({"code": ""}, "code"),
    ({"school": " "}, "school"),
    ({"username": "x"}, "username"),
    ({"password": "short", "again": "short"}, "password"),
    ({"again": "other"}, "again"),
    ({"starts": ""}, "starts"),
    ({"starts": "0026-09-01"}, "starts"),
    ({"ends": "2026-08-01"}, "ends"),
    ({"ends": "2028-08-01"}, "ends"),
])  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(newcomer, folder, values, field):
    page = begin(newcomer, folder, 422, **values)
    assert page.select_one(f"#{field}-error")
    assert page.select_one("#term")["value"] == "Autumn 2026"
    assert not accounts.any_account() and school.terms() == []
    assert service.setup_code(folder)


def test_a_furnished_school_cannot_be_set_up_again(visitor):
    visitor.get("/setup", 302)


def test_the_page_in_chinese(newcomer):
    assert newcomer.get("/setup?lang=zh_Hans").select_one("html")["lang"] == "zh-CN"
