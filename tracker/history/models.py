"""A history file that was read and waits for its confirmation."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk


class HistoryUpload(Model):
    """A history that was looked through and not confirmed yet; encrypted, and gone afterwards."""

    id: Mapped[pk]
    by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    """Of the file as it was uploaded."""
    assume_complete: Mapped[bool]
    open_days: Mapped[bool]
    table_enc: Mapped[str] = mapped_column(sa.Text)
    """Its cells as JSON, encrypted: they tell of children's health."""
