"""What schedules ask for on many days at once: the rules of `day_rules`, over arrays of zones by days.

Where a name ends in `_at`, the array has a row a schedule (its object, level and slot) and a column a day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import numpy as np
import sqlalchemy as sa

from tracker.disinfection.day_queries import (
    TAUGHT,
    calendar_rows,
    is_taught,
    last_before,
    school_sets,
)
from tracker.disinfection.day_rules import (
    NEVER,
    Days,
    LevelSet,
    SchoolTasks,
    lead_days,
    level_at,
    may_have_changed,
    rota_weekday,
    school_tasks,
)
from tracker.disinfection.rules import slot_code
from tracker.disinfection.schedule_frames import (
    NONE,
    NUMBER,
    Flags,
    Ints,
    Schedules,
    at_either_level,
    in_force,
    owners_of_zones,
    schedules,
    seconds_of,
    spans_of,
)
from tracker.school.models import CalendarDay
from tracker.school.rules import Level, Place, days_between, grade_of, is_school_day

Done = tuple[int, str, str]
"""What was recorded as done and stays (`day_rules.asked`): object, day as 2026-09-21, code of its slot."""

DAY_SECONDS = 24 * 3600
OF_SCHOOL_DAYS = (NUMBER[Days.SCHOOL], NUMBER[Days.ROTA])


@dataclass(frozen=True)
class Axis:
    """The days that are asked about, and the school days next to each."""

    dates: list[date]
    before: list[date | None]
    after: list[date | None]
    is_school: list[bool]
    """Whether the school itself has school."""

    @property
    def neighbours(self) -> list[tuple[date, date | None]]:
        """Each day with the next school day after it."""
        return list(zip(self.dates, self.after, strict=True))


@dataclass(frozen=True)
class Items:
    """What is asked for: an item each, in the order of objects, levels and slots, then of days."""

    axis: Axis
    zone_ids: Ints
    slots: list[time]
    zone: Ints
    """The number of its zone in `zone_ids`; so of the day in `axis`, and of the slot in `slots`."""
    day: Ints
    slot: Ints
    object_id: Ints
    class_id: Ints
    """Who does it; NONE if not a class, or not a department."""
    department_id: Ints
    opens: Ints
    """Seconds after 00:00 of the day, on the school's clock; so `due`."""
    due: Ints
    disinfects: Flags
    """Whether it is done with an agent: not only cleaned or aired."""

    @property
    def task(self) -> Ints:
        """A number for its zone, day and slot: the order of numbers is theirs."""
        return task_numbers(self.zone, self.day, self.slot, len(self.axis.dates), len(self.slots))

    def rows(self) -> Iterator[tuple[int, date, time, int]]:
        """Zone, day, slot and object of each item."""
        for zone, day, slot, object_id in zip(
            self.zone_ids[self.zone].tolist(), self.day, self.slot, self.object_id.tolist(), strict=True
        ):
            yield zone, self.axis.dates[day], self.slots[slot], object_id


def task_numbers(zone: Ints, day: Ints, slot: Ints, days: int, slots: int) -> Ints:
    """A number for each zone, day and slot, by theirs."""
    return (zone * days + day) * slots + slot


def items_asked(since: date, until: date, done: Iterable[Done] = (), *, of_scores: bool = False) -> Items:
    """The items that the schedules ask for in a period, what was `done` among them.  Five statements.

    `of_scores`: those alone that scores count, of school days and at the level of the whole school too.
    """
    axis, calendar = _calendar(since, until)
    plans, owners = schedules(until), owners_of_zones(until)
    ordinals = np.array([day.toordinal() for day in axis.dates], dtype=np.int64)
    places = _places(axis, calendar, owners.class_ids, plans.slots)
    zone = np.searchsorted(owners.zone_ids, plans.zone_id)
    owner_at = in_force(owners.zone, owners.valid_from, len(owners.zone_ids), ordinals)[zone]
    place_at = np.where(owner_at == NONE, NONE, owners.place[owner_at])
    plan_at = in_force(plans.key, plans.valid_from, len(plans.object_id), ordinals)

    was_done = _done(axis, plans, calendar, done) & np.isin(plans.days[plan_at], OF_SCHOOL_DAYS)
    asked = _is_day(axis, plans, places, plan_at, place_at, was_done)
    asked &= (plan_at != NONE) & plans.active[plan_at]
    of_school = _is_level(axis, plans, places, plan_at, np.zeros_like(place_at)) & asked
    asked &= _is_level(axis, plans, places, plan_at, place_at)
    asked &= _is_first(axis, plans, places, plan_at, place_at, asked) | was_done
    if of_scores:
        asked &= np.isin(plans.days[plan_at], OF_SCHOOL_DAYS) & at_either_level(plans, of_school)
    key, day = np.nonzero(asked)
    plan, owner, place = plan_at[key, day], owner_at[key, day], place_at[key, day]
    begins, ends, back = _hours(plans, places, plan, key, place, day)
    by_other = plans.named[plan] | (plans.department_id[plan] != NONE)
    return Items(
        axis,
        owners.zone_ids,
        plans.slots,
        zone[key],
        day,
        plans.slot[key],
        plans.object_id[key],
        np.where(by_other, NONE, owners.class_id[owner]),
        np.where(by_other, plans.department_id[plan], owners.department_id[owner]),
        begins - back * DAY_SECONDS,
        _due(axis, plans, places, plan, place, day, ends + places.later[place, day], back),
        plans.disinfects[plan],
    )


def _calendar(since: date, until: date) -> tuple[Axis, dict[date, Any]]:
    """The days, and what the calendar says of them.  One statement."""
    before = last_before(since)
    after = sa.select(sa.func.min(CalendarDay.day)).where(TAUGHT, CalendarDay.day > until).scalar_subquery()
    rows = calendar_rows(sa.func.coalesce(before, since), sa.func.coalesce(after, until))
    taught = sorted(day for day, of_day in rows.items() if is_taught(of_day))
    dates = days_between(since, until)
    ordinals = np.array([day.toordinal() for day in taught])
    left = np.searchsorted(ordinals, [day.toordinal() for day in dates], side="left")
    right = np.searchsorted(ordinals, [day.toordinal() for day in dates], side="right")
    axis = Axis(
        dates,
        [taught[number - 1] if number else None for number in left],
        [taught[number] if number < len(taught) else None for number in right],
        (right > left).tolist(),
    )
    return axis, rows


@dataclass(frozen=True)
class _Places:
    """By place (the school first, then classes) and day: what it is there."""

    weekday: Ints
    """Of the schedules of school days; 0: they ask for nothing.  It and the next are of `SchoolTasks`."""
    in_full: Flags
    end_of_day: Ints
    ends: Ints
    closes: Ints
    ready_by: Ints
    of_eve: Ints
    back: Ints
    """How many days before the day the eve is on whose evening it is done; 0: it is done on the day."""
    rota: Ints
    is_off: Flags
    is_there: Flags
    """Whether anybody is asked: a class without students is not."""
    later: Ints
    epidemic: Flags | None
    """By slot too; None: it was always the routine."""


def _places(axis: Axis, calendar: dict[date, Any], class_ids: list[int], slots: list[time]) -> _Places:
    """What the days are for the school and for classes.  Two statements."""
    shape = len(class_ids) + 1, len(axis.dates)
    known = school_sets()
    weekday, end_of_day, ends, closes, ready_by, of_eve, back, rota, later = (
        np.zeros(shape, dtype=np.int64) for _ in range(9)
    )
    in_full, is_off, is_there = (np.zeros(shape, dtype=bool) for _ in range(3))
    is_there[0] = True
    of_school: list[Place] = [Place()] * len(axis.dates)
    places = [of_school, *([] for _ in class_ids)]
    moves: list[list[SchoolTasks]] = [[] for _ in places]
    for row in spans_of(class_ids):
        number = class_ids.index(row.id) + 1
        is_there[number] = [row.since <= day <= row.until for day in axis.dates]
        places[number] = [
            Place(row.id, row.entry_year, grade_of(row.stage, row.entry_year, day)) for day in axis.dates
        ]
    for number, of_place in enumerate(places):
        for n, (day, place) in enumerate(zip(axis.dates, of_place, strict=False)):
            what, eve = place.among(calendar.get(day, {})), axis.before[n]
            tasks = school_tasks(
                what,
                day,
                known.kinds,
                is_class=place.class_id is not None,
                eve=eve,
                of_eve=place.among(calendar.get(eve, {})) if eve else None,
            )
            weekday[number, n], of_eve[number, n] = tasks.weekday, tasks.of_eve
            in_full[number, n] = tasks.in_full
            back[number, n] = (day - tasks.eve).days if tasks.eve else 0
            for kept, hour in (
                (end_of_day, tasks.end_of_day),
                (ends, tasks.ends),
                (closes, tasks.closes),
                (ready_by, tasks.ready_by),
            ):
                kept[number, n] = seconds_of(hour) + (hour == NEVER)
            if what is not None:
                rota[number, n] = rota_weekday(known.rotas, place.grade, day)
                is_off[number, n] = not is_school_day(what.day_type)
                later[number, n] = 60 * (what.later_minutes or 0)
            moves[number].append(tasks)
    epidemic = _epidemic(axis, places, moves, slots, known.levels)
    return _Places(
        weekday,
        in_full,
        end_of_day,
        ends,
        closes,
        ready_by,
        of_eve,
        back,
        rota,
        is_off,
        is_there,
        later,
        epidemic,
    )


def _epidemic(
    axis: Axis,
    places: list[list[Place]],
    moves: list[list[SchoolTasks]],
    slots: list[time],
    known: Sequence[LevelSet],
) -> Flags | None:
    """By place, day and slot whether the epidemic level holds."""
    if all(one.row.level is not Level.EPIDEMIC for one in known):
        return None
    changes = {one.row.valid_from for one in known} | {one.at.date() for one in known}
    found = np.zeros((len(places), len(axis.dates), len(slots)), dtype=bool)
    for number, of_place in enumerate(places):
        for n, (day, place) in enumerate(zip(axis.dates, of_place, strict=False)):
            tasks = moves[number][n]
            plain = n and not tasks.eve and not moves[number][n - 1].eve
            if plain and day not in changes and axis.dates[n - 1] not in changes:
                found[number, n] = found[number, n - 1]
            else:
                hours = [(tasks.day_of(slot, day), tasks.level_hour(slot)) for slot in slots]
                found[number, n] = [level_at(known, *hour, place) is Level.EPIDEMIC for hour in hours]
    return found


def _done(axis: Axis, plans: Schedules, calendar: dict[date, Any], done: Iterable[Done]) -> Flags:
    """What was done, by key and day, on days that may ask for it no longer: see `day_rules`."""
    unusual = {
        day.isoformat(): n for n, day in enumerate(axis.dates) if may_have_changed(calendar.get(day, {}))
    }
    found = np.zeros((len(plans.object_id), len(axis.dates)), dtype=bool)
    keys: dict[tuple[int, str], list[int]] = {}
    for number, (thing, slot) in enumerate(zip(plans.object_id.tolist(), plans.slot.tolist(), strict=True)):
        keys.setdefault((thing, slot_code(plans.slots[slot])), []).append(number)
    for object_id, day, code in done:
        if day in unusual:
            found[keys.get((object_id, code), []), unusual[day]] = True
    return found


def _is_day(
    axis: Axis, plans: Schedules, places: _Places, plan_at: Ints, place_at: Ints, done: Flags
) -> Flags:
    """Whether the days of each schedule hold, or it was done: `day_rules.is_day_of`."""
    n = np.arange(len(axis.dates))
    kind, slot = plans.days[plan_at], plans.seconds[plans.slot][:, None]
    weekday = places.weekday[place_at, n]
    bits = plans.weekdays[plan_at]
    is_late = slot >= places.end_of_day[place_at, n]
    in_full = places.in_full[place_at, n]
    on_eve, of_eve = places.back[place_at, n] > 0, places.of_eve[place_at, n]
    at_school = (weekday > 0) & np.where(on_eve, is_late, is_late | (slot < places.ends[place_at, n]))
    # What is done on the eve is what the eve does not ask for itself.
    wanted = np.where(on_eve, of_eve, weekday)
    iso = np.array([day.isoweekday() for day in axis.dates])
    month = np.array([day.month for day in axis.dates])
    in_month = (plans.months[plan_at] >> month & 1).astype(bool)
    found = np.select(
        [kind == NUMBER[Days.SCHOOL], kind == NUMBER[Days.ROTA], kind == NUMBER[Days.OFF]],
        [
            at_school & (in_full | ((bits >> wanted & 1).astype(bool) != on_eve)),
            at_school & (in_full | ((wanted == places.rota[place_at, n]) != on_eve)),
            places.is_off[place_at, n] & (bits >> iso & 1).astype(bool) & in_month,
        ],
        _lead(axis, plans)[plan_at, n] > 0,
    )
    found |= done
    return found & places.is_there[place_at, n] & (place_at != NONE)


def _lead(axis: Axis, plans: Schedules) -> Ints:
    """By version and day how many days the cleaning that opens there may take; 0: none opens."""
    found = np.zeros((len(plans.key), len(axis.dates)), dtype=np.int64)
    for most in set(plans.days_before.tolist()) - {NONE}:
        leads = [
            0 if is_school else lead_days(before, day, after, most) or 0
            for day, before, after, is_school in zip(
                axis.dates, axis.before, axis.after, axis.is_school, strict=True
            )
        ]
        found[plans.days_before == most] = leads
    return found


def _is_level(axis: Axis, plans: Schedules, places: _Places, plan_at: Ints, place_at: Ints) -> Flags:
    """Whether each schedule is of the level that holds, or kept where it has none: `day_rules.asked`."""
    if places.epidemic is None:
        return np.broadcast_to(~plans.epidemic[:, None], plan_at.shape)
    n = np.arange(len(axis.dates))
    epidemic = places.epidemic[place_at, n, plans.slot[:, None]]
    kind = plans.kind[plan_at]
    own = np.zeros(plan_at.shape, dtype=bool)
    is_own = plans.epidemic[:, None] & (plan_at != NONE) & plans.active[plan_at]
    _ids, first, number = np.unique(plans.object_id, return_index=True, return_inverse=True)
    for one in set(plans.kind.tolist()):
        of_object = np.logical_or.reduceat(is_own & (kind == one), first, axis=0)
        own |= (kind == one) & of_object[number]
    return (epidemic & own) == plans.epidemic[:, None]


def _is_first(
    axis: Axis, plans: Schedules, places: _Places, plan_at: Ints, place_at: Ints, asked: Flags
) -> Flags:
    """Whether it is the first of its object's hours, where no other is asked for: `day_rules.asked`."""
    found = np.ones(asked.shape, dtype=bool)
    for n in np.flatnonzero((places.ready_by < DAY_SECONDS).any(axis=0)):
        ready = asked[:, n] & (places.ready_by[place_at[:, n], n] < DAY_SECONDS)
        first = np.full(plans.object_id.max(initial=0) + 1, DAY_SECONDS, dtype=np.int64)
        seconds = plans.seconds[plans.slot]
        np.minimum.at(first, plans.object_id[ready], seconds[ready])
        found[ready, n] = seconds[ready] == first[plans.object_id[ready]]
    return found


def _hours(
    plans: Schedules, places: _Places, plan: Ints, key: Ints, place: Ints, day: Ints
) -> tuple[Ints, Ints, Ints]:
    """From when until when each item is done, in seconds after 00:00, and how many days before its own:
    `day_rules.SchoolTasks`."""
    slot, until = plans.seconds[plans.slot[key]], plans.until[plan]
    of_school = np.isin(plans.days[plan], OF_SCHOOL_DAYS)
    is_late = slot >= places.end_of_day[place, day]
    back = np.where(of_school & is_late, places.back[place, day], 0)
    closes = np.where((places.back[place, day] > 0) & ~is_late, DAY_SECONDS, places.closes[place, day])
    ready = places.ready_by[place, day]
    must_be_ready, is_moved = of_school & (until > ready), of_school & (slot >= closes)
    end = np.where(must_be_ready, ready, np.where(of_school, np.minimum(until, closes), until))
    begins = np.where(must_be_ready | is_moved, np.maximum(end - (until - slot), 0), slot)
    return begins, end, back


def _due(
    axis: Axis, plans: Schedules, places: _Places, plan: Ints, place: Ints, day: Ints, until: Ints, back: Ints
) -> Ints:
    """Until when each item is done on time, in seconds after 00:00 of its day: `day_rules.on_time_until`."""
    ordinals = np.array([one.toordinal() for one in axis.dates], dtype=np.int64)
    after = np.array([NONE if one is None else one.toordinal() for one in axis.after], dtype=np.int64)
    lead = np.maximum(_lead(axis, plans)[plan, day], 1)
    same_day = (lead - 1 - back) * DAY_SECONDS + until
    next_day = np.where(back > 0, 0, (after - ordinals)[day]) * DAY_SECONDS + plans.next_day_until[plan]
    is_ready = np.isin(plans.days[plan], OF_SCHOOL_DAYS) & (places.ready_by[place, day] < DAY_SECONDS)
    may_wait = (plans.next_day_until[plan] != NONE) & ((after[day] != NONE) | (back > 0)) & ~is_ready
    return np.where(may_wait, next_day, same_day)
