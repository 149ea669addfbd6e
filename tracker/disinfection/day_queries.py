"""Reading what decides on which days schedules ask for something.  Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.db import built_once, db
from tracker.disinfection.day_rules import MOST_DAYS_BEFORE, Around, LevelSet, Rota
from tracker.disinfection.kind_rules import SHIPPED, DayTasks, KindsOfDay
from tracker.disinfection.rules import slot_code
from tracker.school.models import CalendarDay, Enrolment, LevelFrom, Setting
from tracker.school.rules import TEACHING, DayType, LevelRow, SchoolDay, Scope

ROTA = "disinfection.rota"
KINDS_OF_DAY = "disinfection.kinds_of_day"
"""The keys of the settings."""

TAUGHT = sa.and_(CalendarDay.scope == Scope.SCHOOL, CalendarDay.day_type.in_(TEACHING))


def around(day: date) -> Around:
    """A day between its neighbours, and what was set for it.  Two statements."""
    rows = calendar_rows(*_neighbours(day))
    taught = [known for known, of_day in rows.items() if is_taught(of_day)]
    earlier = sorted(known for known in taught if known < day)
    known = school_sets()
    return Around(
        day,
        before=earlier[-1] if earlier else None,
        after=min((known for known in taught if known > day), default=None),
        rows=rows,
        levels=known.levels,
        rotas=known.rotas,
        kinds=known.kinds,
        before_that=earlier[-2] if len(earlier) > 1 else None,
    )


@built_once
def _neighbours(day: date) -> tuple[Any, Any]:
    """The last school day but one before a day, and the first after it."""
    before = last_before(day)
    after = sa.select(sa.func.min(CalendarDay.day)).where(TAUGHT, CalendarDay.day > day).scalar_subquery()
    first = sa.func.coalesce(last_before(before), before, day - timedelta(days=MOST_DAYS_BEFORE))
    return first, sa.func.coalesce(after, day)


def last_before(day: Any) -> Any:
    """The last school day before a day."""
    of_day = aliased(CalendarDay)
    taught = sa.and_(of_day.scope == Scope.SCHOOL, of_day.day_type.in_(TEACHING))
    return sa.select(sa.func.max(of_day.day)).where(taught, of_day.day < day).scalar_subquery()


def is_taught(rows: dict[tuple[Scope, int], SchoolDay]) -> bool:
    """Whether the school itself has school on a day."""
    school = rows.get((Scope.SCHOOL, 0))
    return school is not None and school.day_type in TEACHING


def calendar_rows(first: object, last: object) -> dict[date, dict[tuple[Scope, int], SchoolDay]]:
    """What the days between two are, by day and scope.  One statement."""
    found: dict[date, dict[tuple[Scope, int], SchoolDay]] = {}
    for row in db.session.execute(
        sa.select(
            CalendarDay.day,
            CalendarDay.scope,
            CalendarDay.scope_id,
            CalendarDay.day_type,
            CalendarDay.stands_for,
            CalendarDay.later_minutes,
            CalendarDay.ends_at,
            CalendarDay.set_at,
        ).where(CalendarDay.day.between(first, last))
    ):
        set_at = row.set_at and clock.local(row.set_at)
        what = SchoolDay(row.day_type, row.stands_for, row.later_minutes, row.ends_at, set_at)
        found.setdefault(row.day, {})[row.scope, row.scope_id] = what
    return found


@built_once
def class_spans() -> sa.Subquery:
    """From when until when each class has students; outside it is asked for nothing."""
    last = sa.func.max(sa.func.coalesce(Enrolment.ends, date.max))
    first = sa.func.min(Enrolment.starts)
    of_classes = sa.select(Enrolment.class_id, first.label("since"), last.label("until"))
    return of_classes.group_by(Enrolment.class_id).subquery()


@dataclass(frozen=True)
class SchoolSets:
    """What the school has set of levels, rotas over grades and kinds of day, oldest first."""

    levels: list[LevelSet]
    rotas: list[tuple[date, Rota]]
    kinds: list[tuple[date, KindsOfDay]]


def school_sets() -> SchoolSets:
    """The levels, rotas and kinds of day that were ever set.  One statement."""
    found = SchoolSets([], [], [])
    rows = db.session.execute(_school_sets())
    for row in sorted(rows, key=lambda row: (row.valid_from, row.at)):
        if row.key is None:
            level = LevelRow(row.valid_from, row.scope, row.scope_id, row.level)
            found.levels.append(LevelSet(level, clock.local(row.at)))
        elif row.key == KINDS_OF_DAY:
            found.kinds.append((row.valid_from, kinds_from(row.value)))
        else:
            rota = {int(grade): weekday for grade, weekday in row.value.items()}
            found.rotas.append((row.valid_from, rota))
    return found


@built_once
def _school_sets() -> sa.CompoundSelect[Any]:
    levels = sa.select(
        LevelFrom.valid_from,
        LevelFrom.at,
        LevelFrom.scope,
        LevelFrom.scope_id,
        LevelFrom.level,
        sa.cast(sa.null(), Setting.key.type).label("key"),
        sa.cast(sa.null(), Setting.value.type).label("value"),
    )
    settings = sa.select(
        Setting.valid_from,
        Setting.at,
        sa.literal(Scope.SCHOOL, LevelFrom.scope.type),
        sa.literal(0),
        sa.cast(sa.null(), LevelFrom.level.type),
        Setting.key,
        Setting.value,
    ).where(Setting.key.in_((ROTA, KINDS_OF_DAY)))
    return sa.union_all(levels, settings)


END_OF_DAY = "end_of_day"


def kinds_from(value: Mapping[str, Any]) -> KindsOfDay:
    """What was set of kinds of day, as its setting keeps it."""
    of = {DayType(kind): _tasks_of(one) for kind, one in value.items() if kind != END_OF_DAY}
    return KindsOfDay(of, _wall(value.get(END_OF_DAY)) or SHIPPED.end_of_day)


def value_of(kinds: KindsOfDay) -> dict[str, Any]:
    """The same as its setting keeps it."""
    value: dict[str, Any] = {
        kind.value: {
            "of_departments": one.of_departments,
            "of_classes": one.of_classes,
            "on_the_eve": one.on_the_eve,
            "in_full": one.in_full,
            "ready_by": one.ready_by and slot_code(one.ready_by),
            "ends_at": one.ends_at and slot_code(one.ends_at),
        }
        for kind, one in kinds.of.items()
    }
    return value | {END_OF_DAY: slot_code(kinds.end_of_day)}


def _tasks_of(value: Mapping[str, Any]) -> DayTasks:
    return DayTasks(
        value["of_departments"],
        value["of_classes"],
        value.get("on_the_eve", False),
        value.get("in_full", False),
        _wall(value.get("ready_by")),
        _wall(value["ends_at"]),
    )


def _wall(code: str | None) -> time | None:
    return time.fromisoformat(code) if code else None
