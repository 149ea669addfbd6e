"""Taking, correcting and withdrawing sheets: the only writers of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tracker import clock
from tracker.absence import service as absence
from tracker.absence.rules import Seen
from tracker.accounts.rules import Identity
from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.errors import Rejected
from tracker.school import service as school
from tracker.school.rules import ExcuseCode, is_school_day
from tracker.screening import fever_service as fevers
from tracker.screening import queries
from tracker.screening.check_rules import is_softer
from tracker.screening.defaults import SHIPPED_TRIGGERS, shipped_plans
from tracker.screening.line_service import keep_lines
from tracker.screening.models import FeverTrigger, Roster, SessionPlan, Sheet, SheetVersion
from tracker.screening.queries import ClassSession, RosterStudent
from tracker.screening.rules import (
    FIRST_CALL_MINUTES,
    HALF_OF,
    NORMAL_LINE,
    PRESENT,
    Affirmation,
    FeverState,
    Line,
    Plan,
    RecordedBy,
    Refusal,
    State,
    VersionKind,
    counts_of,
    excused_sessions,
    may_undo,
)


class Stale(Exception):
    """The sheet is no longer what the form was made from: somebody else was faster, or the class changed."""


@dataclass(frozen=True)
class Submission:
    """What a form says of a whole class."""

    key: UUID
    base: int
    """The version the form was made from; 0 for none."""
    how: Affirmation
    lines: Mapping[int, Line]
    """Every student the form showed, in its order."""
    reason: str | None = None
    told_by: str | None = None
    """Who looked at the class, where somebody else types it."""
    checked_at: datetime | None = None
    """When the class was looked at, where it is typed from paper."""
    as_kept: frozenset[int] = frozenset()
    """Students of whom the version the form was made from holds, whatever `lines` say."""
    kind: VersionKind | None = None
    """None: a submission, or a correction."""


@dataclass(frozen=True)
class Moment:
    """When a sheet is taken: the instant, and the school's own day and clock."""

    at: datetime
    today: date
    wall: time


def ship_defaults(
    by: int | None, at: datetime, valid_from: date, *, arrival: RecordedBy = RecordedBy.GATE
) -> None:
    """The session plans and fever triggers a new school begins with; `arrival` is recorded at the gate."""
    db.session.execute(
        sa.insert(SessionPlan), [{**plan, "valid_from": valid_from} for plan in shipped_plans(arrival)]
    )
    db.session.execute(
        sa.insert(FeverTrigger), [{**trigger, "valid_from": valid_from} for trigger in SHIPPED_TRIGGERS]
    )
    audit.record(by, at, "screening.defaults", "session_plan", None)


def roster_digest(members: Sequence[int]) -> str:
    """What the students of a class, in their order, are known by."""
    return hashlib.sha256(json.dumps(list(members)).encode()).hexdigest()


def refuse_untimely(
    who: Identity, session: ClassSession, moment: Moment, base: int, reason: str | None
) -> Plan:
    """The plan under which a sheet may be taken now.  Rejected where it may not.

    A teacher's first sheet is taken from the session's opening to its close, and corrected until the
    end of the day; after that the nurse takes and corrects it, with a reason.  What was taken before a
    change of the day stays open for corrections, though the session is no longer asked for.
    """
    if session.day > moment.today:
        raise Rejected(Refusal.IN_FUTURE)
    if not base and not is_school_day(session.day_type):
        raise Rejected(Refusal.NO_SCHOOL_DAY)
    plan = session.plan or (session.others.get(session.code) if base else None)
    if plan is None:
        raise Rejected(Refusal.NOT_ASKED_FOR)
    is_today = session.day == moment.today
    if is_today and not base and moment.wall < plan.opens:
        raise Rejected(Refusal.NOT_OPEN, opens=plan.opens)
    over = not is_today or (base == 0 and moment.wall > plan.closes)
    if over and not who.is_nurse:
        raise Rejected(Refusal.CORRECTION_OVER if base else Refusal.CLOSED, closes=plan.closes)
    if over and not reason:
        raise Rejected(Refusal.REASON_NEEDED, "reason")
    return plan


def submit(who: Identity, moment: Moment, session: ClassSession, form: Submission) -> int:
    """Take a class's sheet or its correction, whole or not at all; the number of the version that holds.

    Stale where the form was made from another version or another roster, be it because it was already
    taken; Rejected where a rule says no.
    """
    plan = refuse_untimely(who, session, moment, form.base, form.reason)
    if form.checked_at and form.checked_at > moment.at:
        raise Rejected(Refusal.CHECKED_IN_FUTURE, "checked")
    students = queries.roster(session.class_id, session.day)
    if not students:
        raise Rejected(Refusal.NO_STUDENTS)
    _compare_rosters(form, students, session)
    roster_id = _keep_roster([student.id for student in students])
    kind = form.kind or (VersionKind.CORRECT if form.base else VersionKind.SUBMIT)
    lifts = kind is VersionKind.CORRECT and who.is_nurse
    sheet_id, no, is_checked = _claim_head(session, form, lifts=lifts)
    before = queries.live_lines([sheet_id]).get(sheet_id, {}) if form.base else {}
    said = {
        student: before.get(student, NORMAL_LINE) if student in form.as_kept else line
        for student, line in form.lines.items()
    }
    chained = fevers.with_chains(
        session, sheet_id, moment.at, said, before, {one.id: one.chain for one in students}
    )
    lines = chained.lines
    changed = {student: line for student, line in lines.items() if line != before.get(student, NORMAL_LINE)}
    if is_checked:
        _refuse_softer(before, changed, session)
    counts = counts_of(lines.values(), trigger=session.trigger, retest_trigger=session.retest_trigger)
    db.session.execute(
        sa.insert(SheetVersion),
        {
            "sheet_id": sheet_id,
            "no": no,
            "roster_id": roster_id,
            "at": moment.at,
            "by": who.user_id,
            "kind": kind,
            "how": form.how,
            "reason": form.reason,
            "told_by": form.told_by,
            "checked_at": form.checked_at,
            "plan_from": plan.valid_from,
            "deadline": clock.at(session.day, plan.deadline),
            "key": form.key,
            **counts.stored(),
        },
    )
    keep_lines(who.user_id, moment.at, session, sheet_id, no, changed, before, chained.joined)
    _follow_absences(who.user_id, moment.at, session, plan, lines, students)
    audit.record(
        who.user_id,
        moment.at,
        f"screening.{kind.value}",
        "sheet",
        sheet_id,
        changes={"no": no, "students": sorted(changed)},
    )
    if session.day == moment.today and any(
        _needs_care(line, session) and not _needs_care(before.get(student, NORMAL_LINE), session)
        for student, line in changed.items()
    ):
        duties = [code.value for code in excused_sessions(session.plans.values(), moment.wall)]
        school.excuse(who.user_id, moment.at, session.class_id, session.day, duties, ExcuseCode.CARE)
    return no


def change_lines(
    who: Identity,
    moment: Moment,
    session: ClassSession,
    changes: Mapping[int, Line],
    *,
    key: UUID,
    kind: VersionKind = VersionKind.CORRECT,
) -> int:
    """Correct what a sheet says of some students and leave the others as they are.

    Stale where the class has not reported, or its head changes at the same moment.
    """
    kept = queries.kept_sheets(session.class_id, session.day, [session.code]).get(session.code)
    if kept is None:
        raise Stale
    students = queries.roster(session.class_id, session.day)
    lines = {one.id: kept.lines.get(one.id, Line(State.UNSET)) for one in students}
    form = Submission(key, kept.version.no, kept.version.how, {**lines, **changes}, kind=kind)
    return submit(who, moment, session, form)


def _refuse_softer(before: Mapping[int, Line], changed: Mapping[int, Line], session: ClassSession) -> None:
    """Bad news can always be added; what the nurse has checked only she changes towards normal."""
    softer = [
        student
        for student, line in changed.items()
        if is_softer(
            before.get(student, NORMAL_LINE),
            line,
            trigger=session.trigger,
            retest_trigger=session.retest_trigger,
        )
    ]
    if softer:
        raise Rejected(Refusal.CHECKED, "choice", students=softer)


def withdraw(who: Identity, at: datetime, session: ClassSession, no: int, key: UUID) -> None:
    """Undo a sheet within ten minutes of its submission, as if it had not been sent.

    Its versions are kept; the class is missing again.  A correction is not undone but corrected.
    Stale where the version `no` no longer holds.
    """
    kept = queries.kept_sheets(session.class_id, session.day, [session.code]).get(session.code)
    if kept is None or kept.version.no != no:
        raise Stale
    last = kept.version
    if kept.sheet.confirmed_at and not who.is_nurse:
        raise Rejected(Refusal.CHECKED)
    if not may_undo(last.kind, last.at, at):
        raise Rejected(Refusal.UNDO_OVER)
    released = (
        sa.update(Sheet)
        .where(Sheet.id == kept.sheet.id, Sheet.head == no)
        .values(head=None, confirmed_by=None, confirmed_at=None)
    )
    if db.session.execute(released.returning(Sheet.id)).scalar() is None:
        raise Stale
    db.session.execute(
        sa.insert(SheetVersion),
        {
            **{column.name: getattr(last, column.key) for column in SheetVersion.__table__.columns},
            "no": no + 1,
            "at": at,
            "by": who.user_id,
            "kind": VersionKind.WITHDRAW,
            "key": key,
        },
    )
    before = {student: line for student, line in kept.lines.items() if line != NORMAL_LINE}
    nothing = dict.fromkeys(before, NORMAL_LINE)
    keep_lines(who.user_id, at, session, kept.sheet.id, no + 1, nothing, before)
    absence.unfollow_sheet(
        who.user_id, at, class_id=session.class_id, day=session.day, since=last.at, students=list(kept.lines)
    )
    school.take_back_excuses(session.class_id, session.day, ExcuseCode.CARE, given_at=last.at)
    audit.record(who.user_id, at, "screening.withdraw", "sheet", kept.sheet.id, changes={"no": no + 1})


def _compare_rosters(form: Submission, students: Sequence[RosterStudent], session: ClassSession) -> None:
    now = {student.id for student in students}
    gone = set(form.lines) - now
    if gone and not queries.were_ever_of_class(gone, session.class_id):
        raise Rejected(Refusal.NOT_OF_CLASS)
    if gone or now - set(form.lines):
        raise Stale


def _keep_roster(members: Sequence[int]) -> int:
    statement = insert(Roster).values(digest=roster_digest(members), members=list(members))
    return int(
        db.session.execute(
            statement.on_conflict_do_update(
                # The key itself is not set: that would lock out whoever adds a version of this roster.
                index_elements=["digest"],
                set_={"members": statement.excluded.members},
            ).returning(Roster.id)
        ).scalar_one()
    )


def _claim_head(session: ClassSession, form: Submission, *, lifts: bool) -> tuple[int, int, bool]:
    """The sheet, the number of its next version, and whether the nurse's check of it holds.

    Stale where another version holds.  The database decides between two who are equally fast: on the
    unique sheet of a class, day and session, or on the head the form was made from.
    """
    where = (
        Sheet.class_id == session.class_id,
        Sheet.day == session.day,
        Sheet.session == session.code,
    )
    if form.base:
        lifted: dict[str, Any] = {"confirmed_by": None, "confirmed_at": None} if lifts else {}
        claimed = db.session.execute(
            sa.update(Sheet)
            .where(*where, Sheet.head == form.base)
            .values(head=form.base + 1, **lifted)
            .returning(Sheet.id, Sheet.confirmed_at)
        ).one_or_none()
        if claimed is not None:
            return claimed.id, form.base + 1, claimed.confirmed_at is not None
    else:
        made = db.session.execute(
            insert(Sheet)
            .values(class_id=session.class_id, day=session.day, session=session.code, head=1)
            .on_conflict_do_nothing()
            .returning(Sheet.id)
        ).scalar()
        if made is not None:
            return made, 1, False
    return (*_claim_withdrawn(session, form), False)


def _claim_withdrawn(session: ClassSession, form: Submission) -> tuple[int, int]:
    sheet = queries.sheet_of(session.class_id, session.day, session.code)
    if form.base or sheet is None or sheet.head is not None:
        raise Stale
    number = queries.last_number(sheet.id) + 1
    claimed = db.session.execute(
        sa.update(Sheet)
        .where(Sheet.id == sheet.id, Sheet.head.is_(None))
        .values(head=number)
        .returning(Sheet.id)
    ).scalar()
    if claimed is None:
        raise Stale
    return claimed, number


def _follow_absences(
    by: int,
    at: datetime,
    session: ClassSession,
    plan: Plan,
    lines: Mapping[int, Line],
    students: Sequence[RosterStudent],
) -> None:
    first_call_at = clock.at(session.day, plan.deadline) + timedelta(minutes=FIRST_CALL_MINUTES)
    seen = [
        Seen(
            student,
            True if line.state in PRESENT else False if line.state is State.ABSENT else None,
            line.reason,
        )
        for student, line in lines.items()
    ]
    absence.follow_sheet(
        by,
        at,
        class_id=session.class_id,
        day=session.day,
        half=HALF_OF[session.code],
        seen=seen,
        live={student.id: student.episode for student in students if student.episode},
        first_call_at=max(first_call_at, at),
    )


def _needs_care(line: Line, session: ClassSession) -> bool:
    fever = line.fever_state(trigger=session.trigger, retest_trigger=session.retest_trigger)
    return fever is not FeverState.NONE or line.state in (State.IN_ROOM, State.SYMPTOMATIC)
