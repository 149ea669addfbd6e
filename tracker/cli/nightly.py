"""What falls due once a day: by the embedded server, or by cron where there are several workers."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from tracker import clock, schema
from tracker.accounts import service as accounts
from tracker.audit import attachment_service as attachments
from tracker.audit import service as audit
from tracker.cli.backup import write_backup
from tracker.db import transaction
from tracker.history.models import HistoryUpload
from tracker.notices import service as notices
from tracker.operations import backup, queries, service
from tracker.operations.rules import JobKind, JobState, is_time
from tracker.privacy import queries as retention
from tracker.privacy import retention_service
from tracker.school import upload_service as uploads
from tracker.school.models import RosterUpload

log = logging.getLogger("tracker")

FORMS_KEPT = timedelta(days=30)
NOTICES_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    """One job of the night.  It may be done twice without harm; what it returns is kept as what it did."""

    kind: JobKind
    do: Callable[[datetime], Mapping[str, Any]]


def _backup(at: datetime) -> Mapping[str, Any]:
    made = write_backup(at, backup.default_folder(), current_app.config["BACKUP_KEEP"])
    return {"file": made.path.name, "size": made.path.stat().st_size, "removed": made.removed}


def _leftovers(at: datetime) -> Mapping[str, Any]:
    with transaction():
        accounts.forget_failures(at)
        return {
            "uploads": sum(uploads.drop_forgotten(model, at) for model in (RosterUpload, HistoryUpload)),
            "attachments": attachments.empty_forgotten(at),
            "forms": audit.forget_forms(at - FORMS_KEPT),
        }


def _notices(at: datetime) -> Mapping[str, Any]:
    with transaction():
        removed = notices.forget(clock.local(at).date() - NOTICES_KEPT)
        return {"removed": removed, "sent": notices.send_due(at)}


def _retention(at: datetime) -> Mapping[str, Any]:
    """What is old enough goes by itself once the administrator has set the times, not before."""
    if not retention.is_set(clock.local(at).date()):
        return {}
    with transaction():
        return retention_service.run(at)


TASKS = [
    Task(JobKind.BACKUP, _backup),
    Task(JobKind.LEFTOVERS, _leftovers),
    Task(JobKind.NOTICES, _notices),
    Task(JobKind.RETENTION, _retention),
]
"""The night's jobs, in order: what is removed was backed up before."""


def run(at: datetime, kinds: list[JobKind] | None = None) -> bool:
    """Do each job of the school's day that is not done; whether all of them are now."""
    key = clock.local(at).date().isoformat()
    for task in TASKS:
        if kinds is None or task.kind in kinds:
            _run(task, key, at)
    jobs = queries.jobs_of(key)
    return all(task.kind in jobs and jobs[task.kind].state is JobState.DONE for task in TASKS)


def _run(task: Task, key: str, at: datetime) -> None:
    try:
        with transaction():
            lease = service.take(task.kind, key, at)
    except sa.exc.IntegrityError:
        lease = None  # another was faster by a moment
    if lease is None:
        return
    try:
        details = task.do(at)
    except Exception as problem:
        with transaction():
            told = service.fail(lease, clock.now(), problem)
        log.error("Nightly job %s has failed and is tried again: %s", task.kind.value, told)
    else:
        with transaction():
            service.finish(lease, clock.now(), details)


def run_when_due() -> None:
    """What the embedded server asks each minute: the day's jobs from their time on, and what has failed."""
    at = clock.now()
    local = clock.local(at)
    if is_time(local.time(), current_app.config["NIGHTLY_AT"]):
        kinds = queries.waiting([task.kind for task in TASKS], local.date().isoformat(), at)
        if kinds:
            run(at, kinds)


@click.command("nightly")
@with_appcontext
def nightly() -> None:
    """Do what falls due today: backup, leftovers, notices, retention.  Twice does nothing twice.

    The embedded server does it by itself; cron or a timer asks for it where there are several workers.
    """
    schema.prepare()
    at = clock.now()
    good = run(at)
    jobs = queries.jobs_of(clock.local(at).date().isoformat())
    for task in TASKS:
        job = jobs.get(task.kind)
        state = job.state.value if job else "left to another"
        told = ", ".join(f"{name} {value}" for name, value in (job.details if job else {}).items())
        click.echo(f"{task.kind.value}: {state}" + (f" ({told})" if told else ""))
    if not good:
        raise SystemExit(1)


commands: list[click.Command] = [nightly]
