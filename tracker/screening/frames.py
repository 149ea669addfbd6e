"""Which sheets classes owed and when they came.  What stands on a sheet is not here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.frames import DAY, INSTANT, MIDNIGHT, WALL, Schema, instants, read_frame, rows
from tracker.school.frames import school_days_frame
from tracker.school.rules import DayType, Place, SchoolDay, Scope, Stage, grade_of
from tracker.screening.models import Sheet, SheetVersion
from tracker.screening.rules import SessionCode, VersionKind
from tracker.screening.session_queries import timetable
from tracker.screening.session_rules import Timetable, asked_plans

ASKED = Schema(
    "one row per class, school day and session the day asks the class to record",
    ("class_id", "on", "session"),
    {"class_id": "Int64", "on": DAY, "session": SessionCode, "opens": WALL, "deadline": WALL},
)
FIRST_VERSIONS = Schema(
    "one row per class, day and session that was reported",
    ("class_id", "on", "session"),
    {
        "class_id": "Int64",
        "on": DAY,
        "session": SessionCode,
        "submitted_at": INSTANT,
        "promised": INSTANT,
    },
)
SUBMISSIONS = Schema(
    "one row per class, school day and session which the class records",
    ("class_id", "on", "session"),
    {
        "class_id": "int64",
        "on": DAY,
        "session": SessionCode,
        "opens": INSTANT,
        "due": INSTANT,
        "late_until": INSTANT,
        "submitted_at": INSTANT,
    },
)


def submissions_frame(since: date, until: date, *, of_scores: bool = False) -> pd.DataFrame:
    """One row per class, school day and session the day asked for and the class records: see SUBMISSIONS.

    `submitted_at` is the first version that was not withdrawn, missing without one: what was
    corrected later, and what stands on the sheet, makes no difference here.  A sheet is due by the later
    of the day's deadline and of the one it was taken under: a change of the day makes no sheet late.
    With `of_scores` a session is left out that a level asks of some classes only.
    """
    days, known = school_days_frame(since, until).dropna(subset="class_id"), timetable(until)
    asked = ASKED.frame(_asked(days, known, of_scores=of_scores))
    found = asked.merge(_first_versions(since, until), how="left", on=["class_id", "on", "session"])
    due = instants(found["on"], found["deadline"])
    return SUBMISSIONS.shape(
        found.assign(
            opens=instants(found["on"], found["opens"]),
            due=due.where(~(found["promised"] > due), found["promised"]),
            late_until=instants(found["on"], MIDNIGHT),
        )
    )


def _asked(days: pd.DataFrame, known: Timetable, *, of_scores: bool) -> Iterator[tuple[Any, ...]]:
    """What every class was asked for: its id, the day, the session, when it opened and when it was due."""
    of_school = [row for row in known.levels if row.scope is Scope.SCHOOL]
    of_some = replace(known, levels=of_school) if of_scores and len(of_school) < len(known.levels) else None
    for row in rows(days):
        day = row.on.date()
        ends_at = None if pd.isna(row.ends_at) else (datetime.min + row.ends_at.to_pytimedelta()).time()
        later = None if pd.isna(row.later_minutes) else int(row.later_minutes)
        what = SchoolDay(DayType(row.day_type), int(row.weekday), later, ends_at)
        grade = grade_of(Stage(row.stage), int(row.entry_year), day)
        place = Place(int(row.class_id), int(row.entry_year), grade)
        of_all = {plan.code for plan in asked_plans(of_some, day, what, place)} if of_some else SessionCode
        for plan in asked_plans(known, day, what, place):
            if plan.code in of_all:
                yield row.class_id, row.on, plan.code.value, plan.opens, plan.deadline


def _first_versions(since: date, until: date) -> pd.DataFrame:
    withdrawal = aliased(SheetVersion)
    last_withdrawn = (
        sa.select(sa.func.max(withdrawal.no))
        .where(
            withdrawal.sheet_id == Sheet.id,
            withdrawal.kind == VersionKind.WITHDRAW,
            withdrawal.no <= Sheet.head,
        )
        .correlate(Sheet)
        .scalar_subquery()
    )
    return read_frame(
        sa.select(
            Sheet.class_id,
            Sheet.day.label("on"),
            Sheet.session,
            sa.func.min(
                # A file of past days does not say when a sheet came: nobody is late for that.
                sa.case(
                    (SheetVersion.kind == VersionKind.IMPORT, SheetVersion.deadline), else_=SheetVersion.at
                )
            ).label("submitted_at"),
            sa.func.max(SheetVersion.deadline).label("promised"),
        )
        .join(SheetVersion, SheetVersion.sheet_id == Sheet.id)
        .where(
            Sheet.day.between(since, until),
            Sheet.head.is_not(None),
            SheetVersion.kind != VersionKind.WITHDRAW,
            SheetVersion.no > sa.func.coalesce(last_withdrawn, 0),
        )
        .group_by(Sheet.class_id, Sheet.day, Sheet.session),
        FIRST_VERSIONS,
    )
