"""The week of each department as a timetable to hang up."""

from typing import Any

from flask import Blueprint, g, render_template, request

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection import timetable_queries as queries
from tracker.disinfection.list_queries import sees_all
from tracker.permissions import Permission
from tracker.school.rules import Level
from tracker.templating import WEEKDAYS

bp = Blueprint("timetable", __name__, url_prefix="/disinfection/timetable")


@bp.get("")
@requires(Permission.TASKS_READ)
def week() -> Any:
    """An ordinary week, a sheet for each department, in the order of walking; own work, or all of it."""
    today = clock.today()
    asked = request.args.get("level", "")
    level = Level(asked) if asked in set(Level) else queries.week_level(today)
    monday = queries.next_monday(today)
    of = None if sees_all(g.identity) else g.identity
    return render_template(
        "disinfection/timetable.html",
        weeks=queries.timetable(monday, clock.now(), level, of),
        monday=monday,
        level=level,
        levels=list(Level),
        weekdays=WEEKDAYS,
    )
