"""What every version of a sheet said, student by student.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.accounts.models import User
from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.school.models import Enrolment, Student
from tracker.school.queries import enrolled_on
from tracker.screening import queries
from tracker.screening.models import Entry, Reading, Roster, Sheet, SheetVersion
from tracker.screening.rules import NORMAL_LINE, Difference, Line, SessionCode, VersionKind, differences


@dataclass(frozen=True)
class VersionSeen:
    """One version of a sheet and who made it: for the receipt and the history below it."""

    version: SheetVersion
    by_name: str


def versions(sheet_id: int) -> list[VersionSeen]:
    """All versions of a sheet, newest first."""
    rows = db.session.execute(
        sa.select(SheetVersion, User.name)
        .join(User, User.id == SheetVersion.by)
        .where(SheetVersion.sheet_id == sheet_id)
        .order_by(SheetVersion.no.desc())
    )
    return [VersionSeen(*row) for row in rows]


@dataclass(frozen=True)
class VersionChanges:
    """A version, and of whom it says another thing than the one before it."""

    seen: VersionSeen
    changes: list[Difference]


def history(sheet_id: int) -> list[VersionChanges]:
    """All versions of a sheet with what each has changed, newest first.  Five statements."""
    seen = versions(sheet_id)
    lines = _lines_of(sheet_id, [one.version for one in seen])
    found, before = [], None
    for one in reversed(seen):
        now = lines[one.version.no]
        # The first version, and one after a withdrawal, is compared with a class that is all normal.
        base = before if before is not None else dict.fromkeys(now, NORMAL_LINE)
        is_withdrawal = one.version.kind is VersionKind.WITHDRAW
        found.append(VersionChanges(one, [] if is_withdrawal else differences(base, now)))
        before = None if is_withdrawal else now
    return found[::-1]


def lines_at(sheet_id: int, no: int) -> dict[int, Line]:
    """What a version of a sheet said of every student of its roster; empty for none."""
    wanted = [one.version for one in versions(sheet_id) if one.version.no == no]
    return _lines_of(sheet_id, wanted).get(no, {})


def undone_lines(class_id: int, day: date, code: SessionCode, no: int) -> dict[int, Line]:
    """What a version that was undone said of every student; empty where the class has reported since."""
    sheet = queries.sheet_of(class_id, day, code)
    return lines_at(sheet.id, no) if sheet and sheet.head is None else {}


def _lines_of(sheet_id: int, wanted: Sequence[SheetVersion]) -> dict[int, dict[int, Line]]:
    found_rosters = db.session.execute(
        sa.select(Roster.id, Roster.members).where(Roster.id.in_({one.roster_id for one in wanted}))
    )
    rosters = {row.id: row.members for row in found_rosters}
    entries = db.session.scalars(sa.select(Entry).where(Entry.sheet_id == sheet_id)).all()
    readings = db.session.scalars(sa.select(Reading).where(Reading.sheet_id == sheet_id)).all()
    symptoms = db.session.execute(
        sa.select(
            Observation.student_id, Observation.code, Observation.source_no, Observation.retracted_at
        ).where(
            Observation.source_kind == SourceKind.SHEET,
            Observation.source_id == sheet_id,
            Observation.kind == ObservationKind.SYMPTOM,
        )
    ).all()

    def holds(since: datetime, until: datetime | None, at: datetime) -> bool:
        return since <= at and (until is None or until > at)

    found: dict[int, dict[int, Line]] = {}
    for version in wanted:
        no, at = version.no, version.at
        measured = {
            (one.student_id, one.seq): one.tenths
            for one in readings
            if holds(one.taken_at, one.struck_at, at)
        }
        signs: dict[int, set[Symptom]] = {}
        for row in symptoms:
            if row.source_no <= no and (row.retracted_at is None or row.retracted_at > at):
                signs.setdefault(row.student_id, set()).add(Symptom(row.code))
        said = {
            entry.student_id: Line(
                entry.state,
                entry.reason,
                measured.get((entry.student_id, 1)),
                measured.get((entry.student_id, 2)),
                frozenset(signs.get(entry.student_id, ())),
                entry.onset,
                entry.note,
            )
            for entry in entries
            if entry.since_no <= no and (entry.until_no is None or entry.until_no > no)
        }
        found[no] = {member: said.get(member, NORMAL_LINE) for member in rosters[version.roster_id]}
    return found


def labels(sheet: Sheet, student_ids: set[int]) -> dict[int, str]:
    """Seat and name of students as they were on the day of a sheet; who has left the class, by name."""
    rows = db.session.execute(
        sa.select(Student.id, Student.name, Enrolment.seat)
        .outerjoin(
            Enrolment,
            sa.and_(
                Enrolment.student_id == Student.id,
                Enrolment.class_id == sheet.class_id,
                *enrolled_on(sheet.day),
            ),
        )
        .where(Student.id.in_(student_ids))
    )
    return {row.id: queries.seat_label(row.seat, row.name) for row in rows}
