"""School days, grades and the names of classes.  No database, no web."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Stage(StrEnum):
    """Primary, junior and senior school: grades begin at 1, 7 and 10."""

    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"


FIRST_GRADE = {Stage.PRIMARY: 1, Stage.JUNIOR: 7, Stage.SENIOR: 10}
YEARS = {Stage.PRIMARY: 6, Stage.JUNIOR: 3, Stage.SENIOR: 3}


class Sex(StrEnum):
    """As on the roster."""

    MALE = "male"
    FEMALE = "female"


class Scope(StrEnum):
    """For whom a calendar row holds; the narrowest wins."""

    SCHOOL = "school"
    GRADE = "grade"
    CLASS = "class"


class DayType(StrEnum):
    """What kind of day it is: which sessions, tasks and visits it asks for."""

    NORMAL = "normal"
    MAKEUP = "makeup"
    HALF = "half"
    EXAM = "exam"
    EVENT = "event"
    REGISTRATION = "registration"
    CLOSING = "closing"
    LATE_START = "late_start"
    EARLY_CLOSE = "early_close"
    SUSPENDED = "suspended"
    HOME = "home"
    OFF = "off"


class Level(StrEnum):
    """How much the season asks for: sessions, modes and schedules differ by it."""

    ROUTINE = "routine"
    EPIDEMIC = "epidemic"


class Refusal(StrEnum):
    """Why a term, a day or a roster is not taken."""

    TERM_ENDS_BEFORE_START = "term_ends_before_start"
    TERM_TOO_LONG = "term_too_long"
    TERM_OVERLAPS = "term_overlaps"
    IMPOSSIBLE_YEAR = "impossible_year"
    NAME_MISSING = "name_missing"
    OUTSIDE_TERM = "outside_term"
    NO_TERM = "no_term"
    NO_SUCH_PLACE = "no_such_place"
    STANDS_FOR_MISSING = "stands_for_missing"
    IN_PAST = "in_past"
    ALREADY_BEGUN = "already_begun"
    SCHOOL_HAS_A_LEVEL = "school_has_a_level"
    MINUTES_MISSING = "minutes_missing"
    END_MISSING = "end_missing"
    END_TOO_EARLY = "end_too_early"
    REASON_MISSING = "reason_missing"
    STAY_BEGAN_LATER = "stay_began_later"
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_UNPACKS_TOO_LARGE = "file_unpacks_too_large"
    FILE_IS_OLD_EXCEL = "file_is_old_excel"
    FILE_IS_NO_ROSTER = "file_is_no_roster"
    FILE_DAMAGED = "file_damaged"
    WRONG_ENCODING = "wrong_encoding"
    MISSING_COLUMNS = "missing_columns"
    COLUMN_TWICE = "column_twice"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    WRONG_ROWS = "wrong_rows"
    UPLOAD_GONE = "upload_gone"
    ROSTER_CHANGED = "roster_changed"
    NUMBER_TAKEN = "number_taken"
    SEAT_TAKEN = "seat_taken"


class ExcuseCode(StrEnum):
    """Why a duty counts as fulfilled."""

    CARE = "care"
    OUTAGE = "outage"
    CHANGED = "changed"
    CLOSED = "closed"
    SUPPLY = "supply"
    NO_TEACHER = "no_teacher"


_ALL = frozenset({"arrival", "morning", "noon", "evening"})
_MORNING = frozenset({"arrival", "morning"})

SESSIONS_OF_DAY: Mapping[DayType, frozenset[str]] = {
    DayType.NORMAL: _ALL,
    DayType.MAKEUP: _ALL,
    DayType.HALF: _MORNING,
    DayType.EXAM: _MORNING,
    DayType.EVENT: _MORNING,
    DayType.REGISTRATION: frozenset({"arrival"}),
    DayType.CLOSING: _MORNING,
    DayType.LATE_START: _ALL,
    DayType.EARLY_CLOSE: _ALL,
    DayType.SUSPENDED: frozenset(),
    DayType.HOME: frozenset(),
    DayType.OFF: frozenset(),
}
"""Which sessions a day asks for, before the session plan says which of them are run at all."""


TEACHING = tuple(kind for kind, sessions in SESSIONS_OF_DAY.items() if sessions)
"""The days on which anybody is at school."""


def is_school_day(day_type: DayType | None) -> bool:
    """Whether anybody is at school.  None: the day lies outside every term."""
    return day_type in TEACHING


@dataclass(frozen=True)
class SchoolDay:
    """What a day is for somebody, as a row of the calendar says it."""

    day_type: DayType
    stands_for: int | None = None
    """On a make-up day the ISO weekday whose timetable it follows."""
    later_minutes: int | None = None
    """On a day that starts late: by how many minutes everything shifts."""
    ends_at: time | None = None
    """On a day that closes early: when the children go home."""
    set_at: datetime | None = None
    """When it was said, on the school's clock; None: before anything that was done on it."""
    comes_back: bool = False
    """The first school day after a suspension: everybody is checked before class."""

    def weekday(self, day: date) -> int:
        """The ISO weekday whose timetable the day follows."""
        return self.stands_for or day.isoweekday()

    def was_known(self, day: date, hour: time) -> bool:
        """Whether it was said by an hour of a day: what comes later makes nothing late that was on time."""
        return self.set_at is None or self.set_at <= datetime.combine(day, hour, self.set_at.tzinfo)


@dataclass(frozen=True)
class Place:
    """A class on a day, as what holds for it is found; of the school itself nothing is known."""

    class_id: int | None = None
    entry_year: int | None = None
    grade: int | None = None

    def among(self, rows: Mapping[tuple[Scope, int], T | None]) -> T | None:
        """The narrowest of what was said of the class, its grade and the school."""
        of_class = rows.get((Scope.CLASS, self.class_id)) if self.class_id else None
        of_grade = rows.get((Scope.GRADE, self.entry_year)) if self.entry_year else None
        return of_class or of_grade or rows.get((Scope.SCHOOL, 0))


@dataclass(frozen=True)
class Calendar:
    """A day and the last one before it that was not off, as the rows of the calendar say them."""

    day: date
    rows: Mapping[date, Mapping[tuple[Scope, int], SchoolDay]]

    def of(self, place: Place) -> SchoolDay | None:
        """What the day is for a class, or for the school; None: it lies outside every term."""
        what = place.among(self.rows.get(self.day, {}))
        if what is None or not is_school_day(what.day_type):
            return what
        before = (place.among(self.rows[day]) for day in sorted(self.rows, reverse=True) if day < self.day)
        last = next((one for one in before if one and one.day_type is not DayType.OFF), None)
        return replace(what, comes_back=last is not None and last.day_type is DayType.SUSPENDED)


@dataclass(frozen=True)
class LevelRow:
    """The level that was set for the school, a grade or a class from a day on."""

    valid_from: date
    scope: Scope
    scope_id: int
    level: Level | None
    """None: a grade or a class follows the school again."""


def level_on(rows: Iterable[LevelRow], day: date, place: Place) -> Level:
    """The level that holds for a class, or for the school, on a day: of the newest the narrowest.

    Of rows of one day and place the last counts.
    """
    newest: dict[tuple[Scope, int], LevelRow] = {}
    for row in rows:
        known = newest.get((row.scope, row.scope_id))
        if row.valid_from <= day and (known is None or known.valid_from <= row.valid_from):
            newest[row.scope, row.scope_id] = row
    return place.among({key: row.level for key, row in newest.items()}) or Level.ROUTINE


def school_year_of(day: date) -> int:
    """The year in which the school year of `day` began: it turns on the first of August."""
    return day.year if day.month >= 8 else day.year - 1


def school_year_start(day: date) -> date:
    """The first day of the school year that `day` lies in."""
    return date(school_year_of(day), 8, 1)


def grade_of(stage: Stage, entry_year: int, day: date) -> int | None:
    """The grade a class is in on `day`; None before it entered and after it left."""
    years = school_year_of(day) - entry_year
    return FIRST_GRADE[stage] + years if 0 <= years < YEARS[stage] else None


def week_of(day: date) -> str:
    """The ISO week of a day, as it is kept: `2026-W39`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def week_start(week: str) -> date:
    """The Monday of an ISO week.  ValueError if it is none."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def week_number(day: date, first_school_day: date) -> int:
    """The week people speak of: week 1 holds the term's first school day, weeks begin on Monday."""
    monday = day - timedelta(days=day.weekday())
    first = first_school_day - timedelta(days=first_school_day.weekday())
    return (monday - first).days // 7 + 1


@dataclass(frozen=True)
class DayFact:
    """What the official calendar says of one day."""

    day: date
    day_type: DayType
    source: str
    reason: str | None = None
    stands_for: int | None = None
    """Of a make-up day: the ISO weekday whose timetable it follows."""


def plain_week(days: Iterable[date]) -> list[DayFact]:
    """Days beyond the official calendar's years: weekends are off, all others are school days."""
    return [DayFact(day, DayType.OFF if day.weekday() >= 5 else DayType.NORMAL, "weekday") for day in days]


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


LONGEST_TERM_DAYS = 250
LATER_MINUTES = range(5, 301)
"""By how many minutes a day may start late."""
EARLIEST_CLOSE = time(9)
"""Before it no early close: what ends in the middle of arrival is another kind of day."""
PLAUSIBLE_YEARS = range(2000, 2101)


def is_grade_class(stage: Stage, entry_year: int, day: date) -> bool:
    """Whether a class of this entry year is at the school on `day`, or enters with the next school year."""
    entering = entry_year == school_year_of(day) + 1
    return entering or grade_of(stage, entry_year, day) is not None


def months_of(first: date, last: date) -> list[date]:
    """The first day of every month from that of `first` to that of `last`."""
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= last:
        months.append(following)
    return months


def weeks_of_month(month: date) -> list[list[date]]:
    """The weeks of a month's page, Monday to Sunday; days of its neighbours fill the ends."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start = first - timedelta(days=first.weekday())
    days = days_between(start, last + timedelta(days=6 - last.weekday()))
    return [days[n : n + 7] for n in range(0, len(days), 7)]
