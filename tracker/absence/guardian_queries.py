"""Reading whom to call: a student's guardians, their numbers masked or in full.  Nothing here writes."""

from dataclasses import dataclass

import sqlalchemy as sa

from tracker.absence.call_rules import masked
from tracker.datafolder import shown
from tracker.db import db
from tracker.school.models import Guardian


@dataclass(frozen=True)
class GuardianSeen:
    """A guardian as an episode's page shows one: the number masked."""

    seq: int
    relation: str | None
    masked: str | None


def guardians(student_id: int) -> list[GuardianSeen]:
    """A student's guardians, first the one to call first, their numbers masked."""
    rows = db.session.execute(
        sa.select(Guardian.seq, Guardian.relation, Guardian.phone_enc)
        .where(Guardian.student_id == student_id)
        .order_by(Guardian.seq)
    )
    return [
        GuardianSeen(row.seq, row.relation, masked(shown(row.phone_enc)) if row.phone_enc else None)
        for row in rows
    ]


def phone_of(student_id: int, seq: int) -> str | None:
    """The telephone number of one of a student's guardians, in full."""
    stored = db.session.scalar(
        sa.select(Guardian.phone_enc).where(Guardian.student_id == student_id, Guardian.seq == seq)
    )
    return shown(stored) if stored else None
