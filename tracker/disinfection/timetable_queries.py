"""Reading an ordinary week of disinfection, to be printed and hung up.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from tracker.accounts.rules import Identity
from tracker.disinfection.day_queries import school_sets
from tracker.disinfection.day_rules import MOST_DAYS_BEFORE, Around, LevelSet
from tracker.disinfection.queries import Task, tasks
from tracker.disinfection.rules import ObjectKind
from tracker.disinfection.zone_queries import Responsible
from tracker.school.models import SchoolClass
from tracker.school.rules import DayType, Level, LevelRow, Place, SchoolDay, Scope, days_between, level_on


@dataclass(frozen=True)
class Means:
    """What of a task is done in the same way: the objects, and a schedule of theirs."""

    kinds: tuple[ObjectKind, ...]
    schedule: Any


@dataclass(frozen=True)
class Cell:
    """Some ISO weekdays in a row on which a zone is done alike, and a day's tasks with their means."""

    days: tuple[int, ...]
    tasks: tuple[tuple[Task, tuple[Means, ...]], ...]


@dataclass(frozen=True)
class ZoneWeek:
    """A zone's week from Monday to Sunday."""

    zone: Any
    school_class: SchoolClass | None
    cells: tuple[Cell, ...]
    before_term: tuple[tuple[Task, tuple[Means, ...]], ...]
    """What is done once before lessons begin again."""


@dataclass(frozen=True)
class KeeperWeek:
    """What a department, the classes, or people by name do in a week: zones in the order of walking."""

    done_by: Responsible
    zones: tuple[ZoneWeek, ...]


def week_level(today: date) -> Level:
    """The level that holds for the school."""
    return level_on((one.row for one in school_sets().levels), today, Place())


def next_monday(today: date) -> date:
    """When the week begins that is hung up: all of it has what was changed until today."""
    return today + timedelta(days=7 - today.weekday())


def timetable(monday: date, now: datetime, level: Level, of: Identity | None) -> list[KeeperWeek]:
    """A week as if it were ordinary: lessons from Monday to Friday, one level throughout.

    After it come the days before a term, for what is done only then.  Schedules, keepers and the rota are
    those of that week.  Of all, or of what one person does.
    """
    days = days_between(monday, monday + timedelta(days=6))
    kinds = [DayType.NORMAL] * 5 + [DayType.OFF] * 2
    rows = {day: {(Scope.SCHOOL, 0): SchoolDay(kind)} for day, kind in zip(days, kinds, strict=True)}
    always = LevelSet(LevelRow(date.min, Scope.SCHOOL, 0, level), datetime.min.replace(tzinfo=now.tzinfo))
    before_term = days_between(days[-1] + timedelta(days=1), days[-1] + timedelta(days=MOST_DAYS_BEFORE))
    begins = before_term[-1] + timedelta(days=1)
    week = Around(monday, None, begins, rows, [always], school_sets().rotas)
    found: dict[Any, dict[int, list[Task]]] = {}
    for task in tasks([*days, *before_term], now, week, of=of):
        found.setdefault(_who(task.done_by), {}).setdefault(task.zone.id, []).append(task)
    return [
        KeeperWeek(
            next(iter(zones.values()))[0].done_by,
            tuple(sorted((_zone(days, one) for one in zones.values()), key=_walk)),
        )
        for _key, zones in sorted(found.items())
    ]


def _who(done_by: Responsible) -> tuple[int, tuple[int, ...]]:
    """Classes together first, then departments as they were made, then people."""
    if done_by.user_ids:
        return 2, tuple(sorted(done_by.user_ids))
    return (1, (done_by.department.id,)) if done_by.department else (0, ())


def _walk(week: ZoneWeek) -> tuple[int, int]:
    return week.zone.walk_order, week.zone.id


def _zone(days: Sequence[date], of_zone: list[Task]) -> ZoneWeek:
    def like(day: date) -> list[Any]:
        return [(task.code, [_thing(item.kind, item.schedule) for item in task.items]) for task in on[day]]

    on = {day: [task for task in of_zone if task.day == day] for day in days}
    cells = []
    for _alike, group in groupby(days, key=like):
        same = list(group)
        weekdays = tuple(day.isoweekday() for day in same)
        cells.append(Cell(weekdays, tuple((task, _means(task)) for task in on[same[0]])))
    before_term = tuple((task, _means(task)) for task in of_zone if task.day not in on)
    return ZoneWeek(of_zone[0].zone, of_zone[0].school_class, tuple(cells), before_term)


def _thing(kind: ObjectKind, plan: Any) -> tuple[Any, ...]:
    return kind, plan.until, *_way(plan)


def _way(plan: Any) -> tuple[Any, ...]:
    return plan.method, plan.agent, plan.mg_per_l, plan.minutes


def _means(task: Task) -> tuple[Means, ...]:
    ways: dict[tuple[Any, ...], list[Any]] = {}
    for item in task.items:
        ways.setdefault(_way(item.schedule), []).append(item)
    return tuple(Means(tuple(one.kind for one in same), same[0].schedule) for same in ways.values())
