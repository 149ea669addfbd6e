"""How the task of an event was done, beside its record."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model
from tracker.disinfection.event_rules import EventCause


class EventRecord(Model):
    """What was done about one event: one row, whoever does it and in whichever zone it lies.

    The event itself is the stay or the fever; it is stored nowhere else.
    """

    cause: Mapped[EventCause] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    """The stay or the fever."""
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), unique=True)
    place: Mapped[str] = mapped_column(sa.String(64))
    """Where it was, as it was reported; empty: the zone."""
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    mg_per_l: Mapped[int | None]
    minutes: Mapped[int | None]
    """How long it acted."""
    opens_at: Mapped[datetime | None]
    """When the place is aired and may be used again."""
    helper: Mapped[str | None] = mapped_column(sa.String(64))
    note: Mapped[str | None] = mapped_column(sa.String(255))

    __table_args__ = (sa.CheckConstraint("mg_per_l > 0 AND minutes > 0", name="positive"),)


class EventStruck(Model):
    """What the record of an event said before it was corrected, and why it was struck."""

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    mg_per_l: Mapped[int | None]
    minutes: Mapped[int | None]
    helper: Mapped[str | None] = mapped_column(sa.String(64))
    note: Mapped[str | None] = mapped_column(sa.String(255))
    why: Mapped[str] = mapped_column(sa.String(255))
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
