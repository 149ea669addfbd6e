"""What is left of what retention took: counts of normal temperatures, and what each run did."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.screening.rules import Site


class ReadingCount(Model):
    """How often a temperature was read on a day with a device: what stays of normal readings."""

    day: Mapped[date] = mapped_column(primary_key=True)
    site: Mapped[Site] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    tenths: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


class RetentionRun(Model):
    """One run of retention that did something."""

    id: Mapped[pk]
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """None: it ran by itself."""
    counts: Mapped[Any] = mapped_column(sa.JSON)
    """How many rows of which kind; no name."""
