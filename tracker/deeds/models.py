"""The school's own papers, version by version, and the dated log of drills, trainings and lessons."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.deeds.rules import DeedKind, SchoolPaperKind


class SchoolPaper(Model):
    """One version of a paper of the school, as a PDF.  A newer one takes its place and both are kept."""

    id: Mapped[pk]
    kind: Mapped[SchoolPaperKind]
    title: Mapped[str] = mapped_column(sa.String(128))
    version: Mapped[str] = mapped_column(sa.String(32))
    adopted_by: Mapped[str] = mapped_column(sa.String(128))
    """Who adopted it: the staff meeting, the principal."""
    valid_from: Mapped[date]
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    """Filed by mistake: no longer shown."""

    __table_args__ = (
        sa.Index(
            "uq_school_paper_shown",
            "title",
            "version",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )


class SchoolDeed(Model):
    """A drill, a training, a lesson: when, about what, for whom.  Struck out, never changed."""

    id: Mapped[pk]
    on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[DeedKind]
    what: Mapped[str] = mapped_column(sa.String(255))
    led_by: Mapped[str] = mapped_column(sa.String(64))
    audience: Mapped[str] = mapped_column(sa.String(128))
    people: Mapped[int | None]
    """How many took part."""
    minutes: Mapped[int | None]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
