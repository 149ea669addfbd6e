"""Who is here now: for the drill and for the fire, on the phone and on paper."""

from typing import Any

from flask import Blueprint, g

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.accounts.rules import Duty, Role
from tracker.here import queries
from tracker.here.rules import AT_SCHOOL, Place
from tracker.permissions import Permission
from tracker.screening.missing_queries import unaccounted

bp = Blueprint("here", __name__, url_prefix="/here")


@bp.get("/")
@requires(Permission.HERE_READ)
def here() -> Any:
    """Where every child is at this moment: of the school, or of one's own classes."""
    who, now = g.identity, clock.now()
    everywhere = bool({Role.NURSE, Role.PRINCIPAL} & who.roles) or Duty.DUTY_LEADER in who.duties
    of = None if everywhere else who.classes
    found = queries.here(of, now, clock.today())
    page = edge.page(
        "here/here.html",
        found=found,
        counts=found.counts,
        at_school=sum(number for place, number in found.counts.items() if place in AT_SCHOOL),
        places=Place,
        unaccounted=unaccounted(of, clock.today(), now),
    )
    edge.log_reading("here", 0)
    return page
