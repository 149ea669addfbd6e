"""Reading what the school has set of its sessions: the timetable that the rule of a day is asked with."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.db import built_once, db
from tracker.school.models import CalendarDay, LevelFrom
from tracker.school.rules import Calendar, DayType, Level, LevelRow, Place, SchoolDay, Scope
from tracker.screening.models import SessionException, SessionPlan
from tracker.screening.rules import Plan
from tracker.screening.session_rules import ExceptionRow, PlanRow, Times, Timetable, run_plans

_PLAN, _EXCEPTION, _LEVEL, _DAY = "plan", "exception", "level", "day"


@built_once
def timetable_rows(until: date, day: date | None = None) -> sa.CompoundSelect[Any]:
    """All plans, exceptions and levels that began by a day; what `day` and the school day before it are."""
    plan, differs, level, of_day = SessionPlan, SessionException, LevelFrom, CalendarDay
    none, no_number = sa.null(), sa.cast(sa.null(), sa.Integer)
    # The columns' types are those of the first SELECT; PostgreSQL has to be told them where they are null.
    parts = [
        sa.select(
            sa.literal(_PLAN).label("kind"), plan.code, plan.level.label("word"), plan.valid_from,
            plan.active, plan.opens, plan.starts, plan.deadline, plan.closes, plan.recorded,
            plan.mode, plan.how,
            no_number.label("weekday"), no_number.label("number"), no_number.label("later"),
            sa.cast(sa.null(), sa.String).label("scope"),
        ).where(plan.valid_from <= until),
        sa.select(
            sa.literal(_EXCEPTION), differs.code, none, differs.valid_from, differs.active,
            differs.opens, differs.starts, differs.deadline, differs.closes, none, none, none,
            differs.weekday, differs.grade, none, none,
        ).where(differs.valid_from <= until),
        sa.select(
            sa.literal(_LEVEL), none, sa.cast(level.level, sa.String), level.valid_from, sa.true(),
            *[none] * 7, none, level.scope_id, none, sa.cast(level.scope, sa.String),
        ).where(level.valid_from <= until, level.at == _set_last(level)),
    ]  # fmt: skip
    if day is not None:
        parts.append(
            sa.select(
                sa.literal(_DAY), none, sa.cast(of_day.day_type, sa.String), of_day.day, sa.true(),
                of_day.ends_at, *[none] * 6, of_day.stands_for, of_day.scope_id, of_day.later_minutes,
                sa.cast(of_day.scope, sa.String),
            ).where(sa.or_(of_day.day == day, of_day.day == _school_day_before(day)))
        )  # fmt: skip
    return sa.union_all(*parts)


def _set_last(level: type[LevelFrom]) -> sa.ScalarSelect[Any]:
    """When the level of a day and place was last set."""
    row = aliased(LevelFrom)
    same = [getattr(row, name) == getattr(level, name) for name in ("valid_from", "scope", "scope_id")]
    return sa.select(sa.func.max(row.at)).where(*same).correlate(level).scalar_subquery()


def _school_day_before(day: date) -> sa.ScalarSelect[date]:
    """The last day before a day that is not simply off, for the school."""
    row = aliased(CalendarDay)
    newest = sa.select(sa.func.max(row.day))
    return newest.where(
        row.scope == Scope.SCHOOL, row.day < day, row.day_type != DayType.OFF
    ).scalar_subquery()


def read_timetable(rows: Iterable[Any], day: date) -> tuple[Timetable, Calendar]:
    """What `timetable_rows` found, with the calendar of a day."""
    plans, exceptions, levels = [], [], []
    calendar: dict[date, dict[tuple[Scope, int], SchoolDay]] = {}
    for row in rows:
        if row.kind == _PLAN:
            plan = Plan(
                row.code, row.valid_from, row.recorded, row.opens, row.starts, row.deadline, row.closes,
                row.mode, row.how,
            )  # fmt: skip
            plans.append(PlanRow(Level(row.word), row.active, plan))
        elif row.kind == _EXCEPTION:
            times = Times(row.opens, row.starts, row.deadline, row.closes) if row.opens else None
            exceptions.append(
                ExceptionRow(row.code, row.weekday, row.number, row.valid_from, row.active, times)
            )
        elif row.kind == _LEVEL:
            level = Level(row.word) if row.word else None
            levels.append(LevelRow(row.valid_from, Scope(row.scope), row.number, level))
        elif row.kind == _DAY:
            what = SchoolDay(DayType(row.word), row.weekday, row.later, row.opens)
            calendar.setdefault(row.valid_from, {})[Scope(row.scope), row.number] = what
    return Timetable(plans, exceptions, levels), Calendar(day, calendar)


def timetable(until: date) -> Timetable:
    """All plans, exceptions and levels that began by a day.  One statement."""
    return read_timetable(db.session.execute(timetable_rows(until)), until)[0]


def timetable_on(day: date) -> tuple[Timetable, Calendar]:
    """The timetable that holds on a day, and what the day is.  One statement."""
    return read_timetable(db.session.execute(timetable_rows(day, day)), day)


def school_plans(day: date) -> list[Plan]:
    """The sessions a day asks of the school as a whole, those at the gate too.  One statement."""
    known, calendar = timetable_on(day)
    return run_plans(known, day, calendar.of(Place()), Place())
