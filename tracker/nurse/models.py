"""The nurse's day: how it was closed."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model


class DayClose(Model):
    """One signature under the day's summary; a later one replaces it and both are kept."""

    day: Mapped[date] = mapped_column(primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    summary: Mapped[Any] = mapped_column(sa.JSON)
    """The day's sums as they were signed; no name."""
    reason: Mapped[str | None] = mapped_column(sa.String(255))
    """Why it was signed while children were still open."""
