"""Who is not here yet: the list, *arrived*, *called*, and what becomes of the others."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from tracker import clock, edge
from tracker.absence import guardian_queries, guardian_service
from tracker.absence.forms import PhoneForm
from tracker.accounts.forms import local_path
from tracker.accounts.guards import requires
from tracker.db import transaction
from tracker.errors import Rejected
from tracker.facts.rules import Symptom
from tracker.permissions import Permission
from tracker.screening import forms, missing_queries, missing_service, service
from tracker.screening.missing_queries import NotHere
from tracker.screening.missing_rules import TryResult
from tracker.screening.queries import ClassSession
from tracker.screening.rules import Mode, State
from tracker.screening.sheet_page_views import moment
from tracker.screening.views import class_session
from tracker.templating import class_label, format_hhmm

bp = Blueprint("missing", __name__, url_prefix="/screening")

OUTCOMES: list[str] = [
    State.NORMAL,
    State.SYMPTOMATIC,
    "absent:illness",
    "absent:personal",
    "absent:injury",
    State.AWAY,
]
"""What can have become of a child who was not here."""


class Child:
    """A child of a sheet, as the guard asks about it."""

    def __init__(self, session: ClassSession, student_id: int) -> None:
        self.session, self.student_id, self.class_id = session, student_id, session.class_id


def _child(ref: str, day: str, code: str, student: int) -> Child | None:
    session = class_session(ref, day, code)
    return Child(session, student) if session else None


def _own() -> Any:
    return None if g.identity.is_nurse else g.identity.classes


@bp.get("/not-here")
@requires(Permission.QUEUE_READ)
def not_here() -> Any:
    """Who is not here yet: of one's own classes, or of the school."""
    return _page()


def _page(
    typed: dict[int, forms.Typed] | None = None,
    *,
    refused: str | None = None,
    code: int = 200,
    shown_phone: dict[int, dict[int, str]] | None = None,
) -> tuple[str, int]:
    typed = typed or {}
    found = missing_queries.not_here(_own(), clock.today())
    complaints = [
        (f"{field}-{one.student_id}", _("%(student)s: %(problem)s", student=one.label, problem=sentence))
        for one in found
        if one.student_id in typed
        for field, sentence in typed[one.student_id].problems
    ]
    page = render_template(
        "screening/not_here.html",
        found=found,
        guardians=guardian_queries.guardians_of([one.student_id for one in found]),
        shown_phone=shown_phone or {},
        typed=typed,
        blank=forms.Typed(),
        complaints=complaints,
        refused=refused,
        form_has_errors=bool(complaints or refused),
        outcomes=[(choice, forms.choice_word(choice)) for choice in OUTCOMES],
        symptoms=Symptom,
        results=TryResult,
        some_turn=any(one.is_unaccounted(clock.now()) and not one.turned for one in found),
        new_key=uuid4,
    )
    if found:
        edge.log_reading("not_here", found[0].class_id if len({one.class_id for one in found}) == 1 else 0)
    return page, code


@bp.post("/<ref>/<day>/<code>/<id:student>/arrived")
@requires(Permission.SHEET_READ, of=_child)
def arrived(asked: Child) -> Any:
    """Enter the check that was missed, or why the child stays away."""
    typed, line = forms.read_line(request.form, asked.student_id, Mode.EXCEPTIONS, asked.session.day)
    if request.form.get(f"state-{asked.student_id}") not in OUTCOMES:
        abort(400)
    if typed.problems:
        return _page({asked.student_id: typed}, code=422)
    entered: NotHere | None = None

    def verb() -> str:
        nonlocal entered
        entered = missing_service.resolve(
            g.identity, moment(), asked.session, asked.student_id, line, key=edge.form_key()
        )
        return url_for(".not_here")

    answer = _do("screening.arrived", asked, verb, typed)
    if entered:
        # A message waits in the browser's cookie: it names no child.
        place = class_label(entered.school_class, asked.session.day)
        seat = _("seat %(n)s", n=entered.seat) if entered.seat else ""
        flash(_("Entered: %(who)s, %(time)s.", who=f"{place} {seat}".strip(), time=format_hhmm(clock.now())))
    return answer


@bp.post("/<ref>/<day>/<code>/<id:student>/called")
@requires(Permission.SHEET_READ, of=_child)
def called(asked: Child) -> Any:
    """Log that somebody has called."""
    try:
        result = TryResult(request.form.get("result", ""))
    except ValueError:
        abort(400)

    def verb() -> str:
        missing_service.called(g.identity, moment(), asked.session, asked.student_id, result)
        return url_for(".not_here", _anchor=f"s{asked.student_id}")

    return _do("screening.called", asked, verb)


@bp.post("/<ref>/<day>/<code>/<id:student>/phone")
@requires(Permission.SHEET_READ, of=_child, pin=True)
def phone(asked: Child) -> Any:
    """Show a guardian's number, on this answer only; that it was shown stays in the trail."""
    form, student = PhoneForm(), asked.student_id
    if not form.validate():
        abort(400)
    seq = form.seq.data or 0
    try:
        with transaction():
            one = missing_service.missing_child(asked.session, student)
            number = guardian_service.reveal_phone(
                g.identity.user_id, clock.now(), student, seq, sheet=one.sheet_id
            )
    except Rejected as no:
        return _page(refused=forms.refusal_words(no.reason, no.details), code=422)
    if number is None:
        abort(404)
    return _page(shown_phone={student: {seq: number}})


@bp.post("/not-here/turn")
@requires(Permission.QUEUE_READ)
def turn() -> Any:
    """Make absent, reason unknown, whoever is not here long after the deadline."""
    turned = 0

    def verb() -> str:
        nonlocal turned
        turned = missing_service.turn_missing(g.identity, moment(), _own())
        return local_path(request.form.get("next")) or url_for(".not_here")

    try:
        answer = edge.once("screening.turn", verb)
    except service.Stale:
        # A sheet came at the same moment: what it says holds.
        return redirect(url_for(".not_here"), 303)
    flash(
        ngettext(
            "One student is now absent, reason unknown.",
            "%(num)s students are now absent, reason unknown.",
            turned,
        )
    )
    return answer


def _do(deed: str, asked: Child, verb: Callable[[], str], typed: forms.Typed | None = None) -> Response | Any:
    """Do it once and lead on to the list; where a rule says no, the list says why."""
    try:
        return edge.once(deed, verb)
    except service.Stale:
        refused = _("Somebody else has changed this sheet at the same moment. Please look again.")
    except Rejected as no:
        refused = forms.refusal_words(no.reason, no.details)
    return _page({asked.student_id: typed} if typed else None, refused=refused, code=422)
