"""What readings and retests come to, as tables."""

from datetime import timedelta

import pytest

from tests.cast import NOW, TODAY
from tracker.screening.fever_rules import (
    Instrument,
    LiveChain,
    Measured,
    Refusal,
    chain_state,
    joins,
    refusal_of,
)
from tracker.screening.rules import FeverSource, FeverState, Line, Site, State, counts_of

TRIGGERS = {Site.FOREHEAD: 373, Site.EAR: 375, Site.AXILLARY: 373}
EAR, ARMPIT = Site.EAR, Site.AXILLARY


def told(*retests: tuple[int, Site]) -> list[Measured]:
    first = Measured(NOW, 1, 376, Site.FOREHEAD)
    return [
        first,
        *(Measured(NOW + timedelta(minutes=5 * n), n + 1, *one) for n, one in enumerate(retests, 1)),
    ]


@pytest.mark.parametrize(
    ("retests", "has_symptoms", "state"),
    [
        ([], False, "waiting"),
        ([(373, ARMPIT)], False, "confirmed"),
        ([(372, ARMPIT)], False, "cleared"),
        ([(374, EAR)], False, "cleared"),
        ([(375, EAR)], False, "confirmed"),
        ([(368, ARMPIT)], True, "waiting"),
        ([(368, ARMPIT), (369, EAR)], True, "waiting"),
        ([(368, ARMPIT), (376, EAR)], True, "confirmed"),
        ([(368, ARMPIT), (369, EAR), (370, ARMPIT)], True, "cleared"),
    ],
)
def test_each_retest_is_held_against_its_own_trigger(retests, has_symptoms, state):
    assert chain_state(told(*retests), TRIGGERS, has_symptoms=has_symptoms) == state


@pytest.mark.parametrize(
    ("retests", "site", "minutes", "refused"),
    [
        ([], ARMPIT, 6, None),
        ([], ARMPIT, 0, None),
        ([], ARMPIT, -1, Refusal.BEFORE_FIRST),
        ([], ARMPIT, 31, Refusal.IN_FUTURE),
        ([], Site.FOREHEAD, 6, Refusal.SAME_SITE),
        ([(368, ARMPIT), (368, ARMPIT)], ARMPIT, 20, None),
        ([(368, ARMPIT), (368, EAR), (368, ARMPIT)], EAR, 20, Refusal.TOO_MANY),
    ],
)
def test_which_retests_are_refused(retests, site, minutes, refused):
    taken_at, now = NOW + timedelta(minutes=minutes), NOW + timedelta(minutes=30)
    assert refusal_of(told(*retests), site, taken_at, now) is refused


@pytest.mark.parametrize(
    ("state", "source", "first", "before", "in_morning", "goes_on"),
    [
        ("waiting", "sheet", 376, None, False, True),
        ("waiting", "gate", 379, None, True, True),
        ("cleared", "gate", 376, None, True, True),
        ("cleared", "gate", 379, None, True, False),
        ("cleared", "gate", 376, None, False, False),
        ("cleared", "sheet", 376, None, True, False),
        ("cleared", "sheet", 379, FeverState.CLEARED, True, True),
    ],
)
def test_when_a_reading_goes_on_with_a_chain(state, source, first, before, in_morning, goes_on):
    chain = LiveChain(1, FeverState(state), FeverSource(source), first, TODAY, NOW)
    line = Line(State.MEASURED, first=376)
    assert joins(line, Line(State.MEASURED, first=378, fever=before), chain, in_morning=in_morning) is goes_on


@pytest.mark.parametrize(
    ("fever", "counted"),
    [(None, 1), ("waiting", 1), ("confirmed", 1), ("unretested", 1), ("cleared", 0)],
)
def test_what_the_chain_has_come_to_is_what_the_sums_count(fever, counted):
    line = Line(State.MEASURED, first=376, fever=FeverState(fever) if fever else None)
    counts = counts_of([line, Line()], trigger=373, retest_trigger=373)
    assert (counts.fever, counts.plain) == (counted, 2 - counted)


def test_an_instrument_is_a_site_and_a_device():
    assert (Instrument.EAR.site, Instrument.EAR.device) == (Site.EAR, "infrared")
