"""The school's settings, calendar, classes and students."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.school.rules import DayType, ExcuseCode, Level, Scope, Sex, Stage


class Setting(Model):
    """What the school has set, from a day on."""

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(sa.String(255))


class Term(Model):
    """A term, its first and its last day."""

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(sa.String(64))
    starts: Mapped[date] = mapped_column(unique=True)
    ends: Mapped[date]

    __table_args__ = (sa.CheckConstraint("ends >= starts", name="order"),)


class CalendarDay(Model):
    """What a day is for the school, a grade or a class.  No row: outside every term."""

    day: Mapped[date] = mapped_column(primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True, default=0)
    """0 for the school, an entry year for a grade, a class id for a class."""
    day_type: Mapped[DayType]
    stands_for: Mapped[int | None]
    """On a make-up day the ISO weekday whose timetable it follows."""
    later_minutes: Mapped[int | None]
    """On a day that starts late: by how many minutes everything shifts."""
    ends_at: Mapped[time | None]
    """On a day that closes early: when the children go home."""
    reason: Mapped[str | None] = mapped_column(sa.String(255))
    source: Mapped[str] = mapped_column(sa.String(64))
    """`chinesecalendar <version>`, `weekday` (beyond its years) or `page`."""
    set_at: Mapped[datetime | None]
    """When a page said it; None: the official calendar, or before this was noted."""


class LevelFrom(Model):
    """The level of the season from a day on, for the school, a grade or a class; the narrowest wins."""

    __tablename__ = "level"

    valid_from: Mapped[date] = mapped_column(primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True, default=0)
    """0 for the school, an entry year for a grade, a class id for a class."""
    level: Mapped[Level | None]
    """None: a grade or a class follows the school again."""
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(primary_key=True)
    """When it was set.  What was asked for until then keeps the level it had."""
    reason: Mapped[str] = mapped_column(sa.String(255))


class SchoolClass(Model):
    """A class, known for life by its entry year and number; its label follows from the school year."""

    id: Mapped[pk]
    stage: Mapped[Stage]
    entry_year: Mapped[int]
    number: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("stage", "entry_year", "number"),)


class Student(Model):
    """A child of the school, now or once."""

    id: Mapped[pk]
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether the number was made up here, until the real one comes."""
    name: Mapped[str] = mapped_column(sa.String(64))
    sex: Mapped[Sex | None]
    birth_date: Mapped[date | None]
    pinyin: Mapped[str] = mapped_column(sa.String(128))
    """Syllables joined by blanks: for sorting, and for finding by initials."""
    removed_at: Mapped[datetime | None]


class Guardian(Model):
    """Somebody to call about a student.  Name and phone are encrypted."""

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    relation: Mapped[str | None] = mapped_column(sa.String(32))
    name_enc: Mapped[str | None] = mapped_column(sa.Text)
    phone_enc: Mapped[str | None] = mapped_column(sa.Text)
    phone_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)


class Enrolment(Model):
    """A student's time in a class, both days included."""

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    ends: Mapped[date | None]
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"), index=True)
    seat: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("ends IS NULL OR ends >= starts", name="order"),
        sa.Index(
            "uq_enrolment_open",
            "student_id",
            unique=True,
            sqlite_where=sa.text("ends IS NULL"),
            postgresql_where=sa.text("ends IS NULL"),
        ),
    )


class Residence(Model):
    """A student's time in a dormitory, both days included."""

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    ends: Mapped[date | None]
    dormitory: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.Index(
            "uq_residence_open",
            "student_id",
            unique=True,
            sqlite_where=sa.text("ends IS NULL"),
            postgresql_where=sa.text("ends IS NULL"),
        ),
    )


class ImportRun(Model):
    """One confirmed import of a file."""

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(sa.String(32))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    counts: Mapped[Any] = mapped_column(sa.JSON)


class RosterUpload(Model):
    """A roster that was read and waits for its confirmation; encrypted, and gone afterwards.

    It stands in the database and not in a folder, so that any worker can confirm what another has read.
    """

    id: Mapped[pk]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    chosen_on: Mapped[date | None]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    """Of the file as it was uploaded."""
    table_enc: Mapped[str] = mapped_column(sa.Text)
    """Its cells as JSON, encrypted: they name children and their guardians."""


class Excuse(Model):
    """A class's duty of a day that counts as fulfilled, whatever became of it.

    It names no child and no kind: scoring reads this row instead of any record of health.
    """

    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    duty: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    """A session's code, or a disinfection task as `zone:<id>:<slot>`."""
    code: Mapped[ExcuseCode]
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
