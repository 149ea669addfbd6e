"""Absence episodes and the calls made about them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.absence.rules import CallResult, CallWay, EndedHow, EpisodeState
from tracker.db import Model, pk
from tracker.facts.rules import Diagnosis
from tracker.screening.rules import AbsenceReason, HalfDay

_LIVE = sa.text("state IN ('open', 'to_review', 'back')")


class Episode(Model):
    """A student's absence from its first half-day to its end, over weekends and holidays."""

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"), index=True)
    """The class that missed the student first."""
    first_on: Mapped[date]
    first_half: Mapped[HalfDay]
    last_absent_on: Mapped[date]
    """The last day a sheet missed the student."""
    back_on: Mapped[date | None]
    """The day a sheet saw the student present again."""
    ended_on: Mapped[date | None]
    ended_how: Mapped[EndedHow | None]
    state: Mapped[EpisodeState]
    reason: Mapped[AbsenceReason]
    diagnosis: Mapped[Diagnosis | None]
    due_at: Mapped[datetime | None]
    """When the next call is due; None: nobody has to call."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("uq_episode_live", "student_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        sa.Index("ix_episode_state_due_at", "state", "due_at"),
    )


class Call(Model):
    """One try to learn how an absent student is.  Struck out, never changed."""

    id: Mapped[pk]
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    way: Mapped[CallWay]
    result: Mapped[CallResult]
    tenths: Mapped[int | None]
    diagnosis: Mapped[Diagnosis | None]
    next_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(sa.String(255))
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("tenths BETWEEN 320 AND 430", name="tenths"),)
