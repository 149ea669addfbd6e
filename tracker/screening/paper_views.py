"""What goes between the sheet and paper: a pasted column, and the emergency sheet."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.permissions import Permission
from tracker.school import queries as school
from tracker.school.models import SchoolClass
from tracker.screening import forms, queries
from tracker.screening import sheet_page_views as sheet_page
from tracker.screening.paste_forms import read_column
from tracker.screening.queries import ClassSession
from tracker.screening.rules import Mode, SessionCode
from tracker.screening.views import class_session, plausible_day
from tracker.templating import class_ref

bp = Blueprint("paper", __name__, url_prefix="/screening")


@bp.route("/<ref>/<day>/<code>/paste", methods=["GET", "POST"])
@requires(Permission.SHEET_READ, of=class_session)
def paste(session: ClassSession) -> Any:
    """A column of temperatures to paste; it fills the grid, and nothing is kept before that is sent."""
    students = queries.roster(session.class_id, session.day)
    text = request.form.get("column", "")
    if request.method == "GET" or not text.strip():
        return render_template("screening/paste.html", session=session, students=students)
    kept = queries.kept_sheets(session.class_id, session.day)
    start = sheet_page.opened(session, kept, students, Mode.FULL)
    pasted = read_column(text, students)
    typed = MultiDict(forms.fields_of(start))
    for student, value in pasted.values.items():
        if value:
            typed[f"t1-{student}"] = value
    form = forms.read_sheet(typed, session.day)
    if form is None:
        abort(400)
    empty = sum(not form.typed[one.id].first for one in students)
    notes = [_("Nothing is kept yet. Please look it over, and submit below.")]
    if empty:
        notes.append(ngettext("One student has no value.", "%(num)s students have no value.", empty))
    if pasted.surplus:
        notes.append(
            ngettext(
                "There was one line more than students.",
                "There were %(num)s lines more than students.",
                pasted.surplus,
            )
        )
    notes += [
        _("Line %(number)s names no student of this class: %(text)s", number=number, text=line)
        for number, line in pasted.strangers
    ]
    page = sheet_page.shown(session, form, students, here=kept.get(session.code), notes=notes)
    if kept:
        edge.log_reading("sheet", next(iter(kept.values())).sheet.id)
    return page


def school_class(ref: str) -> "OfClass | None":
    """What the address of an emergency sheet names."""
    found = school.class_named(ref)
    return OfClass(found) if found else None


class OfClass:
    """A class, as a guard asks about it."""

    def __init__(self, school_class: SchoolClass) -> None:
        self.school_class = school_class
        self.class_id = school_class.id


@bp.get("/<ref>/emergency")
@requires(Permission.SHEET_READ, of=school_class)
def emergency(asked: OfClass) -> Any:
    """The sheet on paper, for the week of `?day`; without it this one, from Friday on the next."""
    today = clock.today()
    day = plausible_day(request.args.get("day", "")) or today + timedelta(days=3)
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]
    ref = class_ref(asked.school_class)
    asked_for = [(one, _sessions(ref, one)) for one in week]
    days = [(one, codes) for one, codes in asked_for if codes]
    students = queries.roster(asked.class_id, days[0][0] if days else day)
    return render_template(
        "screening/emergency.html",
        school_class=asked.school_class,
        monday=monday,
        days=days,
        students=students,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
    )


def _sessions(ref: str, day: date) -> list[SessionCode]:
    found = queries.class_session(ref, day, SessionCode.MORNING)
    return list(found.plans) if found else []
