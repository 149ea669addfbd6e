"""A form that met an ended sign-in, or the PIN: sealed into that page, and sent on by whoever may send it.

It is kept nowhere but on that page, encrypted: no row, no session, nothing on a shared computer that
anybody could read.  Passwords and files are not kept.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from flask import current_app, render_template, request
from werkzeug.exceptions import HTTPException

from tracker import clock, datafolder
from tracker.accounts.rules import Identity
from tracker.permissions import Permission, has_role_for, permits

MOST_LETTERS = 200_000
HOURS = 24
SECRETS = frozenset({"password", "old", "again", "pin"})
LEFT_OUT = frozenset({"csrf_token"})


@dataclass(frozen=True)
class KeptForm:
    """What was to be sent, and where."""

    path: str
    fields: list[tuple[str, str]]


def seal() -> str:
    """The form of this request, sealed; empty where there is none that may be kept."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in LEFT_OUT]
    letters = sum(len(name) + len(value) for name, value in fields)
    if not fields or request.files or letters > MOST_LETTERS or SECRETS & {name for name, _ in fields}:
        return ""
    said = {"at": clock.now().timestamp(), "path": request.full_path.rstrip("?"), "fields": fields}
    return datafolder.encrypt(json.dumps(said))


def sign_in_page(sealed: str) -> tuple[str, int]:
    """The sign-in page as the answer to a form, which stays on it."""
    from tracker.accounts.forms import LoginForm
    from tracker.accounts.rules import DeviceUse

    form = LoginForm(
        formdata=None, use=DeviceUse.OWN if "Mobile" in request.user_agent.string else DeviceUse.SHARED
    )
    form.kept.data = sealed
    return render_template("accounts/login.html", form=form), 401


def pin_page(sealed: str) -> tuple[str, int]:
    """The page that asks for the PIN as the answer to a form, which stays on it."""
    from tracker.accounts.forms import PinForm

    form = PinForm(formdata=None)
    form.kept.data = sealed
    return render_template("accounts/pin.html", form=form), 401


def unseal(sealed: str) -> KeptForm | None:
    """What `seal` was given within a day; None for everything else."""
    try:
        said: dict[str, Any] = json.loads(datafolder.decrypt(sealed))
        fields = [(str(name), str(value)) for name, value in said["fields"]]
        age = clock.now().timestamp() - said["at"]
        return KeptForm(said["path"], fields) if age < timedelta(hours=HOURS).total_seconds() else None
    except (InvalidToken, ValueError, KeyError, TypeError):
        return None


def may_send(who: Identity, form: KeptForm) -> bool:
    """Whether somebody may send a kept form, by the guard of the view it goes to.

    Nobody else is shown what another has typed.
    """
    path, _, _query = form.path.partition("?")
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return False
    view = current_app.view_functions[endpoint]
    permission, of = getattr(view, "guard", None), getattr(view, "of", None)
    if not isinstance(permission, Permission) or not has_role_for(who, permission):
        return False
    if of is None:
        return True
    what = of(**values)
    return what is not None and permits(who, permission, what)
