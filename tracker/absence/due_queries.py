"""When calls are due: by the wall clock, a class's own days, and leave.  Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from tracker import clock
from tracker.absence import call_rules as calls
from tracker.absence.models import Leave
from tracker.absence.standing_queries import HORIZON
from tracker.db import db
from tracker.school.class_day_queries import class_school_days
from tracker.screening.rules import AbsenceReason


def wall(at: datetime) -> calls.Wall:
    """An instant on the school's wall clock, to the minute."""
    local = clock.local(at)
    return calls.Wall(local.date(), local.time().replace(second=0, microsecond=0))


def instant(moment: calls.Wall | None) -> datetime | None:
    """A moment of the wall clock as an instant."""
    return clock.at(moment.day, moment.time) if moment else None


@dataclass(frozen=True)
class Due:
    """What the first calls about the absent of one sheet hang on."""

    day: date
    """The day of the sheet."""
    now: calls.Wall
    first_call: calls.Wall
    after_leave: Mapping[int, calls.Wall] = field(default_factory=dict)
    """Of students whose leave is known: when to call, should they not be back by then."""

    def first(self, reason: AbsenceReason, student_id: int | None = None) -> datetime | None:
        """When the first call is due, by the reason of the absence."""
        if reason is AbsenceReason.PERSONAL and student_id and (back := self.after_leave.get(student_id)):
            return instant(back)
        return instant(calls.first_due(reason, self.day, self.now, self.first_call))


def calling(class_id: int, day: date, at: datetime) -> calls.Wall:
    """From when calls can be made about a sheet of `day` that is taken at `at`."""
    now = wall(at)
    if now.day == day:
        return now
    # Entered afterwards: on a day when nobody of the class is at school, its next school day counts.
    coming = class_school_days(class_id, now.day, now.day + HORIZON)
    return now if not coming or coming[0] == now.day else calls.Wall(coming[0], calls.FIRST_CALL)


def after_leave(class_id: int, day: date, student_ids: Collection[int]) -> dict[int, calls.Wall]:
    """When to call about students on leave: on the first school day after it, should they not be back."""
    if not student_ids:
        return {}
    rows = db.session.execute(
        sa.select(Leave.student_id, sa.func.max(Leave.to_on))
        .where(
            Leave.student_id.in_(student_ids),
            Leave.from_on <= day,
            Leave.to_on >= day,
            Leave.cancelled_at.is_(None),
        )
        .group_by(Leave.student_id)
    ).all()
    if not rows:
        return {}
    days = class_school_days(class_id, day, max(until for _, until in rows) + HORIZON)
    coming = {student: next((one for one in days if one > until), None) for student, until in rows}
    return {student: calls.Wall(back, calls.FIRST_CALL) for student, back in coming.items() if back}
