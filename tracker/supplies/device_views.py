"""The devices with a number: thermometers, sprayers, lamps and their tubes."""

from typing import Any

from flask import Blueprint, abort, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection.means_queries import LampSeen, lamps
from tracker.edge import Form, page, taken
from tracker.permissions import Permission
from tracker.supplies import forms, queries, service
from tracker.supplies.models import Equipment
from tracker.supplies.rules import DeviceKind

bp = Blueprint("equipment", __name__, url_prefix="/supplies/devices")


def device_of(equipment_id: int) -> Equipment | None:
    """The device an address names."""
    return queries.device(equipment_id)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SUPPLY_KEEP)
def new() -> Any:
    """A device with a number."""
    return _device(None)


@bp.route("/<id:equipment_id>", methods=["GET", "POST"])
@requires(Permission.SUPPLY_KEEP, of=device_of)
def device(found: Equipment) -> Any:
    """Change a device: its room, its keeper, its next check."""
    return _device(found)


def _device(found: Equipment | None) -> Any:
    form, equipment_id = forms.DeviceForm.of(found), found.id if found else None

    def keep() -> str:
        service.keep_device(
            g.identity.user_id,
            clock.now(),
            equipment_id,
            number=form.number.data,
            kind=DeviceKind(form.kind.data),
            name=form.name.data,
            room=form.room.data,
            keeper=form.keeper.data,
            next_check_on=form.next_check_on.data,
            retired_on=form.retired_on.data,
            lamp=form.lamp,
        )
        return url_for("supplies.stock", _anchor="devices")

    return taken(form, "supplies.device", keep, forms.refusal_words) or page(
        "supplies/device.html", form=form, found=found, lamp=lamp_of(found.id) if found else None
    )


def lamp_of(equipment_id: int) -> LampSeen | None:
    """The lamp an address names."""
    return next((one for one in lamps() if one.lamp.id == equipment_id), None)


@bp.post("/<id:equipment_id>/tube")
@requires(Permission.SUPPLY_KEEP, of=lamp_of)
def tube(one: LampSeen) -> Any:
    """The lamp has a new tube since today."""
    number, burned = one.lamp.id, one.minutes

    def replace() -> str:
        service.replace_tube(g.identity.user_id, clock.now(), clock.today(), number, burned)
        flash(_("The new tube burns from today on."))
        return url_for("supplies.stock", _anchor="devices")

    return taken(Form(), "supplies.tube", replace, forms.refusal_words) or abort(400)
