"""Which schedules a day asks for: by its kind, the rota over grades, the break it ends, and the level."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

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


@dataclass(frozen=True)
class DayTasks:
    """What a kind of day asks for of the schedules of school days."""

    of_departments: bool = True
    of_classes: bool = True
    ends_at: time | None = None
    """When the children go home, if it is earlier than on other days; the calendar may say it for a day."""


NEVER = time.max
END_OF_DAY = time(15)
"""What begins at this hour or later is done at the end of the day; set by the school."""
NOON = time(12)
_NOTHING = DayTasks(of_departments=False, of_classes=False)
KindsOfDay = Mapping[DayType, DayTasks]
TASKS_OF_DAY: KindsOfDay = {
    DayType.NORMAL: DayTasks(),
    DayType.MAKEUP: DayTasks(),
    DayType.HALF: DayTasks(ends_at=NOON),
    DayType.EXAM: DayTasks(of_classes=False),
    DayType.EVENT: DayTasks(of_classes=False),
    DayType.REGISTRATION: DayTasks(),
    DayType.CLOSING: DayTasks(),
    DayType.LATE_START: DayTasks(),
    DayType.EARLY_CLOSE: DayTasks(),
    DayType.SUSPENDED: _NOTHING,
    DayType.HOME: _NOTHING,
    DayType.OFF: _NOTHING,
}
"""Where the school has set nothing else.  A day that ends early asks for everything before its end
(`hours_on`); one that starts late gives every task so many minutes more."""


ADJUSTABLE: tuple[DayType, ...] = tuple(
    kind for kind in TASKS_OF_DAY if is_school_day(kind) and kind not in (DayType.NORMAL, DayType.MAKEUP)
)
"""The kinds of day of which the school says itself what they ask for; a usual day asks for everything."""


def tasks_of_day(kinds: Sequence[tuple[date, KindsOfDay]], kind: DayType, day: date) -> DayTasks:
    """What a kind of day asks for by the newest of what the school has set, oldest first."""
    of_kind = next((one for since, one in reversed(kinds) if since <= day), {})
    return of_kind.get(kind) or TASKS_OF_DAY[kind]


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

    def what(self, day: date, place: Place = Place()) -> SchoolDay | None:  # noqa: B008
        """What a day is for a class, or for the school; None: it lies outside every term."""
        return place.among(self.rows.get(day, {}))

    def weekday(self, day: date, place: Place = Place()) -> int | None:  # noqa: B008
        """The ISO weekday whose timetable a day follows; None: no school."""
        what = self.what(day, place)
        return what.weekday(day) if what and is_school_day(what.day_type) else None

    def ends(self, day: date, place: Place) -> time:
        """The hour at which a day ends early for whoever keeps a zone; NEVER where it does not."""
        return self.school_tasks(day, place)[1]

    def school_tasks(self, day: date, place: Place) -> tuple[int, time]:
        """What a day asks for of the schedules of school days, and when it ends: see `school_tasks`."""
        return school_tasks(self.what(day, place), day, self.kinds, is_class=place.class_id is not None)

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


def is_day_of(plan: Plan, calendar: Around, day: date, place: Place) -> bool:
    """Whether a schedule's days hold on a day for the class that keeps its zone, or for the school."""
    if plan.days is Days.BEFORE_TERM:
        return calendar.lead(day, plan.days_before) is not None
    what = calendar.what(day, place)
    if what is None:
        return False
    if plan.days is Days.OFF:
        is_month = day.month in months_of(plan.first_month, plan.last_month)
        return not is_school_day(what.day_type) and day.isoweekday() in plan.weekdays and is_month
    weekday, ends = calendar.school_tasks(day, place)
    if not weekday or ends <= plan.slot < END_OF_DAY:
        return False
    if plan.days is Days.ROTA:
        return weekday == calendar.rota_weekday(place.grade, day)
    return weekday in plan.weekdays


def school_tasks(
    what: SchoolDay | None, day: date, kinds: Sequence[tuple[date, KindsOfDay]], *, is_class: bool
) -> tuple[int, time]:
    """The ISO weekday whose school-day schedules a day asks for, 0 for none; and the hour at which it ends
    early, NEVER where it does not.

    What begins between that hour and END_OF_DAY is not asked for.
    """
    asks = tasks_of_day(kinds, what.day_type, day) if what else _NOTHING
    if what is None or not (asks.of_classes if is_class else asks.of_departments):
        return 0, NEVER
    return what.weekday(day), what.ends_at or asks.ends_at or NEVER


def hours_on(slot: time, until: time, ends: time) -> tuple[time, time]:
    """From when until when a schedule of school days asks for something on a day that ends at an hour.

    Nothing is due later than that.  What is done at the end of the day begins earlier by as much.
    """
    if until <= ends or slot < ends:
        return slot, min(until, ends)
    start = max(_minutes(ends) - (_minutes(until) - _minutes(slot)), 0)
    return time(start // 60, start % 60), ends


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
    day; an object that has none keeps the routine.  What is moved before an early end of the day has
    the level with which the day began.
    """
    active = [plan for plan in plans if plan.active]
    done = done if may_have_changed(calendar.rows.get(day, {})) else NOTHING_DONE
    own = {(plan.object_id, kind_of(plan.days)) for plan in active if plan.level == Level.EPIDEMIC}
    ends = calendar.ends(day, place)
    found = []
    for plan in active:
        was_done = (plan.object_id, plan.slot) in done and kind_of(plan.days) is Days.SCHOOL
        if not was_done and not is_day_of(plan, calendar, day, place):
            continue
        hour = time.min if plan.slot >= ends else plan.slot
        is_epidemic = calendar.level(day, hour, place) is Level.EPIDEMIC
        replaced = is_epidemic and (plan.object_id, kind_of(plan.days)) in own
        if replaced == (plan.level == Level.EPIDEMIC):
            found.append(plan)
    return found


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
