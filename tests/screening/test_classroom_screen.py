"""The sheet on a classroom's screen, where others look: seats, no names, nothing that is known already."""

import pytest
import sqlalchemy as sa

from tests.cast import PASSWORD
from tests.conftest import Visitor
from tracker.db import db
from tracker.screening.models import Entry

ARRIVAL = "/screening/2024-1/2026-09-21/arrival"
MORNING = "/screening/2024-1/2026-09-21/morning"


@pytest.fixture
def screen(app):
    """Ann at the screen of her classroom."""
    visitor = Visitor(app)
    visitor.send(visitor.get("/login"), username="ann", password=PASSWORD, use="classroom")
    return visitor


@pytest.fixture
def known(sign_in, cast):
    """A sheet of the arrival: one is absent, ill, and one has a fever; their ids."""
    ill, hot = cast.students["3-1"][:2]
    ann = sign_in("ann")
    ann.send(ann.get(ARRIVAL), "#sheet", **{f"state__{ill}": "absent:illness", f"t1__{hot}": "37.8"})
    return ill, hot


def test_it_shows_seats_and_nobody_s_name_nor_what_an_earlier_sheet_has_said(screen, known):
    ill, _hot = known
    for mode in ("exceptions", "full"):
        page = screen.get(f"{MORNING}?mode={mode}")
        assert "Child" not in page.text
        assert page.select_one(".line > label, .chip > summary").text.startswith("01")
        chosen = page.select_one(f"input[name=state-{ill}][checked]")
        assert chosen["value"] == "known"
        assert not page.select(".followed, option[value*=illness], input[value='absent:illness'][checked]")
        assert all(not one.get("value") for one in page.select(".temp")), "no reading of before"


def test_what_is_known_holds_though_it_is_not_shown(screen, known):
    ill, hot = known
    screen.send(screen.get(MORNING), "#sheet")
    said = sa.select(Entry.student_id, Entry.state, Entry.reason).where(Entry.sheet_id == 2)
    assert set(db.session.execute(said).all()) == {(ill, "absent", "illness"), (hot, "symptomatic", None)}
    page = screen.get(screen.location)
    assert "Child" not in page.text and not page.select(".exceptions")
    assert [one.text for one in page.select(".sums-list dd")][:3] == ["10", "9", "1"]


def test_another_choice_or_a_reading_goes_before_what_is_known(screen, known):
    ill, hot = known
    screen.send(screen.get(MORNING), "#sheet", **{f"t1__{ill}": "36.4"})
    said = sa.select(Entry.student_id, Entry.state).where(Entry.sheet_id == 2)
    assert set(db.session.execute(said).all()) == {(ill, "measured"), (hot, "symptomatic")}


def test_a_complaint_keeps_what_is_known_covered(screen, known):
    ill, hot = known
    page = screen.send(screen.get(MORNING), "#sheet", expect=422, **{f"t1__{hot}": "warm"})
    assert page.select_one(f"input[name=state-{ill}][checked]")["value"] == "known"
    assert "Child" not in page.text and page.select_one(f"#t1-{hot}")["value"] == "warm"


def test_what_is_no_longer_known_is_asked_once_more(screen, cast):
    one = cast.students["3-1"][0]
    page = screen.get(ARRIVAL)
    page = screen.send(page, "#sheet", expect=422, **{f"state__{one}": "known"})
    assert "What was known of this student has changed" in page.select_one(f"#choice-{one}").text


def test_a_submitted_sheet_is_not_opened_again_there(screen, known):
    screen.get(ARRIVAL, 303)
    assert screen.location == f"{ARRIVAL}/1"
    page = screen.get(screen.location)
    assert "Child" not in page.text and not page.select(f"a[href='{ARRIVAL}']")


def test_whoever_is_slower_there_is_shown_no_other_version(screen, sign_in, cast):
    page = screen.get(ARRIVAL)
    ann = sign_in("ann")
    ann.send(ann.get(ARRIVAL), "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"})
    screen.send(page, "#sheet")
    assert screen.location == f"{ARRIVAL}/1"
    assert "is submitted" in screen.get(screen.location).text
