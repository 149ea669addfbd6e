"""What waits for the nurse now, in the whole school, most urgent first.  Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from tracker import clock
from tracker.absence.call_rules import QueueGroup
from tracker.absence.queries import Followed
from tracker.absence.standing_queries import resting_classes
from tracker.notices.rules import NoticeKind, ladder_step
from tracker.nurse.desk_queries import Signed, WaitingChild, desk
from tracker.nurse.queue_queries import queue_in_short
from tracker.nurse.sheet_queries import Unchecked, unchecked
from tracker.room.queries import Board, board
from tracker.school.models import SchoolClass
from tracker.school.rules import is_school_day
from tracker.screening.day_queries import ClassDay, class_days
from tracker.screening.missing_queries import NotHere, not_here
from tracker.screening.rules import Plan, SessionCode, SessionState

FIRST = (
    QueueGroup.CAME_WITHOUT,
    QueueGroup.TO_REVIEW,
    QueueGroup.OVERDUE,
    QueueGroup.TO_CLEAR,
    QueueGroup.TODAY,
)
"""What of the queue is shown, most urgent first."""
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
    board: Board
    """The observation room, and who is on the way to it."""
    waiting: Sequence[WaitingChild]
    """Who waits for a retest."""
    feverish: Sequence[WaitingChild]
    """Whose fever is confirmed and whom nobody has sent to the observation room yet."""
    not_here: Sequence[NotHere]
    queue: Mapping[QueueGroup, Sequence[Followed]]
    to_check: Sequence[ToCheck]
    signed: Signed | None

    @property
    def missing_count(self) -> int:
        return sum(len(one.classes) for one in self.missing)

    @property
    def is_late(self) -> bool:
        """Whether a missing sheet is past its deadline."""
        return any(one.state is not SessionState.OPEN for one in self.missing)

    @property
    def unaccounted(self) -> int:
        """How many of those not here nobody can account for."""
        return sum(one.is_unaccounted(self.at) for one in self.not_here)

    @property
    def some_turn(self) -> bool:
        """Whether a sheet still says *not here yet* of one of them."""
        return any(one.is_unaccounted(self.at) and not one.turned for one in self.not_here)

    @property
    def open_count(self) -> int:
        return sum(len(rows) for rows in self.queue.values())

    @property
    def urgent(self) -> list[tuple[QueueGroup, Followed]]:
        """The first rows of the queue; of those who came without clearance every one."""
        first = [(group, one) for group in FIRST for one in self.queue[group]]
        came = len(self.queue[QueueGroup.CAME_WITHOUT])
        return first[: max(SHOWN, came)]

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
    on_desk = desk(today)
    return NurseDay(
        at=now,
        missing=missing_now(classes, wall),
        reported=sum(status.version is not None for status in opened),
        due=len(opened),
        board=board(today),
        waiting=on_desk.waiting,
        feverish=on_desk.feverish,
        not_here=not_here(None, today),
        queue=queue_in_short(now, _resting(classes, today)),
        to_check=_to_check(unchecked(today, starts)),
        signed=on_desk.signed,
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


def _resting(classes: Sequence[ClassDay], today: date) -> frozenset[int]:
    """The classes in a vacation: asked only where somebody has no school."""
    return frozenset() if all(is_school_day(one.day_type) for one in classes) else resting_classes(today)


def _to_check(found: Sequence[Unchecked]) -> list[ToCheck]:
    sessions = []
    for code in SessionCode:
        mine = [one for one in found if one.sheet.session is code]
        if mine:
            plain = [one for one in mine if one.is_plain and not one.hints]
            sessions.append(ToCheck(code, plain, [one for one in mine if one not in plain]))
    return sessions
