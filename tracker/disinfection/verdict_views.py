"""Taking what others did in a zone, giving it back, and excusing it: from the page of the task."""

from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.disinfection import forms, list_queries, verdict_service
from tracker.disinfection.queries import Task
from tracker.disinfection.verdict_forms import ExcuseForm, ExcusesForm, VerdictForm
from tracker.disinfection.views import address, checklist_page, task, zone_name
from tracker.permissions import Permission
from tracker.school.rules import ExcuseCode

bp = Blueprint("verdicts", __name__, url_prefix="/disinfection")


@bp.post("/<public_code>/<day>/<slot>/verdict")
@requires(Permission.TASK_VERIFY, of=task)
def verdict(what: Task) -> Any:
    """Take what was done, or give it back."""
    form, name = VerdictForm(), what.name

    def verb() -> str:
        verdict_service.verify(
            g.identity, clock.now(), name, accepted=form.accepted, why=form.why.data or None
        )
        return address(name)

    answer = edge.taken(form, "disinfection.verify", verb, forms.refusal_words)
    if answer is None:
        return checklist_page(name, form)
    flash(_("Verified.") if form.accepted else _("Given back."))
    return answer


@bp.post("/<public_code>/<day>/<slot>/excuse")
@requires(Permission.TASK_EXCUSE, of=task)
def excuse(what: Task) -> Any:
    """Say why it counts as fulfilled, or take that back."""
    form, name = ExcuseForm(), what.name
    form.offer(care=g.identity.is_nurse)

    def verb() -> str:
        verdict_service.excuse(g.identity, clock.now(), name, form.given)
        return address(name)

    return edge.taken(form, "disinfection.excuse", verb, forms.refusal_words) or checklist_page(name, form)


@bp.route("/excuse/<day>", methods=["GET", "POST"])
@requires(Permission.TASK_EXCUSE)
def excuses(day: str) -> Any:
    """Excuse several tasks of a day with one reason: of one zone, all ticked, or of all zones."""
    on = _past_day(day) or abort(404)
    zone = request.args.get("zone")
    found = [
        one
        for one in list_queries.excusable(on, clock.now(), g.identity)
        if zone is None or one.zone.public_code == zone
    ]
    known = {f"{one.name.public_code} {one.code}": one for one in found}
    form = ExcusesForm(which=list(known) if zone else [])
    form.offer(list(known), care=g.identity.is_nurse)
    chosen = [known[name] for name in form.which.data or ()]

    def verb() -> str:
        code = ExcuseCode(form.code.data)
        for one in chosen:
            verdict_service.excuse(g.identity, clock.now(), one.name, code)
        return url_for("disinfection.today", day=on, all=1)

    answer = edge.taken(form, "disinfection.excuse", verb, forms.refusal_words)
    if answer is None:
        return edge.page(
            "disinfection/excuses.html",
            form=form,
            day=on,
            zone=zone,
            of_zones=[list(same) for _id, same in groupby(known.items(), key=lambda one: one[1].zone.id)],
            zone_name=zone_name,
        )
    flash(ngettext("One task counts as fulfilled.", "%(num)s tasks count as fulfilled.", len(chosen)))
    return answer


def _past_day(text: str) -> date | None:
    """Today or an earlier day, as it stands in an address."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day <= clock.today() else None
