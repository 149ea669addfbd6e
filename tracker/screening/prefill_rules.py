"""What a sheet starts with that nobody has filled in yet: who is known not to be in class.

No database, no web: the table of tests/screening/test_prefill.py is the specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tracker.absence.rules import LeaveKind, LiveEpisode
from tracker.facts.rules import Symptom
from tracker.gate.rules import PassOutcome
from tracker.room.rules import StayEnd
from tracker.screening.fever_rules import LiveChain
from tracker.screening.rules import (
    CARRIED,
    COUNTED_FEVERS,
    HALF_OF,
    NORMAL_LINE,
    PRESENT,
    AbsenceReason,
    FeverState,
    HalfDay,
    Line,
    SessionCode,
    State,
)

LINE_OF_LEAVE: Mapping[LeaveKind, Line] = {
    LeaveKind.ILLNESS: Line(State.ABSENT, AbsenceReason.ILLNESS),
    LeaveKind.INJURY: Line(State.ABSENT, AbsenceReason.INJURY),
    LeaveKind.PERSONAL: Line(State.ABSENT, AbsenceReason.PERSONAL),
    LeaveKind.WATCH: Line(State.ABSENT, AbsenceReason.WATCH),
    LeaveKind.OFFICIAL: Line(State.AWAY),
}


@dataclass(frozen=True)
class StayToday:
    """The last stay of this day in the observation room, or on the way to it."""

    ended_at: datetime | None
    ended_how: StayEnd | None


@dataclass(frozen=True)
class PassToday:
    """What the gate has entered of a student on this day."""

    at: datetime
    outcome: PassOutcome
    tenths: int | None


@dataclass(frozen=True)
class Known:
    """What is known of a student's day beside its sheets."""

    leave: Mapping[HalfDay, LeaveKind] = field(default_factory=dict)
    """Entered ahead, for the halves of the day that it covers."""
    stay: StayToday | None = None
    gate: PassToday | None = None


NOTHING_KNOWN = Known()
GONE = frozenset({StayEnd.FETCHED, StayEnd.AMBULANCE})


@dataclass(frozen=True)
class Earlier:
    """What the last earlier sheet of the day says of a student, and when it came."""

    line: Line
    at: datetime


def starting_point(
    code: SessionCode,
    earlier: Earlier | None,
    *,
    is_first: bool,
    episode: LiveEpisode | None,
    came_back: bool,
    known: Known,
) -> Line | None:
    """What a student's line starts with; None: nothing is known, as with everybody else.

    The observation room goes before the gate, the gate before what an earlier sheet, an absence that
    is followed up, or a leave says.  `is_first`: no sheet of the day came before; `came_back`: a call
    has told since that the student has arrived.
    """
    half, line = HALF_OF[code], earlier.line if earlier else None
    if (stayed := _of_stay(known, line)) is not None:
        return stayed
    if (passed := _of_gate(known.gate, earlier, half)) is not None:
        return passed
    leave = LINE_OF_LEAVE[known.leave[half]] if half in known.leave else None
    if line and leave is None and line in [LINE_OF_LEAVE[kind] for kind in known.leave.values()]:
        # The leave of this morning is over: expected, and not seen yet.
        return Line(State.NOT_HERE)
    missing = episode if episode and episode.is_missing else None
    covered = leave is not None and (line is None or line.state not in PRESENT)
    if missing and (is_first or (line and line.state is State.ABSENT)):
        unknown = missing.reason is AbsenceReason.UNKNOWN
        if not (is_first and unknown and covered):
            return Line(State.ABSENT, missing.reason)
    if line and line.state in CARRIED and not (line.state is State.ABSENT and came_back):
        return Line(line.state, line.reason)
    return leave if covered and not came_back else None


def _of_stay(known: Known, line: Line | None) -> Line | None:
    stay, gate = known.stay, known.gate
    if stay is None:
        return None
    if stay.ended_at is None:
        return Line(State.IN_ROOM)
    if stay.ended_how in GONE:
        came_again = gate is not None and gate.at > stay.ended_at
        return None if came_again else Line(State.LEFT)
    return NORMAL_LINE if line and line.state in (State.IN_ROOM, State.LEFT) else None


def _of_gate(gate: PassToday | None, earlier: Earlier | None, half: HalfDay) -> Line | None:
    """The reading of the gate on the morning's sheet; afterwards only that the student is here."""
    if gate is None or (earlier and (earlier.line.state in PRESENT or earlier.at > gate.at)):
        return None
    if half is not HalfDay.MORNING:
        return NORMAL_LINE if earlier else None
    if gate.outcome is PassOutcome.ILL or (gate.outcome is PassOutcome.HOT and gate.tenths is None):
        return Line(State.SYMPTOMATIC, first=gate.tenths)
    if gate.tenths is None:
        return NORMAL_LINE
    return Line(State.MEASURED, first=gate.tenths)


FEVERISH = {
    FeverState.CONFIRMED: Line(State.SYMPTOMATIC, symptoms=frozenset({Symptom.FEVER})),
    FeverState.WAITING: Line(State.SYMPTOMATIC),
    FeverState.UNRETESTED: Line(State.LEFT),
}
"""What a later sheet of the day starts with of a child whose fever stands on an earlier one."""


def with_fever(start: Line | None, chain: LiveChain | None, known: Known, day: date) -> Line | None:
    """What a student's line starts with, once its retest chain is looked at.

    A reading that began the chain shows what the chain has come to.  Whoever had a fever on this day that
    nobody has seen to since starts as a case: nobody submits the child as normal by saying nothing.
    """
    if chain is None:
        return start
    first = start.first if start else None
    if start and first is not None and first == chain.first:
        return replace(start, fever=chain.state)
    stay = known.stay
    is_seen_to = stay is not None and (stay.ended_at is None or stay.ended_at >= chain.opened_at)
    is_out = start is not None and start.state not in PRESENT
    if chain.state not in COUNTED_FEVERS or chain.day != day or is_seen_to or is_out:
        return start
    return replace(FEVERISH[chain.state], first=first)
