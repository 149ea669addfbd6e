"""Reporting one child at any hour, by any member of staff: whom, what, where, and the receipt."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.disinfection import event_service as events
from tracker.permissions import Permission, permits
from tracker.room import forms, queries, service
from tracker.room.queries import StaySeen
from tracker.room.rules import Trouble, is_soiled
from tracker.room.service import Case
from tracker.school import find_queries as finding
from tracker.school import queries as school
from tracker.school.find_queries import Child
from tracker.school.models import Enrolment, SchoolClass
from tracker.screening import queries as sheets
from tracker.screening import reading_service as readings
from tracker.screening.rules import SessionCode, Site, excused_sessions
from tracker.templating import class_ref

bp = Blueprint("report", __name__, url_prefix="/report")

MOST_TYPED = 32


def own_report(stay_id: int) -> StaySeen | None:
    """What a receipt's address names: a report of one's own."""
    found = queries.stay(stay_id, clock.today())
    return found if found and found.stay.reported_by == g.identity.user_id else None


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.CASE_REPORT)
def report() -> Any:
    """Report a child: of the own classes, or found by class, name and seat."""
    return _report(None)


@bp.route("/<ref>", methods=["GET", "POST"])
@requires(Permission.CASE_REPORT, of=school.class_named)
def of_class(school_class: SchoolClass) -> Any:
    """Report a child of one class."""
    return _report(school_class)


@bp.post("/find")
@requires(Permission.CASE_REPORT)
def find() -> Any:
    """Show whom a few letters or a seat can mean; a name stands in no address."""
    typed = request.form.get("find", "")[:MOST_TYPED]
    return _page(forms.ReportForm(formdata=None, q=typed), None)


@bp.get("/receipt/<id:stay_id>")
@requires(Permission.CASE_REPORT, of=own_report)
def receipt(found: StaySeen) -> Any:
    """What one has reported: no word of the child's history."""
    page = render_template("room/receipt.html", found=found, one=found.stay)
    edge.log_reading("report", found.id, student_id=found.stay.student_id)
    return page


def _report(school_class: SchoolClass | None) -> Any:
    form = forms.ReportForm()
    if form.is_submitted():
        child = finding.child(form.student.data or 0, clock.today())
        if child is None:
            form.validate()
            form.student.errors = [_("Please choose the student.")]
        elif answer := edge.taken(form, "room.report", lambda: _send(form, child), forms.refusal_words):
            return answer
    return _page(form, school_class)


def _send(form: forms.ReportForm, child: Child) -> str:
    """Report the child, and lead to the receipt; the nurse to the child's stay."""
    by, now = g.identity.user_id, clock.now()
    trouble = Trouble(form.trouble.data)
    case = Case(
        child.id,
        child.class_id,
        trouble,
        is_soiled(trouble, form.said_soiled),
        form.place.data,
        form.note.data or None,
    )
    session = sheets.class_session(class_ref(child.school_class), clock.today(), SessionCode.ARRIVAL)
    plans = session.plans.values() if session else ()
    excused = [code.value for code in excused_sessions(plans, clock.local(now).time())]
    reported = service.report(by, now, case, excused=excused)
    if case.soiled:
        events.tell_team(by, now, reported.stay_id)
    if form.temperature.tenths:
        readings.read_in_stay(
            by, now, reported.stay_id, child.id, form.temperature.tenths, Site.FOREHEAD, taken_at=now
        )
    if not reported.is_new:
        flash(
            _(
                "This student was already reported at %(time)s. Thank you, the nurse knows.",
                time=clock.local(reported.at).strftime("%H:%M"),
            )
        )
    if permits(g.identity, Permission.ROOM_KEEP):
        return url_for("stays.stay", stay_id=reported.stay_id)
    return url_for(".receipt", stay_id=reported.stay_id) if reported.is_new else url_for(".report")


def _page(form: forms.ReportForm, school_class: SchoolClass | None) -> Any:
    today = clock.today()
    own = g.identity.classes
    if form.q.data:
        shown = finding.find(form.q.data, today)
    elif school_class or own:
        of = [school_class.id] if school_class else own
        shown = finding.children(today, Enrolment.class_id.in_(of))
    else:
        shown = []
    return edge.page(
        "room/report.html",
        form=form,
        shown=shown,
        school_class=school_class,
        several=len({one.class_id for one in shown}) > 1,
        classes=school.classes_on(today),
        places=queries.places() if shown else [],
        new_key=uuid4,
    )
