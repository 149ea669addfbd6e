"""Which schedules a day asks for: by its kind, the rota over grades, the break it ends, and the level."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from tracker.disinfection.kind_rules import NOTHING, SHIPPED, KindsOfDay, kinds_on
from tracker.school.rules import (
    DayType,
    Level,
    LevelRow,
    Place,
    SchoolDay,
    Scope,
    days_between,
    is_school_day,
    level_on,
)


class Days(StrEnum):
    """On which days a schedule asks for something."""

    SCHOOL = "school"
    """School days, by the weekday whose timetable they follow."""
    ROTA = "rota"
    """The one weekday on which it is the turn of the class's grade."""
    OFF = "off"
    """Days of a term without school, by weekday and month."""
    BEFORE_TERM = "before_term"
    """Once, within some days before lessons begin again."""


EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
"""The ISO weekdays of what is asked for daily: a make-up day may be a Sunday."""

TERM_BREAK_DAYS = 14
"""Days without school after which it is a term that begins."""
LONG_HOLIDAY_DAYS = 5
"""Days without school after which a holiday was a long one, and the day before it ends is for cleaning."""
MOST_DAYS_BEFORE = 14
CHLORINE_MG_PER_L = range(1, 10_001)


NEVER = time.max


def default_rota(grade: int | None) -> int:
    """The ISO weekday of a grade where the school has set none: first grade Monday to fifth Friday.

    The sixth grade shares Friday; junior and senior grades begin at Monday again.
    """
    return 5 if grade is None else min((grade - 1) % 6 + 1, 5)


Rota = Mapping[int, int]
"""The ISO weekday of each grade."""


def rota_weekday(rotas: Sequence[tuple[date, Rota]], grade: int | None, day: date) -> int:
    """The ISO weekday on which it is a grade's turn, by the newest of the school's rotas, oldest first."""
    rota = next((rota for since, rota in reversed(rotas) if since <= day), {})
    return rota.get(grade or 0) or default_rota(grade)


@dataclass(frozen=True)
class LevelSet:
    """A level, and when it was set, on the school's clock."""

    row: LevelRow
    at: datetime


@dataclass(frozen=True)
class Around:
    """A day with the school days before and after it, and what was set for the days between them."""

    day: date
    before: date | None
    after: date | None
    rows: Mapping[date, Mapping[tuple[Scope, int], SchoolDay]]
    """By day and scope: what the day is."""
    levels: Sequence[LevelSet] = ()
    rotas: Sequence[tuple[date, Rota]] = field(default=())
    """The school's rota from a day on, oldest first."""
    kinds: Sequence[tuple[date, KindsOfDay]] = ()
    """What the school has set of kinds of day, oldest first."""
    before_that: date | None = None
    """The school day before `before`."""
    _tasks: dict[tuple[date, Place], "SchoolTasks"] = field(default_factory=dict, compare=False, repr=False)
    """What was asked of it once: many zones ask for the same."""

    def what(self, day: date, place: Place = Place()) -> SchoolDay | None:  # noqa: B008
        """What a day is for a class, or for the school; None: it lies outside every term."""
        return place.among(self.rows.get(day, {}))

    def weekday(self, day: date, place: Place = Place()) -> int | None:  # noqa: B008
        """The ISO weekday whose timetable a day follows; None: no school."""
        what = self.what(day, place)
        return what.weekday(day) if what and is_school_day(what.day_type) else None

    def eve(self, day: date) -> date | None:
        """The school day before one of the three, or before a day between them."""
        if day > self.day and self.weekday(self.day):
            return self.day
        return self.before_that if day == self.before else self.before

    def school_tasks(self, day: date, place: Place) -> "SchoolTasks":
        """What a day asks for of the schedules of school days, for a class or for the school."""
        if (day, place) not in self._tasks:
            eve = self.eve(day)
            self._tasks[day, place] = school_tasks(
                self.what(day, place),
                day,
                self.kinds,
                is_class=place.class_id is not None,
                eve=eve,
                of_eve=self.what(eve, place) if eve else None,
            )
        return self._tasks[day, place]

    def is_prepared(self, day: date) -> bool:
        """Whether somebody does something for a day on its eve."""
        kinds = kinds_on(self.kinds, day)
        return any(kinds.tasks(one.day_type).on_the_eve for one in self.rows.get(day, {}).values())

    def next_after(self, day: date) -> date | None:
        """The school's next school day after a day that is not before `before`."""
        return self.day if day < self.day and self.weekday(self.day) else self.after

    def still_open(self) -> list[date]:
        """The day, and those before it whose tasks may still be done on it."""
        first = self.before or self.day - timedelta(days=MOST_DAYS_BEFORE)
        return days_between(first, self.day)

    def lead(self, day: date, most: int) -> int | None:
        """If the cleaning before lessons begin again opens on a day: how many days it may take."""
        if self.weekday(day):
            return None
        return lead_days(self.before, day, self.next_after(day), most)

    def rota_weekday(self, grade: int | None, day: date) -> int:
        """The ISO weekday on which it is a grade's turn."""
        return rota_weekday(self.rotas, grade, day)

    def level(self, day: date, slot: time, place: Place) -> Level:
        """The level a task follows: what was set for its day by the hour at which it opens."""
        return level_at(self.levels, day, slot, place)


def level_at(levels: Iterable[LevelSet], day: date, slot: time, place: Place) -> Level:
    """The level that holds for a class, or for the school, when a task opens.

    A level set during a day changes nothing that began before it.
    """
    known = (one.row for one in levels if one.at <= datetime.combine(day, slot, one.at.tzinfo))
    return level_on(known, day, place)


def lead_days(before: date | None, day: date, after: date | None, most: int) -> int | None:
    """As `Around.lead`, of a day without school between two school days.

    Before a term that is `most` days, after a long holiday one day; a shorter break asks for nothing.
    """
    if after is None:
        return None
    off = (after - before).days - 1 if before else TERM_BREAK_DAYS
    lead = most if off >= TERM_BREAK_DAYS else 1 if off >= LONG_HOLIDAY_DAYS else None
    return lead if lead and (after - day).days == lead else None


class Plan(Protocol):
    """What of a schedule decides on which days it asks for something: a row of the table, or a draft."""

    @property
    def object_id(self) -> Any: ...
    @property
    def level(self) -> Any: ...
    @property
    def slot(self) -> Any: ...
    @property
    def days(self) -> Any: ...
    @property
    def weekdays(self) -> Any: ...
    @property
    def first_month(self) -> Any: ...
    @property
    def last_month(self) -> Any: ...
    @property
    def days_before(self) -> Any: ...
    @property
    def active(self) -> Any: ...


P = TypeVar("P", bound=Plan)


def months_of(first: int | None, last: int | None) -> frozenset[int]:
    """The months from one to another, over the turn of the year too; all of them where none is given."""
    first, last = first or 1, last or 12
    span = range(first, last + 1) if first <= last else [*range(first, 13), *range(1, last + 1)]
    return frozenset(span)


@dataclass(frozen=True)
class SchoolTasks:
    """What a day asks for of the schedules of school days, and how it moves their hours."""

    weekday: int = 0
    """The ISO weekday whose schedules it asks for; 0: none."""
    in_full: bool = False
    """It asks for those of all weekdays."""
    end_of_day: time = SHIPPED.end_of_day
    ends: time = NEVER
    """What begins between this hour and the end of the day is not asked for."""
    closes: time = NEVER
    """Nothing is due later; NEVER as well where that became known only after it."""
    ready_by: time = NEVER
    """By then everything is done; NEVER as well where that became known only after it."""
    eve: date | None = None
    """The day on whose evening it is done."""
    of_eve: int = 0
    """The ISO weekday whose schedules the eve asks for itself; 0: none."""

    def asks_for(self, plan: "Plan", rota: int) -> bool:
        """Whether a schedule of school days is asked for; `rota`: the weekday of the grade's turn."""
        if not self.weekday:
            return False
        days = (rota,) if plan.days is Days.ROTA else plan.weekdays
        if self.eve:
            return plan.slot >= self.end_of_day and self.of_eve not in days
        return not self.ends <= plan.slot < self.end_of_day and (self.in_full or self.weekday in days)

    def day_of(self, slot: time, day: date) -> date:
        """The day on which what a day asks for at an hour is done: its eve, or itself."""
        return self.eve if self.eve and slot >= self.end_of_day else day

    def hours(self, slot: time, until: time) -> tuple[time, time]:
        """From when until when a schedule asks for something.

        Nothing is due after the day ends, or after the hour by which everything is done.  What is moved
        before it begins earlier by as much.
        """
        if until > self.ready_by:
            return _moved(slot, until, self.ready_by), self.ready_by
        closes = NEVER if self.eve and slot < self.end_of_day else self.closes
        return (_moved(slot, until, closes) if slot >= closes else slot), min(until, closes)

    def level_hour(self, slot: time) -> time:
        """The hour whose level holds: what is moved has the level with which the day began."""
        return time.min if slot >= self.closes or self.ready_by != NEVER else slot


def school_tasks(
    what: SchoolDay | None,
    day: date,
    kinds: Sequence[tuple[date, KindsOfDay]],
    *,
    is_class: bool,
    eve: date | None = None,
    of_eve: SchoolDay | None = None,
) -> SchoolTasks:
    """What a day that is `what` asks of a class, or of departments; `eve` is the school day before it.

    A change of the day moves no hour that was over when it was made, and asks for nothing on an eve
    that had begun: what was done on time stays so.
    """
    known = kinds_on(kinds, day)
    asks = known.tasks(what.day_type) if what else NOTHING
    if what is None or not (asks.of_classes if is_class else asks.of_departments):
        return SchoolTasks(end_of_day=known.end_of_day)
    weekday = what.weekday(day)
    if asks.on_the_eve and is_class:
        if eve is None or not what.was_known(eve, known.end_of_day):
            return SchoolTasks(end_of_day=known.end_of_day)
        there = school_tasks(of_eve, eve, kinds, is_class=True)
        return SchoolTasks(
            weekday, end_of_day=known.end_of_day, closes=there.closes, eve=eve, of_eve=there.weekday
        )
    ends, ready_by = what.ends_at or asks.ends_at or NEVER, asks.ready_by or NEVER
    return SchoolTasks(
        weekday,
        asks.in_full,
        known.end_of_day,
        ends,
        closes=ends if what.was_known(day, ends) else NEVER,
        ready_by=ready_by if what.was_known(day, ready_by) else NEVER,
    )


def is_day_of(plan: Plan, calendar: Around, tasks: SchoolTasks, day: date, place: Place) -> bool:
    """Whether a schedule's days hold on a day for the class that keeps its zone, or for the school."""
    if plan.days is Days.BEFORE_TERM:
        return calendar.lead(day, plan.days_before) is not None
    if plan.days is not Days.OFF:
        return tasks.asks_for(plan, calendar.rota_weekday(place.grade, day))
    what = calendar.what(day, place)
    is_month = day.month in months_of(plan.first_month, plan.last_month)
    is_off = what is not None and not is_school_day(what.day_type)
    return is_off and day.isoweekday() in plan.weekdays and is_month


def _moved(slot: time, until: time, end: time) -> time:
    """When what begins at `slot` begins, done by `end` in place of `until`: as much earlier."""
    start = max(_minutes(end) - (_minutes(until) - _minutes(slot)), 0)
    return time(start // 60, start % 60)


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def kind_of(days: Days) -> Days:
    """What an epidemic schedule replaces: those of school days, by weekday or by rota; else its own kind."""
    return Days.SCHOOL if days is Days.ROTA else days


def may_have_changed(what: Mapping[tuple[Scope, int], SchoolDay]) -> bool:
    """Whether a day may ask for less than it once did: it is not plainly a day of lessons for everybody."""
    return [one.day_type for one in what.values()] != [DayType.NORMAL]


NOTHING_DONE: frozenset[tuple[int, time]] = frozenset()


def asked(
    plans: Iterable[P],
    calendar: Around,
    day: date,
    place: Place,
    done: Set[tuple[int, time]] = NOTHING_DONE,
) -> list[P]:
    """Of the schedules in force for a zone's objects those that a day asks for.

    What was recorded as done stays, by object and hour in `done`, though the day asks for it no longer:
    nobody's share falls because a day became another kind of day.

    At the epidemic level an object's epidemic schedules replace its routine ones of the same kind of
    day; an object that has none keeps the routine.  Where everything is done by an hour of the morning
    an object is asked for once, at the first of its hours.
    """
    active = [plan for plan in plans if plan.active]
    done = done if may_have_changed(calendar.rows.get(day, {})) else NOTHING_DONE
    own = {(plan.object_id, kind_of(plan.days)) for plan in active if plan.level == Level.EPIDEMIC}
    tasks = calendar.school_tasks(day, place)
    found = []
    for plan in active:
        if not was_done(plan, done) and not is_day_of(plan, calendar, tasks, day, place):
            continue
        is_epidemic = level_of(plan, calendar, tasks, day, place) is Level.EPIDEMIC
        replaced = is_epidemic and (plan.object_id, kind_of(plan.days)) in own
        if replaced == (plan.level == Level.EPIDEMIC):
            found.append(plan)
    if tasks.ready_by == NEVER:
        return found
    first: dict[int, time] = {}
    for plan in found:
        first[plan.object_id] = min(plan.slot, first.get(plan.object_id, NEVER))
    return [plan for plan in found if plan.slot == first[plan.object_id] or was_done(plan, done)]


def was_done(plan: Plan, done: Set[tuple[int, time]]) -> bool:
    """Whether a schedule of school days is among what was recorded as done."""
    return (plan.object_id, plan.slot) in done and kind_of(plan.days) is Days.SCHOOL


def level_of(plan: Plan, calendar: Around, tasks: SchoolTasks, day: date, place: Place) -> Level:
    """The level that holds for what a schedule asks for on a day."""
    return calendar.level(tasks.day_of(plan.slot, day), tasks.level_hour(plan.slot), place)


def on_time_until(
    day: date,
    until: time,
    next_day_until: time | None,
    next_school_day: date | None,
    zone: Any,
    *,
    lead: int = 1,
    later_minutes: int = 0,
) -> datetime:
    """The last moment at which an item of `day` is done on time.

    That is `until` on the day itself, or on the last of the `lead` days it may take, and so many minutes
    later where the day starts late; or, where the schedule allows it, `next_day_until` of the school's
    next school day.  Where no term goes on, there is no such day.
    """
    if next_day_until is not None and next_school_day is not None:
        return datetime.combine(next_school_day, next_day_until, zone)
    last = day + timedelta(days=lead - 1)
    return datetime.combine(last, until, zone) + timedelta(minutes=later_minutes)
