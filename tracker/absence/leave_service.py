"""Entering leave ahead, and cancelling it: the sheets of its days are filled in with it."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.absence import leave_queries
from tracker.absence.leave_rules import Half, LeaveRefusal, overlap, refusal_of
from tracker.absence.models import Leave
from tracker.absence.rules import LeaveKind
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.school import queries as school
from tracker.screening.rules import HalfDay


@dataclass(frozen=True)
class LeaveAhead:
    """A leave as it is entered."""

    student_id: int
    kind: LeaveKind
    from_on: date
    from_half: HalfDay
    to_on: date
    to_half: HalfDay
    note: str | None


def wrong(today: date, class_id: int, student_id: int, first: Half, last: Half) -> list[Rejected]:
    """All that keeps a leave from being entered, each at its field."""
    found = [Rejected(*refused)] if (refused := refusal_of(first, last, today)) else []
    if student_id not in {one.student_id for one in school.roster_lines(class_id, first.day)}:
        return [Rejected(LeaveRefusal.NOT_ENROLLED, "student"), *found]
    if found:
        return found
    if not school.school_days(first.day, last.day):
        return [Rejected(LeaveRefusal.NO_SCHOOL_DAY, "from_on")]
    for other in leave_queries.live_leaves_of(student_id, first.day):
        others = Half.of(other.from_on, other.from_half), Half.of(other.to_on, other.to_half)
        if overlap(first, last, *others):
            found.append(Rejected(LeaveRefusal.OVERLAPS, "from_on", from_on=other.from_on, to_on=other.to_on))
    return found


def enter(by: int, at: datetime, today: date, class_id: int, ahead: LeaveAhead) -> int:
    """Keep a leave of a student of a class; its number.  Rejected where a rule says no."""
    first, last = Half.of(ahead.from_on, ahead.from_half), Half.of(ahead.to_on, ahead.to_half)
    Rejected.unless_empty(wrong(today, class_id, ahead.student_id, first, last))
    leave_id: int = db.session.execute(
        sa.insert(Leave)
        .values(
            student_id=ahead.student_id,
            from_on=ahead.from_on,
            from_half=ahead.from_half,
            to_on=ahead.to_on,
            to_half=ahead.to_half,
            kind=ahead.kind,
            note=ahead.note,
            by=by,
            at=at,
        )
        .returning(Leave.id)
    ).scalar_one()
    told = {"kind": ahead.kind.value, "from": str(ahead.from_on), "to": str(ahead.to_on)}
    audit.record(by, at, "absence.leave", "leave", leave_id, student_id=ahead.student_id, changes=told)
    return leave_id


def cancel(by: int, at: datetime, today: date, leave_id: int) -> None:
    """Take a leave back; what sheets have said by it stays until they are corrected."""
    cancelled = db.session.execute(
        sa.update(Leave)
        .where(Leave.id == leave_id, Leave.cancelled_at.is_(None), Leave.to_on >= today)
        .values(cancelled_at=at, cancelled_by=by)
        .returning(Leave.student_id)
    ).scalar()
    if cancelled is None:
        raise Rejected(LeaveRefusal.OVER)
    audit.record(by, at, "absence.leave_cancel", "leave", leave_id, student_id=cancelled)
