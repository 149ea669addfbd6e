"""Marking one's notices as seen."""

from typing import Any

from flask import Blueprint, abort, g, url_for
from wtforms import IntegerField
from wtforms.validators import NumberRange

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.addresses import LARGEST_ID
from tracker.notices import service
from tracker.permissions import Permission

bp = Blueprint("notices", __name__, url_prefix="/notices")


class SeenForm(edge.Form):
    """Up to which notice the page has shown them."""

    upto = IntegerField(validators=[NumberRange(min=0, max=LARGEST_ID)])


@bp.post("/seen")
@requires(Permission.ACCOUNT_OWN)
def seen() -> Any:
    """Mark what was shown as seen."""
    form = SeenForm()
    if not form.validate():
        abort(400)

    def verb() -> str:
        service.mark_seen(g.identity.user_id, clock.now(), clock.today(), form.upto.data or 0)
        return url_for("home.home")

    return edge.once("notices.seen", verb)
