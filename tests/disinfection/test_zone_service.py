"""Zones with their usual schedules, and changing a slot from the next day on."""

from datetime import date, time, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, count
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.disinfection import queries, zone_queries, zone_service
from tracker.disinfection.models import Department, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.queries import TaskName
from tracker.disinfection.rules import ObjectKind, Refusal, ZoneType
from tracker.disinfection.zone_service import CODE_LENGTH, Owner
from tracker.errors import Rejected
from tracker.school.models import SchoolClass
from tracker.school.queries import classes_on

TOMORROW = TODAY + timedelta(days=1)


def do(verb, *args, **more):
    with transaction():
        return verb(*args, **more)


def emptied():
    """The cast's school without a zone."""
    with transaction():
        for table in (Schedule, ZoneObject, ZoneOwner, Zone):
            db.session.execute(sa.delete(table))


def test_the_usual_zones_of_the_school(either_app):
    emptied()
    shipped = do(zone_service.ship_defaults, None, NOW, TODAY, classes=classes_on(TODAY))
    assert shipped.zones == count(Zone) == count(ZoneOwner) == 2 + 34
    assert set(shipped.departments) == {"logistics", "teaching", "rooms", "canteen", "guards", "clinic"}
    assert count(Department) == 6 + 1
    plans = zone_queries.zone_plans()
    assert [plan.zone.walk_order for plan in plans] == list(range(1, 37))
    assert all(len(plan.zone.public_code) == CODE_LENGTH and plan.slots for plan in plans)
    # Class 3(1) is disinfected on Wednesdays, 4(2) on Thursdays.
    rota = [
        task.school_class.entry_year
        for day in (TODAY + timedelta(days=2), TODAY + timedelta(days=3))
        for task in queries.tasks([day], NOW, queries.around(day))
        if ObjectKind.DESKS in {item.kind for item in task.items} and task.school_class
    ]
    assert rota == [2024, 2023]
    kitchen, dining = (
        {kind.value for slot in plan.slots for kind, _ in slot.objects}
        for plan in plans
        if plan.zone.type is ZoneType.CANTEEN
    )
    assert kitchen - dining == {"tableware"}


def test_shipping_costs_the_same_for_two_classes_and_for_twenty(app, statements):
    spent = []
    for more in (0, 18):
        emptied()
        with transaction():
            db.session.execute(sa.delete(Department).where(Department.name != "General affairs"))
            for number in range(more):
                db.session.add(SchoolClass(stage="primary", entry_year=2025, number=number + 1))
        with statements() as done, transaction():
            classes = list(db.session.scalars(sa.select(SchoolClass)))
            zone_service.ship_defaults(None, NOW, TODAY, classes=classes)
        spent.append(len(done))
    assert spent[0] == spent[1] <= 10


def test_the_same_letters_make_the_same_school(app):
    codes = []
    for _ in range(2):
        emptied()
        do(zone_service.ship_defaults, None, NOW, TODAY, classes=[], choose=Random(7).choice)
        codes.append([plan.zone.public_code for plan in zone_queries.zone_plans()])
    assert codes[0] == codes[1] and len(set(codes[0])) == 34


def test_a_school_with_zones_is_not_furnished_again(app, cast):
    with pytest.raises(Rejected) as no:
        do(zone_service.ship_defaults, None, NOW, TODAY, classes=[])
    assert no.value.reason is Refusal.ZONES_EXIST
    assert count(Zone) == 3


def test_a_department_that_has_the_name_gets_the_zones(app):
    emptied()
    with transaction():
        db.session.add(Department(name="食堂"))
    do(zone_service.ship_defaults, None, NOW, TODAY, classes=[])
    assert count(Department) == 7


def test_a_new_zone_is_ready_in_one_step(either_app):
    _, cast = either_app
    code = do(
        zone_service.create_zone,
        cast.users["lou"],
        NOW,
        TODAY,
        type=ZoneType.TOILET,
        name=" Toilets ",
        floor=2,
        owner=Owner(department_id=cast.department),
    )
    plan = zone_queries.zone_plan(code)
    assert (plan.zone.name, plan.zone.walk_order, plan.department.name) == ("Toilets", 3, "General affairs")
    task = queries.task(TaskName(code, TODAY, time(8, 40)), NOW)
    assert [item.kind.value for item in task.items] == ["toilets", "floor", "taps", "handles"]
    assert {item.schedule.mg_per_l for item in task.items} == {1000}
    assert db.session.scalars(sa.select(Trail).where(Trail.deed == "disinfection.zone")).one().changes == {
        "type": "toilet",
        "name": "Toilets",
    }


def test_a_department_has_a_name_of_its_own(app, cast):
    do(zone_service.create_department, cast.users["lou"], NOW, " Canteen ")
    with pytest.raises(Rejected) as no:
        do(zone_service.create_department, cast.users["lou"], NOW, "canteen")
    assert (no.value.reason, no.value.field) == (Refusal.NAME_TAKEN, "name")
    assert [one.name for one in zone_queries.departments()] == ["General affairs", "Canteen"]


def change(cast, slot="07:30", *, starts="07:30", until="11:00", next_day=None, active=True, code="zone2"):
    do(
        zone_service.change_slot,
        cast.users["lou"],
        NOW,
        TOMORROW,
        code,
        time.fromisoformat(slot),
        starts=time.fromisoformat(starts),
        until=time.fromisoformat(until),
        next_day_until=time.fromisoformat(next_day) if next_day else None,
        active=active,
    )


def slots_on(day: date) -> list[tuple[str, str]]:
    tasks = queries.tasks([day], NOW, queries.around(day), public_code="zone2")
    return [(task.code, f"{task.items[0].schedule.until:%H:%M}") for task in tasks]


@pytest.mark.parametrize(
    "changes, tomorrow",
    [
        ({"until": "10:00"}, [("07:30", "10:00")]),
        ({"starts": "08:00", "until": "10:00"}, [("08:00", "10:00")]),
        ({"active": False}, []),
    ],
)
def test_a_changed_slot_holds_from_tomorrow_on(either_app, changes, tomorrow):
    _, cast = either_app
    change(cast, **changes)
    assert slots_on(TODAY) == [("07:30", "11:00")]
    assert slots_on(TOMORROW) == tomorrow


def test_a_slot_changed_twice_a_day_holds_as_it_was_changed_last(app, cast):
    change(cast, until="10:00")
    change(cast, active=False)
    assert slots_on(TOMORROW) == []
    change(cast, until="09:00")
    assert slots_on(TOMORROW) == [("07:30", "09:00")]
    changes = db.session.scalars(sa.select(Trail.changes).where(Trail.deed == "disinfection.slot")).all()
    assert changes[-1]["from"]["active"] is False and changes[-1]["to"]["until"] == "09:00"


def test_a_slot_moved_away_and_back_is_one_slot(app, cast):
    change(cast, starts="08:00")
    change(cast, slot="08:00", starts="07:30")
    assert slots_on(TOMORROW) == [("07:30", "11:00")]


@pytest.mark.parametrize(
    "changes, reason, field",
    [
        ({"starts": "12:00", "until": "11:59"}, Refusal.TIMES_ORDER, "until"),
        ({"code": "nowhere"}, Refusal.NOT_OF_TASK, ""),
        ({"slot": "09:00"}, Refusal.NOT_OF_TASK, ""),
    ],
)
def test_an_impossible_slot_is_refused(app, cast, changes, reason, field):
    before = count(Schedule)
    with pytest.raises(Rejected) as no:
        change(cast, **changes)
    assert (no.value.reason, no.value.field, count(Schedule)) == (reason, field, before)


def test_two_slots_of_one_object_do_not_meet(app, cast):
    code = do(
        zone_service.create_zone,
        cast.users["lou"],
        NOW,
        TODAY,
        type=ZoneType.NURSE_ROOM,
        name="Nurse",
        floor=1,
        owner=Owner(department_id=cast.department),
    )
    with pytest.raises(Rejected) as no:
        change(cast, slot="08:00", starts="16:00", until="17:00", code=code)
    assert (no.value.reason, no.value.field) == (Refusal.SLOT_TAKEN, "starts")
