"""Vacations: an absence rests in them and comes back on the first school day.  No database, no web."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

REST_DAYS = 7
"""So many days in a row without school are a vacation; fewer are a weekend or a holiday."""


@dataclass(frozen=True)
class Vacation:
    """Days without school, both ends included; None: farther than the calendar was asked."""

    first: date | None
    last: date | None


def vacation_on(day: date, school_days: Sequence[date]) -> Vacation | None:
    """The vacation a day lies in; None where there is school or only a weekend or a holiday.

    `school_days` are those of the class, from before the day until after it; a gap that reaches
    their end is taken for a vacation.
    """
    if day in school_days:
        return None
    before = max((one for one in school_days if one < day), default=None)
    after = min((one for one in school_days if one > day), default=None)
    if before and after and _is_short(before, after):
        return None
    return Vacation(
        before + timedelta(days=1) if before else None, after - timedelta(days=1) if after else None
    )


def _is_short(before: date, after: date) -> bool:
    return (after - before).days - 1 < REST_DAYS


def first_after_vacation(school_days: Sequence[date], since: date, until: date) -> date | None:
    """The newest school day up to `until` that follows a vacation after `since`; None: there was none."""
    near = [day for day in school_days if since <= day <= until]
    ends = [after for before, after in pairwise(near) if not _is_short(before, after)]
    if near and near[0] > since and not _is_short(since, near[0]):
        ends.insert(0, near[0])
    return ends[-1] if ends else None


def to_be_checked(
    school_days: Sequence[date], seen_on: date, called_on: date | None, today: date
) -> date | None:
    """Since when an absence waits to be checked before class, because a vacation lies behind it; None: not.

    `seen_on` is the last day a sheet missed the student; a call after the vacation has asked.
    """
    back = first_after_vacation(school_days, seen_on, today)
    return back if back is not None and (called_on is None or called_on < back) else None


def is_term_over(seen_on: date, vacation: Vacation | None, terms: Sequence[tuple[date, date]]) -> bool:
    """Whether the term an absence belongs to has ended: no school day of it is still to come.

    `seen_on` is the last day something was known of it, `vacation` the one today lies in, `terms` the
    first and last days of all terms.
    """
    if vacation is None:
        return False
    ends = next((ends for starts, ends in terms if starts <= seen_on <= ends), None)
    return ends is not None and (vacation.last is None or vacation.last >= ends)
