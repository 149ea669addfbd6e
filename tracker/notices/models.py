"""Notices inside the application: one line and where it leads, never a child's name."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.notices.rules import NoticeKind


class Notice(Model):
    """One notice to one person, sent once for its kind, day and subject."""

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[NoticeKind]
    day: Mapped[date]
    subject: Mapped[str] = mapped_column(sa.String(64))
    """What it is about, so that nothing is told twice: `morning:12` is a session and a class."""
    details: Mapped[Any] = mapped_column(sa.JSON)
    """Codes, ids of classes and numbers, from which the line is made in the reader's language."""
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("user_id", "kind", "day", "subject"),
        sa.Index("ix_notice_user_id_day", "user_id", "day"),
    )
