"""Reading supplies: balances, lots, what was mixed, how long it lasts.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.accounts.models import User
from tracker.db import db
from tracker.school.models import CalendarDay
from tracker.school.rules import TEACHING, Scope
from tracker.supplies.models import Batch, Equipment, Lot, Move, SafetyRead, Supply
from tracker.supplies.rules import (
    THERMOMETERS,
    USE_SCHOOL_DAYS,
    USED,
    Category,
    MoveKind,
    Numbered,
    Shelf,
    Use,
    lasts_school_days,
    shelf_of,
)


@dataclass(frozen=True)
class Stock:
    """A supply as the list shows it."""

    supply: Supply
    balance: int
    lent: int
    lasts: int | None
    """For how many school days, at the present use; None: nothing was used."""
    shelf: Shelf
    """The worst of its lots that are still there."""

    @property
    def is_low(self) -> bool:
        """Whether it is to be bought."""
        return self.balance < self.supply.minimum


@dataclass(frozen=True)
class LotSeen:
    """A lot with what is left of it."""

    lot: Lot
    supply: Supply
    balance: int
    shelf: Shelf


@dataclass(frozen=True)
class MoveSeen:
    """A line of the ledger with who wrote it."""

    move: Move
    by: str
    lot_code: str | None
    answered: bool
    """Whether a request was approved, an approval bought, a loan brought back."""


def supply(supply_id: int) -> Supply | None:
    """What a supply's address names."""
    return db.session.get(Supply, supply_id)


def has_name(name: str, *, but: int | None = None) -> bool:
    """Whether another supply is called so."""
    found = sa.exists().where(Supply.name == name, Supply.id.is_distinct_from(but))
    return bool(db.session.scalar(sa.select(found)))


def any_supply() -> bool:
    """Whether the school has begun its list."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Supply.id.is_not(None)))))


def stocks(today: date) -> dict[Category, list[Stock]]:
    """What there is of every supply, by category.  Four statements."""
    last_days = _last_school_days(today)
    used = sa.case((sa.and_(Move.kind.in_(USED), Move.day.in_(last_days)), -Move.delta), else_=0)
    lent = sa.case((Move.kind.in_((MoveKind.BORROW, MoveKind.RETURN)), -Move.delta), else_=0)
    sums = {
        row.supply_id: row
        for row in db.session.execute(
            sa.select(
                Move.supply_id,
                sa.func.sum(Move.delta).label("balance"),
                sa.func.sum(used).label("used"),
                sa.func.sum(lent).label("lent"),
            ).group_by(Move.supply_id)
        )
    }
    worst: dict[int, Shelf] = {}
    severity = list(Shelf)
    for seen in lots(today):
        if seen.balance > 0:
            known = worst.get(seen.supply.id, Shelf.GOOD)
            worst[seen.supply.id] = max(known, seen.shelf, key=severity.index)
    found: dict[Category, list[Stock]] = {}
    for one in db.session.scalars(sa.select(Supply).order_by(Supply.name)):
        row = sums.get(one.id)
        balance = row.balance if row else 0
        use = Use(row.used if row else 0, len(last_days))
        found.setdefault(one.category, []).append(
            Stock(
                one,
                balance,
                row.lent if row else 0,
                lasts_school_days(balance, use),
                worst.get(one.id, Shelf.GOOD),
            )
        )
    return {category: found[category] for category in Category if category in found}


def _last_school_days(today: date) -> list[date]:
    rows = db.session.scalars(
        sa.select(CalendarDay.day)
        .where(
            CalendarDay.scope == Scope.SCHOOL, CalendarDay.day_type.in_(TEACHING), CalendarDay.day <= today
        )
        .order_by(CalendarDay.day.desc())
        .limit(USE_SCHOOL_DAYS)
    )
    return list(rows)


def lots(today: date, *, supply_id: int | None = None) -> list[LotSeen]:
    """Lots with what is left of each, those that expire first on top.  One statement."""
    query = (
        sa.select(Lot, Supply, sa.func.coalesce(sa.func.sum(Move.delta), 0))
        .join(Supply, Supply.id == Lot.supply_id)
        .outerjoin(Move, Move.lot_id == Lot.id)
        .group_by(Lot.id, Supply.id)
        .order_by(Lot.expires_on.is_(None), Lot.expires_on, Lot.id)
    )
    if supply_id is not None:
        query = query.where(Lot.supply_id == supply_id)
    return [
        LotSeen(lot, of, balance, shelf_of(lot.expires_on, today))
        for lot, of, balance in db.session.execute(query)
    ]


def lot(lot_id: int, today: date) -> LotSeen | None:
    """One lot with what is left of it."""
    return next((seen for seen in lots(today) if seen.lot.id == lot_id), None)


def balance(supply_id: int, lot_id: int | None = None) -> int:
    """How much there is of a supply, or of one of its lots."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Move.delta), 0)).where(Move.supply_id == supply_id)
    return int(db.session.scalar(query if lot_id is None else query.where(Move.lot_id == lot_id)) or 0)


def ledger(supply_id: int) -> list[MoveSeen]:
    """The lines about a supply, the newest first."""
    answered = set(
        db.session.scalars(
            sa.select(Move.refers_to).where(Move.supply_id == supply_id, Move.refers_to.is_not(None))
        )
    )
    rows = db.session.execute(
        sa.select(Move, User.name, Lot.code)
        .join(User, User.id == Move.by)
        .outerjoin(Lot, Lot.id == Move.lot_id)
        .where(Move.supply_id == supply_id)
        .order_by(Move.id.desc())
    )
    return [MoveSeen(move, by, code, move.id in answered) for move, by, code in rows]


def move(move_id: int) -> Move | None:
    """One line of the ledger."""
    return db.session.get(Move, move_id)


def last_place(by: int) -> str | None:
    """Where the newest batch stands that a person mixed."""
    newest = sa.select(Batch.place).filter_by(by=by).order_by(Batch.mixed_at.desc(), Batch.id.desc())
    return db.session.scalar(newest.limit(1))


def open_move(move_id: int, kind: MoveKind) -> Move | None:
    """A line of a kind that waits for its answer."""
    found = db.session.get(Move, move_id)
    if found is None or found.kind is not kind:
        return None
    answered = sa.exists().where(Move.refers_to == move_id)
    return None if db.session.scalar(sa.select(answered)) else found


def cost_cents(first: date, last: date) -> int:
    """What was paid for supplies accepted from a day to a day."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Move.price_cents), 0)).where(Move.day.between(first, last))
    return int(db.session.scalar(total) or 0)


@dataclass(frozen=True)
class BatchSeen:
    """A working solution with what it was mixed from and by whom."""

    batch: Batch
    lot: Lot
    supply: Supply
    by: str


def batches_good(now: datetime) -> list[BatchSeen]:
    """The working solutions that may still be used, the newest first: what a task proposes."""
    rows = db.session.execute(
        sa.select(Batch, Lot, Supply, User.name)
        .join(Lot, Lot.id == Batch.lot_id)
        .join(Supply, Supply.id == Lot.supply_id)
        .join(User, User.id == Batch.by)
        .where(Batch.good_until >= now)
        .order_by(Batch.mixed_at.desc(), Batch.id.desc())
    )
    return [BatchSeen(*row) for row in rows]


def safety_read(user_id: int, supply_id: int) -> datetime | None:
    """When a person said to have read the safety rules of a supply."""
    return db.session.scalar(sa.select(SafetyRead.at).filter_by(user_id=user_id, supply_id=supply_id))


def safety_read_of(user_id: int) -> set[int]:
    """The supplies whose safety rules a person has said to have read."""
    return set(db.session.scalars(sa.select(SafetyRead.supply_id).filter_by(user_id=user_id)))


def batch(batch_id: int) -> Batch | None:
    """One working solution."""
    return db.session.get(Batch, batch_id)


def equipment() -> list[Equipment]:
    """The devices in use, by number."""
    return list(
        db.session.scalars(
            sa.select(Equipment).where(Equipment.retired_on.is_(None)).order_by(Equipment.number)
        )
    )


def thermometers() -> list[Numbered]:
    """The thermometers in use that have a number."""
    return [Numbered(one.id, one.number, one.kind) for one in equipment() if one.kind in THERMOMETERS]


def device(equipment_id: int) -> Equipment | None:
    """One device."""
    return db.session.get(Equipment, equipment_id)


def has_number(number: str, *, but: int | None = None) -> bool:
    """Whether another device has a number."""
    found = sa.exists().where(Equipment.number == number, Equipment.id.is_distinct_from(but))
    return bool(db.session.scalar(sa.select(found)))
