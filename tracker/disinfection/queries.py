"""Reading zones and what is due in them.  Tasks are derived here; nothing here writes."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.accounts.rules import Identity
from tracker.db import db
from tracker.disinfection.day_queries import around, class_spans
from tracker.disinfection.day_rules import NEVER, Around, Days, asked, kind_of, on_time_until
from tracker.disinfection.means_rules import Means, SourceKind
from tracker.disinfection.models import RecordItem, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.record_queries import Kept, done_on, records
from tracker.disinfection.rules import (
    Agent,
    Answer,
    Group,
    ObjectKind,
    Outcome,
    Refusal,
    Said,
    TaskTimes,
    group_of,
    late_until,
    outcome_of,
    refusal_of,
    slot_code,
)
from tracker.disinfection.zone_queries import (
    Responsible,
    in_force,
    people_of,
    responsible_of,
    zones_with_versions,
)
from tracker.school.models import SchoolClass
from tracker.school.queries import place_on
from tracker.school.rules import ExcuseCode, Place

NOT_AT_SCHOOL = (Days.OFF, Days.BEFORE_TERM)


@dataclass(frozen=True)
class Item:
    """One object of a task's checklist: how it is done, and what was answered."""

    object_id: int
    kind: ObjectKind
    schedule: Schedule
    answer: Answer | None
    note: str | None
    means: Means
    wants_photo: bool
    """Whether it is done only with a photograph."""
    photo: int | None
    """The file of it."""


@dataclass(frozen=True)
class Recorded:
    """Who signed a task, or began to answer it, when it was finished, and who excused it."""

    record_id: int
    by: str
    finished: datetime | None
    excuse: ExcuseCode | None
    excused_by: str | None


@dataclass(frozen=True)
class TaskName:
    """What a task's address names."""

    public_code: str
    day: date
    slot: time


@dataclass(frozen=True)
class Task:
    """What is to be done in one zone for one slot of one day, and how it turned out."""

    name: TaskName
    zone: Zone
    school_class: SchoolClass | None
    """The class that keeps the zone, whoever does the task."""
    done_by: Responsible
    times: TaskTimes
    items: tuple[Item, ...]
    recorded: Recorded | None
    outcome: Outcome
    turn_taken: bool
    """Whether a terminal disinfection of the zone took its turn that day."""

    @property
    def class_id(self) -> int | None:
        """The class that does it: what permissions ask for."""
        return self.done_by.school_class.id if self.done_by.school_class else None

    @property
    def department_id(self) -> int | None:
        """The department that does it: what permissions ask for."""
        return self.done_by.department.id if self.done_by.department else None

    @property
    def user_ids(self) -> frozenset[int]:
        """The people named for it: what permissions ask for."""
        return self.done_by.user_ids

    @property
    def day(self) -> date:
        """The school day it is asked for."""
        return self.name.day

    @property
    def code(self) -> str:
        """The slot as it stands in a record and in an address."""
        return slot_code(self.name.slot)

    @property
    def finished(self) -> datetime | None:
        """When it was signed."""
        return self.recorded.finished if self.recorded else None

    def refusal(self, now: datetime) -> Refusal | None:
        """Why it takes no answer at `now`; None if it does."""
        return refusal_of(self.times, self.outcome, self.finished, now, clock.zone())

    @property
    def group(self) -> Group:
        """Where the task stands on the day's list."""
        return group_of(self.outcome.state)

    @property
    def uses_agent(self) -> bool:
        """Whether the safety rules of disinfectants apply."""
        return any(item.schedule.agent is not Agent.NONE for item in self.items)

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The items that have no answer yet."""
        return tuple(item for item in self.items if item.answer is None)


def tasks(
    days: Collection[date],
    now: datetime,
    calendar: Around,
    *,
    of: Identity | None = None,
    public_code: str | None = None,
) -> list[Task]:
    """The tasks of days of `calendar` as they stand at `now`, by day, hour and the order of walking.

    Those of all zones, those a person, or a person's classes and departments do, or those of one zone.
    A class without students is asked for nothing.  Two statements; one more where people are named.
    """
    last, spans = max(days), class_spans()
    wanted = (
        zones_with_versions()
        .add_columns(spans.c.since, spans.c.until)
        .outerjoin(spans, spans.c.class_id == ZoneOwner.class_id)
        .where(ZoneOwner.valid_from <= last, Schedule.valid_from <= last)
    )
    if of is not None:
        kept = sa.select(ZoneOwner.zone_id).where(
            sa.or_(ZoneOwner.class_id.in_(of.classes), ZoneOwner.department_id.in_(of.departments))
        )
        done = sa.select(ZoneObject.zone_id).join(Schedule, Schedule.object_id == ZoneObject.id)
        others = sa.or_(Schedule.department_id.in_(of.departments), Schedule.user_ids.is_not(None))
        wanted = wanted.where(sa.or_(Zone.id.in_(kept), Zone.id.in_(done.where(others))))
    if public_code is not None:
        wanted = wanted.where(Zone.public_code == public_code)
    rows = db.session.execute(wanted).all()
    people = people_of(rows)
    if not rows:
        return []
    of_zones = None if of is None and public_code is None else {row.Zone.id for row in rows}
    recorded, turns = records(days, of_zones)
    due = [
        (day, checklist, responsible_of(checklist[0], people))
        for day in sorted(days)
        for checklist in _checklists(rows, day, calendar, done_on(day, recorded))
    ]
    due = [one for one in due if of is None or does(of, one[2])]
    made = [_task(day, checklist, by, calendar, recorded, turns, now) for day, checklist, by in due]
    return sorted(made, key=lambda task: (task.day, task.name.slot, task.zone.walk_order, task.zone.id))


def does(who: Identity, done_by: Responsible) -> bool:
    """Whether a person is among those who do a task."""
    return (
        who.user_id in done_by.user_ids
        or (done_by.school_class is not None and done_by.school_class.id in who.classes)
        or (done_by.department is not None and done_by.department.id in who.departments)
    )


def _thing(plan: Schedule) -> tuple[int, str, time]:
    return plan.object_id, plan.level, plan.slot


def _checklists(
    rows: Sequence[Any], day: date, calendar: Around, done: Set[tuple[int, time]]
) -> list[list[Any]]:
    """What a day asks for: of each zone and slot the rows of its objects."""
    if not calendar.school_tasks(day, Place()).weekday:  # few schedules are looked at, however many there are
        off = {
            _thing(row.Schedule)
            for row in rows
            if row.Schedule.days in NOT_AT_SCHOOL or (row.Schedule.object_id, row.Schedule.slot) in done
        }
        rows = [row for row in rows if row.SchoolClass or _thing(row.Schedule) in off]
    zones: dict[int, dict[Schedule, Any]] = {}
    for row in in_force(rows, day):
        if row.SchoolClass and not (row.since and row.since <= day <= row.until):
            continue
        zones.setdefault(row.Zone.id, {})[row.Schedule] = row
    found: dict[tuple[int, time], list[Any]] = {}
    for zone_id, plans in zones.items():
        school_class = next(iter(plans.values())).SchoolClass
        place = place_on(school_class, day) if school_class else Place()
        for plan in asked(plans, calendar, day, place, done):
            found.setdefault((zone_id, plan.slot), []).append(plans[plan])
    return list(found.values())


def _task(
    day: date,
    checklist: list[Any],
    done_by: Responsible,
    calendar: Around,
    recorded: dict[tuple[int, date, str], Kept],
    turns: Collection[tuple[int, date]],
    now: datetime,
) -> Task:
    first = checklist[0]
    zone, slot = first.Zone, first.Schedule.slot
    after, where = calendar.next_after(day), clock.zone()
    place = place_on(first.SchoolClass, day) if first.SchoolClass else Place()
    # Most of a checklist is done alike.
    alike = {tuple(getattr(row.Schedule, name) for name in _HOURS): row.Schedule for row in checklist}
    hours = [_hours(plan, day, calendar, place) for plan in alike.values()]
    times = TaskTimes(
        opens=min(opens for opens, _due in hours),
        on_time_until=max(due for _opens, due in hours),
        late_until=late_until(day, after, where),
    )
    kept = recorded.get((zone.id, day, slot_code(slot)))
    items = tuple(_item(row.ZoneObject, row.Schedule, kept) for row in checklist)
    disinfects = any(item.schedule.agent is not Agent.NONE for item in items)
    turn_taken = disinfects and (zone.id, day) in turns
    said = kept.said if kept else Said()
    record = kept.record if kept else None
    finished = record.finished if record else None
    return Task(
        name=TaskName(zone.public_code, day, slot),
        zone=zone,
        school_class=first.SchoolClass,
        done_by=done_by,
        times=times,
        items=items,
        recorded=Recorded(record.id, kept.by, finished, record.excuse, kept.excused_by)
        if kept and record
        else None,
        outcome=outcome_of(
            times,
            [item.answer for item in items],
            finished,
            now,
            replace(said, excused=said.excused or turn_taken),
        ),
        turn_taken=turn_taken,
    )


_HOURS = ("until", "next_day_until", "days", "days_before")
"""What of a schedule, beside its slot, says until when it is done."""


def _hours(plan: Schedule, day: date, calendar: Around, place: Place) -> tuple[datetime, datetime]:
    """From when until when what a schedule asks for on a day is done on time."""
    on, hours, next_day_until = day, (plan.slot, plan.until), plan.next_day_until
    if kind_of(plan.days) is Days.SCHOOL:
        tasks = calendar.school_tasks(day, place)
        on, hours = tasks.day_of(plan.slot, day), tasks.hours(plan.slot, plan.until)
        next_day_until = next_day_until if tasks.ready_by == NEVER else None
    what = calendar.what(day, place)
    lead = calendar.lead(day, plan.days_before) if plan.days_before else None
    return clock.at(on, hours[0]), on_time_until(
        on,
        hours[1],
        next_day_until,
        calendar.next_after(day) if on == day else day,
        clock.zone(),
        lead=lead or 1,
        later_minutes=what.later_minutes or 0 if what else 0,
    )


def _item(thing: ZoneObject, schedule: Schedule, kept: Kept | None) -> Item:
    given = kept.items.get(thing.id) if kept else None
    answer = Answer(given.result, given.reason) if given else None
    if given is None:
        return Item(thing.id, thing.kind, schedule, None, None, Means(), thing.photo, None)
    return Item(
        thing.id, thing.kind, schedule, answer, given.note, means_of(given), thing.photo, given.attachment_id
    )


def means_of(given: RecordItem) -> Means:
    """With what an item was done, as its row says."""
    numbers = {
        SourceKind.BATCH: given.batch_id,
        SourceKind.LOT: given.lot_id,
        SourceKind.LAMP: given.device_id,
    }
    source = next(((kind, number) for kind, number in numbers.items() if number is not None), None)
    return Means(source, given.mg_per_l, given.minutes)


def task(name: TaskName, now: datetime) -> Task | None:
    """One task; None if nothing is asked for in that zone at that hour of that day.  Four statements."""
    found = tasks([name.day], now, around(name.day), public_code=name.public_code)
    return next((task for task in found if task.name == name), None)
