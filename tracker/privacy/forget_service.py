"""Taking the person out of what is kept: the facts stay for the counts, and name nobody.

The one feature that reaches into all tables, because each of them may name a child; which they are is
told by `tables`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.audit.rules import AttachmentState
from tracker.datafolder import can_read, decrypt
from tracker.db import db
from tracker.errors import Rejected
from tracker.privacy import queries, tables
from tracker.privacy.rules import Refusal

NOBODY = "–"
"""What stands where a name stood."""
EMPTIED = {"state": AttachmentState.REMOVED, "content": None, "sha256": ""}
"""What is left of a file that was there."""


def remove(by: int | None, at: datetime, today: date, student_id: int) -> None:
    """Remove who a student was, everywhere, after leaving the school; scores and counts stay.

    Rejected while the child is at school, or while something about it is open.
    """
    student = tables.table("student")
    found = db.session.execute(
        sa.select(student).where(student.c.id == student_id).with_for_update()
    ).one_or_none()
    if found is None or found.removed_at is not None:
        raise Rejected(Refusal.REMOVED_ALREADY)
    if queries.is_enrolled(student_id, today):
        raise Rejected(Refusal.AT_SCHOOL)
    if queries.open_students([student_id]):
        raise Rejected(Refusal.STILL_OPEN)
    called = _called(student_id)
    strike_texts([student_id])
    _empty_uploads()
    _set(
        "student",
        student.c.id == student_id,
        number=f"removed-{student_id}",
        name=NOBODY,
        pinyin="",
        sex=None,
        birth_date=None,
        is_provisional=False,
        removed_at=at,
    )
    _delete("guardian", tables.rows_of("guardian", [student_id]))
    enrolment = tables.table("enrolment")
    _set("enrolment", enrolment.c.student_id == student_id, seat=None)
    _blot_out([found.name, found.number, *called])
    audit.record(by, at, "student.remove", "student", student_id, student_id=student_id)


def strike_texts(students: Sequence[int]) -> None:
    """Empty what was written freely about students, their papers, and the words of the trail about them."""
    for some in queries.parts(students):
        for name in tables.held():
            if name in ("student", "guardian"):
                continue
            if texts := tables.free_columns(name):
                empty = {column.name: None if column.nullable else "" for column in texts}
                _set(name, tables.rows_of(name, some), **empty)
            if "attachment_id" in tables.table(name).c:
                papers = sa.select(tables.table(name).c.attachment_id).where(tables.rows_of(name, some))
                attachment = tables.table("attachment")
                _set("attachment", attachment.c.id.in_(papers), **EMPTIED)
        trail = tables.table("trail")
        about = [
            trail.c.student_id.in_(some),
            sa.and_(trail.c.kind == "student", trail.c.subject_id.in_(some)),
        ]
        for kind in ("episode", "stay", "fever", "leave"):
            theirs = sa.select(tables.table(kind).c.id).where(tables.rows_of(kind, some))
            about.append(sa.and_(trail.c.kind == kind, trail.c.subject_id.in_(theirs)))
        _set("trail", sa.or_(*about), changes={})


def _called(student_id: int) -> list[str]:
    """What a student's guardians are called, and their numbers, as written and as bare digits.

    What its key is lost of is unknown: it goes, but cannot be looked for in notes.
    """
    guardian = tables.table("guardian")
    rows = db.session.execute(
        sa.select(guardian.c.name_enc, guardian.c.phone_enc).where(guardian.c.student_id == student_id)
    )
    plain = [decrypt(value) for row in rows for value in row if value and can_read(value)]
    return [*plain, *("".join(c for c in one if c.isdigit()) for one in plain)]


def _blot_out(words: Iterable[str]) -> None:
    """Strike words out of every note of every table, whoever's it is."""
    found = sorted({word for word in words if len(word) > 1}, key=len, reverse=True)
    for column in tables.notes_of_all():
        holds = sa.or_(*(column.contains(word, autoescape=True) for word in found))
        text: Any = column
        for word in found:
            text = sa.func.replace(text, word, NOBODY)
        _set(column.table.name, holds, **{column.name: text})


def _empty_uploads() -> None:
    """Files that wait for their confirmation may name anybody: they are chosen again."""
    for column in tables.encrypted():
        if column.name == "table_enc":
            _delete(column.table.name, sa.true())


def _set(name: str, where: sa.ColumnElement[bool], /, **values: Any) -> None:
    db.session.execute(sa.update(tables.table(name)).where(where).values(**values))


def _delete(name: str, where: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.delete(tables.table(name)).where(where))
