"""Who is signed in, and the guards a view can wear."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFProtect

from tracker import clock
from tracker.accounts import keptform, queries, stand_in_queries
from tracker.accounts.device_service import note_seen, token_hash
from tracker.accounts.models import User
from tracker.accounts.rules import IDLE_MINUTES, PIN_MINUTES, DeviceUse, Duty, Identity
from tracker.db import transaction
from tracker.permissions import Permission, has_role_for, permits

View = Callable[..., Any]

PUBLIC = "public"

login_manager = LoginManager()
csrf = CSRFProtect()

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


class SignedIn(UserMixin):
    """A signed-in device, as Flask-Login keeps it: the account and its session epoch."""

    def __init__(self, user_id: int, epoch: int, identity: Identity | None = None) -> None:
        self.id = f"{user_id}.{epoch}"
        self.identity = identity


def signed_in(user: User) -> SignedIn:
    """What to hand to Flask-Login for an account."""
    return SignedIn(user.id, user.session_epoch)


def sign_device_in(
    device: SignedIn, use: DeviceUse | None = None, *, token: str | None = None, today: date | None = None
) -> None:
    """Begin a session of its own for an account; of the old one only the chosen language goes on.

    `token` is what an own device is known by that stays signed in.
    """
    sign_device_out()
    login_user(device)
    if use:
        session.update(use=use.value, seen=_seconds())
    if token:
        session.permanent = True
        session.update(device=token, seen_on=str(today))


def sign_device_in_again(device: SignedIn) -> None:
    """Go on with this device's session under the account's new epoch."""
    kept = {name: session[name] for name in ("use", "seen", "device", "seen_on", "pin_at") if name in session}
    sign_device_in(device)
    session.permanent = "device" in kept
    session.update(kept)


def sign_device_out() -> None:
    """Forget everything of this device's session but the chosen language."""
    language = session.get("language")
    session.clear()
    g.pop("csrf_token", None)
    if language:
        session["language"] = language


def init_app(app: Flask) -> None:
    """Find out who asks, before every request; protect every form; harden every answer."""
    login_manager.init_app(app)
    login_manager.user_loader(_load)
    # Who asks is known before the form's token is looked at: an ended sign-in has taken it along.
    app.before_request(_identify)
    csrf.init_app(app)
    app.after_request(_harden)
    app.after_request(_note_device)


def _load(token: str) -> SignedIn | None:
    user_id, _, epoch = token.partition(".")
    if not (token.isascii() and user_id.isdigit() and epoch.isdigit()):
        return None
    kept = session.get("device")
    identity = queries.identity_of(
        int(user_id), int(epoch), clock.today(), token_hash=token_hash(kept) if kept else None
    )
    if identity and session.get("use") == DeviceUse.CLASSROOM:
        identity = replace(identity, on_classroom_screen=True)
    if identity and Duty.SECOND_REPORTER in identity.duties:
        stands_in = stand_in_queries.stands_in(identity.user_id, clock.local(clock.now()))
        identity = replace(identity, stands_in=stands_in)
    return SignedIn(int(user_id), int(epoch), identity) if identity else None


def _seconds() -> int:
    return int(clock.now().timestamp())


def _identify() -> None:
    g.identity = None
    if request.endpoint in (None, "static", "home.healthz"):
        return
    idle = IDLE_MINUTES.get(session.get("use", ""))
    if idle and _seconds() - session.get("seen", 0) > idle * 60:
        sign_device_out()
    if current_user.is_authenticated:
        g.identity = current_user.identity
        if idle:
            session["seen"] = _seconds()


def _note_device(response: Response) -> Response:
    """An own device that stays signed in was used today: noted once a day, as readings are."""
    today = str(clock.today()) if g.get("identity") and g.identity.device_id else None
    if today and session.get("seen_on") != today:
        with transaction():
            note_seen(g.identity.device_id, clock.today())
        session["seen_on"] = today
    return response


def pin_was_given() -> None:
    """This device's holder is the owner: for some minutes nobody asks again."""
    session["pin_at"] = _seconds()


def needs_pin() -> bool:
    """Whether this device asks for its owner's PIN before it shows a child's history."""
    if g.identity.device_id is None:
        return False
    fresh = _seconds() - session.get("pin_at", 0) <= PIN_MINUTES * 60
    if fresh:
        pin_was_given()
    return not fresh


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    if request.endpoint != "static" and not response.cache_control.private:
        headers["Cache-Control"] = "no-store"
    return response


def public(view: View) -> View:
    """Mark a view that anybody may open, signed in or not."""
    view.guard = PUBLIC  # type: ignore[attr-defined]
    return view


def ask_to_sign_in() -> Any:
    """To the sign-in page and back; a form that was sent is kept on that page until then."""
    if request.method == "POST" and (sealed := keptform.seal()):
        return keptform.sign_in_page(sealed)
    return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))


def ask_for_pin() -> Any:
    """To the page that asks for the PIN and back; a form that was sent is kept on that page until then."""
    if request.method == "GET":
        return redirect(url_for("devices.pin", next=request.full_path.rstrip("?")))
    if queries.has_pin(g.identity.user_id) and (sealed := keptform.seal()):
        return keptform.pin_page(sealed)
    return redirect(url_for("devices.pin", next=url_for("home.home")), 303)


def requires(
    permission: Permission, *, of: Callable[..., Any] | None = None, pin: bool = False
) -> Callable[[View], View]:
    """Only who may; `of` turns the address's values into the thing the permission is about.

    `pin` marks what is not for whoever finds a phone that is still signed in: a child's history, papers,
    numbers.  An own device then asks for its owner's PIN.

    The view is then called with that thing.  Nobody signed in: to the sign-in page and back;
    no role for the deed: 403; somebody else's thing: 404, as if it were not there.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            if g.identity is None:
                return ask_to_sign_in()
            if not has_role_for(g.identity, permission):
                abort(403)
            if of is not None:
                what = of(**values)
                if what is None or not permits(g.identity, permission, what):
                    abort(404)
            if pin and needs_pin():
                return ask_for_pin()
            return view(**values) if of is None else view(what)

        guarded.guard = permission  # type: ignore[attr-defined]
        guarded.of = of  # type: ignore[attr-defined]
        guarded.pin = pin  # type: ignore[attr-defined]
        return guarded

    return mark
