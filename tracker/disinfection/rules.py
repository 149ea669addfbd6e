"""Zones, what is due in them, and how a task turned out.  No database, no web.

What a new zone is done with and when, and the zones a school starts from, are data in `defaults`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class ZoneType(StrEnum):
    """What kind of place a zone is."""

    CLASSROOM = "classroom"
    SPECIAL_ROOM = "special_room"
    CORRIDOR = "corridor"
    OFFICE = "office"
    HALL = "hall"
    LIBRARY = "library"
    TOILET = "toilet"
    WATER = "water"
    CANTEEN = "canteen"
    GATE = "gate"
    OBSERVATION_ROOM = "observation_room"
    NURSE_ROOM = "nurse_room"
    GYM = "gym"
    DORMITORY = "dormitory"
    BUS = "bus"
    WASTE = "waste"


class ObjectKind(StrEnum):
    """What is aired, cleaned or disinfected in a zone: an item of its checklist."""

    AIR = "air"
    FLOOR = "floor"
    DESKS = "desks"
    HANDLES = "handles"
    RAILS = "rails"
    TAPS = "taps"
    TOILETS = "toilets"
    KEYBOARDS = "keyboards"
    SEATS = "seats"
    TABLES = "tables"
    TABLEWARE = "tableware"
    BINS = "bins"
    COUCH = "couch"
    EQUIPMENT = "equipment"
    PESTS = "pests"


class Method(StrEnum):
    """How it is done."""

    AIRING = "airing"
    WET_CLEANING = "wet_cleaning"
    WIPE = "wipe"
    MOP = "mop"
    SPRAY = "spray"
    SOAK = "soak"
    BOIL = "boil"
    LAMP = "lamp"
    """Ultraviolet light, nobody inside: at least 1.5 W/m³ and 30 minutes; common practice of schools."""


class Agent(StrEnum):
    """What it is done with."""

    NONE = "none"
    CHLORINE = "chlorine"
    ALCOHOL = "alcohol"
    INSECTICIDE = "insecticide"


class RecordState(StrEnum):
    """Whether a record is still being filled in."""

    DRAFT = "draft"
    DONE = "done"


class ItemResult(StrEnum):
    """What became of one item of the checklist."""

    DONE = "done"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


class NotDoneReason(StrEnum):
    """Why an item was not done."""

    NO_AGENT = "no_agent"
    ROOM_IN_USE = "room_in_use"
    NO_WATER_OR_POWER = "no_water_or_power"
    TOOL_BROKEN = "tool_broken"
    PLACE_CLOSED = "place_closed"
    SEVERE_WEATHER = "severe_weather"
    STUDENTS_PRESENT = "students_present"
    SHORT_OF_HANDS = "short_of_hands"
    FORGOTTEN = "forgotten"
    OTHER = "other"


NOT_THE_CLASS = frozenset(
    {
        NotDoneReason.NO_AGENT,
        NotDoneReason.ROOM_IN_USE,
        NotDoneReason.NO_WATER_OR_POWER,
        NotDoneReason.TOOL_BROKEN,
        NotDoneReason.PLACE_CLOSED,
        NotDoneReason.SEVERE_WEATHER,
    }
)
"""Reasons that lie with the school: the duty counts as fulfilled."""


class TaskState(StrEnum):
    """How a task stands, derived from its times and its record; never stored."""

    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"
    """Past its time, but still accepted as late."""
    DONE = "done"
    """Finished on time."""
    LATE = "late"
    VERIFIED = "verified"
    """Done, on time or late, and somebody else has looked at it and taken it."""
    REJECTED = "rejected"
    """Somebody else has given it back: it is to be done again."""
    NOT_DONE = "not_done"
    """Finished, with a reason for every item that applies: nothing was done."""
    EXCUSED = "excused"
    """It counts as fulfilled: every reason lies with the school, somebody excused it, or a terminal
    disinfection of the place took its turn that day."""
    MISSED = "missed"


OPEN_STATES = frozenset({TaskState.DUE, TaskState.OVERDUE, TaskState.REJECTED})
"""A task in one of these takes answers."""

DONE_STATES = frozenset({TaskState.DONE, TaskState.LATE, TaskState.VERIFIED})
"""A task in one of these can be verified."""

FINISHED_STATES = DONE_STATES | {TaskState.NOT_DONE, TaskState.EXCUSED}


class Refusal(StrEnum):
    """Why a record, or a change to zones and schedules, is refused."""

    NOT_OPEN = "not_open"
    MISSED = "missed"
    CORRECTION_OVER = "correction_over"
    REASON_NEEDED = "reason_needed"
    ITEMS_OPEN = "items_open"
    NOT_OF_TASK = "not_of_task"
    NAME_TAKEN = "name_taken"
    IN_PAST = "in_past"
    TIMES_ORDER = "times_order"
    SLOT_TAKEN = "slot_taken"
    SOURCE_GONE = "source_gone"
    BATCH_OLD = "batch_old"
    LOT_EXPIRED = "lot_expired"
    SAFETY_UNREAD = "safety_unread"
    VERIFIED = "verified"
    OWN_WORK = "own_work"
    OWN_GROUP = "own_group"
    NOTHING_DONE = "nothing_done"
    VERIFY_OVER = "verify_over"
    WHY_NEEDED = "why_needed"
    PHOTO_NEEDED = "photo_needed"
    ZONES_EXIST = "zones_exist"


def slot_code(slot: time) -> str:
    """A slot as it stands in a record and in an address: `15:40`."""
    return slot.strftime("%H:%M")


def read_slot(code: str) -> time | None:
    """The hour a slot's code names; None if it names none."""
    try:
        slot = datetime.strptime(code, "%H:%M").time()
    except ValueError:
        return None
    return slot if slot_code(slot) == code else None


def late_until(day: date, next_school_day: date | None, zone: tzinfo) -> datetime:
    """The last moment at which a task of `day` is still taken: 24:00 of the school's next school day.

    Set by the school; where no term goes on, 24:00 of the day itself.
    """
    return datetime.combine((next_school_day or day) + timedelta(days=1), time(), zone)


@dataclass(frozen=True)
class TaskTimes:
    """From when a task is open, until when it is on time, and until when it is late."""

    opens: datetime
    on_time_until: datetime
    late_until: datetime


@dataclass(frozen=True)
class Answer:
    """What became of one item."""

    result: ItemResult
    reason: NotDoneReason | None = None


@dataclass(frozen=True)
class Said:
    """What others have said of a task."""

    excused: bool = False
    """Somebody excused it, or a terminal disinfection of the place took its turn that day."""
    verified: bool = False
    """What was finished was looked at and taken."""
    redo_until: datetime | None = None
    """It was given back: until then it may be done again."""


@dataclass(frozen=True)
class Outcome:
    """How a task turned out: its state, and the items that scores count."""

    state: TaskState
    late: bool
    """Finished after its time; a task of which nothing could be done may be late as well."""
    applicable: int
    """All items of the day but those answered as not applicable; an open item applies."""
    done: int
    not_done: int
    not_done_excused: int
    """Those of `not_done` whose reason lies with the school."""


def outcome_of(
    times: TaskTimes,
    answers: Sequence[Answer | None],
    finished: datetime | None,
    now: datetime,
    said: Said = Said(),
) -> Outcome:
    """How a task turned out or stands at `now`: with `outcome_frames` what tells done, late and missed apart.

    `answers` are those to the items scheduled that day, None where one is open.  Until the record is
    finished, its answers count for nothing.
    """
    given = [answer for answer in answers if answer is not None] if finished else []
    not_done = [answer.reason for answer in given if answer.result is ItemResult.NOT_DONE]
    applicable = len(answers) - sum(answer.result is ItemResult.NOT_APPLICABLE for answer in given)
    done = sum(answer.result is ItemResult.DONE for answer in given)
    excused = sum(reason in NOT_THE_CLASS for reason in not_done)
    late = finished is not None and finished > times.on_time_until
    until = max(times.late_until, said.redo_until or times.late_until)
    if said.excused:
        state = TaskState.EXCUSED
    elif finished is None and said.redo_until:
        state = TaskState.REJECTED if now <= until else TaskState.MISSED
    elif finished is None:
        state = _state_of_open(times, now)
    elif finished > until:
        state = TaskState.MISSED
    elif not_done and not done:
        state = TaskState.EXCUSED if excused == len(not_done) else TaskState.NOT_DONE
    elif said.verified:
        state = TaskState.VERIFIED
    else:
        state = TaskState.LATE if late else TaskState.DONE
    return Outcome(state, late, applicable, done, len(not_done), excused)


def _state_of_open(times: TaskTimes, now: datetime) -> TaskState:
    if now < times.opens:
        return TaskState.SOON
    if now <= times.on_time_until:
        return TaskState.DUE
    return TaskState.OVERDUE if now <= times.late_until else TaskState.MISSED


def correction_until(finished: datetime, zone: tzinfo) -> datetime:
    """Until when the answers of a finished record may be corrected: 24:00 of the day after it."""
    return datetime.combine(finished.astimezone(zone).date() + timedelta(days=2), time(), zone)


VERIFY_WITHIN = timedelta(days=7)
"""For so long after it was finished a task can be verified or given back; set by the school."""


def refusal_of(
    times: TaskTimes, outcome: Outcome, finished: datetime | None, now: datetime, zone: tzinfo
) -> Refusal | None:
    """Why a task takes no answer at `now`; None if it does."""
    if finished is None:
        if now < times.opens:
            return Refusal.NOT_OPEN
        is_open = outcome.state is TaskState.REJECTED or now <= times.late_until
        return None if is_open else Refusal.MISSED
    if outcome.state is TaskState.VERIFIED:
        return Refusal.VERIFIED
    return Refusal.CORRECTION_OVER if now > correction_until(finished, zone) else None


class Group(StrEnum):
    """Where a task stands on the day's list."""

    OVERDUE = "overdue"
    NOW = "now"
    LATER = "later"
    DONE = "done"
    MISSED = "missed"


def group_of(state: TaskState) -> Group:
    """Where a task stands on the day's list."""
    if state in FINISHED_STATES:
        return Group.DONE
    return {
        TaskState.OVERDUE: Group.OVERDUE,
        TaskState.DUE: Group.NOW,
        TaskState.REJECTED: Group.NOW,
        TaskState.SOON: Group.LATER,
        TaskState.MISSED: Group.MISSED,
    }[state]
