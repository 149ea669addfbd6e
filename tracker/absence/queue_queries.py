"""Reading the queue: who is followed up, by what is to be done next.  Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from tracker import clock
from tracker.absence.call_rules import NextStep, QueueGroup, group_of, next_step
from tracker.absence.models import Call, Episode
from tracker.absence.queries import (
    CallSeen,
    Signs,
    calls_where,
    days_of,
    of_class_now,
    signs_of,
    tonight,
)
from tracker.absence.rules import LIVE, EpisodeState
from tracker.db import db
from tracker.facts.rules import Symptom
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import class_order, school_days


@dataclass(frozen=True)
class QueueRow:
    """One absence as the queue shows it."""

    episode: Episode
    name: str
    seat: int | None
    school_class: SchoolClass
    calls: Sequence[CallSeen]
    symptoms: Sequence[Symptom]
    tenths: int | None
    """The highest temperature known of this absence, in tenths."""
    days: int
    group: QueueGroup
    step: NextStep

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def last(self) -> CallSeen | None:
        """The last call."""
        return self.calls[-1] if self.calls else None

    @property
    def upto(self) -> int:
        """The newest call that is shown: what a review marks as read."""
        return max((call.id for call in self.calls), default=0)


def _in_queue(today: date) -> sa.ColumnElement[bool]:
    return sa.or_(
        Episode.state.in_(LIVE),
        sa.and_(Episode.state == EpisodeState.CLOSED, Episode.closed_at >= clock.at(today, time())),
    )


def queue(
    class_ids: Collection[int] | None, now: datetime, today: date, *, reviewer: bool
) -> dict[QueueGroup, list[QueueRow]]:
    """The absences that are followed up and those closed today, by group.  None: of all classes.

    Four statements at most, however many there are.
    """
    of_class = [Enrolment.class_id.in_(class_ids)] if class_ids is not None else []
    asked = (
        sa.select(Episode.id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Episode.student_id, of_class_now(today)))
        .where(_in_queue(today), *of_class)
    )
    found = db.session.execute(
        sa.select(Episode, Student.name, Enrolment.seat, SchoolClass)
        .join(Student, Student.id == Episode.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(_in_queue(today), *of_class)
        .order_by(*class_order(), Enrolment.seat, Episode.id)
    ).all()
    groups: dict[QueueGroup, list[QueueRow]] = {group: [] for group in QueueGroup}
    if not found:
        return groups
    calls: dict[int, list[CallSeen]] = {}
    for call in calls_where(Call.episode_id.in_(asked)):
        calls.setdefault(call.episode_id, []).append(call)
    signs = signs_of(Episode.id.in_(asked))
    days = school_days(min(row.Episode.first_on for row in found), today)
    end = tonight(today)
    for one, name, seat, school_class in found:
        group = group_of(one.state, one.due_at, one.back_on, now=now, tonight=end, reviewer=reviewer)
        made, known = calls.get(one.id, ()), signs.get(one.id)
        groups[group].append(_row(one, name, seat, school_class, made, known, days, group, today))
    for group in (QueueGroup.OVERDUE, QueueGroup.TODAY, QueueGroup.LATER):
        groups[group].sort(key=lambda row: (row.episode.due_at is None, row.episode.due_at))
    return groups


def _row(
    one: Episode,
    name: str,
    seat: int | None,
    school_class: SchoolClass,
    calls: Sequence[CallSeen],
    signs: Signs | None,
    days: Sequence[date],
    group: QueueGroup,
    today: date,
) -> QueueRow:
    count = days_of(one, days, today)
    step = next_step(
        group,
        reason=one.reason,
        due=one.due_at is not None,
        days=count,
        results=[call.result for call in calls],
        diagnosed=one.diagnosis is not None,
    )
    symptoms, tenths = (signs.symptoms, signs.tenths) if signs else ((), None)
    return QueueRow(one, name, seat, school_class, calls, symptoms, tenths, count, group, step)
