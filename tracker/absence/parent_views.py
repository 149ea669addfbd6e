"""A guardian calls: whoever takes the call finds the child and notes what was told."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import forms, leave_forms, parent_queries, parent_service
from tracker.absence.leave_rules import LeaveRefusal
from tracker.absence.parent_queries import ParentCallSeen
from tracker.absence.parent_service import Told
from tracker.absence.rules import ParentTold
from tracker.accounts.guards import requires
from tracker.errors import Rejected
from tracker.facts.rules import Symptom
from tracker.permissions import Permission, permits
from tracker.school.find_queries import Child, find
from tracker.templating import class_label

bp = Blueprint("parent_calls", __name__, url_prefix="/absences/parent-call")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.NOTE_PARENT_CALL)
def note() -> Any:
    """Find the child, then note what was told; the noter gets a receipt, and no history."""
    form, today = forms.ParentCallForm(), clock.today()
    found = {one.id: one for one in find(form.who.data or "", today)} if form.is_submitted() else {}
    form.offer((one.id, f"{class_label(one.school_class)} {one.label}") for one in found.values())
    finding = "find" in request.form or (form.is_submitted() and not form.student.data)
    if finding:
        if not found:
            form.who.errors = [_("Nobody is found. Please type the name, its pinyin, or class and seat.")]
        elif len(found) == 1:
            form.student.data = next(iter(found))
    elif form.is_submitted():
        child = found.get(form.student.data)

        def wrong() -> list[Rejected]:
            return parent_service.wrong(clock.now(), _told(form, child)) if child else []

        def verb() -> str:
            return _note(form, found[form.student.data])

        answer = edge.taken(form, "absence.parent_call", verb, _words, wrong=wrong)
        if answer:
            flash(_("Noted. The homeroom teacher and the school nurse are told."))
            return answer
    return edge.page(
        "absence/parent_call.html",
        form=form,
        found=found,
        noting=bool(found) or "note" in request.form,
        receipts=parent_queries.receipts(g.identity.user_id, today),
    )


def _words(reason: Any, details: Mapping[str, Any]) -> str:
    words = leave_forms if isinstance(reason, LeaveRefusal) else forms
    return words.refusal_words(reason, details)


def _told(form: forms.ParentCallForm, child: Child) -> Told:
    return Told(
        student_id=child.id,
        class_id=child.class_id,
        entry_year=child.school_class.entry_year,
        what=None if form.what.errors else ParentTold(form.what.data),
        from_on=form.from_on.data,
        until_on=None if form.from_on.errors else form.until_on.data,
        onset_on=form.onset_on.data,
        symptoms=frozenset() if form.symptoms.errors else frozenset(map(Symptom, form.symptoms.data or ())),
        note=form.note.data or None,
    )


def _note(form: forms.ParentCallForm, child: Child) -> str:
    reviewer = permits(g.identity, Permission.EPISODE_REVIEW)
    parent_service.note(g.identity.user_id, clock.now(), _told(form, child), reviewer=reviewer)
    return url_for(".note")


def parent_call(number: int) -> ParentCallSeen | None:
    """What a noted call's address names."""
    return parent_queries.parent_call(number, clock.today())


@bp.post("/<id:number>/read")
@requires(Permission.PARENT_CALL_READ, of=parent_call)
def read(found: ParentCallSeen) -> Any:
    """Mark a noted call as read."""
    if not edge.Form().validate():
        abort(400)
    location, number = url_for("absence.queue"), found.noted.id

    def verb() -> str:
        parent_service.mark_read(g.identity.user_id, clock.now(), number)
        return location

    return edge.once("absence.parent_call_read", verb)
