"""What happens and asks for disinfection at once: its causes, how each is treated, what it closes.

No database, no web: the tables of tests/disinfection/test_event_rules.py are the specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from tracker.disinfection.rules import ZoneType


class EventCause(StrEnum):
    """What happened; with the number of the stay or the fever it is the slot of the task's record."""

    SPILL = "spill"
    """A floor was soiled."""
    STAY = "stay"
    """A child has left the observation room."""
    FEVER = "fever"
    """A child with a confirmed fever has left the class."""


class EventPlace(StrEnum):
    """A cause as an address says it: no address tells of a fever."""

    FLOOR = "floor"
    ROOM = "room"
    DESK = "desk"


PLACE_OF: Mapping[EventCause, EventPlace] = {
    EventCause.SPILL: EventPlace.FLOOR,
    EventCause.STAY: EventPlace.ROOM,
    EventCause.FEVER: EventPlace.DESK,
}
CAUSE_OF = {place: cause for cause, place in PLACE_OF.items()}


class DisinfectionKind(StrEnum):
    """What a disinfection is for, as its record says."""

    PREVENTIVE = "preventive"
    ON_THE_SPOT = "on_the_spot"
    TERMINAL = "terminal"


@dataclass(frozen=True)
class Treatment:
    """How a cause is treated: always with chlorine, never with alcohol."""

    kind: DisinfectionKind
    least_mg_per_l: int
    most_mg_per_l: int
    minutes: int
    """How long it has to act, at least."""
    closes: bool
    """Whether the place is closed until it is done."""
    airing_minutes: int
    """For how long the place is aired before it opens again."""

    def wrongs(self, mg_per_l: int, minutes: int) -> "list[tuple[Refusal, str]]":
        """Why something so strong that acted so long is no treatment, each with its field."""
        found = {
            (Refusal.TOO_WEAK, "mg_per_l"): mg_per_l < self.least_mg_per_l,
            (Refusal.TOO_STRONG, "mg_per_l"): mg_per_l > 2 * self.most_mg_per_l,
            (Refusal.TOO_SHORT, "minutes"): minutes < self.minutes,
        }
        return [what for what, is_wrong in found.items() if is_wrong]


TREATMENTS: Mapping[EventCause, Treatment] = {
    EventCause.SPILL: Treatment(
        DisinfectionKind.ON_THE_SPOT, 5000, 10000, 30, closes=True, airing_minutes=30
    ),
    EventCause.STAY: Treatment(DisinfectionKind.TERMINAL, 500, 1000, 30, closes=True, airing_minutes=0),
    EventCause.FEVER: Treatment(DisinfectionKind.ON_THE_SPOT, 500, 500, 30, closes=False, airing_minutes=0),
}
"""Common practice of schools; for vomit 国家疾控局 2024-11-30: covered with 5,000–10,000 mg/L, 30 minutes."""

TERMINAL = frozenset(
    cause.value for cause, need in TREATMENTS.items() if need.kind is DisinfectionKind.TERMINAL
)
"""Causes whose treatment is of the whole room: it takes the turn of what is scheduled there that day."""


def is_terminal(slot: str) -> bool:
    """Whether a record of this slot, such as `stay:4`, is of the terminal disinfection of a whole room."""
    return slot.partition(":")[0] in TERMINAL


AROUND_MG_PER_L = 1000
"""What the surfaces within two metres of a spill are wiped with."""

COME_WITHIN = timedelta(minutes=15)
"""Within this time somebody is at a spill."""

AFTER_SCHOOL = time(18)
"""Until then the desk of a child that left with a fever is done."""

ASKED_FOR: Mapping[EventCause, timedelta] = {
    EventCause.SPILL: timedelta(days=7),
    EventCause.STAY: timedelta(days=7),
    EventCause.FEVER: timedelta(days=1),
}
"""For how long an event is asked for; after that it is too late to be of use."""

MEDICAL = frozenset({ZoneType.OBSERVATION_ROOM, ZoneType.NURSE_ROOM})
"""The nurse's own rooms."""


class EventState(StrEnum):
    """How an event's task stands."""

    TO_TREAT = "to_treat"
    BEGUN = "begun"
    AIRING = "airing"
    """Treated; the place is still aired."""
    DONE = "done"


class Refusal(StrEnum):
    """Why the task of an event cannot be begun or finished."""

    GONE = "gone"
    ZONE_NEEDED = "zone_needed"
    NOT_BEGUN = "not_begun"
    DONE_BEFORE = "done_before"
    IN_FUTURE = "in_future"
    BEFORE_EVENT = "before_event"
    TOO_SOON = "too_soon"
    NO_STRENGTH = "no_strength"
    BATCH_OLD = "batch_old"
    TOO_WEAK = "too_weak"
    TOO_STRONG = "too_strong"
    TOO_SHORT = "too_short"
    ROOM_OCCUPIED = "room_occupied"
    NOT_DONE = "not_done"
    CORRECTION_OVER = "correction_over"
    NOTHING_CHANGED = "nothing_changed"


def slot_of(cause: EventCause, subject_id: int) -> str:
    """The slot of the task's record, such as `spill:4`."""
    return f"{cause.value}:{subject_id}"


def event_state(
    started: datetime | None, finished: datetime | None, opens_at: datetime | None, now: datetime
) -> EventState:
    """How a task stands at a moment; `opens_at` is when its place is aired."""
    if finished is None:
        return EventState.TO_TREAT if started is None else EventState.BEGUN
    return EventState.AIRING if opens_at is not None and now < opens_at else EventState.DONE


def is_closed(cause: EventCause, state: EventState) -> bool:
    """Whether the place may not be used."""
    return TREATMENTS[cause].closes and state is not EventState.DONE
