"""Exit slips: printed by the nurse, ticked off at the gate.  Class, name, time, fetched by; no illness."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.permissions import Permission
from tracker.room import forms, queries, service
from tracker.room.queries import StaySeen
from tracker.room.rules import StayEnd

bp = Blueprint("slips", __name__)


def found_slip(stay_id: int) -> StaySeen | None:
    """What a slip's address names: a child that was fetched."""
    found = queries.stay(stay_id, clock.today())
    return found if found and found.stay.ended_how is StayEnd.FETCHED else None


@bp.get("/room/<id:stay_id>/slip")
@requires(Permission.ROOM_KEEP, of=found_slip)
def slip(found: StaySeen) -> Any:
    """One exit slip, to be printed."""
    return edge.page("room/slip.html", found=found, one=found.stay, by_name=g.identity.name)


@bp.get("/gate/slips")
@requires(Permission.SLIP_TICK)
def slips() -> Any:
    """The exit slips of today."""
    return _list()


def _list(refused: edge.Form | None = None) -> Any:
    return edge.page(
        "room/slips.html",
        code=422 if refused else None,
        slips=queries.slips_of_day(clock.today()),
        refused=refused,
        form_has_errors=bool(refused),
        new_key=uuid4,
    )


@bp.post("/gate/slips/<id:stay_id>")
@requires(Permission.SLIP_TICK, of=found_slip)
def tick(found: StaySeen) -> Any:
    """The child has gone through the gate."""
    form, stay_id = edge.Form(), found.id

    def verb() -> str:
        service.tick_slip(g.identity.user_id, clock.now(), stay_id)
        return url_for(".slips")

    answer = edge.taken(form, "room.left_gate", verb, forms.refusal_words)
    if answer is None:
        return _list(form) if form.complaints else abort(400)
    flash(_("Ticked off."))
    return answer
