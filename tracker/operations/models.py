"""What ran by itself, and what still runs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.operations.rules import JobKind, JobState


class Job(Model):
    """One job of one day, or a backup by hand.  Two of a kind never run at once: an index holds it."""

    id: Mapped[pk]
    kind: Mapped[JobKind]
    key: Mapped[str] = mapped_column(sa.String(64))
    """What it is done once for: the school's day, or the moment of a backup by hand."""
    state: Mapped[JobState]
    lease_until: Mapped[datetime | None]
    """While it runs: from when on it counts as dead."""
    tries: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    details: Mapped[Any] = mapped_column(sa.JSON)
    """Codes and numbers: what it did, or under `problem` why it failed."""

    __table_args__ = (
        sa.UniqueConstraint("kind", "key"),
        sa.Index(
            "ix_job_running",
            "kind",
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        ),
    )
