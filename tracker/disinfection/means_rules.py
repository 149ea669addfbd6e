"""With what an item of a checklist is done, and what is proposed for it.  No database, no web."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tracker.disinfection.rules import Agent, Method
from tracker.supplies.dilution_rules import Warning, is_good, warning_of

MOST_MG_PER_L = 20_000
"""More than anything in a school is treated with."""
MOST_MINUTES = 24 * 60


class SourceKind(StrEnum):
    """What an item is done with, as far as the school keeps a list of it."""

    BATCH = "batch"
    """A working solution."""
    LOT = "lot"
    """What is used as it comes, such as alcohol."""
    LAMP = "lamp"


@dataclass(frozen=True)
class Means:
    """With what and for how long one item was done; None: nobody has said."""

    source: tuple[SourceKind, int] | None = None
    """What it came from, and its number."""
    mg_per_l: int | None = None
    minutes: int | None = None
    """For how long it acted, was aired, or the lamp was on."""

    def number(self, kind: SourceKind) -> int | None:
        """The number of its source, if that is of this kind."""
        return self.source[1] if self.source and self.source[0] is kind else None


class Plan(Protocol):
    """How an item is to be done, as its schedule says."""

    method: Method
    agent: Agent
    mg_per_l: int | None
    minutes: int | None


def source_kind_of(plan: Plan) -> SourceKind | None:
    """What is asked for as the source of an item; None: it has none."""
    if plan.method is Method.LAMP:
        return SourceKind.LAMP
    return {Agent.CHLORINE: SourceKind.BATCH, Agent.ALCOHOL: SourceKind.LOT}.get(plan.agent)


def is_burned_out(minutes: int, most_hours: int | None) -> bool:
    """Whether a lamp's tube that burned for so many minutes is to be replaced."""
    return most_hours is not None and minutes >= 60 * most_hours


@dataclass(frozen=True)
class Source:
    """Something an item can be done with, as it is chosen from a list."""

    kind: SourceKind
    number: int
    name: str
    """Where a batch stands; the supply and code of a lot; the number and room of a lamp."""
    supply_id: int | None = None
    """The supply whose safety rules apply."""
    mg_per_l: int | None = None
    mixed_at: datetime | None = None
    good_until: datetime | None = None
    burned_minutes: int = 0
    """For how long the lamp's tube has burned."""
    most_hours: int | None = None
    """After so many it is replaced."""

    @property
    def is_burned_out(self) -> bool:
        """Whether the lamp's tube is to be replaced."""
        return is_burned_out(self.burned_minutes, self.most_hours)

    def warning(self, plan: Plan) -> Warning | None:
        """Whether it is weaker than asked for, or more than twice as strong."""
        return warning_of(self.mg_per_l, plan.mg_per_l) if self.mg_per_l and plan.mg_per_l else None


def proposed(plan: Plan, sources: Sequence[Source], now: datetime) -> Means:
    """What an item is most likely done with: the first that is good and as strong as asked."""
    kind = source_kind_of(plan)
    for one in sources:
        good = one.good_until is None or is_good(one.good_until, now)
        if one.kind is kind and good and one.warning(plan) is None:
            return Means((one.kind, one.number), one.mg_per_l, plan.minutes)
    return Means(minutes=plan.minutes)
