"""Closing the day: its sums, the text to copy, the signature."""

from datetime import date
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import sign_queries
from tracker.accounts.guards import requires
from tracker.accounts.stand_in_queries import NURSE_PAGE
from tracker.gate import queries as gate
from tracker.nurse import close_queries, forms, service, summary_words
from tracker.nurse.open_queries import still_open
from tracker.permissions import Permission
from tracker.room.rules import minutes
from tracker.school import queries as school
from tracker.school.rules import PLAUSIBLE_YEARS
from tracker.screening.summary_queries import day_summary

bp = Blueprint("close", __name__, url_prefix="/nurse")


@bp.route("/close", methods=["GET", "POST"])
@requires(Permission.NURSE_DAY)
def close_day() -> Any:
    """Look at the sums of today, or of an earlier day, and sign them."""
    today, now = clock.today(), clock.now()
    day, wall = _day(today), clock.local(now).time()
    form = forms.CloseForm()
    by, seen, anyway, reason = g.identity.user_id, form.seen.data or "", form.anyway.data, form.reason.data

    def verb() -> str:
        service.close_day(by, now, day, today=today, wall=wall, seen=seen, anyway=anyway, reason=reason)
        return url_for(".close_day", day=None if day == today else day)

    if answer := edge.taken(form, "nurse.close_day", verb, forms.refusal_words):
        flash(_("The day is signed."))
        return answer
    summary = day_summary(day, wall, today=day == today)
    stored, still = summary.stored(), still_open(summary, now)
    form.seen.data = close_queries.digest(stored, still)
    classes = {one.id: one for one in school.all_classes()}
    signed = close_queries.closes(day)
    holds = signed[0].close.summary if signed else stored
    coughing = sign_queries.coughing(today)
    page = edge.page(
        "nurse/close.html",
        form=form,
        day=day,
        summary=summary,
        still=still,
        at=now,
        minutes=minutes,
        new_key=uuid4,
        gate=gate.records(day),
        gate_is_due=gate.is_due(day, now),
        coughing=coughing,
        signed=signed,
        changed=bool(signed) and holds != stored,
        texts=summary_words.texts(holds, day, classes) if summary.sheets or signed else {},
    )
    if coughing:
        edge.log_reading("coughing", 0)
    if still.needs_reason or still.in_room:
        edge.log_reading(NURSE_PAGE, 0)
    return page


def _day(today: date) -> date:
    """The day the address names; today unless told."""
    try:
        day = date.fromisoformat(request.args.get("day", today.isoformat()))
    except ValueError:
        abort(404)
    if day > today or day.year not in PLAUSIBLE_YEARS:
        abort(404)
    return day
