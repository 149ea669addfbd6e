"""Treating what happened: begun, done, and the place open again.  The only writers of event records."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker import clock
from tracker.audit import service as audit
from tracker.db import db
from tracker.disinfection import event_queries as queries
from tracker.disinfection.event_models import EventRecord, EventStruck
from tracker.disinfection.event_queries import Event
from tracker.disinfection.event_rules import EventCause, EventPlace, Refusal, slot_of
from tracker.disinfection.models import Record, Zone
from tracker.disinfection.rules import RecordState, correction_until
from tracker.errors import Rejected
from tracker.notices import service as notices
from tracker.notices.rules import Event as Notice
from tracker.notices.rules import NoticeKind
from tracker.room import service as room
from tracker.supplies import queries as supplies


def tell_team(by: int, at: datetime, stay_id: int) -> None:
    """Tell who treats spills of the one that was reported with a stay: the place, no child."""
    found = queries.event(EventPlace.FLOOR, stay_id, at)
    if found is None or not found.is_open(at):
        return
    of_class = [found.school_class.id] if found.school_class else []
    name = found.zone.name if found.zone else found.place
    details = {"place": name, "classes": of_class}
    notices.send(at, Notice(NoticeKind.SPILL, slot_of(EventCause.SPILL, stay_id), details, by=by), {})


def begin(
    by: int,
    at: datetime,
    place: EventPlace,
    subject_id: int,
    *,
    zone_id: int | None = None,
    started: datetime | None = None,
) -> None:
    """Somebody trained is there.  Who comes second changes nothing.

    `zone_id` says in which zone the place lies, where nobody knows it.
    """
    found = _event(place, subject_id, at)
    if found.record is not None:
        return
    begun = started or at
    if begun > at:
        raise Rejected(Refusal.IN_FUTURE, "started")
    if begun < found.at - timedelta(minutes=1):  # what is typed has no seconds
        raise Rejected(Refusal.BEFORE_EVENT, "started")
    zone = found.zone or (db.session.get(Zone, zone_id) if zone_id else None)
    if zone is None:
        raise Rejected(Refusal.ZONE_NEEDED, "zone")
    record = Record(
        zone_id=zone.id,
        day=found.day,
        slot=slot_of(found.cause, subject_id),
        state=RecordState.DRAFT,
        by=by,
        started=begun,
        finished=None,
    )
    db.session.add(record)
    db.session.flush()
    db.session.add(
        EventRecord(cause=found.cause, subject_id=subject_id, record_id=record.id, place=found.place)
    )
    # Two at once, each in another zone: the second row of one event is refused, and then finds the first.
    db.session.flush()
    audit.record(by, at, "disinfection.event_begin", "record", record.id, changes={"slot": record.slot})


@dataclass(frozen=True)
class Done:
    """How it was done."""

    minutes: int
    batch_id: int | None = None
    mg_per_l: int | None = None
    """Of what comes from no batch."""
    helper: str | None = None
    note: str | None = None


def finish(by: int, at: datetime, place: EventPlace, subject_id: int, how: Done) -> None:
    """It is done: strong enough, and it has acted long enough.  A room the nurse keeps is free again."""
    found = _event(place, subject_id, at)
    if found.record is None:
        raise Rejected(Refusal.NOT_BEGUN)
    record, done = _held(found)
    if record.finished is not None:
        raise Rejected(Refusal.DONE_BEFORE)
    mg_per_l = _strength(record.started, at, how)
    _refuse_weak(found, mg_per_l, how.minutes)
    acted = record.started + timedelta(minutes=how.minutes)
    if at < acted.replace(second=0, microsecond=0):
        raise Rejected(Refusal.TOO_SOON, "minutes", until=acted)
    record.state, record.finished, record.by = RecordState.DONE, at, by
    done.batch_id, done.mg_per_l, done.minutes = how.batch_id, mg_per_l, how.minutes
    done.helper, done.note = how.helper, how.note
    done.opens_at = at + timedelta(minutes=found.treatment.airing_minutes)
    db.session.flush()
    if found.cause is EventCause.STAY and found.room:
        try:
            room.clean(by, at, found.room)
        except Rejected as no_room:
            raise Rejected(Refusal.ROOM_OCCUPIED) from no_room
    changes = {"slot": record.slot, "mg_per_l": mg_per_l, "minutes": how.minutes, "batch": how.batch_id}
    audit.record(by, at, "disinfection.event_finish", "record", record.id, changes=changes)


def correct(by: int, at: datetime, place: EventPlace, subject_id: int, how: Done, why: str) -> None:
    """Something else is true of what was done: what stood there is struck, and stays to be read.

    When it was done stays as it is.  Possible until 24:00 of the day after it was finished.
    """
    found = _event(place, subject_id, at)
    if found.record is None:
        raise Rejected(Refusal.NOT_DONE)
    record, done = _held(found)
    if record.finished is None:
        raise Rejected(Refusal.NOT_DONE)
    until = correction_until(record.finished, clock.zone())
    if at > until:
        raise Rejected(Refusal.CORRECTION_OVER, until=until)
    mg_per_l = _strength(record.started, record.finished, how)
    _refuse_weak(found, mg_per_l, how.minutes)
    acted = record.started + timedelta(minutes=how.minutes)
    if record.finished < acted.replace(second=0, microsecond=0):
        raise Rejected(Refusal.TOO_SOON, "minutes", until=acted)
    new = {
        "batch_id": how.batch_id,
        "mg_per_l": mg_per_l,
        "minutes": how.minutes,
        "helper": how.helper,
        "note": how.note,
    }
    old = {name: getattr(done, name) for name in new}
    if new == old:
        raise Rejected(Refusal.NOTHING_CHANGED)
    no = db.session.scalar(sa.select(sa.func.count()).where(EventStruck.record_id == record.id)) or 0
    db.session.add(EventStruck(record_id=record.id, no=no + 1, why=why, by=by, at=at, **old))
    for name, value in new.items():
        setattr(done, name, value)
    db.session.flush()
    audit.record(by, at, "disinfection.event_correct", "record", record.id, changes={"struck": no + 1})


def _refuse_weak(found: Event, mg_per_l: int, minutes: int) -> None:
    need = found.treatment
    bounds = {"least": need.least_mg_per_l, "most": need.most_mg_per_l, "minutes": need.minutes}
    Rejected.unless_empty(
        [Rejected(reason, field, **bounds) for reason, field in need.wrongs(mg_per_l, minutes)]
    )


def _event(place: EventPlace, subject_id: int, at: datetime) -> Event:
    found = queries.event(place, subject_id, at)
    if found is None:
        raise Rejected(Refusal.GONE)
    return found


def _held(found: Event) -> tuple[Record, EventRecord]:
    """The record of an event and what belongs to it, kept from others until the transaction ends."""
    assert found.record is not None
    fresh = {"populate_existing": True}
    record = db.session.scalars(
        sa.select(Record).filter_by(id=found.record.id).with_for_update().execution_options(**fresh)
    ).one()
    done = db.session.scalars(
        sa.select(EventRecord).filter_by(record_id=record.id).execution_options(**fresh)
    ).one()
    return record, done


def _strength(started: datetime, at: datetime, how: Done) -> int:
    """How strong the solution was: as its batch says, or as it was typed."""
    if how.batch_id is None:
        if how.mg_per_l is None:
            raise Rejected(Refusal.NO_STRENGTH, "mg_per_l")
        return how.mg_per_l
    # Good when it was begun: it may go out of date while it acts.
    batch = next((one.batch for one in supplies.batches_good(started) if one.batch.id == how.batch_id), None)
    if batch is None or batch.mixed_at > at:
        raise Rejected(Refusal.BATCH_OLD, "batch")
    return batch.mg_per_l
