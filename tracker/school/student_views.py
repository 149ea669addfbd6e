"""One child of the roster: added, moved, corrected, given its number.  No word of health."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import page, taken
from tracker.errors import Rejected
from tracker.permissions import Permission
from tracker.school import forms, queries, roster_queries, student_forms, student_service
from tracker.school.models import SchoolClass
from tracker.school.queries import Enrolled
from tracker.school.roster_cells import Column
from tracker.school.roster_plan import Days
from tracker.school.rules import is_grade_class
from tracker.school.student_forms import StudentForm
from tracker.templating import class_label, class_ref

bp = Blueprint("students", __name__, url_prefix="/school")


@bp.route("/classes/<ref>/new", methods=["GET", "POST"])
@requires(Permission.ROSTER_MANAGE, of=queries.class_named)
def new(school_class: SchoolClass) -> Any:
    """Add one child to a class."""
    ref = class_ref(school_class)
    form = StudentForm(place=_place(school_class), on=queries.roster_day(clock.today()))
    _offer(form)

    def add(days: Days) -> str:
        student_service.add(g.identity.user_id, clock.now(), form.cells, days)
        flash(_("The child is on the roster."))
        return url_for("school.class_roster", ref=ref)

    return _carry_out(form, "student.add", add) or page(
        "school/student.html", form=form, one=None, back=url_for("school.class_roster", ref=ref)
    )


@bp.route("/students/<id:student_id>", methods=["GET", "POST"])
@requires(Permission.ROSTER_MANAGE, of=queries.enrolled)
def change(one: Enrolled) -> Any:
    """Correct one child, move it, or give it its number."""
    student_id, ref, seat = one.student.id, class_ref(one.school_class), queries.seat_of(one)
    known = {
        Column.STUDENT_NUMBER: one.student.number,
        Column.NAME: one.student.name,
        Column.SEAT: seat,
        Column.SEX: one.student.sex,
        Column.BIRTH_DATE: one.student.birth_date,
    }
    form = StudentForm(
        place=_place(one.school_class), on=queries.roster_day(clock.today()), **student_forms.filled(known)
    )
    _offer(form)

    def save(days: Days) -> str:
        student_service.change(g.identity.user_id, clock.now(), student_id, form.cells, days)
        flash(_("The child’s data are changed."))
        return url_for("school.class_roster", ref=ref)

    return _carry_out(form, "student.change", save) or page(
        "school/student.html", form=form, one=one, back=url_for("school.class_roster", ref=ref)
    )


def _place(school_class: SchoolClass) -> str:
    return f"{school_class.entry_year}-{school_class.number}"


def _offer(form: StudentForm) -> None:
    day = queries.roster_day(clock.today())
    form.offer(
        [
            (_place(one), class_label(one, day))
            for one in queries.all_classes()
            if is_grade_class(one.stage, one.entry_year, day)
        ]
    )


def _carry_out(form: StudentForm, deed: str, verb: Callable[[Days], str]) -> Any:
    """Do once what the form asks, once every cell can be read; None where the page must be shown.

    All that cannot be read is told at once, whatever day was chosen.
    """
    if not form.is_submitted():
        return None
    form.validate()
    try:
        days = roster_queries.import_days(form.on.data, clock.today())
    except Rejected as no:
        form.refuse_every([no], forms.refusal_words)
        days = roster_queries.import_days(None, clock.today())
    cells = form.cells
    cells[Column.STUDENT_NUMBER] = cells[Column.STUDENT_NUMBER] or ("1" if deed == "student.add" else "")
    form.tell(roster_queries.roster_plan(student_service.one_row(cells), days).wrong)
    if form.errors:
        return None
    return taken(form, deed, lambda: verb(days), forms.refusal_words)
