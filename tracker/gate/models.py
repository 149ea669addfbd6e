"""Arrival screening at the gate: a record a lane and day, and only who was stopped or came late."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.gate.rules import PassOutcome


class GateRecord(Model):
    """Who stood at a lane of the gate on a day, with which device, from when to when."""

    id: Mapped[pk]
    day: Mapped[date]
    lane: Mapped[int]
    device: Mapped[str] = mapped_column(sa.String(32))
    """Its site and kind, as `screening.fever_rules.Instrument` calls them."""
    equipment_id: Mapped[int | None] = mapped_column(ForeignKey("equipment.id"))
    """The thermometer by its number, where it was named."""
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_gate_record_day", "day"),
        sa.Index(
            "uq_gate_record_open",
            "by",
            "day",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )


class GatePass(Model):
    """One child who was stopped at the gate, or came late; all others passed without a row."""

    id: Mapped[pk]
    gate_record_id: Mapped[int] = mapped_column(ForeignKey("gate_record.id"), index=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[PassOutcome]
    tenths: Mapped[int | None]
    struck_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("tenths BETWEEN 320 AND 430", name="tenths"),)
