"""The gate, for a phone in one hand: lane and device once, then a child in six taps."""

from collections import Counter
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.gate import forms, queries, service
from tracker.gate.models import GatePass
from tracker.gate.rules import PassOutcome, SentTo
from tracker.permissions import Permission
from tracker.school import find_queries as finding
from tracker.school import queries as school
from tracker.school.find_queries import Child
from tracker.school.models import Enrolment, SchoolClass
from tracker.screening.fever_rules import Instrument
from tracker.screening.service import Moment
from tracker.supplies import queries as supplies

bp = Blueprint("gate", __name__, url_prefix="/gate")


def child(student_id: int) -> Child | None:
    """What a child's address names."""
    return finding.child(student_id, clock.today())


def own_pass(pass_id: int) -> GatePass | None:
    """An entry of today that the signed-in person has made."""
    found = queries.own_pass(pass_id)
    if found is None or found.by != g.identity.user_id:
        return None
    return found if clock.local(found.at).date() == clock.today() else None


def _moment() -> Moment:
    now = clock.now()
    return Moment(now, clock.today(), clock.local(now).time())


@bp.get("/")
@requires(Permission.GATE_RECORD)
def gate() -> Any:
    """Find a child; before that, say where one stands and with what."""
    return _page()


@bp.post("/")
@requires(Permission.GATE_RECORD)
def stand() -> Any:
    """Say where one stands and with what."""
    form = _open_form()

    def verb() -> str:
        service.open_record(
            g.identity.user_id,
            clock.now(),
            clock.today(),
            int(form.lane.data),
            form.instrument.instrument,
            form.instrument.equipment_id,
        )
        return url_for(".gate")

    return edge.taken(form, "gate.open", verb, forms.refusal_words) or _page(form)


@bp.post("/leave")
@requires(Permission.GATE_RECORD)
def leave() -> Any:
    """Close one's record: everybody else has passed."""

    def verb() -> str:
        service.close_record(g.identity.user_id, clock.now(), clock.today())
        return url_for(".gate")

    answer = edge.once("gate.close", verb)
    flash(_("The record is closed. Who was not entered has passed."))
    return answer


@bp.post("/find")
@requires(Permission.GATE_RECORD)
def find() -> Any:
    """Whom some letters mean: asked by POST, so that no name stands in an address."""
    typed = request.form.get("text", "").strip()[:32]
    found = finding.find(typed, clock.today())
    return _page(typed=typed, found=found)


@bp.get("/classes/<ref>")
@requires(Permission.GATE_RECORD, of=school.class_named)
def seats(school_class: SchoolClass) -> Any:
    """The children of a class, by seat."""
    found = finding.children(clock.today(), Enrolment.class_id == school_class.id)
    return edge.page("gate/seats.html", school_class=school_class, found=found)


@bp.route("/students/<id:student_id>", methods=["GET", "POST"])
@requires(Permission.GATE_RECORD, of=child)
def stop(one: Child) -> Any:
    """Enter a child who is too warm, looks ill or comes late."""
    form = forms.PassForm()
    told: list[SentTo] = []

    def verb() -> str:
        outcome = PassOutcome(form.outcome.data)
        told.append(service.enter(g.identity, _moment(), one, outcome, form.tenths))
        return url_for(".gate")

    if answer := edge.taken(form, "gate.enter", verb, forms.refusal_words):
        if told:
            flash(_SENTENCES[told[-1]]())
        return answer
    day = clock.today()
    late_from = queries.late_from(one, day)
    mates = finding.children(day, Enrolment.class_id == one.class_id)
    return edge.page(
        "gate/child.html",
        form=form,
        child=one,
        twice=_twice(mates),
        is_late=late_from is not None and clock.now() > late_from,
        record=queries.open_record(g.identity.user_id, day),
    )


_SENTENCES = {
    SentTo.RETEST: lambda: _("Entered. Please send the child to the retest point; the nurse sees it now."),
    SentTo.NURSE: lambda: _("Entered. Please send the child to the school nurse first."),
    SentTo.CLASS: lambda: _("Entered as arrived late. The child may go to class."),
}


@bp.post("/passes/<id:pass_id>/strike")
@requires(Permission.GATE_RECORD, of=own_pass)
def strike(entered: GatePass) -> Any:
    """Take back an own entry of today."""

    def verb() -> str:
        service.strike(g.identity, _moment(), entered)
        return url_for(".gate")

    answer = edge.once("gate.strike", verb)
    flash(_("The entry was struck."))
    return answer


def _open_form(**values: Any) -> forms.OpenForm:
    form = forms.OpenForm(**values)
    form.instrument.offer(supplies.thermometers())
    return form


def _twice(found: list[Child]) -> set[tuple[int, str]]:
    """The names that occur twice in a class: they carry their seat."""
    seen = Counter((one.class_id, one.name) for one in found)
    return {key for key, times in seen.items() if times > 1}


def _page(form: forms.OpenForm | None = None, *, typed: str = "", found: list[Child] | None = None) -> Any:
    """The gate's page; that its entries were read is logged."""
    by, today = g.identity.user_id, clock.today()
    record = queries.open_record(by, today)
    entered = queries.entered_by(by, today)
    places = {one.school_class.id for one in entered}
    page = edge.page(
        "gate/gate.html",
        form=form or (None if record else _open_form(formdata=None)),
        record=record,
        instrument=Instrument(record.device) if record else None,
        thermometer=supplies.device(record.equipment_id) if record and record.equipment_id else None,
        classes=school.classes_on(today) if record else [],
        typed=typed,
        found=found,
        twice=_twice(found or []),
        entered=entered,
        shared=_twice(finding.children(today, Enrolment.class_id.in_(places)) if entered else []),
        key=uuid4,
    )
    if entered:
        edge.log_reading("gate", record.id if record else 0)
    return page
