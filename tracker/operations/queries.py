"""What ran by itself, and when the last backup was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.operations.models import Job
from tracker.operations.rules import TRY_AGAIN, JobKind, JobState, is_too_old


@dataclass(frozen=True)
class LastBackup:
    """The last backup there was, and whether that is too long ago."""

    at: datetime | None
    too_old: bool


def last_backup(now: datetime) -> LastBackup:
    """When the last backup was finished."""
    at = db.session.scalar(
        sa.select(sa.func.max(Job.ended_at)).where(Job.kind == JobKind.BACKUP, Job.state == JobState.DONE)
    )
    return LastBackup(at, is_too_old(at, now))


def jobs_of(key: str) -> dict[JobKind, Job]:
    """The jobs of a day, as far as they were begun."""
    return {job.kind: job for job in db.session.scalars(sa.select(Job).filter_by(key=key))}


def waiting(kinds: Sequence[JobKind], key: str, now: datetime) -> list[JobKind]:
    """Which jobs of a day the embedded server should try now."""
    begun = jobs_of(key)
    return [kind for kind in kinds if kind not in begun or _may_try(begun[kind], now)]


def _may_try(job: Job, now: datetime) -> bool:
    if job.state is JobState.RUNNING:
        return job.lease_until is not None and job.lease_until < now
    return job.state is JobState.FAILED and now - (job.ended_at or now) >= TRY_AGAIN


def last_jobs(many: int = 20) -> Sequence[Job]:
    """The newest jobs, the newest first."""
    return db.session.scalars(sa.select(Job).order_by(Job.started_at.desc(), Job.id.desc()).limit(many)).all()
