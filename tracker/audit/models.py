"""Who did what and when, who read what, and which forms were already taken."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.audit.rules import AttachmentState
from tracker.db import Model, pk


class Trail(Model):
    """One deed.  Rows are only ever added."""

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    via: Mapped[str] = mapped_column(sa.String(16))
    """`page` or `command`."""
    deed: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(32))
    subject_id: Mapped[int | None]
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"), index=True)
    request_id: Mapped[str | None] = mapped_column(sa.String(32))
    changes: Mapped[Any] = mapped_column(sa.JSON)

    __table_args__ = (sa.Index("ix_trail_kind_subject_id", "kind", "subject_id"),)


class ReadLog(Model):
    """A person's reading of a page that shows health, once a day with its count."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    page: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    """What the page was about: an episode, a class; 0 for a page about the whole school."""
    day: Mapped[date] = mapped_column(primary_key=True)
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"), index=True)
    times: Mapped[int]
    last_at: Mapped[datetime]


class Attachment(Model):
    """A picture or paper that was handed in: in the database, so that one commit and one backup hold it."""

    id: Mapped[pk]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    type: Mapped[str] = mapped_column(sa.String(32))
    """Its media type, told from its content."""
    size: Mapped[int]
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    """Without metadata; None once it was removed."""
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    state: Mapped[AttachmentState]


class RequestReceipt(Model):
    """A form that was taken, known by the key that came with it, and where it led."""

    key: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    deed: Mapped[str] = mapped_column(sa.String(64))
    location: Mapped[str] = mapped_column(sa.String(255))
    at: Mapped[datetime]
