"""The day is closed: zero is a report, what is missing is named, and every signature is kept."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.absence.town import ILL, LEAVE, at, take
from tests.cast import TODAY, count
from tracker import clock
from tracker.audit.models import Trail
from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.gate.models import GateRecord
from tracker.nurse.models import DayClose
from tracker.room.models import Stay
from tracker.room.rules import Trouble
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.rules import Stage
from tracker.screening.models import SessionPlan
from tracker.screening.rules import State

CLOSE = "form[action^='/nurse/close']"
SESSIONS = (("arrival", "08:05"), ("morning", "08:10"), ("noon", "13:50"))


def take_all(cast, absent=None) -> None:
    """Every sheet of the day, on time."""
    for session, when in SESSIONS:
        take(cast, at(when), absent, session=session)
        take(cast, at(when), session=session, place="4-2", by="carl")
    clock.freeze(at("16:40"))


def text_of(page, language: str) -> str:
    return page.select_one(f"#text-{language}").text.strip()


def test_an_all_normal_day_of_eighteen_classes_is_closed_with_one_link_and_two_buttons(sign_in, cast):
    for number in range(3, 19):
        label = f"4-{number}"
        school_class = SchoolClass(stage=Stage.PRIMARY, entry_year=2023, number=number)
        child = Student(number=f"T{label}", name=f"Child {label}", pinyin="child")
        db.session.add_all([school_class, child])
        db.session.flush()
        db.session.add(
            Enrolment(student_id=child.id, starts=TODAY.replace(day=1), class_id=school_class.id, seat=1)
        )
        cast.refs[label] = f"2023-{number}"
    # What counts here are the classes: one session a day is enough.
    db.session.execute(sa.update(SessionPlan).where(SessionPlan.code != "morning").values(active=False))
    db.session.commit()
    for place in cast.refs:
        take(cast, at("08:10"), place=place, by="nora")
    clock.freeze(at("16:40"))
    nora = sign_in("nora")
    page = nora.get(nora.get("/nurse/").select_one("a[href='/nurse/close']")["href"])
    assert "Check 18 sheets without exceptions" in page.text
    nora.send(page, "form[action='/screening/check']")
    page = nora.get(nora.location)
    assert "Nothing is open" in page.text and len(page.select("main form")) == 1
    assert text_of(page, "zh_Hans") == (
        "2026-09-21 周一 晨午检：应检 34，实检 34，缺勤 0（因病 0），发热 0，有症状 0。\n"
        "已提交：晨检 18 / 18 个班。"
    )
    nora.send(page)
    page = nora.get(nora.location)
    assert "Signed 09-21 16:40 by Nora Nurse" in page.text
    assert count(DayClose) == 1 and page.select_one("main form") is None
    assert "Summary signed" in sign_in("pia").get("/").text


def test_in_the_morning_what_is_open_is_told_apart_and_a_child_on_the_way_needs_a_reason(sign_in, cast):
    take(cast, at("08:05"), {2: LEAVE, 3: State.NOT_HERE}, session="arrival")
    db.session.add(
        Stay(student_id=cast.students["3-1"][0], reported_at=at("08:10"), reported_by=cast.users["ann"],
             trouble=Trouble.FEVER, place="", soiled=False)
    )  # fmt: skip
    db.session.commit()
    clock.freeze(at("08:50"))
    nora = sign_in("nora")
    her_day, page = nora.get("/nurse/"), nora.get("/nurse/close")
    shown = {" ".join(one.get_text(" ").split()) for one in page.select("section[aria-labelledby=open] h3")}
    assert shown == {
        "On the way to the observation room 1", "Unaccounted for 1", "Sheets not submitted 3",
        "Sheets to check 1", "Not open yet 2",
    }  # fmt: skip
    assert her_day.select_one("#n-missing b").text == "3"
    assert text_of(page, "zh_Hans").endswith("晨检 全部班级。\n尚未开始：午检。")
    page = nora.send(page, CLOSE, expect=422, anyway="y")
    assert page.select_one("#reason-error") and count(DayClose) == 0
    page = nora.send(page, CLOSE, expect=422, reason="Ann is with her", anyway=None)
    assert page.select_one("#anyway-error") and page.select_one("#reason")["value"] == "Ann is with her"
    nora.send(page, CLOSE, anyway="y")
    assert db.session.scalar(sa.select(DayClose.reason)) == "Ann is with her"


def test_the_text_tells_numbers_and_classes_and_no_name(sign_in, cast):
    take_all(cast, {1: ILL, 2: LEAVE})
    page = sign_in("nora").get("/nurse/close")
    assert text_of(page, "en").splitlines()[0] == (
        "2026-09-21 Mon health checks: expected 18, present 16, absent 2 (through illness 1, "
        "personal leave 1), fever 0, symptoms 0."
    )
    assert "Child" not in text_of(page, "en") + text_of(page, "zh_Hans")


def test_with_classes_missing_a_tick_is_asked_for_and_they_are_named(sign_in, cast):
    take(cast, at("08:05"), session="arrival")
    clock.freeze(at("16:40"))
    nora = sign_in("nora")
    page = nora.get("/nurse/close")
    assert "未提交：入校体温筛查 四(2)班，晨检 全部班级，午检 全部班级。" in text_of(page, "zh_Hans")
    page = nora.send(page, CLOSE, expect=422)
    assert "Something is still open" in page.text and count(DayClose) == 0
    nora.send(page, CLOSE, anyway="y")
    kept = db.session.scalars(sa.select(DayClose)).one()
    assert kept.summary["sessions"]["arrival"]["missing"] == [cast.classes["4-2"]]
    assert db.session.scalars(sa.select(Trail.changes).where(Trail.deed == "nurse.close_day")).one() == {
        "day": "2026-09-21",
        "no": 1,
        "missing": 5,
    }


def test_what_has_changed_since_the_page_was_opened_is_looked_at_again(sign_in, cast):
    take_all(cast)
    nora = sign_in("nora")
    page = nora.get("/nurse/close")
    take(cast, at("16:41"), {1: ILL}, session="noon", base=1)
    page = nora.send(page, CLOSE, expect=422, anyway="y")
    assert "has changed" in page.text and count(DayClose) == 0
    nora.send(page, CLOSE, anyway="y")
    assert count(DayClose) == 1


def test_a_later_signature_replaces_the_first_and_both_are_kept(sign_in, cast):
    take_all(cast)
    nora = sign_in("nora")
    nora.send(nora.get("/nurse/close"), CLOSE, anyway="y")
    take(cast, at("16:41"), {1: ILL}, session="noon", base=1)
    page = nora.get("/nurse/close")
    assert "changed since" in page.text and "缺勤 0" in text_of(page, "zh_Hans"), "what was signed stands"
    nora.send(page, CLOSE, anyway="y")
    numbers = db.session.execute(sa.select(DayClose.no, DayClose.summary).order_by(DayClose.no)).all()
    assert [(no, kept["sessions"]["noon"]["absent"]) for no, kept in numbers] == [(1, 0), (2, 1)]
    assert len(nora.get("/nurse/close").select("main .row-link")) == 2


def test_a_form_sent_five_times_signs_once(sign_in, cast):
    take_all(cast)
    nora = sign_in("nora")
    page = nora.get("/nurse/close")
    for _ in range(5):
        nora.send(page, CLOSE, anyway="y")
    assert count(DayClose) == 1


def test_an_earlier_day_can_still_be_signed(sign_in, cast):
    take_all(cast)
    clock.freeze(at("08:05", TODAY.replace(day=22)))
    nora = sign_in("nora")
    nora.send(nora.get("/nurse/close?day=2026-09-21"), CLOSE)
    assert nora.location == "/nurse/close?day=2026-09-21"
    assert db.session.scalars(sa.select(DayClose.day)).all() == [TODAY]


@pytest.mark.parametrize("day", ["2026-09-22", "nonsense", "0001-01-01"])
def test_no_other_day_is_there(sign_in, day):
    sign_in("nora").get(f"/nurse/close?day={day}", 404)


def test_a_day_without_school_asks_for_no_signature(sign_in):
    page = sign_in("nora").get("/nurse/close?day=2026-09-19")
    assert "No school on this day" in page.text and page.select_one("main form") is None


def test_who_stood_at_the_gate_is_told_beside_the_sums_though_nobody_was_stopped(sign_in, cast):
    take_all(cast)
    db.session.add(
        GateRecord(
            day=TODAY,
            lane=1,
            device="forehead/infrared",
            by=cast.users["gus"],
            opened_at=at("07:20"),
            closed_at=at("08:25"),
        )
    )
    db.session.commit()
    lane = " ".join(sign_in("nora").get("/nurse/close").select_one("[aria-labelledby=gate] li").text.split())
    assert lane.startswith("Lane 1 · Gus Gate") and lane.endswith("07:20–08:25 · entered 0")


@pytest.mark.parametrize("days, shown", [((14, 7, 0), True), ((13, 7, 0), False), ((30, 15), False)])
def test_a_child_that_comes_to_school_with_a_cough_for_two_weeks_is_named_to_the_nurse_each_evening(
    sign_in, cast, days, shown
):
    take_all(cast)
    child, now = cast.students["4-2"][1], clock.now()
    onset = TODAY - timedelta(days=days[0])
    for ago in days:
        on = TODAY - timedelta(days=ago)
        db.session.add(
            Observation(
                student_id=child, kind=ObservationKind.SYMPTOM, code=Symptom.COUGH.value, on=on, onset_on=onset,
                known_at=now - timedelta(days=ago), recorded_at=now, source_kind=SourceKind.SHEET, source_id=1, source_no=1,
            )
        )  # fmt: skip
    db.session.commit()
    named = (
        sign_in("nora").get("/nurse/close").select(f'[aria-labelledby=coughing] a[href="/students/{child}"]')
    )
    assert bool(named) == shown
