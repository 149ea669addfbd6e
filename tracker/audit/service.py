"""Writing the trail, the read log, and the receipts of forms."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import g, has_request_context

from tracker.audit.models import ReadLog, RequestReceipt, Trail
from tracker.db import db, insert


def record(
    by: int | None,
    at: datetime,
    deed: str,
    kind: str,
    subject_id: int | None,
    *,
    student_id: int | None = None,
    changes: Any = None,
) -> None:
    """Add one deed to the trail, in the transaction of the deed itself.

    `changes` holds codes and numbers; of a guardian's name or phone only that it changed.
    """
    web = has_request_context()
    db.session.add(
        Trail(
            at=at,
            by=by,
            via="page" if web else "command",
            deed=deed,
            kind=kind,
            subject_id=subject_id,
            student_id=student_id,
            request_id=g.get("request_id") if web else None,
            changes=changes if changes is not None else {},
        )
    )


def record_students(
    by: int | None, at: datetime, deed: str, kind: str, subject_id: int, changes: Mapping[int, Any]
) -> None:
    """Add one deed to the trail for each student it touched, in one statement: `changes` by student id."""
    web = has_request_context()
    if changes:
        db.session.execute(
            sa.insert(Trail),
            [
                {
                    "at": at,
                    "by": by,
                    "via": "page" if web else "command",
                    "deed": deed,
                    "kind": kind,
                    "subject_id": subject_id,
                    "student_id": student_id,
                    "request_id": g.get("request_id") if web else None,
                    "changes": what,
                }
                for student_id, what in changes.items()
            ],
        )


def take_form(by: int | None, at: datetime, deed: str, key: UUID, location: str) -> None:
    """Remember that the form with this key was taken, and where it led."""
    db.session.add(RequestReceipt(key=key, user_id=by, deed=deed, location=location, at=at))


def forget_forms(before: datetime) -> int:
    """Forget the keys of forms taken before a moment; how many they were."""
    gone = sa.delete(RequestReceipt).where(RequestReceipt.at < before).returning(RequestReceipt.key)
    return len(db.session.execute(gone.execution_options(synchronize_session=False)).all())


def log_reading(
    by: int, at: datetime, day: date, page: str, subject_id: int, *, student_id: int | None = None
) -> None:
    """Count one reading of a page that shows health."""
    row = insert(ReadLog).values(
        user_id=by, page=page, subject_id=subject_id, day=day, student_id=student_id, times=1, last_at=at
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["user_id", "page", "subject_id", "day"],
            set_={"times": ReadLog.times + 1, "last_at": row.excluded.last_at},
        )
    )
