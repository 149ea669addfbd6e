"""The gate through the real application: who stands there, whom they stop, and what they do not see."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.absence import town
from tests.absence.test_clearance import TUE, WED, clear_it, flu
from tests.absence.test_views import groups
from tests.cast import NOW, TODAY, count
from tracker import clock
from tracker.absence.models import Episode
from tracker.absence.rules import EpisodeState
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty
from tracker.audit.models import ReadLog, Trail
from tracker.db import db
from tracker.facts.models import Observation
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome, Refusal, refusal_of
from tracker.school.models import CalendarDay, Student
from tracker.school.rules import DayType
from tracker.screening.models import Fever, Reading, SheetVersion

GATE = "/gate/"
SHEET = "/screening/2024-1/2026-09-21/arrival"


def text_of(page) -> str:
    return " ".join(page.select_one("main").text.split())


def at(text: str) -> None:
    hours, minutes = text.split(":")
    clock.freeze(NOW.replace(hour=int(hours), minute=int(minutes)))


@pytest.fixture
def child(cast) -> int:
    """A child with a name of its own to look for."""
    one = db.session.get(Student, cast.students["3-1"][2])
    one.name, one.pinyin = "张子轩", "zhang zi xuan"
    db.session.commit()
    return one.id


@pytest.fixture
def gus(sign_in):
    """Gus stands at lane 1 with a gun for foreheads."""
    visitor = sign_in("gus")
    visitor.send(visitor.get(GATE), "#stand")
    return visitor


def stop(gus, student: int, outcome: str, expect: int = 303, **values):
    return gus.send(gus.get(f"/gate/students/{student}"), "#stop", expect, outcome=outcome, **values)


@pytest.mark.parametrize(
    ("outcome", "tenths", "is_late", "entered", "refused"),
    [
        ("hot", 373, False, False, None),
        ("hot", 372, False, False, Refusal.BELOW_TRIGGER),
        ("hot", None, False, False, Refusal.READING_NEEDED),
        ("hot", 378, False, True, Refusal.ENTERED_BEFORE),
        ("ill", None, False, False, None),
        ("ill", 366, False, False, None),
        ("late", None, False, False, Refusal.NOT_LATE),
        ("late", None, True, False, None),
        ("late", 380, True, False, None),
    ],
)
def test_whom_the_gate_enters(outcome, tenths, is_late, entered, refused):
    told = {"trigger": 373, "is_late": is_late, "entered": entered}
    assert refusal_of(PassOutcome(outcome), tenths, **told) is refused


def test_a_teacher_without_a_class_who_stands_at_the_gate_is_led_there_first(sign_in, cast):
    db.session.execute(sa.delete(Assignment).where(Assignment.user_id == cast.users["carl"]))
    db.session.commit()
    assert "No class is assigned to you today" in sign_in("carl").get("/").text
    db.session.add(Assignment(user_id=cast.users["carl"], what=Duty.GATE, starts=TODAY))
    db.session.commit()
    page = sign_in("carl").get("/")
    assert "No class is assigned" not in page.text
    shown = [one["aria-labelledby"] for one in page.select("main section")]
    assert shown[0] == "gate" and not {"queue", "tasks"} & set(shown)


def test_lane_and_device_are_said_once_and_the_record_is_whole_without_a_child(sign_in, cast):
    gus = sign_in("gus")
    assert gus.get("/").select_one("section[aria-labelledby=gate] a")["href"] == GATE
    gus.send(gus.get(GATE), "#stand", lane="2", instrument="ear/infrared")
    assert "Lane 2 · Ear, infrared · since 08:05" in text_of(gus.get(GATE))
    at("08:25")
    gus.send(gus.get(GATE), "#leave")
    record = db.session.scalars(sa.select(GateRecord)).one()
    assert (record.day, record.lane, record.device, record.by) == (
        TODAY,
        2,
        "ear/infrared",
        cast.users["gus"],
    )
    assert record.closed_at - record.opened_at == timedelta(minutes=20)
    line = "Lane 2 · Gus Gate · Ear, infrared · 08:05–08:25"
    assert f"{line} · entered 0" in text_of(sign_in("nora").get("/screening/"))
    shown = text_of(sign_in("ann").get("/screening/"))
    assert line in shown and "entered" not in shown


def test_standing_at_another_lane_leaves_the_first(gus, sign_in):
    page = gus.get(GATE)
    key = page.select_one("#leave input[name=key]")["value"]
    data = {"csrf_token": gus.token(page), "key": key, "lane": "2", "instrument": "ear/infrared"}
    gus.post(GATE, data)
    gus.post(GATE, data)
    closed = db.session.scalars(sa.select(GateRecord.closed_at).order_by(GateRecord.id)).all()
    assert [one is None for one in closed] == [False, True]


def test_one_person_keeps_one_open_record(either_app):
    _, cast = either_app
    row = {"day": TODAY, "lane": 1, "device": "ear/infrared", "by": cast.users["gus"], "opened_at": NOW}
    db.session.execute(sa.insert(GateRecord), row | {"closed_at": None})
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(GateRecord), row | {"closed_at": None})
    db.session.rollback()


def test_a_child_is_found_by_its_initials_and_no_name_stands_in_an_address(gus, child, caplog):
    page = gus.get(GATE)
    with caplog.at_level("INFO", "tracker.request"):
        found = gus.send(page, "#find", 200, text="zzx")
    assert "POST /gate/find 200" in caplog.text and "zzx" not in caplog.text
    link = found.select_one("#found a")
    assert " ".join(link.text.split()) == "张子轩 3(1)"
    assert link["href"] == f"/gate/students/{child}"
    assert "Nobody is called so" in text_of(gus.send(page, "#find", 200, text="qqq"))


def test_a_name_that_occurs_twice_in_a_class_carries_its_seat(gus, cast, child):
    db.session.get(Student, cast.students["3-1"][5]).name = "张子轩"
    db.session.commit()
    found = gus.send(gus.get(GATE), "#find", 200, text="张子轩")
    assert [" ".join(one.text.split()) for one in found.select("#found a")] == [
        "张子轩 3(1) · seat 3",
        "张子轩 3(1) · seat 6",
    ]
    assert "seat 3" in text_of(gus.get(f"/gate/students/{child}"))


def test_class_and_seat_are_two_taps(gus, child):
    seats = gus.get(gus.get(GATE).select_one(".class-grid a")["href"])
    tapped = next(one for one in seats.select(".seat-grid a") if one.select_one("b").text == "3")
    assert "张子轩 3(1)" in text_of(gus.get(tapped["href"]))


def test_a_child_too_warm_stands_before_the_nurse_at_once(gus, child, sign_in, cast):
    stop(gus, child, "hot", temperature="378")
    assert "retest point" in text_of(gus.get(GATE))
    assert "张子轩 3(1) · seat 3" in text_of(sign_in("nora").get("/screening/fevers"))
    chain = db.session.scalars(sa.select(Fever)).one()
    entered = db.session.scalars(sa.select(GatePass)).one()
    assert (chain.student_id, chain.source, chain.source_id, chain.state) == (
        child,
        "gate",
        entered.id,
        "waiting",
    )
    reading = db.session.scalars(sa.select(Reading)).one()
    assert (reading.tenths, reading.site, reading.device, reading.fever_id) == (
        378,
        "forehead",
        "infrared",
        chain.id,
    )
    assert db.session.scalars(sa.select(Observation)).one().tenths == 378
    deed = db.session.scalars(sa.select(Trail).where(Trail.deed == "gate.enter")).one()
    assert (deed.by, deed.student_id, deed.changes) == (cast.users["gus"], child, {"outcome": "hot"})


@pytest.mark.parametrize("decided", [None, "36.8", "38.2"])
def test_the_class_sheet_goes_on_with_the_chain_of_the_gate(gus, child, sign_in, decided):
    stop(gus, child, "hot", temperature="378")
    at("08:12")
    if decided:
        nora = sign_in("nora")
        nora.send(nora.get("/screening/fevers"), ".retest-form", temperature=decided)
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{child}": "378"})
    assert count(Fever) == 1
    assert db.session.scalar(sa.select(SheetVersion.fever)) == (0 if decided == "36.8" else 1)


def test_a_child_that_looks_ill_needs_no_reading(gus, child, sign_in):
    stop(gus, child, "ill")
    shown = sign_in("nora").get("/screening/fevers").select_one("section[aria-labelledby=ill]")
    assert "张子轩 3(1) · seat 3" in " ".join(shown.text.split())
    assert count(Fever) == count(Reading) == count(Observation) == 0, "no reading is invented"


@pytest.mark.parametrize(
    ("outcome", "values", "sentence"),
    [
        ("hot", {"temperature": ""}, "Please enter the reading"),
        ("hot", {"temperature": "36.8"}, "36.8 ℃ lies below 37.3 ℃"),
        ("hot", {"temperature": "hot"}, "“hot” is not a temperature"),
        ("hot", {"temperature": "42.2"}, "“42.2” is unusual"),
        ("late", {}, "not late yet"),
    ],
)
def test_what_cannot_be_entered_says_why_and_keeps_what_was_typed(gus, child, outcome, values, sentence):
    page = stop(gus, child, outcome, 422, **values)
    assert sentence in text_of(page)
    assert page.select_one("#temperature")["value"] == values.get("temperature", "")
    assert count(GatePass) == count(Reading) == 0


def test_the_same_entry_five_times_is_one_and_a_second_one_is_refused(gus, child):
    page = gus.get(f"/gate/students/{child}")
    for _ in range(5):
        gus.send(page, "#stop", outcome="hot", temperature="378")
    assert count(GatePass) == count(Reading) == count(Fever) == 1
    assert "already" in text_of(stop(gus, child, "hot", 422, temperature="379"))


def test_a_late_comer_is_entered_after_the_deadline(gus, child):
    at("08:26")
    stop(gus, child, "late", temperature="366")
    entered = db.session.scalars(sa.select(GatePass)).one()
    assert (entered.outcome, entered.tenths) == ("late", 366)
    assert count(Reading) == 1 and count(Fever) == 0
    at("08:27")
    stop(gus, child, "ill", temperature="37.9")
    assert count(Fever) == 1, "a reading at or over the trigger waits, whatever the child was entered for"


def test_without_lane_and_device_nobody_is_entered(sign_in, child):
    gus = sign_in("gus")
    page = gus.get(f"/gate/students/{child}")
    assert not page.select("#stop") and "choose lane and device" in text_of(page)
    token = gus.token(gus.get(GATE))
    key = "00000000-0000-0000-0000-000000000007"
    data = {"csrf_token": token, "key": key, "outcome": "hot", "temperature": "38"}
    assert "choose lane" in text_of(gus.post(f"/gate/students/{child}", data, 422))


def test_there_is_no_gate_without_school(sign_in):
    db.session.execute(sa.update(CalendarDay).where(CalendarDay.day == TODAY).values(day_type=DayType.OFF))
    db.session.commit()
    gus = sign_in("gus")
    assert "no school today" in text_of(gus.send(gus.get(GATE), "#stand", 422))


def test_an_entry_is_struck_within_the_day_by_who_made_it(gus, child, sign_in):
    stop(gus, child, "hot", temperature="378")
    entered = db.session.scalars(sa.select(GatePass)).one()
    nora = sign_in("nora")
    page = nora.get(GATE)
    assert "张子轩" not in text_of(page), "nobody sees what another has entered"
    data = {"csrf_token": nora.token(page), "key": "00000000-0000-0000-0000-000000000008"}
    nora.post(f"/gate/passes/{entered.id}/strike", data, 404)
    page = gus.get(GATE)
    clock.freeze(NOW + timedelta(days=1))
    gus.send(page, ".strike", 404)
    at("08:10")
    gus.send(page, ".strike")
    db.session.expire_all()
    assert db.session.scalars(sa.select(GatePass)).one().struck_at is not None
    assert db.session.scalars(sa.select(Fever)).one().state == "struck"
    assert db.session.scalars(sa.select(Reading)).one().struck_at is not None
    assert "Entered by me" not in text_of(gus.get(GATE))


def test_what_the_nurse_has_measured_since_stays(gus, child, sign_in):
    stop(gus, child, "hot", temperature="378")
    at("08:12")
    nora = sign_in("nora")
    nora.send(nora.get("/screening/fevers"), ".retest-form", temperature="38.2")
    gus.send(gus.get(GATE), ".strike")
    db.session.expire_all()
    assert db.session.scalars(sa.select(Fever)).one().state == "confirmed"


def test_the_gate_sees_names_and_classes_and_nothing_else(gus, child, sign_in, cast):
    ann = sign_in("ann")
    ann.send(
        ann.get(SHEET),
        "#sheet",
        **{
            f"t1__{child}": "38.4",
            f"sym__{child}": "cough",
            f"state__{cast.students['3-1'][0]}": "absent:illness",
        },
    )
    pages = [
        gus.get(f"/gate/students/{child}"),
        gus.get("/gate/classes/2024-1"),
        gus.send(gus.get(GATE), "#find", 200, text="zzx"),
    ]
    for page in pages:
        text = text_of(page)
        assert not any(word in text for word in ("38.4", "Cough", "Absent", "Fever", "ill since"))
    for path in ("/screening/fevers", "/screening/", SHEET, "/absences/"):
        gus.get(path, 403)
    assert count(ReadLog) == 0
    stop(gus, child, "ill")
    gus.get(GATE)
    read = db.session.scalars(sa.select(ReadLog)).one()
    assert (read.user_id, read.page) == (cast.users["gus"], "gate")


def test_a_stranger_child_or_class_is_nothing(gus, cast):
    gus.get("/gate/students/99999", 404)
    gus.get("/gate/classes/1999-1", 404)


def test_the_gate_costs_few_statements(gus, child, statements):
    with statements() as done:
        gus.get(GATE)
    with statements() as searched:
        gus.send(gus.get(GATE), "#find", 200, text="zzx")
    page = gus.get(f"/gate/students/{child}")
    with statements() as entered:
        gus.send(page, "#stop", outcome="hot", temperature="378")
    assert len(done) <= 8 and len(searched) <= 12 and len(entered) <= 20, (
        len(done),
        len(searched),
        len(entered),
    )


def test_the_gate_in_chinese(gus, child):
    page = gus.get(f"/gate/students/{child}?lang=zh_Hans")
    assert "体温异常：去复测点" in text_of(page)


@pytest.mark.parametrize(("temperature", "to_retest"), [("", False), ("36.6", False), ("37.6", True)])
def test_a_late_comer_who_is_too_warm_is_not_listed_as_one_who_went_to_class(
    gus, child, temperature, to_retest
):
    at("08:40")
    stop(gus, child, "late", temperature=temperature)
    (listed,) = gus.get(GATE).select("[aria-labelledby=entered] li")
    assert ("to the retest point" in listed.text) is to_retest


@pytest.mark.parametrize("said", ["not_here", "absent:unknown"])
def test_a_late_comer_is_here_on_the_sheet_that_missed_it(gus, child, sign_in, said):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{child}": said})
    at("08:40")
    stop(gus, child, "late", temperature="37.6")
    before, now = db.session.scalars(sa.select(SheetVersion).order_by(SheetVersion.no)).all()
    assert (before.checked, now.checked, now.not_here, now.absent, now.fever) == (9, 10, 0, 0, 1)
    assert count(Fever) == 1 and db.session.scalars(sa.select(Fever)).one().state == "waiting"
    assert {one.state for one in db.session.scalars(sa.select(Episode))} <= {EpisodeState.VOID}


@pytest.mark.parametrize("temperature", ["", "36.6", "37.6"])
@pytest.mark.parametrize(
    ("said", "turned", "listed"),
    [
        ("not_here", False, "Not here yet 1"),
        ("not_here", True, "unaccounted for: 1"),
        ("absent:unknown", False, None),
    ],
)
def test_a_late_entry_that_is_struck_leaves_the_child_missing_again(
    gus, child, sign_in, said, turned, listed, temperature
):
    ann, nora = sign_in("ann"), sign_in("nora")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{child}": said})
    at("08:50")
    if turned:
        nora.send(nora.get("/screening/not-here"), "form[action$=turn]")
    stop(gus, child, "late", temperature=temperature)
    assert "张子轩" not in text_of(nora.get("/screening/not-here"))
    at("08:51")
    gus.send(gus.get(GATE), ".strike")
    first, *_, last = db.session.scalars(sa.select(SheetVersion).order_by(SheetVersion.no)).all()
    assert (last.checked, last.not_here + last.absent, last.fever) == (first.checked, 1, 0)
    assert {one.state for one in db.session.scalars(sa.select(Fever))} <= {"struck"}
    shown = text_of(nora.get("/nurse/"))
    assert "张子轩" in shown and (listed is None or listed in shown)
    asked = [one for one in db.session.scalars(sa.select(Episode.state)) if one is not EpisodeState.VOID]
    assert asked == ([] if said == "not_here" and not turned else [EpisodeState.OPEN])


def test_a_struck_late_entry_leaves_alone_what_the_class_has_said_since(gus, child, sign_in):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{child}": "not_here"})
    at("08:40")
    stop(gus, child, "late")
    at("08:45")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{child}": "symptomatic", f"sym__{child}": "cough"})
    gus.send(gus.get(GATE), ".strike")
    last = db.session.scalars(sa.select(SheetVersion).order_by(SheetVersion.no.desc())).first()
    assert (last.no, last.symptomatic, last.not_here) == (3, 1, 0)


def test_two_children_of_one_name_carry_their_seat_among_those_entered(gus, child, cast):
    stop(gus, child, "ill")
    assert "张子轩 3(1)08:05" in text_of(gus.get(GATE))
    other = db.session.get(Student, cast.students["3-1"][5])
    other.name = "张子轩"
    db.session.commit()
    assert "张子轩 3(1) · seat 3" in text_of(gus.get(GATE))


def test_a_late_comer_changes_no_sheet_that_knows_why_it_is_away(gus, child, sign_in):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{child}": "absent:illness"})
    at("08:40")
    stop(gus, child, "late")
    assert count(SheetVersion) == 1


def test_what_the_gate_measured_in_the_ear_is_no_forehead_reading_of_the_sheet(gus, child, sign_in):
    page = gus.get(GATE)
    key = page.select_one("#leave input[name=key]")["value"]
    gus.post(GATE, {"csrf_token": gus.token(page), "key": key, "lane": "1", "instrument": "ear/infrared"})
    at("08:26")
    stop(gus, child, "late", temperature="37.4")
    sheet = sign_in("ann").get(SHEET)
    assert sheet.select_one(f"[name=t1-{child}]")["value"] == "" and count(Fever) == 0


def test_the_sheet_starts_with_what_the_gate_and_the_nurse_have_found(gus, child, sign_in):
    stop(gus, child, "hot", temperature="378")
    at("08:12")
    nora = sign_in("nora")
    nora.send(nora.get("/screening/fevers"), ".retest-form", temperature="36.8")
    ann = sign_in("ann")
    page = ann.get(SHEET)
    assert page.select_one(f"[name=t1-{child}]")["value"] == "37.8"
    assert "Retest normal" in page.select_one(f"[data-student='{child}']").text
    ann.send(page, "#sheet")
    assert count(Fever) == 1 and db.session.scalar(sa.select(SheetVersion.fever)) == 0


@pytest.mark.parametrize(
    ("outcome", "typed", "told"),
    [
        ("late", "36.5", "Please send the child to the school nurse first."),
        ("ill", "", "Please send the child to the retest point"),
    ],
)
def test_who_comes_uncleared_goes_to_the_nurse_and_she_is_told_at_once(cast, sign_in, outcome, typed, told):
    episode = flu(cast)
    clock.freeze(town.at("09:10", TUE))
    gus, nora, ann = (sign_in(name) for name in ("gus", "nora", "ann"))
    gus.send(gus.get(GATE), "#stand")
    stop(gus, episode.student_id, outcome, temperature=typed)
    shown = gus.get(GATE)
    assert told in shown.text and "may go to class" not in shown.text and "nfluenza" not in shown.text
    name = "Child 3-1 03"
    for visitor in (nora, ann):
        assert name in visitor.get("/").select_one("section[aria-labelledby=came-without]").text
        assert groups(visitor.get("/absences/")) == {"came_without": [name]}
    assert "Came without clearance" in nora.get("/nurse/").select_one(".wait").text
    town.take(cast, town.at("09:20", TUE), {3: town.ILL, 4: town.ILL}, base=1, reason="one more")
    assert groups(nora.get("/absences/"))["came_without"] == [name], "a correction does not miss it again"
    clock.freeze(town.at("09:25", TUE))
    gus.send(gus.get(GATE), ".strike")
    assert "came_without" not in groups(nora.get("/absences/"))
    assert town.only(episode.student_id).back_on is None


def test_who_is_cleared_and_comes_late_goes_to_class(cast, sign_in):
    episode = flu(cast)
    clear_it(cast, town.at("09:05", TUE), episode, WED)
    clock.freeze(town.at("08:40", WED))
    gus = sign_in("gus")
    gus.send(gus.get(GATE), "#stand")
    stop(gus, episode.student_id, "late", temperature="36.5")
    assert "may go to class" in gus.get(GATE).text
