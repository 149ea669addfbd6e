"""The door between the database and pandas keeps what it promises."""

from datetime import date, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tracker import clock
from tracker.frames import DAY, INSTANT, WALL, Schema, in_force, instants, read_frame
from tracker.school.models import Term


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


THINGS = Schema(
    "one row per thing",
    ("id",),
    {"id": "int64", "colour": Colour, "on": DAY, "at": INSTANT, "wall": WALL, "count": "Int64"},
)
MONDAY = date(2026, 9, 21)


def test_an_empty_frame_has_the_columns_and_types_of_a_full_one():
    full = THINGS.frame([(1, Colour.RED, MONDAY, clock.now(), time(8, 30), None)])
    assert THINGS.frame().dtypes.to_dict() == full.dtypes.to_dict()
    assert full["wall"].iloc[0] == pd.Timedelta(hours=8, minutes=30)


def test_a_code_nobody_knows_is_refused_not_lost():
    with pytest.raises(ValueError, match="values lost in colour"):
        THINGS.frame([(1, "green", MONDAY, None, None, None)])


def test_two_rows_for_one_thing_are_refused():
    with pytest.raises(ValueError, match="not one row per thing"):
        THINGS.frame([(1, "red", MONDAY, None, None, None), (1, "blue", MONDAY, None, None, None)])


def test_rows_are_sorted_by_their_keys_and_plainly_numbered():
    frame = THINGS.frame([(2, None, None, None, None, None), (1, None, None, None, None, None)])
    assert list(frame["id"]) == [1, 2]
    assert list(frame.index) == [0, 1]


def test_the_newest_version_not_after_a_day_is_in_force():
    asked = pd.DataFrame({"on": pd.to_datetime(["2026-08-31", "2026-09-01", "2026-09-20"]), "of": 7})
    versions = pd.DataFrame(
        {"of": 7, "valid_from": pd.to_datetime(["2026-09-01", "2026-09-20"]), "word": ["first", "second"]}
    )
    assert list(in_force(asked, versions, by=["of"])["word"]) == ["first", "second"]


def test_a_statement_without_rows_gives_a_frame_of_its_schema(app):
    schema = Schema("one row per term", ("starts",), {"starts": DAY, "name": "str"})
    found = read_frame(sa.select(Term.starts, Term.name).where(sa.false()), schema)
    assert found.dtypes.to_dict() == schema.frame().dtypes.to_dict()


@given(
    days=st.lists(st.dates(date(2020, 1, 1), date(2030, 12, 31)), min_size=1, max_size=5),
    wall=st.times(),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)
def test_columns_of_wall_times_become_the_instants_the_clock_says(days, wall, zone):
    wall = wall.replace(microsecond=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "zone", lambda: ZoneInfo(zone))
        frame = pd.DataFrame({"on": pd.to_datetime(days), "wall": pd.to_timedelta([str(wall)] * len(days))})
        found = instants(frame["on"], frame["wall"])
        assert [moment.to_pydatetime() for moment in found] == [clock.at(day, wall) for day in days]
