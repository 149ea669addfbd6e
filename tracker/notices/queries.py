"""How the school stands, to make notices from, and what somebody was told.  Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

import sqlalchemy as sa

from tracker import clock
from tracker.absence.call_rules import QueueGroup
from tracker.accounts.models import Assignment, User, UserRole
from tracker.accounts.rules import Duty, Role
from tracker.db import db
from tracker.notices.models import Notice
from tracker.notices.rules import Missing, NoticeKind, Person, Standing, Unseen
from tracker.nurse.models import DayClose
from tracker.nurse.queue_queries import queue_in_short
from tracker.room.models import Stay
from tracker.school.models import SchoolClass
from tracker.screening import missing_queries
from tracker.screening.day_queries import class_days
from tracker.screening.models import Fever, Sheet
from tracker.screening.rules import FeverState, SessionCode, SessionState


def people(day: date) -> list[Person]:
    """Everybody with an account, with roles and the duties of a day.  One statement."""
    rows = db.session.execute(
        sa.select(User.id, UserRole.role, Assignment.what, Assignment.class_id, Assignment.entry_year)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .outerjoin(
            Assignment,
            sa.and_(
                Assignment.user_id == User.id,
                Assignment.starts <= day,
                sa.or_(Assignment.ends.is_(None), Assignment.ends >= day),
            ),
        )
        .where(User.disabled_at.is_(None))
        .order_by(User.id)
    ).all()
    found: dict[int, tuple[set[Role], set[tuple[Duty, int | None]]]] = {}
    for user_id, role, what, class_id, entry_year in rows:
        roles, duties = found.setdefault(user_id, (set(), set()))
        if role:
            roles.add(role)
        if what:
            duties.add((what, class_id or entry_year))
    return [Person(one, frozenset(roles), frozenset(duties)) for one, (roles, duties) in found.items()]


def standing(now: datetime) -> tuple[Standing, dict[int, int]]:
    """How the school stands at a moment, and the entry year of every class."""
    local = clock.local(now)
    today = local.date()
    classes = class_days(None, today, local.time())
    missing = [
        Missing(status.plan.code.value, status.plan.deadline, one.class_id, one.school_class.entry_year)
        for one in classes
        for status in one.sessions
        if status.version is None and status.state is not SessionState.NOT_YET
    ]
    waiting = db.session.execute(
        sa.select(Fever.id, Fever.opened_at).where(Fever.state == FeverState.WAITING, Fever.day == today)
    )
    calls: dict[int, int] = {}
    queue = queue_in_short(now, frozenset())
    noon = clock.at(today, time(12))
    for found in chain.from_iterable(queue.values()):
        due_at = found.episode.due_at
        if due_at is not None and due_at <= noon and found.episode.back_on is None:
            calls[found.class_id] = calls.get(found.class_id, 0) + 1
    on_the_way = db.session.execute(
        sa.select(Stay.id, Stay.reported_by).where(Stay.arrived_at.is_(None), Stay.ended_at.is_(None))
    )
    not_here = [
        Unseen(one.code.value, clock.local(one.deadline).time(), one.class_id, called=one.tries > 0)
        for one in missing_queries.not_here(None, today)
    ]
    return (
        Standing(
            missing=missing,
            not_here=not_here,
            on_the_way=[(stay, reporter) for stay, reporter in on_the_way],
            waiting=[(fever, int((now - opened).total_seconds()) // 60) for fever, opened in waiting],
            calls=calls,
            to_review=len(queue[QueueGroup.TO_REVIEW]),
            overdue=len(queue[QueueGroup.OVERDUE]),
            to_clear=len(queue[QueueGroup.CAME_WITHOUT]) + len(queue[QueueGroup.TO_CLEAR]),
            signed=db.session.scalar(sa.select(sa.exists().where(DayClose.day == today))) or False,
        ),
        {one.class_id: one.school_class.entry_year for one in classes},
    )


@dataclass(frozen=True)
class Told:
    """A notice with the classes it speaks of."""

    notice: Notice
    classes: Sequence[SchoolClass]


SHEET_KINDS = frozenset(
    {
        NoticeKind.SHEET_DUE,
        NoticeKind.SHEET_MISSING_CLASS,
        NoticeKind.SHEET_MISSING_GRADE,
        NoticeKind.SHEET_MISSING_SCHOOL,
    }
)


def unread(user_id: int, day: date) -> list[Told]:
    """What somebody was told on a day and has not marked as seen, newest first.

    A sheet that came since is no longer spoken of.  Two statements, one where there is nothing.
    """
    notices = db.session.scalars(
        sa.select(Notice)
        .where(Notice.user_id == user_id, Notice.day == day, Notice.seen_at.is_(None))
        .order_by(Notice.at.desc(), Notice.id.desc())
    ).all()
    named = {class_id for one in notices for class_id in one.details.get("classes", ())}
    classes: dict[int, SchoolClass] = {}
    came: set[tuple[int, str]] = set()
    if named:
        for school_class, session in db.session.execute(
            sa.select(SchoolClass, Sheet.session)
            .outerjoin(
                Sheet,
                sa.and_(Sheet.class_id == SchoolClass.id, Sheet.day == day, Sheet.head.is_not(None)),
            )
            .where(SchoolClass.id.in_(named))
        ):
            classes[school_class.id] = school_class
            if session:
                came.add((school_class.id, SessionCode(session).value))
    return [told for one in notices if (told := _still(one, classes, came))]


def _still(notice: Notice, classes: Mapping[int, SchoolClass], came: set[tuple[int, str]]) -> Told | None:
    """A notice as far as it still holds."""
    if notice.kind not in SHEET_KINDS:
        return Told(notice, [classes[one] for one in notice.details.get("classes", ())])
    left = [classes[one] for one in notice.details["classes"] if (one, notice.details["session"]) not in came]
    return Told(notice, left) if left else None
