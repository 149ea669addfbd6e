"""The nurse's day: one page that shows what waits, and refreshes by itself."""

import hashlib
import re
from typing import Any
from uuid import uuid4

from flask import Blueprint, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.accounts.stand_in_queries import NURSE_PAGE
from tracker.notices.rules import NoticeKind
from tracker.nurse import queries
from tracker.permissions import Permission
from tracker.room.rules import minutes

bp = Blueprint("nurse", __name__, url_prefix="/nurse")

STEPS = {
    NoticeKind.SHEET_DUE: _l("the homeroom teacher is reminded"),
    NoticeKind.SHEET_MISSING_CLASS: _l("the class's other teachers are asked"),
    NoticeKind.SHEET_MISSING_GRADE: _l("the grade head is told"),
    NoticeKind.SHEET_MISSING_SCHOOL: _l("please enter it, or have it entered"),
}
"""How far the ladder for a missing sheet has come."""

HIDDEN = re.compile(r'<input type="hidden"[^>]*>')
"""Tokens and keys, which are new each time the page is made."""


@bp.get("/")
@requires(Permission.NURSE_DAY)
def day() -> Any:
    """What waits now, most urgent first; that it was read is logged."""
    page = render_template("nurse/day.html", **_values())
    edge.log_reading(NURSE_PAGE, 0)
    return page


@bp.get("/live")
@requires(Permission.NURSE_DAY)
def live() -> Any:
    """The same, for the open page, which asks again and again; 304 where nothing has changed.

    Its reading was logged when it was opened: the next day it opens anew.
    """
    values = _values()
    page = render_template("nurse/_day.html", **values)
    answer = make_response(page)
    answer.headers["X-Heard-At"] = values["heard"]
    answer.set_etag(hashlib.sha256(HIDDEN.sub("", page).encode()).hexdigest()[:32])
    return answer.make_conditional(request)


def _values() -> dict[str, Any]:
    now = clock.now()
    heard = clock.local(now).strftime("%H:%M:%S")
    return {
        "day": queries.nurse_day(now),
        "heard": heard,
        "steps": STEPS,
        "minutes": minutes,
        "local_day": lambda instant: clock.local(instant).date(),
        "new_key": uuid4,
    }
