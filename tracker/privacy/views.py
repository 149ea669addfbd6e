"""Kept data: who reads it, how long it is kept, and the removal of who has left.  No health."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import Form, page, taken
from tracker.errors import Rejected
from tracker.permissions import Permission
from tracker.privacy import forget_service, forms, queries, retention_service
from tracker.privacy.queries import Gone
from tracker.privacy.rules import READINGS_KEY, YEARS, YEARS_KEY, Refusal, due
from tracker.school import service as school

bp = Blueprint("privacy", __name__, url_prefix="/admin")

DAYS = (7, 30, 365)
"""Of how many days the readings can be shown."""


@bp.get("/reads")
@requires(Permission.READS_SEE)
def reads() -> Any:
    """Who opened which kind of page with health on it, and how often."""
    days = request.args.get("days", type=int)
    days = days if days in DAYS else DAYS[1]
    today = clock.today()
    return page(
        "privacy/reads.html",
        found=queries.reads(today - timedelta(days=days - 1), today),
        days=days,
        choices=DAYS,
        page_words=forms.page_words,
    )


@bp.route("/retention", methods=["GET", "POST"])
@requires(Permission.RETENTION_MANAGE)
def retention() -> Any:
    """How long what is kept, and what would go now."""
    today = clock.today()
    form = forms.RetentionForm(obj=queries.retention(today))

    def save() -> str:
        values = {READINGS_KEY: form.readings_days.data or 0, YEARS_KEY: form.years.data or YEARS.start}
        school.set_kept(g.identity.user_id, clock.now(), today, values)
        flash(_("The times are saved. Nothing has gone yet."))
        return url_for(".retention")

    return taken(form, "privacy.retention", save, forms.refusal_words) or _retention(form)


def _retention(form: forms.RetentionForm) -> Any:
    today, kept = clock.today(), queries.retention(clock.today())
    report = retention_service.run(clock.now(), dry_run=True) if "report" in request.args else None
    return page(
        "privacy/retention.html",
        form=form,
        button=Form(formdata=None),
        due=due(kept, queries.term_ends(), today),
        report=report,
        spared=len(queries.open_students()) if report is not None else 0,
        is_set=queries.is_set(today),
        runs=queries.runs(),
        table_words=forms.table_words,
    )


@bp.post("/retention/run")
@requires(Permission.RETENTION_MANAGE)
def run() -> Any:
    """Let go of what is old enough."""

    def go() -> str:
        retention_service.run(clock.now(), by=g.identity.user_id)
        flash(_("What was old enough has gone."))
        return url_for(".retention")

    form = Form()
    return taken(form, "privacy.run", go, forms.refusal_words) or _retention(
        forms.RetentionForm(formdata=None, obj=queries.retention(clock.today()))
    )


@bp.get("/removal")
@requires(Permission.RETENTION_MANAGE)
def gone() -> Any:
    """Who has left the school and is still named."""
    asked = request.args.get("q", "").strip()
    found = queries.gone(clock.today())
    if asked:
        found = [one for one in found if asked in one.student.name or asked == one.student.number]
    return page("privacy/gone.html", found=found[:100], more=max(0, len(found) - 100), asked=asked)


def gone_student(student_id: int) -> Gone | None:
    """The student an address names, if it has left; a form may be sent again after the removal."""
    again = request.method == "POST"
    return next(iter(queries.gone(clock.today(), student_id, removed_too=again)), None)


@bp.route("/removal/<id:student_id>", methods=["GET", "POST"])
@requires(Permission.RETENTION_MANAGE, of=gone_student)
def remove(one: Gone) -> Any:
    """Remove who a student was, for ever."""
    student_id, number = one.student.id, one.student.number
    form = forms.RemovalForm()

    def forget() -> str:
        if form.number.data != number:
            raise Rejected(Refusal.WRONG_NUMBER, "number")
        forget_service.remove(g.identity.user_id, clock.now(), clock.today(), student_id)
        flash(_("This child is named nowhere any longer."))
        return url_for(".gone")

    return taken(form, "privacy.remove", forget, forms.refusal_words) or page(
        "privacy/remove.html", form=form, one=one
    )
