"""One's own devices that stay signed in, and the PIN they ask for."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts import device_service, forms, keptform, queries, service
from tracker.accounts.guards import pin_was_given, requires, sign_device_out
from tracker.accounts.models import Device
from tracker.accounts.rules import Refusal
from tracker.db import transaction
from tracker.edge import page, taken
from tracker.errors import Rejected
from tracker.permissions import Permission

bp = Blueprint("devices", __name__, url_prefix="/account")


@bp.get("/devices")
@requires(Permission.ACCOUNT_OWN)
def devices() -> Any:
    """The devices on which one stays signed in."""
    return page(
        "accounts/devices.html",
        devices=queries.devices(g.identity.user_id, clock.today()),
        button=forms.KeyForm(formdata=None),
        has_pin=queries.has_pin(g.identity.user_id),
    )


def device_of(device_id: int) -> Device | None:
    """The device an address names, if it is one's own."""
    found = queries.device(device_id)
    return found if found and found.user_id == g.identity.user_id else None


@bp.post("/devices/<id:device_id>/revoke")
@requires(Permission.ACCOUNT_OWN, of=device_of)
def revoke(device: Device) -> Any:
    """Sign a device out, wherever it lies."""
    device_id, name = device.id, device.name

    def end() -> str:
        device_service.revoke(g.identity.user_id, clock.now(), device_id)
        flash(_("%(device)s is signed out.", device=name))
        return url_for(".devices")

    return taken(forms.KeyForm(), "account.revoke_device", end, forms.refusal_words) or redirect(
        url_for(".devices"), 303
    )


@bp.route("/pin", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def pin() -> Any:
    """Ask whoever holds the device for its owner's PIN, and go on."""
    form = forms.PinForm()
    onward = forms.local_path(form.next.data or request.args.get("next"))
    if not queries.has_pin(g.identity.user_id):
        return redirect(url_for(".new_pin", next=onward))
    form.next.data = onward or ""
    name, address = f"{g.identity.username} PIN", request.remote_addr or "?"
    if form.validate_on_submit():
        if queries.is_locked_out(name, address, clock.now()):
            # Who guesses has a phone that is not theirs.
            if g.identity.device_id:
                with transaction():
                    device_service.revoke(g.identity.user_id, clock.now(), g.identity.device_id)
            sign_device_out()
            return redirect(url_for("accounts.login", next=onward), 303)
        if device_service.is_pin(g.identity.user_id, form.pin.data):
            with transaction():
                service.note_sign_in(clock.now(), g.identity.user_id, name, address)
            pin_was_given()
            if (again := keptform.unseal(form.kept.data or "")) and keptform.may_send(g.identity, again):
                return render_template("accounts/kept.html", kept=again)
            return redirect(onward or url_for("home.home"), 303)
        with transaction():
            service.note_failure(clock.now(), name, address)
        form.refuse("pin", forms.refusal_words(Refusal.WRONG_PIN, {}))
    return page("accounts/pin.html", form=form)


@bp.route("/pin/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def new_pin() -> Any:
    """Choose the PIN that one's own devices ask for."""
    form = forms.NewPinForm()
    onward = forms.local_path(form.next.data or request.args.get("next"))
    form.next.data = onward or ""
    by = g.identity.user_id

    def choose() -> str:
        if service.opened_by(g.identity.username, form.old.data) is None:
            raise Rejected(Refusal.WRONG_PASSWORD, "old")
        device_service.set_pin(by, clock.now(), device_service.hash_pin(form.pin.data))
        pin_was_given()
        flash(_("The PIN is set."))
        return onward or url_for(".devices")

    return taken(form, "account.pin", choose, forms.refusal_words) or page("accounts/new_pin.html", form=form)


@bp.post("/alive")
@requires(Permission.ACCOUNT_OWN)
def alive() -> Any:
    """Somebody is typing on a shared screen: it goes on."""
    return Response(status=204, mimetype="text/plain")
