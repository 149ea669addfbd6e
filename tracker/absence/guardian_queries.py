"""Reading whom to call: a student's guardians, their numbers masked or in full.  Nothing here writes."""

from collections.abc import Collection
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
    return guardians_of([student_id])[student_id]


def guardians_of(student_ids: Collection[int]) -> dict[int, list[GuardianSeen]]:
    """The guardians of each of some students, as `guardians` gives them.  One statement."""
    found: dict[int, list[GuardianSeen]] = {one: [] for one in student_ids}
    rows = db.session.execute(
        sa.select(Guardian.student_id, Guardian.seq, Guardian.relation, Guardian.phone_enc)
        .where(Guardian.student_id.in_(found))
        .order_by(Guardian.student_id, Guardian.seq)
    )
    for student_id, seq, relation, stored in rows:
        found[student_id].append(GuardianSeen(seq, relation, masked(shown(stored)) if stored else None))
    return found


def phone_of(student_id: int, seq: int) -> str | None:
    """The telephone number of one of a student's guardians, in full."""
    stored = db.session.scalar(
        sa.select(Guardian.phone_enc).where(Guardian.student_id == student_id, Guardian.seq == seq)
    )
    return shown(stored) if stored else None
