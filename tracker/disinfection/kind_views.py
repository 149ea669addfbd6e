"""What each kind of day asks for: half days, exam days and the like, in versions."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection import schedule_forms as forms
from tracker.disinfection import schedule_service as service
from tracker.disinfection.day_queries import school_sets
from tracker.disinfection.kind_rules import ADJUSTABLE, kinds_on
from tracker.edge import page, taken
from tracker.permissions import Permission

bp = Blueprint("kinds_of_day", __name__, url_prefix="/disinfection/kinds-of-day")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE)
def kinds() -> Any:
    """Set what each kind of day asks for, from tomorrow or a later day on."""
    tomorrow, known = clock.today() + timedelta(days=1), school_sets().kinds
    values = forms.KindsOfDayForm.values_of(kinds_on(known, date.max))
    form = forms.KindsOfDayForm(data=values | {"valid_from": tomorrow})

    def keep() -> str:
        day = form.valid_from.data
        service.set_kinds_of_day(g.identity.user_id, clock.now(), tomorrow, form.kinds(), day)
        flash(_("Changed from %(day)s on.", day=day.isoformat()))
        return url_for("zones.overview")

    return taken(form, "disinfection.kinds_of_day", keep, forms.refusal_words) or page(
        "disinfection/kinds_of_day.html",
        form=form,
        kinds=ADJUSTABLE,
        planned=[since for since, _kinds in known if since >= tomorrow],
    )
