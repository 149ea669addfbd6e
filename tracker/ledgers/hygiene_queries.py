"""Reading what was disinfected, for its ledgers.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.accounts.models import User
from tracker.db import db
from tracker.disinfection.day_queries import school_sets
from tracker.disinfection.day_rules import level_at
from tracker.disinfection.event_models import EventRecord
from tracker.disinfection.models import (
    Department,
    Record,
    RecordItem,
    Schedule,
    Verification,
    Zone,
    ZoneObject,
    ZoneOwner,
)
from tracker.disinfection.record_queries import VERIFIED, with_verdicts
from tracker.disinfection.rules import ObjectKind, RecordState, read_slot
from tracker.school.models import SchoolClass
from tracker.school.queries import place_on
from tracker.school.rules import Level, Place
from tracker.supplies.models import Batch, Equipment, Lot, Supply

Version = TypeVar("Version")


@dataclass(frozen=True)
class ItemSeen:
    """One object of a record, and the schedule that asked for it."""

    kind: ObjectKind
    row: RecordItem
    schedule: Schedule | None
    source: str | None
    """Lot and batch, or the lamp."""


@dataclass(frozen=True)
class RecordSeen:
    """One finished record, with all that its line in the ledger says."""

    record: Record
    zone: Zone
    by: str
    school_class: SchoolClass | None
    event: EventRecord | None
    lot: str | None
    """Of what it was mixed."""
    verified: tuple[str, datetime] | None
    """Who has taken it, and when."""
    excused_by: str | None
    items: list[ItemSeen] = field(default_factory=list)


def departments() -> Sequence[Department]:
    """The departments in the order in which they were made."""
    return db.session.scalars(sa.select(Department).order_by(Department.id)).all()


def records(since: date, until: date) -> list[RecordSeen]:
    """The records of a period, by day, hour and the order of walking: finished, given back or excused.

    Five statements.
    """
    said = Record.id.in_(sa.select(aliased(Verification).record_id))
    during = (
        Record.day.between(since, until),
        sa.or_(Record.state == RecordState.DONE, Record.excuse.is_not(None), said),
    )
    verifier, excuser = aliased(User), aliased(User)
    owners = _owners(until)
    found: dict[int, RecordSeen] = {}
    for record, zone, by, event, code, supply, verified, taken_by, taken_at, excused_by in db.session.execute(
        with_verdicts(
            sa.select(
                Record,
                Zone,
                User.name,
                EventRecord,
                Lot.code,
                Supply.name,
                VERIFIED,
                verifier.name,
                Verification.at,
                excuser.name,
            )
            .join(Zone, Zone.id == Record.zone_id)
            .join(User, User.id == Record.by)
            .outerjoin(EventRecord, EventRecord.record_id == Record.id)
            .outerjoin(Batch, Batch.id == EventRecord.batch_id)
            .outerjoin(Lot, Lot.id == Batch.lot_id)
            .outerjoin(Supply, Supply.id == Lot.supply_id)
            .outerjoin(excuser, excuser.id == Record.excused_by)
        )
        .outerjoin(verifier, verifier.id == Verification.by)
        .where(*during)
        .order_by(Record.day, Record.started, Zone.walk_order, Record.id)
    ):
        lot = f"{supply} {code}" if code else None
        owner = _newest(owners.get(zone.id, ()), record.day)
        taken = (taken_by, taken_at) if verified else None
        found[record.id] = RecordSeen(record, zone, by, owner, event, lot, taken, excused_by)
    plans, levels = _schedules(until), school_sets().levels
    for item, kind, mixed_at, code, supply, lamp in db.session.execute(
        sa.select(RecordItem, ZoneObject.kind, Batch.mixed_at, Lot.code, Supply.name, Equipment.number)
        .join(ZoneObject, ZoneObject.id == RecordItem.object_id)
        .outerjoin(Batch, Batch.id == RecordItem.batch_id)
        .outerjoin(Lot, Lot.id == sa.func.coalesce(RecordItem.lot_id, Batch.lot_id))
        .outerjoin(Supply, Supply.id == Lot.supply_id)
        .outerjoin(Equipment, Equipment.id == RecordItem.device_id)
        .join(Record, Record.id == RecordItem.record_id)
        .where(*during)
        .order_by(RecordItem.object_id)
    ):
        one = found[item.record_id]
        slot = read_slot(one.record.slot)
        plan = None
        if slot:
            place = place_on(one.school_class, one.record.day) if one.school_class else Place()
            level = level_at(levels, one.record.day, slot, place)
            plan = _plan_of(plans.get((item.object_id, slot), {}), one.record.day, level)
        mixed = f"{clock.local(mixed_at):%m-%d %H:%M}" if mixed_at else None
        source = " ".join(part for part in (supply, code, mixed, lamp) if part) or None
        one.items.append(ItemSeen(kind, item, plan, source))
    return list(found.values())


def _newest(versions: Sequence[tuple[date, Version]], day: date) -> Version | None:
    """The newest version not after a day; versions come oldest first."""
    return next((version for since, version in reversed(versions) if since <= day), None)


def _owners(until: date) -> dict[int, list[tuple[date, SchoolClass | None]]]:
    """The class that keeps each zone, if a class does, in versions."""
    found: dict[int, list[tuple[date, SchoolClass | None]]] = {}
    for zone_id, since, school_class in db.session.execute(
        sa.select(ZoneOwner.zone_id, ZoneOwner.valid_from, SchoolClass)
        .outerjoin(SchoolClass, SchoolClass.id == ZoneOwner.class_id)
        .where(ZoneOwner.valid_from <= until)
        .order_by(ZoneOwner.valid_from)
    ):
        found.setdefault(zone_id, []).append((since, school_class))
    return found


Versions = dict[str, list[tuple[date, Schedule]]]
"""By level, oldest first."""


def _schedules(until: date) -> dict[tuple[int, time], Versions]:
    """With what each object is done at each hour, in versions."""
    found: dict[tuple[int, time], Versions] = {}
    for plan in db.session.scalars(
        sa.select(Schedule).where(Schedule.valid_from <= until).order_by(Schedule.valid_from)
    ):
        of_level = found.setdefault((plan.object_id, plan.slot), {}).setdefault(plan.level, [])
        of_level.append((plan.valid_from, plan))
    return found


def _plan_of(versions: Versions, day: date, level: Level) -> Schedule | None:
    """What was in force on a day: that of the level, else of the only level that has something then."""
    newest = {one: _newest(of_level, day) for one, of_level in versions.items()}
    active = {one: plan for one, plan in newest.items() if plan and plan.active}
    return active.get(level) or next(iter(active.values()), newest.get(level))
