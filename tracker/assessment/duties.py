"""What each class owed and how it turned out: the only thing that scores are made of."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from tracker.assessment.rules import DutyKind, Outcome
from tracker.frames import DAY, INSTANT, Schema

DUTIES = Schema(
    "one row per class, school day and duty",
    ("class_id", "on", "kind", "duty"),
    {
        "class_id": "int64",
        "on": DAY,
        "kind": DutyKind,
        "duty": "str",
        "due": INSTANT,
        "done_at": INSTANT,
        "outcome": Outcome,
        "applicable": "int64",
        "done": "int64",
        "not_done": "int64",
        "not_done_excused": "int64",
    },
)


def duties(
    submissions: pd.DataFrame, tasks: pd.DataFrame, excuses: pd.DataFrame, now: datetime
) -> pd.DataFrame:
    """One row per class, school day and duty, from what was asked for and what was excused: see DUTIES.

    `duty` is the session's code, or `zone:<id>:<slot>`, as an excuse names it.  A session is one
    item; the items of a task are the applicable ones of its checklist.
    """
    sessions = submissions.assign(
        kind=DutyKind.SCREENING.value,
        duty=submissions["session"].astype("str"),
        done_at=submissions["submitted_at"],
        applicable=1,
        done=submissions["submitted_at"].notna().astype("int64"),
        not_done=0,
        not_done_excused=0,
        excused=False,
    )
    of_classes = tasks[tasks["class_id"].notna()]
    hygiene = of_classes.assign(
        kind=DutyKind.HYGIENE.value,
        class_id=of_classes["class_id"].astype("int64"),
        duty="zone:" + of_classes["zone_id"].astype("str") + ":" + of_classes["slot"],
        done_at=of_classes["finished"],
    )
    owed = pd.concat([sessions, hygiene])
    coded = excuses[["class_id", "on", "duty"]].assign(coded=True)
    owed = owed.merge(coded, how="left", on=["class_id", "on", "duty"])
    return DUTIES.shape(owed.assign(outcome=_outcomes(owed, now)))


def _outcomes(owed: pd.DataFrame, now: datetime) -> Any:
    # The first that applies; a missing `done_at` is neither before nor after anything.
    nothing_done = (owed["done"] == 0) & (owed["not_done"] > 0)
    not_the_class = nothing_done & (owed["not_done"] == owed["not_done_excused"])
    coded = owed["coded"].notna()
    on_time = owed["done_at"] <= owed["due"]
    in_the_end = owed["done_at"] <= owed["late_until"]
    return np.select(
        [
            owed["excused"],
            in_the_end & not_the_class,
            on_time & ~nothing_done,
            owed["done_at"].isna() & (now <= owed["due"]),
            coded,
            in_the_end & nothing_done,
            in_the_end,
        ],
        [
            Outcome.EXCUSED,
            Outcome.EXCUSED,
            Outcome.ON_TIME,
            Outcome.PENDING,
            Outcome.EXCUSED,
            Outcome.NOT_DONE,
            Outcome.LATE,
        ],
        Outcome.MISSED,
    )
