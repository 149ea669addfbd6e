"""The day's list, the checklist and the pages of zones, without JavaScript, as each of the cast sees them."""

from datetime import date, datetime

import pytest
import segno
import sqlalchemy as sa

from tests import cast as cast_module
from tests.cast import ZONE, count, key
from tracker import clock
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty
from tracker.db import db, transaction
from tracker.disinfection.models import Department, Record, RecordItem, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.rules import RecordState

CORRIDOR = "/disinfection/zone2/2026-09-21/07:30"
ROOM = "/disinfection/zone0/2026-09-21/15:40"
LIST = "/disinfection/"
ZONES = "/disinfection/zones/"


def rows(page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.select(".task-row")]


def sections(page) -> list[str]:
    return [" ".join(one.text.split()) for one in page.select("main h2")]


def answers(page) -> list[str | None]:
    """What is chosen at each item of the checklist."""
    return [
        next(
            (
                one.text.split(maxsplit=1)[1].strip()
                for one in item.select(".btn-success, .btn-danger, .btn-secondary")
            ),
            None,
        )
        for item in page.select(".items > li")
    ]


def press(visitor, page, item: int, do: str, expect=303, **more):
    """Press a button at the checklist's item, counted from 0."""
    forms = page.select(".items > li")[item].select("form")
    form = forms[1] if do == "not_done" else forms[0]
    data = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    return visitor.post(form["action"], data | {"do": do} | more, expect)


def test_a_cleaner_does_an_ordinary_task_in_two_taps(sign_in):
    sam = sign_in("sam")
    page = sam.get(LIST)
    assert sections(page) == ["Past its time 1", "Now 1"]
    page = sam.get(page.select_one(".task-row.now")["href"])
    assert "Never mix chlorine disinfectant (84)" in page.text
    assert "Wipe · Chlorine 500 mg/L · dwell time 30 min" in " ".join(page.text.split())
    sam.send(page, ".finish", do="finish_all")
    assert sam.location == LIST
    page = sam.get(LIST)
    assert sections(page) == ["Past its time 1", "Finished 1"]
    assert "Recorded: Corridor, 07:30" in page.select_one("[role=status]").text
    assert rows(page)[1].endswith("✓ Done on time 08:05 Sam Cleaner")


def test_every_answer_is_kept_at_once_and_the_last_button_signs(sign_in):
    sam = sign_in("sam")
    page = press(sam, sam.get(CORRIDOR), 0, "done")
    assert sam.location.startswith(CORRIDOR + "#item-")
    page = sam.get(CORRIDOR)
    assert answers(page) == ["Done", None]
    assert "The other one is done: finish" in page.select_one(".finish").text
    press(sam, page, 1, "not_done", reason="room_in_use", note=" exam ")
    page = sam.get(CORRIDOR)
    assert answers(page) == ["Done", "Not done"]
    assert "Room in use · exam" in page.select(".items > li")[1].text
    assert "2 of 2 answered" in page.select_one(".finish").text
    sam.send(page, ".finish", do="finish")
    kept = db.session.scalars(sa.select(Record)).one()
    assert kept.state is RecordState.DONE and kept.finished == clock.now()
    assert sam.get(CORRIDOR).select_one(".task-lead .badge").text == "Done on time · part not done"


def test_what_was_not_done_asks_for_its_reason_at_the_item(sign_in):
    sam = sign_in("sam")
    page = press(sam, sam.get(CORRIDOR), 1, "not_done", 422, note="later")
    alert = page.select_one("[role=alert]")
    assert "Please choose why it was not done." in alert.text
    field = page.select_one(alert.select_one("a")["href"])
    assert field.name == "select" and field["aria-invalid"] == "true"
    assert field.find_parent("details").has_attr("open")
    assert field.find_parent("form").select_one("[name=note]")["value"] == "later"
    assert page.title.text.startswith("Error: ")
    assert count(RecordItem) == 0


def test_a_note_that_is_too_long_is_refused_and_kept(sign_in):
    sam = sign_in("sam")
    page = press(sam, sam.get(CORRIDOR), 0, "not_done", 422, reason="other", note="x" * 256)
    assert "At most 255 characters" in page.text
    assert page.select_one("details[open] [name=note]")["value"] == "x" * 256


@pytest.mark.parametrize("address, said", [
    ("/disinfection/zone2/2026-09-28/07:30", "This task opens 09-28 07:30."),              # a week ahead
    ("/disinfection/zone2/2026-09-14/07:30", "This task could be recorded until 09-15 24:00."),  # long past
])  # fmt: skip
def test_a_task_that_is_not_due_or_long_past_takes_nothing_and_says_why(sign_in, address, said):
    sam = sign_in("sam")
    page = sam.get(address)
    assert said in page.text and not page.select(".answers, .finish")
    token = {"csrf_token": sam.token(sam.get(CORRIDOR)), "key": str(key(3))}
    assert said in sam.post(address, token | {"do": "finish_all"}, 422).select_one("[role=alert]").text
    assert count(Record) == 0


def test_who_finishes_second_is_told_and_changes_nothing(sign_in, cast):
    with transaction():
        db.session.add(
            Assignment(
                user_id=cast.users["nora"],
                what=Duty.DEPARTMENT,
                starts=cast_module.TERM[0],
                department_id=cast.department,
            )
        )
    sam, nora = sign_in("sam"), sign_in("nora")
    open_page = nora.get(CORRIDOR)
    sam.send(sam.get(CORRIDOR), ".finish", do="finish_all")
    nora.send(open_page, ".finish", do="finish_all")
    told = nora.get(LIST).select_one("main [role=status], [role=status]").text
    assert "Somebody else had finished this already; nothing was changed." in told
    assert db.session.scalars(sa.select(Record.by)).one() == cast.users["sam"]


def test_the_same_request_twice_changes_nothing(sign_in):
    sam = sign_in("sam")
    token = sam.token(sam.get(CORRIDOR))
    sent = {"csrf_token": token, "key": str(key(7)), "do": "finish_all"}
    sam.post(CORRIDOR, sent)
    clock.freeze(datetime(2026, 9, 21, 9, 30, tzinfo=ZONE))
    sam.post(CORRIDOR, sent)
    assert sam.location == LIST
    kept = db.session.scalars(sa.select(Record)).one()
    assert kept.finished == datetime(2026, 9, 21, 8, 5, tzinfo=ZONE)
    # Somebody else's key is nobody's business.
    nora = sign_in("sam")
    with transaction():
        db.session.execute(sa.text("UPDATE request_receipt SET user_id = :other"), {"other": 1})
    nora.post(CORRIDOR, sent | {"csrf_token": nora.token(nora.get(CORRIDOR))}, 404)


def test_a_finished_record_is_corrected_until_the_end_of_the_next_day(sign_in):
    sam = sign_in("sam")
    sam.send(sam.get(CORRIDOR), ".finish", do="finish_all")
    page = sam.get(CORRIDOR)
    assert page.select_one(".finish") is None
    press(sam, page, 0, "not_applicable")
    assert answers(sam.get(CORRIDOR)) == ["Not applicable", "Done"]
    clock.freeze(datetime(2026, 9, 23, 0, 1, tzinfo=ZONE))
    page = sam.get(CORRIDOR)
    assert not page.select(".answers")
    assert "This record could be corrected until 09-22 24:00." in page.text
    assert "Not applicable" in page.select_one(".items").text


def test_a_teacher_is_told_when_a_task_opens_and_cannot_do_it_before(sign_in):
    ann = sign_in("ann")
    page = ann.get(ROOM)
    assert "This task opens 09-21 15:40." in page.text
    assert not page.select("main form")
    page = ann.post(ROOM, {"csrf_token": ann.token(page), "key": str(key(1)), "do": "finish_all"}, 422)
    assert "This task opens 09-21 15:40." in page.select_one("[role=alert]").text
    assert count(Record) == 0
    clock.freeze(datetime(2026, 9, 21, 16, 0, tzinfo=ZONE))
    ann.send(ann.get(ROOM), ".finish", do="finish_all")
    clock.freeze(datetime(2026, 9, 22, 7, 0, tzinfo=ZONE))
    assert "Done on time" in ann.get(LIST + "?day=2026-09-21").text


def test_what_is_done_the_next_day_is_late_and_later_it_is_missed(sign_in):
    clock.freeze(datetime(2026, 9, 22, 7, 50, tzinfo=ZONE))
    ann = sign_in("ann")
    page = ann.get(LIST)
    assert sections(page) == ["Past its time 1", "Later 1"]
    assert "2026-09-21 Mon" in rows(page)[0]
    ann.send(ann.get(ROOM), ".finish", do="finish_all")
    assert "Done late" in ann.get(ROOM).text
    clock.freeze(datetime(2026, 9, 24, 8, 0, tzinfo=ZONE))
    missed = "/disinfection/zone0/2026-09-22/15:40"
    page = ann.get(missed)
    assert "This task could be recorded until 09-23 24:00." in page.text
    ann.post(missed, {"csrf_token": ann.token(page), "key": str(key(1)), "do": "finish_all"}, 422)
    assert sections(ann.get(LIST + "?day=2026-09-22")) == ["Missed 1"]


def test_an_open_item_stands_in_the_way_of_the_signature(sign_in):
    sam = sign_in("sam")
    token = sam.token(sam.get(CORRIDOR))
    page = sam.post(CORRIDOR, {"csrf_token": token, "key": str(key(1)), "do": "finish"}, 422)
    assert "2 items have no answer yet." in page.select_one("[role=alert]").text


@pytest.mark.parametrize(
    "sent, code",
    [
        ({"do": "explode"}, 400),
        ({}, 400),
        ({"do": "done"}, 400),  # no item
        ({"do": "done", "item": "x"}, 400),
        ({"do": "done", "item": "99999"}, 422),  # not on this checklist
        ({"do": "not_done", "item": "5", "reason": "laziness"}, 422),
        ({"do": "finish_all", "key": ""}, 400),
        ({"do": "finish_all", "csrf_token": ""}, 400),
    ],
)
def test_what_no_button_sends_is_refused(sign_in, sent, code):
    sam = sign_in("sam")
    whole = {"csrf_token": sam.token(sam.get(CORRIDOR)), "key": str(key(1))} | sent
    sam.post(CORRIDOR, whole, code)
    assert count(Record) == count(RecordItem) == 0


@pytest.mark.parametrize(
    "address",
    [
        "/disinfection/nowhere/2026-09-21/07:30",
        "/disinfection/zone2/2026-09-21/07:31",
        "/disinfection/zone2/2026-09-21/0730",
        "/disinfection/zone2/2026-09-19/07:30",  # a Saturday
        "/disinfection/zone2/2026-13-01/07:30",
        "/disinfection/zone2/2027-08-02/07:30",  # outside every term
        "/disinfection/zone0/2026-09-21/15:40",  # somebody else's
        "/disinfection/?day=2026-09-22",
        "/disinfection/?day=yesterday",
    ],
)
def test_what_is_not_there_is_not_found(sign_in, address):
    sign_in("sam").get(address, 404)


READING = {
    #            list  corridor  room  zones
    "ann": (200, 404, 200, 403),
    "bo": (200, 404, 200, 403),
    "carl": (200, 404, 404, 403),
    "nora": (200, 200, 200, 403),
    "sam": (200, 200, 404, 403),
    "lou": (200, 200, 200, 200),
    "ivy": (200, 200, 200, 403),
    "asa": (200, 200, 200, 403),
    "pia": (200, 200, 200, 403),
    "ada": (403, 403, 403, 403),
    "stranger": (403, 403, 403, 403),
}


@pytest.mark.parametrize("username", READING)
def test_who_may_look_at_what(sign_in, username):
    visitor = sign_in(username)
    for address, code in zip((LIST, CORRIDOR, ROOM, ZONES), READING[username], strict=True):
        visitor.get(address, code)


@pytest.mark.parametrize(
    "username, code", [("sam", 303), ("ann", 404), ("nora", 404), ("lou", 403), ("pia", 403), ("ivy", 403)]
)
def test_who_may_record_in_the_corridor(sign_in, username, code):
    visitor = sign_in(username)
    token = visitor.token(visitor.get("/"))
    visitor.post(CORRIDOR, {"csrf_token": token, "key": str(key(1)), "do": "finish_all"}, code)
    assert count(Record) == (code == 303)


def test_a_nurse_and_the_head_of_logistics_look_and_do_not_touch(sign_in):
    for username in ("nora", "lou"):
        visitor = sign_in(username)
        page = visitor.get(LIST)
        assert len(rows(page)) == 6
        assert not visitor.get(CORRIDOR).select(".answers, .finish")


def test_a_nurse_with_a_department_has_own_zones_first(sign_in, cast):
    with transaction():
        db.session.execute(
            sa.text("UPDATE assignment SET user_id = :nora WHERE department_id IS NOT NULL"),
            {"nora": cast.users["nora"]},
        )
    nora = sign_in("nora")
    page = nora.get(LIST)
    assert len(rows(page)) == 2
    assert len(rows(nora.get(LIST + page.select(".modes a")[1]["href"].removeprefix(LIST)))) == 6
    nora.send(nora.get(CORRIDOR), ".finish", do="finish_all")


def test_earlier_days_are_one_step_away(sign_in):
    sam = sign_in("sam")
    page = sam.get(LIST)
    page = sam.get(page.select_one(".day-nav a")["href"])
    assert page.select_one(".day-nav strong").text == "2026-09-20 Sun"
    page = sam.get(page.select(".day-nav a")[0]["href"])
    assert page.select_one(".day-nav strong").text == "2026-09-18 Fri"
    assert sections(page) == ["Missed 1"]
    assert page.select(".day-nav a")[1]["href"].endswith("day=2026-09-20")


@pytest.mark.parametrize(
    "username, day, words",
    [
        ("sam", "2026-09-19", "No school on this day: nothing is to be done."),
        ("lou", "2026-08-30", "No school on this day: nothing is to be done."),
    ],
)
def test_a_day_without_tasks_says_why(sign_in, username, day, words):
    assert words in sign_in(username).get(f"{LIST}?day={day}").text


def test_who_keeps_nothing_is_told_whom_to_ask(sign_in, cast):
    with transaction():
        db.session.execute(sa.text("DELETE FROM assignment"))
    for username in ("ann", "sam"):
        assert "No class and no department is assigned to you today." in sign_in(username).get(LIST).text


def test_the_list_and_the_checklist_take_few_statements(sign_in, statements):
    sam = sign_in("sam")
    for address in (LIST, CORRIDOR):
        with statements() as done:
            sam.get(address)
        assert len(done) <= 8, address
    page = sam.get(CORRIDOR)
    with statements() as done:
        sam.send(page, ".finish", do="finish_all")
    assert len(done) <= 18


def test_in_chinese(sign_in):
    sam = sign_in("sam")
    page = sam.get(CORRIDOR + "?lang=zh_Hans")
    assert page.select_one("html")["lang"] == "zh-CN"


# Zones and schedules


@pytest.fixture
def no_zones(app):
    """The cast's school before anybody has told it of its zones."""
    with transaction():
        for table in (Schedule, ZoneObject, ZoneOwner, Zone):
            db.session.execute(sa.delete(table))


def test_the_usual_zones_are_added_by_one_button(sign_in, no_zones):
    lou = sign_in("lou")
    page = lou.get(ZONES)
    assert "A classroom for each of 2 classes" in page.text and "34 zones of 6 departments" in page.text
    lou.send(page)
    page = lou.get(ZONES)
    assert (count(Zone), count(Department)) == (36, 7)
    assert "Tue Fri 16:00" in page.text and "daily 07:30 · daily, by rota 15:40" in page.text
    assert "School gate" in page.text
    assert not page.select("main form")
    assert {row.valid_from for row in db.session.scalars(sa.select(Schedule))} == {date(2026, 9, 22)}


def test_the_usual_zones_may_hold_from_today_but_not_from_yesterday(sign_in, no_zones):
    lou = sign_in("lou")
    page = lou.get(ZONES)
    for wrong, words in (
        ("2026-09-20", "Please choose today or a later day."),
        ("", "Please fill this in."),
        ("soon", "Please enter a day."),
    ):
        assert words in lou.send(page, starts=wrong, expect=422).select_one("[role=alert]").text
    lou.send(page, starts="2026-09-21")
    assert len(rows(sign_in("ann").get(LIST))) == 2


def test_a_zone_is_ready_in_one_step(sign_in, cast):
    lou = sign_in("lou")
    page = lou.get(ZONES + "new")
    assert [one.text for one in page.select("#owner option")] == ["3(1)", "4(2)", "General affairs"]
    owner = f"department:{cast.department}"
    lou.send(page, name="Toilets", type="toilet", owner=owner, floor="2", starts="2026-09-21")
    page = lou.get(lou.location)
    assert "Toilet bowls" in page.text and "08:40" in page.text
    assert "Toilets" in sign_in("sam").get(LIST).text


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"name": " "}, "Please fill this in."),
        ({"name": "x" * 65}, "At most 64 characters, please."),
        ({"floor": "top"}, "Please enter a number."),
        ({"floor": "99"}, "Please enter a number from -5 to 50."),
        ({"starts": "2026-09-20"}, "Please choose today or a later day."),
        ({"owner": "department:999"}, "choice"),
        ({"type": "castle"}, "choice"),
    ],
)
def test_a_zone_that_cannot_be_is_refused_and_what_was_typed_is_kept(sign_in, changed, words):
    lou = sign_in("lou")
    page = lou.send(lou.get(ZONES + "new"), **({"name": "Bus", "floor": "1"} | changed), expect=422)
    assert words in page.select_one("[role=alert]").text
    for name, value in changed.items():
        field = page.select_one(f"[name={name}]")
        assert field.name == "select" or field["value"] == value.strip()
    assert count(Zone) == 3


def test_a_department_is_added_once(sign_in):
    lou = sign_in("lou")
    lou.send(lou.get(ZONES + "department"), name="Canteen")
    assert "Canteen" in lou.get(ZONES).text
    page = lou.send(lou.get(ZONES + "department"), name="canteen", expect=422)
    assert "There is a department of this name already." in page.text


def test_a_slot_is_switched_off_and_moved_from_tomorrow_on(sign_in):
    lou = sign_in("lou")
    page = lou.get(ZONES + "zone2")
    change = page.select_one("main .tile a")["href"]
    lou.send(lou.get(change), starts="08:30", until="10:00")
    page = lou.get(lou.location)
    assert [" ".join(one.text.split()) for one in page.select("main h2")] == [
        "07:30–11:00 off",
        "08:30–10:00",
    ]
    assert "from 2026-09-22 Tue" in page.text
    lou.send(lou.get(ZONES + "zone2/08:30"), active=None)
    sam = sign_in("sam")
    assert rows(sam.get(LIST))[1].startswith("Corridor 07:30 – 11:00")
    clock.freeze(datetime(2026, 9, 22, 8, 0, tzinfo=ZONE))
    assert sections(sam.get(LIST)) == ["Past its time 1"]  # yesterday's


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"starts": "noon"}, "Please enter a time such as 15:40."),
        ({"until": ""}, "Please fill this in."),
        ({"next_day_until": "25:00"}, "Please enter a time such as 15:40."),
        ({"until": "07:00"}, "It would end before it starts."),
    ],
)
def test_hours_that_cannot_be_are_refused(sign_in, changed, words):
    lou = sign_in("lou")
    page = lou.send(lou.get(ZONES + "zone2/07:30"), **changed, expect=422)
    assert words in page.select_one("[role=alert]").text
    assert count(Schedule) == 6


@pytest.mark.parametrize("address", ["nowhere", "zone2/07:31", "zone2/x"])
def test_a_zone_or_slot_that_is_not_there(sign_in, address):
    sign_in("lou").get(ZONES + address, 404)


def test_only_the_head_of_logistics_changes_zones(sign_in, cast):
    for username in ("ann", "sam", "nora", "ada"):
        visitor = sign_in(username)
        for address in ("", "new", "department", "zone2", "zone2/07:30"):
            visitor.get(ZONES + address, 403)


def test_a_zones_schedule_takes_few_statements(sign_in, statements):
    lou = sign_in("lou")
    for address in (ZONES, ZONES + "zone2"):
        with statements() as done:
            lou.get(address)
        assert len(done) <= 6, address


class TestADoorsCode:
    def test_opens_the_one_checklist_that_is_due_else_the_zones_tasks(self, sign_in):
        sam = sign_in("sam")
        sam.get("/z/zone2")  # yesterday's is open as well
        sam.send(sam.get("/disinfection/zone2/2026-09-20/07:30"), ".finish", do="finish_all")
        sam.get("/z/zone2", 302)
        assert sam.location == CORRIDOR
        sam.send(sam.get(CORRIDOR), ".finish", do="finish_all")
        page = sam.get("/z/zone2")
        assert page.select_one("h1").text == "Corridor" and sections(page) == ["Finished 1"]

    def test_says_of_an_earlier_days_task_which_day_it_is_of(self, sign_in):
        sam = sign_in("sam")
        clock.freeze(datetime(2026, 9, 21, 7, 20, tzinfo=ZONE))  # today's opens in ten minutes
        page = sam.get("/z/zone2")
        assert sections(page) == ["Past its time 1", "Later 1"]
        rows = [row.text for row in page.select(".task-row small")]
        assert "2026-09-20" in rows[0] and "2026-09-20" not in rows[1]
        page = sam.get("/disinfection/zone2/2026-09-20/07:30")
        assert page.select_one("h1").text == "Corridor · 09-20 07:30"
        sam.send(page, ".finish", do="finish_all")
        assert "Recorded: Corridor, 09-20 07:30" in sam.get(sam.location).text

    def test_leads_who_verifies_to_what_waits_for_it(self, sign_in):
        ivy, sam = sign_in("ivy"), sign_in("sam")
        assert sections(ivy.get("/z/zone2")) == ["Past its time 1", "Now 1"]
        sam.send(sam.get(CORRIDOR), ".finish", do="finish_all")
        ivy.get("/z/zone2", 302)
        assert ivy.location == CORRIDOR
        page = ivy.get(CORRIDOR)
        assert not page.select("[name=do][value=finish_all], [name=code]")  # neither to record nor to excuse
        ivy.send(page, "[action$=verdict]", do="take")
        assert sections(ivy.get("/z/zone2")) == ["Past its time 1", "Finished 1"]

    def test_is_for_who_keeps_the_zone_and_leads_through_the_sign_in(self, app, cast, sign_in, visitor):
        for who, code, expect in (("carl", "zone0", 404), ("ada", "zone2", 403), ("sam", "nothing", 404)):
            sign_in(who).get(f"/z/{code}", expect)
        visitor.get("/z/zone2", 302)
        assert visitor.location == "/login?next=/z/zone2"

    def test_is_printed_for_all_or_for_some_with_this_schools_address(self, sign_in, cast):
        lou = sign_in("lou")
        page = lou.get("/disinfection/doors")
        assert [one.text for one in page.select(".doors strong")] == [
            "3(1) Room 3-1",
            "4(2) Room 4-2",
            "Corridor",
        ]
        drawn = page.select(".doors svg path")
        assert len({one["d"] for one in drawn}) == 3
        assert (
            segno.make_qr("http://localhost/z/zone2", error="m")
            .svg_inline(lineclass=None)
            .count(drawn[2]["d"])
        )
        page = lou.get(f"/disinfection/doors?of={cast.department}")
        assert [one.text for one in page.select(".doors strong")] == ["Corridor"]
        lou.get("/disinfection/doors?of=99", 404)


def test_a_teacher_and_a_cleaner_find_their_own_tasks_on_their_home_in_the_order_of_walking(sign_in, cast):
    with transaction():
        for code, order in (("zone2", 9), ("zone1", 1)):
            zone = db.session.scalars(sa.select(Zone).filter_by(public_code=code)).one()
            zone.walk_order = order
            db.session.add(
                ZoneOwner(zone_id=zone.id, valid_from=cast_module.TODAY, department_id=cast.department)
            )
    own = sign_in("ann").get("/").select("section[aria-labelledby=tasks] li")
    assert ["Room 3-1" in one.text for one in own] == [True]
    clock.freeze(datetime(2026, 9, 21, 16, 0, tzinfo=ZONE))
    own = sign_in("sam").get("/").select("section[aria-labelledby=tasks] li a")
    assert [one.text for one in own] == ["Room 4-2", "Corridor", "Corridor"]
    assert not sign_in("pia").get("/").select("section[aria-labelledby=tasks] li")
