"""What happened and asks for disinfection at once, and how far it is: derived, never stored twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.accounts.models import User
from tracker.db import built_once, db
from tracker.disinfection.event_models import EventRecord, EventStruck
from tracker.disinfection.event_rules import (
    AFTER_SCHOOL,
    ASKED_FOR,
    CAUSE_OF,
    COME_WITHIN,
    PLACE_OF,
    TREATMENTS,
    EventCause,
    EventPlace,
    EventState,
    Treatment,
    event_state,
    is_closed,
)
from tracker.disinfection.models import Record, Zone, ZoneOwner
from tracker.disinfection.rules import ZoneType
from tracker.room.models import Stay
from tracker.room.rules import ISOLATION, SENT_AWAY, Room, StayEnd
from tracker.school.models import Enrolment, SchoolClass
from tracker.school.queries import enrolled_on
from tracker.screening.models import Entry, Fever, Sheet
from tracker.screening.rules import FeverSource, FeverState, State


@dataclass(frozen=True)
class Event:
    """Something that asks for disinfection at once, and what was done about it.

    Of the child it came from it says nothing.
    """

    cause: EventCause
    subject_id: int
    at: datetime
    place: str
    """As it was reported; empty where the zone says it."""
    room: Room | None
    zone: Zone | None
    """None: nobody has said yet in which zone the place lies."""
    school_class: SchoolClass | None
    """Whose room the zone is."""
    record: Record | None
    done: EventRecord | None
    by: str | None
    """Who has begun, or done it."""

    @property
    def code(self) -> EventPlace:
        """The cause as an address says it."""
        return PLACE_OF[self.cause]

    @property
    def day(self) -> date:
        """The day it belongs to."""
        return clock.local(self.at).date()

    @property
    def treatment(self) -> Treatment:
        """How it is treated."""
        return TREATMENTS[self.cause]

    @property
    def due(self) -> datetime | None:
        """By when somebody is there, or it is done; None: before the room is used again."""
        if self.cause is EventCause.SPILL:
            return self.at + COME_WITHIN
        return clock.at(self.day, AFTER_SCHOOL) if self.cause is EventCause.FEVER else None

    def state(self, now: datetime) -> EventState:
        """How the task stands."""
        record, done = self.record, self.done
        return event_state(
            record.started if record else None,
            record.finished if record else None,
            done.opens_at if done else None,
            now,
        )

    def is_open(self, now: datetime) -> bool:
        """Whether there is something left to do."""
        return self.state(now) in (EventState.TO_TREAT, EventState.BEGUN)

    def is_overdue(self, now: datetime) -> bool:
        """Whether nobody came in time."""
        return self.state(now) is EventState.TO_TREAT and self.due is not None and now > self.due

    def is_closed(self, now: datetime) -> bool:
        """Whether its place may not be used."""
        return is_closed(self.cause, self.state(now))

    def opens_at(self) -> datetime | None:
        """When the place may be used again, where that is known."""
        return self.done.opens_at if self.done else None


@built_once
def _happened() -> Any:
    """Everything that is still asked for, one row each, by the moments since when each cause is.

    Never the child, but for its class.
    """
    other, way = aliased(Stay), aliased(Stay)
    occupied = sa.exists().where(
        other.room == Stay.room, other.arrived_at.is_not(None), other.ended_at.is_(None)
    )
    newer = sa.exists().where(other.room == Stay.room, other.ended_at > Stay.ended_at)
    recorded = sa.exists().where(EventRecord.cause == EventCause.STAY, EventRecord.subject_id == Stay.id)
    rooms = sa.select(
        sa.literal(EventCause.STAY.value).label("cause"),
        Stay.id.label("subject_id"),
        Stay.ended_at.label("at"),
        Stay.student_id,
        sa.literal("").label("place"),
        Stay.room,
    ).where(
        Stay.room.in_(ISOLATION),
        Stay.ended_at >= sa.bindparam(EventCause.STAY.value),
        sa.or_(recorded, sa.and_(Stay.cleaned_at.is_(None), ~occupied, ~newer)),
    )
    floors = sa.select(
        sa.literal(EventCause.SPILL.value),
        Stay.id,
        Stay.reported_at,
        Stay.student_id,
        Stay.place,
        sa.cast(sa.null(), Stay.room.type),
    ).where(
        Stay.soiled,
        Stay.reported_at >= sa.bindparam(EventCause.SPILL.value),
        Stay.ended_how.is_distinct_from(StayEnd.NEVER_CAME),
    )
    left_class = sa.or_(
        sa.exists().where(
            way.student_id == Fever.student_id,
            sa.or_(way.arrived_at >= Fever.opened_at, way.ended_at >= Fever.opened_at),
            sa.or_(way.arrived_at.is_not(None), way.ended_how.in_(SENT_AWAY)),
        ),
        sa.exists().where(
            Entry.student_id == Fever.student_id,
            Entry.sheet_id == Sheet.id,
            Sheet.day == Fever.day,
            Entry.until_no.is_(None),
            Entry.state.in_((State.LEFT, State.IN_ROOM, State.ABSENT)),
        ),
    )
    desks = sa.select(
        sa.literal(EventCause.FEVER.value),
        Fever.id,
        Fever.decided_at,
        Fever.student_id,
        sa.literal(""),
        sa.cast(sa.null(), Stay.room.type),
    ).where(
        Fever.state == FeverState.CONFIRMED,
        Fever.source != FeverSource.GATE,  # who was stopped at the gate has not sat at a desk
        Fever.decided_at >= sa.bindparam(EventCause.FEVER.value),
        sa.or_(Fever.source == FeverSource.STAY, left_class),
    )
    return sa.union_all(rooms, floors, desks).subquery("happened")


def _rows(now: datetime, *where: Any) -> Sequence[Any]:
    today = clock.local(now).date()
    what = _happened()
    asked = (
        sa.select(what, Enrolment.class_id, EventRecord, Record, User.name.label("by"))
        .outerjoin(Enrolment, sa.and_(Enrolment.student_id == what.c.student_id, *enrolled_on(today)))
        .outerjoin(
            EventRecord,
            sa.and_(EventRecord.cause == what.c.cause, EventRecord.subject_id == what.c.subject_id),
        )
        .outerjoin(Record, Record.id == EventRecord.record_id)
        .outerjoin(User, User.id == Record.by)
        .order_by(what.c.at, what.c.cause, what.c.subject_id)
    )
    for condition in where:
        asked = asked.where(condition(what))
    since = {cause.value: now - span for cause, span in ASKED_FOR.items()}
    return db.session.execute(asked, since).all()


def events(now: datetime) -> list[Event]:
    """What is to be treated, and what was finished today: closed places first, then the oldest.

    Two statements; one for none.
    """
    morning = clock.at(clock.local(now).date(), time())
    rows = _rows(now, lambda _: sa.or_(Record.finished.is_(None), Record.finished >= morning))
    found = _made(rows, clock.local(now).date())
    return sorted(found, key=lambda one: (not one.is_open(now), not one.is_closed(now)))


def event(place: EventPlace, subject_id: int, now: datetime) -> Event | None:
    """One event."""
    cause = CAUSE_OF[place].value
    rows = _rows(now, lambda what: sa.and_(what.c.cause == cause, what.c.subject_id == subject_id))
    return next(iter(_made(rows, clock.local(now).date())), None)


def closed_by(zone_id: int, now: datetime) -> Event | None:
    """What has closed a zone, where it may not be used now."""
    of_zone = (one for one in events(now) if one.zone and one.zone.id == zone_id and one.is_closed(now))
    return next(of_zone, None)


def struck(record_id: int) -> list[tuple[EventStruck, str]]:
    """What the record of an event said before, oldest first, with who struck it."""
    rows = db.session.execute(
        sa.select(EventStruck, User.name)
        .join(User, User.id == EventStruck.by)
        .where(EventStruck.record_id == record_id)
        .order_by(EventStruck.no)
    )
    return [(one, by) for one, by in rows]


@dataclass(frozen=True)
class _Kept:
    zone: Zone
    school_class: SchoolClass | None


def _made(rows: Sequence[Any], today: date) -> list[Event]:
    zones = _zones(rows, today) if rows else []
    found = []
    for row in rows:
        place = _place(row, zones)
        found.append(
            Event(
                EventCause(row.cause),
                row.subject_id,
                row.at,
                row.place,
                row.room,
                place.zone if place else None,
                place.school_class if place else None,
                row.Record,
                row.EventRecord,
                row.by,
            )
        )
    return found


def _zones(rows: Sequence[Any], today: date) -> list[_Kept]:
    """The zones that some events can lie in, in the order of walking.  One statement."""
    of_class = {row.class_id for row in rows if row.class_id}
    named = {_plain(row.place) for row in rows if row.place}
    recorded = {row.Record.zone_id for row in rows if row.Record}
    asked = (
        sa.select(Zone, SchoolClass, ZoneOwner.class_id)
        .outerjoin(ZoneOwner, sa.and_(ZoneOwner.zone_id == Zone.id, ZoneOwner.valid_from <= today))
        .outerjoin(SchoolClass, SchoolClass.id == ZoneOwner.class_id)
        .where(
            sa.or_(
                Zone.type == ZoneType.OBSERVATION_ROOM,
                sa.and_(Zone.type == ZoneType.CLASSROOM, ZoneOwner.class_id.in_(of_class)),
                sa.func.lower(Zone.name).in_(named),
                Zone.id.in_(recorded),
            )
        )
        .order_by(Zone.walk_order, Zone.id, ZoneOwner.valid_from.desc())
    )
    found: dict[int, _Kept] = {}
    for zone, school_class, _class_id in db.session.execute(asked):
        found.setdefault(zone.id, _Kept(zone, school_class))
    return list(found.values())


def _plain(place: str) -> str:
    return " ".join(place.split()).lower()


def _place(row: Any, zones: Sequence[_Kept]) -> _Kept | None:
    """Where an event lies: where it was recorded, else where it says, else where the child's class sits."""
    if row.Record:
        return next((one for one in zones if one.zone.id == row.Record.zone_id), None)
    if row.room:
        rooms = [one for one in zones if one.zone.type is ZoneType.OBSERVATION_ROOM]
        number = ISOLATION.index(row.room)
        return rooms[number] if number < len(rooms) else None
    own = [
        one
        for one in zones
        if one.zone.type is ZoneType.CLASSROOM and one.school_class and one.school_class.id == row.class_id
    ]
    if not row.place:
        return own[0] if own else None
    named = [one for one in zones if _plain(one.zone.name) == _plain(row.place)]
    return next((one for one in named if one in own), named[0] if len(named) == 1 else None)
