"""Supplies, their lots, the ledger of what became of them, what was mixed, and the devices."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.supplies.rules import Category, DeviceKind, Measure, MoveKind


class Supply(Model):
    """Something the school keeps in stock."""

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(sa.String(64), unique=True)
    category: Mapped[Category]
    unit: Mapped[Measure]
    minimum: Mapped[int]
    """Below this much it is to be bought; in its unit."""
    keeper: Mapped[str] = mapped_column(sa.String(64))
    """Where it is kept and by whom."""
    licence: Mapped[str | None] = mapped_column(sa.String(64))
    """The number a disinfectant is registered under (卫消证字)."""
    note: Mapped[str | None] = mapped_column(sa.String(255))

    __table_args__ = (sa.CheckConstraint("minimum >= 0", name="minimum"),)


class Lot(Model):
    """A delivery of a supply that came under one number."""

    id: Mapped[pk]
    supply_id: Mapped[int] = mapped_column(ForeignKey("supply.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    strength_mg_per_l: Mapped[int | None]
    """Available chlorine of a liquid, from the label."""
    tablet_mg: Mapped[int | None]
    """Available chlorine of one tablet, from the label."""
    expires_on: Mapped[date | None]

    __table_args__ = (
        sa.UniqueConstraint("supply_id", "code"),
        sa.CheckConstraint("strength_mg_per_l IS NULL OR tablet_mg IS NULL", name="one_strength"),
        sa.CheckConstraint("strength_mg_per_l BETWEEN 1 AND 1000000", name="strength"),
        sa.CheckConstraint("tablet_mg > 0", name="tablet"),
    )


class Move(Model):
    """One line of the ledger.  Lines are only ever added."""

    __tablename__ = "supply_move"

    id: Mapped[pk]
    supply_id: Mapped[int] = mapped_column(ForeignKey("supply.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    kind: Mapped[MoveKind]
    quantity: Mapped[int]
    """As it was written, in the supply's unit."""
    delta: Mapped[int]
    """What it did to the balance."""
    day: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    refers_to: Mapped[int | None] = mapped_column(ForeignKey("supply_move.id"))
    """The request that was approved, the approval that was bought, the loan that came back."""
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    price_cents: Mapped[int | None]
    """What the whole of it cost."""
    person: Mapped[str | None] = mapped_column(sa.String(64))
    """To whom it was given or lent, or where it was taken to."""
    note: Mapped[str | None] = mapped_column(sa.String(255))

    __table_args__ = (
        sa.CheckConstraint("quantity >= 0", name="quantity"),
        sa.Index("ix_supply_move_day", "day"),
    )


class Batch(Model):
    """A working solution that was mixed, from which lot, and until when it is good."""

    id: Mapped[pk]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    mg_per_l: Mapped[int]
    """The strength that was reached."""
    volume_ml: Mapped[int]
    mixed_at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    place: Mapped[str] = mapped_column(sa.String(64))
    """Where it stands."""
    good_until: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (sa.CheckConstraint("mg_per_l > 0 AND volume_ml > 0", name="positive"),)


class SafetyRead(Model):
    """A person's word to have read the safety rules of a supply: asked for once, and after a change."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    supply_id: Mapped[int] = mapped_column(ForeignKey("supply.id"), primary_key=True)
    at: Mapped[datetime]


class Equipment(Model):
    """A device with a number: a thermometer, a lamp, a sprayer."""

    id: Mapped[pk]
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    kind: Mapped[DeviceKind]
    name: Mapped[str] = mapped_column(sa.String(64))
    room: Mapped[str] = mapped_column(sa.String(64))
    keeper: Mapped[str] = mapped_column(sa.String(64))
    next_check_on: Mapped[date | None]
    retired_on: Mapped[date | None]
    lamp_hours: Mapped[int | None]
    """Of an ultraviolet lamp: after so many hours its tube is replaced."""
    tube_since: Mapped[date | None]
    """Since when its present tube burns; None: for as long as it is on the list."""
    tube_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """For how long the tube had burned before that."""

    __table_args__ = (sa.CheckConstraint("lamp_hours > 0 AND tube_minutes >= 0", name="lamp"),)
