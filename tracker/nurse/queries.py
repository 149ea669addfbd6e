"""What waits for the nurse now, in the whole school, most urgent first.  Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from tracker import clock
from tracker.absence.call_rules import QueueGroup, group_of, group_with_return
from tracker.absence.clearance_queries import returns
from tracker.absence.models import Episode
from tracker.absence.queries import Followed, followed, tonight
from tracker.absence.rules import LIVE
from tracker.absence.standing_queries import resting_classes
from tracker.notices.rules import NoticeKind, ladder_step
from tracker.nurse.close_queries import CloseSeen, closes
from tracker.nurse.sheet_queries import Unchecked, unchecked
from tracker.school.models import SchoolClass
from tracker.screening.day_queries import ClassDay, class_days
from tracker.screening.rules import Plan, SessionCode, SessionState

SHOWN = 6
"""So many rows of the queue are shown; the others stand on its own page."""


@dataclass(frozen=True)
class MissingNow:
    """The classes that have not reported in a session with one deadline."""

    plan: Plan
    state: SessionState
    step: NoticeKind | None
    """The last step of the ladder that was due."""
    classes: Sequence[SchoolClass]


@dataclass(frozen=True)
class ToCheck:
    """The sheets of a session that wait for the nurse's check."""

    code: SessionCode
    plain: Sequence[Unchecked]
    """Without an exception and without a hint: one button checks them all."""
    others: Sequence[Unchecked]


@dataclass(frozen=True)
class NurseDay:
    """The nurse's page."""

    at: datetime
    missing: Sequence[MissingNow]
    reported: int
    """Sheets that came, of all that could have by now."""
    due: int
    queue: Mapping[QueueGroup, Sequence[Followed]]
    to_check: Sequence[ToCheck]
    signed: CloseSeen | None

    @property
    def missing_count(self) -> int:
        return sum(len(one.classes) for one in self.missing)

    @property
    def urgent(self) -> list[tuple[QueueGroup, Followed]]:
        """The first rows of the queue: who came without clearance, to review, then what is due."""
        groups = (
            QueueGroup.CAME_WITHOUT,
            QueueGroup.TO_REVIEW,
            QueueGroup.OVERDUE,
            QueueGroup.TO_CLEAR,
            QueueGroup.TODAY,
        )
        return [(group, one) for group in groups for one in self.queue[group]][:SHOWN]

    @property
    def check_count(self) -> int:
        return sum(len(one.plain) + len(one.others) for one in self.to_check)


def nurse_day(now: datetime) -> NurseDay:
    """What waits at a moment."""
    local = clock.local(now)
    today, wall = local.date(), local.time()
    classes = class_days(None, today, wall)
    opened = [
        status for one in classes for status in one.sessions if status.state is not SessionState.NOT_YET
    ]
    starts = {
        (one.class_id, status.plan.code): status.plan.starts for one in classes for status in one.sessions
    }
    return NurseDay(
        now,
        missing_now(classes, wall),
        sum(status.version is not None for status in opened),
        len(opened),
        _queue(now),
        _to_check(unchecked(today, starts)),
        next(iter(closes(today)), None),
    )


def missing_now(classes: Sequence[ClassDay], wall: time) -> list[MissingNow]:
    """Who has not reported in the sessions that have opened, the earliest deadline first."""
    found: dict[Plan, tuple[SessionState, list[SchoolClass]]] = {}
    for one in classes:
        for status in one.sessions:
            if status.version is None and status.state is not SessionState.NOT_YET:
                found.setdefault(status.plan, (status.state, []))[1].append(one.school_class)
    return [
        MissingNow(plan, state, ladder_step(plan.deadline, wall), missing)
        for plan, (state, missing) in sorted(found.items(), key=lambda one: one[0].deadline)
    ]


def _queue(now: datetime) -> dict[QueueGroup, list[Followed]]:
    """The absences that are followed up, by what is to be done, each group by when it is due."""
    today = clock.local(now).date()
    end = tonight(today)
    groups: dict[QueueGroup, list[Followed]] = {group: [] for group in QueueGroup}
    resting, backs = resting_classes(today), returns(today)
    for found in followed(today, Episode.state.in_(LIVE)):
        one = found.episode
        group = group_of(
            one.state,
            one.due_at,
            one.back_on,
            now=now,
            tonight=end,
            reviewer=True,
            gone=not found.is_enrolled(today),
            resting=found.class_id in resting,
        )
        back = backs.get(one.id)
        groups[group_with_return(group, back.stage(today) if back else None)].append(found)
    for rows in groups.values():
        rows.sort(key=lambda row: row.episode.due_at or end)
    return groups


def _to_check(found: Sequence[Unchecked]) -> list[ToCheck]:
    sessions = []
    for code in SessionCode:
        mine = [one for one in found if one.sheet.session is code]
        if mine:
            plain = [one for one in mine if one.is_plain and not one.hints]
            sessions.append(ToCheck(code, plain, [one for one in mine if one not in plain]))
    return sessions
