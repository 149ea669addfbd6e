"""Reading the queue: who is followed up, by what is to be done next.  Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from tracker import clock
from tracker.absence.call_rules import NextStep, QueueGroup, group_of, next_step
from tracker.absence.models import Call, Episode
from tracker.absence.queries import (
    NO_SIGNS,
    CallSeen,
    Followed,
    Signs,
    calls_where,
    days_of,
    followed,
    of_class_now,
    signs_of,
    tonight,
)
from tracker.absence.rules import LIVE, EpisodeState, ending
from tracker.school.models import Enrolment
from tracker.school.queries import school_days


@dataclass(frozen=True)
class QueueRow:
    """One absence as the queue shows it."""

    found: Followed
    calls: Sequence[CallSeen]
    signs: Signs
    days: int
    """How many school days it has lasted."""
    group: QueueGroup
    step: NextStep
    may_end: bool
    """Whether it can be closed: seen at school again, or gone from the school."""

    @property
    def last(self) -> CallSeen | None:
        """The last call."""
        return self.calls[-1] if self.calls else None

    @property
    def upto(self) -> int:
        """The newest call that is shown: what a review marks as read."""
        return max((call.id for call in self.calls), default=0)


def queue(
    class_ids: Collection[int] | None, now: datetime, today: date, *, reviewer: bool
) -> dict[QueueGroup, list[QueueRow]]:
    """The absences that are followed up and those closed today, by group.  None: of all classes.

    Four statements at most, however many there are.
    """
    in_queue = sa.or_(
        Episode.state.in_(LIVE),
        sa.and_(Episode.state == EpisodeState.CLOSED, Episode.closed_at >= clock.at(today, time())),
    )
    of_class = [Enrolment.class_id.in_(class_ids)] if class_ids is not None else []
    asked = (
        sa.select(Episode.id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Episode.student_id, of_class_now(today)))
        .where(in_queue, *of_class)
    )
    groups: dict[QueueGroup, list[QueueRow]] = {group: [] for group in QueueGroup}
    rows = followed(today, in_queue, *of_class)
    if not rows:
        return groups
    calls: dict[int, list[CallSeen]] = {}
    for call in calls_where(Call.episode_id.in_(asked)):
        calls.setdefault(call.episode_id, []).append(call)
    signs = signs_of(Episode.id.in_(asked))
    days = school_days(min(row.episode.first_on for row in rows), today)
    end = tonight(today)
    for row in rows:
        one = row.episode
        group = group_of(one.state, one.due_at, one.back_on, now=now, tonight=end, reviewer=reviewer)
        made = calls.get(one.id, [])
        results = [call.result for call in made]
        lasted = days_of(one, days, today)
        step = next_step(
            group,
            reason=one.reason,
            due=one.due_at is not None,
            days=lasted,
            results=results,
            diagnosed=one.diagnosis is not None,
        )
        last = results[-1] if results else None
        may_end = ending(one.back_on, last, enrolled=row.is_enrolled(today)) is not None
        groups[group].append(QueueRow(row, made, signs.get(one.id, NO_SIGNS), lasted, group, step, may_end))
    for group in (QueueGroup.OVERDUE, QueueGroup.TODAY, QueueGroup.LATER):
        # The classes' order holds among those due at the same time.
        groups[group].sort(key=lambda row: row.found.episode.due_at or end.replace(year=9999))
    return groups
