"""Reading how a day was closed.  Nothing here writes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.accounts.models import User
from tracker.db import db
from tracker.nurse.models import DayClose
from tracker.nurse.open_queries import StillOpen


@dataclass(frozen=True)
class CloseSeen:
    """One signature under a day's summary, and whose it is."""

    close: DayClose
    by_name: str


def closes(day: date) -> Sequence[CloseSeen]:
    """The signatures under a day's summary, the one that holds first.  One statement."""
    rows = db.session.execute(
        sa.select(DayClose, User.name)
        .join(User, User.id == DayClose.by)
        .where(DayClose.day == day)
        .order_by(DayClose.no.desc())
    )
    return [CloseSeen(*row) for row in rows]


def digest(stored: dict[str, Any], still: StillOpen) -> str:
    """What sums, and what is open beside them, are known by: a form signs what its page has shown."""
    shown = json.dumps([stored, still.known_by()], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
