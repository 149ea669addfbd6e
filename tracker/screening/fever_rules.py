"""A reading at or over its trigger, its retests, and what they come to.

No database, no web: the tables of tests/screening/test_fever_rules.py are the specification.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tracker.screening.rules import FeverSource, FeverState, Line, Site


class Instrument(StrEnum):
    """What a temperature is taken with: the site and the kind of thermometer."""

    FOREHEAD = "forehead/infrared"
    EAR = "ear/infrared"
    AXILLARY = "axillary/electronic"

    @property
    def site(self) -> Site:
        """Where it measures."""
        return Site(self.value.partition("/")[0])

    @property
    def device(self) -> str:
        """How it measures."""
        return self.value.partition("/")[2]


INSTRUMENT_OF = {instrument.site: instrument for instrument in Instrument}

SHEET_FIRST, SHEET_RETEST = Instrument.FOREHEAD, Instrument.AXILLARY
"""What a sheet's first reading and its retest are taken with."""

LOWEST_TRIGGER, HIGHEST_TRIGGER = 360, 390
"""Between these a trigger may be set, in tenths."""

MOST_RETESTS = 3
WAIT_MINUTES, LONG_MINUTES = 5, 10
"""A retest is taken after five to ten minutes of rest."""


class Refusal(StrEnum):
    """Why a retest or a change of a trigger is refused."""

    NOT_WAITING = "not_waiting"
    BEFORE_FIRST = "before_first"
    IN_FUTURE = "in_future"
    SAME_SITE = "same_site"
    TOO_MANY = "too_many"
    TOO_SOON = "too_soon"
    UNCHANGED = "unchanged"
    NOT_PLAUSIBLE = "not_plausible"


@dataclass(frozen=True)
class LiveChain:
    """The retest chain a new reading of a student may belong to."""

    id: int
    state: FeverState
    source: FeverSource
    first: int | None
    """The reading that began it, in tenths."""
    day: date
    opened_at: datetime


@dataclass(frozen=True)
class Measured:
    """One live reading of a chain."""

    taken_at: datetime
    seq: int
    tenths: int
    site: Site


def first_of(readings: Sequence[Measured]) -> Measured | None:
    """The reading that began a chain; None where it was struck."""
    return min((one for one in readings if one.seq == 1), key=lambda one: one.taken_at, default=None)


def retests_of(readings: Sequence[Measured]) -> list[Measured]:
    """Those that measure again."""
    return [one for one in readings if one.seq > 1]


def chain_state(
    readings: Sequence[Measured], triggers: Mapping[Site, int], *, has_symptoms: bool
) -> FeverState:
    """What the live readings of a chain come to.

    A retest at or over its own trigger confirms.  One below it finds the child normal where nothing
    else ails it; a child with symptoms is measured again, up to three times.
    """
    retests = retests_of(readings)
    if any(one.tenths >= triggers[one.site] for one in retests):
        return FeverState.CONFIRMED
    if retests and (not has_symptoms or len(retests) >= MOST_RETESTS):
        return FeverState.CLEARED
    return FeverState.WAITING


def joins(line: Line, before: Line, chain: LiveChain, *, in_morning: bool) -> bool:
    """Whether a reading of a sheet goes on with a chain, instead of beginning another.

    It does while the child waits, where the sheet corrects its own reading, and where it repeats
    what the gate has measured.
    """
    from_gate = chain.source is FeverSource.GATE and in_morning and chain.first == line.first
    return chain.state is FeverState.WAITING or before.fever is not None or from_gate


def rested_at(readings: Sequence[Measured]) -> datetime | None:
    """From when a retest is taken: so long after the newest reading; None where there is none."""
    newest = max((one.taken_at for one in readings), default=None)
    return newest and newest.replace(second=0, microsecond=0) + timedelta(minutes=WAIT_MINUTES)


def refusal_of(readings: Sequence[Measured], site: Site, taken_at: datetime, now: datetime) -> Refusal | None:
    """Why a retest cannot be taken as it is told; None if it can."""
    first = first_of(readings)
    if taken_at > now:
        return Refusal.IN_FUTURE
    if first and taken_at < first.taken_at.replace(second=0, microsecond=0):
        return Refusal.BEFORE_FIRST
    if first and site is first.site:
        return Refusal.SAME_SITE
    if len(retests_of(readings)) >= MOST_RETESTS:
        return Refusal.TOO_MANY
    return None
