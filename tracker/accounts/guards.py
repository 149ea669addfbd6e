"""Who is signed in, and the guards a view can wear."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFProtect

from tracker import clock
from tracker.accounts import queries
from tracker.accounts.models import User
from tracker.accounts.rules import Identity
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


def sign_device_in(device: SignedIn) -> None:
    """Begin a session of its own for an account; of the old one only the chosen language goes on."""
    sign_device_out()
    login_user(device)


def sign_device_out() -> None:
    """Forget everything of this device's session but the chosen language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def init_app(app: Flask) -> None:
    """Find out who asks, before every request; protect every form; harden every answer."""
    login_manager.init_app(app)
    csrf.init_app(app)
    login_manager.user_loader(_load)
    app.before_request(_identify)
    app.after_request(_harden)


def _load(token: str) -> SignedIn | None:
    user_id, _, epoch = token.partition(".")
    if not (token.isascii() and user_id.isdigit() and epoch.isdigit()):
        return None
    identity = queries.identity_of(int(user_id), int(epoch), clock.today())
    return SignedIn(int(user_id), int(epoch), identity) if identity else None


def _identify() -> None:
    g.identity = None
    if request.endpoint not in (None, "static", "home.healthz") and current_user.is_authenticated:
        g.identity = current_user.identity


def _harden(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
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


def requires(permission: Permission, *, of: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Only who may; `of` turns the address's values into the thing the permission is about.

    The view is then called with that thing.  Nobody signed in: to the sign-in page and back;
    no role for the deed: 403; somebody else's thing: 404, as if it were not there.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            if g.identity is None:
                return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))
            if not has_role_for(g.identity, permission):
                abort(403)
            if of is None:
                return view(**values)
            what = of(**values)
            if what is None or not permits(g.identity, permission, what):
                abort(404)
            return view(what)

        guarded.guard = permission  # type: ignore[attr-defined]
        return guarded

    return mark
