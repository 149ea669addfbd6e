"""Absence episodes and the calls made about them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.absence.return_rules import Anchor
from tracker.absence.rules import (
    CallResult,
    CallWay,
    EndedHow,
    EpisodeState,
    LeaveKind,
    PaperKind,
    ParentTold,
    StepKind,
)
from tracker.db import Model, pk
from tracker.facts.rules import Diagnosis
from tracker.screening.rules import AbsenceReason, HalfDay

_LIVE = sa.text("state IN ('open', 'to_review', 'back')")
_UNSTRUCK = sa.text("struck_at IS NULL")


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
    ended_half: Mapped[HalfDay | None]
    ended_how: Mapped[EndedHow | None]
    state: Mapped[EpisodeState]
    reason: Mapped[AbsenceReason]
    diagnosis: Mapped[Diagnosis | None]
    due_at: Mapped[datetime | None]
    """When the next call is due; None: nobody has to call."""
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who calls next, where it is not the homeroom teacher."""
    question: Mapped[str | None] = mapped_column(sa.String(255))
    """What the nurse has asked back; the next call answers it."""
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
    hospital: Mapped[str | None] = mapped_column(sa.String(64))
    reason_before: Mapped[AbsenceReason | None]
    reason_after: Mapped[AbsenceReason | None]
    """What it made of the reason of the absence, so that striking it out can take that back."""
    next_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(sa.String(255))
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None]
    struck_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    struck_at: Mapped[datetime | None]
    struck_reason: Mapped[str | None] = mapped_column(sa.String(255))

    __table_args__ = (sa.CheckConstraint("tenths BETWEEN 320 AND 430", name="tenths"),)


class EpisodeStep(Model):
    """One deed in an absence that is no call: a question, a takeover, a corrected reason.  Only added."""

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[StepKind]
    reason_before: Mapped[AbsenceReason | None]
    reason_after: Mapped[AbsenceReason | None]
    """Of a corrected reason."""
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who calls from then on; None: the homeroom teacher."""
    text: Mapped[str | None] = mapped_column(sa.String(255))


class ParentCall(Model):
    """What a guardian has told the school by telephone, noted by whoever took the call."""

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    what: Mapped[ParentTold]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The last day of an absence, as far as was told."""
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    """Of an illness: the absence it opened or was added to."""
    note: Mapped[str | None] = mapped_column(sa.String(255))
    read_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    read_at: Mapped[datetime | None]
    """When a teacher of the class, or the nurse in their place, has read it."""

    __table_args__ = (sa.CheckConstraint("until_on >= from_on", name="order"),)


class Leave(Model):
    """A student's leave that was entered ahead, from a half-day to a half-day, both included."""

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    from_on: Mapped[date]
    from_half: Mapped[HalfDay]
    to_on: Mapped[date]
    to_half: Mapped[HalfDay]
    kind: Mapped[LeaveKind]
    note: Mapped[str | None] = mapped_column(sa.String(255))
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    __table_args__ = (sa.CheckConstraint("to_on >= from_on", name="order"),)


class ReturnRule(Model):
    """What a disease asks for before the child may be back in class, from a day on."""

    disease: Mapped[Diagnosis] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    anchors: Mapped[Any] = mapped_column(sa.JSON)
    """Pairs of an anchor's code and hours or days after it: the earliest day is the latest of all."""
    conditions: Mapped[Any] = mapped_column(sa.JSON)
    """Codes of what the nurse must have seen."""
    papers: Mapped[Any] = mapped_column(sa.JSON)
    """Codes of the papers that are asked for."""
    contacts_days: Mapped[int | None]
    """How long close contacts are watched; None: the rule does not say."""
    source: Mapped[str] = mapped_column(sa.String(255))
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who set it; None: as it was shipped."""


class EpisodeAnchor(Model):
    """A day that the return of one absent child is counted from.  The newest number holds."""

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), primary_key=True)
    anchor: Mapped[Anchor] = mapped_column(primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date | None]
    """None: what was entered before is not true, and nothing is known."""
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class EpisodePaper(Model):
    """A paper of one absence: a certificate, or a photograph of one."""

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    kind: Mapped[PaperKind]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    checked_at: Mapped[datetime | None]


class Clearance(Model):
    """The nurse's word that a student may be back in class: what she saw, and from which day on."""

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    earliest_on: Mapped[date | None]
    """The earliest day by the rule; None where no rule asks for one."""
    rule_from: Mapped[date | None]
    """Which version of the rule was asked."""
    returns_on: Mapped[date]
    conditions: Mapped[Any] = mapped_column(sa.JSON)
    papers: Mapped[Any] = mapped_column(sa.JSON)
    note: Mapped[str | None] = mapped_column(sa.String(255))
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    struck_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_clearance_live", "episode_id", unique=True, sqlite_where=_UNSTRUCK, postgresql_where=_UNSTRUCK
        ),
    )
