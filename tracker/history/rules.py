"""What imported rows make of absences: the same as sheets would have made of them, day by day.

No database, no web: see tests/history/test_rules.py.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.absence.rules import same_group
from tracker.facts.rules import Diagnosis
from tracker.screening.rules import (
    FOLLOWED_REASONS,
    HALF_OF,
    PRESENT,
    AbsenceReason,
    HalfDay,
    Line,
    SessionCode,
    State,
)


class Refusal(StrEnum):
    """Why a history is not imported."""

    WRONG_ROWS = "wrong_rows"
    UPLOAD_GONE = "upload_gone"
    SCHOOL_CHANGED = "school_changed"
    NO_NURSE = "no_nurse"


@dataclass(frozen=True)
class AbsentDay:
    """A day on which a student was missed for at least half a day."""

    day: date
    class_id: int
    first_half: HalfDay
    reason: AbsenceReason
    diagnosis: Diagnosis | None
    is_back: bool
    """Whether a later session of the day saw the student."""


@dataclass(frozen=True)
class Run:
    """An absence from its first day to the day the student was back."""

    class_id: int
    first_on: date
    first_half: HalfDay
    last_absent_on: date
    reason: AbsenceReason
    diagnosis: Diagnosis | None
    back_on: date | None
    """None: no school day of the term has passed since."""
    term_end: date | None = None
    """The term's last school day, where the absence ended with the term."""


def absent_day(
    class_id: int, day: date, lines: Mapping[SessionCode, tuple[Line, Diagnosis | None]]
) -> AbsentDay | None:
    """What the sessions of a day say of a student together: the last of each half-day decides.

    None for who was there, came late, or is absent for a reason that is not followed up.
    """
    halves: dict[HalfDay, Line] = {}
    diagnoses = [found for _line, found in lines.values() if found]
    for session in SessionCode:
        line = lines[session][0] if session in lines else None
        if line and (line.state in PRESENT or line.reason in FOLLOWED_REASONS):
            halves[HALF_OF[session]] = line
    missed = [half for half in HalfDay if half in halves and halves[half].state is State.ABSENT]
    if not missed:
        return None
    last = halves[max(halves, key=list(HalfDay).index)]
    reasons = [halves[half].reason or AbsenceReason.UNKNOWN for half in missed]
    known = [reason for reason in reasons if reason is not AbsenceReason.UNKNOWN]
    return AbsentDay(
        day,
        class_id,
        missed[0],
        known[-1] if known else AbsenceReason.UNKNOWN,
        diagnoses[-1] if diagnoses else None,
        last.state in PRESENT,
    )


def runs_of(
    days: Iterable[AbsentDay],
    school_days: Sequence[date],
    today: date,
    terms: Sequence[tuple[date, date]] = (),
) -> list[Run]:
    """The absences that a student's absent days come to.

    A school day without absence ends one, and absent again by the school day after the return, for the
    same group of reasons, it goes on.  The end of its term, of `terms`, closes it.  `school_days` are
    those of the student's class, in order; who has not been missed on one that is over was back on it.
    """
    runs: list[Run] = []
    for one in sorted(days, key=lambda one: one.day):
        last = runs[-1] if runs else None
        if last and _goes_on(last, one, school_days):
            reason = last.reason if one.reason is AbsenceReason.UNKNOWN else one.reason
            runs[-1] = Run(
                last.class_id,
                last.first_on,
                last.first_half,
                one.day,
                reason,
                one.diagnosis or last.diagnosis,
                *_end(one, school_days, today, terms),
            )
        else:
            runs.append(
                Run(
                    one.class_id,
                    one.day,
                    one.first_half,
                    one.day,
                    one.reason,
                    one.diagnosis,
                    *_end(one, school_days, today, terms),
                )
            )
    return runs


def _goes_on(run: Run, one: AbsentDay, school_days: Sequence[date]) -> bool:
    if run.term_end:
        return False
    if run.back_on is None or run.back_on == one.day:
        return True  # missed on the very next school day: nobody has seen the student in between
    since = bisect_right(school_days, one.day) - bisect_right(school_days, run.back_on)
    return since <= 1 and same_group(run.reason, one.reason)


def _end(
    one: AbsentDay, school_days: Sequence[date], today: date, terms: Sequence[tuple[date, date]]
) -> tuple[date | None, date | None]:
    """The day the student was back, or the term's last school day where that came first."""
    if one.is_back:
        return one.day, None
    place = bisect_right(school_days, one.day)
    following = school_days[place] if place < len(school_days) else None
    term_end = next((ends for starts, ends in terms if starts <= one.day <= ends), None)
    if term_end and term_end < today and (following is None or following > term_end):
        return None, one.day
    return following if following and following < today else None, None
