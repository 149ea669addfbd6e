"""What others say of a task: verified, given back, excused.  The only writer of verdicts and excuses."""

from datetime import datetime

import sqlalchemy as sa

from tracker import clock
from tracker.accounts.rules import Identity
from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.disinfection import queries, record_queries, verdict_queries
from tracker.disinfection.day_queries import around
from tracker.disinfection.models import Record, Verification
from tracker.disinfection.queries import Task, TaskName
from tracker.disinfection.rules import (
    DONE_STATES,
    VERIFY_WITHIN,
    RecordState,
    Refusal,
    late_until,
    slot_code,
)
from tracker.errors import Rejected
from tracker.notices import service as notices
from tracker.notices.rules import Event as Notice
from tracker.notices.rules import NoticeKind
from tracker.school.rules import ExcuseCode


def verify(who: Identity, at: datetime, name: TaskName, *, accepted: bool, why: str | None = None) -> None:
    """Take what somebody else did, or give it back with what is wrong: it is open again at once.

    Given back it may be done again until 24:00 of the next school day, and is then done late.  Rejected
    for what oneself did, for what is not done, a week after it was, and for a giving back without a word.
    """
    task, record = _held(name, at)
    if record is None or record.finished is None or task.outcome.state not in DONE_STATES:
        raise Rejected(Refusal.NOTHING_DONE)
    if refusal := verdict_queries.refusal_to_verify(who, task):
        raise Rejected(refusal)
    if at > record.finished + VERIFY_WITHIN:
        raise Rejected(Refusal.VERIFY_OVER, until=record.finished + VERIFY_WITHIN)
    if not accepted and not why:
        raise Rejected(Refusal.WHY_NEEDED, "why")
    newest = db.session.scalars(
        sa.select(Verification).filter_by(record_id=record.id).order_by(Verification.no.desc()).limit(1)
    ).one_or_none()
    if accepted and newest is not None and newest.accepted and newest.finished == record.finished:
        return
    today, no = clock.local(at).date(), newest.no + 1 if newest else 1
    db.session.add(
        Verification(
            record_id=record.id,
            no=no,
            finished=record.finished,
            accepted=accepted,
            reason=None if accepted else why,
            redo_until=None if accepted else late_until(today, around(today).after, clock.zone()),
            by=who.user_id,
            at=at,
        )
    )
    if not accepted:
        record.state, record.finished = RecordState.DRAFT, None
        _tell(who.user_id, at, task, f"record:{record.id}:{no}", record_queries.worked_on(record.id))
    deed = "disinfection.verify" if accepted else "disinfection.give_back"
    audit.record(who.user_id, at, deed, "record", record.id)


def _tell(by: int, at: datetime, task: Task, subject: str, workers: frozenset[int]) -> None:
    """Tell those who did a task that it is to be done again."""
    details = {
        "place": task.zone.name,
        "classes": [task.school_class.id] if task.school_class else [],
        "public_code": task.zone.public_code,
        "day": task.day.isoformat(),
        "slot": task.code,
    }
    notices.send(at, Notice(NoticeKind.GIVEN_BACK, subject, details, by=by, done_by=workers), {})


def excuse(who: Identity, at: datetime, name: TaskName, code: ExcuseCode | None) -> None:
    """Say why a task counts as fulfilled, whatever became of it; None takes that back.

    Rejected for a task that this person has to do, or has done.
    """
    task, record = _held(name, at)
    if queries.does(who, task.done_by) or (record and who.user_id in record_queries.worked_on(record.id)):
        raise Rejected(Refusal.OWN_WORK)
    if record is None:
        if code is None:
            return
        where = {"zone_id": task.zone.id, "day": task.day, "slot": slot_code(name.slot)}
        db.session.execute(
            insert(Record)
            .values(**where, state=RecordState.DRAFT, by=who.user_id, started=at, finished=None)
            .on_conflict_do_nothing(index_elements=["zone_id", "day", "slot"])
        )
        record = db.session.scalars(sa.select(Record).filter_by(**where).with_for_update()).one()
    if record.excuse is code:
        return
    changes = {"from": record.excuse, "to": code}
    record.excuse, record.excused_by = code, who.user_id if code else None
    audit.record(who.user_id, at, "disinfection.excuse", "record", record.id, changes=changes)


def _held(name: TaskName, at: datetime) -> tuple[Task, Record | None]:
    """A task and its record, kept from others until the commit, as they stand in this transaction."""
    where = sa.select(Record).filter_by(day=name.day, slot=slot_code(name.slot))
    task = queries.task(name, at)
    if task is None:
        raise Rejected(Refusal.NOT_OF_TASK)
    record = db.session.scalars(
        where.filter_by(zone_id=task.zone.id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    return task, record
