"""A class's score of a week, and its place in its ranking group: exact decimals, half up."""

from decimal import Decimal
from typing import Any

import pandas as pd

from tracker.assessment.indicators import INDICATORS
from tracker.assessment.rules import RankingGroup, Scheme, Standing
from tracker.frames import Schema

PLACES = Schema(
    "one row per class that takes part",
    ("class_id",),
    {"class_id": "int64", "group": RankingGroup, "days": "int64", "exempt": "bool"},
)
SCORES = Schema(
    "one row per class that takes part",
    ("class_id",),
    {
        "class_id": "int64",
        "group": RankingGroup,
        "days": "int64",
        "standing": Standing,
        "score": "object",
        "rank": "Int64",
    },
)
VALUES = 10_000
"""Indicators are rounded to four places, scores to one."""


def half_up(num: Any, den: Any) -> Any:
    """`num / den` as a whole number, halves up; of two whole numbers, or of two columns of them."""
    return (2 * num + den) // (2 * den)


def parts_of(duties: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """The parts of every class's score: one row per class and indicator of the scheme, see PARTS."""
    return pd.concat([INDICATORS[indicator](duties) for indicator in scheme.weights], ignore_index=True)


def scores(parts: pd.DataFrame, places: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """One row per class that takes part, with its score and its rank: see SCORES.

    A class lacking an indicator has no score.  A class is ranked from the scheme's minimum of
    school days, by its rounded score; equal scores share a place.
    """
    weight = pd.Series({indicator.value: weight for indicator, weight in scheme.weights.items()})
    weighted = (
        parts.assign(
            points=half_up(VALUES * parts["num"], parts["den"]) * parts["indicator"].astype("str").map(weight)
        )
        .groupby("class_id")
        .agg(points=("points", "sum"), indicators=("indicator", "count"))
    )
    found = places.merge(weighted, how="left", left_on="class_id", right_index=True)
    complete = found["indicators"] == len(weight)
    tenths = half_up(1_000 * found["points"].astype("Int64"), VALUES * int(weight.sum())).where(complete)
    standing = pd.Series(Standing.RANKED.value, index=found.index)
    standing = standing.mask(~complete, Standing.NOTHING_DUE.value)
    standing = standing.mask(found["days"] < scheme.minimum_days, Standing.TOO_FEW_DAYS.value)
    standing = standing.mask(found["exempt"], Standing.EXEMPT.value)
    in_group = tenths.where(standing == Standing.RANKED).groupby(found["group"], observed=True)
    return SCORES.shape(
        found.assign(
            standing=standing,
            score=tenths.astype("object").map(
                lambda tenth: None if tenth is pd.NA else Decimal(int(tenth)).scaleb(-1)
            ),
            rank=in_group.rank(method="min", ascending=False).astype("Int64"),
        )
    )
