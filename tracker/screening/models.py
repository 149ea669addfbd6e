"""Sheets of the daily screening: heads, versions, and only what is not plain normal."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.screening.missing_rules import TryResult
from tracker.screening.rules import (
    AbsenceReason,
    Affirmation,
    FeverSource,
    FeverState,
    Mode,
    RecordedBy,
    SessionCode,
    Site,
    State,
    VersionKind,
)


class SessionPlan(Model):
    """When and how a session is run, from a day on."""

    code: Mapped[SessionCode] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    """`routine` or `epidemic`."""
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    active: Mapped[bool]
    recorded: Mapped[RecordedBy]
    opens: Mapped[time]
    starts: Mapped[time]
    deadline: Mapped[time]
    closes: Mapped[time]
    mode: Mapped[Mode]
    how: Mapped[Affirmation]

    __table_args__ = (
        sa.CheckConstraint("opens <= starts AND starts <= deadline AND deadline <= closes", name="order"),
    )


class SessionException(Model):
    """How a session differs on a weekday, for a grade, or both, from a day on."""

    code: Mapped[SessionCode] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    """The ISO weekday; 0 for every day."""
    grade: Mapped[int] = mapped_column(primary_key=True)
    """The grade; 0 for all."""
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    active: Mapped[bool]
    """False: the session is not run then."""
    opens: Mapped[time | None]
    starts: Mapped[time | None]
    deadline: Mapped[time | None]
    closes: Mapped[time | None]
    """Its four times; all None: those of the plan."""

    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 7 AND grade BETWEEN 0 AND 12", name="when"),
        sa.CheckConstraint("opens <= starts AND starts <= deadline AND deadline <= closes", name="order"),
    )


class FeverTrigger(Model):
    """The reading at or over which a retest is asked for, by site and device, from a day on."""

    site: Mapped[Site] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    tenths: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(255))

    __table_args__ = (sa.CheckConstraint("tenths BETWEEN 320 AND 430", name="tenths"),)


class Roster(Model):
    """The students of a class as a sheet saw them, in order; shared by all sheets that saw the same."""

    id: Mapped[pk]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    members: Mapped[Any] = mapped_column(sa.JSON)


class Sheet(Model):
    """The screening of one class in one session of one day.  No row, or no head: not reported."""

    id: Mapped[pk]
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    day: Mapped[date]
    session: Mapped[SessionCode]
    head: Mapped[int | None]
    """The number of the version that holds; None when it was withdrawn."""
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("class_id", "day", "session"),
        sa.Index("ix_sheet_day", "day"),
    )


class SheetVersion(Model):
    """One submission of a sheet: what was affirmed, by whom, when.  This row is the receipt."""

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("roster.id"))
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[VersionKind]
    how: Mapped[Affirmation]
    """How those without a value were checked."""
    reason: Mapped[str | None] = mapped_column(sa.String(255))
    told_by: Mapped[str | None] = mapped_column(sa.String(64))
    """Who looked at the class, where somebody else typed it."""
    checked_at: Mapped[datetime | None]
    """When the class was looked at, where it was typed from paper afterwards."""
    plan_from: Mapped[date]
    deadline: Mapped[datetime]
    """The session's deadline as the plan of that day had it."""
    expected: Mapped[int]
    checked: Mapped[int]
    absent: Mapped[int]
    not_here: Mapped[int]
    away: Mapped[int]
    in_room: Mapped[int]
    left_early: Mapped[int]
    unset: Mapped[int]
    fever: Mapped[int]
    symptomatic: Mapped[int]
    key: Mapped[UUID] = mapped_column(unique=True)

    __table_args__ = (
        sa.CheckConstraint(
            "expected = checked + absent + not_here + away + in_room + left_early + unset", name="sum"
        ),
    )


class Entry(Model):
    """A student's state on a sheet, from the version that said so until one that says otherwise.

    A student of the roster without a live entry was affirmed normal; unset is an entry.
    """

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    since_no: Mapped[int] = mapped_column(primary_key=True)
    until_no: Mapped[int | None]
    """The first version in which it no longer holds."""
    state: Mapped[State]
    reason: Mapped[AbsenceReason | None]
    onset: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(sa.String(255))

    __table_args__ = (sa.CheckConstraint("(state = 'absent') = (reason IS NOT NULL)", name="reason"),)


class NotHereCall(Model):
    """One try to learn where a child is whom a sheet found not here yet."""

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    result: Mapped[TryResult]


class Reading(Model):
    """One temperature of one student, in tenths of a degree Celsius."""

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    """1 for the first reading of a check, 2 and more for its retests."""
    tenths: Mapped[int]
    site: Mapped[Site]
    device: Mapped[str] = mapped_column(sa.String(32))
    equipment_id: Mapped[int | None] = mapped_column(ForeignKey("equipment.id"), index=True)
    """The thermometer by its number, where it was named."""
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"), index=True)
    fever_id: Mapped[int | None] = mapped_column(ForeignKey("fever.id"), index=True)
    """The retest chain it belongs to."""
    stay_id: Mapped[int | None] = mapped_column(ForeignKey("stay.id"), index=True)
    """The stay in the observation room, or the way to it, during which it was taken."""
    struck_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("tenths BETWEEN 320 AND 430", name="tenths"),)


class Fever(Model):
    """The chain from a reading at or over its trigger to a confirmed fever, or to a normal retest.

    The nurse's: a child that waits in it stands on her page until it is decided.
    """

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    day: Mapped[date]
    source: Mapped[FeverSource]
    source_id: Mapped[int]
    """The sheet, the gate's pass or the stay whose reading began it."""
    state: Mapped[FeverState]
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    __table_args__ = (
        sa.Index(
            "uq_fever_waiting",
            "student_id",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_fever_day", "day"),
        sa.Index("ix_fever_student_id", "student_id"),
    )
