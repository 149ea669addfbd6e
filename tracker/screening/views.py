"""The sheet, its receipt, and the list of who has reported."""

from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.errors import Rejected, RunAgain
from tracker.facts.rules import Symptom
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.school.rules import PLAUSIBLE_YEARS
from tracker.screening import day_queries, forms, queries, service
from tracker.screening.queries import ClassSession
from tracker.screening.rules import (
    Affirmation,
    Mode,
    Refusal,
    SessionCode,
    counts_of,
    differences,
)
from tracker.templating import class_ref
from tracker.words import word

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
    )


def _codes(one: day_queries.ClassDay) -> set[SessionCode]:
    return {status.plan.code for status in one.sessions}


def _moment() -> service.Moment:
    now = clock.now()
    return service.Moment(now, clock.today(), clock.local(now).time().replace(microsecond=0))


def _address(session: ClassSession, endpoint: str, **more: Any) -> str:
    return url_for(
        endpoint, ref=class_ref(session.school_class), day=session.day, code=session.code.value, **more
    )


@bp.route("/<ref>/<day>/<code>", methods=["GET", "POST"])
@requires(Permission.SHEET_SUBMIT, of=class_session)
def sheet(session: ClassSession) -> Any:
    """Take the sheet of one class, or correct it."""
    if request.method == "POST":
        return _take(session)
    kept = queries.kept_sheets(session.class_id, session.day)
    students = queries.roster(session.class_id, session.day)
    here = kept.get(session.code)
    default = session.plan.mode if session.plan else Mode.EXCEPTIONS
    mode = Mode.FULL if request.args.get("mode", default) == Mode.FULL else Mode.EXCEPTIONS
    lines = here.lines if here else queries.prefilled(session.code, session.day, kept, students)
    start = forms.starting_line(mode) if not here else forms.starting_line(Mode.EXCEPTIONS)
    form = forms.SheetForm(
        key=uuid4(),
        base=here.version.no if here else 0,
        mode=mode,
        how=here.version.how if here else session.plan.how if session.plan else Affirmation.LOOKED,
        reason="",
        typed={one.id: forms.typed_of(lines.get(one.id, start), mode) for one in students},
        lines={one.id: lines.get(one.id, start) for one in students},
    )
    refused = None
    try:
        service.refuse_untimely(g.identity, session, _moment(), form.base, "asked for when it is sent")
        if not students:
            raise Rejected(Refusal.NO_STUDENTS)
    except Rejected as no:
        refused = forms.refusal_words(no.reason, no.details)
    page = _sheet_page(session, form, students, refused=refused, here=here)
    if kept:
        edge.log_reading("sheet", next(iter(kept.values())).sheet.id)
    return page


def _take(session: ClassSession) -> Any:
    form = forms.read_sheet(request.form, session.day)
    if form is None:
        abort(400)
    if not form.is_readable:
        return _sheet_page(session, form), 422
    for attempt in (1, 2):
        try:
            with transaction():
                number = service.submit(g.identity, _moment(), session, form.submission())
            return redirect(_address(session, "receipts.receipt", no=number), 303)
        except Rejected as no:
            refused = forms.refusal_words(no.reason, no.details)
            return _taken_before(session, form) or (_sheet_page(session, form, refused=refused), 422)
        except service.Stale:
            return _taken_before(session, form) or (_stale_page(session, form), 409)
        except (sa.exc.IntegrityError, RunAgain):
            # Two at the same instant met: the second now sees the first.
            if attempt == 2 and not (taken := _taken_before(session, form)):
                raise
    return taken


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
    return redirect(_address(session, "receipts.receipt", no=version.no), 303)


def _sheet_page(
    session: ClassSession,
    form: forms.SheetForm,
    students: list[queries.RosterStudent] | None = None,
    *,
    refused: str | None = None,
    here: queries.KeptSheet | None = None,
    theirs: dict[str, Any] | None = None,
) -> str:
    students = students if students is not None else queries.roster(session.class_id, session.day)
    moment = _moment()
    plan = session.plan
    shown = [one for one in students if one.id in form.typed]
    complaints = [
        (f"{field}-{one.id}", _("%(student)s: %(problem)s", student=one.label, problem=sentence))
        for one in shown
        for field, sentence in form.typed[one.id].problems
    ]
    late = plan is not None and session.day == moment.today and moment.wall > plan.deadline
    return render_template(
        "screening/sheet.html",
        session=session,
        plan=plan,
        form=form,
        students=shown,
        counts=counts_of(form.lines.values(), trigger=session.trigger, retest_trigger=session.retest_trigger),
        choices=forms.choices_of(form.mode),
        first_choices=forms.FIRST_CHOICES + (form.mode is Mode.FULL),
        words_of={choice: str(forms.choice_word(choice)) for choice in forms.choices_of(Mode.FULL)}
        | {symptom: str(word(symptom)) for symptom in Symptom},
        symptoms=Symptom,
        modes=Mode,
        opened={one.id for one in shown if form.asks_for(one.id, session.trigger)},
        complaints=complaints,
        form_has_errors=bool(complaints or refused),
        refused=refused,
        here=here,
        theirs=theirs,
        late=late and not form.base,
        asks_reason=plan is not None
        and (session.day < moment.today or (not form.base and moment.wall > plan.closes))
        and g.identity.is_nurse,
        may_send=bool(shown) and (refused is None or request.method == "POST"),
    )


def _stale_page(session: ClassSession, form: forms.SheetForm) -> str:
    """Both versions side by side; what was typed stays in the form, now made from the newer version."""
    students = queries.roster(session.class_id, session.day)
    here = queries.kept_sheets(session.class_id, session.day, [session.code]).get(session.code)
    start = forms.starting_line(form.mode)
    mine = {one.id: form.lines.get(one.id, start) for one in students}
    merged = forms.SheetForm(
        key=uuid4(),
        base=here.version.no if here else 0,
        mode=form.mode,
        how=form.how,
        reason=form.reason,
        typed={one.id: form.typed.get(one.id) or forms.typed_of(start, form.mode) for one in students},
        lines=mine,
    )
    names = {one.id: one.label for one in students}
    triggers = session.trigger, session.retest_trigger
    rows = [
        (
            names.get(one.student_id, "–"),
            forms.line_words(one.theirs, *triggers),
            forms.line_words(one.mine, *triggers),
        )
        for one in differences(here.lines if here else {}, mine)
        if here
    ]
    theirs = {
        "kept": here,
        "rows": rows,
        "joined": [names[one.id] for one in students if one.id not in form.lines],
        "left": len(set(form.lines) - set(names)),
    }
    return _sheet_page(session, merged, students, here=here, theirs=theirs)
