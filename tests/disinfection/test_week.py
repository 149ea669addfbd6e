"""A week unlike others, by hand; and that the day's list and the month's frame ask for the same, whatever is set."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TERM, TODAY, ZONE, Cast
from tracker.accounts.queries import identity_of
from tracker.db import db, transaction
from tracker.disinfection import queries, service
from tracker.disinfection.day_queries import KINDS_OF_DAY, ROTA, value_of
from tracker.disinfection.day_rules import EVERY_DAY, Days
from tracker.disinfection.frames import tasks_frame
from tracker.disinfection.kind_rules import ADJUSTABLE, DayTasks, KindsOfDay
from tracker.disinfection.list_queries import day_list
from tracker.disinfection.models import Record, RecordItem, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.outcome_frames import states
from tracker.disinfection.queries import TaskName
from tracker.disinfection.rules import (
    Agent,
    Group,
    ItemResult,
    Method,
    RecordState,
    TaskState,
    ZoneType,
    slot_code,
)
from tracker.disinfection.zone_service import Owner, create_zone, ship_defaults
from tracker.school import service as school
from tracker.school.models import CalendarDay, LevelFrom, Setting
from tracker.school.queries import classes_on
from tracker.school.rules import DayType, Level, Scope, days_between

SATURDAY, LAST = date(2026, 9, 19), date(2026, 9, 27)

WEEK = """
               | 3-1 room                  | 4-2 room                  | office | toilets     | library | waste
sat 19 off     |                           |                           |        |             |         | 09 pests
sun 20 makeup  | 07:30 air, 15:40 f        | 07:30 air, 15:40 f        | 16 hdk | 08:40       |         | 17
mon 21         | 07:30 air, 15:40 f        | 07:30 air, 15:40 f        |        | 08:40       |         | 17
tue 22 exam    | 15:40 dh                  | 15:40 dh                  | 16 hdk | 08:40       |         | 17
wed 23 level   | 07:30 air, 15:40 fdh      | 07:30 air, 15:40 fdh      | 16 hdk | 08:40 16    | 15:40   | 08:40 17
thu 24 3-1     | 07:30 air, 15:40 f        | 07:30 air, 15:40 fdh      | 16 hdk | 08:40 16    | 15:40   | 08:40 17
fri 25 holiday |                           |                           |        |             |         |
sat 26 holiday |                           |                           |        |             |         | 09 pests
sun 27 holiday |                           |                           |        |             |         |
sat 3 october  |                           |                           |        |             |         | 09 pests
wed 7 october  | 09 dh                     | 09 dh                     | 09 hdk | 09          | 09      | 09
"""
"""What each day asks for: its hours and, where a zone's objects differ by day, which of them.

Sunday stands in for Friday, an office's day.  For Tuesday's exam
Monday evening asks classes for what it does not ask for anyhow.  From Wednesday on
the school is at the epidemic level; from Thursday on class 3(1) follows the routine again, whose rota had
Wednesday for it.  On the day before lessons begin again, after a week of holidays, everything wet is done.
"""
LETTERS = {"f": "floor", "d": "desks", "h": "handles", "k": "keyboards", "air": "air", "pests": "pests"}
PLACES = {
    "3-1 room": "Classroom",
    "4-2 room": "Classroom",
    "office": "Office 1",
    "dining area": "Dining area",
    "toilets": "Boys' toilets, floor 1",
    "library": "Library",
    "waste": "Waste point",
}
OF_WEEK = {"3-1 room", "4-2 room", "office", "toilets", "library", "waste"}
ALWAYS = {
    "toilets": {"toilets", "floor", "taps", "handles"},
    "library": {"desks", "handles"},
    "waste": {"bins", "floor"},
}


def by_hand() -> set[tuple[date, str, str, str]]:
    """The table's day, zone, hour and object."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in WEEK.strip("\n").split("\n")]
    found = set()
    for label, *cells in lines:
        _weekday, number, *kind = label.split()
        day = date(2026, 10 if kind == ["october"] else 9, int(number))
        for place, cell in zip(head[1:], cells, strict=True):
            for entry in cell.split(", ") if place not in ALWAYS or "pests" in cell else cell.split():
                if entry:
                    hour, _, what = entry.partition(" ")
                    names = {LETTERS[one] for one in ([what] if what in LETTERS else what)} or ALWAYS[place]
                    slot = hour if ":" in hour else f"{hour}:00"
                    found |= {(day, place, slot, name) for name in names}
    return found


@pytest.fixture
def week(app, cast: Cast) -> dict[int, str]:
    """The usual zones over a week with an exam and two changes of level; the places of the table by zone."""
    with transaction():
        for table in (Schedule, ZoneObject, ZoneOwner, Zone):
            db.session.execute(sa.delete(table))
        ship_defaults(None, NOW, TERM[0], classes=classes_on(TERM[0]), language="en")
        exam = sa.update(CalendarDay).where(CalendarDay.day == date(2026, 9, 22))
        db.session.execute(exam.values(day_type=DayType.EXAM))
        set_level(date(2026, 9, 23), Level.EPIDEMIC)
        set_level(date(2026, 9, 24), Level.ROUTINE, Scope.CLASS, cast.classes["3-1"])
    rooms = dict(
        db.session.execute(
            sa.select(ZoneOwner.class_id, ZoneOwner.zone_id).where(ZoneOwner.class_id.is_not(None))
        ).all()
    )
    named = dict(db.session.execute(sa.select(Zone.name, Zone.id)).all())
    found = {place: named[name] for place, name in PLACES.items()}
    found |= {f"{label} room": rooms[class_id] for label, class_id in cast.classes.items()}
    return {zone_id: place for place, zone_id in found.items()}


def set_level(
    since: date, level: Level | None, scope: Scope = Scope.SCHOOL, id: int = 0, hour: int = -6
) -> None:
    """A level from a day on, set at 18:00 the evening before, or at an hour of the day."""
    at = datetime.combine(since, time(), ZONE) + timedelta(hours=hour)
    db.session.add(LevelFrom(valid_from=since, scope=scope, scope_id=id, level=level, at=at, reason="tried"))


def of_pages(days: list[date]) -> Iterator[queries.Task]:
    for day in days:
        yield from queries.tasks([day], NOW, queries.around(day))


def test_the_week_on_the_days_lists_equals_the_table_made_by_hand(week):
    days = [*days_between(SATURDAY, LAST), *days_between(date(2026, 10, 1), date(2026, 10, 7))]
    assert {
        (task.day, week[task.zone.id], task.code, item.kind.value)
        for task in of_pages(days)
        if week.get(task.zone.id) in OF_WEEK
        for item in task.items
    } == by_hand()


def test_the_week_in_the_months_frame_equals_the_table_made_by_hand(week):
    tasks = tasks_frame(date(2026, 9, 19), date(2026, 10, 7))
    of_week = [zone_id for zone_id, place in week.items() if place in OF_WEEK]
    tasks = tasks[tasks["zone_id"].isin(of_week) & ~tasks["on"].between("2026-09-28", "2026-09-30")]
    objects: dict[tuple[date, str, str], int] = {}
    for day, place, slot, _kind in by_hand():
        objects[day, place, slot] = objects.get((day, place, slot), 0) + 1
    assert {
        (row.on.date(), week[row.zone_id], row.slot): row.applicable for row in tasks.itertuples()
    } == objects


HOURS = """
             | normal         | half           | early 14:30    | early 16:30    | registration   | half, said 12:10
room air     | 07:30 – 15:40  | 07:30 – 12:00  | 07:30 – 14:30  | 07:30 – 15:40  | 00:00 – 08:00  | 07:30 – 15:40
room floor   | 15:40 – next   | 09:40 – next   | 12:10 – next   | 15:40 – next   | 05:40 – 08:00  | 15:40 – next
toilets      | 08:40 – 10:00  | 08:40 – 10:00  | 08:40 – 10:00  | 08:40 – 10:00  | 06:40 – 08:00  | 08:40 – 10:00
dining area  | 12:40 – 13:40  |                | 12:40 – 13:40  | 12:40 – 13:40  | 07:00 – 08:00  |
waste        | 17:00 – 18:30  | 10:30 – 12:00  | 13:00 – 14:30  | 15:00 – 16:30  | 06:30 – 08:00  | 17:00 – 18:30
"""
"""On a day that ends early nothing is due later than its end: what is done at the end of the day begins as
much earlier, and keeps the next day's hour where it has one; a meal that is not served is not asked for.
On a registration day everything is done by 08:00.  What is said of a day after it has ended leaves the hours
of what it still asks for: nothing that was done on time becomes late."""
OF_HOURS = {
    "room air": ("3-1 room", "07:30"),
    "room floor": ("3-1 room", "15:40"),
    "toilets": ("toilets", "08:40"),
    "dining area": ("dining area", "12:40"),
    "waste": ("waste", "17:00"),
}


def hours_by_hand() -> dict[tuple[str, str], str]:
    """By kind of day and task of the table: from when until when."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in HOURS.strip("\n").split("\n")]
    return {(kind, what): cell for what, *cells in lines for kind, cell in zip(head[1:], cells, strict=True)}


@pytest.mark.parametrize(
    "kind", ["normal", "half", "early 14:30", "early 16:30", "registration", "half, said 12:10"]
)
def test_a_day_unlike_others_moves_the_hours_as_the_table_says(app, week, kind):
    day, _, said = kind.partition(", said ")
    name, _, hour = day.partition(" ")
    values = {
        "day_type": DayType.EARLY_CLOSE if hour else DayType(name),
        "ends_at": time.fromisoformat(hour) if hour else None,
        "set_at": datetime.combine(TODAY, time.fromisoformat(said), ZONE) if said else None,
    }
    with transaction():
        db.session.execute(sa.update(CalendarDay).where(CalendarDay.day == TODAY).values(values))
    asked = {
        (week[task.zone.id], task.code): task.times for task in of_pages([TODAY]) if task.zone.id in week
    }
    frame = {
        (week[row.zone_id], row.slot): row
        for row in tasks_frame(TODAY, TODAY).itertuples()
        if row.zone_id in week
    }

    def shown(opens: datetime, due: datetime) -> str:
        opens, due = opens.astimezone(ZONE), due.astimezone(ZONE)
        return f"{opens:%H:%M} – {due:%H:%M}" if due.date() == TODAY else f"{opens:%H:%M} – next"

    for what, thing in OF_HOURS.items():
        cell = hours_by_hand()[kind, what]
        times, row = asked.get(thing), frame.get(thing)
        assert (shown(times.opens, times.on_time_until) if times else "") == cell, what
        assert (shown(row.opens, row.due) if row else "") == cell, what


@pytest.mark.parametrize("said, asked", [
    ("2026-09-18 20:00", ["dh"]),
    ("2026-09-21 14:50", ["dh"]),
    ("2026-09-21 20:00", []),          # too late for the evening before
])  # fmt: skip
def test_for_an_exam_the_rooms_are_done_on_the_evening_before(app, cast, week, said, asked):
    exam = date(2026, 9, 22)
    with transaction():
        row = sa.update(CalendarDay).where(CalendarDay.day == exam)
        db.session.execute(row.values(set_at=datetime.fromisoformat(said).replace(tzinfo=ZONE)))
    evening, ann = datetime(2026, 9, 21, 16, 0, tzinfo=ZONE), identity_of(cast.users["ann"], 0, TODAY)
    listed = day_list(TODAY, TODAY, evening, of=ann).groups.get(Group.NOW, [])
    for_exam = [task for task in listed if task.day == exam]
    assert ["".join(sorted(item.kind.value[0] for item in task.items)) for task in for_exam] == asked
    for task in for_exam:
        assert (task.times.opens, task.times.on_time_until) == (
            datetime(2026, 9, 21, 15, 40, tzinfo=ZONE),
            datetime(2026, 9, 22, 7, 40, tzinfo=ZONE),
        )
        with transaction():
            service.finish_all(cast.users["ann"], evening, task.name)
        assert queries.task(task.name, evening).outcome.state is TaskState.DONE


def test_on_a_closing_day_everything_is_done_whoevers_turn_it_is(app, week):
    with transaction():
        day = sa.update(CalendarDay).where(CalendarDay.day == TODAY)
        db.session.execute(day.values(day_type=DayType.CLOSING))
    found = {(week.get(task.zone.id), task.code): len(task.items) for task in of_pages([TODAY])}
    # On a usual Monday: the floor of the room, and nothing of the office.
    assert (found["3-1 room", "15:40"], found["office", "16:00"]) == (3, 3)


def test_on_a_registration_day_each_object_is_done_once_before_eight(app, week):
    with transaction():
        set_level(TODAY, Level.EPIDEMIC)
        day = sa.update(CalendarDay).where(CalendarDay.day == TODAY)
        db.session.execute(day.values(day_type=DayType.REGISTRATION))
    toilets = [task for task in of_pages([TODAY]) if week.get(task.zone.id) == "toilets"]
    assert [(task.code, len(task.items)) for task in toilets] == [("08:40", 4)]


# From here on anything is set, more than any school would: what the pages say of a task, the frame says of it.

FIRST, UNTIL = date(2026, 8, 25), date(2026, 10, 8)
DAYS = days_between(FIRST, UNTIL)
SLOTS = [time(7, 30), time(12), time(15, 40)]


def any_plan(dice: Random, cast: Cast, slot: time) -> dict:
    """A version of a schedule, as the table takes it."""
    at_school = slot != SLOTS[0]
    days = dice.choice([Days.SCHOOL, Days.ROTA] if at_school else [Days.OFF, Days.BEFORE_TERM])
    by = dice.choice(["keeper", "keeper", "department", "people"])
    months = dice.choice([(None, None), (9, 9), (10, 4)]) if days is Days.OFF else (None, None)
    by_weekday = days in (Days.SCHOOL, Days.OFF)
    return {
        "days": days,
        "weekdays": dice.choice([list(EVERY_DAY), list(EVERY_DAY), [1, 2, 3, 5, 6], [2, 4]])
        if by_weekday
        else [],
        "first_month": months[0],
        "last_month": months[1],
        "days_before": dice.randint(1, 5) if days is Days.BEFORE_TERM else None,
        "until": time(18),
        "next_day_until": dice.choice([None, time(7, 40)]),
        "method": Method.WIPE,
        "agent": Agent.ALCOHOL,
        "minutes": 3,
        "active": dice.random() < 0.8,
        "department_id": cast.department if by == "department" else None,
        "user_ids": [cast.users["ivy"]] if by == "people" else None,
    }


def any_tasks(dice: Random) -> DayTasks:
    """What a kind of day may ask for."""
    hours = dice.choice([None, time(8)]), dice.choice([None, time(12), time(16)])
    return DayTasks(*(dice.random() < often for often in (0.8, 0.8, 0.4, 0.3)), *hours)


def set_anything(dice: Random, cast: Cast) -> None:
    """Schedules in versions, a calendar, levels, a rota, and a zone that changes hands."""
    class_id = cast.classes["3-1"]
    scopes = [(Scope.SCHOOL, 0), (Scope.CLASS, class_id), (Scope.GRADE, 2023)]
    db.session.execute(sa.delete(Schedule))
    # Of each zone the first object, if it is done or not: a record is of a zone and an hour.
    objects = db.session.execute(
        sa.select(ZoneObject.zone_id, sa.func.min(ZoneObject.id)).group_by(ZoneObject.zone_id)
    ).all()
    for thing in db.session.scalars(sa.select(ZoneObject.id)).all():
        for level, slot, since in product(Level, SLOTS, [FIRST, dice.choice(DAYS[1:])]):
            if dice.random() < 0.9:
                key = {"object_id": thing, "level": level.value, "slot": slot, "valid_from": since}
                db.session.add(Schedule(**key, **any_plan(dice, cast, slot)))
    for day in dice.sample(DAYS[7:], 14):
        (scope, scope_id), kind = dice.choice(scopes), dice.choice(list(DayType))
        is_makeup = kind is DayType.MAKEUP
        row = CalendarDay(day=day, scope=scope, scope_id=scope_id, day_type=kind, source="tests")
        row.stands_for = dice.choice([1, 3]) if is_makeup else None
        row.later_minutes = 40 if kind is DayType.LATE_START else None
        row.ends_at = time(15) if kind is DayType.EARLY_CLOSE else None
        row.set_at = dice.choice([None, datetime.combine(day, dice.choice(SLOTS), ZONE)])
        db.session.merge(row)
    for since in dice.sample(DAYS, 4):
        scope, scope_id = dice.choice(scopes)
        levels = [Level.EPIDEMIC, Level.EPIDEMIC, Level.ROUTINE, *([] if scope is Scope.SCHOOL else [None])]
        set_level(since, dice.choice(levels), scope, scope_id, hour=dice.choice([-6, 10]))
    for day, slot, (zone_id, thing) in product(DAYS, SLOTS, objects):
        if dice.random() < 0.15:
            at = datetime.combine(day, slot, ZONE)
            record = Record(zone_id=zone_id, day=day, slot=slot_code(slot), state=RecordState.DONE)
            record.by, record.started, record.finished = cast.users["sam"], at, at
            db.session.add(record)
            db.session.flush()
            result = dice.choice([ItemResult.DONE, ItemResult.NOT_APPLICABLE])
            db.session.add(RecordItem(record_id=record.id, object_id=thing, result=result))
    for since in (date.min, dice.choice(DAYS)):
        kinds = {kind: any_tasks(dice) for kind in dice.sample(ADJUSTABLE, 6)}
        value = value_of(KindsOfDay(kinds, dice.choice([time(12), time(15)])))
        db.session.add(Setting(key=KINDS_OF_DAY, valid_from=since, value=value, at=NOW))
    db.session.add(Setting(key=ROTA, valid_from=dice.choice(DAYS), value={"3": 1, "4": 5}, at=NOW))
    owner = ZoneOwner(
        zone_id=cast.zones["corridor"], valid_from=dice.choice(DAYS[1:7] + DAYS[8:]), class_id=class_id
    )
    db.session.add(owner)
    db.session.execute(sa.update(ZoneOwner).values(valid_from=FIRST).where(ZoneOwner.valid_from == TERM[0]))
    db.session.flush()


@pytest.mark.parametrize("seed", range(4))
def test_pages_and_frames_ask_for_the_same_whatever_is_set(app, cast, seed):
    set_anything(Random(seed), cast)
    pages = {
        (task.zone.id, task.day, task.code): (
            task.class_id,
            task.department_id,
            task.times.opens,
            task.times.on_time_until,
            task.times.late_until,
            task.outcome.applicable,
            task.outcome.done,
        )
        for task in of_pages(DAYS)
    }
    tasks = tasks_frame(FIRST, UNTIL).astype(object)
    frames = {
        (row.zone_id, row.on.date(), row.slot): (
            row.class_id,
            row.department_id,
            row.opens,
            row.due,
            row.late_until,
            row.applicable,
            row.done,
        )
        for row in tasks.where(tasks.notna(), None).itertuples(index=False)
    }
    assert pages == frames
    assert pages


@pytest.mark.parametrize("kind", [DayType.EXAM, DayType.SUSPENDED, DayType.OFF, DayType.HOME])
@pytest.mark.parametrize("done", [True, False])
def test_what_was_done_stays_when_its_day_becomes_another_and_what_was_not_is_missed_by_nobody(
    app, cast, kind, done
):
    name, evening = TaskName("zone0", TODAY, time(15, 40)), NOW + timedelta(hours=10)
    if done:
        with transaction():
            service.finish_all(cast.users["ann"], evening, name)
    with transaction():
        db.session.execute(sa.update(CalendarDay).where(CalendarDay.day == TODAY).values(day_type=kind))
    of_class = tasks_frame(TODAY, TODAY, of_scores=True)
    of_class = of_class[of_class["zone_id"] == cast.zones["room 3-1"]]
    shown = [task for task in of_pages([TODAY]) if task.name == name]
    assert len(of_class) == len(shown) == (1 if done else 0)
    assert list(of_class["done"]) == [2] * done


LEVELS = [
    ("raised in the morning", {}, [("09:00", Level.EPIDEMIC, Scope.SCHOOL)]),
    (
        "raised and taken back",
        {},
        [("09:00", Level.EPIDEMIC, Scope.SCHOOL), ("09:45", Level.ROUTINE, Scope.SCHOOL)],
    ),
    (
        "set the evening before, lowered at noon",
        {},
        [("-", Level.EPIDEMIC, Scope.SCHOOL), ("12:00", Level.ROUTINE, Scope.SCHOOL)],
    ),
    (
        "of one class, which follows the school again",
        {},
        [("-", Level.EPIDEMIC, Scope.CLASS), ("10:00", None, Scope.CLASS)],
    ),
    ("raised on a half day", {"day_type": DayType.HALF}, [("10:31", Level.EPIDEMIC, Scope.SCHOOL)]),
    (
        "lowered on a day that ends early",
        {"day_type": DayType.EARLY_CLOSE, "ends_at": time(14)},
        [("-", Level.EPIDEMIC, Scope.SCHOOL), ("12:30", Level.ROUTINE, Scope.SCHOOL)],
    ),
]


@pytest.mark.parametrize("kind, changes", [one[1:] for one in LEVELS], ids=[one[0] for one in LEVELS])
def test_a_change_of_level_leaves_what_was_asked_for_until_then(app, cast, week, kind, changes):
    """Nobody's share falls: days before keep theirs, and nothing is missed that nobody could know of."""
    with transaction():
        db.session.execute(sa.delete(LevelFrom))
        if kind:
            db.session.execute(sa.update(CalendarDay).where(CalendarDay.day == TODAY).values(kind))
    for hour, level, scope in changes:
        at = datetime.combine(TODAY, time(), ZONE) - timedelta(hours=6)
        if hour != "-":
            at = datetime.combine(TODAY, time.fromisoformat(hour), ZONE)
        place = (scope, cast.classes["3-1"] if scope is Scope.CLASS else 0)
        before = begun_by(at)
        with transaction():
            school.set_level(cast.users["ada"], at, min(at.date(), TODAY), place, level, TODAY, "tried")
        assert begun_by(at) == before
        assert {task.zone.id for task in of_pages([TODAY]) if task.times.opens <= at} == {
            zone_id for zone_id, on, *_rest in before if on == TODAY
        }
    asked = tasks_frame(TODAY, TODAY)
    assert set(states(asked, datetime.combine(TODAY, time(23), ZONE))) == {TaskState.DUE, TaskState.OVERDUE}


def begun_by(at: datetime) -> list[tuple]:
    """What the month asks for until an instant: zone, day, hour, until when, and how many things."""
    tasks = tasks_frame(TERM[0], TODAY)
    return [
        (row.zone_id, row.on.date(), row.slot, row.due, row.applicable)
        for row in tasks[tasks["opens"] <= at].itertuples()
    ]


# What a school of 150 zones costs.


@pytest.fixture
def large(app, cast: Cast) -> int:
    """150 zones with three slots a day, all done on Monday and before; their number."""
    with transaction():
        for table in (Schedule, ZoneObject, ZoneOwner, Zone):
            db.session.execute(sa.delete(table))
        for number in range(150):
            create_zone(
                cast.users["lou"],
                NOW,
                TERM[0],
                type=ZoneType.NURSE_ROOM,
                name=f"Room {number}",
                floor=1,
                owner=Owner(department_id=cast.department),
            )
        noon = sa.select(*(column for column in Schedule.__table__.c if column.name not in ("slot", "until")))
        rows = db.session.execute(noon.where(Schedule.slot == time(8))).mappings().all()
        db.session.execute(
            sa.insert(Schedule), [{**row, "slot": time(12), "until": time(13)} for row in rows]
        )
        zones = db.session.scalars(sa.select(Zone.id)).all()
        db.session.execute(
            sa.insert(Record),
            [
                {
                    "zone_id": zone_id,
                    "day": day,
                    "slot": slot_code(slot),
                    "state": RecordState.DONE,
                    "by": cast.users["sam"],
                    "started": datetime.combine(day, slot, ZONE),
                    "finished": datetime.combine(day, slot, ZONE),
                }
                for zone_id in zones
                for day in days_between(date(2026, 9, 14), date(2026, 9, 21))
                for slot in (time(8), time(12), time(16))
            ],
        )
    return len(zones)


def test_the_page_of_todays_list_of_150_zones_costs_at_most_eight_statements(large, sign_in, statements):
    lou = sign_in("lou")
    lou.get("/disinfection/")
    with statements() as done:
        page = lou.get("/disinfection/")
    assert page.get_text().count("Room ") >= 150
    assert len(done) <= 8


def test_a_months_compliance_of_150_zones_costs_at_most_eight_statements(large, statements):
    with statements() as done:
        tasks = tasks_frame(date(2026, 9, 1), date(2026, 9, 30))
    school_days = 22 - 1 + 1
    assert len(tasks[tasks["slot"].isin(["08:00", "12:00", "16:00"])]) == 150 * school_days * 3
    assert len(done) <= 8
