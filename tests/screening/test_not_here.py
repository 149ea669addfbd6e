"""Not here yet: listed, called, arrived, and after twenty minutes absent for an unknown reason."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, count
from tests.screening.test_sheet import SHEET, at, main_text, newest
from tracker.absence.models import Episode
from tracker.audit.models import ReadLog, Trail
from tracker.datafolder import encrypt
from tracker.db import db, transaction
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.school.models import Guardian
from tracker.screening import missing_queries
from tracker.screening.missing_rules import call_due, turns_at
from tracker.screening.models import Entry, NotHereCall, SheetVersion


def wall(text: str) -> datetime:
    hours, minutes = text.split(":")
    return NOW.replace(hour=int(hours), minute=int(minutes))


@pytest.mark.parametrize(
    "said, call, turn",
    [
        ("08:05", "08:40", "08:50"),
        ("08:45", "08:45", "08:55"),  # a late sheet leaves ten minutes for the first call
        ("09:30", "09:30", "09:40"),
    ],
)
def test_the_clock_of_a_child_who_is_not_here(said, call, turn):
    deadline = wall("08:30")
    assert (call_due(deadline, wall(said)), turns_at(deadline, wall(said))) == (wall(call), wall(turn))


@pytest.fixture
def ann(sign_in, cast):
    """A teacher who has submitted the morning check with one child not here yet."""
    visitor = sign_in("ann")
    visitor.send(
        visitor.get(SHEET.replace("arrival", "morning")),
        "#sheet",
        **{f"state__{cast.students['3-1'][0]}": "not_here"},
    )
    return visitor


def states(student: int) -> list[str]:
    return [
        entry.state
        for entry in db.session.scalars(
            sa.select(Entry).where(Entry.student_id == student).order_by(Entry.since_no)
        )
    ]


def test_who_is_not_here_stands_where_one_begins_and_on_the_list(ann, sign_in, cast):
    for visitor, first in ((ann, "/"), (sign_in("nora"), "/nurse/")):
        assert "Child 3-1 01" in main_text(visitor.get(first))
        assert "first call by 08:40" in main_text(visitor.get("/screening/not-here"))
    assert "Child 3-1 01" not in main_text(sign_in("carl").get("/screening/not-here"))
    assert count(ReadLog) == 3


def test_the_guardian_s_number_is_masked_until_it_is_asked_for(ann, sign_in, cast):
    child = cast.students["3-1"][0]
    page = ann.get("/screening/not-here")
    assert "No guardian on the roster" in main_text(page)
    with transaction():
        db.session.add(
            Guardian(student_id=child, seq=1, relation="mother", phone_enc=encrypt("000 0000 1234"))
        )
        db.session.add(Guardian(student_id=child, seq=2))
    page = ann.get("/screening/not-here")
    assert "000****1234" in page.text and "No number" in page.text and "000 0000 1234" not in str(page)
    form = page.select_one(".phone form")["action"]
    answer = ann.send(page, ".phone form", expect=200)
    assert answer.select_one('a[href="tel:00000001234"]').text == "000 0000 1234"
    (row,) = db.session.scalars(sa.select(Trail).where(Trail.deed == "guardian.phone_shown"))
    assert (row.student_id, row.by) == (child, cast.users["ann"])
    asked = {"csrf_token": ann.token(page), "seq": "2"}
    ann.post(form, asked, 404)
    carl = sign_in("carl")
    carl.post(form, {"csrf_token": carl.token(carl.get("/")), "seq": "1"}, 404)
    ann.send(ann.get("/screening/not-here"), "form[action$=arrived]")
    assert "already accounted for" in ann.post(form, asked | {"seq": "1"}, 422).text
    assert len(db.session.scalars(sa.select(Trail).where(Trail.deed == "guardian.phone_shown")).all()) == 1


def test_a_later_sheet_changes_neither_by_when_to_call_nor_what_was_tried(sign_in, cast):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{cast.students['3-1'][0]}": "not_here"})
    (before,) = missing_queries.not_here(None, TODAY)
    ann.send(ann.get("/screening/not-here"), "form[action$=called]", result="not_reached")
    ann.send(ann.get(SHEET.replace("arrival", "morning")), "#sheet")
    (after,) = missing_queries.not_here(None, TODAY)
    assert (before.code, after.code) == ("arrival", "morning")
    assert (after.call_due, after.turns_at) == (before.call_due, before.turns_at)
    assert (after.tries, after.last_try) == (1, "not_reached")


def test_a_call_is_logged_as_often_as_somebody_calls(ann, cast):
    child = cast.students["3-1"][0]
    page = ann.get("/screening/not-here")
    form = page.select_one("form[action$=called]")["action"]
    ann.send(page, "form[action$=called]", result="not_reached")
    ann.send(page, "form[action$=called]", result="not_reached")  # the same form again
    ann.send(ann.get("/screening/not-here"), "form[action$=called]", result="on_the_way")
    assert [(one.no, one.result) for one in db.session.scalars(sa.select(NotHereCall))] == [
        (1, "not_reached"),
        (2, "on_the_way"),
    ]
    assert "called 2 times: On the way 08:05" in main_text(ann.get("/screening/not-here"))
    ann.post(form, {"csrf_token": ann.token(page), "key": "x", "result": "shouted"}, 400)
    assert states(child) == ["not_here"], "a call changes no sheet"


@pytest.mark.parametrize(
    "sent, state, checked",
    [
        ({}, None, 10),
        ({"t1": "36.6"}, "measured", 10),
        ({"t1": "38.2", "sym": "cough"}, "symptomatic", 10),
        ({"state": "absent:illness"}, "absent", 9),
    ],
)
def test_arrived_asks_for_the_check_that_was_missed(ann, cast, sent, state, checked):
    child = cast.students["3-1"][0]
    at("08:33")
    ann.send(
        ann.get("/screening/not-here"),
        "form[action$=arrived]",
        **{f"{name}__{child}": value for name, value in sent.items()},
    )
    version = newest()
    assert (version.no, version.kind, version.checked, version.not_here) == (2, "correct", checked, 0)
    assert states(child) == ["not_here", *([state] if state else [])]
    told = ann.get("/screening/not-here")
    assert "Everybody is accounted for" in main_text(told)
    assert "Entered: 3(1) seat 1, 08:33." in told.text


def test_a_wrong_temperature_of_a_late_comer_is_told_at_its_field(ann, cast):
    child = cast.students["3-1"][0]
    page = ann.send(
        ann.get("/screening/not-here"), "form[action$=arrived]", expect=422, **{f"t1__{child}": "ab"}
    )
    assert page.select_one(f"#t1-{child}")["value"] == "ab"
    assert count(SheetVersion) == 1


def test_after_twenty_minutes_one_button_makes_it_an_absence_once(ann, sign_in, cast):
    child = cast.students["3-1"][0]
    nora = sign_in("nora")
    at("08:49")
    assert not nora.get("/screening/not-here").select("form[action$=turn]")
    at("08:50")
    page = nora.get("/screening/not-here")
    assert "unaccounted for since 08:50" in main_text(page)
    assert count(Episode) == 0, "looking changes nothing"
    for _ in range(3):
        nora.send(page, "form[action$=turn]")
        page.select_one("form[action$=turn] input[name=key]")["value"] = f"00000000-0000-0000-0000-{_:012}"
    assert [(one.no, one.kind) for one in db.session.scalars(sa.select(SheetVersion))] == [
        (1, "submit"),
        (2, "turn"),
    ]
    episode = db.session.scalars(sa.select(Episode)).one()
    assert (episode.student_id, episode.reason, episode.state) == (child, "unknown", "open")
    # Still on the list, so that the arrival ends it, and nobody has called: the absence was none.
    at("09:05")
    ann.send(ann.get("/screening/not-here"), "form[action$=arrived]")
    assert db.session.scalars(sa.select(Episode.state)).all() == ["void"]
    assert newest().checked == 10


def test_whom_the_gate_has_entered_or_a_later_sheet_has_seen_is_accounted_for(ann, cast):
    child = cast.students["3-1"][0]
    assert [one.student_id for one in missing_queries.not_here(None, TODAY)] == [child]
    record = GateRecord(day=TODAY, lane=1, device="infrared", by=cast.users["ann"], opened_at=NOW)
    db.session.add(record)
    db.session.flush()
    passed = GatePass(
        gate_record_id=record.id,
        student_id=child,
        at=wall("08:36"),
        by=cast.users["ann"],
        outcome=PassOutcome.LATE,
    )
    db.session.add(passed)
    db.session.commit()
    assert missing_queries.not_here(None, TODAY) == []
    db.session.delete(passed)
    db.session.commit()
    at("13:45")
    page = ann.get(SHEET.replace("arrival", "noon"))
    assert page.select_one(f"input[name=state-{child}][checked]")["value"] == "not_here"
    ann.send(page, "#sheet", **{f"state__{child}": "normal"})
    assert missing_queries.not_here(None, TODAY) == []


def test_only_who_may_take_the_sheet_resolves_it(ann, sign_in, cast):
    child = cast.students["3-1"][0]
    page = ann.get("/screening/not-here")
    carl = sign_in("carl")
    mine = carl.get("/account/password")
    for end in ("arrived", "called"):
        action = page.select_one(f"form[action$={end}]")["action"]
        carl.post(action, {"csrf_token": carl.token(mine)}, 404)
        other = action.replace(f"/{child}/", f"/{cast.students['4-2'][0]}/")
        data = {
            "csrf_token": ann.token(page),
            "key": "00000000-0000-0000-0000-000000000009",
            "result": "not_reached",
        } | {f"state-{cast.students['4-2'][0]}": "normal"}
        assert "already accounted for" in main_text(ann.post(other, data, 422))
