"""Everything that is kept of one student, table by table, as people can read it.  Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.privacy import tables

_KINDS = ("trail", "kind")
"""A code that the trail's deed says already."""

_LEFT_OUT = {
    "id",
    "student_id",
    "episode_id",
    "stay_id",
    "attachment_id",
    "phone_hash",
    "subject_id",
    "request_id",
    "source_id",
    "equipment_id",
    "fever_id",
    "gate_record_id",
    *("seq", "no", "since_no", "until_no", "source_no", "guardian_seq", "via"),
}
"""Keys between tables and numbers of rows: they say nothing of the student."""


@dataclass(frozen=True)
class Kept:
    """The rows of one table that are a student's: columns, and what stands in them."""

    table: str
    columns: list[sa.Column[Any]]
    rows: list[tuple[Any, ...]]


def columns_of(of: sa.Table) -> list[sa.Column[Any]]:
    """The columns of a table that tell something of a student."""
    return [one for one in of.c if one.name not in _LEFT_OUT and (of.name, one.name) != _KINDS]


def kept(student_id: int) -> Iterator[Kept]:
    """What every table keeps of a student, the student's own row first; tables without any are left out."""
    own = ("student", "guardian", "enrolment", "residence")
    for name in (*own, *(one for one in tables.held() if one not in own)):
        of = tables.table(name)
        columns = columns_of(of)
        rows = db.session.execute(
            sa.select(*columns).where(tables.rows_of(name, [student_id])).order_by(*of.primary_key.columns)
        ).all()
        if rows:
            filled = [n for n in range(len(columns)) if any(row[n] not in (None, "") for row in rows)]
            yield Kept(name, [columns[n] for n in filled], [tuple(row[n] for n in filled) for row in rows])


def sheets_of(student_id: int) -> dict[int, str]:
    """The sheets a student's rows stand on: their day, by number."""
    entry, reading, sheet = (tables.table(name) for name in ("entry", "reading", "sheet"))
    on = sa.union(
        sa.select(entry.c.sheet_id).where(entry.c.student_id == student_id),
        sa.select(reading.c.sheet_id).where(reading.c.student_id == student_id),
    ).subquery()
    rows = db.session.execute(
        sa.select(sheet.c.id, sheet.c.day).where(sheet.c.id.in_(sa.select(on.c.sheet_id)))
    )
    return {row.id: row.day.isoformat() for row in rows}


@dataclass(frozen=True)
class KeptPaper:
    """A paper that was handed in for a student."""

    id: int
    type: str
    content: bytes


def papers(student_id: int) -> list[KeptPaper]:
    """The papers of a student that are still kept, with their content."""
    attachment = tables.table("attachment")
    found = []
    for name in tables.held():
        if "attachment_id" in tables.table(name).c:
            theirs = sa.select(tables.table(name).c.attachment_id).where(tables.rows_of(name, [student_id]))
            rows = db.session.execute(
                sa.select(attachment.c.id, attachment.c.type, attachment.c.content).where(
                    attachment.c.id.in_(theirs), attachment.c.content.is_not(None)
                )
            )
            found += [KeptPaper(*row) for row in rows]
    return found


def people() -> dict[int, str]:
    """What everybody with an account is called."""
    user = tables.table("user")
    return {row.id: row.name for row in db.session.execute(sa.select(user.c.id, user.c.name))}
