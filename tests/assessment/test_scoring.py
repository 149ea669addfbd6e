"""Scores are exact, ranks are fair, and the worked week of a class adds up."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.assessment.duties import DUTIES
from tracker.assessment.indicators import PARTS, class_hygiene_done, screening_on_time
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.assessment.scoring import PLACES, half_up, parts_of, scores

MONDAY = date(2026, 9, 21)
DUE = datetime(2026, 9, 21, 1, tzinfo=UTC)


def owed(class_id, kind, outcomes, items=(1, 1, 0, 0)):
    """Duties of a class, one a day, each with the same items."""
    return [
        (
            class_id,
            MONDAY + timedelta(days=number),
            kind,
            f"{kind}{number}",
            DUE,
            None if outcome in ("missed", "pending") else DUE + timedelta(hours=outcome in ("late",)),
            outcome,
            *items,
        )
        for number, outcome in enumerate(outcomes)
    ]


def test_the_worked_week():
    """Ten sessions: eight on time, one excused, one late.  Six tasks: five on time, one late."""
    frame = DUTIES.frame(
        owed(32, "screening", ["on_time"] * 8 + ["excused", "late"])
        + owed(32, "hygiene", ["on_time"] * 5 + ["late"])
    )
    [sessions], [tasks] = (
        part.to_dict("records") for part in (screening_on_time(frame), class_hygiene_done(frame))
    )
    assert Fraction(sessions["num"] * 10, sessions["den"]) == Fraction(19, 2)
    assert Fraction(tasks["num"] * 6, tasks["den"]) == Fraction(11, 2)
    [found] = scores(parts_of(frame, DEFAULT_SCHEME), places((32, 5)), DEFAULT_SCHEME).to_dict("records")
    # (15 × 0.9500 + 15 × 0.9167) / 30 = 0.93335
    assert found["score"] == Decimal("93.3")


def places(*classes, group="middle", exempt=False):
    return PLACES.frame([(class_id, group, days, exempt) for class_id, days in classes])


def parts(*shares):
    """Both indicators of each class at the same share, of a thousand."""
    return PARTS.frame(
        (class_id, indicator, 1, share, 1000)
        for class_id, share in shares
        for indicator in ("screening_on_time", "class_hygiene_done")
    )


def test_equal_scores_share_a_place_and_the_next_one_is_left_out():
    found = scores(
        parts((1, 950), (2, 990), (3, 950), (4, 940)), places((1, 5), (2, 5), (3, 5), (4, 5)), DEFAULT_SCHEME
    )
    assert list(found["rank"]) == [2, 1, 2, 4]


def test_ranks_are_given_inside_the_group():
    both = pd.concat([places((1, 5), (2, 5)), places((3, 5), group="upper")])
    assert list(scores(parts((1, 900), (2, 990), (3, 800)), both, DEFAULT_SCHEME)["rank"]) == [2, 1, 1]


def test_ranks_go_by_the_rounded_score():
    found = scores(parts((1, 9504), (2, 9501)).assign(den=10_000), places((1, 5), (2, 5)), DEFAULT_SCHEME)
    assert list(found["score"]) == [Decimal("95.0")] * 2
    assert list(found["rank"]) == [1, 1]


@pytest.mark.parametrize(
    ("days", "exempt", "share", "standing"),
    [
        (5, False, True, "ranked"),
        (3, False, True, "ranked"),
        (2, False, True, "too_few_days"),
        (5, True, True, "exempt"),
        (1, True, True, "exempt"),
        (5, False, False, "nothing_due"),
    ],
)
def test_who_is_ranked(days, exempt, share, standing):
    found = scores(
        parts((1, 900)) if share else PARTS.frame(), places((1, days), exempt=exempt), DEFAULT_SCHEME
    )
    assert list(found["standing"]) == [standing]
    assert found["rank"].notna().all() == (standing == "ranked")
    assert found["score"].notna().all() == share


def test_a_class_lacking_one_indicator_has_no_score():
    one = parts((1, 900)).query("indicator == 'screening_on_time'")
    [found] = scores(one, places((1, 5)), DEFAULT_SCHEME).to_dict("records")
    assert (found["score"], found["standing"]) == (None, "nothing_due")


def test_what_is_not_due_yet_is_left_out():
    early = DUTIES.frame(owed(1, "screening", ["on_time", "late", "pending", "pending"]))
    assert screening_on_time(early)["duties"].tolist() == [2]


def test_nothing_due_gives_no_part():
    assert parts_of(DUTIES.frame(), DEFAULT_SCHEME).empty


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_halves_are_rounded_up(num, den):
    assert half_up(num, den) == floor(Fraction(num, den) + Fraction(1, 2))


@given(st.integers(0, 10**9))
def test_rounding_is_that_of_exact_decimals(num):
    assert half_up(num, 1000) == (Decimal(num) / 1000).quantize(Decimal(1), ROUND_HALF_UP)


ITEMS = st.integers(1, 13).flatmap(
    lambda applicable: st.integers(0, applicable).flatmap(
        lambda done: st.integers(0, applicable - done).map(
            lambda school: (applicable, done, applicable - done, school)
        )
    )
)
OUTCOMES = st.sampled_from(["on_time", "late", "missed", "excused", "pending"])


@given(st.lists(st.tuples(OUTCOMES, ITEMS), min_size=1, max_size=12))
def test_a_sum_of_duties_is_exact(found):
    frame = DUTIES.frame(
        row
        for number, (outcome, items) in enumerate(found)
        for row in owed(1, "hygiene", [outcome], items)
        for row in [(row[0], row[1] + timedelta(days=number), *row[2:])]
    )
    halved = {"on_time": Fraction(1), "late": Fraction(1, 2), "missed": Fraction(0)}
    expected = [
        Fraction(1)
        if outcome == "excused"
        else halved[outcome] * Fraction(applicable + done + school, 2 * applicable)
        for outcome, (applicable, done, _, school) in found
        if outcome != "pending"
    ]
    part = class_hygiene_done(frame).to_dict("records")
    if not expected:
        assert part == []
        return
    assert Fraction(part[0]["num"] * part[0]["duties"], part[0]["den"]) == sum(expected)
    assert part[0]["duties"] == len(expected)
