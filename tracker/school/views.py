"""The school's pages: terms, the calendar, classes and their rosters."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts import queries as accounts
from tracker.accounts.guards import requires
from tracker.edge import page, taken
from tracker.operations.queries import last_backup
from tracker.permissions import Permission, has_role_for
from tracker.school import forms, queries, service
from tracker.school.calendar import month_page, unlike_others
from tracker.school.models import SchoolClass, Term
from tracker.school.queries import Enrolled
from tracker.school.rules import months_of
from tracker.templating import WEEKDAYS, class_ref

bp = Blueprint("school", __name__, url_prefix="/school")


@bp.get("/")
@requires(Permission.SCHOOL_READ)
def overview() -> Any:
    """Terms, classes and who teaches them; for whoever begins, what to do next."""
    day = queries.roster_day(clock.today())
    rows = queries.class_rows(day)
    teachers = accounts.homeroom_names([row.school_class.id for row in rows], day)
    return page(
        "school/overview.html",
        day=day,
        terms=queries.terms(),
        rows=rows,
        teachers=teachers,
        has_students=bool(rows),
        open_classes=[row.school_class for row in rows if row.school_class.id not in teachers],
        backup=last_backup(clock.now()) if has_role_for(g.identity, Permission.BACKUP_SEE) else None,
    )


@bp.route("/terms/new", methods=["GET", "POST"])
@requires(Permission.CALENDAR_MANAGE)
def new_term() -> Any:
    """Add a term, past ones too."""
    form = forms.TermForm()

    def add() -> str:
        term = service.add_term(
            g.identity.user_id, clock.now(), form.term.data, form.starts.data, form.ends.data
        )
        return url_for(".calendar", month=f"{term.starts:%Y-%m}")

    return taken(form, "school.term", add, forms.refusal_words) or page(
        "school/term.html", form=form, term=None
    )


def term_of(term_id: int) -> Term | None:
    """The term an address names."""
    return queries.term_with(term_id)


@bp.route("/terms/<id:term_id>", methods=["GET", "POST"])
@requires(Permission.CALENDAR_MANAGE, of=term_of)
def term(term: Term) -> Any:
    """Change a term's name or days."""
    term_id = term.id
    form = forms.TermForm(term=term.name, starts=term.starts, ends=term.ends)

    def change() -> str:
        service.change_term(
            g.identity.user_id, clock.now(), term_id, form.term.data, form.starts.data, form.ends.data
        )
        flash(_("The term is changed."))
        return url_for(".calendar", month=f"{form.starts.data:%Y-%m}")

    return taken(form, "school.term", change, forms.refusal_words) or page(
        "school/term.html", form=form, term=term
    )


@bp.get("/calendar")
@requires(Permission.SCHOOL_READ)
def calendar() -> Any:
    """What each day of a month is."""
    terms = sorted(queries.terms(), key=lambda term: term.starts)
    if not terms:
        return page("school/calendar.html", month=None)
    months = sorted({month for term in terms for month in months_of(term.starts, term.ends)})
    month = _month(request.args.get("month"), months)
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    rows = queries.calendar_rows(month, last)
    at = months.index(month)
    firsts = {
        term.id: queries.next_school_day(term.starts - timedelta(days=1))
        for term in terms
        if term.starts <= last and term.ends >= month
    }

    def first_school_day(day: date) -> date | None:
        return next((firsts[term.id] for term in terms if term.starts <= day <= term.ends), None)

    return page(
        "school/calendar.html",
        month=month,
        months=months,
        before=months[at - 1] if at else None,
        after=months[at + 1] if at + 1 < len(months) else None,
        weeks=month_page(month, rows, first_school_day),
        spans=unlike_others(rows),
        places=dict(forms.places(queries.all_classes(), month)),
        unofficial=any(row.source == "weekday" for row in rows),
        write_place=forms.write_place,
        short=forms.SHORT,
        weekdays=WEEKDAYS,
        day_reason=forms.day_reason,
        day_words=forms.day_words,
    )


def _month(asked: str | None, months: list[date]) -> date:
    """The month asked for; today's, or the one with a term that is nearest to it."""
    if asked is None:
        today = clock.today().replace(day=1)
        return min(months, key=lambda month: abs((month - today).days))
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        abort(404)
    return month if month in months else abort(404)


@bp.get("/classes/<ref>")
@requires(Permission.ROSTER_MANAGE, of=queries.class_named)
def class_roster(school_class: SchoolClass) -> Any:
    """Who is in a class: seats, numbers and names, no word of health."""
    day = queries.roster_day(clock.today())
    return page(
        "school/class.html",
        school_class=school_class,
        day=day,
        lines=queries.roster_lines(school_class.id, day),
        teacher=accounts.homeroom_names([school_class.id], day).get(school_class.id),
    )


@bp.route("/students/<id:student_id>/leave", methods=["GET", "POST"])
@requires(Permission.ROSTER_MANAGE, of=queries.enrolled)
def leave(one: Enrolled) -> Any:
    """A student leaves the school after a day; the history stays."""
    student_id, ref = one.student.id, class_ref(one.school_class)
    form = forms.LeaveForm(last_day=clock.today())

    def end() -> str:
        service.end_enrolment(g.identity.user_id, clock.now(), clock.today(), student_id, form.last_day.data)
        flash(_("The student leaves after %(day)s.", day=form.last_day.data.isoformat()))
        return url_for(".class_roster", ref=ref)

    return taken(form, "student.leave", end, forms.refusal_words) or page(
        "school/leave.html", form=form, one=one
    )
