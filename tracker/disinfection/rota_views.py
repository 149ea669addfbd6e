"""The weekday of each grade: whose classrooms are disinfected when, in versions."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection import schedule_forms as forms
from tracker.disinfection import schedule_service as service
from tracker.disinfection.day_queries import school_sets
from tracker.disinfection.day_rules import rota_weekday
from tracker.edge import page, taken
from tracker.permissions import Permission
from tracker.school import queries as school
from tracker.school.forms import grade_label
from tracker.school.rules import grade_of
from tracker.templating import WEEKDAYS

bp = Blueprint("rota", __name__, url_prefix="/disinfection/rota")


def _grades(today: date) -> dict[int, str]:
    """The grades of the school, as people call them."""
    day = school.roster_day(today)
    found = {grade_of(one.stage, one.entry_year, day): one for one in school.classes_on(day)}
    return {
        grade: grade_label(one.stage, one.entry_year, day)
        for grade, one in sorted((grade, one) for grade, one in found.items() if grade)
    }


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE)
def rota() -> Any:
    """Set the weekday of each grade, from tomorrow or a later day on."""
    today = clock.today()
    grades, known = _grades(today), school_sets().rotas
    form = forms.RotaForm(valid_from=today + timedelta(days=1))
    days = {grade: rota_weekday(known, grade, date.max) for grade in grades}
    if request.method == "POST":
        days = {grade: forms.weekday_of(request.form, grade, days[grade]) for grade in grades}

    def keep() -> str:
        day, tomorrow = form.valid_from.data, today + timedelta(days=1)
        service.set_rota(g.identity.user_id, clock.now(), tomorrow, days, day)
        flash(_("Changed from %(day)s on.", day=day.isoformat()))
        return url_for("zones.overview")

    return taken(form, "disinfection.rota", keep, forms.refusal_words) or page(
        "disinfection/rota.html",
        form=form,
        grades=grades,
        days=days,
        held={grade: rota_weekday(known, grade, today) for grade in grades},
        weekdays=WEEKDAYS,
    )
