"""Reading how absences stand by the calendar of their own classes.  Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from tracker.absence.queries import Followed, sheets_of_day
from tracker.absence.rest_rules import REST_DAYS, Vacation, is_term_over, to_be_checked, vacation_on
from tracker.db import db
from tracker.school import queries as school
from tracker.school.class_day_queries import class_school_days, school_days_by_class
from tracker.school.models import Enrolment
from tracker.school.queries import enrolled_on
from tracker.school.rules import is_school_day
from tracker.screening.rules import HalfDay

HORIZON = timedelta(days=120)
"""How far the next school days are looked for: past the longest holidays."""


@dataclass(frozen=True)
class Standing:
    """How an absence stands by its class's calendar."""

    days: Sequence[date]
    """The class's school days, from the first of the absence on."""
    vacation: Vacation | None
    """The vacation today lies in: the absence rests."""
    term_over: bool
    """Whether its term has ended since."""
    check_since: date | None
    """The first school day after a vacation, where nobody has asked since."""


def standings(rows: Sequence[Followed], called: Mapping[int, date], today: date) -> dict[int, Standing]:
    """How absences stand, by number; `called` is the day of each one's last call.

    One statement, and one more in a vacation.
    """
    if not rows:
        return {}
    since = min(row.episode.first_on for row in rows)
    days = school_days_by_class([row.school_class for row in rows], min(since, today), today + HORIZON)
    vacations = {class_id: vacation_on(today, own) for class_id, own in days.items()}
    terms = [(term.starts, term.ends) for term in school.terms()] if any(vacations.values()) else []
    found = {}
    for row in rows:
        one, own, vacation = row.episode, days[row.class_id], vacations[row.class_id]
        seen_on = max(one.last_absent_on, one.back_on or one.last_absent_on)
        found[one.id] = Standing(
            days=own,
            vacation=vacation,
            term_over=is_term_over(seen_on, vacation, terms),
            check_since=to_be_checked(own, seen_on, called.get(one.id), today),
        )
    return found


def class_of(student_id: int, day: date) -> int | None:
    """The class a student is in on a day; one that has left, where it was last."""
    return db.session.scalar(
        sa.select(Enrolment.class_id)
        .where(Enrolment.student_id == student_id, Enrolment.starts <= day)
        .order_by(Enrolment.starts.desc())
        .limit(1)
    )


def own_days(student_id: int, since: date, until: date, today: date) -> list[date]:
    """The school days of the class a student is in today."""
    class_id = class_of(student_id, today)
    return class_school_days(class_id, since, until) if class_id else school.school_days(since, until)


def half_back(student_ids: Collection[int], day: date) -> dict[int, HalfDay]:
    """In which half-day of `day` students were seen again: the afternoon where the morning missed them."""
    rows = db.session.execute(
        sa.select(Enrolment.class_id, Enrolment.student_id).where(
            Enrolment.student_id.in_(student_ids), *enrolled_on(day)
        )
    )
    found = dict.fromkeys(student_ids, HalfDay.MORNING)
    by_class: dict[int, list[int]] = {}
    for class_id, student in rows:
        by_class.setdefault(class_id, []).append(student)
    for class_id, students in by_class.items():
        for student, told in sheets_of_day(class_id, day, students).items():
            if HalfDay.MORNING in told.absent_halves:
                found[student] = HalfDay.AFTERNOON
    return found


def enrolment_end(student_id: int) -> date | None:
    """The last day of a student who has left the school."""
    return db.session.scalar(sa.select(sa.func.max(Enrolment.ends)).where(Enrolment.student_id == student_id))


def resting_classes(today: date) -> frozenset[int]:
    """The classes that today is a vacation for.  One statement on a school day, else three."""
    types = school.day_types(today)
    if types and all(is_school_day(day_type) for day_type in types.values()):
        return frozenset()
    near = timedelta(days=REST_DAYS + 1)
    classes = school.all_classes()
    days = school_days_by_class(classes, today - near, today + near)
    return frozenset(one.id for one in classes if vacation_on(today, days[one.id]) is not None)
