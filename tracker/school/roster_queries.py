"""The roster as the school has it, and what a file would change.  Nothing here writes."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from tracker import datafolder
from tracker.db import db
from tracker.errors import Rejected
from tracker.school import queries
from tracker.school.models import (
    Enrolment,
    Guardian,
    ImportRun,
    Residence,
    SchoolClass,
    Student,
)
from tracker.school.roster_cells import Table, read_roster
from tracker.school.roster_plan import (
    Days,
    GuardianSeen,
    Known,
    KnownClass,
    KnownResidence,
    KnownStay,
    KnownStudent,
    Plan,
    plan_import,
)
from tracker.school.rules import Refusal, Stage

UNREADABLE = "\0"
"""Stands for a guardian's name whose key is lost: it differs from every name, so an import mends it."""


def stage(day: date) -> Stage:
    """The stage new classes are of: a setting, primary unless the school says otherwise."""
    return Stage(queries.setting("school.stage", day) or Stage.PRIMARY)


def import_days(chosen: date | None, today: date) -> Days:
    """The days an import may begin on.  Rejected for a chosen day that lies outside all terms."""
    known = queries.terms()
    if chosen:
        if not known:
            raise Rejected(Refusal.NO_TERM, "on")
        first, last = min(term.starts for term in known), max(term.ends for term in known)
        if not first <= chosen <= last:
            raise Rejected(Refusal.OUTSIDE_TERM, "on", first=first, last=last)
    term = queries.roster_term(today)
    return Days(today, chosen, term.starts if term and term.ends >= today else None)


def roster_plan(table: Table, days: Days) -> Plan:
    """What importing a file would do to the school as it is now.  The same few statements for any size."""
    on = days.chosen or max(days.today, days.term_starts or days.today)
    kind = stage(on)
    return plan_import(read_roster(table, kind, on), known_roster(kind), days, datafolder.phone_hash)


def known_roster(kind: Stage) -> Known:
    """Every class of a stage, and every student, with what a roster can change."""
    stays: dict[int, KnownStay] = {}
    used: set[int] = set()
    for student_id, starts, ends, class_id, seat in db.session.execute(
        sa.select(
            Enrolment.student_id, Enrolment.starts, Enrolment.ends, Enrolment.class_id, Enrolment.seat
        ).order_by(Enrolment.starts)
    ):
        stays[student_id] = KnownStay(starts, ends, class_id, seat)
        used.add(class_id)
    residences = {
        row.student_id: KnownResidence(row.starts, row.ends, row.dormitory)
        for row in db.session.scalars(sa.select(Residence).order_by(Residence.starts))
    }
    guardians = _guardians()
    students = {
        student.number: KnownStudent(
            id=student.id,
            number=student.number,
            name=student.name,
            sex=student.sex,
            birth_date=student.birth_date,
            removed=student.removed_at is not None,
            stay=stays.get(student.id),
            residence=residences.get(student.id),
            guardians=guardians.get(student.id, {}),
        )
        for student in db.session.execute(
            sa.select(
                Student.id, Student.number, Student.name, Student.sex, Student.birth_date, Student.removed_at
            )
        )
    }
    classes = [
        KnownClass(school_class.id, (school_class.entry_year, school_class.number), school_class.id in used)
        for school_class in db.session.scalars(sa.select(SchoolClass))
        if school_class.stage == kind
    ]
    return Known({known.key: known for known in classes}, students)


def _guardians() -> dict[int, dict[int, GuardianSeen]]:
    seen: dict[int, dict[int, GuardianSeen]] = {}
    for student_id, seq, relation, name_enc, phone_hash in db.session.execute(
        sa.select(
            Guardian.student_id, Guardian.seq, Guardian.relation, Guardian.name_enc, Guardian.phone_hash
        )
    ):
        seen.setdefault(student_id, {})[seq] = GuardianSeen(_name(name_enc), relation, phone_hash)
    return seen


def _name(name_enc: str | None) -> str | None:
    try:
        return datafolder.decrypt(name_enc) if name_enc else None
    except InvalidToken:
        return UNREADABLE


def import_run(run_id: int) -> ImportRun | None:
    """One confirmed import."""
    return db.session.get(ImportRun, run_id)


def guardian_rows(student_ids: list[int]) -> Mapping[tuple[int, int], Guardian]:
    """The stored guardians of students, by student and number."""
    rows = db.session.scalars(sa.select(Guardian).where(Guardian.student_id.in_(student_ids)))
    return {(row.student_id, row.seq): row for row in rows}
