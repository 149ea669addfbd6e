"""Charts as pictures: /charts/<name>.svg and .png."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, g, request

from tracker import clock
from tracker.accounts.guards import requires
from tracker.assessment.queries import school_week
from tracker.permissions import Permission, permits
from tracker.school.queries import classes_on

if TYPE_CHECKING:
    from tracker.charts.catalogue import Chart, Question

bp = Blueprint("charts", __name__, url_prefix="/charts")


def question(week: str | None) -> "Question | None":
    """What is asked about a week, or about the newest; None if no school day of it has come."""
    from tracker.charts.catalogue import Question

    found = school_week(week, clock.today())
    if found is None:
        return None
    return Question(found, tuple(classes_on(found.days[-1])), clock.today(), clock.now())


def chart_named(name: str, form: str) -> "tuple[Chart, str] | None":
    """The chart an address names, and the form it is asked for in."""
    from tracker.charts.catalogue import CHARTS

    return (CHARTS[name], form) if name in CHARTS else None


@bp.get("/<name>.<any(svg, png):form>")
@requires(Permission.MEETING_READ, of=chart_named)
def chart(asked: "tuple[Chart, str]") -> Any:
    """A chart of a week, in the language in use, wide or for a phone."""
    from tracker.charts import render
    from tracker.charts.style import SIZES

    found, form = asked
    if not permits(g.identity, found.permission):
        abort(403)
    if (size := SIZES.get(request.args.get("size", "wide"))) is None:
        abort(400)
    if (about := question(request.args.get("week"))) is None:
        abort(404)
    drawn = render.picture(found, found.frame(about), found.words(about), form, size)
    answer = Response(drawn.body, mimetype=drawn.mimetype)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(drawn.etag)
    return answer.make_conditional(request)
