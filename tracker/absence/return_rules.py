"""Return to class: what a disease asks for, the earliest day, and where a return stands.

No database, no web.  What ships as the rule of each disease stands in `return_defaults.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from tracker.absence.rules import PaperKind
from tracker.facts.rules import Diagnosis


class Anchor(StrEnum):
    """A day that the waiting is counted from: of what is gone, the first whole day without it."""

    ONSET = "onset"
    RASH_ONSET = "rash_onset"
    TREATMENT = "treatment"
    FEVER_GONE = "fever_gone"
    SYMPTOMS_GONE = "symptoms_gone"
    SWELLING_GONE = "swelling_gone"


class Unit(StrEnum):
    """What a rule counts in."""

    DAYS = "days"
    HOURS = "hours"


class Condition(StrEnum):
    """What the nurse must have seen or heard before a child goes back to class."""

    TEMPERATURE_NORMAL = "temperature_normal"
    NO_MEDICINE = "no_medicine"
    SYMPTOMS_GONE = "symptoms_gone"
    BETTER = "better"
    CRUSTED = "crusted"
    SWELLING_GONE = "swelling_gone"


class ReturnRefusal(StrEnum):
    """Why a deed about a return to class is refused."""

    NO_RULE = "no_rule"
    DAY_MISSING = "day_missing"
    ANCHOR_IN_FUTURE = "anchor_in_future"
    ANCHOR_BEFORE_ONSET = "anchor_before_onset"
    ANCHOR_MISSING = "anchor_missing"
    RETURN_IN_PAST = "return_in_past"
    RETURN_NO_SCHOOL_DAY = "return_no_school_day"
    RETURN_BEFORE_ONSET = "return_before_onset"
    TOO_EARLY = "too_early"
    CONDITIONS_OPEN = "conditions_open"
    RETEST_WAITS = "retest_waits"
    PAPER_MISSING = "paper_missing"
    PAPER_GONE = "paper_gone"
    ALREADY_CLEARED = "already_cleared"
    NOT_CLEARED = "not_cleared"
    RULE_IN_PAST = "rule_in_past"


MOST_DAYS = 90
"""The longest a rule may let wait; longer is a doctor's word, not a rule's."""


@dataclass(frozen=True)
class Wait:
    """So long after an anchor."""

    anchor: Anchor
    count: int
    unit: Unit = Unit.DAYS

    @property
    def days(self) -> int:
        """Whole days: an anchor is a whole day, and hours that fill a part of a day fill the day."""
        return self.count if self.unit is Unit.DAYS else -(-self.count // 24)


@dataclass(frozen=True)
class Rule:
    """What one disease asks for before the child may be back in class."""

    disease: Diagnosis
    waits: tuple[Wait, ...] = ()
    conditions: tuple[Condition, ...] = ()
    papers: tuple[PaperKind, ...] = ()
    contacts_days: int | None = None
    """How long close contacts are watched; None: the rule does not say."""

    @property
    def asks(self) -> bool:
        """Whether it asks for anything: a rule without conditions lets everybody in."""
        return bool(self.waits or self.conditions or self.papers)


def earliest_return(rule: Rule, known: Mapping[Anchor, date]) -> date | tuple[Anchor, ...]:
    """The earliest day back in class: the latest that any of the rule's waits gives.

    Where an anchor is not known, what is missing instead, in the rule's order.  Days are added to the
    anchor's day: onset on the 1st and 14 days is the 15th.  Hours count from the beginning of the
    anchor's day and are rounded up to whole days: 48 h without fever, the 1st being the first whole
    day without it, is the morning of the 3rd.  A rule without waits gives no day of its own: the
    earliest date there is.
    """
    missing = tuple(wait.anchor for wait in rule.waits if wait.anchor not in known)
    if missing:
        return missing
    return max((known[wait.anchor] + timedelta(days=wait.days) for wait in rule.waits), default=date.min)


@dataclass(frozen=True)
class Cleared:
    """The nurse's word that holds for an absence, if it still does."""

    no: int
    returns_on: date

    def holds(self, last_absent_on: date) -> bool:
        """Whether it still counts: it lapses when the child is missed on a later day than it was for."""
        return last_absent_on <= self.returns_on


class ReturnStage(StrEnum):
    """Where the return of one child stands on a day."""

    AT_HOME = "at_home"
    """Not yet expected back."""
    TO_CLEAR = "to_clear"
    """Expected back: the nurse checks before class."""
    CLEARED = "cleared"
    """May be in class on this day."""
    CLEARED_LATER = "cleared_later"
    """Cleared, for a later day."""
    CAME_WITHOUT = "came_without"
    """Seen present although not cleared."""
    CAME_EARLY = "came_early"
    """Seen present although cleared for a later day only."""


CAME = frozenset({ReturnStage.CAME_WITHOUT, ReturnStage.CAME_EARLY})
"""Seen present although not cleared for this day."""


@dataclass(frozen=True)
class Return:
    """What is known of one child's return, where the diagnosis's rule asks for a check."""

    episode_id: int
    student_id: int
    rule: Rule
    rule_from: date
    known: Mapping[Anchor, date]
    cleared: Cleared | None
    """The nurse's word that was not struck, whether it still holds or not."""
    agreed_on: date | None
    """The day of return that was agreed on in a call."""
    last_absent_on: date
    back_on: date | None

    @property
    def earliest(self) -> date | None:
        """The earliest day by the rule; None where it gives none, or not yet."""
        found = earliest_return(self.rule, self.known)
        return found if isinstance(found, date) and found != date.min else None

    def with_days(self, days: Mapping[Anchor, date | None]) -> "Return":
        """The same with days as they are entered; None: what was known is not true."""
        merged = {**self.known, **days}
        return replace(self, known={anchor: on for anchor, on in merged.items() if on is not None})

    @property
    def missing(self) -> tuple[Anchor, ...]:
        """Which days must be asked for before the earliest day is known."""
        found = earliest_return(self.rule, self.known)
        return found if isinstance(found, tuple) else ()

    @property
    def word(self) -> Cleared | None:
        """The nurse's word, as far as it still holds."""
        return self.cleared if self.cleared and self.cleared.holds(self.last_absent_on) else None

    def is_cleared(self, day: date) -> bool:
        """Whether the child may be in class on a day."""
        return self.word is not None and self.word.returns_on <= day

    def stage(self, day: date) -> ReturnStage:
        """Where the return stands on a day."""
        if self.is_cleared(day):
            return ReturnStage.CLEARED
        if self.back_on is not None and self.back_on <= day:
            return ReturnStage.CAME_WITHOUT if self.word is None else ReturnStage.CAME_EARLY
        if self.word is not None:
            return ReturnStage.CLEARED_LATER
        expected = min((one for one in (self.earliest, self.agreed_on) if one), default=None)
        # An agreed day before the rule's is no reason to wait for the child.
        if self.earliest and expected:
            expected = max(self.earliest, self.agreed_on or self.earliest)
        return ReturnStage.TO_CLEAR if expected and expected <= day else ReturnStage.AT_HOME


@dataclass(frozen=True)
class Check:
    """What the nurse has seen when she clears a child."""

    returns_on: date | None
    conditions: frozenset[Condition] = frozenset()
    papers: frozenset[PaperKind] = frozenset()
    """The kinds of papers she holds: those attached and ticked, and those seen on paper."""
    reason: str | None = None
    """Why before the earliest day, or without a condition: her word is final."""


def refusals(
    rule: Rule,
    known: Mapping[Anchor, date],
    check: Check,
    *,
    today: date,
    school_days: Collection[date],
    retest_waits: bool = False,
) -> dict[str, ReturnRefusal]:
    """Why a check cannot clear a child, by field (the anchors by their codes); empty where it can.

    A reason overrides the days and the conditions, never the papers, nor that a reading of today awaits
    its retest (`retest_waits`) where the temperature is said to be normal.
    """
    found: dict[str, ReturnRefusal] = {}
    onset, on = known.get(Anchor.ONSET), check.returns_on
    earliest = earliest_return(rule, known)
    if on is None:
        found["returns_on"] = ReturnRefusal.DAY_MISSING
    elif onset and on < onset:
        found["returns_on"] = ReturnRefusal.RETURN_BEFORE_ONSET
    elif on < today:
        found["returns_on"] = ReturnRefusal.RETURN_IN_PAST
    elif on not in school_days:
        found["returns_on"] = ReturnRefusal.RETURN_NO_SCHOOL_DAY
    elif not check.reason and isinstance(earliest, date) and on < earliest:
        found["returns_on"] = ReturnRefusal.TOO_EARLY
    if not set(rule.papers) <= check.papers:
        found["papers"] = ReturnRefusal.PAPER_MISSING
    if not check.reason:
        if isinstance(earliest, tuple):
            found |= {anchor.value: ReturnRefusal.ANCHOR_MISSING for anchor in earliest}
        if not set(rule.conditions) <= check.conditions:
            found["conditions"] = ReturnRefusal.CONDITIONS_OPEN
    if retest_waits and Condition.TEMPERATURE_NORMAL in check.conditions:
        found["conditions"] = ReturnRefusal.RETEST_WAITS
    return found


def wrong_anchors(known: Mapping[Anchor, date], today: date) -> dict[Anchor, ReturnRefusal]:
    """Days that cannot be: in the future, or before the illness began."""
    onset = known.get(Anchor.ONSET, date.min)
    future = {anchor for anchor, on in known.items() if on > today}
    before = {anchor for anchor, on in known.items() if on < onset <= today}
    return dict.fromkeys(before, ReturnRefusal.ANCHOR_BEFORE_ONSET) | dict.fromkeys(
        future, ReturnRefusal.ANCHOR_IN_FUTURE
    )


def in_order(waits: Sequence[Wait]) -> tuple[Wait, ...]:
    """Waits in the order in which a page shows them."""
    order = list(Anchor)
    return tuple(sorted(waits, key=lambda wait: order.index(wait.anchor)))
