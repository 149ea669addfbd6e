"""Taking a job for oneself and telling how it ended: the only writers of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.config import SettingError
from tracker.db import db, insert
from tracker.operations.archive import BackupError
from tracker.operations.models import Job
from tracker.operations.rules import LEASE, Cause, JobKind, JobState


@dataclass(frozen=True)
class Lease:
    """A job that is one's own, until it is ended or counts as dead."""

    job_id: int
    tries: int


def take(kind: JobKind, key: str, at: datetime) -> Lease | None:
    """Take a job that is not done; None where it is, or where one of its kind runs.

    Two at once on PostgreSQL may meet as an IntegrityError: the job is the other's.
    """
    _end_dead(kind, at)
    running = {
        "state": JobState.RUNNING,
        "lease_until": at + LEASE,
        "started_at": at,
        "ended_at": None,
        "details": {},
    }
    new = insert(Job).values(kind=kind, key=key, tries=1, **running)
    job_id = db.session.scalar(new.on_conflict_do_nothing().returning(Job.id))
    if job_id is not None:
        return Lease(job_id, 1)
    again = db.session.execute(
        sa.update(Job)
        .where(
            Job.kind == kind,
            Job.key == key,
            Job.state == JobState.FAILED,
            ~sa.exists().where(_other.kind == kind, _other.state == JobState.RUNNING),
        )
        .values(tries=Job.tries + 1, **running)
        .returning(Job.id, Job.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Lease(*again) if again else None


_other = sa.orm.aliased(Job)


def finish(lease: Lease, at: datetime, details: Mapping[str, Any]) -> bool:
    """Say that a job is done; False where another has taken it meanwhile."""
    return _end(lease, at, JobState.DONE, details)


def fail(lease: Lease, at: datetime, problem: BaseException) -> str:
    """Say that a job has failed, and why; the line that is kept of it.

    What a library says may hold what it worked on: of others' exceptions only the kind is kept.
    """
    told = problem.format_message() if isinstance(problem, SettingError) else type(problem).__name__
    cause = problem.cause if isinstance(problem, BackupError) else Cause.OTHER
    _end(lease, at, JobState.FAILED, {"cause": cause, "problem": told[:200]})
    return told


def settle_restored(made_at: datetime, at: datetime) -> None:
    """End what ran when a backup was made that was restored now: nobody runs it any longer.

    The backup in which it is written is the one that ran, and it was finished.
    """
    done = {"state": JobState.DONE, "ended_at": made_at}
    died = {"state": JobState.FAILED, "ended_at": at, "details": {"cause": Cause.INTERRUPTED}}
    for is_backup, values in ((Job.kind == JobKind.BACKUP, done), (Job.kind != JobKind.BACKUP, died)):
        db.session.execute(
            sa.update(Job)
            .where(is_backup, Job.state == JobState.RUNNING)
            .values(lease_until=None, **values)
            .execution_options(synchronize_session=False)
        )


def _end(lease: Lease, at: datetime, state: JobState, details: Mapping[str, Any]) -> bool:
    ended = db.session.execute(
        sa.update(Job)
        .where(Job.id == lease.job_id, Job.tries == lease.tries, Job.state == JobState.RUNNING)
        .values(state=state, lease_until=None, ended_at=at, details=dict(details))
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return ended.one_or_none() is not None


def _end_dead(kind: JobKind, at: datetime) -> None:
    db.session.execute(
        sa.update(Job)
        .where(Job.kind == kind, Job.state == JobState.RUNNING, Job.lease_until < at)
        .values(state=JobState.FAILED, lease_until=None, ended_at=at, details={"cause": Cause.INTERRUPTED})
        .execution_options(synchronize_session=False)
    )
