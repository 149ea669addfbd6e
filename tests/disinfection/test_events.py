"""Disinfection that cannot wait: what asks for it, who does it, what it closes, and that no class pays for it."""

from datetime import datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from tests.absence.town import at
from tests.cast import TERM, TODAY, Cast, count
from tests.room.house import arrive, guardian, leave, report
from tracker import clock
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty
from tracker.assessment.frames import duties_frame
from tracker.db import db, transaction
from tracker.disinfection import event_queries as queries
from tracker.disinfection import event_service as service
from tracker.disinfection.event_models import EventRecord, EventStruck
from tracker.disinfection.event_rules import TREATMENTS, EventCause, EventPlace, EventState, Refusal
from tracker.disinfection.event_service import Done
from tracker.disinfection.models import Record, Zone, ZoneOwner
from tracker.disinfection.rules import ZoneType
from tracker.errors import Rejected
from tracker.notices.models import Notice
from tracker.room import queries as rooms
from tracker.room.models import Stay
from tracker.room.rules import Room, RoomState, StayEnd, Trouble
from tracker.screening.models import Fever
from tracker.screening.rules import FeverSource, FeverState
from tracker.supplies.models import Batch, Lot, Supply
from tracker.supplies.rules import Category, Measure

TEN, ELEVEN = at("10:00"), at("11:00")
FLOOR, ROOM, DESK = EventPlace.FLOOR, EventPlace.ROOM, EventPlace.DESK


@pytest.fixture
def town(app, cast: Cast) -> Cast:
    """The cast with a music room, two observation rooms, and Sam trained to treat spills."""
    with transaction():
        db.session.add(Assignment(user_id=cast.users["sam"], what=Duty.EVENT_TEAM, starts=TERM[0]))
        kinds = {
            "Music room": ZoneType.SPECIAL_ROOM,
            "Observation room": ZoneType.OBSERVATION_ROOM,
            "Spare observation room": ZoneType.OBSERVATION_ROOM,
        }
        for order, (name, kind) in enumerate(kinds.items(), 10):
            zone = Zone(public_code=f"zone{order}", type=kind, name=name, floor=1, walk_order=order)
            db.session.add(zone)
            db.session.flush()
            cast.zones[name] = zone.id
            db.session.add(ZoneOwner(zone_id=zone.id, valid_from=TERM[0], department_id=cast.department))
    return cast


def batch(cast: Cast, mg_per_l: int, mixed: datetime) -> int:
    with transaction():
        supply = Supply(name="84", category=Category.CHLORINE, unit=Measure.ML, minimum=0, keeper="Store")
        db.session.add(supply)
        db.session.flush()
        lot = Lot(supply_id=supply.id, code="L1", strength_mg_per_l=50000)
        db.session.add(lot)
        db.session.flush()
        one = Batch(
            lot_id=lot.id,
            mg_per_l=mg_per_l,
            volume_ml=10000,
            mixed_at=mixed,
            by=cast.users["sam"],
            place="Store",
            good_until=mixed + timedelta(hours=24),
        )
        db.session.add(one)
        db.session.flush()
        return one.id


def fever(
    cast: Cast, source: FeverSource = FeverSource.SHEET, state: FeverState = FeverState.CONFIRMED
) -> int:
    with transaction():
        one = Fever(
            student_id=cast.students["3-1"][4],
            day=TODAY,
            source=source,
            source_id=1,
            state=state,
            opened_at=at("08:20"),
            decided_at=at("08:40"),
            decided_by=cast.users["nora"],
        )
        db.session.add(one)
        db.session.flush()
        return one.id


def begin(cast: Cast, when: datetime, place: EventPlace, id: int, by: str = "sam", **more) -> None:
    clock.freeze(when)
    with transaction():
        service.begin(cast.users[by], when, place, id, **more)


def finish(cast: Cast, when: datetime, place: EventPlace, id: int, by: str = "sam", **how) -> None:
    clock.freeze(when)
    with transaction():
        service.finish(cast.users[by], when, place, id, Done(**{"minutes": 30, **how}))


def only(now: datetime):
    db.session.rollback()
    (one,) = queries.events(now)
    return one


class TestASpillInTheMusicRoom:
    def test_makes_its_task_for_that_room_closes_it_and_warns_against_alcohol(self, town, sign_in):
        carl, child = sign_in("carl"), town.students["4-2"][0]
        clock.freeze(TEN)
        carl.send(
            carl.get("/report/2023-2"), "form.report", student=child, trouble="vomiting", place="Music room"
        )
        sam = sign_in("sam")
        page = sam.get("/")
        row = page.select_one("section[aria-labelledby=events] a.task-row")
        assert "Music room" in row.text and "5,000–10,000 mg/L" in row.text
        assert "Closed until disinfected and aired for 30 min" in row.text
        page = sam.get(row["href"])
        assert "Alcohol does not help here." in page.text and "5,000–10,000 mg/L" in page.text
        assert "Clear the room first, open the windows. Pupils take no part." in page.text
        assert "poisonous chlorine gas" in page.text
        assert f"Child 4-2 {1:02}" not in page.text and "4(2)" not in page.text

        sam.send(page, "form[action$='/begin']", 422)
        page = sam.send(page, "form[action$='/begin']", read="y")
        clock.freeze(at("10:20"))
        page = sam.get(row["href"])
        assert (
            "It has not acted long enough: until 10:30."
            in sam.send(page, "form[action$='/finish']", 422, mg_per_l="5000").text
        )
        clock.freeze(at("10:31"))
        page = sam.get(row["href"])
        assert (
            "Too weak here: at least 5,000 mg/L."
            in sam.send(page, "form[action$='/finish']", 422, mg_per_l="500").text
        )
        sam.send(page, "form[action$='/finish']", mg_per_l="10000", helper="Lou")
        assert "Closed until 11:01: being aired" in sam.get("/disinfection/").text
        clock.freeze(at("11:02"))
        assert only(at("11:02")).state(at("11:02")) is EventState.DONE
        assert "Closed" not in sam.get("/disinfection/").text

    def test_changes_no_duty_of_any_class(self, town):
        span = TODAY - timedelta(days=7), TODAY, at("23:00")
        before = duties_frame(*span)
        one = report(town, TEN).stay_id
        pd.testing.assert_frame_equal(duties_frame(*span), before)
        begin(town, TEN, FLOOR, one)
        finish(town, ELEVEN, FLOOR, one, mg_per_l=5000)
        pd.testing.assert_frame_equal(duties_frame(*span), before)

    def test_tells_the_team_the_place_and_no_child(self, town, sign_in):
        clock.freeze(TEN)
        ann, child = sign_in("ann"), town.students["3-1"][2]
        for place in ("Music room", ""):
            ann.send(ann.get("/report/"), "form.report", student=child, trouble="vomiting", place=place)
            child += 1
        db.session.rollback()
        assert {one.user_id for one in db.session.scalars(sa.select(Notice))} == {town.users["sam"]}
        page = sign_in("sam").get("/")
        told = [" ".join(one.text.split()) for one in page.select("section.notices li")]
        assert (
            "Music room: spill to be treated now. Clear the room first; no pupils; closed until done."
            in told[1]
        )
        assert "3(1) Room 3-1: spill" in told[0] and "Child" not in " ".join(told)

    def test_the_place_is_closed_on_the_page_of_its_tasks_for_who_keeps_it(self, town, sign_in):
        report(town, TEN, place="")
        clock.freeze(at("15:45"))
        ann = sign_in("ann")
        page = ann.get("/disinfection/")
        assert "Closed places" in page.text and "Closed until disinfected" in page.text
        assert not page.select("a[href*='/disinfection/now/']")
        assert "Closed until disinfected" in ann.get("/disinfection/zone0/2026-09-21/15:40").text
        ann.get("/disinfection/now/", 403)
        assert "Closed until" not in sign_in("carl").get("/disinfection/zone1/2026-09-21/15:40").text
        assert "Closed until" in sign_in("nora").get("/room/").text
        assert "Closed until" in sign_in("lou").get("/disinfection/zones/zone0").text


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Music room", "Music room"),
        ("  music  ROOM ", "Music room"),
        ("", "room 3-1"),
        ("Behind the bicycle shed", None),
    ],
)
def test_a_place_is_the_zone_it_names_else_the_childs_own_room(town, place, zone):
    report(town, TEN, place=place)
    found = only(TEN).zone
    assert (found and found.id) == (town.zones[zone] if zone else None)


def test_a_place_nobody_knows_is_named_and_whoever_comes_says_in_which_zone_it_lies(town, sign_in):
    report(town, TEN, place="Behind the shed")
    sam = sign_in("sam")
    page = sam.get("/disinfection/")
    assert "Behind the shed" in page.text
    page = sam.get(page.select_one("a.task-row")["href"])
    refused = sam.send(page, "form[action$='/begin']", 422, read="y")
    assert "Please choose in which zone the place lies." in refused.text
    sam.send(page, "form[action$='/begin']", read="y", zone=str(town.zones["corridor"]))
    assert only(TEN).zone.id == town.zones["corridor"]
    assert db.session.scalars(sa.select(EventRecord.place)).one() == "Behind the shed"


class TestWhatAsks:
    def test_nothing_where_the_floor_is_clean_or_the_report_was_a_mistake(self, town):
        report(town, TEN, soiled=False)
        mistaken = report(town, TEN, seat=4).stay_id
        leave(town, ELEVEN, mistaken, StayEnd.NEVER_CAME)
        assert queries.events(ELEVEN) == []

    def test_nothing_after_a_week(self, town):
        report(town, TEN)
        assert len(queries.events(TEN + timedelta(days=7))) == 1
        assert queries.events(TEN + timedelta(days=7, minutes=1)) == []

    def test_the_observation_room_once_it_is_empty_and_once_for_all_who_left(self, town):
        guardian(town.students["3-1"][2])
        first = report(town, TEN, seat=3, soiled=False).stay_id
        second = report(town, TEN, seat=4, soiled=False).stay_id
        for one in (first, second):
            arrive(town, TEN, one)
        leave(town, at("10:30"), first, StayEnd.BACK_TO_CLASS)
        assert queries.events(at("10:30")) == []
        leave(town, ELEVEN, second, StayEnd.BACK_TO_CLASS)
        found = only(ELEVEN)
        assert (found.subject_id, found.zone.id) == (second, town.zones["Observation room"])
        assert found.is_closed(ELEVEN)
        begin(town, ELEVEN, ROOM, second, by="nora")
        finish(town, at("11:31"), ROOM, second, by="nora", mg_per_l=500)
        assert rooms.rooms()[Room.MAIN] is RoomState.FREE
        assert all(one.cleaned_at == at("11:31") for one in db.session.scalars(sa.select(Stay)))
        assert only(at("11:31")).state(at("11:31")) is EventState.DONE

    def test_the_room_button_leads_the_nurse_to_the_record(self, town, sign_in):
        one = report(town, TEN, soiled=False).stay_id
        arrive(town, TEN, one, Room.SPARE)
        leave(town, ELEVEN, one, StayEnd.BACK_TO_CLASS)
        nora = sign_in("nora")
        link = nora.get("/room/").select_one(".room-to_clean a")
        assert link["href"] == f"/disinfection/now/room/{one}"
        page = nora.get(link["href"])
        assert page.select_one("h1").text.strip() == "Spare observation room"
        nora.send(page, "form[action$='/begin']", read="y")
        db.session.rollback()
        assert db.session.scalars(sa.select(Record.slot)).one() == f"stay:{one}"

    @pytest.mark.parametrize(
        ("source", "state", "went", "asks"),
        [
            (FeverSource.SHEET, FeverState.CONFIRMED, True, True),
            (FeverSource.SHEET, FeverState.CONFIRMED, False, False),
            (FeverSource.SHEET, FeverState.CLEARED, True, False),
            (FeverSource.STAY, FeverState.CONFIRMED, False, True),
            (FeverSource.GATE, FeverState.CONFIRMED, True, False),
        ],
    )
    def test_a_confirmed_fever_that_left_the_class(self, town, source, state, went, asks):
        one = fever(town, source, state)
        if went:
            stay = report(town, at("08:30"), 5, Trouble.FEVER, soiled=False).stay_id
            arrive(town, at("08:45"), stay)
        found = [event for event in queries.events(TEN) if event.cause is EventCause.FEVER]
        assert [event.subject_id for event in found] == ([one] if asks else [])
        if asks:
            (event,) = found
            assert (event.zone.id, event.due, event.is_closed(TEN)) == (
                town.zones["room 3-1"],
                at("18:00"),
                False,
            )

    def test_no_address_and_no_page_for_the_team_says_fever(self, town, sign_in):
        one = fever(town, FeverSource.STAY)
        clock.freeze(TEN)
        sam = sign_in("sam")
        for path in ("/", "/disinfection/now/", f"/disinfection/now/desk/{one}"):
            page = sam.get(path)
            assert "fever" not in str(page.select_one("main")).lower()
        assert "500 mg/L" in page.text


class TestWhoTreats:
    @pytest.mark.parametrize(
        ("who", "read", "treat"),
        [("sam", 200, 303), ("nora", 200, 404), ("lou", 200, 403), ("ann", 403, 403)],
    )
    def test_a_spill_is_for_the_trained(self, town, sign_in, who, read, treat):
        one = report(town, TEN).stay_id
        visitor = sign_in(who)
        page = visitor.get(f"/disinfection/now/floor/{one}", read)
        assert bool(page.select("form[action$='/begin']")) is (treat == 303)
        data = {
            "csrf_token": visitor.token(visitor.get("/")),
            "key": "11111111-1111-1111-1111-111111111111",
            "read": "y",
        }
        visitor.post(f"/disinfection/now/floor/{one}/begin", data, treat)

    def test_a_cause_and_a_number_that_are_nothing(self, town, sign_in):
        sam = sign_in("sam")
        sam.get("/disinfection/now/floor/7", 404)
        sam.get("/disinfection/now/fever/7", 404)

    def test_of_two_at_once_the_first_holds(self, town):
        one = report(town, TEN).stay_id
        begin(town, at("10:05"), FLOOR, one)
        begin(town, at("10:06"), FLOOR, one, by="lou")
        assert count(Record) == count(EventRecord) == 1
        finish(town, ELEVEN, FLOOR, one, mg_per_l=5000)
        with pytest.raises(Rejected) as no:
            finish(town, ELEVEN, FLOOR, one, by="lou", mg_per_l=5000)
        assert no.value.reason is Refusal.DONE_BEFORE


@pytest.mark.parametrize(
    ("when", "how", "refused"),
    [
        ("10:29", {"mg_per_l": 5000}, Refusal.TOO_SOON),
        ("10:30", {"mg_per_l": 5000}, None),
        ("10:30", {"mg_per_l": 4999}, Refusal.TOO_WEAK),
        ("10:30", {"mg_per_l": 20000}, None),
        ("10:30", {"mg_per_l": 20001}, Refusal.TOO_STRONG),
        ("10:30", {"mg_per_l": 5000, "minutes": 29}, Refusal.TOO_SHORT),
        ("10:30", {}, Refusal.NO_STRENGTH),
        ("10:30", {"batch_id": 99}, Refusal.BATCH_OLD),
    ],
)
def test_it_is_done_when_it_was_strong_enough_and_acted_long_enough(town, when, how, refused):
    one = report(town, at("09:59")).stay_id
    begin(town, TEN, FLOOR, one)
    if refused is None:
        finish(town, at(when), FLOOR, one, **how)
        return
    with pytest.raises(Rejected) as no:
        finish(town, at(when), FLOOR, one, **how)
    assert no.value.reason is refused


@pytest.mark.parametrize(
    ("mixed", "good"), [(at("09:00"), True), (TEN - timedelta(hours=24, minutes=1), False)]
)
def test_a_batch_gives_its_strength_and_an_old_one_is_refused(town, mixed, good):
    made, one = batch(town, 5000, mixed), report(town, at("09:59")).stay_id
    begin(town, TEN, FLOOR, one)
    if good:
        finish(town, ELEVEN, FLOOR, one, batch_id=made)
        assert db.session.scalars(sa.select(EventRecord.mg_per_l)).one() == 5000
    else:
        with pytest.raises(Rejected) as no:
            finish(town, ELEVEN, FLOOR, one, batch_id=made)
        assert no.value.reason is Refusal.BATCH_OLD


@pytest.mark.parametrize(
    ("started", "refused"), [("09:58", Refusal.BEFORE_EVENT), ("10:11", Refusal.IN_FUTURE), ("10:02", None)]
)
def test_it_is_begun_after_it_was_reported_and_not_later_than_now(town, started, refused):
    one = report(town, TEN).stay_id
    if refused is None:
        begin(town, at("10:10"), FLOOR, one, started=at(started))
        return
    with pytest.raises(Rejected) as no:
        begin(town, at("10:10"), FLOOR, one, started=at(started))
    assert no.value.reason is refused


def test_who_does_not_come_within_a_quarter_of_an_hour_is_late(town):
    report(town, TEN)
    assert [only(at(when)).is_overdue(at(when)) for when in ("10:15", "10:16")] == [False, True]


def test_every_cause_has_its_treatment_and_a_place_in_addresses():
    assert set(TREATMENTS) == set(EventCause)


def test_what_happened_is_read_in_two_statements(town, statements):
    report(town, TEN)
    fever(town, FeverSource.STAY)
    db.session.rollback()
    with statements() as done:
        queries.events(TEN)
    assert len(done) == 2


def test_it_holds_on_either_database(either_app):
    _, cast = either_app
    one = report(cast, TEN, place="").stay_id
    begin(cast, TEN, FLOOR, one)
    finish(cast, ELEVEN, FLOOR, one, mg_per_l=5000)
    assert [event.zone.id for event in queries.events(ELEVEN)] == [cast.zones["room 3-1"]]


class TestAFinishedRecordIsCorrected:
    def test_what_stood_there_is_struck_and_stays(self, town, sign_in):
        one = report(town, TEN, place="Music room").stay_id
        begin(town, TEN, FLOOR, one)
        finish(town, ELEVEN, FLOOR, one, mg_per_l=5000, note="floor")
        clock.freeze(at("11:10"))
        sam = sign_in("sam")
        page = sam.get(f"/disinfection/now/floor/{one}")
        page = sam.send(page, "form[action$='/correct']", 422, mg_per_l="8000")
        assert page.select_one("#why-error") and page.select_one("#mg_per_l")["value"] == "8000"
        page = sam.send(page, "form[action$='/correct']", 422, mg_per_l="80", minutes="3", why="all wrong")
        assert page.select_one("#mg_per_l-error") and page.select_one("#minutes-error")
        sam.send(page, "form[action$='/correct']", mg_per_l="8000", minutes="30", why="the label says so")
        page = sam.get(f"/disinfection/now/floor/{one}")
        assert "8,000" in page.select_one(".sums-list").text
        assert page.select_one("s").text == "5,000 mg/L · 30 min · floor"
        assert "Struck by Sam Cleaner, 09-21 11:10: the label says so" in " ".join(page.text.split())
        kept = db.session.scalars(sa.select(EventRecord)).one()
        record = db.session.scalars(sa.select(Record)).one()
        assert (kept.mg_per_l, record.finished, count(EventStruck)) == (8000, ELEVEN, 1)
        clock.freeze(at("00:01") + timedelta(days=2))
        assert not sam.get(f"/disinfection/now/floor/{one}").select("form[action$='/correct']")

    @pytest.mark.parametrize("how, why, when, refusal, field", [
        ({"mg_per_l": 500}, "weaker", ELEVEN, Refusal.TOO_WEAK, "mg_per_l"),
        ({"mg_per_l": 5000, "minutes": 90}, "longer", ELEVEN, Refusal.TOO_SOON, "minutes"),
        ({"mg_per_l": 5000}, "the same", ELEVEN, Refusal.NOTHING_CHANGED, ""),
        ({"mg_per_l": 6000}, "late", at("00:01") + timedelta(days=2), Refusal.CORRECTION_OVER, ""),
    ])  # fmt: skip
    def test_is_refused_and_nothing_is_changed(self, town, how, why, when, refusal, field):
        one = report(town, TEN, place="Music room").stay_id
        begin(town, TEN, FLOOR, one)
        finish(town, ELEVEN, FLOOR, one, mg_per_l=5000)
        clock.freeze(when)
        with pytest.raises(Rejected) as no, transaction():
            service.correct(town.users["sam"], when, FLOOR, one, Done(**{"minutes": 30, **how}), why)
        assert (no.value.reason, no.value.field, count(EventStruck)) == (refusal, field, 0)
