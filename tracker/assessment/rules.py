"""What the routine class assessment may rest on, and by which scheme.  No database, no web.

A score rests on whether a duty was done, never on what was found: no indicator counts a student, a
state, a temperature, a symptom or a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class DutyKind(StrEnum):
    """What a class owes on a school day."""

    SCREENING = "screening"
    HYGIENE = "hygiene"


class Outcome(StrEnum):
    """How a duty turned out."""

    ON_TIME = "on_time"
    LATE = "late"
    NOT_DONE = "not_done"
    """Recorded, with a reason for every item that was left out."""
    MISSED = "missed"
    EXCUSED = "excused"
    """Counts as fulfilled, whatever became of it."""
    PENDING = "pending"
    """Not yet due: left out of every score."""


class Indicator(StrEnum):
    """What a score is made of.  Only what is listed here can be part of a scheme."""

    SCREENING_ON_TIME = "screening_on_time"
    CLASS_HYGIENE_DONE = "class_hygiene_done"


class RankingGroup(StrEnum):
    """Classes that are compared with each other."""

    LOWER = "lower"
    MIDDLE = "middle"
    UPPER = "upper"
    JUNIOR = "junior"
    SENIOR = "senior"


class Standing(StrEnum):
    """Whether a class's score is ranked, and if not, why."""

    RANKED = "ranked"
    EXEMPT = "exempt"
    """A day of the week is suspended: the class sees its score, and takes no place."""
    TOO_FEW_DAYS = "too_few_days"
    NOTHING_DUE = "nothing_due"
    """Nothing was due yet in one of the indicators."""


class SchemeError(ValueError):
    """A scheme that cannot be used; its message names what is wrong."""


@dataclass(frozen=True)
class Scheme:
    """How scores are made: the weight of each indicator, the groups, and from when a class is ranked."""

    no: int
    weights: Mapping[Indicator, int]
    groups: Mapping[RankingGroup, frozenset[int]]
    """The grades of each group."""
    minimum_days: int

    def __post_init__(self) -> None:
        if unknown := set(self.weights) - set(Indicator):
            raise SchemeError(f"no such indicator: {', '.join(sorted(map(str, unknown)))}")
        weights = self.weights.values()
        if not weights or any(type(weight) is not int or weight <= 0 for weight in weights):
            raise SchemeError("every weight is a whole number above zero")
        grades = [grade for grades in self.groups.values() for grade in grades]
        if len(grades) != len(set(grades)):
            raise SchemeError("a grade is in one group only")

    def group_of(self, grade: int | None) -> RankingGroup | None:
        """The ranking group of a grade."""
        return next((group for group, grades in self.groups.items() if grade in grades), None)


DEFAULT_SCHEME = Scheme(
    no=1,
    weights={Indicator.SCREENING_ON_TIME: 15, Indicator.CLASS_HYGIENE_DONE: 15},
    groups={
        RankingGroup.LOWER: frozenset({1, 2}),
        RankingGroup.MIDDLE: frozenset({3, 4}),
        RankingGroup.UPPER: frozenset({5, 6}),
        RankingGroup.JUNIOR: frozenset({7, 8, 9}),
        RankingGroup.SENIOR: frozenset({10, 11, 12}),
    },
    minimum_days=3,
)


def amount(share: Fraction) -> str:
    """A sum of duties, exactly, to be added up by hand: 9.5, or 4 5/6 where no decimal is exact."""
    rest = share.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest == 1:
        return f"{Decimal(share.numerator) / Decimal(share.denominator):f}"
    whole, part = divmod(share, 1)
    return f"{whole} {part}" if whole else str(part)
