"""What hangs on the door of a zone: its QR code to print, and the page it opens."""

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection import door_queries, event_queries, list_queries
from tracker.disinfection.door_queries import Door
from tracker.disinfection.queries import Task
from tracker.disinfection.rules import OPEN_STATES
from tracker.disinfection.views import zone_name
from tracker.permissions import Permission, permits

bp = Blueprint("doors", __name__)


def door(public_code: str) -> Door | None:
    """What the code on a door names."""
    return door_queries.door(public_code, clock.today())


@bp.get("/z/<public_code>")
@requires(Permission.TASK_READ, of=door)
def zone(what: Door) -> Any:
    """A zone's tasks of today; where just one of them waits for whoever stands there, its checklist at once.

    One of an earlier day is not taken for today's: it stands in the list with its day.
    """
    now, today = clock.now(), clock.today()
    code = what.zone.public_code
    found = list_queries.day_list(today, today, now, public_code=code)
    waiting = [task for tasks in found.groups.values() for task in tasks if _waits(task)]
    if [task.day for task in waiting] == [today]:
        (task,) = waiting
        return redirect(url_for("disinfection.checklist", public_code=code, day=task.day, slot=task.code))
    return render_template(
        "disinfection/door.html",
        found=found,
        door=what,
        zone_name=zone_name,
        closed_by=event_queries.closed_by(what.zone.id, now),
    )


def _waits(task: Task) -> bool:
    """Whether a task is to be done, or to be verified, by the person who looks."""
    if permits(g.identity, Permission.TASK_RECORD, task):
        return task.outcome.state in OPEN_STATES
    return list_queries.awaits_verdict(task) and permits(g.identity, Permission.TASK_VERIFY, task)


@bp.get("/disinfection/doors")
@requires(Permission.ZONES_MANAGE)
def sheet() -> Any:
    """The QR codes of all zones, of the classes', or of one department's, to be printed on A4."""
    found = door_queries.doors(clock.today())
    departments = {one.department_id: one.department for one in found if one.department}
    chosen = request.args.get("of", "")
    known = {"", "classes", *(str(number) for number in departments)}
    if chosen not in known:
        abort(404)
    shown = [
        one
        for one in found
        if not chosen or (one.school_class if chosen == "classes" else str(one.department_id) == chosen)
    ]
    codes = [
        (one, _picture(url_for(".zone", public_code=one.zone.public_code, _external=True))) for one in shown
    ]
    return render_template(
        "disinfection/doors.html",
        codes=codes,
        departments=departments,
        has_classes=any(one.school_class for one in found),
        chosen=chosen,
        zone_name=zone_name,
    )


def _picture(address: str) -> Markup:
    """An address as a QR code, drawn on the page itself."""
    import segno

    return Markup(segno.make_qr(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None))
