"""What is shown in a staff meeting: the charts of a week, each with its sentence and its table."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request

from tracker import clock
from tracker.accounts.guards import requires
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.charts.queries import Question, question
from tracker.permissions import Permission, permits

bp = Blueprint("meeting", __name__, url_prefix="/meeting")


@dataclass(frozen=True)
class Exhibit:
    """A chart as the page shows it."""

    name: str
    title: str
    sentence: str
    table: list[list[str]]


@bp.get("/")
@requires(Permission.MEETING_READ)
def meeting() -> Any:
    """The charts this person may see, of a week and its term."""
    asked = request.args.get("week")
    today, now = clock.today(), clock.now()
    about = question(asked, today, now)
    if about is None and asked:
        abort(404)
    if about and not asked and len(about.week.days) < DEFAULT_SCHEME.minimum_days:
        # On a Monday the week that is spoken about is the last one.
        about = question(about.week.beside(-1), today, now) or about
    return render_template(
        "meeting/meeting.html", week=about and about.week, exhibits=_exhibits(about) if about else []
    )


def _exhibits(about: Question) -> list[Exhibit]:
    from tracker.charts.catalogue import CHARTS

    exhibits = []
    for chart in CHARTS.values():
        if permits(g.identity, chart.permission):
            frame, words = chart.frame(about), chart.words(about)
            sentence, table = chart.alt(frame, words), chart.table(frame, words)
            exhibits.append(Exhibit(chart.name, words.say("title"), sentence, table))
    return exhibits
