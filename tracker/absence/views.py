"""The queue of absences, and the page of one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import call_service as service
from tracker.absence import forms, guardian_queries, queries, queue_queries, sign_queries
from tracker.absence.call_service import Report
from tracker.absence.queries import Followed
from tracker.absence.rules import LIVE, QUICK_RESULTS, CallResult, CallWay
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.errors import Rejected
from tracker.facts.rules import Diagnosis, Symptom
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.screening.rules import AbsenceReason
from tracker.templating import class_ref

bp = Blueprint("absence", __name__, url_prefix="/absences")


def episode(episode_id: int) -> Followed | None:
    """What an absence's address names."""
    return queries.episode(episode_id, clock.today())


def _reviews() -> bool:
    return permits(g.identity, Permission.EPISODE_REVIEW)


@bp.get("/")
@requires(Permission.QUEUE_READ)
def queue() -> Any:
    """Who is absent and what is to be done next: of one's own classes, or of the school."""
    today = clock.today()
    reviewer = _reviews()
    classes = school.classes_on(today) if reviewer else []
    chosen = None
    if reviewer and (ref := request.args.get("class")):
        chosen = next((one for one in classes if class_ref(one) == ref), None) or abort(404)
    shown = [chosen.id] if chosen else None if reviewer else g.identity.classes
    page = edge.page(
        "absence/queue.html",
        groups=queue_queries.queue(shown, clock.now(), today, reviewer=reviewer, me=g.identity.user_id),
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
    if form.is_submitted() and form.validate():
        return _do("absence.call", found, form, lambda: _log(found, _report(form)), _address(found))
    return _page(found, form)


@bp.post("/<id:episode_id>/quick")
@requires(Permission.EPISODE_FOLLOW, of=episode)
def quick_call(found: Followed) -> Any:
    """Log a telephone call of just now with one tap."""
    form = forms.QuickCallForm()
    if not form.validate():
        abort(400)
    report = Report(CallWay.PHONE, CallResult(form.result.data), clock.now())
    answer = _do("absence.call", found, form, lambda: _log(found, report), _queue_address(found))
    _tell(answer, _("The call is logged."))
    return answer


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

    answer = _do("absence.review", found, form, verb, _queue_address(found))
    _tell(answer, _("Marked as reviewed."))
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

    answer = _do("absence.close", found, form, verb, _queue_address(found))
    _tell(answer, _("The absence is closed."))
    return answer


def _tell(answer: Any, sentence: str) -> None:
    """Say what was done, on the page that a carried-out form leads to."""
    if getattr(answer, "status_code", None) == 303:
        flash(sentence)


@bp.post("/<id:episode_id>/phone")
@requires(Permission.EPISODE_FOLLOW, of=episode, pin=True)
def phone(found: Followed) -> Any:
    """Show a guardian's number, once: it stands on this answer only, and in the trail that it did."""
    form = forms.PhoneForm()
    if not form.validate():
        abort(400)
    seq = form.seq.data or 0
    with transaction():
        number = service.reveal_phone(g.identity.user_id, clock.now(), found.episode.id, seq)
    if number is None:
        abort(404)
    return _page(episode(found.episode.id) or found, shown_phone={seq: number})


def _log(found: Followed, report: Report) -> None:
    reviewer = permits(g.identity, Permission.EPISODE_REVIEW, found)
    service.record_call(g.identity.user_id, clock.now(), found.episode.id, report, reviewer=reviewer)


def _report(form: forms.CallForm) -> Report:
    called: datetime | None = form.called_wall
    return Report(
        way=CallWay(form.way.data),
        result=CallResult(form.result.data),
        called_at=clock.at(called.date(), called.time()) if called else clock.now(),
        symptoms=frozenset(Symptom(code) for code in form.symptoms.data or ()),
        tenths=form.tenths,
        diagnosis=Diagnosis(form.diagnosis.data) if form.diagnosis.data else None,
        confirmed=form.confirmed.data,
        onset_on=form.onset_on.data,
        reason=AbsenceReason(form.reason.data) if form.reason.data else None,
        next_on=form.next_on.data,
        note=(form.note.data or "").strip() or None,
    )


def _do(deed: str, found: Followed, form: Any, verb: Callable[[], None], location: str) -> Any:
    """Do it once and lead on; where a rule says no, the absence's page says why."""

    def done() -> str:
        verb()
        return location

    try:
        return edge.once(deed, done)
    except Rejected as no:
        form.refuse(no.field, forms.refusal_words(no.reason, no.details))
    again = episode(found.episode.id) or found
    return _page(again, form) if isinstance(form, forms.CallForm) else _page(again, refused=form)


def _address(found: Followed) -> str:
    return url_for(".follow_up", episode_id=found.episode.id)


def _queue_address(found: Followed) -> str:
    """Back to where the button stood: the queue, or the absence's own page."""
    if request.args.get("from") == "page":
        return _address(found)
    only: dict[str, Any] = {"class": ref} if (ref := request.args.get("class")) else {}
    return url_for(".queue", **only, _anchor=f"e{found.episode.id}")


def _page(
    found: Followed,
    form: forms.CallForm | None = None,
    *,
    refused: edge.Form | None = None,
    shown_phone: dict[int, str] | None = None,
) -> Any:
    """The page of one absence; that it was read is logged."""
    one, today = found.episode, clock.today()
    if form is None:
        form = forms.CallForm(formdata=None)
    calls = queries.calls_of(one.id)
    row = queue_queries.row_of(found, clock.now(), today, reviewer=_reviews(), me=g.identity.user_id)
    page = edge.page(
        "absence/episode.html",
        code=422 if refused else None,
        found=found,
        row=row,
        form=form,
        refused=refused,
        form_has_errors=bool(refused or form.complaints),
        calls=calls[::-1],
        symptoms_of=sign_queries.symptoms_of_calls([call.id for call in calls]) if calls else {},
        guardians=guardian_queries.guardians(one.student_id),
        shown_phone=shown_phone or {},
        upto=row.upto,
        live=one.state in LIVE,
        quick_results=QUICK_RESULTS,
        new_key=uuid4,
    )
    edge.log_reading("absence", one.id, student_id=one.student_id)
    return page
