"""The page of the states of an absence: `python -m docs.states` makes it from the table in the code."""

from pathlib import Path

from tracker.absence.rules import LIVE, TRANSITIONS, EpisodeState

PAGE = Path(__file__).resolve().parent / "absence-states.md"


def states_page() -> str:
    """The page: a diagram, and the same as a table."""
    moves = [(one, other, why) for one, others in TRANSITIONS.items() for other, why in others.items()]
    ends = [state.value for state in EpisodeState if state not in LIVE]
    lines = [
        "# The states of an absence",
        "",
        "Made from `TRANSITIONS` in `tracker/absence/rules.py` by `python -m docs.states`, held by a test.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> open: a sheet misses a student, or a guardian calls about an illness",
        *(f"    {one.value} --> {other.value}: {why}" for one, other, why in moves),
        *(f"    {end} --> [*]" for end in ends),
        "```",
        "",
        "| from | to | when |",
        "| --- | --- | --- |",
        *(f"| {one.value} | {other.value} | {why} |" for one, other, why in moves),
        "",
        "In a vacation an absence rests: nobody calls; on the first school day it is checked before class.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(states_page(), encoding="utf-8")
