"""Zones, their schedules, and the records of what was done.  Tasks are derived, never stored."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.disinfection.day_rules import Days
from tracker.disinfection.rules import (
    Agent,
    ItemResult,
    Method,
    NotDoneReason,
    ObjectKind,
    RecordState,
    ZoneType,
)
from tracker.school.rules import ExcuseCode


class Department(Model):
    """A department of the school that keeps zones."""

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(sa.String(64), unique=True)


class Zone(Model):
    """A place of the school."""

    id: Mapped[pk]
    public_code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    """Short and random, printed on the door; it never changes."""
    type: Mapped[ZoneType]
    name: Mapped[str] = mapped_column(sa.String(64))
    floor: Mapped[int | None]
    walk_order: Mapped[int]


class ZoneOwner(Model):
    """The class or the department that keeps a zone, from a day on."""

    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)

    __table_args__ = (sa.CheckConstraint("(class_id IS NULL) <> (department_id IS NULL)", name="one_owner"),)


class ZoneObject(Model):
    """Something in a zone that is aired, cleaned or disinfected."""

    id: Mapped[pk]
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    kind: Mapped[ObjectKind]
    photo: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether a photograph is asked for where it was done."""

    __table_args__ = (sa.UniqueConstraint("zone_id", "kind"),)


class Schedule(Model):
    """When and how an object is done, from a day on."""

    object_id: Mapped[int] = mapped_column(ForeignKey("zone_object.id"), primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    slot: Mapped[time] = mapped_column(primary_key=True)
    """When the task becomes due; objects of a zone with the same slot are one task."""
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[Days] = mapped_column(default=Days.SCHOOL)
    weekdays: Mapped[Any] = mapped_column(sa.JSON)
    """ISO weekdays, of school days and of days without school; none for the others."""
    first_month: Mapped[int | None]
    last_month: Mapped[int | None]
    """Of days without school: only from this month to that one."""
    days_before: Mapped[int | None]
    """Before a term: within so many days."""
    until: Mapped[time]
    """Done by then: on time."""
    next_day_until: Mapped[time | None]
    """If set, on time until this hour of the next school day."""
    method: Mapped[Method]
    agent: Mapped[Agent]
    mg_per_l: Mapped[int | None]
    minutes: Mapped[int | None]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    user_ids: Mapped[Any | None] = mapped_column(sa.JSON(none_as_null=True))
    """Who does it, if it is not whoever keeps the zone: a department, or people by name."""
    active: Mapped[bool]

    __table_args__ = (
        sa.CheckConstraint("slot <= until", name="order"),
        sa.CheckConstraint("(days_before IS NOT NULL) = (days = 'before_term')", name="days_before"),
        sa.CheckConstraint("(first_month IS NULL) = (last_month IS NULL)", name="months"),
        sa.CheckConstraint("department_id IS NULL OR user_ids IS NULL", name="responsible"),
    )


class Record(Model):
    """What was done in a zone for one slot of one day."""

    id: Mapped[pk]
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(sa.String(32))
    """The hour of the schedule as `15:40`; later also a cause, such as `fever:17`."""
    state: Mapped[RecordState]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started: Mapped[datetime]
    finished: Mapped[datetime | None]
    excuse: Mapped[ExcuseCode | None]
    """Why the task counts as fulfilled, whatever became of it."""
    excused_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    __table_args__ = (
        sa.UniqueConstraint("zone_id", "day", "slot"),
        sa.CheckConstraint("(state = 'done') = (finished IS NOT NULL)", name="finished"),
        sa.CheckConstraint("(excuse IS NULL) = (excused_by IS NULL)", name="excused"),
        sa.Index("ix_record_day", "day"),
    )


class RecordItem(Model):
    """What became of one object of the checklist."""

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    object_id: Mapped[int] = mapped_column(ForeignKey("zone_object.id"), primary_key=True)
    result: Mapped[ItemResult]
    reason: Mapped[NotDoneReason | None]
    note: Mapped[str | None] = mapped_column(sa.String(255))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    """What it was done with: a working solution, or what is used as it comes, such as alcohol."""
    mg_per_l: Mapped[int | None]
    minutes: Mapped[int | None]
    """For how long it acted, was aired, or the lamp was on."""
    device_id: Mapped[int | None] = mapped_column(ForeignKey("equipment.id"), index=True)
    """The lamp."""
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))

    __table_args__ = (
        sa.CheckConstraint("(result = 'not_done') = (reason IS NOT NULL)", name="reason"),
        sa.CheckConstraint("batch_id IS NULL OR lot_id IS NULL", name="one_agent"),
        sa.CheckConstraint("mg_per_l > 0 AND minutes > 0", name="positive"),
    )


class Verification(Model):
    """Somebody else looked at what a record says was done, and took it or gave it back."""

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    finished: Mapped[datetime]
    """When what was looked at had been finished: given back, the record is open again."""
    accepted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(sa.String(255))
    redo_until: Mapped[datetime | None]
    """Given back: until then it may be done again."""
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("accepted OR reason IS NOT NULL", name="reason"),)
