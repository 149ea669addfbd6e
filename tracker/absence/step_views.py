"""What is done on the page of one absence beside logging calls, and the sharing out of a class's cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import clock, edge
from tracker.absence import forms, step_service, strike_service
from tracker.absence.page_views import do, episode, episode_address, episode_page, tell
from tracker.absence.queries import Followed
from tracker.accounts.guards import requires
from tracker.errors import Rejected
from tracker.permissions import Permission, permits
from tracker.school.models import SchoolClass
from tracker.school.queries import class_named
from tracker.screening.rules import AbsenceReason
from tracker.templating import class_ref

bp = Blueprint("absence_steps", __name__, url_prefix="/absences")


def _step(
    deed: str, found: Followed, form: edge.Form, verb: Callable[[int, datetime, int], None], said: str
) -> Any:
    """Carry a small form of the page out, once; where it cannot be read or is refused, show the page."""
    if not form.validate():
        return episode_page(found, refused=form)
    answer = do(
        f"absence.{deed}",
        found,
        form,
        lambda: verb(g.identity.user_id, clock.now(), found.episode.id),
        episode_address(found),
    )
    tell(answer, said)
    return answer


@bp.post("/<id:episode_id>/ask")
@requires(Permission.EPISODE_REVIEW, of=episode)
def ask_back(found: Followed) -> Any:
    """Ask the teacher something about what was logged."""
    form = forms.AskForm()
    return _step(
        "ask",
        found,
        form,
        lambda by, at, number: step_service.ask_back(by, at, number, form.question.data, form.upto.data or 0),
        _("The teacher is asked."),
    )


@bp.post("/<id:episode_id>/take-over")
@requires(Permission.EPISODE_REVIEW, of=episode)
def take_over(found: Followed) -> Any:
    """Call about this absence oneself from now on."""
    return _step("take", found, edge.Form(), step_service.take_over, _("You call next."))


@bp.post("/<id:episode_id>/hand-back")
@requires(Permission.EPISODE_REVIEW, of=episode)
def hand_back(found: Followed) -> Any:
    """Let the homeroom teacher call again."""
    return _step("hand", found, edge.Form(), step_service.hand_back, _("The homeroom teacher calls next."))


@bp.post("/<id:episode_id>/reason")
@requires(Permission.EPISODE_FOLLOW, of=episode, pin=True)
def correct_reason(found: Followed) -> Any:
    """Set the reason of the absence right."""
    form = forms.ReasonForm()
    return _step(
        "reason",
        found,
        form,
        lambda by, at, number: step_service.correct_reason(
            by, at, number, AbsenceReason(form.new_reason.data)
        ),
        _("The reason is corrected."),
    )


@bp.post("/<id:episode_id>/reopen")
@requires(Permission.EPISODE_REVIEW, of=episode)
def reopen(found: Followed) -> Any:
    """Follow a closed absence up again."""
    form = forms.ReopenForm()
    return _step(
        "reopen",
        found,
        form,
        lambda by, at, number: step_service.reopen(by, at, number, form.reopen_why.data),
        _("The absence is followed up again."),
    )


@dataclass(frozen=True)
class OneCall:
    """A call of an absence."""

    found: Followed
    call_id: int

    @property
    def class_id(self) -> int:
        """The class whose teacher follows it up."""
        return self.found.class_id


def one_call(episode_id: int, call_id: int) -> OneCall | None:
    """What a call's address names."""
    found = episode(episode_id)
    return OneCall(found, call_id) if found else None


@bp.post("/<id:episode_id>/calls/<id:call_id>/strike")
@requires(Permission.EPISODE_FOLLOW, of=one_call, pin=True)
def strike(what: OneCall) -> Any:
    """Strike a call out."""
    found, call_id = what.found, what.call_id
    form = forms.StrikeForm()
    form.call_id = call_id
    reviewer = permits(g.identity, Permission.EPISODE_REVIEW, found)
    return _step(
        "strike",
        found,
        form,
        lambda by, at, number: strike_service.strike(
            by, at, number, call_id, form.why.data or None, reviewer=reviewer
        ),
        _("The call is struck out."),
    )


@bp.post("/share/<ref>")
@requires(Permission.EPISODE_REVIEW, of=class_named)
def share_out(school_class: SchoolClass) -> Any:
    """Share the open cases of a class between its teachers and oneself."""
    only: dict[str, Any] = {"class": class_ref(school_class)}
    location = url_for("absence.queue", **only)
    shared: list[int] = []

    def verb() -> str:
        by, entry_year = g.identity.user_id, school_class.entry_year
        shared.append(step_service.share_out(by, clock.now(), school_class.id, entry_year))
        return location

    if not edge.Form().validate():
        abort(400)
    try:
        answer = edge.once("absence.share", verb)
    except Rejected as no:
        flash(forms.refusal_words(no.reason, no.details))
        return redirect(location, 303)
    if shared:
        flash(ngettext("%(num)s case is shared out.", "%(num)s cases are shared out.", shared[-1]))
    return answer
