"""The second reporter stands in when the nurse is away, late to her page, or has not signed the day."""

from datetime import date, time

import pytest

from tests.absence.town import at
from tests.cast import TODAY
from tracker import clock
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty, stands_in
from tracker.db import db

USUAL = {
    "nurse_here": True,
    "is_school_day": True,
    "wall": time(8, 59),
    "nurse_looked": False,
    "signed": False,
    "began": False,
}


@pytest.mark.parametrize(
    "what, expected",
    [
        ({}, False),
        ({"wall": time(9)}, True),
        ({"wall": time(9), "nurse_looked": True}, False),
        ({"wall": time(9), "is_school_day": False}, False),
        ({"wall": time(7), "nurse_here": False}, True),
        ({"is_school_day": False, "nurse_here": False}, True),
        ({"wall": time(11), "nurse_looked": True, "began": True}, True),  # nobody is locked out of begun work
        ({"wall": time(16, 59), "nurse_looked": True}, False),
        ({"wall": time(17), "nurse_looked": True}, True),  # the day is not signed
        ({"wall": time(17), "nurse_looked": True, "signed": True}, False),
    ],
)
def test_when_the_second_reporter_stands_in(what, expected):
    assert stands_in(**USUAL | what) is expected


def give(cast, username: str, duty: Duty, starts: date = TODAY) -> None:
    db.session.add(Assignment(user_id=cast.users[username], what=duty, starts=starts))
    db.session.commit()


def test_without_a_nurse_at_her_page_by_nine_the_second_reporter_does_her_work(sign_in, cast):
    give(cast, "asa", Duty.SECOND_REPORTER)
    asa = sign_in("asa")
    for path in ("/nurse/", "/absences/", "/nurse/close"):
        asa.get(path, 403)
    told = asa.get("/").select_one("[aria-labelledby=second-reporter]")
    assert "when she is away, has not begun by 09:00, or has not signed the day by 17:00" in told.text
    assert not told.select("a")
    clock.freeze(at("09:00"))
    assert [one["href"] for one in asa.get("/").select("[aria-labelledby=second-reporter] a")] == ["/nurse/"]
    for path in ("/nurse/", "/absences/", "/screening/2024-1/2026-09-21/morning", "/nurse/close"):
        asa.get(path)
    menu = [link.text for link in asa.get("/").select(".wide-menu a")]
    assert "Nurse's day" in menu and "Absences" in menu
    sign_in("nora").get("/nurse/")
    asa.get("/nurse/", 200)


def test_the_nurse_who_has_opened_her_page_is_not_stood_in_for(sign_in, cast):
    give(cast, "asa", Duty.SECOND_REPORTER)
    sign_in("nora").get("/nurse/")
    clock.freeze(at("09:30"))
    sign_in("asa").get("/nurse/", 403)
    clock.freeze(at("17:00"))
    sign_in("asa").get("/nurse/close")


def test_who_is_away_is_stood_in_for_from_the_morning(sign_in, cast):
    give(cast, "asa", Duty.SECOND_REPORTER)
    give(cast, "nora", Duty.NURSE_AWAY)
    sign_in("asa").get("/nurse/")
    sign_in("pia").get("/nurse/", 403)


def test_only_who_has_the_duty_is_asked_about_it(sign_in, statements, cast):
    ivy, asa = sign_in("ivy"), sign_in("asa")
    give(cast, "asa", Duty.SECOND_REPORTER)
    counted = []
    for one in (ivy, asa):
        with statements() as done:
            one.get("/account/password")
        counted.append(len(done))
    assert counted[1] == counted[0] + 1
