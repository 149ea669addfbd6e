"""Importing a roster: all of it or nothing."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import datafolder
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.school import roster_queries as queries
from tracker.school.import_service import record_run
from tracker.school.models import (
    Enrolment,
    Guardian,
    ImportRun,
    Residence,
    SchoolClass,
    Student,
)
from tracker.school.names import pinyin_of
from tracker.school.roster_cells import GUARDIANS, ClassKey, Column, GuardianText, Table
from tracker.school.roster_plan import Days, Line, Plan, Step
from tracker.school.rules import Refusal, Stage


def import_roster(
    by: int | None, at: datetime, table: Table, sha256: str, days: Days, *, seen: str | None = None
) -> ImportRun:
    """Bring the school to what a file says, whole, in the same few statements for any size.

    `seen` is the digest of the plan that was shown and confirmed.  Rejected if a cell is wrong, or if the
    school has changed since so that something else would happen.  Students whom the file does not name
    stay as they are.
    """
    plan = queries.roster_plan(table, days)
    if seen is not None and plan.digest != seen:
        raise Rejected(Refusal.ROSTER_CHANGED)
    if plan.wrong:
        raise Rejected(Refusal.WRONG_ROWS, count=plan.counts["wrong"])
    run = record_run(by, at, "roster", sha256, plan.counts)
    _write(by, at, run.id, plan, queries.stage(days.chosen or days.today))
    return run


def _write(by: int | None, at: datetime, run_id: int, plan: Plan, stage: Stage) -> None:
    """What each table gains and loses.  Ends before beginnings: a student has one open enrolment."""
    touched = [line for line in plan.lines if line.is_new or line.is_changed]
    if not touched:
        return
    class_ids = _make_classes(plan.new_classes, stage)
    student_ids = _make_students(plan.new)
    _update(
        Student,
        (
            {
                "id": line.known.id,
                "name": line.row.name,
                "pinyin": pinyin_of(line.row.name),
                "sex": line.row.sex if Column.SEX in plan.columns else line.known.sex,
                "birth_date": line.row.birth_date
                if Column.BIRTH_DATE in plan.columns
                else line.known.birth_date,
            }
            for line in plan.changed
            if line.known and _columns(line) & {Column.NAME, Column.SEX, Column.BIRTH_DATE}
        ),
    )
    _write_enrolments(touched, plan, class_ids, student_ids)
    _write_residences(touched, student_ids)
    _write_guardians(touched, plan, student_ids)
    audit.record_students(
        by,
        at,
        "student.import",
        "import_run",
        run_id,
        {student_ids[line.row.number]: _trail(line, class_ids) for line in touched},
    )


def _make_classes(keys: Iterable[ClassKey], stage: Stage) -> dict[ClassKey, int]:
    """The id of every class of the stage, the new ones made."""
    _insert(SchoolClass, ({"stage": stage, "entry_year": year, "number": number} for year, number in keys))
    rows = db.session.execute(
        sa.select(SchoolClass.entry_year, SchoolClass.number, SchoolClass.id).where(
            SchoolClass.stage == stage
        )
    )
    return {(year, number): class_id for year, number, class_id in rows}


def _make_students(lines: Iterable[Line]) -> dict[str, int]:
    """The id of every student by number, the new ones made."""
    _insert(
        Student,
        (
            {
                "number": line.row.number,
                "name": line.row.name,
                "pinyin": pinyin_of(line.row.name),
                "sex": line.row.sex,
                "birth_date": line.row.birth_date,
            }
            for line in lines
        ),
    )
    rows = db.session.execute(sa.select(Student.number, Student.id))
    return {row.number: row.id for row in rows}


def _write_enrolments(
    lines: list[Line], plan: Plan, class_ids: dict[ClassKey, int], student_ids: dict[str, int]
) -> None:
    changed = []
    for line in lines:
        stay = line.known.stay if line.known else None
        if stay is None or line.enrolment is Step.BEGIN:
            continue
        row = {"student_id": student_ids[line.row.number], "starts": stay.starts}
        if line.enrolment is Step.MOVE:
            changed.append({**row, "ends": _before(line.on), "class_id": stay.class_id, "seat": stay.seat})
        elif line.enrolment is Step.CORRECT or Column.SEAT in _columns(line):
            kept = {
                "ends": stay.ends,
                "class_id": class_ids[line.row.class_key],
                "seat": _new_seat(line, stay.seat),
            }
            changed.append({**row, **kept})
    _update(Enrolment, changed)
    _insert(
        Enrolment,
        (
            {
                "student_id": student_ids[line.row.number],
                "starts": line.on,
                "class_id": class_ids[line.row.class_key],
                "seat": line.row.seat,
            }
            for line in lines
            if line.enrolment in (Step.BEGIN, Step.MOVE)
        ),
    )


def _new_seat(line: Line, seat: int | None) -> int | None:
    return next((change.after for change in line.changes if change.column is Column.SEAT), seat)


def _write_residences(lines: list[Line], student_ids: dict[str, int]) -> None:
    ended: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    for line in lines:
        lived = line.known.residence if line.known else None
        if lived is None:
            continue
        key = {"student_id": student_ids[line.row.number], "starts": lived.starts}
        if line.residence in (Step.MOVE, Step.END):
            ended.append({**key, "ends": _before(line.on), "dormitory": lived.dormitory})
        elif line.residence is Step.CORRECT:
            ended.append({**key, "ends": lived.ends, "dormitory": line.row.dormitory})
        elif line.residence is Step.DROP:
            dropped.append(key)
    _update(Residence, ended)
    _delete(Residence, dropped)
    _insert(
        Residence,
        (
            {
                "student_id": student_ids[line.row.number],
                "starts": line.on,
                "dormitory": line.row.dormitory,
            }
            for line in lines
            if line.residence in (Step.BEGIN, Step.MOVE)
        ),
    )


def _write_guardians(lines: list[Line], plan: Plan, student_ids: dict[str, int]) -> None:
    """Guardians are taken out and put in again as a whole, what the file leaves alone unchanged."""
    stored = queries.guardian_rows([line.known.id for line in lines if line.known])
    gone: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for line in lines:
        student_id = student_ids[line.row.number]
        for seq, columns in GUARDIANS.items():
            changed = _columns(line) & set(columns) if line.known else set(columns) & plan.columns
            if not changed:
                continue
            old = stored.get((student_id, seq))
            if old:
                gone.append({"student_id": student_id, "seq": seq})
            row = _guardian(old, line.row.guardians.get(seq, GuardianText()), columns, changed)
            if any(row.values()):
                told.append({"student_id": student_id, "seq": seq, **row})
    _delete(Guardian, gone)
    _insert(Guardian, told)


def _guardian(
    old: Guardian | None, told: GuardianText, columns: tuple[Column, Column, Column], changed: set[Column]
) -> dict[str, str | None]:
    name, relation, phone = columns
    row = {
        "relation": old.relation if old else None,
        "name_enc": old.name_enc if old else None,
        "phone_enc": old.phone_enc if old else None,
        "phone_hash": old.phone_hash if old else None,
    }
    if name in changed:
        row["name_enc"] = datafolder.encrypt(told.name) if told.name else None
    if relation in changed:
        row["relation"] = told.relation
    if phone in changed:
        row["phone_enc"] = datafolder.encrypt(told.phone) if told.phone else None
        row["phone_hash"] = datafolder.phone_hash(told.phone) if told.phone else None
    return row


def _trail(line: Line, class_ids: dict[ClassKey, int]) -> dict[str, Any]:
    """What the trail keeps of a student: codes and ids, never a name or a phone."""
    if line.known is None:
        return {"new": True, "class": [None, class_ids[line.row.class_key]], "from": str(line.on)}
    told: dict[str, Any] = {"fields": [change.column.value for change in line.changes]}
    if line.enrolment is not Step.KEEP:
        before = line.known.stay.class_id if line.known.stay else None
        told |= {"class": [before, class_ids[line.row.class_key]], "from": str(line.on)}
    for change in line.changes:
        if change.column is Column.SEAT:
            told["seat"] = [change.before, change.after]
    return told


def _columns(line: Line) -> set[Column]:
    return {change.column for change in line.changes}


def _before(day: date) -> date:
    return day - timedelta(days=1)


def _insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        db.session.execute(sa.insert(model), rows)


def _update(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Update by primary key, in one statement."""
    if rows := list(rows):
        db.session.execute(sa.update(model), rows)


def _delete(model: Any, keys: Iterable[dict[str, Any]]) -> None:
    """Delete by primary key, in one statement."""
    if keys := list(keys):
        table = model.__table__
        where = [table.c[name] == sa.bindparam(f"key_{name}") for name in keys[0]]
        named = [{f"key_{name}": value for name, value in key.items()} for key in keys]
        db.session.connection().execute(sa.delete(table).where(*where), named)
