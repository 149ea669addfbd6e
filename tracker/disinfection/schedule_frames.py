"""Every version of schedules and of who keeps the zones, as arrays.  Nothing here writes."""

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

import numpy as np
import sqlalchemy as sa

from tracker.db import db
from tracker.disinfection.day_queries import class_spans
from tracker.disinfection.day_rules import Days, kind_of, months_of
from tracker.disinfection.models import Schedule, ZoneObject, ZoneOwner
from tracker.disinfection.rules import Agent
from tracker.school.models import SchoolClass
from tracker.school.rules import Level

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

NONE = -1
NUMBER = {kind: number for number, kind in enumerate(Days)}
_WIDE = 10_000_000
"""More than the ordinal of any day."""


class Schedules:
    """Every version of every schedule, and of each object, level and slot what all versions share."""

    def __init__(self, rows: Sequence[Any]) -> None:
        def ints(read: Callable[[Any], int | None]) -> Ints:
            return np.array([NONE if (n := read(row)) is None else n for row in rows], dtype=np.int64)

        self.slots = sorted({row.slot for row in rows})
        self.seconds: Ints = np.array([seconds_of(slot) for slot in self.slots], dtype=np.int64)
        slots = {slot: number for number, slot in enumerate(self.slots)}
        self.valid_from = ints(lambda row: row.valid_from.toordinal())
        self.days = ints(lambda row: NUMBER[row.days])
        self.kind = ints(lambda row: NUMBER[kind_of(row.days)])
        self.weekdays = ints(lambda row: sum(1 << day for day in row.weekdays))
        self.months = ints(lambda row: sum(1 << one for one in months_of(row.first_month, row.last_month)))
        self.days_before = ints(lambda row: row.days_before)
        self.until = ints(lambda row: seconds_of(row.until))
        self.next_day_until = ints(lambda row: row.next_day_until and seconds_of(row.next_day_until))
        self.department_id = ints(lambda row: row.department_id)
        self.named = np.array([bool(row.user_ids) for row in rows], dtype=bool)
        self.disinfects = np.array([row.agent is not Agent.NONE for row in rows], dtype=bool)
        self.active = np.array([row.active for row in rows], dtype=bool)
        keys = [(row.object_id, row.level, row.slot) for row in rows]
        fresh = np.array([n == 0 or keys[n - 1] != key for n, key in enumerate(keys)], dtype=bool)
        self.key: Ints = np.cumsum(fresh, dtype=np.int64) - 1
        """Of each version: the number of its key.  The following are of the keys."""
        self.object_id = ints(lambda row: row.object_id)[fresh]
        self.zone_id = ints(lambda row: row.zone_id)[fresh]
        self.slot = ints(lambda row: slots[row.slot])[fresh]
        self.epidemic = ints(lambda row: row.level == Level.EPIDEMIC)[fresh].astype(bool)


def seconds_of(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def schedules(until: date) -> Schedules:
    return Schedules(
        db.session.execute(
            sa.select(
                ZoneObject.zone_id,
                Schedule.object_id,
                Schedule.level,
                Schedule.slot,
                Schedule.valid_from,
                Schedule.days,
                Schedule.weekdays,
                Schedule.first_month,
                Schedule.last_month,
                Schedule.days_before,
                Schedule.until,
                Schedule.next_day_until,
                Schedule.department_id,
                Schedule.user_ids,
                Schedule.agent,
                Schedule.active,
            )
            .join(ZoneObject, ZoneObject.id == Schedule.object_id)
            .where(Schedule.valid_from <= until, ZoneObject.zone_id.in_(sa.select(ZoneOwner.zone_id)))
            .order_by(Schedule.object_id, Schedule.level, Schedule.slot, Schedule.valid_from)
        ).all()
    )


class Owners:
    """Every version of who keeps each zone."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.zone_ids: Ints = np.array(sorted({row.zone_id for row in rows}), dtype=np.int64)
        self.class_ids: list[int] = sorted({row.class_id for row in rows if row.class_id})
        self.zone = np.searchsorted(self.zone_ids, np.array([row.zone_id for row in rows], dtype=np.int64))
        self.valid_from = np.array([row.valid_from.toordinal() for row in rows], dtype=np.int64)
        self.class_id = np.array([row.class_id or NONE for row in rows], dtype=np.int64)
        self.department_id = np.array([row.department_id or NONE for row in rows], dtype=np.int64)
        numbers = {class_id: number for number, class_id in enumerate(self.class_ids, 1)}
        self.place = np.array([numbers.get(row.class_id, 0) for row in rows], dtype=np.int64)
        """The number of its place: 0 for the school."""


def owners_of_zones(until: date) -> Owners:
    return Owners(
        db.session.execute(
            sa.select(ZoneOwner.zone_id, ZoneOwner.valid_from, ZoneOwner.class_id, ZoneOwner.department_id)
            .where(ZoneOwner.valid_from <= until)
            .order_by(ZoneOwner.zone_id, ZoneOwner.valid_from)
        ).all()
    )


def spans_of(class_ids: list[int]) -> Sequence[Any]:
    """Some classes, and from when until when they have students.  One statement."""
    spans = class_spans()
    return db.session.execute(
        sa.select(SchoolClass.id, SchoolClass.stage, SchoolClass.entry_year, spans.c.since, spans.c.until)
        .join(spans, spans.c.class_id == SchoolClass.id)
        .where(SchoolClass.id.in_(class_ids))
    ).all()


def in_force(key: Ints, valid_from: Ints, keys: int, ordinals: Ints) -> Ints:
    """By key and day the newest version not after it, of versions in the order of keys and days."""
    asked = np.arange(keys)[:, None] * _WIDE + ordinals
    if not len(key):
        return np.full(asked.shape, NONE)
    found = np.searchsorted(key * _WIDE + valid_from, asked, side="right") - 1
    return np.where((found != NONE) & (key[found] == np.arange(keys)[:, None]), found, NONE)


def at_either_level(plans: Schedules, asked: Flags) -> Flags:
    """Whether an object is asked for at an hour by its schedule of one level or the other."""
    _keys, number = np.unique(plans.object_id * len(plans.slots) + plans.slot, return_inverse=True)
    found = np.zeros((len(_keys), asked.shape[1]), dtype=bool)
    np.logical_or.at(found, number, asked)
    return found[number]
