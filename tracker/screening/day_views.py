"""What a day is: the calendar's page of one day, and today's changes."""

from datetime import date
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, g, redirect, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import page, taken
from tracker.errors import Rejected
from tracker.permissions import Permission
from tracker.school import forms
from tracker.school import queries as school
from tracker.school.rules import DayType, Refusal, Scope
from tracker.screening import day_service as service
from tracker.screening.service import Moment

bp = Blueprint("days", __name__, url_prefix="/school")


def this_moment() -> Moment:
    """When the form came in."""
    now = clock.now()
    return Moment(now, clock.today(), clock.local(now).time().replace(microsecond=0))


def day_of(text: str) -> date | None:
    """The day of a term an address names."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if school.day_type_for(school.day_types(day), None) else None


@bp.route("/calendar/<text>", methods=["GET", "POST"])
@requires(Permission.CALENDAR_MANAGE, of=day_of)
def calendar_day(day: date) -> Any:
    """Change what a day is for the school, a grade or a class, with the reason."""
    rows = school.calendar_rows(day, day)
    of_school = next(row for row in rows if row.scope is Scope.SCHOOL)
    form = forms.DayForm(
        day_type=of_school.day_type.value,
        stands_for=str(of_school.stands_for or ""),
        later_minutes=of_school.later_minutes,
        ends_at=of_school.ends_at,
    )
    places = forms.places(school.all_classes(), day)
    form.offer(places)

    def change() -> str:
        kind = DayType(form.day_type.data)
        service.change_day(
            g.identity.user_id, this_moment(), day, form.scope, kind, form.reason.data, **form.hours
        )
        flash(_("%(day)s is changed.", day=day.isoformat()))
        return url_for("school.calendar", month=f"{day:%Y-%m}")

    return taken(form, "school.day", change, forms.refusal_words) or page(
        "school/day.html",
        form=form,
        day=day,
        rows=rows,
        places=dict(places),
        write_place=forms.write_place,
        day_reason=forms.day_reason,
        day_words=forms.day_words,
    )


@bp.post("/calendar/<text>/clear")
@requires(Permission.CALENDAR_MANAGE, of=day_of)
def clear_day(day: date) -> Any:
    """Let a grade or a class follow the school's day again, or the school the official calendar."""
    return _take_back(day, url_for(".calendar_day", text=day.isoformat()))


@bp.route("/changes", methods=["GET", "POST"])
@requires(Permission.SESSIONS_MANAGE)
def changes() -> Any:
    """What is different today and on the days to come, for the school, a grade or a class."""
    today = clock.today()
    form = forms.ChangeForm(day=today)
    places = forms.places(school.classes_on(school.roster_day(today)), today)
    form.offer(places)

    def change() -> str:
        day = form.day.data
        if day < today:
            raise Rejected(Refusal.IN_PAST, "day")
        kind = DayType(form.day_type.data)
        service.change_day(
            g.identity.user_id, this_moment(), day, form.scope, kind, form.reason.data, **form.hours
        )
        flash(_("%(day)s is changed.", day=day.isoformat()))
        return url_for(".changes")

    return taken(form, "school.day", change, forms.refusal_words) or page(
        "school/changes.html",
        form=form,
        rows=school.changes_since(today),
        new_key=uuid4,
        places=dict(forms.places(school.all_classes(), today)),
        write_place=forms.write_place,
        day_words=forms.day_words,
    )


@bp.post("/changes/<text>/take-back")
@requires(Permission.SESSIONS_MANAGE, of=day_of)
def take_back(day: date) -> Any:
    """Take back what was changed of today or of a day to come."""
    return _take_back(day, url_for(".changes"), since=clock.today())


def _take_back(day: date, back: str, *, since: date = date.min) -> Any:
    form = forms.PlaceForm()

    def clear() -> str:
        if day < since:
            raise Rejected(Refusal.IN_PAST)
        service.take_back(g.identity.user_id, this_moment(), day, form.scope)
        flash(_("%(day)s is changed.", day=day.isoformat()))
        return back

    done = taken(form, "school.day", clear, forms.refusal_words)
    for _field, sentence in form.complaints:
        flash(sentence, "danger")
    return done or redirect(back, 303)
