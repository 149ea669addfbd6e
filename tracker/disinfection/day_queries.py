"""Reading what decides on which days schedules ask for something.  Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.db import db
from tracker.disinfection.day_rules import MOST_DAYS_BEFORE, Around, DayTasks, KindsOfDay, LevelSet, Rota
from tracker.school.models import CalendarDay, Enrolment, LevelFrom, Setting
from tracker.school.rules import TEACHING, DayType, LevelRow, SchoolDay, Scope

ROTA = "disinfection.rota"
KINDS_OF_DAY = "disinfection.kinds_of_day"
"""The keys of the settings."""

TAUGHT = sa.and_(CalendarDay.scope == Scope.SCHOOL, CalendarDay.day_type.in_(TEACHING))


def around(day: date) -> Around:
    """A day between its neighbours, and what was set for it.  Two statements."""
    before = sa.select(sa.func.max(CalendarDay.day)).where(TAUGHT, CalendarDay.day < day).scalar_subquery()
    after = sa.select(sa.func.min(CalendarDay.day)).where(TAUGHT, CalendarDay.day > day).scalar_subquery()
    first = sa.func.coalesce(before, day - timedelta(days=MOST_DAYS_BEFORE))
    rows = calendar_rows(first, sa.func.coalesce(after, day))
    taught = [known for known, of_day in rows.items() if is_taught(of_day)]
    known = school_sets()
    return Around(
        day,
        before=max((known for known in taught if known < day), default=None),
        after=min((known for known in taught if known > day), default=None),
        rows=rows,
        levels=known.levels,
        rotas=known.rotas,
        kinds=known.kinds,
    )


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
        ).where(CalendarDay.day.between(first, last))
    ):
        found.setdefault(row.day, {})[row.scope, row.scope_id] = SchoolDay(
            row.day_type, row.stands_for, row.later_minutes, row.ends_at
        )
    return found


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
    found = SchoolSets([], [], [])
    rows = db.session.execute(sa.union_all(levels, settings))
    for row in sorted(rows, key=lambda row: (row.valid_from, row.at)):
        if row.key is None:
            level = LevelRow(row.valid_from, row.scope, row.scope_id, row.level)
            found.levels.append(LevelSet(level, clock.local(row.at)))
        elif row.key == KINDS_OF_DAY:
            kinds = {DayType(kind): _tasks_of(one) for kind, one in row.value.items()}
            found.kinds.append((row.valid_from, kinds))
        else:
            rota = {int(grade): weekday for grade, weekday in row.value.items()}
            found.rotas.append((row.valid_from, rota))
    return found


def _tasks_of(value: Mapping[str, Any]) -> DayTasks:
    ends_at = value["ends_at"] and time.fromisoformat(value["ends_at"])
    return DayTasks(value["of_departments"], value["of_classes"], ends_at)
