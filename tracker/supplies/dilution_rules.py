"""How a working solution is mixed, exactly.  No database, no web.

Concentrations are milligrams of available chlorine per litre, volumes millilitres, both whole numbers; in
between there are fractions, and nothing is rounded before the last step.  Common practice of schools; where
a label says otherwise, the label of the lot wins: the strength is taken from it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from tracker.supplies.rules import Refusal, Shelf, shelf_of

GOOD_FOR = timedelta(hours=24)
"""A working solution is used within a day: in the open bucket it loses its chlorine."""

TARGETS_MG_PER_L = (250, 500, 1000, 5000, 10000)
"""What is asked for in a school: surfaces, floors, toilets, and twice for vomit."""

MG_PER_L_OF_PERCENT = 10_000


def strength_of_percent(text: str) -> int | None:
    """The mg/L of a label's percentage, such as `5`, `5.2 %` or `５％`; None outside 0 to 100."""
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("%").strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", plain):
        return None
    percent = Decimal(plain)
    return int(percent * MG_PER_L_OF_PERCENT) if 0 < percent <= 100 else None


class Warning(StrEnum):
    """What is to be known before a solution is used, though nothing forbids it."""

    BELOW_TARGET = "below_target"
    ABOVE_TWICE = "above_twice"


@dataclass(frozen=True)
class Dilution:
    """What to put together, and what it comes to."""

    volume_ml: int
    stock_ml: int | None
    """Of a liquid: how much of the stock."""
    tablets: int | None
    """Of tablets: how many."""
    reached_mg_per_l: int

    @property
    def water_ml(self) -> int:
        """The rest of the bucket."""
        return self.volume_ml - (self.stock_ml or 0)


def parts_of_water(strength_mg_per_l: int, target_mg_per_l: int) -> Fraction:
    """How many parts of water come to one part of stock: Cs / Ct − 1."""
    return Fraction(strength_mg_per_l, target_mg_per_l) - 1


def _half_up(value: Fraction) -> int:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def mix_liquid(strength_mg_per_l: int, target_mg_per_l: int, volume_ml: int) -> Dilution:
    """Stock and water for a bucket: V · Ct / Cs of the stock, water the rest.

    Full millilitres, so many that the target is reached.
    """
    stock_ml = -(-volume_ml * target_mg_per_l // strength_mg_per_l)
    reached = _half_up(Fraction(stock_ml * strength_mg_per_l, volume_ml))
    return Dilution(volume_ml, stock_ml, None, reached)


def mix_tablets(tablet_mg: int, target_mg_per_l: int, volume_ml: int) -> Dilution:
    """Tablets for a bucket: V · Ct / mg a tablet, whole ones, so many that the target is reached."""
    needed = Fraction(volume_ml * target_mg_per_l, 1000 * tablet_mg)
    tablets = -(-needed.numerator // needed.denominator)
    reached = _half_up(Fraction(tablets * tablet_mg * 1000, volume_ml))
    return Dilution(volume_ml, None, tablets, reached)


def warning_of(reached_mg_per_l: int, target_mg_per_l: int) -> Warning | None:
    """Whether a strength is below what was asked for, or above twice of it."""
    if reached_mg_per_l < target_mg_per_l:
        return Warning.BELOW_TARGET
    return Warning.ABOVE_TWICE if reached_mg_per_l > 2 * target_mg_per_l else None


def refusal_of_mix(
    *,
    strength_mg_per_l: int | None,
    tablet_mg: int | None,
    expires_on: date | None,
    target_mg_per_l: int,
    volume_ml: int,
    today: date,
) -> tuple[Refusal, str] | None:
    """Why nothing is mixed from a lot, and at which field; None where it can be."""
    if strength_mg_per_l is None and tablet_mg is None:
        return Refusal.NO_STRENGTH, "lot"
    if shelf_of(expires_on, today) is Shelf.EXPIRED:
        return Refusal.LOT_EXPIRED, "lot"
    if volume_ml <= 0:
        return Refusal.NO_VOLUME, "litres"
    if target_mg_per_l <= 0 or (strength_mg_per_l is not None and target_mg_per_l > strength_mg_per_l):
        return Refusal.TARGET_ABOVE_STOCK, "target"
    return None


def is_good(good_until: datetime, now: datetime) -> bool:
    """Whether a solution may still be used."""
    return now <= good_until
