"""Reading a class's own school days, where its day or its grade's differs.  Nothing here writes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import sqlalchemy as sa

from tracker.db import db
from tracker.school.models import CalendarDay, SchoolClass
from tracker.school.queries import day_type_for
from tracker.school.rules import DayType, Scope, is_school_day


def school_days_by_class(
    classes: Iterable[SchoolClass], since: date, until: date
) -> Mapping[int, list[date]]:
    """The school days of each class from `since` to `until`, both included.  One statement."""
    rows = db.session.execute(
        sa.select(CalendarDay.day, CalendarDay.scope, CalendarDay.scope_id, CalendarDay.day_type)
        .where(CalendarDay.day.between(since, until))
        .order_by(CalendarDay.day)
    )
    days: dict[date, dict[tuple[Scope, int], DayType]] = {}
    for day, scope, scope_id, day_type in rows:
        days.setdefault(day, {})[scope, scope_id] = day_type
    school = [day for day, types in days.items() if is_school_day(day_type_for(types, None))]
    # Most days are the same for every class.
    differing = [day for day, types in days.items() if any(scope is not Scope.SCHOOL for scope, _ in types)]
    found = {}
    for one in classes:
        if one.id not in found:
            own = {day: is_school_day(day_type_for(days[day], one)) for day in differing}
            mine = [day for day in school if own.get(day, True)]
            found[one.id] = sorted({*mine, *(day for day, taught in own.items() if taught)})
    return found


def class_school_days(class_id: int, since: date, until: date) -> list[date]:
    """The school days of one class from `since` to `until`, both included."""
    return school_days_by_class(classes_with([class_id]), since, until)[class_id]


def classes_with(class_ids: Collection[int]) -> list[SchoolClass]:
    """Classes by their ids."""
    return list(db.session.scalars(sa.select(SchoolClass).where(SchoolClass.id.in_(class_ids))))
