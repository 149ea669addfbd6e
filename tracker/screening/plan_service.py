"""Session plans and their exceptions: their only writers.  What holds today is never changed."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import Model, db, insert
from tracker.errors import Rejected
from tracker.school.rules import Level
from tracker.screening.models import SessionException, SessionPlan
from tracker.screening.rules import Plan, SessionCode
from tracker.screening.service import Moment
from tracker.screening.session_queries import timetable
from tracker.screening.session_rules import (
    EVERY,
    GRADES,
    PlanRefusal,
    PlanRow,
    Times,
    exceptions_on,
    out_of_order,
)


def change_plan(by: int, moment: Moment, row: PlanRow) -> None:
    """How a session is run at a level from tomorrow or a later day on."""
    plan = row.plan
    times = Times(plan.opens, plan.starts, plan.deadline, plan.closes)
    _refuse_times(times)
    _refuse_too_soon(moment, plan.valid_from)
    _keep(
        SessionPlan,
        {"code": plan.code, "level": row.level, "valid_from": plan.valid_from},
        {
            "active": row.active, "recorded": plan.recorded, "mode": plan.mode, "how": plan.how,
            **times._asdict(),
        },
    )  # fmt: skip
    _record(by, moment, plan, row.level, "active" if row.active else "inactive")


def take_back_plan(by: int, moment: Moment, code: SessionCode, level: Level, valid_from: date) -> None:
    """Take back a change of a plan that has not begun."""
    if valid_from <= moment.today:
        raise Rejected(PlanRefusal.ALREADY_BEGUN)
    gone = sa.delete(SessionPlan).filter_by(code=code, level=level.value, valid_from=valid_from)
    if db.session.execute(gone.returning(SessionPlan.code)).first():
        changes = {"code": code, "level": level, "from": str(valid_from), "to": "taken_back"}
        audit.record(by, moment.at, "screening.plan", "session_plan", None, changes=changes)


def except_session(
    by: int,
    moment: Moment,
    code: SessionCode,
    weekday: int,
    grades: Collection[int],
    valid_from: date,
    times: Times | None,
) -> None:
    """Drop a session on a weekday, for grades or both, or move it to other times; no grade: for all.

    Without times it is dropped.
    """
    if times is not None:
        _refuse_times(times)
    if not set(grades) <= set(GRADES):
        raise Rejected(PlanRefusal.NO_SUCH_GRADE, "grades")
    _refuse_too_soon(moment, valid_from)
    for grade in grades or [EVERY]:
        _keep_exception(by, moment, (code, weekday, grade), valid_from, times is not None, times)


def end_exception(by: int, moment: Moment, code: SessionCode, weekday: int, grade: int) -> None:
    """Let a session be as its plan says again: from tomorrow on, and a coming exception never begins."""
    key = {"code": code, "weekday": weekday, "grade": grade}
    coming = sa.delete(SessionException).filter_by(**key).where(SessionException.valid_from > moment.today)
    db.session.execute(coming)
    holds = exceptions_on(timetable(moment.today), moment.today)
    if any((one.code, one.weekday, one.grade) == (code, weekday, grade) for one in holds):
        tomorrow = date.fromordinal(moment.today.toordinal() + 1)
        _keep_exception(by, moment, (code, weekday, grade), tomorrow, True, None)
    else:
        audit.record(by, moment.at, "screening.exception", "session_exception", None, changes=key)


def _keep_exception(
    by: int,
    moment: Moment,
    key: tuple[SessionCode, int, int],
    valid_from: date,
    active: bool,
    times: Times | None,
) -> None:
    code, weekday, grade = key
    of_row = {"code": code, "weekday": weekday, "grade": grade}
    kept = times._asdict() if times else dict.fromkeys(Times._fields)
    _keep(SessionException, {**of_row, "valid_from": valid_from}, {"active": active, **kept})
    changes = {
        **of_row,
        "from": str(valid_from),
        "active": active,
        "times": [str(one) for one in times or ()],
    }
    audit.record(by, moment.at, "screening.exception", "session_exception", None, changes=changes)


def _keep(table: type[Model], key: dict[str, Any], values: dict[str, Any]) -> None:
    """A row that has not begun, in the place of one of the same day."""
    row = insert(table).values(**key, **values)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=list(key), set_={name: row.excluded[name] for name in values}
        )
    )


def _record(by: int, moment: Moment, plan: Plan, level: Level, to: str) -> None:
    changes = {
        "code": plan.code, "level": level, "from": str(plan.valid_from), "to": to,
        "recorded": plan.recorded, "mode": plan.mode, "how": plan.how,
        "times": [str(one) for one in (plan.opens, plan.starts, plan.deadline, plan.closes)],
    }  # fmt: skip
    audit.record(by, moment.at, "screening.plan", "session_plan", None, changes=changes)


def _refuse_times(times: Times) -> None:
    if wrong := out_of_order(times):
        before = Times._fields[Times._fields.index(wrong) - 1]
        raise Rejected(PlanRefusal.TIMES_OUT_OF_ORDER, wrong, before=getattr(times, before))


def _refuse_too_soon(moment: Moment, valid_from: date) -> None:
    if valid_from <= moment.today:
        raise Rejected(PlanRefusal.TOO_SOON, "valid_from")
