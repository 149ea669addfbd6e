"""The observation room: children on the way to it, in it, and how they left it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.room.rules import Room, StayEnd, Trouble

_LIVE = sa.text("ended_at IS NULL")


class Stay(Model):
    """One child's way into the observation room and out of it.

    Reported and not arrived: on the way.  Arrived and not ended: in the room.  Ended and not cleaned:
    the room waits for its disinfection.
    """

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    reported_at: Mapped[datetime]
    reported_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    trouble: Mapped[Trouble]
    place: Mapped[str] = mapped_column(sa.String(64))
    """Where it happened, as the reporter said; empty: the own classroom."""
    soiled: Mapped[bool]
    """Whether the floor there has to be treated."""
    note: Mapped[str | None] = mapped_column(sa.String(255))
    room: Mapped[Room | None]
    arrived_at: Mapped[datetime | None]
    brought_by: Mapped[str | None] = mapped_column(sa.String(64))
    onset_on: Mapped[date | None]
    seats_beside: Mapped[str | None] = mapped_column(sa.String(64))
    """Who sits beside the child in class, by seat: `6 8`."""
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[StayEnd | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    handed_to_enc: Mapped[str | None] = mapped_column(sa.Text)
    """Who fetched the child: encrypted."""
    relation: Mapped[str | None] = mapped_column(sa.String(32))
    where_to: Mapped[str | None] = mapped_column(sa.String(64))
    left_gate_at: Mapped[datetime | None]
    """When the gate ticked the exit slip off."""
    left_gate_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    cleaned_at: Mapped[datetime | None]
    cleaned_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    __table_args__ = (
        sa.CheckConstraint("(arrived_at IS NULL) = (room IS NULL)", name="room"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended"),
        sa.Index("uq_stay_live", "student_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        sa.Index("ix_stay_reported_at", "reported_at"),
    )


class StayCall(Model):
    """One try to reach a guardian of a child in the observation room."""

    stay_id: Mapped[int] = mapped_column(ForeignKey("stay.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    guardian_seq: Mapped[int | None]
    reached: Mapped[bool]
    note: Mapped[str | None] = mapped_column(sa.String(255))
    struck_at: Mapped[datetime | None]
