"""What a schedule may say.  No database, no web."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from tracker.disinfection.day_rules import CHLORINE_MG_PER_L, MOST_DAYS_BEFORE, Days
from tracker.disinfection.kind_rules import KindsOfDay
from tracker.disinfection.rules import Agent, Method, ObjectKind
from tracker.school.rules import Level


class PlanRefusal(StrEnum):
    """Why a schedule, a rota or a new keeper is not taken."""

    TOO_SOON = "too_soon"
    ENDS_BEFORE_START = "ends_before_start"
    NO_DAY = "no_day"
    DAYS_BEFORE = "days_before"
    HALF_A_SPAN = "half_a_span"
    TARGET_WITHOUT_AGENT = "target_without_agent"
    TARGET_MISSING = "target_missing"
    TARGET_RANGE = "target_range"
    MINUTES_RANGE = "minutes_range"
    NOBODY_NAMED = "nobody_named"
    READY_AFTER_END = "ready_after_end"
    TAKEN = "taken"


MOST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Doer:
    """Who does a task, where it is not whoever keeps the zone: a department, or people by name."""

    department_id: int | None = None
    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A schedule as it is to hold from a day on."""

    kind: ObjectKind
    level: Level
    slot: time
    until: time
    next_day_until: time | None
    days: Days
    weekdays: tuple[int, ...]
    first_month: int | None
    last_month: int | None
    days_before: int | None
    method: Method
    agent: Agent
    mg_per_l: int | None
    minutes: int | None
    named: bool
    """Whether people are to do it by name, be it that nobody is named yet."""
    doer: Doer
    active: bool
    valid_from: date


def kinds_wrongs(kinds: KindsOfDay) -> list[tuple[PlanRefusal, str]]:
    """All that is wrong with what kinds of day ask for, each with its field."""
    return [
        (PlanRefusal.READY_AFTER_END, f"{kind.value}_ready")
        for kind, one in kinds.of.items()
        if one.ready_by and one.ends_at and one.ready_by > one.ends_at
    ]


def wrongs(draft: Draft, tomorrow: date) -> list[tuple[PlanRefusal, str]]:
    """All that is wrong with a schedule, each with its field.

    A change holds from tomorrow at the earliest: today's tasks keep theirs.  Chlorine has a target, in
    mg/L of available chlorine, and nothing else has one.
    """
    by_weekday = draft.days in (Days.SCHOOL, Days.OFF)
    months = (draft.first_month, draft.last_month)
    chlorine = draft.agent is Agent.CHLORINE
    found = {
        (PlanRefusal.ENDS_BEFORE_START, "until"): draft.until < draft.slot,
        (PlanRefusal.NO_DAY, "weekdays"): by_weekday and not draft.weekdays,
        (PlanRefusal.DAYS_BEFORE, "days_before"): draft.days is Days.BEFORE_TERM
        and not 1 <= (draft.days_before or 0) <= MOST_DAYS_BEFORE,
        (PlanRefusal.HALF_A_SPAN, "last_month"): draft.days is Days.OFF
        and (None in months) != (months == (None, None)),
        (PlanRefusal.TARGET_WITHOUT_AGENT, "mg_per_l"): draft.mg_per_l is not None and not chlorine,
        (PlanRefusal.TARGET_MISSING, "mg_per_l"): draft.mg_per_l is None and chlorine,
        (PlanRefusal.TARGET_RANGE, "mg_per_l"): chlorine
        and draft.mg_per_l is not None
        and draft.mg_per_l not in CHLORINE_MG_PER_L,
        (PlanRefusal.MINUTES_RANGE, "minutes"): draft.minutes is not None
        and not 1 <= draft.minutes <= MOST_MINUTES,
        (PlanRefusal.NOBODY_NAMED, "people"): draft.named and not draft.doer.user_ids,
        (PlanRefusal.TOO_SOON, "valid_from"): draft.valid_from < tomorrow,
    }
    return [what for what, is_wrong in found.items() if is_wrong]
