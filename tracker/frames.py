"""The one door between the database and pandas.

Imported inside functions only: a page that shows neither a score nor a chart never loads pandas.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select

from tracker import clock
from tracker.db import db

DAY = "datetime64[s]"
INSTANT = "datetime64[us, UTC]"
WALL = "timedelta64[s]"
"""A time on the school's wall clock, as time since midnight."""

MIDNIGHT = pd.Timedelta(timedelta(days=1))
"""24:00, the end of a day."""


@dataclass(frozen=True)
class Schema:
    """The columns of a frame, in order, and what one row stands for."""

    grain: str
    keys: Sequence[str]
    """No two rows agree in all of these; the rows are sorted by them."""
    columns: Mapping[str, str | type[StrEnum]]

    @cached_property
    def dtypes(self) -> dict[str, Any]:
        return {
            name: pd.api.types.pandas_dtype(kind)
            if isinstance(kind, str)
            else pd.CategoricalDtype([code.value for code in kind], True)
            for name, kind in self.columns.items()
        }

    def frame(self, rows: Iterable[Any] = ()) -> pd.DataFrame:
        """Rows as a frame of this schema: what tests build, and what every `*_frame` promises."""
        return self.shape(pd.DataFrame(list(rows), columns=list(self.columns), dtype=object))

    def shape(self, raw: pd.DataFrame) -> pd.DataFrame:
        """`raw` with the columns, dtypes and order promised.

        ValueError if a conversion would lose a value (pandas turns a code it does not know into a
        missing one without a word), or if two rows stand for the same thing.
        """
        made = {name: raw[name] for name in self.columns}
        lost = []
        for name, dtype in self.dtypes.items():
            given = made[name]
            if given.dtype != dtype:
                made[name] = _readable(given, dtype).astype(dtype)
                if (made[name].isna() & given.notna()).any():
                    lost.append(name)
        if lost:
            raise ValueError(f"{self.grain}: values lost in {', '.join(lost)}")
        frame = pd.DataFrame(made)
        if frame.duplicated(list(self.keys)).any():
            raise ValueError(f"not {self.grain}")
        return frame.sort_values(list(self.keys), ignore_index=True)


def _readable(column: pd.Series, dtype: Any) -> pd.Series:
    if dtype == WALL and column.dtype == object:
        return pd.to_timedelta(column.astype("str"))
    if isinstance(dtype, pd.CategoricalDtype):
        return column.where(column.isin(dtype.categories))
    return column


def read_frame(statement: "Select[*tuple[Any, ...]]", schema: Schema) -> pd.DataFrame:
    """Rows of `statement`, read in the current transaction, exactly as `schema` promises.

    An empty result has the same columns and dtypes as a full one.
    """
    return schema.shape(pd.read_sql(statement, db.session.connection()))


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a finished frame, their values by name: for a template, a table or a drawing."""
    return frame.itertuples()


def in_force(asked: pd.DataFrame, versions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Each asked row with the newest of its versions not after its day `on`; none: the row is left out."""
    found = pd.merge_asof(
        asked.sort_values("on"),
        versions.sort_values("valid_from"),
        left_on="on",
        right_on="valid_from",
        by=by,
    )
    return found.dropna(subset="valid_from").astype(versions.dtypes.to_dict())


def instants(days: "pd.Series[Any]", walls: "pd.Series[Any] | pd.Timedelta") -> "pd.Series[Any]":
    """When the school's wall clock shows `walls` on `days`: `clock.at`, for columns."""
    first_of_two = np.ones(len(days), dtype=bool)
    local = (days + walls).dt.tz_localize(
        clock.zone(), ambiguous=first_of_two, nonexistent=pd.Timedelta(hours=1)
    )
    return local.dt.tz_convert("UTC")
