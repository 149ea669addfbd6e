"""Checked by the nurse: bad news always, its opposite from her alone.  And what every version said."""

import pytest
import sqlalchemy as sa

from tests.cast import count
from tests.screening.test_sheet import SHEET, at, main_text, newest
from tracker.absence.models import Episode
from tracker.db import db
from tracker.facts.rules import Symptom
from tracker.screening.check_rules import is_softer
from tracker.screening.models import Sheet, SheetVersion
from tracker.screening.rules import AbsenceReason, Line, State

COUGH = Line(State.SYMPTOMATIC, symptoms=frozenset({Symptom.COUGH}))
BOTH = Line(State.SYMPTOMATIC, symptoms=frozenset({Symptom.COUGH, Symptom.RASH}))
ILL = Line(State.ABSENT, AbsenceReason.ILLNESS)
PERSONAL = Line(State.ABSENT, AbsenceReason.PERSONAL)
UNKNOWN = Line(State.ABSENT, AbsenceReason.UNKNOWN)
WARM, HOT = Line(State.MEASURED, first=365), Line(State.MEASURED, first=378)


@pytest.mark.parametrize(
    "before, after, softer",
    [
        (Line(), COUGH, False),
        (COUGH, Line(), True),
        (COUGH, BOTH, False),
        (BOTH, COUGH, True),
        (COUGH, ILL, False),
        (COUGH, Line(State.IN_ROOM), False),
        (COUGH, PERSONAL, True),
        (ILL, Line(), True),
        (ILL, PERSONAL, True),
        (UNKNOWN, ILL, False),
        (UNKNOWN, PERSONAL, False),
        (Line(State.NOT_HERE), Line(), False),  # the question is answered
        (Line(State.NOT_HERE), UNKNOWN, False),
        (Line(State.UNSET), WARM, False),
        (Line(State.LEFT), Line(), True),
        (Line(State.AWAY), Line(), True),
        (Line(), WARM, False),
        (WARM, HOT, False),
        (HOT, WARM, True),
        (HOT, Line(State.MEASURED, first=378, retest=368), False),  # the retest answers
        (Line(State.MEASURED, first=378, retest=381), Line(State.MEASURED, first=378, retest=368), True),
    ],
)
def test_what_takes_bad_news_away(before, after, softer):
    assert is_softer(before, after, trigger=373, retest_trigger=373) is softer


def test_a_checked_sheet_takes_bad_news_and_refuses_its_opposite_at_the_student(sign_in, cast):
    one, two = cast.students["3-1"][:2]
    ann, nora = sign_in("ann"), sign_in("nora")
    ann.send(ann.get(SHEET), "#sheet", **{f"sym__{one}": "cough"})
    nora.send(nora.get(f"{SHEET}/1"), "form[action$=check]")
    at("08:10")
    page = ann.send(ann.get(SHEET), "#sheet", expect=422, **{f"sym__{one}": None, f"state__{one}": "normal"})
    assert [link["href"] for link in page.select("[role=alert] a")] == [f"#choice-{one}"]
    assert "nurse has checked" in page.select_one(f"#choice-{one}").text
    assert count(SheetVersion) == 1
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{two}": "absent:illness"})
    assert newest().absent == 1
    receipt = main_text(nora.get(f"{SHEET}/2"))
    assert "Checked by the nurse at 08:05 · changed since" in receipt
    at("08:12")
    ann.send(ann.get(SHEET), "#sheet", expect=422, **{f"state__{two}": "normal"})
    # A correction by the nurse lifts it.
    nora.send(nora.get(SHEET), "#sheet", **{f"state__{two}": "normal"})
    assert db.session.scalars(sa.select(Sheet.confirmed_at)).all() == [None]
    at("08:14")
    ann.send(ann.get(SHEET), "#sheet", **{f"sym__{one}": None, f"state__{one}": "normal"})
    assert newest().symptomatic == 0


def test_a_checked_sheet_is_not_undone_and_a_changed_one_not_checked_unseen(sign_in, cast):
    ann, nora = sign_in("ann"), sign_in("nora")
    ann.send(ann.get(SHEET), "#sheet")
    seen = nora.get(f"{SHEET}/1")
    at("08:06")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"})
    nora.send(seen, "form[action$=check]")
    assert db.session.scalars(sa.select(Sheet.confirmed_at)).all() == [None]
    ann.send(ann.get(SHEET.replace("arrival", "morning")), "#sheet")
    receipt = ann.location
    undo = ann.get(receipt)
    nora.send(nora.get(receipt), "form[action$=check]")
    ann.send(undo, "form[action$=undo]")
    assert sorted(db.session.scalars(sa.select(Sheet.head))) == [1, 2]


def test_one_button_checks_all_sheets_without_exceptions(sign_in, cast):
    ann, carl, nora = sign_in("ann"), sign_in("carl"), sign_in("nora")
    ann.send(ann.get(SHEET), "#sheet")
    carl.send(
        carl.get(SHEET.replace("2024-1", "2023-2")),
        "#sheet",
        **{f"state__{cast.students['4-2'][0]}": "not_here"},
    )
    ann.send(ann.get(SHEET.replace("arrival", "morning")), "#sheet")
    page = nora.get("/screening/")
    assert "2 sheets without exceptions" in main_text(page)
    nora.send(page, "form[action$=check]")
    checked = db.session.execute(
        sa.select(Sheet.session, Sheet.class_id).where(Sheet.confirmed_at.is_not(None))
    ).all()
    assert set(checked) == {("arrival", cast.classes["3-1"]), ("morning", cast.classes["3-1"])}
    ann.post("/screening/check", {"csrf_token": ann.token(ann.get(SHEET))}, 403)


def test_every_version_is_kept_and_shows_what_it_changed(sign_in, cast):
    one, two = cast.students["3-1"][:2]
    ann, nora = sign_in("ann"), sign_in("nora")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{one}": "38.0", f"sym__{one}": ["cough", "rash"]})
    at("08:10")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{one}": "38.4", f"state__{two}": "not_here"})
    at("08:20")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{one}": "", f"sym__{one}": None, f"state__{one}": "normal"})
    page = nora.get(f"{SHEET}/versions")
    told = [" ".join(item.text.split()) for item in page.select(".exceptions li")]
    assert told == [
        "01 Child 3-1 01 Symptoms · 38.4 ℃ · Awaiting retest · Cough · Rash → Normal",
        "01 Child 3-1 01 Symptoms · 38.0 ℃ · Awaiting retest · Cough · Rash"
        " → Symptoms · 38.4 ℃ · Awaiting retest · Cough · Rash",
        "02 Child 3-1 02 Not here yet",
        "01 Child 3-1 01 Symptoms · 38.0 ℃ · Awaiting retest · Cough · Rash",
    ]
    assert [head.text.split(" ")[0] for head in page.select("h2")] == ["3", "2", "1"]


def test_an_undone_version_says_so_in_the_history(sign_in, cast):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"})
    at("08:07")
    ann.send(ann.get(ann.location), "form[action$=undo]")
    page = ann.get(f"{SHEET}/versions")
    assert "2 · Withdrawn" in main_text(page)
    assert count(Episode) == 1
