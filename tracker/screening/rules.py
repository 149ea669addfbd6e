"""What a sheet says of a student, what a typed temperature means, and when a session is open.

No database, no web: the tables of tests/screening/test_rules.py are the specification.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.facts.rules import Symptom


class SessionCode(StrEnum):
    """The sessions of a day, in order."""

    ARRIVAL = "arrival"
    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


class HalfDay(StrEnum):
    """Morning: arrival and morning check; afternoon: noon and evening check."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


HALF_OF = {
    SessionCode.ARRIVAL: HalfDay.MORNING,
    SessionCode.MORNING: HalfDay.MORNING,
    SessionCode.NOON: HalfDay.AFTERNOON,
    SessionCode.EVENING: HalfDay.AFTERNOON,
}


class RecordedBy(StrEnum):
    """Who records a session."""

    GATE = "gate"
    CLASS = "class"


class Mode(StrEnum):
    """Only exceptions are entered, or every temperature."""

    EXCEPTIONS = "exceptions"
    FULL = "full"


class Affirmation(StrEnum):
    """How those without a value were checked: two different things in every count."""

    MEASURED = "measured"
    LOOKED = "looked"


class Site(StrEnum):
    """Where a temperature is taken."""

    FOREHEAD = "forehead"
    EAR = "ear"
    AXILLARY = "axillary"


class VersionKind(StrEnum):
    """How a version of a sheet came to be."""

    SUBMIT = "submit"
    CORRECT = "correct"
    TURN = "turn"
    """Who was not here yet for too long became absent, reason unknown."""
    WITHDRAW = "withdraw"
    IMPORT = "import"


class State(StrEnum):
    """What a sheet says of one student.  Exactly one, and unset is never normal."""

    NORMAL = "normal"
    MEASURED = "measured"
    SYMPTOMATIC = "symptomatic"
    NOT_HERE = "not_here"
    ABSENT = "absent"
    IN_ROOM = "in_room"
    AWAY = "away"
    LEFT = "left"
    UNSET = "unset"


PRESENT = frozenset({State.NORMAL, State.MEASURED, State.SYMPTOMATIC})

CARRIED = frozenset({State.ABSENT, State.NOT_HERE, State.AWAY, State.IN_ROOM, State.LEFT})
"""States that a later session of the day starts with."""


class AbsenceReason(StrEnum):
    """Why a student is absent."""

    ILLNESS = "illness"
    INJURY = "injury"
    PERSONAL = "personal"
    RECOVERING = "recovering"
    WATCH = "watch"
    SUSPENDED = "suspended"
    UNREGISTERED = "unregistered"
    UNKNOWN = "unknown"


ILL_REASONS = frozenset({AbsenceReason.ILLNESS, AbsenceReason.RECOVERING})
"""Reasons that count as absence through illness."""

FOLLOWED_REASONS = frozenset(
    {
        AbsenceReason.ILLNESS,
        AbsenceReason.INJURY,
        AbsenceReason.PERSONAL,
        AbsenceReason.RECOVERING,
        AbsenceReason.WATCH,
        AbsenceReason.UNKNOWN,
    }
)
"""Reasons that open an episode."""


class Refusal(StrEnum):
    """Why a sheet is refused whole."""

    NO_SCHOOL_DAY = "no_school_day"
    IN_FUTURE = "in_future"
    NOT_ASKED_FOR = "not_asked_for"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    CORRECTION_OVER = "correction_over"
    NOT_OF_CLASS = "not_of_class"
    NO_STUDENTS = "no_students"
    REASON_NEEDED = "reason_needed"
    UNDO_OVER = "undo_over"
    CHECKED = "checked"
    CHECKED_IN_FUTURE = "checked_in_future"
    NOT_MISSING = "not_missing"


UNDO_MINUTES = 10
FIRST_CALL_MINUTES = 10
"""How long after a session's deadline the first call about an absent student is due."""
CARE_MINUTES = 20
"""A case reported between a session's opening and so long after its deadline excuses the class."""


@dataclass(frozen=True)
class Line:
    """What a sheet says of one student."""

    state: State = State.NORMAL
    reason: AbsenceReason | None = None
    first: int | None = None
    """The first reading, in tenths."""
    retest: int | None = None
    symptoms: frozenset[Symptom] = frozenset()
    onset: date | None = None
    note: str | None = None
    fever: "FeverState | None" = field(default=None, compare=False)
    """What the reading's retest chain has come to; None where only the line's own readings tell."""

    def fever_state(self, *, trigger: int, retest_trigger: int) -> "FeverState":
        """Whether its reading is at or over the trigger, and what became of it."""
        own = fever_of(self.first, self.retest, trigger=trigger, retest_trigger=retest_trigger)
        return own if self.fever is None else self.fever

    def has_fever(self, *, trigger: int, retest_trigger: int) -> bool:
        """Whether a sum of fevers counts it: measured and not found normal since, or told as a sign.

        What an absent child has at home was not seen at school.
        """
        state = self.fever_state(trigger=trigger, retest_trigger=retest_trigger)
        told = Symptom.FEVER in self.symptoms and self.state is not State.ABSENT
        return state in COUNTED_FEVERS or (told and state is not FeverState.CLEARED)


NORMAL_LINE = Line()


class FeverState(StrEnum):
    """What a reading at or over its trigger has come to."""

    NONE = "none"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    UNRETESTED = "unretested"
    """The child left before it was measured again: neither a fever nor normal."""
    STRUCK = "struck"
    """The readings that began it were struck."""


COUNTED_FEVERS = frozenset({FeverState.WAITING, FeverState.CONFIRMED, FeverState.UNRETESTED})
"""At or over the trigger and not found normal since: what every sum of fevers counts."""


class FeverSource(StrEnum):
    """Where the reading was taken that began a retest chain."""

    SHEET = "sheet"
    GATE = "gate"
    STAY = "stay"


def fever_of(first: int | None, retest: int | None, *, trigger: int, retest_trigger: int) -> FeverState:
    """Whether a first reading asks for a retest, and what the retest made of it.

    A forehead reading at or over 37.3 ℃ is not yet a fever; it is one when a second method
    reaches its own limit.
    """
    if first is None or first < trigger:
        return FeverState.NONE
    if retest is None:
        return FeverState.WAITING
    return FeverState.CONFIRMED if retest >= retest_trigger else FeverState.CLEARED


@dataclass(frozen=True)
class Counts:
    """The sums of a sheet; expected is the sum of the seven that follow it."""

    expected: int
    checked: int
    absent: int
    not_here: int
    away: int
    in_room: int
    left_early: int
    unset: int
    fever: int
    symptomatic: int
    plain: int
    """Who is normal, or measured below the trigger."""

    def stored(self) -> dict[str, int]:
        """The sums a version of a sheet keeps."""
        return {name: number for name, number in asdict(self).items() if name != "plain"}

    @property
    def exceptional(self) -> int:
        """Who is neither normal, nor measured below the trigger, nor unset."""
        return self.expected - self.unset - self.plain


def counts_of(lines: Iterable[Line], *, trigger: int, retest_trigger: int) -> Counts:
    """The sums of a sheet over all students of its roster."""
    lines = list(lines)
    states = [line.state for line in lines]
    fevers = [line.has_fever(trigger=trigger, retest_trigger=retest_trigger) for line in lines]
    plain = sum(
        state in (State.NORMAL, State.MEASURED) and not fever
        for state, fever in zip(states, fevers, strict=True)
    )
    return Counts(
        expected=len(lines),
        checked=sum(state in PRESENT for state in states),
        absent=states.count(State.ABSENT),
        not_here=states.count(State.NOT_HERE),
        away=states.count(State.AWAY),
        in_room=states.count(State.IN_ROOM),
        left_early=states.count(State.LEFT),
        unset=states.count(State.UNSET),
        fever=sum(fevers),
        symptomatic=states.count(State.SYMPTOMATIC),
        plain=plain,
    )


@dataclass(frozen=True)
class Plan:
    """How one session is run on one day, by the school's wall clock."""

    code: SessionCode
    valid_from: date
    recorded: RecordedBy
    opens: time
    starts: time
    deadline: time
    closes: time
    mode: Mode
    how: Affirmation


class SessionState(StrEnum):
    """How a session of a class stands at a moment."""

    NOT_YET = "not_yet"
    OPEN = "open"
    LATE = "late"
    """Past its deadline, still taken."""
    CLOSED = "closed"
    REPORTED = "reported"


def session_state(plan: Plan, wall: time, *, reported: bool, today: bool = True) -> SessionState:
    """How a session stands when the school's clock shows `wall`; a day gone by is closed."""
    if reported:
        return SessionState.REPORTED
    if not today or wall > plan.closes:
        return SessionState.CLOSED
    if wall < plan.opens:
        return SessionState.NOT_YET
    return SessionState.LATE if wall > plan.deadline else SessionState.OPEN


def current_session(states: Sequence[tuple[Plan, SessionState]]) -> Plan | None:
    """The session to report now: open and not yet reported, the earliest deadline first."""
    takeable = [plan for plan, state in states if state in (SessionState.OPEN, SessionState.LATE)]
    return min(takeable, key=lambda plan: plan.deadline, default=None)


@dataclass(frozen=True)
class Difference:
    """A student of whom two versions of a sheet say different things."""

    student_id: int
    theirs: Line | None
    mine: Line | None


def differences(theirs: Mapping[int, Line], mine: Mapping[int, Line]) -> list[Difference]:
    """Where two versions differ, in the order of the second; None: not on that version's roster."""
    order = list(dict.fromkeys([*mine, *theirs]))
    return [
        Difference(student, theirs.get(student), mine.get(student))
        for student in order
        if theirs.get(student) != mine.get(student)
    ]


def merged(one: Difference, base: Line | None, news: Callable[[Line], int]) -> str:
    """Which side is proposed where two versions differ: `theirs` or `mine`.

    Whoever has changed the line since both were opened (`base`; None: it was a new sheet); where both
    did, the one with more news, so that none is lost by a quick hand.
    """
    base = base or NORMAL_LINE
    if one.theirs is None or one.theirs == base:
        return "mine"
    if one.mine is None or one.mine == base:
        return "theirs"
    return "mine" if news(one.mine) >= news(one.theirs) else "theirs"


def excused_sessions(plans: Iterable[Plan], wall: time) -> list[SessionCode]:
    """The sessions a case reported at `wall` excuses, should they come late.

    Care comes first: from a session's opening until twenty minutes after its deadline.
    """

    def minutes(moment: time) -> int:
        return moment.hour * 60 + moment.minute

    return [
        plan.code
        for plan in plans
        if minutes(plan.opens) <= minutes(wall) <= minutes(plan.deadline) + CARE_MINUTES
    ]


def may_undo(kind: VersionKind, at: datetime, now: datetime) -> bool:
    """Whether a sheet may still be undone: within ten minutes, and not once it was corrected."""
    return kind is VersionKind.SUBMIT and now - at <= timedelta(minutes=UNDO_MINUTES)


def is_on_time(at: datetime, deadline: datetime) -> bool:
    """Whether a sheet came by its deadline."""
    return at <= deadline
