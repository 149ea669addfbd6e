"""What the tests of disinfection put into the store: lots, solutions, a lamp."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tracker.db import db, transaction
from tracker.supplies.models import Batch, Equipment, Lot, Move, SafetyRead, Supply
from tracker.supplies.rules import Category, DeviceKind, Measure, MoveKind


def _lot(name: str, category: Category, by: int, expires: date | None = None, **more: int) -> int:
    with transaction():
        supply = Supply(name=name, category=category, unit=Measure.ML, minimum=0, keeper="Store")
        db.session.add(supply)
        db.session.flush()
        lot = Lot(supply_id=supply.id, code="L1", expires_on=expires, **more)
        db.session.add(lot)
        db.session.flush()
        db.session.add(
            Move(
                supply_id=supply.id, lot_id=lot.id, kind=MoveKind.COUNT, quantity=9000, delta=9000,
                day=TODAY, at=NOW, by=by,
            )
        )  # fmt: skip
        return lot.id


def chlorine(name: str = "84", by: int = 1) -> int:
    """A lot of 5 %."""
    found = db.session.scalar(sa.select(Lot.id).join(Supply).where(Supply.name == name))
    return found or _lot(name, Category.CHLORINE, by, strength_mg_per_l=50_000)


def alcohol(cast: Cast, expires: date | None = None) -> int:
    """A lot of alcohol."""
    return _lot("75 % alcohol", Category.ALCOHOL, cast.users["lou"], expires)


def batch(cast: Cast, mg_per_l: int, mixed: datetime, lot: int | None = None) -> int:
    """A working solution."""
    lot = lot or chlorine(by=cast.users["lou"])
    with transaction():
        one = Batch(
            lot_id=lot, mg_per_l=mg_per_l, volume_ml=10_000, mixed_at=mixed, by=cast.users["sam"],
            place="Store", good_until=mixed + timedelta(hours=24),
        )  # fmt: skip
        db.session.add(one)
        db.session.flush()
        return one.id


def lamp(number: str = "UV-1", minutes: int = 0, since: date | None = None) -> int:
    """An ultraviolet lamp whose tube lasts a thousand hours."""
    with transaction():
        one = Equipment(
            number=number, kind=DeviceKind.LAMP, name="Lamp", room="Corridor", keeper="Sam",
            lamp_hours=1000, tube_minutes=minutes, tube_since=since,
        )  # fmt: skip
        db.session.add(one)
        db.session.flush()
        return one.id


def reads(cast: Cast, *people: str) -> None:
    """These people have read the safety rules of all supplies."""
    with transaction():
        for supply_id in db.session.scalars(sa.select(Supply.id)).all():
            db.session.add_all(
                SafetyRead(user_id=cast.users[one], supply_id=supply_id, at=NOW) for one in people
            )
