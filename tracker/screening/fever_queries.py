"""Reading retest chains: who waits, what a chain holds, what became of it.  Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.accounts.models import User
from tracker.db import built_once, db
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, Symptom
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.screening.fever_rules import MOST_RETESTS, Instrument, LiveChain, Measured, retests_of
from tracker.screening.models import Fever, Reading
from tracker.screening.rules import FeverState, Site
from tracker.supplies.models import Equipment


@built_once
def chain_columns() -> tuple[sa.ColumnElement[Any], ...]:
    """What `chain_of` needs of a row that `chain_join` has joined."""
    began_with = (
        sa.select(Reading.tenths)
        .where(Reading.fever_id == Fever.id, Reading.seq == 1, Reading.struck_at.is_(None))
        .order_by(Reading.taken_at)
        .limit(1)
        .correlate(Fever)
        .scalar_subquery()
    )
    return (
        Fever.id.label("fever_id"),
        Fever.state.label("fever_state"),
        Fever.source.label("fever_source"),
        began_with.label("began_with"),
        Fever.day.label("fever_day"),
        Fever.opened_at.label("fever_opened_at"),
    )


@built_once
def chain_join(student_id: Any, day: date) -> sa.ColumnElement[bool]:
    """The condition that a chain is the one a student waits in, else the student's newest of a day."""
    chain = aliased(Fever)
    newest = (
        sa.select(chain.id)
        .where(
            chain.student_id == student_id,
            sa.or_(
                chain.state == FeverState.WAITING,
                sa.and_(chain.day == day, chain.state != FeverState.STRUCK),
            ),
        )
        .order_by(sa.case((chain.state == FeverState.WAITING, 0), else_=1), chain.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Fever.id == newest


def chain_of(row: Any) -> LiveChain | None:
    """The chain of a row with `chain_columns`; None where the student has none."""
    if row.fever_id is None:
        return None
    return LiveChain(
        row.fever_id, row.fever_state, row.fever_source, row.began_with, row.fever_day, row.fever_opened_at
    )


def newest_chain(student_id: int, day: date) -> LiveChain | None:
    """The chain a student waits in, else the newest of a day."""
    row = db.session.execute(
        sa.select(*chain_columns())
        .select_from(Student)
        .join(Fever, chain_join(Student.id, day))
        .where(Student.id == student_id)
    ).one_or_none()
    return chain_of(row) if row else None


def measured(chain_ids: Collection[int], *, but_sheet: int | None = None) -> dict[int, list[Measured]]:
    """The live readings of chains, but not those of one sheet.  One statement, none for none."""
    found: dict[int, list[Measured]] = {one: [] for one in chain_ids}
    if not chain_ids:
        return found
    rows = db.session.execute(
        sa.select(Reading.fever_id, Reading.taken_at, Reading.seq, Reading.tenths, Reading.site).where(
            Reading.fever_id.in_(chain_ids),
            Reading.struck_at.is_(None),
            Reading.sheet_id.is_distinct_from(but_sheet) if but_sheet else sa.true(),
        )
    )
    for row in rows:
        found[row.fever_id or 0].append(Measured(*row[1:]))
    return found


def students_with_symptoms(student_ids: Collection[int], day: date) -> set[int]:
    """Who of these has shown any sign of illness but the fever itself on a day."""
    return set(
        db.session.scalars(
            sa.select(Observation.student_id).where(
                Observation.student_id.in_(student_ids),
                Observation.on == day,
                Observation.kind == ObservationKind.SYMPTOM,
                Observation.code != Symptom.FEVER.value,
                Observation.retracted_at.is_(None),
            )
        )
    )


@dataclass(frozen=True)
class ReadingSeen:
    """One live reading of a chain, and who took it."""

    taken_at: datetime
    seq: int
    tenths: int
    site: Site
    device: str
    number: str | None
    """Of the thermometer, where it was named."""
    by_name: str


@dataclass(frozen=True)
class Chain:
    """A retest chain as the nurse sees it."""

    fever: Fever
    student: Student
    school_class: SchoolClass | None
    """The student's class of the chain's day."""
    seat: int | None
    decided_by: str | None
    readings: list[ReadingSeen]

    @property
    def retests(self) -> int:
        """How often it was measured again."""
        return len(retests_of([Measured(r.taken_at, r.seq, r.tenths, r.site) for r in self.readings]))

    @property
    def instruments(self) -> list[Instrument]:
        """What the next retest may be taken with: another method than the first reading's."""
        first = self.readings[0].site if self.readings else None
        return [one for one in Instrument if one.site is not first] if self.retests < MOST_RETESTS else []


def waiting(day: date) -> list[Chain]:
    """Who waits for a retest on a day, since whenever: who has waited longest comes first."""
    return _chains(Fever.state == FeverState.WAITING, Fever.day <= day)


def decided(since: datetime, until: datetime) -> list[Chain]:
    """What was decided between two instants, newest first; chains struck by a correction are left out."""
    found = _chains(Fever.decided_at >= since, Fever.decided_at < until, Fever.state != FeverState.STRUCK)
    return sorted(found, key=lambda one: one.fever.decided_at or one.fever.opened_at, reverse=True)


def chains_of(student_ids: Collection[int], day: date) -> dict[int, list[Chain]]:
    """The chains of students on a day, by student; those struck are left out."""
    found: dict[int, list[Chain]] = {}
    for one in _chains(Fever.student_id.in_(student_ids), Fever.day == day, Fever.state != FeverState.STRUCK):
        found.setdefault(one.student.id, []).append(one)
    return found


def chain(fever_id: int) -> Chain | None:
    """One chain."""
    return next(iter(_chains(Fever.id == fever_id)), None)


def _chains(*where: sa.ColumnElement[bool]) -> list[Chain]:
    """Chains with whom and what they are about, oldest first.  Two statements, one if there are none."""
    rows = db.session.execute(
        sa.select(Fever, Student, SchoolClass, Enrolment.seat, User.name)
        .join(Student, Student.id == Fever.student_id)
        .outerjoin(
            Enrolment,
            sa.and_(
                Enrolment.student_id == Student.id,
                Enrolment.starts <= Fever.day,
                sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= Fever.day),
            ),
        )
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(User, User.id == Fever.decided_by)
        .where(*where)
        .order_by(Fever.opened_at, Fever.id)
    ).all()
    readings: dict[int, list[ReadingSeen]] = {row.Fever.id: [] for row in rows}
    if rows:
        for row in db.session.execute(
            sa.select(
                Reading.fever_id,
                Reading.taken_at,
                Reading.seq,
                Reading.tenths,
                Reading.site,
                Reading.device,
                Equipment.number,
                User.name,
            )
            .join(User, User.id == Reading.by)
            .outerjoin(Equipment, Equipment.id == Reading.equipment_id)
            .where(Reading.fever_id.in_(list(readings)), Reading.struck_at.is_(None))
            .order_by(Reading.taken_at, Reading.seq)
        ):
            readings[row.fever_id or 0].append(ReadingSeen(*row[1:]))
    return [Chain(*row, readings[row.Fever.id]) for row in rows]
