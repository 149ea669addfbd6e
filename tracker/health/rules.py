"""What a student's page tells, kind by kind.  No database, no web."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class MomentKind(StrEnum):
    """What happened, in the order in which one instant's moments are told."""

    LEAVE = "leave"
    PARENT_CALL = "parent_call"
    """Of a guardian who told of no illness: one that did stands in its absence."""
    GATE = "gate"
    SHEET = "sheet"
    REPORTED = "reported"
    READING = "reading"
    FEVER = "fever"
    ARRIVED = "arrived"
    STAY_CALL = "stay_call"
    STAY_ENDED = "stay_ended"
    OPENED = "opened"
    CALL = "call"
    PAPER = "paper"
    CLEARED = "cleared"
    ENDED = "ended"


@dataclass(frozen=True)
class Moment:
    """One thing that was recorded of a student."""

    at: datetime
    kind: MomentKind
    by: str | None
    """Who recorded it."""
    details: Mapping[str, Any]
    struck: bool = False
    """Corrected since: shown crossed out, never gone."""


_ORDER = list(MomentKind)


def told(moments: Iterable[Moment]) -> list[Moment]:
    """Moments in the order in which they are read: the newest first."""
    return sorted(moments, key=lambda one: (one.at, _ORDER.index(one.kind)), reverse=True)
