"""Absence follow-up: the codes, the states of an episode, and what a sheet makes of it.

No database, no web.  When to call and what comes next stands in `call_rules.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.facts.rules import Diagnosis
from tracker.screening.rules import FOLLOWED_REASONS, AbsenceReason, HalfDay


class EpisodeState(StrEnum):
    """Where the follow-up of an absence stands."""

    OPEN = "open"
    """Calls are due."""
    TO_REVIEW = "to_review"
    """The teacher has logged something the nurse has not yet read."""
    BACK = "back"
    """The student was seen present again; the nurse closes."""
    CLOSED = "closed"
    VOID = "void"
    """Opened by a sheet that was corrected before anybody called."""


TRANSITIONS: Mapping[EpisodeState, Mapping[EpisodeState, str]] = {
    EpisodeState.OPEN: {
        EpisodeState.TO_REVIEW: "the teacher logs a call",
        EpisodeState.BACK: "seen present again",
        EpisodeState.CLOSED: "the nurse closes: left the school, or the term has ended",
        EpisodeState.VOID: "the sheet is corrected before anybody called",
    },
    EpisodeState.TO_REVIEW: {
        EpisodeState.OPEN: "the nurse has read it or asks back, or the call is struck out",
        EpisodeState.BACK: "the nurse has read it, seen present again",
    },
    EpisodeState.BACK: {
        EpisodeState.OPEN: "absent again, or the arrival is struck out",
        EpisodeState.TO_REVIEW: "the teacher logs a call",
        EpisodeState.CLOSED: "the nurse closes: back at school",
    },
    EpisodeState.CLOSED: {
        EpisodeState.OPEN: "absent again by the next school day, same reasons, or the nurse reopens it",
        EpisodeState.BACK: "the sheet that made another absence of it is undone",
    },
    EpisodeState.VOID: {},
}
"""From a state to those that may follow, each with what brings it about."""


def moved(state: EpisodeState, to: EpisodeState) -> EpisodeState:
    """`to`, where an episode may go there or is there already; ValueError where the table forbids it."""
    if to is not state and to not in TRANSITIONS[state]:
        raise ValueError(f"an absence does not go from {state} to {to}")
    return to


LIVE = frozenset({EpisodeState.OPEN, EpisodeState.TO_REVIEW, EpisodeState.BACK})


class EndedHow(StrEnum):
    """How an episode came to its end."""

    RETURNED = "returned"
    LEFT_SCHOOL = "left_school"
    TERM_ENDED = "term_ended"
    CORRECTED = "corrected"


class CallWay(StrEnum):
    """How somebody was reached."""

    PHONE = "phone"
    MESSAGE = "message"
    PARENT_CALLED = "parent_called"
    IN_PERSON = "in_person"
    VISIT = "visit"


class CallResult(StrEnum):
    """What a call brought."""

    HOME_ILL = "home_ill"
    HOME_BETTER = "home_better"
    DOCTOR = "doctor"
    HOSPITAL = "hospital"
    RECOVERED = "recovered"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    DECLINED = "declined"
    NOT_ILL = "not_ill"
    ARRIVED = "arrived"
    MOVED = "moved"


TELLS_HEALTH = frozenset(
    {
        CallResult.HOME_ILL,
        CallResult.HOME_BETTER,
        CallResult.DOCTOR,
        CallResult.HOSPITAL,
        CallResult.RECOVERED,
        CallResult.ARRIVED,
    }
)
"""Results with which symptoms, a temperature and a diagnosis can have been heard."""

TELLS_ILLNESS = frozenset(
    {
        CallResult.HOME_ILL,
        CallResult.HOME_BETTER,
        CallResult.DOCTOR,
        CallResult.HOSPITAL,
        CallResult.RECOVERED,
    }
)
"""Results that make an unknown reason an illness."""

QUICK_RESULTS = (CallResult.HOME_BETTER, CallResult.HOME_ILL, CallResult.NOT_REACHED, CallResult.ARRIVED)
"""What can be logged from the queue with one more tap; the way is the telephone."""


class LeaveKind(StrEnum):
    """What a leave that is entered ahead is for; official leave is away, not absent."""

    ILLNESS = "illness"
    INJURY = "injury"
    PERSONAL = "personal"
    WATCH = "watch"
    OFFICIAL = "official"


class StepKind(StrEnum):
    """What was done in an absence beside calling."""

    ASKED_BACK = "asked_back"
    REASON = "reason"
    TAKEN_OVER = "taken_over"
    HANDED_BACK = "handed_back"
    SHARED_OUT = "shared_out"
    REOPENED = "reopened"


class ParentTold(StrEnum):
    """What a guardian calls the school about."""

    ILL = "ill"
    LATE = "late"
    LEAVE = "leave"


class PaperKind(StrEnum):
    """What a paper of an absence is."""

    DIAGNOSIS = "diagnosis"
    RECOVERY = "recovery"
    OTHER = "other"


class Refusal(StrEnum):
    """Why a deed in an episode is refused."""

    CALL_IN_FUTURE = "call_in_future"
    CALL_BEFORE_ABSENCE = "call_before_absence"
    ONSET_IN_FUTURE = "onset_in_future"
    NEXT_IN_PAST = "next_in_past"
    NEXT_NO_SCHOOL_DAY = "next_no_school_day"
    DIAGNOSIS_NEEDED = "diagnosis_needed"
    REASON_NEEDED = "reason_needed"
    NOTHING_HEARD = "nothing_heard"
    UNREAD = "unread"
    NOT_BACK = "not_back"
    NOT_LIVE = "not_live"
    NOT_CLEARED = "not_cleared"
    NOTHING_TO_REVIEW = "nothing_to_review"
    NOT_FOR_BOTH = "not_for_both"
    ENDS_BEFORE_START = "ends_before_start"
    SEEN_TODAY = "seen_today"
    ONLY_TODAY = "only_today"
    WHAT_NEEDS_ILLNESS = "what_needs_illness"
    NOT_YOURS = "not_yours"
    STRUCK = "struck"
    WHY_NEEDED = "why_needed"
    SAME_REASON = "same_reason"
    TOO_FEW = "too_few"
    NOT_CLOSED = "not_closed"
    OTHER_LIVE = "other_live"


@dataclass(frozen=True)
class Seen:
    """What a sheet says of one student's presence."""

    student_id: int
    present: bool | None
    """True present; False absent; None says nothing (not here yet, away, in the room, left, unset)."""
    reason: AbsenceReason | None
    """Why absent; reasons that are not followed up open nothing."""


@dataclass(frozen=True)
class LiveEpisode:
    """A student's newest episode that is not void: live, or closed lately enough to go on."""

    id: int
    state: EpisodeState
    reason: AbsenceReason
    first_on: date
    first_half: HalfDay
    last_absent_on: date
    back_on: date | None
    due_at: datetime | None
    has_calls: bool
    diagnosis: Diagnosis | None = None
    sent_home_on: date | None = None
    """The day the student was last fetched from the observation room, or taken away by ambulance."""

    @property
    def is_live(self) -> bool:
        """Whether it still stands in the queue."""
        return self.state in LIVE

    @property
    def is_missing(self) -> bool:
        """Whether the student is missing as far as is known: what a later sheet is filled in with."""
        return self.is_live and self.back_on is None


class Sighting(StrEnum):
    """What a sheet's line makes of a student's episode."""

    NOTHING = "nothing"
    OPENS = "opens"
    STILL = "still"
    """Still absent: the day, and perhaps a better reason."""
    AGAIN = "again"
    """Absent again: the same episode goes on."""
    OTHER = "other"
    """Absent again, but later or for other reasons: the old one is closed, a new one opens."""
    BACK = "back"
    VOID = "void"
    LAPSED = "lapsed"
    """A term has ended since: the old one is closed with it, and a new one opens for who is missed."""
    ASK = "ask"
    """The sheets of this day contradict each other: they must be read together, see `settle`."""


REASON_GROUP: Mapping[AbsenceReason, str] = {
    AbsenceReason.ILLNESS: "ill",
    AbsenceReason.RECOVERING: "ill",
    AbsenceReason.INJURY: "injury",
    AbsenceReason.PERSONAL: "personal",
    AbsenceReason.WATCH: "watch",
}
"""Reasons that make one absence; an unknown one goes with each."""


def same_group(one: AbsenceReason, other: AbsenceReason) -> bool:
    """Whether two reasons can be of one absence."""
    groups = {REASON_GROUP.get(reason) for reason in (one, other)} - {None}
    return len(groups) <= 1


def goes_on(episode: LiveEpisode, reason: AbsenceReason, day: date, school_days: Sequence[date]) -> bool:
    """Whether an absence after the return belongs to the same episode.

    It does for the same group of reasons, by the next school day after the student was seen again.
    `school_days` are those of the class from the return until `day`.
    """
    if episode.back_on is None or not same_group(episode.reason, reason):
        return False
    return sum(episode.back_on < one <= day for one in school_days) <= 1


def lapsed(episode: LiveEpisode, term_starts: date) -> bool:
    """Whether the term an absence belongs to was over before the one a sheet is of began.

    What the nurse has not read yet goes on: nothing leaves the queue unread.
    """
    seen_on = max(episode.last_absent_on, episode.back_on or episode.last_absent_on)
    return episode.state is not EpisodeState.TO_REVIEW and seen_on < term_starts


def follow(episode: LiveEpisode | None, seen: Seen, day: date) -> Sighting:
    """What a sheet of `day` makes of the student's newest episode, before the calendar is asked.

    AGAIN is said of every return to absence; `goes_on` tells whether it is OTHER.
    """
    is_missed = seen.present is False and seen.reason in FOLLOWED_REASONS
    if episode and episode.sent_home_on == day and not is_missed:
        return Sighting.NOTHING  # it saw the student before that, and ends nothing
    if not seen.present and not is_missed:
        # It says neither; but it may correct the sheet that missed the student.
        return Sighting.ASK if episode and _may_be_mistaken(episode, day) else Sighting.NOTHING
    if is_missed:
        if episode is None or (not episode.is_live and episode.back_on is None):
            return Sighting.OPENS
        if episode.back_on is None:
            return Sighting.STILL
        if episode.back_on == day:
            return Sighting.ASK
        return Sighting.AGAIN if day > episode.back_on else Sighting.NOTHING
    if episode is None or not episode.is_missing or day < episode.last_absent_on:
        return Sighting.NOTHING
    return Sighting.ASK if day == episode.last_absent_on else Sighting.BACK


def _may_be_mistaken(episode: LiveEpisode, day: date) -> bool:
    """Whether an episode rests on the sheets of this day alone."""
    return episode.is_missing and not episode.has_calls and episode.first_on == episode.last_absent_on == day


def settle(
    episode: LiveEpisode, day: date, *, last_present: bool | None, absent_halves: frozenset[HalfDay]
) -> Sighting:
    """What all sheets of one day together make of an episode they contradict each other about.

    The last session that saw or missed the student decides.  An episode that began on this day, of
    which no half-day is left and nobody has called, was a mistake or a late arrival: VOID.
    """
    if last_present is False:
        return Sighting.STILL if episode.back_on is None else Sighting.AGAIN
    if (
        episode.first_on == day
        and not episode.has_calls
        and not absent_halves
        and episode.state is EpisodeState.OPEN
    ):
        return Sighting.VOID
    return Sighting.BACK if last_present and episode.is_missing else Sighting.NOTHING


def better_reason(episode: LiveEpisode, reason: AbsenceReason) -> AbsenceReason:
    """The reason of an episode after a sheet gave one.

    A sheet replaces an unknown reason; a known one only as long as nobody has called: what was
    learned in a call is not undone by a tap.
    """
    if reason is AbsenceReason.UNKNOWN:
        return episode.reason
    if episode.reason is AbsenceReason.UNKNOWN or not episode.has_calls:
        return reason
    return episode.reason


def reason_after_call(
    before: AbsenceReason, result: CallResult, given: AbsenceReason | None
) -> AbsenceReason:
    """The reason after a call: the one given, else illness where an unknown one was heard to be."""
    if given is not None:
        return given
    if before is AbsenceReason.UNKNOWN and result in TELLS_ILLNESS:
        return AbsenceReason.ILLNESS
    return before


def reason_without(reason: AbsenceReason, made: tuple[AbsenceReason, AbsenceReason] | None) -> AbsenceReason:
    """The reason of an episode once a call is struck out that had made another one of it.

    What somebody has said since stands.
    """
    return made[0] if made and made[1] is reason else reason


SHARED_FROM = 3
"""So many open cases of one class can be shared out."""


def shared_out(cases: Sequence[int], people: Sequence[int]) -> dict[int, int]:
    """Who calls about which case, in turn."""
    return {case: people[n % len(people)] for n, case in enumerate(cases)}


def after_review(back_on: date | None) -> EpisodeState:
    """Where an episode stands when the nurse has read everything."""
    return EpisodeState.BACK if back_on is not None else EpisodeState.OPEN


def ending(
    back_on: date | None, last_result: CallResult | None, *, enrolled: bool, term_over: bool = False
) -> EndedHow | None:
    """How an episode may be closed; None: not yet, the student was not seen again."""
    if back_on is not None:
        return EndedHow.RETURNED
    if last_result is CallResult.MOVED or not enrolled:
        return EndedHow.LEFT_SCHOOL
    return EndedHow.TERM_ENDED if term_over else None
