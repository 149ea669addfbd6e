"""Charts as pictures: /charts/<name>.svg and .png."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, g, request

from tracker import clock
from tracker.accounts.guards import requires
from tracker.charts.queries import question
from tracker.permissions import Permission, permits

if TYPE_CHECKING:
    from tracker.charts.catalogue import Chart

bp = Blueprint("charts", __name__, url_prefix="/charts")


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
    if (about := question(request.args.get("week"), clock.today(), clock.now())) is None:
        abort(404)
    drawn = render.picture(found, found.frame(about), found.words(about), form, size)
    answer = Response(drawn.body, mimetype=drawn.mimetype)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(drawn.etag)
    return answer.make_conditional(request)
