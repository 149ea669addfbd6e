"""What signs of illness ask for beside the daily call.  No database, no web."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.absence.rules import CallResult
from tracker.screening.rules import ILL_REASONS, AbsenceReason

SPELL_GAP = timedelta(days=7)
"""So many calendar days without a cough end it; a later one is another."""
LONG_COUGH = timedelta(days=14)
DAYS_BEFORE_DOCTOR = 3

UNHEARD = frozenset({CallResult.NOT_REACHED, CallResult.WRONG_NUMBER})
"""Results of calls in which nobody could be asked."""
SEEN_DOCTOR = frozenset({CallResult.DOCTOR, CallResult.HOSPITAL})


@dataclass(frozen=True)
class Cough:
    """One sign of a cough: the day it was seen, the day it began, when the school knew."""

    on: date
    onset_on: date
    known_at: datetime


def cough_since(coughs: Sequence[Cough], today: date) -> datetime | None:
    """When a cough became known as one of over two weeks; None: it is not, or it is over.

    `coughs` are a student's, by day.
    """
    began: date | None = None
    last: date | None = None
    known: datetime | None = None
    for one in coughs:
        if began is None or last is None or one.on - last > SPELL_GAP:
            began, known = one.onset_on, None
        began, last = min(began, one.onset_on), one.on
        if known is None and last - began >= LONG_COUGH:
            known = one.known_at
    return known if last is not None and today - last <= SPELL_GAP else None


@dataclass(frozen=True)
class Asked:
    """A call, as far as it can have done what a sign asks for."""

    on: date
    at: datetime
    result: CallResult
    by_nurse: bool


def cough_is_open(since: datetime | None, calls: Sequence[Asked]) -> bool:
    """Whether the nurse has still to ask about a cough of over two weeks."""
    if since is None:
        return False
    return not any(call.by_nurse and call.at > since and call.result not in UNHEARD for call in calls)


def doctor_is_open(
    reason: AbsenceReason,
    first_on: date,
    school_days: Sequence[date],
    today: date,
    calls: Sequence[Asked],
    *,
    diagnosed: bool,
) -> bool:
    """Whether parents have to be asked again, and advised to see a doctor: ill for three school days.

    Done by a call from the third day on that reached somebody, or once a doctor was seen.
    """
    missed = [day for day in school_days if first_on <= day <= today]
    if reason not in ILL_REASONS or diagnosed or len(missed) < DAYS_BEFORE_DOCTOR:
        return False
    third = missed[DAYS_BEFORE_DOCTOR - 1]
    return not any(
        call.result in SEEN_DOCTOR or (call.on >= third and call.result not in UNHEARD) for call in calls
    )
