"""Writing the ledger of supplies, lots, what is mixed, and the devices.  Lines are only ever added."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.errors import Rejected
from tracker.supplies import dilution_rules, queries
from tracker.supplies.defaults import OPENING
from tracker.supplies.dilution_rules import GOOD_FOR, Dilution
from tracker.supplies.models import Batch, Equipment, Lot, Move, SafetyRead, Supply
from tracker.supplies.rules import (
    SIGN,
    Category,
    DeviceKind,
    Lamp,
    Measure,
    MoveKind,
    Refusal,
    Shelf,
    shelf_of,
)


@dataclass(frozen=True)
class Line:
    """A line of the ledger as it is handed in."""

    kind: MoveKind
    quantity: int
    lot_id: int | None = None
    refers_to: int | None = None
    buyer_id: int | None = None
    price_cents: int | None = None
    person: str | None = None
    note: str | None = None


def add_supply(
    by: int,
    at: datetime,
    *,
    name: str,
    category: Category,
    unit: Measure,
    minimum: int,
    keeper: str,
    licence: str | None = None,
    note: str | None = None,
) -> Supply:
    """A supply that the school keeps from now on.  Rejected if another is called so."""
    if queries.has_name(name):
        raise Rejected(Refusal.NAME_TAKEN, "name")
    made = Supply(
        name=name, category=category, unit=unit, minimum=minimum, keeper=keeper, licence=licence, note=note
    )
    db.session.add(made)
    db.session.flush()  # its id
    audit.record(by, at, "supplies.add", "supply", made.id)
    return made


def ship_opening(by: int, at: datetime, today: date) -> None:
    """The list a school begins with: what it has of each, and the least it wants to have.

    What is on the list already is left alone.
    """
    for one in OPENING:
        if queries.has_name(str(one.name)):
            continue
        made = add_supply(
            by,
            at,
            name=str(one.name),
            category=one.category,
            unit=one.unit,
            minimum=one.minimum,
            keeper=str(one.keeper),
        )
        if one.quantity:
            write(by, at, today, made.id, Line(MoveKind.COUNT, one.quantity))


def add_lot(
    by: int,
    at: datetime,
    today: date,
    supply: Supply,
    *,
    code: str,
    strength_mg_per_l: int | None,
    tablet_mg: int | None,
    expires_on: date | None,
) -> Lot:
    """A lot of a supply.  Chlorine needs its strength; a lot that has expired is not taken in."""
    if supply.category is Category.CHLORINE and strength_mg_per_l is None and tablet_mg is None:
        raise Rejected(Refusal.NO_STRENGTH, "percent")
    if shelf_of(expires_on, today) is Shelf.EXPIRED:
        raise Rejected(Refusal.EXPIRES_BEFORE_TODAY, "expires_on")
    made = db.session.scalar(
        insert(Lot)
        .values(
            supply_id=supply.id,
            code=code,
            strength_mg_per_l=strength_mg_per_l,
            tablet_mg=tablet_mg,
            expires_on=expires_on,
        )
        .on_conflict_do_nothing()
        .returning(Lot)
    )
    if made is None:
        raise Rejected(Refusal.LOT_TAKEN, "code")
    audit.record(by, at, "supplies.lot", "lot", made.id, changes={"supply": supply.id})
    return made


def write(by: int, at: datetime, today: date, supply_id: int, line: Line) -> Move:
    """Add a line to the ledger of a supply.

    Rejected where there is less than is taken out, where one's own request is approved or one's own
    purchase accepted, and where what the line answers is not there or was answered already.
    """
    supply = _hold(supply_id)
    _refuse_answer(by, line)
    delta = _delta(supply_id, line)
    if delta < 0 and -delta > queries.balance(supply_id):
        raise Rejected(Refusal.TOO_LITTLE, "quantity", left=queries.balance(supply_id))
    if delta < 0 and line.lot_id is not None and -delta > queries.balance(supply_id, line.lot_id):
        raise Rejected(Refusal.TOO_LITTLE, "quantity", left=queries.balance(supply_id, line.lot_id))
    move = Move(
        supply_id=supply.id,
        lot_id=line.lot_id,
        kind=line.kind,
        quantity=line.quantity,
        delta=delta,
        day=today,
        at=at,
        by=by,
        refers_to=line.refers_to,
        buyer_id=line.buyer_id,
        price_cents=line.price_cents,
        person=line.person,
        note=line.note,
    )
    db.session.add(move)
    db.session.flush()  # its id
    changes = {"kind": line.kind.value, "delta": delta}
    audit.record(by, at, f"supplies.{line.kind.value}", "supply", supply.id, changes=changes)
    return move


def _hold(supply_id: int) -> Supply:
    """A supply, kept from others until the commit: two who take the last of it come one after the other."""
    return db.session.scalars(sa.select(Supply).filter_by(id=supply_id).with_for_update()).one()


def _delta(supply_id: int, line: Line) -> int:
    if line.kind is MoveKind.COUNT:
        return line.quantity - queries.balance(supply_id, line.lot_id)
    return SIGN[line.kind] * line.quantity


ANSWERS = {
    MoveKind.APPROVE: (MoveKind.REQUEST, Refusal.NOT_REQUESTED),
    MoveKind.RETURN: (MoveKind.BORROW, Refusal.NOT_LENT),
}
"""The line that another one answers, and what is said where it is not there."""


def _refuse_answer(by: int, line: Line) -> None:
    if line.kind in ANSWERS:
        kind, refusal = ANSWERS[line.kind]
        asked = queries.open_move(line.refers_to or 0, kind)
        if asked is None:
            raise Rejected(refusal)
        if line.kind is MoveKind.APPROVE and asked.by == by:
            raise Rejected(Refusal.OWN_REQUEST)
        if line.kind is MoveKind.RETURN and line.quantity > asked.quantity:
            raise Rejected(Refusal.NOT_LENT, "quantity")
    if line.kind is MoveKind.ACCEPT and line.buyer_id == by:
        raise Rejected(Refusal.OWN_PURCHASE, "buyer")
    if line.kind is MoveKind.ACCEPT and line.refers_to is not None:
        approved = queries.open_move(line.refers_to, MoveKind.APPROVE)
        if approved is None:
            raise Rejected(Refusal.NOT_APPROVED)


def mix(
    by: int,
    at: datetime,
    today: date,
    *,
    lot_id: int,
    target_mg_per_l: int,
    volume_ml: int,
    place: str,
    safety: bool,
) -> Batch:
    """Mix a working solution: it draws from its lot, and is good for a day.

    Rejected if the lot cannot give it, if there is too little, or if this person has not yet said to have
    read the safety rules of the supply.
    """
    seen = queries.lot(lot_id, today)
    if seen is None:
        raise Rejected(Refusal.LOT_NEEDED, "lot")
    refused = dilution_rules.refusal_of_mix(
        strength_mg_per_l=seen.lot.strength_mg_per_l,
        tablet_mg=seen.lot.tablet_mg,
        expires_on=seen.lot.expires_on,
        target_mg_per_l=target_mg_per_l,
        volume_ml=volume_ml,
        today=today,
    )
    if refused:
        raise Rejected(*refused)
    if safety:
        read_safety(by, at, [seen.supply.id])
    elif queries.safety_read(by, seen.supply.id) is None:
        raise Rejected(Refusal.SAFETY_UNREAD, "safety")
    mixed = dilution_of(seen.lot, target_mg_per_l, volume_ml)
    line = Line(MoveKind.MIX, mixed.tablets or mixed.stock_ml or 0, lot_id=lot_id, person=place)
    try:
        write(by, at, today, seen.supply.id, line)
    except Rejected as no:
        raise Rejected(no.reason, "lot", **no.details) from None
    batch = Batch(
        lot_id=lot_id,
        mg_per_l=mixed.reached_mg_per_l,
        volume_ml=volume_ml,
        mixed_at=at,
        by=by,
        place=place,
        good_until=at + GOOD_FOR,
    )
    db.session.add(batch)
    db.session.flush()  # its id
    audit.record(by, at, "supplies.batch", "batch", batch.id, changes={"lot": lot_id})
    return batch


def dilution_of(lot: Lot, target_mg_per_l: int, volume_ml: int) -> Dilution:
    """What to put together from a lot."""
    if lot.tablet_mg is not None:
        return dilution_rules.mix_tablets(lot.tablet_mg, target_mg_per_l, volume_ml)
    return dilution_rules.mix_liquid(lot.strength_mg_per_l or 0, target_mg_per_l, volume_ml)


def read_safety(by: int, at: datetime, supply_ids: Iterable[int]) -> None:
    """A person says to have read the safety rules of supplies: asked for once for each."""
    rows = [{"user_id": by, "supply_id": id, "at": at} for id in supply_ids]
    if rows:
        db.session.execute(insert(SafetyRead).values(rows).on_conflict_do_nothing())


def keep_device(
    by: int,
    at: datetime,
    equipment_id: int | None,
    *,
    number: str,
    kind: DeviceKind,
    name: str,
    room: str,
    keeper: str,
    next_check_on: date | None,
    retired_on: date | None = None,
    lamp: Lamp | None = None,
) -> Equipment:
    """A device, new or changed.  Rejected if another has its number."""
    if queries.has_number(number, but=equipment_id):
        raise Rejected(Refusal.NUMBER_TAKEN, "number")
    device = db.session.get_one(Equipment, equipment_id) if equipment_id else Equipment()
    device.number, device.kind, device.name, device.room, device.keeper = number, kind, name, room, keeper
    device.next_check_on, device.retired_on = next_check_on, retired_on
    device.lamp_hours = lamp.hours if lamp else None
    if device.tube_since is None:  # of a tube that was put in since, the list knows every minute
        device.tube_minutes = lamp.burned_minutes if lamp else 0
    db.session.add(device)
    db.session.flush()  # its id
    audit.record(by, at, "supplies.device", "equipment", device.id)
    return device


def replace_tube(by: int, at: datetime, today: date, equipment_id: int, burned_minutes: int) -> None:
    """A lamp has a new tube since today; how long the old one had burned stands in the trail."""
    lamp = db.session.get_one(Equipment, equipment_id, with_for_update=True)
    if lamp.tube_since == today:
        return
    lamp.tube_since, lamp.tube_minutes = today, 0
    changes = {"burned_minutes": burned_minutes}
    audit.record(by, at, "supplies.tube", "equipment", lamp.id, changes=changes)
