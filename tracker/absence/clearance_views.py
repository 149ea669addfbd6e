"""Clearing a child for the return to class, the slip that says so, and the list of the day."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import clearance_queries, paper_queries, return_page
from tracker.absence import clearance_service as service
from tracker.absence import return_forms as forms
from tracker.absence.forms import refusal_words
from tracker.absence.models import Clearance
from tracker.absence.page_views import episode, episode_page
from tracker.absence.queries import Followed
from tracker.absence.return_rules import ReturnRefusal, ReturnStage
from tracker.accounts.guards import requires
from tracker.errors import Rejected
from tracker.permissions import Permission

bp = Blueprint("returns", __name__, url_prefix="/absences")


@bp.post("/<id:episode_id>/clear")
@requires(Permission.EPISODE_CLEAR, of=episode)
def clear(found: Followed) -> Any:
    """Clear the child; with the other buttons only enter the days, and take the day they give."""
    today, now, do = clock.today(), clock.now(), request.form.get("do")
    back = clearance_queries.return_of(found.episode.id, today)
    form = forms.ClearForm()
    if back is not None:
        form.suit(back, return_page.paper_words(paper_queries.papers(found.episode.id)))
    by, number, only_days = g.identity.user_id, found.episode.id, do in ("days", "take")

    def verb() -> str:
        if only_days:
            service.enter_days(by, now, number, form.days)
        else:
            service.clear(by, now, number, form.check, days=form.days, ticked=form.ticked, seen=form.seen)
        return url_for("absence.follow_up", episode_id=number, _anchor="return")

    if not form.validate():
        if back is not None and back.word is None and not only_days:
            wrong = service.wrong(back, form.check, form.days, today, ticked=form.ticked, seen=form.seen)
            form.refuse_every(wrong, _words)
        return episode_page(found, refused=form, clear_form=form)
    try:
        answer = edge.once("absence.return_days" if only_days else "absence.clear", verb)
    except Rejected as no:
        form.refuse_every(no.every, _words)
        return episode_page(episode(number) or found, refused=form, clear_form=form)
    if not only_days:
        flash(_("Cleared. Please print the return slip."))
        return answer
    flash(_("The days are saved."))
    back = clearance_queries.return_of(number, today)
    if do == "take" and back is not None:
        form.proposed = return_page.first_day(back, today, found.class_id)
        form.take_proposed()
    form.again()
    return episode_page(episode(number) or found, clear_form=form)


@bp.post("/<id:episode_id>/clear/take-back")
@requires(Permission.EPISODE_CLEAR, of=episode)
def take_back(found: Followed) -> Any:
    """Take the nurse's word back."""
    form = edge.Form()
    number = found.episode.id

    def verb() -> str:
        service.take_back(g.identity.user_id, clock.now(), number)
        return url_for("absence.follow_up", episode_id=number, _anchor="return")

    try:
        answer = edge.once("absence.take_clearance_back", verb)
    except Rejected as no:
        form.refuse_every(no.every, _words)
        return episode_page(episode(number) or found, refused=form)
    flash(_("The clearance is taken back."))
    return answer


@bp.get("/<id:episode_id>/return-slip")
@requires(Permission.EPISODE_CLEAR, of=episode)
def slip(found: Followed) -> Any:
    """The return slip, twice on one sheet of paper: who may be in class from when, and nothing of why."""
    number = found.episode.id
    live = clearance_queries.clearances(Clearance.episode_id == number, Clearance.struck_at.is_(None))
    if not live:
        abort(404)
    page = edge.page("absence/return_slip.html", found=found, seen=live[0])
    edge.log_reading("return-slip", number, student_id=found.episode.student_id)
    return page


@bp.get("/returns")
@requires(Permission.RETURNS_READ)
def returns() -> Any:
    """Who is expected back today, and who is not to be admitted yet: without any illness, to be printed."""
    rows = clearance_queries.returning(clock.today())
    page = edge.page(
        "absence/returns.html",
        expected=[
            one
            for one in rows
            if one.stage is ReturnStage.TO_CLEAR
            or (one.stage is ReturnStage.CLEARED and one.found.episode.back_on is None)
        ],
        not_admitted=[one for one in rows if one.stage is not ReturnStage.CLEARED],
        stages=ReturnStage,
    )
    edge.log_reading("returns", 0)
    return page


def _words(reason: Any, details: Mapping[str, Any]) -> str:
    # Codes of two kinds may read alike: which kind it is decides.
    return (forms.refusal_words if isinstance(reason, ReturnRefusal) else refusal_words)(reason, details)
