"""Which sessions a day asks of a class, and when: the one rule every page, sheet and score reads.

No database, no web: the tables of tests/screening/test_session_rules.py are the specification.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from typing import NamedTuple

from tracker.school.rules import SESSIONS_OF_DAY, DayType, Level, LevelRow, Place, SchoolDay, level_on
from tracker.screening.rules import Mode, Plan, RecordedBy, SessionCode

EVERY = 0
"""The weekday of an exception for every day, and the grade of one for all grades."""
GRADES = range(1, 13)


WARNING_MINUTES = 20
"""A session that a change of the day makes due sooner than this is excused, should it come late."""


class Times(NamedTuple):
    """The four times of a session, in their order."""

    opens: time
    starts: time
    deadline: time
    closes: time


class PlanRefusal(StrEnum):
    """Why a change of the sessions is not taken."""

    TIMES_OUT_OF_ORDER = "times_out_of_order"
    TIMES_MISSING = "times_missing"
    TOO_SOON = "too_soon"
    NO_SUCH_GRADE = "no_such_grade"
    ALREADY_BEGUN = "already_begun"


@dataclass(frozen=True)
class PlanRow:
    """How a session is run at a level from a day on, if it is."""

    level: Level
    active: bool
    plan: Plan


@dataclass(frozen=True)
class ExceptionRow:
    """How a session differs on a weekday, for a grade, or both, from a day on.

    Neither dropped nor at other times: it differs no longer.
    """

    code: SessionCode
    weekday: int
    grade: int
    valid_from: date
    active: bool
    times: Times | None

    @property
    def says_something(self) -> bool:
        return not self.active or self.times is not None


@dataclass(frozen=True)
class Timetable:
    """What the school has set of its sessions, past and coming."""

    plans: Sequence[PlanRow] = field(default=())
    exceptions: Sequence[ExceptionRow] = field(default=())
    levels: Sequence[LevelRow] = field(default=())


def out_of_order(times: Times) -> str | None:
    """The first of the four times that lies before the one it follows."""
    for before, name in zip(times, Times._fields[1:], strict=False):
        if getattr(times, name) < before:
            return name
    return None


def plan_row(timetable: Timetable, code: SessionCode, level: Level, day: date) -> PlanRow | None:
    """The newest plan of a session not after a day; what is not set for a level is as in the routine."""
    known = [row for row in timetable.plans if row.plan.code is code and row.plan.valid_from <= day]
    of_level = [row for row in known if row.level is level] or [
        row for row in known if row.level is Level.ROUTINE
    ]
    return max(of_level, key=lambda row: row.plan.valid_from, default=None)


def exceptions_on(timetable: Timetable, day: date) -> list[ExceptionRow]:
    """The exceptions that hold on a day, one for each session, weekday and grade."""
    newest: dict[tuple[SessionCode, int, int], ExceptionRow] = {}
    for row in timetable.exceptions:
        key = row.code, row.weekday, row.grade
        if row.valid_from <= day and (key not in newest or newest[key].valid_from < row.valid_from):
            newest[key] = row
    return [row for row in newest.values() if row.says_something]


def exception_for(
    rows: Iterable[ExceptionRow], code: SessionCode, weekday: int, grade: int | None
) -> ExceptionRow | None:
    """What differs for a weekday and a grade.

    What is said of exactly this weekday and grade decides; else a session that is dropped for either is
    dropped, and the weekday's times go before the grade's.
    """
    found = {
        (row.weekday, row.grade): row
        for row in rows
        if row.code is code and row.weekday in (EVERY, weekday) and row.grade in (EVERY, grade)
    }
    if exact := found.get((weekday, grade or EVERY)) if grade else None:
        return exact
    dropped = (row for row in found.values() if not row.active)
    in_turn = ((weekday, EVERY), (EVERY, grade or EVERY), (EVERY, EVERY))
    return next(dropped, None) or next((found[key] for key in in_turn if key in found), None)


@dataclass(frozen=True)
class DayPlan:
    """A session on a day as it would be run, and whether the day asks for it."""

    plan: Plan
    is_asked: bool

    @property
    def asks_class(self) -> bool:
        """Whether the class owes a sheet: what is recorded at the gate asks none."""
        return self.is_asked and self.plan.recorded is RecordedBy.CLASS


def day_plans(timetable: Timetable, day: date, what: SchoolDay | None, place: Place) -> list[DayPlan]:
    """Every session the school knows, on a day, for a class or for the school itself, in the day's order."""
    level = level_on(timetable.levels, day, place)
    holding = exceptions_on(timetable, day)
    weekday = what.weekday(day) if what else day.isoweekday()
    found = []
    for code in SessionCode:
        if (row := plan_row(timetable, code, level, day)) is None:
            continue
        differs = exception_for(holding, code, weekday, place.grade)
        times = differs.times if differs else None
        plan = _shifted(replace(row.plan, **times._asdict()) if times else row.plan, what)
        is_run = row.active and (differs is None or differs.active)
        found.append(DayPlan(plan, is_run and _asks(what, plan)))
    return _in_full(found) if what and what.comes_back else found


def _in_full(plans: Sequence[DayPlan]) -> list[DayPlan]:
    """The first sheet of a class that comes back from a suspension enters every temperature."""
    first = next((one for one in plans if one.asks_class), None)
    return [replace(one, plan=replace(one.plan, mode=Mode.FULL)) if one is first else one for one in plans]


def run_plans(timetable: Timetable, day: date, what: SchoolDay | None, place: Place) -> list[Plan]:
    """The sessions a day asks for, those at the gate too, in the order of the day."""
    return [one.plan for one in day_plans(timetable, day, what, place) if one.is_asked]


def asked_plans(timetable: Timetable, day: date, what: SchoolDay | None, place: Place) -> list[Plan]:
    """The sessions a day asks a class to record, in the order of the day."""
    return [one.plan for one in day_plans(timetable, day, what, place) if one.asks_class]


def newly_due(before: Iterable[Plan], after: Iterable[Plan], wall: time | None) -> list[SessionCode]:
    """The sessions a change has made due with too little warning to be blamed for: excused.

    They were not asked for before, or later, and their deadline has passed or is near.  `wall` is
    None for a day gone by.
    """
    was = {plan.code: plan for plan in before}

    def passed(plan: Plan, minutes: int = 0) -> bool:
        return wall is None or _minutes(plan.deadline) < _minutes(wall) + minutes

    return [
        plan.code
        for plan in after
        if passed(plan, WARNING_MINUTES)
        and (plan.code not in was or (was[plan.code].deadline > plan.deadline and not passed(was[plan.code])))
    ]


def _asks(what: SchoolDay | None, plan: Plan) -> bool:
    """Whether a kind of day asks for a session; on one that closes early, only for what is due by then."""
    if what is None or plan.code.value not in SESSIONS_OF_DAY[what.day_type]:
        return False
    ends_at = what.ends_at if what.day_type is DayType.EARLY_CLOSE else None
    return ends_at is None or plan.deadline <= ends_at


def _shifted(plan: Plan, what: SchoolDay | None) -> Plan:
    """A plan on a day that starts late: all its times, but never past midnight."""
    if what is None or what.day_type is not DayType.LATE_START or not what.later_minutes:
        return plan
    later = what.later_minutes
    return replace(
        plan,
        opens=_later(plan.opens, later),
        starts=_later(plan.starts, later),
        deadline=_later(plan.deadline, later),
        closes=_later(plan.closes, later),
    )


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _later(wall: time, minutes: int) -> time:
    hour, minute = divmod(min(_minutes(wall) + minutes, 24 * 60 - 1), 60)
    return time(hour, minute)
