"""docs/absence-states.md is the table of transitions; `python -m tests.absence.test_states_page` makes it."""

from pathlib import Path

from tracker.absence.rules import LIVE, TRANSITIONS, EpisodeState

PAGE = Path(__file__).resolve().parents[2] / "docs" / "absence-states.md"


def states_page() -> str:
    """The page: a diagram, and the same as a table."""
    moves = [(one, other, why) for one, others in TRANSITIONS.items() for other, why in others.items()]
    ends = [state.value for state in EpisodeState if state not in LIVE]
    lines = [
        "# The states of an absence",
        "",
        "Made from `TRANSITIONS` in `tracker/absence/rules.py` by",
        "`python -m tests.absence.test_states_page`; a test compares the two.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> open: a sheet misses a student",
        *(f"    {one.value} --> {other.value}: {why}" for one, other, why in moves),
        *(f"    {end} --> [*]" for end in ends),
        "```",
        "",
        "| from | to | when |",
        "| --- | --- | --- |",
        *(f"| {one.value} | {other.value} | {why} |" for one, other, why in moves),
    ]
    return "\n".join(lines) + "\n"


def test_the_page_of_states_is_the_table_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == states_page()


def test_every_state_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(EpisodeState)


if __name__ == "__main__":
    PAGE.write_text(states_page(), encoding="utf-8")
