"""Where a child is at this moment, as far as anybody has said.  A place, never a reason.

No database, no web: the table of tests/here/test_rules.py is the specification.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.screening.rules import PRESENT, State


class Place(StrEnum):
    """Where a child is.  The order is that of the page."""

    PRESENT = "present"
    ELSEWHERE = "elsewhere"
    ROOM = "room"
    """In the observation room, or on the way there."""
    LEFT = "left"
    NOT_HERE = "not_here"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """Nobody has said: missing is not present."""


AT_SCHOOL = frozenset({Place.PRESENT, Place.ROOM})
"""Who is looked for in a building that is left."""

NAMED = (Place.NOT_HERE, Place.ROOM, Place.ELSEWHERE, Place.LEFT, Place.ABSENT, Place.UNKNOWN)
"""Whose names stand first: all but the present."""


@dataclass(frozen=True)
class Told:
    """What is known of one child today."""

    state: State | None = None
    """On the newest sheet of the day; None: no sheet, or it does not know the child."""
    said_at: datetime | None = None
    """When the sheet first said so."""
    room_since: datetime | None = None
    """Since when the child is in the observation room, or on the way there."""
    left_at: datetime | None = None
    """When the child was fetched or taken away."""
    came_at: datetime | None = None
    """When the child was last seen to come: at the gate, back to class, or logged as arrived."""
    on_leave: bool = False
    elsewhere: bool = False
    """On leave for something official."""


@dataclass(frozen=True)
class Seen:
    """Where a child is, and since when where that is told."""

    place: Place
    at: datetime | None = None


_PLACES = {
    State.NOT_HERE: Place.NOT_HERE,
    State.ABSENT: Place.ABSENT,
    State.IN_ROOM: Place.ROOM,
    State.AWAY: Place.ELSEWHERE,
    State.LEFT: Place.LEFT,
    State.UNSET: Place.UNKNOWN,
}


def place_of(told: Told) -> Seen:
    """Where a child is by the newest that was said: the nurse's room before the gate before the sheet."""
    if told.room_since:
        return Seen(Place.ROOM, told.room_since)
    if told.left_at and not _seen_after(told, told.left_at):
        return Seen(Place.LEFT, told.left_at)
    if told.came_at and (told.said_at is None or told.came_at >= told.said_at):
        return Seen(Place.PRESENT, told.came_at)
    if told.state in PRESENT:
        return Seen(Place.PRESENT)
    if told.state is None:
        if told.elsewhere:
            return Seen(Place.ELSEWHERE)
        return Seen(Place.ABSENT if told.on_leave else Place.UNKNOWN)
    return Seen(_PLACES[told.state])


def _seen_after(told: Told, moment: datetime) -> bool:
    came = told.came_at is not None and told.came_at > moment
    return came or (told.state in PRESENT and told.said_at is not None and told.said_at > moment)
