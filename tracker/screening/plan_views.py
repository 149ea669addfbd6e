"""The sessions of the school: their plans by level, their exceptions, and the level that holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import Form, page, taken
from tracker.permissions import Permission
from tracker.school import forms as school_forms
from tracker.school import queries as school
from tracker.school import service as school_service
from tracker.school.models import LevelFrom
from tracker.school.rules import Level, Place, Scope, grade_of, level_on
from tracker.screening import day_service, plan_forms, session_queries
from tracker.screening import plan_service as service
from tracker.screening.day_views import this_moment
from tracker.screening.rules import SessionCode
from tracker.screening.session_rules import PlanRow, Timetable, exceptions_on, plan_row

bp = Blueprint("sessions", __name__, url_prefix="/school/sessions")


@dataclass(frozen=True)
class LevelPlan:
    """How a session is run at a level today, and what is to change."""

    level: Level
    now: PlanRow | None
    coming: list[PlanRow]


def _level_plans(known: Timetable, code: SessionCode, today: date) -> list[LevelPlan]:
    return [
        LevelPlan(
            level,
            plan_row(known, code, level, today),
            sorted(
                (
                    row
                    for row in known.plans
                    if row.plan.code is code and row.level is level and row.plan.valid_from > today
                ),
                key=lambda row: row.plan.valid_from,
            ),
        )
        for level in Level
    ]


def _grades(today: date) -> dict[int, str]:
    """The grades of the school, as people call them."""
    day = school.roster_day(today)
    found = {grade_of(one.stage, one.entry_year, day): one for one in school.classes_on(day)}
    return {
        grade: school_forms.grade_label(one.stage, one.entry_year, day)
        for grade, one in sorted((grade, one) for grade, one in found.items() if grade)
    }


@bp.get("")
@requires(Permission.SESSIONS_MANAGE)
def overview() -> Any:
    """All sessions: when, by whom and how they are recorded, and what is to change."""
    today = clock.today()
    known = session_queries.timetable(date.max)
    holding = exceptions_on(known, today)
    levels = school.levels()
    newest: dict[tuple[Scope, int], LevelFrom] = {}
    for row in levels:
        if row.valid_from <= today:
            newest.setdefault((row.scope, row.scope_id), row)
    return page(
        "school/sessions.html",
        sessions={code: _level_plans(known, code, today) for code in SessionCode},
        level=level_on(known.levels, today, Place()),
        levels=[row for row in newest.values() if row.level],
        coming_levels=[row for row in reversed(levels) if row.valid_from > today],
        exceptions=sorted(holding, key=lambda row: (row.code, row.weekday, row.grade)),
        coming=[row for row in known.exceptions if row.valid_from > today],
        exception_words=plan_forms.exception_words,
        grades=_grades(today),
        places=dict(school_forms.places(school.all_classes(), today)),
        write_place=school_forms.write_place,
        new_key=uuid4,
    )


def _did(form: Form, deed: str, verb: Callable[[], None]) -> Any:
    """Do what a button of the list asks, and back to it; a refusal is told above it."""
    back = url_for(".overview")

    def do() -> str:
        verb()
        return back

    done = taken(form, deed, do, plan_forms.refusal_words)
    for _field, sentence in form.complaints:
        flash(sentence, "danger")
    return done or redirect(back, 303)


@dataclass(frozen=True)
class Named:
    """The session and the level an address names, and the day of a change."""

    code: SessionCode
    level: Level
    day: date | None


def named(code: str, level: str, text: str = "") -> Named | None:
    """What an address names; None for nothing there is."""
    try:
        return Named(SessionCode(code), Level(level), date.fromisoformat(text) if text else None)
    except ValueError:
        return None


@bp.route("/<code>/<level>", methods=["GET", "POST"])
@requires(Permission.SESSIONS_MANAGE, of=named)
def plan(what: Named) -> Any:
    """Change how a session is run at a level, from tomorrow or a later day on."""
    today = clock.today()
    known = session_queries.timetable(date.max)
    now = plan_row(known, what.code, what.level, today) or plan_row(known, what.code, what.level, date.max)
    if now is None:
        abort(404)
    form = plan_forms.plan_form(now, today + timedelta(days=1))

    def change() -> str:
        service.change_plan(g.identity.user_id, this_moment(), form.row(what.code, what.level))
        flash(_("Changed from %(day)s on.", day=form.valid_from.data.isoformat()))
        return url_for(".overview")

    return taken(form, "screening.plan", change, plan_forms.refusal_words) or page(
        "school/plan.html", form=form, what=what
    )


@bp.post("/<code>/<level>/<text>/take-back")
@requires(Permission.SESSIONS_MANAGE, of=named)
def take_back_plan(what: Named) -> Any:
    """Take back a change of a plan that has not begun."""
    by, day = g.identity.user_id, what.day or date.min
    return _did(
        Form(),
        "screening.plan",
        lambda: service.take_back_plan(by, this_moment(), what.code, what.level, day),
    )


@bp.route("/exceptions/new", methods=["GET", "POST"])
@requires(Permission.SESSIONS_MANAGE)
def new_exception() -> Any:
    """Let a session differ on a weekday, for grades, or both."""
    today = clock.today()
    form = plan_forms.ExceptionForm(valid_from=today + timedelta(days=1))
    form.offer(list(_grades(today).items()))

    def add() -> str:
        service.except_session(
            g.identity.user_id,
            this_moment(),
            SessionCode(form.code.data),
            int(form.weekday.data),
            [int(grade) for grade in form.grades.data or []],
            form.valid_from.data,
            form.times,
        )
        flash(_("Changed from %(day)s on.", day=form.valid_from.data.isoformat()))
        return url_for(".overview")

    return taken(form, "screening.exception", add, plan_forms.refusal_words) or page(
        "school/exception.html", form=form
    )


@bp.post("/exceptions/end")
@requires(Permission.SESSIONS_MANAGE)
def end_exception() -> Any:
    """End an exception from tomorrow on; one that has not begun never begins."""
    form = plan_forms.EndForm()
    by = g.identity.user_id
    return _did(
        form, "screening.exception", lambda: service.end_exception(by, this_moment(), *form.key_of_row)
    )


@bp.route("/level", methods=["GET", "POST"])
@requires(Permission.SESSIONS_MANAGE)
def level() -> Any:
    """Set the level of the school, a grade or a class, from today or a later day on."""
    today = clock.today()
    form = school_forms.LevelForm(valid_from=today)
    form.offer(school_forms.places(school.classes_on(school.roster_day(today)), today))

    def change() -> str:
        day = form.valid_from.data
        day_service.set_level(
            g.identity.user_id, this_moment(), form.scope, form.chosen, day, form.reason.data
        )
        flash(_("Changed from %(day)s on.", day=day.isoformat()))
        return url_for(".overview")

    return taken(form, "school.level", change, plan_forms.refusal_words) or page(
        "school/level.html", form=form
    )


@bp.post("/level/take-back")
@requires(Permission.SESSIONS_MANAGE)
def take_back_level() -> Any:
    """Take back a level that has not begun."""
    form = plan_forms.TakeBackForm()
    by = g.identity.user_id
    return _did(
        form,
        "school.level",
        lambda: school_service.take_back_level(
            by, clock.now(), clock.today(), form.scope, form.valid_from.data
        ),
    )
