"""The store of the demo school: what it began with, bought, mixed and handed out, and its devices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import force_locale

from tracker import clock
from tracker.db import db
from tracker.demo.history import Row
from tracker.disinfection.day_rules import EVERY_DAY
from tracker.disinfection.models import Schedule, Zone, ZoneObject
from tracker.disinfection.rules import Agent, Method, ObjectKind, ZoneType
from tracker.school.rules import Level
from tracker.screening.models import Reading
from tracker.screening.rules import Site
from tracker.supplies import service as supplies
from tracker.supplies.dilution_rules import GOOD_FOR, MG_PER_L_OF_PERCENT, mix_liquid
from tracker.supplies.models import Batch, Equipment, Lot, Move, SafetyRead, Supply
from tracker.supplies.rules import Category, DeviceKind, MoveKind

BUCKETS = {500: ("甲桶，总务处", 20_000), 1000: ("乙桶，总务处", 10_000)}
"""The two working solutions of a school day: where each stands, and how much it is."""
MIXED_AT = time(7, 15)
PURCHASE_ML, PURCHASE_CENTS = 25_000, 20_000
ALCOHOL_ML, ALCOHOL_CENTS = 12_000, 18_000
LAMP_HOURS, BURNED_MINUTES = 1000, 59_400


@dataclass(frozen=True)
class Staff:
    """Who keeps the store."""

    mixer: int
    logistics: int
    buyer: int
    nurse: int
    everybody: Sequence[int]


@dataclass(frozen=True)
class Store:
    """With what the demo's tasks were done."""

    batches: Mapping[tuple[date, int], tuple[int, int]]
    """The number of the batch of a day and a target, and how strong it is."""
    alcohol: int
    """The lot of it."""
    lamp: int
    thermometer: int
    """The one in the nurse's room."""

    def means(self, plan: Schedule, day: date, *, is_done: bool) -> Row:
        """The columns of an item that was done as asked; nothing where it was not done."""
        is_mixed = plan.agent is Agent.CHLORINE
        batch, strength = (
            self.batches.get((day, plan.mg_per_l or 0), (None, None)) if is_mixed else (None, None)
        )
        found: Row = {
            "batch_id": batch,
            "lot_id": self.alcohol if plan.agent is Agent.ALCOHOL else None,
            "mg_per_l": strength,
            "minutes": plan.minutes,
            "device_id": self.lamp if plan.method is Method.LAMP else None,
            "attachment_id": None,
        }
        return found if is_done else dict.fromkeys(found)


def hang_lamp(start: date) -> None:
    """An ultraviolet lamp burns in the nurse's room after school."""
    zone = db.session.scalars(sa.select(Zone).filter_by(type=ZoneType.NURSE_ROOM)).one()
    air = ZoneObject(zone_id=zone.id, kind=ObjectKind.AIR)
    db.session.add(air)
    db.session.flush()  # its id
    db.session.add(
        Schedule(
            object_id=air.id, level=Level.ROUTINE, slot=time(17), valid_from=start, weekdays=list(EVERY_DAY),
            until=time(18, 30), method=Method.LAMP, agent=Agent.NONE, minutes=30, active=True,
        )
    )  # fmt: skip
    db.session.flush()


def furnish(staff: Staff, days: Sequence[date]) -> Store:
    """The opening list, two purchases of 84 accepted by another than the buyer, and what every day took."""
    at = clock.at(days[0], time(6, 30))
    with force_locale("zh_Hans"):
        supplies.ship_opening(staff.logistics, at, days[0])
    known = {one.category: one for one in db.session.scalars(sa.select(Supply).order_by(Supply.id.desc()))}
    chlorine, alcohol = known[Category.CHLORINE], known[Category.ALCOHOL]
    for category in (Category.CHLORINE, Category.ALCOHOL):
        rows = [{"user_id": id, "supply_id": known[category].id, "at": at} for id in staff.everybody]
        db.session.execute(sa.insert(SafetyRead), rows)
    half = len(days) // 2
    first = _lot(staff, chlorine, days[0], "84-A01", 5 * MG_PER_L_OF_PERCENT, PURCHASE_ML, PURCHASE_CENTS)
    second = _lot(staff, chlorine, days[half], "84-A02", 55_000, PURCHASE_ML, PURCHASE_CENTS)
    spirit = _lot(staff, alcohol, days[0], "JJ-07", None, ALCOHOL_ML, ALCOHOL_CENTS)
    moves = [
        _move(staff.nurse, clock.at(day, time(7, 40)), alcohol.id, spirit.id, MoveKind.ISSUE, 500, "各部门")
        for day in days[::5]
    ]
    batches, mixed = _mix(staff.mixer, chlorine.id, [first] * half + [second] * (len(days) - half), days)
    db.session.execute(sa.insert(Move), sorted([*moves, *mixed], key=lambda row: row["at"]))
    return Store(batches, spirit.id, *_devices())


def _lot(
    staff: Staff, supply: Supply, day: date, code: str, strength: int | None, much: int, cents: int
) -> Lot:
    """A delivery with its number, bought by one person and accepted by another."""
    at = clock.at(day, time(6, 45))
    lot = supplies.add_lot(
        staff.logistics, at, day, supply,
        code=code, strength_mg_per_l=strength, tablet_mg=None, expires_on=day + timedelta(days=300),
    )  # fmt: skip
    line = supplies.Line(MoveKind.ACCEPT, much, lot_id=lot.id, buyer_id=staff.buyer, price_cents=cents)
    supplies.write(staff.logistics, at, day, supply.id, line)
    return lot


def _move(by: int, at: datetime, supply: int, lot: int | None, kind: MoveKind, much: int, person: str) -> Row:
    return {
        "supply_id": supply, "lot_id": lot, "kind": kind, "quantity": much, "delta": -much,
        "day": clock.local(at).date(), "at": at, "by": by, "person": person,
    }  # fmt: skip


def _mix(
    by: int, supply: int, lots: Sequence[Lot], days: Sequence[date]
) -> tuple[dict[tuple[date, int], tuple[int, int]], list[Row]]:
    """Both solutions of every school day, from the lot of that day: their numbers, and the ledger's lines."""
    keys: list[tuple[date, int]] = []
    rows: list[Row] = []
    moves: list[Row] = []
    for day, lot in zip(days, lots, strict=True):
        at = clock.at(day, MIXED_AT)
        for target, (place, volume) in BUCKETS.items():
            mixed = mix_liquid(lot.strength_mg_per_l or 0, target, volume)
            keys.append((day, target))
            rows.append(
                {
                    "lot_id": lot.id, "mg_per_l": mixed.reached_mg_per_l, "volume_ml": volume,
                    "mixed_at": at, "by": by, "place": place, "good_until": at + GOOD_FOR,
                }
            )  # fmt: skip
            moves.append(_move(by, at, supply, lot.id, MoveKind.MIX, mixed.stock_ml or 0, place))
    numbers = db.session.scalars(sa.insert(Batch).returning(Batch.id, sort_by_parameter_order=True), rows)
    strengths = [row["mg_per_l"] for row in rows]
    return dict(zip(keys, zip(numbers, strengths, strict=True), strict=True)), moves


def _devices() -> tuple[int, int]:
    """The thermometers with their numbers, and the lamp, whose tube has few hours left.

    The ids of the lamp and of the thermometer in the nurse's room.
    """
    devices = [
        Equipment(
            number=f"{letter}-{number:02}", kind=kind, name=name, room=room, keeper=keeper,
            next_check_on=None,
        )
        for letter, kind, name, room, keeper, many in (
            ("E", DeviceKind.FOREHEAD, "红外线测温仪", "校门口", "值周教师", 2),
            ("T", DeviceKind.AXILLARY, "电子体温计", "各班", "班主任", 15),
        )
        for number in range(1, many + 1)
    ]  # fmt: skip
    thermometer = devices[-1]
    thermometer.room, thermometer.keeper = "医务室", "校医"
    lamp = Equipment(
        number="UV-01", kind=DeviceKind.LAMP, name="紫外线灯", room="医务室", keeper="校医",
        lamp_hours=LAMP_HOURS, tube_minutes=BURNED_MINUTES,
    )  # fmt: skip
    db.session.add_all([*devices, lamp])
    db.session.flush()  # their ids
    return lamp.id, thermometer.id


def ask_for_photo(object_id: int) -> None:
    """Where an object is done, a photograph is asked for."""
    db.session.execute(sa.update(ZoneObject).where(ZoneObject.id == object_id).values(photo=True))


def name_thermometer(equipment_id: int) -> None:
    """Every temperature taken a second time was taken with the nurse's thermometer."""
    taken_again = sa.update(Reading).where(Reading.seq > 1, Reading.site == Site.AXILLARY)
    db.session.execute(taken_again.values(equipment_id=equipment_id))
