"""What a school keeps in stock and what becomes of it.  No database, no web.

How a working solution is mixed stands in `dilution_rules.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum


class Category(StrEnum):
    """What a supply is for; chlorine and alcohol are kept apart."""

    CHLORINE = "chlorine"
    ALCOHOL = "alcohol"
    HYGIENE = "hygiene"
    PROTECTION = "protection"
    THERMOMETER = "thermometer"
    TOOL = "tool"


class Measure(StrEnum):
    """What a supply is counted in."""

    PIECE = "piece"
    ML = "ml"
    TABLET = "tablet"


class DeviceKind(StrEnum):
    """What a device with a number is; a thermometer by where it measures."""

    FOREHEAD = "forehead"
    EAR = "ear"
    AXILLARY = "axillary"
    LAMP = "lamp"
    SPRAYER = "sprayer"
    OTHER = "other"


THERMOMETERS = frozenset({DeviceKind.FOREHEAD, DeviceKind.EAR, DeviceKind.AXILLARY})
"""What a temperature can be taken with."""


USUAL_LAMP_HOURS = 1000
"""After so many hours the tube of an ultraviolet lamp is replaced, or below 70 µW/cm²; common practice."""


@dataclass(frozen=True)
class Lamp:
    """The tube of an ultraviolet lamp."""

    hours: int
    """After so many it is replaced."""
    burned_minutes: int
    """For how long it had burned when it came on the list."""


@dataclass(frozen=True)
class Numbered:
    """A device as it is chosen from a list."""

    id: int
    number: str
    kind: DeviceKind


class MoveKind(StrEnum):
    """A line of the ledger."""

    REQUEST = "request"
    APPROVE = "approve"
    ACCEPT = "accept"
    ISSUE = "issue"
    BORROW = "borrow"
    RETURN = "return"
    TRANSFER = "transfer"
    MIX = "mix"
    SCRAP = "scrap"
    COUNT = "count"


SIGN: Mapping[MoveKind, int] = {
    MoveKind.REQUEST: 0,
    MoveKind.APPROVE: 0,
    MoveKind.ACCEPT: 1,
    MoveKind.ISSUE: -1,
    MoveKind.BORROW: -1,
    MoveKind.RETURN: 1,
    MoveKind.TRANSFER: 0,
    MoveKind.MIX: -1,
    MoveKind.SCRAP: -1,
}
"""What a line does to the balance.  A count is written as the difference it found."""

USED = frozenset({MoveKind.ISSUE, MoveKind.MIX})
"""What counts as use, when asked how long a supply lasts."""

NEEDS_PERSON = frozenset({MoveKind.ISSUE, MoveKind.BORROW, MoveKind.TRANSFER})
"""Lines that say to whom or where to."""


class Refusal(StrEnum):
    """Why a line of the ledger, a lot or a batch is refused."""

    NOT_A_PERCENTAGE = "not_a_percentage"
    NO_STRENGTH = "no_strength"
    TARGET_ABOVE_STOCK = "target_above_stock"
    NO_VOLUME = "no_volume"
    LOT_EXPIRED = "lot_expired"
    LOT_TAKEN = "lot_taken"
    LOT_NEEDED = "lot_needed"
    EXPIRES_BEFORE_TODAY = "expires_before_today"
    TOO_LITTLE = "too_little"
    OWN_REQUEST = "own_request"
    OWN_PURCHASE = "own_purchase"
    NOT_REQUESTED = "not_requested"
    NOT_APPROVED = "not_approved"
    NOT_LENT = "not_lent"
    SAFETY_UNREAD = "safety_unread"
    NAME_TAKEN = "name_taken"
    NUMBER_TAKEN = "number_taken"


@dataclass(frozen=True)
class Use:
    """How much of a supply was used on the last school days, and how many these were."""

    used: int
    school_days: int


def lasts_school_days(balance: int, use: Use) -> int | None:
    """For how many school days a balance lasts at the present use, whole days; None where nothing is used."""
    if use.used <= 0 or use.school_days <= 0:
        return None
    days = Decimal(balance) * use.school_days / use.used
    return int(days.to_integral_value(ROUND_FLOOR))


EXPIRES_SOON_DAYS = 30
USE_SCHOOL_DAYS = 10
"""Over how many school days use is averaged."""


class Shelf(StrEnum):
    """How a lot stands by its expiry."""

    GOOD = "good"
    SOON = "soon"
    EXPIRED = "expired"


def shelf_of(expires_on: date | None, today: date) -> Shelf:
    """How a lot stands; one without expiry is good.  It may be used on the day it expires."""
    if expires_on is None:
        return Shelf.GOOD
    days = (expires_on - today).days
    return Shelf.EXPIRED if days < 0 else Shelf.SOON if days <= EXPIRES_SOON_DAYS else Shelf.GOOD
