"""docs/absence-states.md is the table of transitions; `python -m docs.states` makes it."""

from docs.states import PAGE, states_page
from tracker.absence.rules import LIVE, TRANSITIONS, EpisodeState, moved


def test_the_page_of_states_is_the_table_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == states_page()


def test_every_state_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(EpisodeState)


def test_no_live_state_is_a_dead_end() -> None:
    ways = {state: set(TRANSITIONS[state]) for state in LIVE}
    assert all(reached - LIVE or any(ways[one] - LIVE for one in reached & LIVE) for reached in ways.values())


def test_a_state_may_stay_as_it_is() -> None:
    assert all(moved(state, state) is state for state in EpisodeState)
