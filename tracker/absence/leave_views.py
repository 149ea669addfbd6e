"""Leave and official absence entered ahead: the list, one more, and back."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import leave_forms as forms
from tracker.absence import leave_queries as queries
from tracker.absence import leave_service as service
from tracker.absence.leave_queries import LeaveSeen
from tracker.absence.rules import LeaveKind
from tracker.accounts.guards import requires
from tracker.errors import Rejected
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.school.models import SchoolClass
from tracker.screening.rules import HalfDay
from tracker.templating import class_ref

bp = Blueprint("leave", __name__, url_prefix="/leave")


@dataclass(frozen=True)
class OfClass:
    """A class, as a guard asks about it."""

    school_class: SchoolClass

    @property
    def class_id(self) -> int:
        return self.school_class.id


def _own() -> Any:
    return None if g.identity.is_nurse else g.identity.classes


def _classes() -> list[SchoolClass]:
    """Whose students one may enter leave for."""
    found = school.classes_on(school.roster_day(clock.today()))
    return [one for one in found if permits(g.identity, Permission.LEAVE_ENTER, OfClass(one))]


def of_class(ref: str) -> OfClass | None:
    """What the address of a class's leaves names."""
    found = school.class_named(ref)
    return OfClass(found) if found else None


def leave(leave_id: int) -> LeaveSeen | None:
    """What the address of a leave names."""
    return queries.leave(leave_id, clock.today())


@bp.get("/")
@requires(Permission.LEAVE_LIST)
def leaves() -> Any:
    """The leaves that are not over: of one's own classes, or of the school."""
    classes = _classes()
    if len(classes) == 1:
        return redirect(url_for(".of", ref=class_ref(classes[0])))
    page = edge.page(
        "absence/leaves.html", found=queries.leaves(_own(), clock.today()), classes=classes, new_key=uuid4
    )
    edge.log_reading("leaves", 0)
    return page


@bp.route("/<ref>", methods=["GET", "POST"])
@requires(Permission.LEAVE_ENTER, of=of_class)
def of(asked: OfClass) -> Any:
    """The leaves of one class, and one more."""
    today = clock.today()
    form = forms.LeaveForm()
    students = school.roster_lines(asked.class_id, school.roster_day(today))
    form.offer([(one.student_id, f"{one.seat:02} {one.name}" if one.seat else one.name) for one in students])
    if request.method == "GET":
        form.from_on.data = today

    def enter() -> str:
        ahead = service.LeaveAhead(
            student_id=form.student.data,
            kind=LeaveKind(form.kind.data),
            from_on=form.from_on.data,
            from_half=HalfDay(form.from_half.data),
            to_on=form.last_day,
            to_half=HalfDay(form.to_half.data),
            note=(form.note.data or "").strip() or None,
        )
        service.enter(g.identity.user_id, clock.now(), today, asked.class_id, ahead)
        return url_for(".of", ref=class_ref(asked.school_class))

    def wrong() -> list[Rejected]:
        halves = form.halves
        return service.wrong(today, asked.class_id, form.student.data or 0, *halves) if halves else []

    if answer := edge.taken(form, "absence.leave", enter, forms.refusal_words, wrong=wrong):
        flash(_("The leave is entered: the sheets of its days start with it."))
        return answer
    classes = _classes()
    page = edge.page(
        "absence/leaves.html",
        form=form,
        chosen=asked.school_class,
        found=queries.leaves([asked.class_id], today),
        classes=classes if len(classes) > 1 else [],
        new_key=uuid4,
    )
    edge.log_reading("leaves", asked.class_id)
    return page


@bp.post("/<id:leave_id>/cancel")
@requires(Permission.LEAVE_ENTER, of=leave)
def cancel(found: LeaveSeen) -> Any:
    """Take a leave back."""
    address = url_for(".of", ref=class_ref(found.school_class))

    def verb() -> str:
        service.cancel(g.identity.user_id, clock.now(), clock.today(), found.leave.id)
        return address

    try:
        answer = edge.once("absence.leave_cancel", verb)
        flash(_("The leave is cancelled."))
    except Rejected as no:
        flash(forms.refusal_words(no.reason, no.details), "danger")
        return redirect(address, 303)
    return answer
