"""The week's scores by ranking group, and the duties each is made of."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request

from tracker import clock
from tracker.accounts.guards import requires
from tracker.assessment import queries
from tracker.assessment.queries import SchoolWeek
from tracker.assessment.rules import DEFAULT_SCHEME, DutyKind, Indicator, amount
from tracker.permissions import Permission
from tracker.school.models import SchoolClass
from tracker.school.queries import class_named

bp = Blueprint("assessment", __name__, url_prefix="/assessment")


@dataclass(frozen=True)
class ClassWeek:
    """A class in a week of a term: what a page of duties is about."""

    school_class: SchoolClass
    week: SchoolWeek

    @property
    def class_id(self) -> int:
        """What permissions ask for."""
        return self.school_class.id


def class_week(ref: str, week: str) -> ClassWeek | None:
    """The class and the week an address names."""
    school_class, found = class_named(ref), queries.school_week(week, clock.today())
    return ClassWeek(school_class, found) if school_class and found else None


@bp.get("/")
@requires(Permission.SCORES_READ)
def week() -> Any:
    """The scores of a week by ranking group, from what was due by now."""
    asked = request.args.get("week")
    found = queries.school_week(asked, clock.today())
    if found is None and asked:
        abort(404)
    scores = queries.week_scores(found, clock.today(), clock.now(), DEFAULT_SCHEME) if found else []
    groups = {line.group: [other for other in scores if other.group is line.group] for line in scores}
    return render_template(
        "assessment/week.html", week=found, groups=groups, scheme=DEFAULT_SCHEME, amount=amount
    )


@bp.get("/<ref>/<week>")
@requires(Permission.DUTIES_READ, of=class_week)
def duties(asked: ClassWeek) -> Any:
    """What a class owed in a week, and how it adds up to its score."""
    score, owed = queries.class_week(
        asked.school_class, asked.week, clock.today(), clock.now(), DEFAULT_SCHEME
    )
    kinds = {
        Indicator.SCREENING_ON_TIME: [duty for duty in owed if duty.kind is DutyKind.SCREENING],
        Indicator.CLASS_HYGIENE_DONE: [duty for duty in owed if duty.kind is DutyKind.HYGIENE],
    }
    return render_template(
        "assessment/duties.html",
        school_class=asked.school_class,
        week=asked.week,
        score=score,
        duties=kinds,
        scheme=DEFAULT_SCHEME,
        amount=amount,
    )
