"""The sums of a day: what sheets say of each child, counted once.  No database, no web.

expected = checked + absent + not here yet + away + in the room + left + unset.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from tracker.screening.rules import ILL_REASONS, PRESENT, AbsenceReason, SessionCode, State

COLUMN_OF: Mapping[State, str] = {
    **dict.fromkeys(PRESENT, "checked"),
    State.ABSENT: "absent",
    State.NOT_HERE: "not_here",
    State.AWAY: "away",
    State.IN_ROOM: "in_room",
    State.LEFT: "left_early",
    State.UNSET: "unset",
}
"""Under which sum a state is counted."""


@dataclass(frozen=True)
class Sums:
    """Sums over students; expected is the sum of the seven that follow it."""

    expected: int = 0
    checked: int = 0
    absent: int = 0
    not_here: int = 0
    away: int = 0
    in_room: int = 0
    left_early: int = 0
    unset: int = 0
    fever: int = 0
    """At or over the trigger, waiting or confirmed, not cleared."""
    symptomatic: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def closes(self) -> bool:
        """Whether the seven make the whole."""
        parts = self.checked + self.absent + self.not_here + self.away
        return self.expected == parts + self.in_room + self.left_early + self.unset


@dataclass(frozen=True)
class Said:
    """What one sheet says: who was on its roster, and who of them is not plain normal."""

    session: SessionCode
    members: Sequence[int]
    states: Mapping[int, tuple[State, AbsenceReason | None]]


def states_of_day(sheets: Iterable[Said]) -> dict[int, tuple[State, AbsenceReason | None]]:
    """What a day's sheets together say of every student on them.

    Who was seen present once was at school: came late, or left at noon.  Of all others the last word
    holds; that nothing was recorded is no word.
    """
    order = list(SessionCode)
    found: dict[int, tuple[State, AbsenceReason | None]] = {}
    for sheet in sorted(sheets, key=lambda one: order.index(one.session)):
        for student in sheet.members:
            said = sheet.states.get(student, (State.NORMAL, None))
            before = found.get(student)
            tells_more = before is not None and before[0] not in PRESENT and said[0] is not State.UNSET
            if before is None or tells_more or said[0] is State.SYMPTOMATIC:
                found[student] = said
    return found


def sums_of(states: Iterable[State], *, fever: int) -> Sums:
    """Students counted by their state; `fever` is how many of them have one."""
    states = list(states)
    columns = Counter(COLUMN_OF[state] for state in states)
    return Sums(expected=len(states), fever=fever, symptomatic=states.count(State.SYMPTOMATIC), **columns)


def reasons_of(states: Iterable[tuple[State, AbsenceReason | None]]) -> dict[AbsenceReason, int]:
    """The absent by reason, in the order of the reasons; what nobody is absent for is left out."""
    counted = Counter(reason for state, reason in states if state is State.ABSENT and reason)
    return {reason: counted[reason] for reason in AbsenceReason if counted[reason]}


def ill_of(reasons: Mapping[AbsenceReason, int]) -> int:
    """How many of the absent are absent through illness."""
    return sum(number for reason, number in reasons.items() if reason in ILL_REASONS)


def coded(counts: Mapping[Any, int]) -> dict[str, int]:
    """Counts by code as they are kept."""
    return {key.value if isinstance(key, StrEnum) else str(key): number for key, number in counts.items()}
