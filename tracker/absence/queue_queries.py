"""Reading the queue: who is followed up, by what is to be done next.  Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import sqlalchemy as sa

from tracker import clock
from tracker.absence.call_rules import NextStep, QueueGroup, group_of, group_with_return, next_step
from tracker.absence.caller_queries import Person, teachers_of
from tracker.absence.clearance_queries import returns
from tracker.absence.models import Call, Episode
from tracker.absence.queries import (
    CALLER,
    CallSeen,
    Followed,
    calls_for,
    calls_where,
    days_of,
    followed,
    of_class_now,
    standing,
    tonight,
)
from tracker.absence.return_rules import ReturnStage
from tracker.absence.rules import LIVE, SHARED_FROM, CallResult, EpisodeState, LiveEpisode, ending
from tracker.absence.sign_queries import NO_SIGNS, Signs, long_coughs, signs_of
from tracker.absence.sign_rules import Asked, cough_is_open, doctor_is_open
from tracker.absence.standing_queries import Standing, resting_classes, standings
from tracker.db import db
from tracker.facts.rules import Symptom
from tracker.school.models import Enrolment, SchoolClass


@dataclass(frozen=True)
class QueueRow:
    """One absence as the queue and its own page show it."""

    found: Followed
    calls: Sequence[CallSeen]
    """Those that count, oldest first."""
    signs: Signs
    standing: Standing
    days: int
    """How many school days it has lasted."""
    group: QueueGroup
    step: NextStep
    may_end: bool
    """Whether it can be closed: seen at school again, gone from the school, or its term is over."""
    teacher: Person | None
    """Who calls for the class, where nobody else is named."""

    @property
    def last(self) -> CallSeen | None:
        """The last call."""
        return self.calls[-1] if self.calls else None

    @property
    def upto(self) -> int:
        """The newest call that is shown: what a review marks as read."""
        return max((call.id for call in self.calls), default=0)

    @property
    def caller(self) -> str | None:
        """Who calls next; None where only the nurse does, or nobody is there to."""
        if self.step is NextStep.NURSE_CALLS:
            return None
        return self.found.caller_name or (self.teacher.name if self.teacher else None)


def queue(
    class_ids: Collection[int] | None, now: datetime, today: date, *, reviewer: bool, me: int | None = None
) -> dict[QueueGroup, list[QueueRow]]:
    """The absences that are followed up and those closed today, by group.  None: of all classes.

    Seven statements at most, eight in a vacation, however many there are.
    """
    in_queue = sa.or_(
        Episode.state.in_(LIVE),
        sa.and_(Episode.state == EpisodeState.CLOSED, Episode.closed_at >= clock.at(today, time())),
    )
    of_class = [Enrolment.class_id.in_(class_ids)] if class_ids is not None else []
    groups: dict[QueueGroup, list[QueueRow]] = {group: [] for group in QueueGroup}
    found = followed(today, in_queue, *of_class)
    asked = (
        sa.select(Episode.id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Episode.student_id, of_class_now(today)))
        .where(in_queue, *of_class)
    )
    for row in rows_of(found, asked, now, today, reviewer=reviewer, me=me):
        groups[row.group].append(row)
    last = tonight(today).replace(year=9999)
    for group in (QueueGroup.OVERDUE, QueueGroup.TODAY, QueueGroup.LATER, QueueGroup.RESTING):
        # The classes' order holds among those due at the same time.
        groups[group].sort(key=lambda row: row.found.episode.due_at or last)
    return groups


def row_of(found: Followed, now: datetime, today: date, *, reviewer: bool, me: int) -> QueueRow:
    """One absence as the queue would show it."""
    asked = sa.select(Episode.id).where(Episode.id == found.episode.id)
    (row,) = rows_of([found], asked, now, today, reviewer=reviewer, me=me)
    return row


def rows_of(
    found: Sequence[Followed],
    asked: sa.Select[int],
    now: datetime,
    today: date,
    *,
    reviewer: bool,
    me: int | None,
) -> list[QueueRow]:
    """Absences with what is known of them and what comes next; `asked` selects their numbers."""
    if not found:
        return []
    calls: dict[int, list[CallSeen]] = {}
    for call in standing(calls_where(Call.episode_id.in_(asked))):
        calls.setdefault(call.episode_id, []).append(call)
    signs = signs_of(Episode.id.in_(asked))
    stands = standings(
        found, {number: clock.local(made[-1].at).date() for number, made in calls.items()}, today
    )
    teachers = teachers_of({row.class_id: row.school_class.entry_year for row in found}, today)
    coughing = {
        row.episode.student_id
        for row in found
        if Symptom.COUGH in signs.get(row.episode.id, NO_SIGNS).symptoms
    }
    coughs = long_coughs(coughing, today) if coughing else {}
    rows = []
    for one in found:
        made = calls.get(one.episode.id, [])
        stand = stands[one.episode.id]
        last = made[-1].result if made else None
        gone = ending(None, last, enrolled=one.is_enrolled(today)) is not None
        group = group_of(
            one.episode.state,
            one.episode.due_at,
            one.episode.back_on,
            now=now,
            tonight=tonight(today),
            reviewer=reviewer,
            gone=gone,
            resting=stand.vacation is not None,
            mine=one.caller_id in (None, me) and last is not CallResult.DECLINED,
        )
        told = [Asked(clock.local(call.at).date(), call.at, call.result, call.is_nurses) for call in made]
        rows.append(
            QueueRow(
                found=one,
                calls=made,
                signs=signs.get(one.episode.id, NO_SIGNS),
                standing=stand,
                days=days_of(one.episode, stand.days, today),
                group=group,
                step=next_step(
                    group,
                    due=one.episode.due_at is not None,
                    results=[call.result for call in made],
                    asked=one.episode.question is not None,
                    check=stand.check_since is not None,
                    cough=cough_is_open(coughs.get(one.episode.student_id), told),
                    doctor=doctor_is_open(
                        one.episode.reason,
                        one.episode.first_on,
                        stand.days,
                        today,
                        told,
                        diagnosed=one.episode.diagnosis is not None,
                    ),
                ),
                may_end=ending(
                    one.episode.back_on, last, enrolled=one.is_enrolled(today), term_over=stand.term_over
                )
                is not None,
                teacher=teachers.get(one.class_id),
            )
        )
    return _by_return(rows, asked, today)


def _by_return(rows: Sequence[QueueRow], asked: sa.Select[int], today: date) -> list[QueueRow]:
    """Absences with who came without clearance, or waits for it, in groups of their own."""
    backs = returns(today, Episode.id.in_(asked))
    found = []
    for row in rows:
        back = backs.get(row.found.episode.id)
        group = group_with_return(row.group, back.stage(today) if back else None)
        if group is QueueGroup.CAME_WITHOUT:
            early = back is not None and back.stage(today) is ReturnStage.CAME_EARLY
            step = NextStep.FETCH if early else NextStep.SEE_NURSE
            row = replace(row, group=group, step=step, may_end=False)
        elif group is QueueGroup.TO_CLEAR:
            row = replace(row, group=group, step=NextStep.CLEAR)
        found.append(row)
    return found


def to_share(groups: Mapping[QueueGroup, Sequence[QueueRow]]) -> list[tuple[SchoolClass, int]]:
    """The classes with so many open cases that nobody has shared out yet, with their number."""
    cases: dict[int, list[QueueRow]] = {}
    for group, rows in groups.items():
        for row in rows:
            if group is not QueueGroup.CLOSED and row.found.episode.back_on is None:
                cases.setdefault(row.found.class_id, []).append(row)
    return [
        (rows[0].found.school_class, len(rows))
        for rows in cases.values()
        if len(rows) >= SHARED_FROM and all(row.found.caller_id is None for row in rows)
    ]


@dataclass(frozen=True)
class QueueCounts:
    """How many absences stand where, for the home page."""

    to_review: int
    """What waits for the nurse to read; 0 for who does not review."""
    overdue: int
    today: int
    back: int

    def without(self, came: Collection[LiveEpisode], *, reviewer: bool) -> "QueueCounts":
        """The same without who came to school without clearance: they are told first, and apart."""
        unread = sum(reviewer and one.state is EpisodeState.TO_REVIEW for one in came)
        return replace(self, to_review=self.to_review - unread, back=self.back - (len(came) - unread))


def queue_counts(
    class_ids: Collection[int] | None, now: datetime, today: date, *, me: int | None = None
) -> QueueCounts:
    """The queue in numbers: of some classes as their teacher sees it, or (None) of all as the nurse does.

    Two statements on a school day; the groups are those of `group_of`.
    """
    reviewer = class_ids is None
    last = (
        sa.select(Call.result)
        .where(Call.episode_id == Episode.id, Call.struck_at.is_(None))
        .order_by(Call.at.desc(), Call.id.desc())
        .limit(1)
        .correlate(Episode)
        .scalar_subquery()
    )
    gone = sa.or_(
        sa.and_(Enrolment.ends.is_not(None), Enrolment.ends < today),
        last.is_not_distinct_from(CallResult.MOVED),
    )
    read = Episode.state == EpisodeState.OPEN if reviewer else Episode.state.in_(LIVE)
    waiting = sa.and_(
        read,
        Episode.back_on.is_(None),
        sa.not_(gone),
        Enrolment.class_id.not_in(resting_classes(today)),
    )
    if not reviewer:
        named = sa.or_(CALLER.id.is_(None), CALLER.id == me)
        waiting = sa.and_(waiting, named, last.is_distinct_from(CallResult.DECLINED))
    unread = Episode.state == EpisodeState.TO_REVIEW if reviewer else sa.false()
    count = sa.func.count
    query = (
        sa.select(
            count().filter(unread),
            count().filter(waiting, Episode.due_at < now),
            count().filter(waiting, Episode.due_at >= now, Episode.due_at < tonight(today)),
            count().filter(sa.or_(Episode.back_on.is_not(None), gone), sa.not_(unread)),
        )
        .select_from(Episode)
        .join(Enrolment, sa.and_(Enrolment.student_id == Episode.student_id, of_class_now(today)))
        .outerjoin(CALLER, calls_for(today))
        .where(Episode.state.in_(LIVE))
    )
    if class_ids is not None:
        query = query.where(Enrolment.class_id.in_(class_ids))
    return QueueCounts(*db.session.execute(query).one())
