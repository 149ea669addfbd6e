"""What becomes of children who are not here yet: they arrive, somebody calls, or they turn absent."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from tracker.accounts.rules import Identity
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected, RunAgain
from tracker.school.queries import class_ref
from tracker.screening import missing_queries, queries
from tracker.screening.missing_queries import NotHere
from tracker.screening.missing_rules import TryResult
from tracker.screening.models import NotHereCall
from tracker.screening.queries import ClassSession
from tracker.screening.rules import NORMAL_LINE, AbsenceReason, Line, Refusal, SessionCode, State, VersionKind
from tracker.screening.service import Moment, Stale, change_lines

TURNED = Line(State.ABSENT, AbsenceReason.UNKNOWN)


def missing_child(session: ClassSession, student_id: int) -> NotHere:
    """A child as the list shows it now.  Rejected where it is accounted for."""
    found = missing_queries.not_here([session.class_id], session.day)
    one = next((one for one in found if one.student_id == student_id and one.code is session.code), None)
    if one is None:
        raise Rejected(Refusal.NOT_MISSING)
    return one


def resolve(
    who: Identity, moment: Moment, session: ClassSession, student_id: int, line: Line, key: UUID
) -> NotHere:
    """Say of a child who was not here what the missed check has shown, or why it stays away.

    The sheet is corrected in this line alone, from whatever version holds now.  Returns who was missing.
    """
    one = missing_child(session, student_id)
    change_lines(who, moment, session, {student_id: line}, key=key)
    return one


def came(who: Identity, moment: Moment, session: ClassSession, student_id: int, line: Line) -> bool:
    """Let the newest sheet of a class know of a child who has come after all; whether it had to.

    It has where it says that the child is not here yet, or absent and nobody knows why.  Before the
    class has reported, and after the nurse has checked an absence, the sheet is left alone.
    """
    kept = queries.kept_sheets(session.class_id, session.day)
    if not kept:
        return False
    code = max(kept, key=list(SessionCode).index)
    before = kept[code].lines.get(student_id, NORMAL_LINE)
    is_unknown = before.reason is AbsenceReason.UNKNOWN and kept[code].sheet.confirmed_at is None
    if not (before.state is State.NOT_HERE or is_unknown):
        return False
    try:
        change_lines(who, moment, replace(session, code=code), {student_id: line}, key=uuid4())
    except Stale:
        raise RunAgain from None
    return True


def came_not(
    who: Identity, moment: Moment, session: ClassSession, student_id: int, came_at: datetime
) -> None:
    """Take back `came`: the sheet misses the child again, unless it has been told otherwise since."""
    before = missing_queries.before_it_came(session.class_id, session.day, student_id, who.user_id, came_at)
    if before is None:
        return
    line, asked = Line(before.state, before.reason), replace(session, code=before.code)
    try:
        change_lines(who, moment, asked, {student_id: line}, key=uuid4(), kind=before.kind)
    except Stale:
        raise RunAgain from None


def called(who: Identity, moment: Moment, session: ClassSession, student_id: int, result: TryResult) -> None:
    """Log that somebody has called about a child who is not here yet."""
    one = missing_child(session, student_id)
    db.session.execute(
        sa.insert(NotHereCall),
        {
            "sheet_id": one.sheet_id,
            "student_id": student_id,
            "no": one.tries + 1,
            "at": moment.at,
            "by": who.user_id,
            "result": result,
        },
    )
    audit.record(
        who.user_id,
        moment.at,
        "screening.not_here_call",
        "sheet",
        one.sheet_id,
        student_id=student_id,
        changes={"result": result.value},
    )


def turn_missing(who: Identity, moment: Moment, class_ids: Collection[int] | None) -> int:
    """Make absent, reason unknown, whoever is not here long after the deadline; how many they were.

    Each class's sheet gets one version more, and the episodes open as from any other sheet.  What was
    turned is not turned again: it may be asked for as often as anybody likes.
    """
    waiting: dict[tuple[str, str], list[int]] = {}
    for one in missing_queries.unaccounted(class_ids, moment.today, moment.at):
        if not one.turned:
            waiting.setdefault((class_ref(one.school_class), one.code.value), []).append(one.student_id)
    for (ref, code), students in waiting.items():
        session = queries.class_session(ref, moment.today, code)
        if session is not None and session.plan is not None:
            changes = dict.fromkeys(students, TURNED)
            change_lines(who, moment, session, changes, key=uuid4(), kind=VersionKind.TURN)
    return sum(map(len, waiting.values()))
