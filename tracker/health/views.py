"""A student's page: everything that was recorded of one student's health, in order."""

from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, g, request

from tracker import clock, edge, i18n
from tracker.accounts.guards import requires
from tracker.health import queries
from tracker.health.forms import CHART_PHRASES, moment_words
from tracker.health.queries import Subject
from tracker.permissions import Permission, permits
from tracker.privacy.forms import page_words
from tracker.privacy.queries import readers_of
from tracker.school.rules import school_year_start

bp = Blueprint("health", __name__, url_prefix="/students")


def student(student_id: int) -> Subject | None:
    """The student an address names."""
    return queries.subject(student_id, clock.today())


def _since() -> date:
    """From when on the page tells: this school year, unless all is asked for."""
    return date.min.replace(year=2000) if "all" in request.args else school_year_start(clock.today())


@bp.get("/<id:student_id>")
@requires(Permission.STUDENT_READ, of=student, pin=True)
def story(one: Subject) -> Any:
    """Readings, absences, calls and stays of one student, the newest first."""
    since = _since()
    moments = queries.timeline(one.student.id, since)
    by_day = groupby(moments, key=lambda moment: clock.local(moment.at).date())
    page = edge.page(
        "health/story.html",
        one=one,
        days=[(day, list(group)) for day, group in by_day],
        moment_words=moment_words,
        episode_id=queries.open_episode(one.student.id),
        has_readings=queries.has_readings(one.student.id, since),
        whole="all" in request.args,
        readers=readers_of(one.student.id) if permits(g.identity, Permission.DATA_EXPORT) else [],
        page_words=page_words,
    )
    edge.log_reading("student", one.student.id, student_id=one.student.id)
    return page


@bp.get("/<id:student_id>/temperatures.svg")
@requires(Permission.STUDENT_READ, of=student, pin=True)
def temperatures(one: Subject) -> Any:
    """One student's temperatures as a small chart."""
    from tracker.charts import render
    from tracker.charts.style import NARROW
    from tracker.charts.temperature import temperatures as draw
    from tracker.charts.words import Words
    from tracker.health.frames import temperatures_frame

    words = Words(i18n.language(), {key: str(phrase) for key, phrase in CHART_PHRASES.items()}, {})
    frame = temperatures_frame(one.student.id, _since())
    image = Response(render.drawn(draw, frame, words, NARROW), mimetype="image/svg+xml")
    edge.log_reading("temperatures", one.student.id, student_id=one.student.id)
    return image
