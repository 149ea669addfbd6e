"""Taking what others did in a zone, giving it back, and excusing it: from the page of the task."""

from typing import Any

from flask import Blueprint, flash, g
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.disinfection import forms, verdict_service
from tracker.disinfection.queries import Task
from tracker.disinfection.verdict_forms import ExcuseForm, VerdictForm
from tracker.disinfection.views import address, checklist_page, task
from tracker.permissions import Permission

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
