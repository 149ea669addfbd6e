"""Absences of days gone by, as an import found them: over and done with, unless nobody was seen since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker import clock
from tracker.absence.call_rules import FIRST_CALL, FIRST_DUE
from tracker.absence.models import Episode
from tracker.absence.rules import EndedHow, EpisodeState
from tracker.db import db, insert
from tracker.facts.rules import Diagnosis
from tracker.school import queries as school
from tracker.screening.rules import AbsenceReason, HalfDay


@dataclass(frozen=True)
class PastAbsence:
    """One absence: the days it lasted, and how it ended."""

    student_id: int
    class_id: int
    first_on: date
    first_half: HalfDay
    last_absent_on: date
    reason: AbsenceReason
    diagnosis: Diagnosis | None
    back_on: date | None
    ended_on: date | None
    ended_how: EndedHow | None
    opened_at: datetime
    ended_at: datetime | None
    """When it was known to be over; None: it still goes on."""


def keep_past(at: datetime, today: date, absences: Sequence[PastAbsence]) -> None:
    """Write absences: those that are over as closed, those that still go on as due to be called about.

    Two statements at most.  Who has an absence already that is followed up keeps that one.
    """
    over = [_row(one, **_ended(one)) for one in absences if one.ended_at]
    due_at = _next_call(at, today) if len(over) < len(absences) else None
    still = [
        _row(
            one,
            state=EpisodeState.OPEN,
            ended_on=None,
            ended_half=None,
            ended_how=None,
            due_at=due_at if FIRST_DUE[one.reason] is not None else None,
            closed_at=None,
        )
        for one in absences
        if not one.ended_at
    ]
    for rows in (over, still):
        if rows:
            db.session.execute(
                insert(Episode).on_conflict_do_nothing(), rows, execution_options={"render_nulls": True}
            )


def _row(one: PastAbsence, **more: Any) -> dict[str, Any]:
    return {
        "student_id": one.student_id,
        "class_id": one.class_id,
        "first_on": one.first_on,
        "first_half": one.first_half,
        "last_absent_on": one.last_absent_on,
        "back_on": one.back_on,
        "reason": one.reason,
        "diagnosis": one.diagnosis,
        "opened_at": one.opened_at,
        **more,
    }


def _ended(one: PastAbsence) -> dict[str, Any]:
    return {
        "state": EpisodeState.CLOSED,
        "ended_on": one.ended_on,
        "ended_half": HalfDay.MORNING
        if one.back_on and one.back_on > one.last_absent_on
        else HalfDay.AFTERNOON,
        "ended_how": one.ended_how,
        "due_at": None,
        "closed_at": one.ended_at,
    }


def _next_call(at: datetime, today: date) -> datetime | None:
    """From when calls can be made: now, or on the next school day."""
    if school.school_days(today, today):
        return at
    coming = school.next_school_day(today)
    return clock.at(coming, FIRST_CALL) if coming else None
