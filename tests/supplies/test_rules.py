"""How a working solution is mixed, and for how long a supply lasts: the specification."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.cast import NOW
from tracker.supplies.dilution_rules import (
    GOOD_FOR,
    Warning,
    is_good,
    mix_liquid,
    mix_tablets,
    parts_of_water,
    refusal_of_mix,
    strength_of_percent,
    warning_of,
)
from tracker.supplies.rules import Refusal, Shelf, Use, lasts_school_days, shelf_of

FIVE_PERCENT = 50_000
TODAY = date(2026, 9, 21)


@pytest.mark.parametrize("typed, mg_per_l", [
    ("5", 50_000), ("5 %", 50_000), ("５％", 50_000), ("5.2%", 52_000), ("0.5", 5_000), ("4,7", 47_000), ("100", 1_000_000),
    ("0", None), ("0.0", None), ("120", None), ("100.1", None), ("-5", None), ("five", None), ("", None),
])  # fmt: skip
def test_a_label_s_percentage_is_ten_thousand_mg_per_l_for_each_percent(typed, mg_per_l):
    assert strength_of_percent(typed) == mg_per_l


@pytest.mark.parametrize("target, water", [(250, 199), (500, 99), (1000, 49), (5000, 9), (10_000, 4)])
def test_parts_of_water_from_five_percent(target, water):
    assert parts_of_water(FIVE_PERCENT, target) == water


@pytest.mark.parametrize("strength, target, volume, stock, water", [
    (50_000, 500, 10_000, 100, 9_900),
    (50_000, 1000, 10_000, 200, 9_800),
    (50_000, 250, 10_000, 50, 9_950),
    (50_000, 5000, 1_000, 100, 900),
    (50_000, 10_000, 1_000, 200, 800),
    (52_000, 500, 10_000, 97, 9_903),      # 96.15 would be too little
    (47_000, 500, 10_000, 107, 9_893),     # 106.38
    (40_000, 500, 1_000, 13, 987),         # 12.5
    (50_000, 50_000, 500, 500, 0),         # the stock itself
])  # fmt: skip
def test_stock_and_water_for_a_bucket(strength, target, volume, stock, water):
    mixed = mix_liquid(strength, target, volume)
    assert (mixed.stock_ml, mixed.water_ml, mixed.tablets) == (stock, water, None)


@pytest.mark.parametrize("tablet, target, volume, tablets, reached", [
    (500, 500, 10_000, 10, 500),
    (500, 250, 1_000, 1, 500),
    (300, 500, 10_000, 17, 510),           # sixteen would stay below
    (1000, 1000, 10_000, 10, 1000),
])  # fmt: skip
def test_tablets_are_whole_and_reach_the_target(tablet, target, volume, tablets, reached):
    mixed = mix_tablets(tablet, target, volume)
    assert (mixed.tablets, mixed.reached_mg_per_l, mixed.stock_ml, mixed.water_ml) == (
        tablets,
        reached,
        None,
        volume,
    )


@given(some.integers(1_000, 200_000), some.integers(50, 10_000), some.integers(500, 50_000))
def test_what_is_mixed_reaches_what_was_asked_by_less_than_a_millilitre(strength, target, volume):
    if target > strength:
        return
    exact = Fraction(volume * target, strength)
    mixed = mix_liquid(strength, target, volume)
    assert 0 <= mixed.stock_ml - exact < 1
    assert warning_of(mixed.reached_mg_per_l, target) is not Warning.BELOW_TARGET


@pytest.mark.parametrize("reached, target, warning", [
    (499, 500, Warning.BELOW_TARGET), (500, 500, None), (1000, 500, None), (1001, 500, Warning.ABOVE_TWICE),
])  # fmt: skip
def test_below_the_target_and_above_twice_of_it_are_warned_of(reached, target, warning):
    assert warning_of(reached, target) is warning


GOOD = {
    "strength_mg_per_l": 50_000, "tablet_mg": None, "expires_on": TODAY, "target_mg_per_l": 500, "volume_ml": 10_000, "today": TODAY,
}  # fmt: skip


@pytest.mark.parametrize("values, refusal", [
    ({}, None),
    ({"strength_mg_per_l": None, "tablet_mg": 500}, None),
    ({"strength_mg_per_l": None}, (Refusal.NO_STRENGTH, "lot")),
    ({"expires_on": TODAY - timedelta(days=1)}, (Refusal.LOT_EXPIRED, "lot")),
    ({"volume_ml": -5000}, (Refusal.NO_VOLUME, "litres")),
    ({"volume_ml": 0}, (Refusal.NO_VOLUME, "litres")),
    ({"target_mg_per_l": 60_000}, (Refusal.TARGET_ABOVE_STOCK, "target")),
    ({"target_mg_per_l": 0}, (Refusal.TARGET_ABOVE_STOCK, "target")),
])  # fmt: skip
def test_what_cannot_be_mixed(values, refusal):
    assert refusal_of_mix(**GOOD | values) == refusal


def test_a_solution_is_good_for_a_day():
    assert is_good(NOW + GOOD_FOR, NOW + timedelta(hours=24)) and not is_good(
        NOW + GOOD_FOR, NOW + timedelta(hours=25)
    )


@pytest.mark.parametrize(
    "days, shelf",
    [(None, Shelf.GOOD), (31, Shelf.GOOD), (30, Shelf.SOON), (0, Shelf.SOON), (-1, Shelf.EXPIRED)],
)
def test_how_a_lot_stands_by_its_expiry(days, shelf):
    assert shelf_of(None if days is None else TODAY + timedelta(days=days), TODAY) is shelf


@pytest.mark.parametrize("balance, used, school_days, lasts", [
    (900, 3000, 10, 3),
    (899, 3000, 10, 2),       # not three whole days
    (0, 3000, 10, 0),
    (900, 0, 10, None),       # nothing used: nobody knows
    (900, 100, 0, None),
])  # fmt: skip
def test_for_how_many_school_days_a_supply_lasts(balance, used, school_days, lasts):
    assert lasts_school_days(balance, Use(used, school_days)) == lasts
