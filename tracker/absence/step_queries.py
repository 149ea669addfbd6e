"""Reading what was done in an absence beside calling.  Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.absence.models import EpisodeStep
from tracker.absence.rules import StepKind
from tracker.accounts.models import User
from tracker.db import db
from tracker.screening.rules import AbsenceReason


@dataclass(frozen=True)
class StepSeen:
    """One step, who did it, and who calls from then on."""

    at: datetime
    kind: StepKind
    reason_before: AbsenceReason | None
    reason_after: AbsenceReason | None
    text: str | None
    by_name: str
    caller_name: str | None


def steps_of(episode_id: int) -> list[StepSeen]:
    """The steps of an absence, oldest first."""
    caller = aliased(User)
    rows = db.session.execute(
        sa.select(
            EpisodeStep.at,
            EpisodeStep.kind,
            EpisodeStep.reason_before,
            EpisodeStep.reason_after,
            EpisodeStep.text,
            User.name,
            caller.name,
        )
        .join(User, User.id == EpisodeStep.by)
        .outerjoin(caller, caller.id == EpisodeStep.caller_id)
        .where(EpisodeStep.episode_id == episode_id)
        .order_by(EpisodeStep.no)
    )
    return [StepSeen(*row) for row in rows]
