"""The observation room: its codes, what state a stay and a room are in, and when a guardian is overdue.

No database, no web: the tables of tests/room/test_rules.py are the specification.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.facts.rules import Symptom
from tracker.screening.rules import AbsenceReason


class Room(StrEnum):
    """Where the nurse cares for a child: the observation room and its spare, and her own room."""

    MAIN = "main"
    SPARE = "spare"
    NURSE = "nurse"
    """No isolation: it takes any number, and is not disinfected after each."""


ISOLATION = (Room.MAIN, Room.SPARE)
"""The rooms that take one child at a time and are disinfected after it, in the order of their zones."""


class Trouble(StrEnum):
    """What somebody saw who reports a child: the large buttons of the page."""

    VOMITING = "vomiting"
    FEVER = "fever"
    RASH = "rash"
    INJURY = "injury"
    OTHER = "other"


def rooms_for(trouble: Trouble) -> tuple[Room, ...]:
    """Where a child can be taken to, the usual first: who is hurt needs no isolation."""
    return (Room.NURSE, *ISOLATION) if trouble is Trouble.INJURY else (*ISOLATION, Room.NURSE)


SIGN_OF = {
    Trouble.VOMITING: Symptom.VOMITING,
    Trouble.FEVER: Symptom.FEVER,
    Trouble.RASH: Symptom.RASH,
}
"""The sign of illness that is told by what was seen."""


class StayEnd(StrEnum):
    """How a child left the observation room."""

    FETCHED = "fetched"
    AMBULANCE = "ambulance"
    BACK_TO_CLASS = "back_to_class"
    NEVER_CAME = "never_came"
    """Reported by mistake: the child was well and stayed in class."""


SENT_AWAY = frozenset({StayEnd.FETCHED, StayEnd.AMBULANCE})
"""Ends after which the child is no longer at school."""

LEFT_FOR = (AbsenceReason.ILLNESS, AbsenceReason.INJURY, AbsenceReason.PERSONAL)
"""Why a child was sent away; the last one for who was well."""


class StayState(StrEnum):
    """Where a stay stands."""

    ON_THE_WAY = "on_the_way"
    HERE = "here"
    TO_CLEAN = "to_clean"
    DONE = "done"


class RoomState(StrEnum):
    """Whether a room can take a child."""

    FREE = "free"
    OCCUPIED = "occupied"
    TO_CLEAN = "to_clean"
    """Left, and not disinfected since."""


def proposed_room(trouble: Trouble, states: Mapping[Room, RoomState]) -> Room:
    """Where a child is taken to unless the nurse chooses another: the first of its rooms that is free."""
    rooms = rooms_for(trouble)
    return next((one for one in rooms if states.get(one, RoomState.FREE) is RoomState.FREE), rooms[0])


class Waiting(StrEnum):
    """How long a child has been here without a guardian reached."""

    NOT_LONG = "not_long"
    LONG = "long"
    OVERDUE = "overdue"


LONG = timedelta(minutes=30)
OVERDUE = timedelta(minutes=60)


class Refusal(StrEnum):
    """Why a deed about a stay is refused."""

    CHANGED = "changed"
    IN_FUTURE = "in_future"
    BEFORE_REPORT = "before_report"
    ONSET_IN_FUTURE = "onset_in_future"
    NOT_CHECKED = "not_checked"
    NOBODY_CHOSEN = "nobody_chosen"
    NAME_NEEDED = "name_needed"
    RELATION_NEEDED = "relation_needed"
    NOT_ARRIVED = "not_arrived"
    HAS_ARRIVED = "has_arrived"
    ROOM_OCCUPIED = "room_occupied"
    NOTHING_TO_CLEAN = "nothing_to_clean"
    HAS_LEFT = "has_left"
    REPORTED_AGAIN = "reported_again"
    NO_SUCH_SEAT = "no_such_seat"


def stay_state(arrived: bool, ended: bool, cleaned: bool) -> StayState:
    """Where a stay stands; who never came into a room leaves nothing to disinfect."""
    if not ended:
        return StayState.HERE if arrived else StayState.ON_THE_WAY
    return StayState.TO_CLEAN if arrived and not cleaned else StayState.DONE


def room_state(stays: Iterable[StayState]) -> RoomState:
    """What the stays of one room make of it."""
    states = set(stays)
    if StayState.HERE in states:
        return RoomState.OCCUPIED
    return RoomState.TO_CLEAN if StayState.TO_CLEAN in states else RoomState.FREE


def waiting(arrived_at: datetime | None, now: datetime, *, reached: bool) -> Waiting:
    """Whether it is time to try somebody else: from 30 minutes on; over 60 minutes it is overdue."""
    if arrived_at is None or reached:
        return Waiting.NOT_LONG
    lasted = now - arrived_at
    if lasted > OVERDUE:
        return Waiting.OVERDUE
    return Waiting.LONG if lasted >= LONG else Waiting.NOT_LONG


def is_soiled(trouble: Trouble, said: bool | None) -> bool:
    """Whether a floor has to be treated: what was said, and where nothing was, after vomiting."""
    return trouble is Trouble.VOMITING if said is None else said


def left_for(trouble: Trouble) -> AbsenceReason:
    """Why a child is sent away, unless somebody says otherwise."""
    return AbsenceReason.INJURY if trouble is Trouble.INJURY else AbsenceReason.ILLNESS


def minutes(since: datetime, now: datetime) -> int:
    """Whole minutes, never less than none."""
    return max(0, int((now - since).total_seconds() // 60))


@dataclass(frozen=True)
class HandedTo:
    """To whom a child was handed over."""

    seq: int | None
    """The guardian of the roster; None: somebody else, by name."""
    name: str = ""
    relation: str = ""
    checked: bool = False
    """Whether somebody looked at who it is."""
