"""School days of classes, and excused duties, as frames."""

from datetime import date

import pandas as pd
import sqlalchemy as sa

from tracker.frames import DAY, WALL, Schema, read_frame
from tracker.school.models import CalendarDay, Enrolment, Excuse, SchoolClass
from tracker.school.rules import TEACHING, DayType, ExcuseCode, Scope, Stage

SPANS = Schema(
    "one row per class and span of days in which it had students",
    ("class_id", "starts", "ends"),
    {"class_id": "Int64", "stage": Stage, "entry_year": "Int64", "starts": DAY, "ends": DAY},
)
CALENDAR = Schema(
    "one row per day and scope",
    ("on", "scope", "scope_id"),
    {
        "on": DAY,
        "scope": Scope,
        "scope_id": "Int64",
        "day_type": DayType,
        "stands_for": "Int64",
        "later_minutes": "Int64",
        "ends_at": WALL,
    },
)
DAYS = Schema(
    "one row per class with students, or the school itself (class missing), and day of a term",
    ("class_id", "on"),
    {
        "class_id": "Int64",
        "on": DAY,
        "day_type": DayType,
        "weekday": "int64",
        "later_minutes": "Int64",
        "ends_at": WALL,
        "stage": Stage,
        "entry_year": "Int64",
    },
)
EXCUSES = Schema(
    "one row per class, day and duty",
    ("class_id", "on", "duty"),
    {"class_id": "int64", "on": DAY, "duty": "str", "code": ExcuseCode},
)
AT_SCHOOL = [kind.value for kind in TEACHING]


def days_frame(since: date, until: date) -> pd.DataFrame:
    """One row per class with students, or the school itself, and day of a term: see DAYS.

    The narrowest row of the calendar says what the day is; `weekday` is the one whose timetable it follows.
    """
    spans = read_frame(
        sa.select(
            SchoolClass.id.label("class_id"),
            SchoolClass.stage,
            SchoolClass.entry_year,
            Enrolment.starts,
            sa.func.coalesce(Enrolment.ends, until).label("ends"),
        )
        .join(Enrolment, Enrolment.class_id == SchoolClass.id)
        .where(Enrolment.starts <= until, sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= since))
        .distinct(),
        SPANS,
    )
    calendar = read_frame(
        sa.select(
            CalendarDay.day.label("on"),
            CalendarDay.scope,
            CalendarDay.scope_id,
            CalendarDay.day_type,
            CalendarDay.stands_for,
            CalendarDay.later_minutes,
            CalendarDay.ends_at,
        ).where(CalendarDay.day.between(since, until)),
        CALENDAR,
    )
    spans = pd.concat([spans, SPANS.frame([(None, None, None, since, until)])])
    places = pd.concat(
        [
            spans.assign(scope=scope, scope_id=scope_id)
            for scope, scope_id in (
                (Scope.SCHOOL.value, 0),
                (Scope.GRADE.value, spans["entry_year"]),
                (Scope.CLASS.value, spans["class_id"]),
            )
        ]
    ).astype({"scope": CALENDAR.dtypes["scope"], "scope_id": "Int64"})
    days = places.merge(calendar, on=["scope", "scope_id"])
    days = days[days["on"].between(days["starts"], days["ends"])]
    narrowest = days.sort_values("scope").drop_duplicates(["class_id", "on"], keep="last")
    return DAYS.shape(
        narrowest.assign(weekday=narrowest["stands_for"].fillna(narrowest["on"].dt.day_of_week + 1))
    )


def school_days_frame(since: date, until: date) -> pd.DataFrame:
    """One row per class with students, or the school itself, and school day: see DAYS."""
    days = days_frame(since, until)
    return days[days["day_type"].isin(AT_SCHOOL)].reset_index(drop=True)


def excuses_frame(since: date, until: date) -> pd.DataFrame:
    """One row per class, day and duty that counts as fulfilled, whatever became of it: see EXCUSES."""
    return read_frame(
        sa.select(Excuse.class_id, Excuse.day.label("on"), Excuse.duty, Excuse.code).where(
            Excuse.day.between(since, until)
        ),
        EXCUSES,
    )
