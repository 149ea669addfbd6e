"""The page a new school begins with."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for

from tracker import clock
from tracker.accounts import queries as account_queries
from tracker.accounts import service as accounts
from tracker.accounts.forms import refusal_words as account_words
from tracker.accounts.guards import public, sign_device_in, signed_in
from tracker.accounts.rules import Refusal as AccountRefusal
from tracker.db import transaction
from tracker.edge import page, taken
from tracker.setup import forms, service
from tracker.setup.rules import Refusal

bp = Blueprint("setup", __name__)

_FAILING_NAME = "/setup"
"""Under which wrong codes are counted among the failed sign-ins; no user name looks like it."""


@bp.route("/setup", methods=["GET", "POST"])
@public
def setup() -> Any:
    """Make the administrator, the school's name and its term; once, with the code of the console."""
    if account_queries.any_account():
        return redirect(url_for("accounts.login"))
    folder = Path(current_app.config["DATA_DIR"])
    form = forms.SetupForm()
    if form.is_submitted() and form.code.data:
        address, now = request.remote_addr or "?", clock.now()
        if account_queries.is_locked_out(_FAILING_NAME, address, now):
            form.refuse("", account_words(AccountRefusal.TOO_MANY_FAILURES, {}))
            return page("setup/setup.html", form=form, code=429)
        if not service.opens(folder, form.code.data):
            with transaction():
                accounts.note_failure(now, _FAILING_NAME, address)
            form.validate()
            form.refuse("code", forms.refusal_words(Refusal.WRONG_CODE, {}))
            return page("setup/setup.html", form=form)

    def begin() -> str:
        service.set_up(
            None,
            clock.now(),
            clock.today(),
            service.Beginning(
                school=form.school.data,
                username=form.username.data,
                name=form.name.data,
                password_hash=accounts.hash_password(form.password.data),
                term=form.term.data,
                starts=form.starts.data,
                ends=form.ends.data,
            ),
        )
        if administrator := account_queries.user_named(form.username.data):
            sign_device_in(signed_in(administrator))
        return url_for("school.overview")

    done = taken(form, "school.set_up", begin, forms.refusal_words)
    if done:
        service.forget_code(folder)
    return done or page("setup/setup.html", form=form)
