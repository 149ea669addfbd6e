"""Between the sheet and paper: a pasted column, the emergency sheet, and an entry with both times."""

from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa

from tests.cast import NOW, count
from tests.screening.test_sheet import SHEET, at, main_text, newest
from tracker import clock
from tracker.db import db
from tracker.school.models import CalendarDay, Student
from tracker.school.rules import DayType, Scope
from tracker.screening.models import Reading, SheetVersion
from tracker.screening.paste_forms import read_column


@dataclass
class Seated:
    id: int
    name: str
    seat: int | None


CLASS = [Seated(1, "王芳", 1), Seated(2, "李明", 2), Seated(3, "王芳", 3), Seated(4, "陈思远", None)]


@pytest.mark.parametrize(
    "text, values, strangers, surplus",
    [
        ("36.5\n36.6", {1: "36.5", 2: "36.6"}, [], 0),
        ("36.5\r\n\r\n36.7\r\n", {1: "36.5", 2: "", 3: "36.7"}, [], 0),  # an empty cell stays empty
        ("365\n366\n367\n368\n369\n", {1: "365", 2: "366", 3: "367", 4: "368"}, [], 1),
        ("2\t36.6\n1\t36.5", {2: "36.6", 1: "36.5"}, [], 0),  # by seat, in any order
        ("李明 36.6\n陈思远 36.8", {2: "36.6", 4: "36.8"}, [], 0),  # by name
        ("3 王芳 36.7", {3: "36.7"}, [], 0),
        ("王芳 36.7", {}, [(1, "王芳 36.7")], 0),  # two are called so: neither is guessed
        ("2 王芳 36.7", {}, [(1, "2 王芳 36.7")], 0),  # seat and name contradict each other
        ("9 36.5\n2 ab", {2: "ab"}, [(1, "9 36.5")], 0),  # kept as typed
        ("２．　３６．６", {2: "36.6"}, [], 0),
        ("", {}, [], 0),
    ],
)
def test_a_column_is_read_in_seat_order_or_by_seat_and_name(text, values, strangers, surplus):
    found = read_column(text, CLASS)
    assert (found.values, found.strangers, found.surplus) == (values, strangers, surplus)


def test_without_a_script_a_pasted_column_is_looked_over_before_it_is_kept(sign_in, cast):
    ids = cast.students["3-1"]
    ann = sign_in("ann")
    link = ann.get(SHEET + "?mode=full").select_one(".modes a[href$=paste]")["href"]
    page = ann.send(ann.get(link), expect=200, column="36.5\n378\nabc\n36.8")
    assert count(SheetVersion) == 0
    assert page.select_one(f"#t1-{ids[2]}")["value"] == "abc", "kept as it was typed"
    assert page.find(id=f"t1-{ids[2]}-error") and "6 students have no value" in main_text(page)
    ann.send(page, "#sheet", expect=422)
    ann.send(page, "#sheet", **{f"t1__{ids[2]}": "36.7"})
    assert db.session.scalars(sa.select(Reading.tenths).order_by(Reading.student_id)).all() == [
        365, 378, 367, 368,
    ]  # fmt: skip
    assert newest().unset == 6


def test_all_others_normal_fills_only_who_is_unset(sign_in, cast):
    ids = cast.students["3-1"]
    ann = sign_in("ann")
    page = ann.send(
        ann.get(SHEET + "?mode=full"),
        "#sheet",
        expect=200,
        fill="normal",
        **{f"t1__{ids[0]}": "36.5", f"state__{ids[1]}": "absent:illness", f"t1__{ids[2]}": "ab"},
    )
    assert count(SheetVersion) == 0
    checked = [page.select_one(f"input[name=state-{one}][checked]")["value"] for one in ids[:4]]
    assert checked == ["unset", "absent:illness", "normal", "normal"]
    ann.send(page, "#sheet", **{f"t1__{ids[2]}": ""})
    version = newest()
    assert (version.checked, version.absent, version.unset) == (9, 1, 0)


def test_an_entry_from_paper_carries_both_times_and_who_looked(sign_in):
    ann = sign_in("ann")
    at("08:20")
    for wrong, words in (("08:21", "later than now"), ("8 o'clock", "enter a time")):
        page = ann.send(ann.get(SHEET), "#sheet", expect=422, checked=wrong)
        assert (
            words in page.select_one("#checked-error").text and page.select_one("#checked")["value"] == wrong
        )
    ann.send(ann.get(SHEET), "#sheet", checked="07:55", told_by="Bo Deputy")
    receipt = main_text(ann.get(ann.location))
    assert "Submitted 08:20" in receipt and "Looked at 07:55 by Bo Deputy" in receipt
    assert newest().checked_at.hour == 23, "07:55 in Shanghai is 23:55 in London"


@pytest.mark.parametrize(
    "today, first", [(21, "2026-09-21 Mon"), (24, "2026-09-21 Mon"), (25, "2026-09-28 Mon")]
)
def test_the_emergency_sheet_is_this_weeks_and_from_friday_on_the_next(sign_in, today, first):
    clock.freeze(NOW.replace(day=today))
    page = sign_in("ann").get("/screening/2024-1/emergency")
    assert " ".join(page.select_one("thead th[scope=colgroup]").text.split()) == first


def test_the_emergency_sheet_has_a_box_for_each_child_and_session_of_a_week(sign_in, cast):
    db.session.get(Student, cast.students["3-1"][0]).name = "Child 3-1 02"
    db.session.add(
        CalendarDay(
            day=date(2026, 9, 30),
            scope=Scope.CLASS,
            scope_id=cast.classes["3-1"],
            day_type=DayType.HALF,
            source="page",
        )
    )
    db.session.commit()
    ann = sign_in("ann")
    page = ann.get("/screening/2024-1/emergency?day=2026-09-29")
    days = [" ".join(cell.text.split()) for cell in page.select("thead th[scope=colgroup]")]
    assert days == ["2026-09-28 Mon", "2026-09-29 Tue", "2026-09-30 Wed"], "the holidays begin on Thursday"
    assert [cell["colspan"] for cell in page.select("thead th[scope=colgroup]")] == ["3", "3", "2"]
    names = [row.text for row in page.select("tbody th")]
    assert names[:2] == ["01 Child 3-1 02", "02 Child 3-1 02"], "a name that occurs twice carries its seat"
    assert len(page.select("tbody tr")) == 10
    assert "No school in this week" in main_text(ann.get("/screening/2024-1/emergency?day=2027-03-01"))
    sign_in("carl").get("/screening/2024-1/emergency", 404)
    sign_in("ada").get("/screening/2024-1/emergency", 403)
