"""A scheme names only what scores may rest on; amounts can be added up by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tracker.assessment.rules import DEFAULT_SCHEME, Indicator, RankingGroup, SchemeError, amount


@pytest.mark.parametrize("name", ["attendance", "ill_absence", "fever", "retests", "calls", "tenths"])
def test_a_scheme_that_names_anything_else_is_refused(name):
    with pytest.raises(SchemeError, match=name):
        replace(DEFAULT_SCHEME, weights={**DEFAULT_SCHEME.weights, name: 10})


@pytest.mark.parametrize(
    "weights", [{}, {Indicator.SCREENING_ON_TIME: 0}, {Indicator.SCREENING_ON_TIME: 0.5}]
)
def test_weights_are_whole_and_above_zero(weights):
    with pytest.raises(SchemeError, match="whole number"):
        replace(DEFAULT_SCHEME, weights=weights)


def test_a_grade_is_in_one_group_only():
    twice = {RankingGroup.LOWER: frozenset({1, 2}), RankingGroup.MIDDLE: frozenset({2, 3})}
    with pytest.raises(SchemeError, match="one group"):
        replace(DEFAULT_SCHEME, groups=twice)


@pytest.mark.parametrize(
    ("grade", "group"), [(1, "lower"), (2, "lower"), (3, "middle"), (6, "upper"), (9, "junior"), (None, None)]
)
def test_the_ranking_group_of_a_grade(grade, group):
    assert DEFAULT_SCHEME.group_of(grade) == group


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(10), "10"),
        (Fraction(19, 2), "9.5"),
        (Fraction(1, 4), "0.25"),
        (Fraction(5, 6), "5/6"),
        (Fraction(29, 6), "4 5/6"),
        (Fraction(0), "0"),
        (Fraction(100), "100"),
    ],
)
def test_an_amount_is_exact(share, text):
    assert amount(share) == text
