"""The queue of absences, and the page of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, g, request
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import call_service as service
from tracker.absence import forms, guardian_service, parent_queries, queries, queue_queries
from tracker.absence.call_service import Report
from tracker.absence.page_views import (
    do,
    episode,
    episode_address,
    episode_page,
    queue_address,
    reviews,
    siblings_to_call,
    tell,
)
from tracker.absence.queries import Followed
from tracker.absence.rules import QUICK_RESULTS, CallResult, CallWay
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.facts.rules import Diagnosis, Symptom
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.screening.rules import AbsenceReason
from tracker.templating import class_ref

bp = Blueprint("absence", __name__, url_prefix="/absences")


@bp.get("/")
@requires(Permission.QUEUE_READ)
def queue() -> Any:
    """Who is absent and what is to be done next: of one's own classes, or of the school."""
    today = clock.today()
    reviewer = reviews()
    classes = school.classes_on(today) if reviewer else []
    chosen = None
    if reviewer and (ref := request.args.get("class")):
        chosen = next((one for one in classes if class_ref(one) == ref), None) or abort(404)
    shown = [chosen.id] if chosen else None if reviewer else g.identity.classes
    groups = queue_queries.queue(shown, clock.now(), today, reviewer=reviewer, me=g.identity.user_id)
    page = edge.page(
        "absence/queue.html",
        groups=groups,
        parent_calls=parent_queries.unread(shown, today),
        to_share=queue_queries.to_share(groups) if reviewer else [],
        classes=classes,
        chosen=chosen,
        back={"class": class_ref(chosen)} if chosen else {},
        reviewer=reviewer,
        quick_results=QUICK_RESULTS,
        new_key=uuid4,
    )
    only = [*shown] if shown is not None else []
    edge.log_reading("absences", only[0] if len(only) == 1 else 0)
    return page


@bp.route("/<id:episode_id>", methods=["GET", "POST"])
@requires(Permission.EPISODE_FOLLOW, of=episode, pin=True)
def follow_up(found: Followed) -> Any:
    """One absence: what is known, what was done, and the next call."""
    form = forms.CallForm()
    form.offer(siblings_to_call(found))
    if form.is_submitted() and form.validate():
        also = form.also.data or ()
        return _logged(found, form, _report(form), episode_address(found), also)
    return episode_page(found, form if form.is_submitted() else None)


@bp.post("/<id:episode_id>/quick")
@requires(Permission.EPISODE_FOLLOW, of=episode)
def quick_call(found: Followed) -> Any:
    """Log a telephone call of just now with one tap."""
    form = forms.QuickCallForm()
    if not form.validate():
        abort(400)
    report = Report(CallWay.PHONE, CallResult(form.result.data), clock.now())
    return _logged(found, form, report, queue_address(found))


@bp.post("/<id:episode_id>/review")
@requires(Permission.EPISODE_REVIEW, of=episode)
def review(found: Followed) -> Any:
    """Mark as read what the teacher has logged."""
    form = forms.UptoForm()
    if not form.validate():
        abort(400)
    by, upto = g.identity.user_id, form.upto.data or 0

    def verb() -> None:
        service.review(by, clock.now(), found.episode.id, upto)

    answer = do("absence.review", found, form, verb, queue_address(found))
    tell(answer, _("Marked as reviewed."))
    return answer


@bp.post("/<id:episode_id>/close")
@requires(Permission.EPISODE_REVIEW, of=episode)
def close(found: Followed) -> Any:
    """End the follow-up of a student who is back."""
    form = forms.UptoForm()
    if not form.validate():
        abort(400)
    by, upto = g.identity.user_id, form.upto.data or 0

    def verb() -> None:
        service.close(by, clock.now(), found.episode.id, upto)

    answer = do("absence.close", found, form, verb, queue_address(found))
    tell(answer, _("The absence is closed."))
    return answer


@bp.post("/<id:episode_id>/phone")
@requires(Permission.EPISODE_FOLLOW, of=episode, pin=True)
def phone(found: Followed) -> Any:
    """Show a guardian's number, once: it stands on this answer only, and in the trail that it did."""
    form = forms.PhoneForm()
    if not form.validate():
        abort(400)
    seq = form.seq.data or 0
    with transaction():
        number = guardian_service.reveal_phone(
            g.identity.user_id, clock.now(), found.student.id, seq, episode=found.episode.id
        )
    if number is None:
        abort(404)
    return episode_page(episode(found.episode.id) or found, shown_phone={seq: number})


def _logged(found: Followed, form: Any, report: Report, location: str, also: Sequence[int] = ()) -> Any:
    """Log a call and say so; who was not shown another one is told of it, and both are kept."""
    by, number = g.identity.user_id, found.episode.id
    others: list[str] = []

    def verb() -> None:
        if form.upto.data is not None:
            made = queries.standing(queries.calls_of(number))
            others[:] = [one.by_name for one in made if one.id > form.upto.data and one.by != by]
        reviewer = permits(g.identity, Permission.EPISODE_REVIEW, found)
        service.record_calls(by, clock.now(), number, report, also, reviewer=reviewer)

    answer = do("absence.call", found, form, verb, location)
    tell(answer, _("The call is logged."))
    if others:
        tell(answer, _("%(name)s has logged a call in the meantime. Both are kept.", name=others[-1]))
    return answer


def _report(form: forms.CallForm) -> Report:
    called: datetime | None = form.called_wall
    return Report(
        way=CallWay(form.way.data),
        result=CallResult(form.result.data),
        called_at=clock.at(called.date(), called.time()) if called else clock.now(),
        symptoms=frozenset(Symptom(code) for code in form.symptoms.data or ()),
        tenths=form.tenths,
        diagnosis=Diagnosis(form.diagnosis.data) if form.diagnosis.data else None,
        hospital=(form.hospital.data or "").strip() or None,
        confirmed=form.confirmed.data,
        onset_on=form.onset_on.data,
        reason=AbsenceReason(form.reason.data) if form.reason.data else None,
        next_on=form.next_on.data,
        note=(form.note.data or "").strip() or None,
    )
