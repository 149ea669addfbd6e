"""How a rule says no, and what the visitor sees then."""

import logging
from collections.abc import Sequence
from enum import StrEnum
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, current_app, g, jsonify, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.db import db

log = logging.getLogger("tracker")


class Rejected(Exception):
    """What was asked can be read, but a rule says no: which rule, and at which field."""

    def __init__(self, reason: StrEnum, field: str = "", **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.details = details
        self.every: Sequence[Rejected] = (self,)
        """All that was refused at once, this first."""

    @classmethod
    def unless_empty(cls, refusals: Sequence["Rejected"]) -> None:
        """Say no to all that is wrong, at once; nothing where nothing is."""
        if refusals:
            refusals[0].every = refusals
            raise refusals[0]


class RunAgain(Exception):
    """Somebody else changed what a decision rested on: the deed is done once more from its beginning."""


TITLES = {
    400: _l("This request cannot be understood"),
    403: _l("This page is not for you"),
    404: _l("There is nothing here"),
    405: _l("This request cannot be understood"),
    409: _l("Somebody else was faster"),
    410: _l("This was withdrawn"),
    413: _l("This is too large"),
    429: _l("Too many attempts"),
    500: _l("Something went wrong on our side"),
    503: _l("The database cannot be reached"),
}

ADVICE = {
    400: _l(
        "Please go back, load the page again and repeat the step. What you typed may still be in the form."
    ),
    403: _l("Your account has no role for it. The administrator can change that."),
    404: _l("The address may be mistyped, or the thing belongs to somebody else."),
    405: _l("Please go back and use the buttons of the page."),
    413: _l("Please choose a smaller file, or paste less text, and send it again."),
    429: _l("Please wait a quarter of an hour, or ask the administrator."),
    500: _l(
        "Nothing was half-saved. Please try again; if it happens again, tell the administrator this number."
    ),
    503: _l("Nothing was saved. Please try again in a moment."),
}


def init_app(app: Flask) -> None:
    """Give every error a page in the visitor's language, with the request's number and a way back."""
    app.before_request(_refuse_nul)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(sa.exc.OperationalError, _database_error)
    app.register_error_handler(Exception, _failure)


def _refuse_nul() -> None:
    # PostgreSQL keeps no text with it, and nobody types it.
    sent = (*request.args.items(multi=True), *request.form.items(multi=True), (request.path,))
    if any("\0" in text for texts in sent for text in texts):
        abort(400)


def _page(code: int, advice: Any = None) -> tuple[str, int]:
    # What failed may have left a broken transaction, and the page itself asks for the school's name.
    db.session.rollback()
    title = TITLES.get(code, TITLES[400])
    return render_template("error.html", code=code, title=title, advice=advice or ADVICE.get(code)), code


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if request.path == "/healthz":
        return jsonify(status="error"), error.code
    return _page(error.code)


def _csrf_error(error: CSRFError) -> Any:
    from tracker.accounts.guards import PUBLIC, ask_to_sign_in

    view = current_app.view_functions.get(request.endpoint or "")
    if g.get("identity") is None and getattr(view, "guard", PUBLIC) != PUBLIC:
        return ask_to_sign_in()
    return _page(
        400, _l("The form did not come from this page, or you signed in again since. Please load it anew.")
    )


def _database_error(error: sa.exc.OperationalError) -> tuple[str, int]:
    # The statement's parameters may name people: only the driver's own words are logged.
    log.error("request %s: database: %s", g.get("request_id"), type(error.orig).__name__)
    return _page(503)


def _failure(error: Exception) -> tuple[str, int]:
    if current_app.testing:
        raise error
    log.error("request %s: %s", g.get("request_id"), type(error).__name__, exc_info=without_values(error))
    return _page(500)


def without_values(error: BaseException) -> tuple[type[Exception], Exception, TracebackType | None]:
    """A failure for the log: its kind and place; its own words may hold a row's values, which name people."""
    return Exception, Exception(type(error).__name__), error.__traceback__
