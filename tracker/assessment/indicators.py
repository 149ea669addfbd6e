"""The computed indicators: how much of what was due a class has done, as exact fractions.

Duties in, parts out.  A part is `num / den`: whole numbers, so that no sum depends on its order.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from tracker.assessment.rules import DutyKind, Indicator, Outcome
from tracker.frames import Schema

PARTS = Schema(
    "one row per class and indicator of which something was due",
    ("class_id", "indicator"),
    {"class_id": "int64", "indicator": Indicator, "duties": "int64", "num": "int64", "den": "int64"},
)


def earned(duties: pd.DataFrame) -> pd.DataFrame:
    """The duties that are due, each with what it earns of one: `num / den`.

    An item done counts whole, and so does one whose reason for not being done lies with the school;
    another reason, honestly written, counts half; late halves all of it, missed is nothing, excused
    is everything.
    """
    due = duties[duties["outcome"] != Outcome.PENDING]
    items = due["applicable"].clip(lower=1)
    halves = 2 * (due["done"] + due["not_done_excused"]) + (due["not_done"] - due["not_done_excused"])
    halves = halves.where(due["applicable"] > 0, 2)
    late = due["done_at"] > due["due"]
    quarters = halves * np.where(late, 1, 2)
    return due.assign(
        num=np.select(
            [due["outcome"] == Outcome.EXCUSED, due["outcome"] == Outcome.MISSED], [4 * items, 0], quarters
        ),
        den=4 * items,
    )


def screening_on_time(duties: pd.DataFrame) -> pd.DataFrame:
    """The share of the sessions a class records that were submitted on time: see PARTS."""
    return _share(duties, DutyKind.SCREENING, Indicator.SCREENING_ON_TIME)


def class_hygiene_done(duties: pd.DataFrame) -> pd.DataFrame:
    """The share of the class's scheduled cleaning, airing and disinfection that was done: see PARTS."""
    return _share(duties, DutyKind.HYGIENE, Indicator.CLASS_HYGIENE_DONE)


INDICATORS: Mapping[Indicator, Callable[[pd.DataFrame], pd.DataFrame]] = {
    Indicator.SCREENING_ON_TIME: screening_on_time,
    Indicator.CLASS_HYGIENE_DONE: class_hygiene_done,
}


def _share(duties: pd.DataFrame, kind: DutyKind, indicator: Indicator) -> pd.DataFrame:
    due = earned(duties[duties["kind"] == kind])
    # One denominator for all of them, so that whole numbers can be added.
    unit = int(np.lcm.reduce(due["den"].unique(), initial=1))
    parts = (
        due.assign(num=due["num"] * (unit // due["den"]))
        .groupby("class_id", as_index=False)
        .agg(duties=("duty", "count"), num=("num", "sum"))
    )
    return PARTS.shape(parts.assign(indicator=indicator.value, den=unit * parts["duties"]))
