"""Which sheets the nurse can check unseen, and how many still wait for her.  Nothing here writes."""

from datetime import date

import sqlalchemy as sa

from tracker.db import db
from tracker.screening.models import Sheet, SheetVersion


def is_plain() -> sa.ColumnElement[bool]:
    """The condition that everybody on a version is here and well."""
    return sa.and_(
        SheetVersion.expected == SheetVersion.checked,
        SheetVersion.fever == 0,
        SheetVersion.symptomatic == 0,
    )


def unchecked(day: date) -> tuple[int, int]:
    """How many reported sheets of a day the nurse has not checked: those without exceptions, the others."""
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(is_plain()),
            sa.func.count().filter(sa.not_(is_plain())),
        )
        .select_from(Sheet)
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .where(Sheet.day == day, Sheet.confirmed_at.is_(None))
    ).one()
    return row[0], row[1]
