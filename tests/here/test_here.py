"""Who is here now: the table of what was said, and the page for the drill and the fire."""

from datetime import date

import pytest

from tests.absence.town import at, take
from tests.cast import TODAY, Cast
from tests.room.house import arrive, guardian, leave, report
from tracker import clock
from tracker.absence.models import Leave
from tracker.absence.rules import LeaveKind
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty
from tracker.audit.models import ReadLog
from tracker.db import db, transaction
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.here import queries
from tracker.here.rules import Place, Told, place_of
from tracker.room.rules import StayEnd
from tracker.school.models import CalendarDay
from tracker.school.rules import DayType, Scope
from tracker.screening.rules import AbsenceReason, HalfDay, State

pytestmark = pytest.mark.usefixtures("app")

EIGHT, NINE, TEN = at("08:00"), at("09:00"), at("10:00")


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (Told(), Place.UNKNOWN),  # missing is not present
        (Told(State.NORMAL, EIGHT), Place.PRESENT),
        (Told(State.MEASURED, EIGHT), Place.PRESENT),
        (Told(State.SYMPTOMATIC, EIGHT), Place.PRESENT),
        (Told(State.UNSET, EIGHT), Place.UNKNOWN),
        (Told(State.AWAY, EIGHT), Place.ELSEWHERE),
        (Told(State.ABSENT, EIGHT), Place.ABSENT),
        (Told(State.NOT_HERE, EIGHT), Place.NOT_HERE),
        (Told(State.NOT_HERE, EIGHT, came_at=NINE), Place.PRESENT),
        (Told(State.ABSENT, NINE, came_at=EIGHT), Place.ABSENT),  # the sheet is newer
        (Told(came_at=EIGHT), Place.PRESENT),  # stopped at the gate, the class has not reported
        (Told(State.NORMAL, EIGHT, room_since=NINE), Place.ROOM),
        (Told(room_since=NINE), Place.ROOM),
        (Told(State.IN_ROOM, EIGHT, came_at=NINE), Place.PRESENT),  # back to class
        (Told(State.NORMAL, EIGHT, left_at=NINE), Place.LEFT),
        (Told(State.NORMAL, TEN, left_at=NINE), Place.PRESENT),  # came back, a later sheet saw the child
        (Told(State.LEFT, TEN, left_at=NINE), Place.LEFT),
        (Told(State.LEFT, NINE, left_at=EIGHT, came_at=TEN), Place.PRESENT),
        (Told(on_leave=True), Place.ABSENT),
        (Told(on_leave=True, elsewhere=True), Place.ELSEWHERE),
        (Told(State.NORMAL, EIGHT, on_leave=True), Place.PRESENT),
    ],
)
def test_where_a_child_is(told, place):
    assert place_of(told).place is place


def found(cast: Cast, when=TEN) -> dict[str, dict[Place, int]]:
    """How many are where, by class."""
    db.session.rollback()
    here = queries.here(None, when, TODAY)
    ids = {class_id: label for label, class_id in cast.classes.items()}
    return {ids[one.school_class.id]: dict(one.counts) for one in here.classes}


def sheet_of_the_day(cast: Cast) -> None:
    """3(1) has reported: 3 absent, 4 not here yet, 5 away, 6 not recorded; then 7 and 8 fell ill."""
    states = {
        3: AbsenceReason.ILLNESS,
        4: State.NOT_HERE,
        5: State.AWAY,
        6: State.UNSET,
    }
    take(cast, at("08:10"), states)
    report(cast, at("09:00"), 7)
    stay = report(cast, at("09:05"), 8).stay_id
    guardian(cast.students["3-1"][7])
    arrive(cast, at("09:08"), stay)
    leave(cast, at("09:40"), stay)
    clock.freeze(TEN)


def test_everybody_stands_in_one_place(cast):
    sheet_of_the_day(cast)
    counts = found(cast)
    assert counts["3-1"] == {
        Place.PRESENT: 4, Place.ABSENT: 1, Place.NOT_HERE: 1, Place.ELSEWHERE: 1, Place.UNKNOWN: 1,
        Place.ROOM: 1, Place.LEFT: 1,
    }  # fmt: skip
    assert counts["4-2"] == {Place.UNKNOWN: 8}


def test_the_newest_sheet_of_the_day_holds(cast):
    take(cast, at("08:10"), {3: AbsenceReason.UNKNOWN})
    take(cast, at("13:50"), {4: State.NOT_HERE}, session="noon")
    assert found(cast, at("14:00"))["3-1"] == {Place.PRESENT: 9, Place.NOT_HERE: 1}


def test_who_came_late_through_the_gate_is_here(cast):
    take(cast, at("08:10"), {4: State.NOT_HERE})
    with transaction():
        record = GateRecord(
            day=TODAY, lane=1, device="forehead/infrared", by=cast.users["sam"], opened_at=EIGHT
        )
        db.session.add(record)
        db.session.flush()
        db.session.add(
            GatePass(
                gate_record_id=record.id,
                student_id=cast.students["3-1"][3],
                at=at("08:40"),
                by=cast.users["sam"],
                outcome=PassOutcome.LATE,
            )
        )
    assert found(cast)["3-1"] == {Place.PRESENT: 10}


@pytest.mark.parametrize(
    ("kind", "half", "when", "place"),
    [
        (LeaveKind.PERSONAL, HalfDay.MORNING, "08:00", Place.ABSENT),
        (LeaveKind.OFFICIAL, HalfDay.MORNING, "08:00", Place.ELSEWHERE),
        (LeaveKind.PERSONAL, HalfDay.AFTERNOON, "08:00", None),
        (LeaveKind.PERSONAL, HalfDay.AFTERNOON, "14:00", Place.ABSENT),
    ],
)
def test_leave_is_known_before_the_class_has_reported(cast, kind, half, when, place):
    with transaction():
        db.session.add(
            Leave(
                student_id=cast.students["4-2"][0],
                from_on=TODAY,
                from_half=half,
                to_on=date(2026, 9, 23),
                to_half=HalfDay.AFTERNOON,
                kind=kind,
                by=cast.users["carl"],
                at=EIGHT,
            )
        )
    expected = {Place.UNKNOWN: 7, place: 1} if place else {Place.UNKNOWN: 8}
    assert found(cast, at(when))["4-2"] == expected


def test_a_class_without_school_today_is_missing_nobody(cast, sign_in):
    with transaction():
        db.session.add(
            CalendarDay(
                day=TODAY,
                scope=Scope.CLASS,
                scope_id=cast.classes["4-2"],
                day_type=DayType.SUSPENDED,
                source="page",
            )
        )
    page = sign_in("nora").get("/here/")
    assert "No school today: 4(2)" in " ".join(page.select_one("main").text.split())
    assert "4-2" not in found(cast)


class TestThePage:
    def test_it_names_places_and_neither_reason_nor_illness(self, cast, sign_in):
        sheet_of_the_day(cast)
        text = " ".join(sign_in("pia").get("/here/").select_one("main").text.split())
        assert "Left 1 08 Child 3-1 08 09:40" in text
        assert "With the nurse, or on the way 1 07 Child 3-1 07 09:00" in text
        for reason in ("Illness", "omiting", "Fever", "fetched"):
            assert reason not in text

    def test_a_class_that_has_not_reported_says_so_with_its_number(self, sign_in):
        page = sign_in("nora").get("/here/")
        heads = [" ".join(head.text.split()) for head in page.select(".here-class h2")]
        assert heads == ["3(1) Not reported enrolled 10", "4(2) Not reported enrolled 8"]

    def test_a_teacher_sees_the_own_class_and_the_duty_leader_all(self, cast, sign_in):
        assert len(sign_in("ann").get("/here/").select(".here-class")) == 1
        with transaction():
            db.session.add(Assignment(user_id=cast.users["sam"], what=Duty.DUTY_LEADER, starts=TODAY))
        assert len(sign_in("sam").get("/here/").select(".here-class")) == 2

    def test_whom_nobody_can_account_for_stands_above_all_for_the_duty_leader(self, cast, sign_in):
        take(cast, at("08:10"), {2: State.NOT_HERE})
        with transaction():
            db.session.add(Assignment(user_id=cast.users["sam"], what=Duty.DUTY_LEADER, starts=TODAY))
        clock.freeze(at("08:49"))
        assert not sign_in("sam").get("/here/").select("[aria-labelledby=unaccounted]")
        clock.freeze(at("08:50"))
        shown = sign_in("sam").get("/here/").select_one("[aria-labelledby=unaccounted]")
        assert " ".join(shown.text.split()) == "Unaccounted for 1 02 Child 3-1 02 3(1) · since 08:50"
        assert not sign_in("carl").get("/here/").select("[aria-labelledby=unaccounted]")

    def test_its_reading_is_logged(self, cast, sign_in):
        sign_in("ann").get("/here/")
        assert db.session.query(ReadLog).filter_by(page="here", user_id=cast.users["ann"]).count() == 1

    def test_it_costs_the_same_few_statements_for_any_school(self, cast, sign_in, statements):
        sheet_of_the_day(cast)
        nora = sign_in("nora")
        with statements() as done:
            nora.get("/here/")
        assert len(done) <= 12, "\n".join(done)


def test_who_went_back_to_class_is_present(cast):
    take(cast, at("08:10"))
    stay = report(cast, at("09:00"), 7).stay_id
    arrive(cast, at("09:05"), stay)
    leave(cast, at("09:30"), stay, StayEnd.BACK_TO_CLASS)
    assert found(cast)["3-1"] == {Place.PRESENT: 10}
