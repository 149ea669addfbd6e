"""Leave entered ahead: refused where it cannot be, filled in on the sheets of its days, and taken back."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, ZONE, count
from tracker import clock
from tracker.absence.leave_rules import Half, LeaveRefusal, overlap, refusal_of
from tracker.absence.models import Episode, Leave
from tracker.audit.models import Trail
from tracker.db import db
from tracker.screening.models import SheetVersion

PAGE = "/leave/2024-1"


def half(text: str) -> Half:
    """`21am` is the morning of the twenty-first of September."""
    return Half(date(2026, 9, int(text[:2])), text.endswith("pm"))


@pytest.mark.parametrize(
    "first, last, refused",
    [
        ("21am", "21am", None),
        ("21am", "21pm", None),
        ("21pm", "22am", None),
        ("21pm", "21am", LeaveRefusal.ENDS_BEFORE_START),
        ("22am", "21pm", LeaveRefusal.ENDS_BEFORE_START),
        ("20pm", "22am", LeaveRefusal.IN_PAST),
    ],
)
def test_a_leave_begins_today_or_later_and_ends_after_it_begins(first, last, refused):
    found = refusal_of(half(first), half(last), TODAY)
    assert (found[0] if found else None) is refused


def test_a_leave_longer_than_a_term_is_no_leave():
    last = Half(TODAY + timedelta(days=151), True)
    assert refusal_of(half("21am"), last, TODAY) == (LeaveRefusal.TOO_LONG, "to_on")


@pytest.mark.parametrize(
    "one, other, shared",
    [
        (("21am", "21am"), ("21pm", "21pm"), False),
        (("21am", "21pm"), ("21pm", "22am"), True),
        (("21am", "23pm"), ("22am", "22am"), True),
        (("22am", "22pm"), ("21am", "21pm"), False),
    ],
)
def test_two_leaves_overlap_in_a_half_day(one, other, shared):
    edges = [half(text) for text in (*one, *other)]
    assert overlap(*edges) is shared and overlap(*edges[2:], *edges[:2]) is shared


def enter(visitor, one, expect=303, **more):
    values = {"student": str(one), "kind": "personal", "from_on": "2026-09-21"} | more
    return visitor.send(visitor.get(PAGE), "form.leave-form", expect=expect, **values)


def test_a_leave_is_entered_listed_and_cancelled(sign_in, cast):
    one = cast.students["3-1"][0]
    ann, nora = sign_in("ann"), sign_in("nora")
    enter(ann, one, kind="official", to_on="2026-09-23", note="Maths contest")
    leave = db.session.scalars(sa.select(Leave)).one()
    assert (leave.kind, leave.from_half, leave.to_on, leave.to_half) == (
        "official", "morning", date(2026, 9, 23), "afternoon",
    )  # fmt: skip
    assert "leave entered 1" in " ".join(ann.get("/").select_one("main").text.split())
    assert "Maths contest" in nora.get("/leave/").select_one("main").text
    nora.send(nora.get(PAGE), "form[action$=cancel]")
    nora.send(nora.get("/leave/2024-1"), "form.leave-form", expect=422, student="0", from_on="2026-09-21")
    assert "Maths contest" not in ann.get(PAGE).select_one("main").text
    deeds = db.session.scalars(sa.select(Trail.deed).where(Trail.kind == "leave").order_by(Trail.id)).all()
    assert deeds == ["absence.leave", "absence.leave_cancel"]


@pytest.mark.parametrize(
    "typed, field, words",
    [
        ({"student": "0"}, "student", "choose the student"),
        ({"from_on": ""}, "from_on", ""),
        ({"from_on": "2026-09-18"}, "from_on", "has gone by"),
        ({"to_on": "2026-09-20"}, "to_on", "ends before it begins"),
        ({"from_half": "afternoon", "to_half": "morning"}, "to_on", "ends before it begins"),
        ({"from_on": "2026-10-01", "to_on": "2026-10-05"}, "from_on", "no school on any"),
        ({"to_on": "2027-09-01"}, "to_on", "longer than a term"),
        ({"kind": "holiday"}, "kind", ""),
        ({"student": "0", "to_on": "2026-09-20"}, "to_on", "ends before it begins"),
    ],
)
def test_a_wrong_leave_is_told_at_its_field_and_keeps_what_was_typed(sign_in, cast, typed, field, words):
    page = enter(sign_in("ann"), cast.students["3-1"][0], 422, note="Trip", **typed)
    assert words in page.find(id=f"{field}-error").text
    assert page.select_one("#note")["value"] == "Trip"
    assert count(Leave) == 0


def test_a_leave_that_overlaps_is_refused_and_a_cancelled_one_is_none(sign_in, cast):
    one, two = cast.students["3-1"][:2]
    ann = sign_in("ann")
    enter(ann, one, to_on="2026-09-22")
    page = enter(ann, one, 422, from_on="2026-09-22")
    assert "from 2026-09-21 to 2026-09-22" in page.find(id="from_on-error").text
    enter(ann, two)
    ann.send(ann.get(PAGE), "form[action$=cancel]")
    enter(ann, one, from_on="2026-09-22")
    assert count(Leave) == 3


def test_nobody_enters_leave_for_another_class(sign_in, cast):
    ann = sign_in("ann")
    enter(ann, cast.students["4-2"][0], 422)
    enter(ann, cast.students["3-1"][0])
    carl = sign_in("carl")
    carl.get(PAGE, 404)
    token = carl.token(carl.get("/leave/2023-2"))
    leave = db.session.scalar(sa.select(Leave.id))
    carl.post(f"/leave/{leave}/cancel", {"csrf_token": token}, 404)
    assert count(Leave) == 1


def test_the_sheets_of_its_days_start_with_it_and_its_end_is_asked_about(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    enter(ann, one, to_on="2026-09-22", to_half="morning")

    def starts(day: str, session: str, wall: str) -> str:
        clock.freeze(datetime.fromisoformat(f"{day}T{wall}").replace(tzinfo=ZONE))
        page = ann.get(f"/screening/2024-1/{day}/{session}")
        state = page.select_one(f"input[name=state-{one}][checked]")["value"]
        ann.send(page, "#sheet")
        return state

    assert starts("2026-09-21", "arrival", "08:05") == "absent:personal"
    assert starts("2026-09-21", "noon", "13:45") == "absent:personal"
    assert starts("2026-09-22", "arrival", "08:05") == "absent:personal"
    assert starts("2026-09-22", "noon", "13:45") == "not_here", "the half day is over: expected, not seen yet"
    episode = db.session.scalars(sa.select(Episode)).one()
    assert (episode.reason, episode.last_absent_on) == ("personal", date(2026, 9, 22))


def test_official_leave_is_no_absence(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    enter(ann, one, kind="official")
    ann.send(ann.get("/screening/2024-1/2026-09-21/arrival"), "#sheet")
    version = db.session.scalars(sa.select(SheetVersion)).one()
    assert (version.away, version.absent, version.checked) == (1, 0, 9)
    assert count(Episode) == 0
    assert version.at == NOW
