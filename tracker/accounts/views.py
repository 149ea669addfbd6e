"""Signing in and out, and one's own account."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts import device_service, forms, keptform, queries, service
from tracker.accounts.guards import (
    public,
    requires,
    sign_device_in,
    sign_device_in_again,
    sign_device_out,
    signed_in,
)
from tracker.accounts.models import User
from tracker.accounts.rules import DAYS_WITHOUT_TERM, DeviceUse, Refusal, device_name
from tracker.db import transaction
from tracker.edge import page, taken
from tracker.permissions import Permission
from tracker.school import queries as school

bp = Blueprint("accounts", __name__)


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> Any:
    """Sign in, and go on to where one wanted to be."""
    form = forms.LoginForm(use=DeviceUse.OWN if "Mobile" in request.user_agent.string else DeviceUse.SHARED)
    onward = forms.local_path(form.next.data or request.args.get("next"))
    if g.identity:
        return redirect(onward or url_for("home.home"))
    if not queries.any_account():
        return redirect(url_for("setup.setup"))
    form.next.data = onward or ""
    if form.validate_on_submit():
        name, address = form.username.data, request.remote_addr or "?"
        if queries.is_locked_out(name, address, clock.now()):
            form.refuse("", forms.refusal_words(Refusal.TOO_MANY_FAILURES, {}))
            return page("accounts/login.html", form=form, code=429)
        user = service.opened_by(name, form.password.data)
        if user:
            device, use, today = signed_in(user), form.device_use, clock.today()
            token = None
            with transaction():
                service.note_sign_in(clock.now(), user.id, name, address)
                if use is DeviceUse.OWN:
                    ends = school.term_end(today) or today + timedelta(days=DAYS_WITHOUT_TERM)
                    kept_as = device_name(request.user_agent.string)
                    token = device_service.keep_signed_in(clock.now(), user.id, kept_as, today, ends)
            sign_device_in(device, use, token=token, today=today)
            if again := keptform.unseal(form.kept.data or ""):
                return _go_on(user, use, again)
            return redirect(onward or url_for("home.home"), 303)
        with transaction():
            service.note_failure(clock.now(), name, address)
        form.refuse("username", forms.refusal_words(Refusal.WRONG_CREDENTIALS, {}))
    return page("accounts/login.html", form=form)


def _go_on(user: User, use: DeviceUse, again: keptform.KeptForm) -> Any:
    """The form that had met the ended sign-in, to be sent by whoever may; others never see it."""
    who = queries.identity_of(user.id, user.session_epoch, clock.today())
    if who and use is DeviceUse.CLASSROOM:
        who = replace(who, on_classroom_screen=True)
    g.identity = who
    if who is None or not keptform.may_send(who, again):
        flash(_("What was entered before belongs to somebody else. It was not sent."), "danger")
        return redirect(url_for("home.home"), 303)
    return render_template("accounts/kept.html", kept=again)


@bp.post("/logout")
@public
def logout() -> Any:
    """Sign this device out; one that would have stayed signed in is off its owner's list."""
    if g.identity and g.identity.device_id:
        with transaction():
            device_service.revoke(g.identity.user_id, clock.now(), g.identity.device_id)
    sign_device_out()
    return redirect(url_for(".login"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def password() -> Any:
    """Change one's own password; the other devices must sign in again."""
    form = forms.OwnPasswordForm()

    def change() -> str:
        user = service.change_own_password(
            g.identity.user_id, clock.now(), form.old.data, service.hash_password(form.password.data)
        )
        sign_device_in_again(signed_in(user))
        flash(_("The password is changed. Your other devices must sign in again."))
        return url_for("home.home")

    return taken(form, "account.password", change, forms.refusal_words) or page(
        "accounts/password.html", form=form
    )


@bp.route("/account/language", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def language() -> Any:
    """Choose the language of one's account, wherever one signs in."""
    form = forms.LanguageForm(language=g.identity.language)

    def choose() -> str:
        service.set_language(g.identity.user_id, clock.now(), form.language.data)
        session["language"] = form.language.data
        return url_for("home.home")

    return taken(form, "account.language", choose, forms.refusal_words) or page(
        "accounts/language.html", form=form
    )
