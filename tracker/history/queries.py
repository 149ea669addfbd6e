"""The school as a history meets it, and what importing one would do.  Nothing here writes."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from tracker.absence.models import Episode
from tracker.absence.rules import LIVE, EpisodeState
from tracker.accounts.models import User, UserRole
from tracker.accounts.rules import Role
from tracker.db import db
from tracker.history.cells import History, read_history
from tracker.history.known import Known, KnownAbsence, KnownClass, KnownSheet, KnownStay, SheetKey
from tracker.history.models import HistoryUpload
from tracker.history.plan import HistoryPlan, Options, plan_history
from tracker.school.models import CalendarDay, Enrolment, ImportRun, SchoolClass, Student
from tracker.school.queries import class_order, terms
from tracker.school.roster_cells import Table
from tracker.school.rules import SchoolDay, Scope
from tracker.screening.models import Sheet, SheetVersion
from tracker.screening.rules import VersionKind
from tracker.screening.session_queries import timetable


def history_plan(table: Table, options: Options, today: date) -> HistoryPlan:
    """What importing a file would do to the school as it is now.  The same few statements for any size."""
    history = read_history(table)
    return plan_history(history, _known(history, today), options)


def _known(history: History, today: date) -> Known:
    days = [row.day for row in history.rows] or [today]
    first, last = min(days), max(days)
    students = db.session.execute(sa.select(Student.id, Student.number, Student.removed_at)).all()
    return Known(
        today,
        {student.number: student.id for student in students},
        frozenset(student.id for student in students if student.removed_at),
        _classes(),
        _calendar(first, max(today, last)),
        timetable(date.max),
        _sheets(first, last),
        _absences(first, today),
        [(term.starts, term.ends) for term in terms()],
    )


def _classes() -> dict[int, KnownClass]:
    """Every class with whoever was ever in it, in the order of its sheets."""
    stays: dict[int, list[KnownStay]] = {}
    for student_id, starts, ends, class_id in db.session.execute(
        sa.select(Enrolment.student_id, Enrolment.starts, Enrolment.ends, Enrolment.class_id)
        .join(Student, Student.id == Enrolment.student_id)
        .order_by(Enrolment.seat.is_(None), Enrolment.seat, Student.pinyin, Student.id)
    ):
        stays.setdefault(class_id, []).append(KnownStay(student_id, starts, ends, class_id))
    rows = db.session.execute(
        sa.select(SchoolClass.id, SchoolClass.stage, SchoolClass.entry_year).order_by(*class_order())
    )
    return {row.id: KnownClass(row.id, row.stage, row.entry_year, stays.get(row.id, ())) for row in rows}


def _calendar(first: date, last: date) -> dict[tuple[Scope, int], dict[date, SchoolDay]]:
    found: dict[tuple[Scope, int], dict[date, SchoolDay]] = {}
    for row in db.session.execute(
        sa.select(
            CalendarDay.scope,
            CalendarDay.scope_id,
            CalendarDay.day,
            CalendarDay.day_type,
            CalendarDay.stands_for,
            CalendarDay.later_minutes,
            CalendarDay.ends_at,
        ).where(CalendarDay.day.between(first, last))
    ):
        what = SchoolDay(row.day_type, row.stands_for, row.later_minutes, row.ends_at)
        found.setdefault((row.scope, row.scope_id), {})[row.day] = what
    return found


def _sheets(first: date, last: date) -> dict[SheetKey, KnownSheet]:
    keys: dict[int, set[UUID]] = {}
    heads: dict[int, VersionKind] = {}
    for sheet_id, no, kind, key, head in db.session.execute(
        sa.select(SheetVersion.sheet_id, SheetVersion.no, SheetVersion.kind, SheetVersion.key, Sheet.head)
        .join(Sheet, Sheet.id == SheetVersion.sheet_id)
        .where(Sheet.day.between(first, last))
    ):
        if kind is VersionKind.IMPORT:
            keys.setdefault(sheet_id, set()).add(key)
        if no == head:
            heads[sheet_id] = kind
    rows = db.session.execute(
        sa.select(Sheet.id, Sheet.class_id, Sheet.day, Sheet.session, Sheet.head).where(
            Sheet.day.between(first, last)
        )
    )
    return {
        (row.class_id, row.day, row.session): KnownSheet(
            heads.get(row.id) is VersionKind.IMPORT, row.head is not None, frozenset(keys.get(row.id, ()))
        )
        for row in rows
    }


def _absences(first: date, today: date) -> dict[int, list[KnownAbsence]]:
    found: dict[int, list[KnownAbsence]] = {}
    for student_id, first_on, last_on, back_on, state in db.session.execute(
        sa.select(
            Episode.student_id, Episode.first_on, Episode.last_absent_on, Episode.back_on, Episode.state
        ).where(
            Episode.state != EpisodeState.VOID,
            sa.or_(Episode.last_absent_on >= first, Episode.state.in_(LIVE)),
        )
    ):
        still = state in LIVE and back_on is None
        found.setdefault(student_id, []).append(KnownAbsence(first_on, today if still else last_on))
    return found


def options_of(upload: HistoryUpload) -> Options:
    """What an uploaded history may be taken for."""
    return Options(upload.assume_complete, upload.open_days)


def import_run(run_id: int) -> ImportRun | None:
    """One confirmed import of a history."""
    return db.session.scalars(sa.select(ImportRun).filter_by(id=run_id, kind="history")).one_or_none()


def nurse() -> int | None:
    """In whose name a command writes: the school nurse whose account is the oldest."""
    return db.session.scalar(
        sa.select(sa.func.min(User.id))
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.NURSE, User.disabled_at.is_(None))
    )
