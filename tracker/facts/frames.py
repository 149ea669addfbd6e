"""Absence through illness over the whole school, as a frame.  No class, no student."""

from datetime import date

import pandas as pd
import sqlalchemy as sa

from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind
from tracker.frames import DAY, Schema, read_frame
from tracker.school.frames import school_days_frame
from tracker.school.models import Enrolment
from tracker.screening.models import Sheet, SheetVersion
from tracker.screening.rules import SessionCode

SHEETS = Schema(
    "one row per class, day and session with a sheet that holds",
    ("class_id", "on", "session"),
    {"class_id": "Int64", "on": DAY, "session": SessionCode, "expected": "int64"},
)
ILL = Schema(
    "one row per class and day with somebody absent through illness",
    ("class_id", "on"),
    {"class_id": "Int64", "on": DAY, "ill": "int64"},
)
ILLNESS_ABSENCE = Schema(
    "one row per school day",
    ("on",),
    {"on": DAY, "due": "int64", "reported": "int64", "expected": "Int64", "ill": "Int64"},
)


def illness_absence_frame(since: date, until: date) -> pd.DataFrame:
    """One row per school day: see ILLNESS_ABSENCE.

    `due` classes are at school, `reported` ones handed in a sheet; only these are counted in
    `expected` and `ill`, which are missing, never zero, where no class reported.
    """
    sheets = read_frame(
        sa.select(Sheet.class_id, Sheet.day.label("on"), Sheet.session, SheetVersion.expected)
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .where(Sheet.day.between(since, until)),
        SHEETS,
    )
    ill = read_frame(
        sa.select(
            Enrolment.class_id,
            Observation.on,
            sa.func.count(sa.distinct(Observation.student_id)).label("ill"),
        )
        .join(
            Enrolment,
            sa.and_(
                Enrolment.student_id == Observation.student_id,
                Enrolment.starts <= Observation.on,
                sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= Observation.on),
            ),
        )
        .where(
            Observation.kind == ObservationKind.ILL_ABSENCE,
            Observation.retracted_at.is_(None),
            Observation.on.between(since, until),
        )
        .group_by(Enrolment.class_id, Observation.on),
        ILL,
    )
    classes = school_days_frame(since, until).dropna(subset="class_id")
    reports = classes.merge(
        sheets.drop_duplicates(["class_id", "on"], keep="last"), how="left", on=["class_id", "on"]
    ).merge(ill, how="left", on=["class_id", "on"])
    reported = reports["expected"].notna()
    counted = reports.assign(
        due=1,
        reported=reported,
        expected=reports["expected"].astype("Int64"),
        ill=reports["ill"].fillna(0).astype("Int64").where(reported),
    )
    days = counted.groupby("on")[["due", "reported", "expected", "ill"]].sum(min_count=1)
    return ILLNESS_ABSENCE.shape(days.reset_index())
