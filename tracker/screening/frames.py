"""Which sheets classes owed and when they came.  What stands on a sheet is not here."""

from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.frames import DAY, INSTANT, MIDNIGHT, WALL, Schema, in_force, instants, read_frame
from tracker.school.frames import DAYS, school_days_frame
from tracker.school.rules import SESSIONS_OF_DAY
from tracker.screening.models import SessionPlan, Sheet, SheetVersion
from tracker.screening.rules import RecordedBy, SessionCode, VersionKind

LEVEL = "routine"

ASKED = Schema(
    "one row per kind of day and session it asks for",
    ("day_type", "session"),
    {"day_type": DAYS.columns["day_type"], "session": SessionCode},
)
PLANS = Schema(
    "one row per session and day from which its plan holds",
    ("session", "valid_from"),
    {
        "session": SessionCode,
        "valid_from": DAY,
        "active": "bool",
        "recorded": RecordedBy,
        "opens": WALL,
        "deadline": WALL,
    },
)
FIRST_VERSIONS = Schema(
    "one row per class, day and session that was reported",
    ("class_id", "on", "session"),
    {"class_id": "Int64", "on": DAY, "session": SessionCode, "submitted_at": INSTANT},
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


def submissions_frame(since: date, until: date) -> pd.DataFrame:
    """One row per class, school day and session the day asked for and the class records: see SUBMISSIONS.

    `submitted_at` is the first version that was not withdrawn, missing without one: what was
    corrected later, and what stands on the sheet, makes no difference here.
    """
    plans = read_frame(
        sa.select(
            SessionPlan.code.label("session"),
            SessionPlan.valid_from,
            SessionPlan.active,
            SessionPlan.recorded,
            SessionPlan.opens,
            SessionPlan.deadline,
        ).where(SessionPlan.level == LEVEL),
        PLANS,
    )
    asked = ASKED.frame((day_type, code) for day_type, codes in SESSIONS_OF_DAY.items() for code in codes)
    days = school_days_frame(since, until).dropna(subset="class_id")
    due = in_force(days.merge(asked, on="day_type"), plans, by=["session"])
    due = due[due["active"] & (due["recorded"] == RecordedBy.CLASS.value)]
    found = due.merge(_first_versions(since, until), how="left", on=["class_id", "on", "session"])
    return SUBMISSIONS.shape(
        found.assign(
            opens=instants(found["on"], found["opens"]),
            due=instants(found["on"], found["deadline"]),
            late_until=instants(found["on"], MIDNIGHT),
        )
    )


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
            sa.func.min(SheetVersion.at).label("submitted_at"),
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
