"""The month's page of the school-day calendar, as values for the template."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.school.models import CalendarDay
from tracker.school.rules import DayType, Scope, week_number, weeks_of_month


@dataclass(frozen=True)
class Cell:
    """A day of the month's page."""

    day: date
    in_month: bool
    school: CalendarDay | None
    """None: the day lies outside every term."""
    differs: bool
    """Whether it is another day for some grade or class."""


@dataclass(frozen=True)
class Week:
    """A row of the month's page."""

    number: int | None
    """The week people speak of; None outside a term."""
    cells: list[Cell]


@dataclass(frozen=True)
class Span:
    """Days in a row that are the same, and why."""

    first: date
    last: date
    row: CalendarDay


def month_page(
    month: date, rows: Collection[CalendarDay], first_school_day: Callable[[date], date | None]
) -> list[Week]:
    """The weeks of a month; `first_school_day` tells that of the term a day lies in."""
    school = {row.day: row for row in rows if row.scope is Scope.SCHOOL}
    others = {row.day for row in rows if row.scope is not Scope.SCHOOL}
    weeks = []
    for days in weeks_of_month(month):
        cells = [Cell(day, day.month == month.month, school.get(day), day in others) for day in days]
        known = next((cell.day for cell in cells if cell.in_month and cell.school), None)
        first = first_school_day(known) if known else None
        weeks.append(Week(week_number(known, first) if known and first else None, cells))
    return weeks


def unlike_others(rows: Iterable[CalendarDay]) -> list[Span]:
    """What is no ordinary school day and no ordinary weekend, neighbours taken together."""
    spans: list[Span] = []
    for row in sorted(rows, key=lambda row: (list(Scope).index(row.scope), row.scope_id, row.day)):
        if row.scope is Scope.SCHOOL and (row.day_type is DayType.NORMAL or _plain_weekend(row)):
            continue
        last = spans[-1] if spans else None
        if last and last.last == row.day - timedelta(days=1) and _alike(last.row, row):
            spans[-1] = Span(last.first, row.day, last.row)
        else:
            spans.append(Span(row.day, row.day, row))
    return sorted(spans, key=lambda span: span.first)


def _plain_weekend(row: CalendarDay) -> bool:
    return row.day_type is DayType.OFF and row.reason is None and row.day.weekday() >= 5


def _alike(one: CalendarDay, other: CalendarDay) -> bool:
    def told(row: CalendarDay) -> tuple[object, ...]:
        return (
            row.scope,
            row.scope_id,
            row.day_type,
            row.reason,
            row.stands_for,
            row.later_minutes,
            row.ends_at,
        )

    return told(one) == told(other)
