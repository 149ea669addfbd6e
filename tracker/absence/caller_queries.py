"""Reading who calls about a class's absences.  Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.accounts.models import Assignment, User
from tracker.accounts.rules import CLASS_DUTIES, Duty
from tracker.db import db

CALLS_FIRST = (Duty.STAND_IN, Duty.HOMEROOM, Duty.DEPUTY, Duty.GRADE_HEAD)
"""Who calls for a class: who stands in today, else the homeroom teacher, and so on."""


@dataclass(frozen=True)
class Person:
    """Somebody who calls."""

    id: int
    name: str


def teachers_of(entry_years: Mapping[int, int], today: date) -> dict[int, Person]:
    """Who calls for each class today, by the entry years of the classes.  One statement."""
    return {class_id: people[0] for class_id, people in _people(entry_years, today).items() if people}


def teachers_in_turn(class_id: int, entry_year: int, today: date) -> list[Person]:
    """Who may call for one class today, who calls first at the head; the grade head for want of others."""
    return _people({class_id: entry_year}, today)[class_id]


def _people(entry_years: Mapping[int, int], today: date) -> dict[int, list[Person]]:
    rows = db.session.execute(
        sa.select(Assignment.what, Assignment.class_id, Assignment.entry_year, User.id, User.name)
        .join(User, User.id == Assignment.user_id)
        .where(
            sa.or_(
                sa.and_(Assignment.what.in_(CLASS_DUTIES), Assignment.class_id.in_(entry_years)),
                sa.and_(
                    Assignment.what == Duty.GRADE_HEAD, Assignment.entry_year.in_(set(entry_years.values()))
                ),
            ),
            Assignment.starts <= today,
            sa.or_(Assignment.ends.is_(None), Assignment.ends >= today),
            User.disabled_at.is_(None),
        )
        .order_by(Assignment.id)
    ).all()
    found = {}
    for class_id, year in entry_years.items():
        own = [row for row in rows if row.class_id == class_id]
        heads = [row for row in rows if row.what is Duty.GRADE_HEAD and row.entry_year == year]
        ordered = sorted(own or heads, key=lambda row: CALLS_FIRST.index(row.what))
        found[class_id] = [Person(row.id, row.name) for row in ordered]
    return found
