"""Importing a history: all of it or nothing."""

from datetime import date, datetime

from tracker import clock
from tracker.absence import history_service as absence
from tracker.absence.history_service import PastAbsence
from tracker.absence.rules import EndedHow
from tracker.audit import service as audit
from tracker.errors import Rejected
from tracker.history import queries
from tracker.history.plan import HistoryPlan, Options, PlannedRun
from tracker.history.rules import Refusal
from tracker.school import import_service as school
from tracker.school.roster_cells import Table
from tracker.screening import history_service as screening
from tracker.screening.history_service import PastSheet


def import_history(
    by: int | None,
    at: datetime,
    today: date,
    table: Table,
    sha256: str,
    options: Options,
    *,
    seen: str | None = None,
) -> int:
    """Write the past as a file tells it, whole, in the same few statements for any size; the run's id.

    `seen` is the digest of the plan that was shown and confirmed.  Rejected if a cell is wrong, or if the
    school has changed since so that something else would happen.  A command has nobody signed in: it
    writes in the name of the school nurse, and the trail says that it was a command.
    """
    plan = queries.history_plan(table, options, today)
    if seen is not None and plan.digest != seen:
        raise Rejected(Refusal.SCHOOL_CHANGED)
    if plan.wrong:
        raise Rejected(Refusal.WRONG_ROWS, count=plan.counts["wrong"])
    owner = by or queries.nurse()
    if owner is None:
        raise Rejected(Refusal.NO_NURSE)
    run_id = school.record_run(by, at, "history", sha256, plan.counts).id
    school.open_days(by, at, [(one.day, one.scope, one.scope_id) for one in plan.opened])
    screening.keep_past(
        owner,
        at,
        [
            PastSheet(
                one.class_id,
                one.day,
                one.session,
                one.plan,
                one.members,
                one.said,
                one.rest,
                one.diagnoses,
                one.key,
                one.withdrawn,
            )
            for one in plan.sheets
        ],
    )
    absence.keep_past(at, today, [_absence(one) for one in plan.runs])
    audit.record_students(by, at, "student.history", "import_run", run_id, _told(plan))
    return run_id


def _absence(one: PlannedRun) -> PastAbsence:
    run = one.run
    return PastAbsence(
        one.student_id,
        run.class_id,
        run.first_on,
        run.first_half,
        run.last_absent_on,
        run.reason,
        run.diagnosis,
        run.back_on if one.ended_how is EndedHow.RETURNED else None,
        one.ended_on,
        one.ended_how,
        clock.at(run.first_on, one.missed_at.closes),
        clock.at(one.ended_on, one.ended_at.closes) if one.ended_on and one.ended_at else None,
    )


def _told(plan: HistoryPlan) -> dict[int, dict[str, int]]:
    """Of each student how many sheets tell of it: what they say stands there."""
    told: dict[int, dict[str, int]] = {}
    for sheet in plan.sheets:
        for student in sheet.said:
            told.setdefault(student, {"sheets": 0})["sheets"] += 1
    return told
