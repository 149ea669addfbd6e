"""The sheet, its receipt, and the list of who has reported."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.errors import Rejected, RunAgain
from tracker.gate import queries as gate
from tracker.permissions import Permission, has_role_for, permits
from tracker.school import queries as school
from tracker.school.rules import PLAUSIBLE_YEARS
from tracker.screening import check_queries, day_queries, forms, missing_queries, queries, service
from tracker.screening import sheet_page_views as sheet_page
from tracker.screening.queries import ClassSession
from tracker.screening.rules import Refusal, SessionCode

bp = Blueprint("screening", __name__, url_prefix="/screening")


def class_session(ref: str, day: str, code: str) -> ClassSession | None:
    """What a sheet's address names."""
    when = plausible_day(day)
    return queries.class_session(ref, when, code) if when else None


def plausible_day(text: str) -> date | None:
    """A day in an address; None for none, and for one no school has seen."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in PLAUSIBLE_YEARS else None


@bp.get("/")
@requires(Permission.SCREENING_LIST)
def overview() -> Any:
    """Who has reported and who has not, on a day; of one's own classes, or of the school."""
    today = clock.today()
    day = plausible_day(request.args.get("day", today.isoformat()))
    if day is None:
        abort(404)
    everything = permits(g.identity, Permission.SCREENING_OVERVIEW)
    classes = day_queries.class_days(
        None if everything else g.identity.classes,
        day,
        clock.local(clock.now()).time(),
        today=day == today,
    )
    near = school.school_days(date.fromordinal(day.toordinal() - 30), day)
    return render_template(
        "screening/overview.html",
        day=day,
        classes=classes,
        sessions=[code for code in SessionCode if any(code in _codes(one) for one in classes)],
        missing=day_queries.missing_of(classes) if day <= today else [],
        before=next((one for one in reversed(near) if one < day), None),
        after=school.next_school_day(day) if day < today else None,
        not_here=_count_not_here(everything) if day == today else 0,
        unchecked=check_queries.unchecked(day)[0] if day == today and _checks() else 0,
        key=uuid4(),
        gate=gate.records(day),
        gate_is_due=gate.is_due(day, clock.now()),
    )


def _checks() -> bool:
    return permits(g.identity, Permission.SHEET_CHECK)


def _count_not_here(everything: bool) -> int:
    """How many are not here yet, for whoever may open their list."""
    if not has_role_for(g.identity, Permission.QUEUE_READ):
        return 0
    return len(missing_queries.not_here(None if everything else g.identity.classes, clock.today()))


def _codes(one: day_queries.ClassDay) -> set[SessionCode]:
    return {status.plan.code for status in one.sessions}


@bp.route("/<ref>/<day>/<code>", methods=["GET", "POST"])
@requires(Permission.SHEET_SUBMIT, of=class_session)
def sheet(session: ClassSession) -> Any:
    """Take the sheet of one class, or correct it."""
    if request.method == "POST":
        return _take(session)
    kept = queries.kept_sheets(session.class_id, session.day)
    students = sheet_page.roster(session)
    here = kept.get(session.code)
    if here and g.identity.on_classroom_screen:
        return _to_receipt(session)
    form = sheet_page.opened(
        session, kept, students, request.args.get("mode"), request.args.get("undone", type=int)
    )
    refused = None
    try:
        service.refuse_untimely(
            g.identity, session, sheet_page.moment(), form.base, "asked for when it is sent"
        )
        if not students:
            raise Rejected(Refusal.NO_STUDENTS)
    except Rejected as no:
        refused = forms.refusal_words(no.reason, no.details)
    page = sheet_page.shown(session, form, students, refused=refused, here=here)
    if kept:
        edge.log_reading("sheet", next(iter(kept.values())).sheet.id)
    return page


def _take(session: ClassSession) -> Any:
    form = forms.read_sheet(request.form, session.day)
    if form is None:
        abort(400)
    if g.identity.on_classroom_screen:
        if form.base and (answer := _to_receipt(session)):
            return answer
        form = sheet_page.with_known(session, form, request.form)
    if form.fills:
        return sheet_page.shown(session, form.filled())
    if not form.is_readable:
        return sheet_page.shown(session, form), 422
    checked_at = clock.at(session.day, form.checked_time) if form.checked_time else None
    for attempt in (1, 2):
        try:
            with transaction():
                number = service.submit(g.identity, sheet_page.moment(), session, form.submission(checked_at))
            return redirect(sheet_page.address(session, "receipts.receipt", no=number), 303)
        except Rejected as no:
            return _taken_before(session, form) or (_refused_page(session, form, no), 422)
        except service.Stale:
            if taken := _taken_before(session, form):
                return taken
            if g.identity.on_classroom_screen and (answer := _to_receipt(session)):
                return answer
            return sheet_page.stale(session, form), 409
        except (sa.exc.IntegrityError, RunAgain):
            # Two at the same instant met: the second now sees the first.
            if attempt == 2 and not (taken := _taken_before(session, form)):
                raise
    return taken


def _to_receipt(session: ClassSession) -> Any:
    """To the receipt of a sheet that is there: a classroom's screen does not show what it says."""
    kept = queries.sheet_of(session.class_id, session.day, session.code)
    if kept is None or kept.head is None:
        return None
    flash(_("This sheet is submitted. Please correct it on another device, not on the classroom's screen."))
    return redirect(sheet_page.address(session, "receipts.receipt", no=kept.head), 303)


def _refused_page(session: ClassSession, form: forms.SheetForm, no: Rejected) -> str:
    """The sheet with a rule's no: at the students it is about, at its field, or above."""
    words = forms.refusal_words(no.reason, no.details)
    if students := no.details.get("students"):
        return sheet_page.shown(session, form.complained(students, "choice", words))
    if no.field == "checked":
        return sheet_page.shown(session, replace(form, checked_problem=words))
    return sheet_page.shown(session, form, refused=words)


def _taken_before(session: ClassSession, form: forms.SheetForm) -> Any:
    """Where the form led when it was taken before; None if it never was."""
    found = queries.version_with_key(form.key)
    if found is None:
        return None
    version, kept = found
    if (kept.class_id, kept.day, kept.session) != (session.class_id, session.day, session.code):
        abort(404)
    if version.by != g.identity.user_id:
        abort(404)
    if kept.head is None:
        abort(410)
    return redirect(sheet_page.address(session, "receipts.receipt", no=version.no), 303)
