"""Which language."""

from flask import Flask, abort, current_app, g, has_request_context, request, session
from flask_babel import Babel, get_locale

from tracker.config import LANGUAGES

HTML_LANG = {"zh_Hans": "zh-CN", "en": "en"}
NAMES = {"zh_Hans": "简体中文", "en": "English"}

babel = Babel()


def init_app(app: Flask) -> None:
    """Choose the language of every request: `?lang`, the session, the account, the setting."""
    babel.init_app(app, locale_selector=_choose)
    app.before_request(_remember)


def _remember() -> None:
    asked = request.args.get("lang")
    if asked is None:
        return
    if asked not in LANGUAGES:
        # The error page itself must not ask for the unknown language again.
        g.language = current_app.config["LANGUAGE"]
        abort(400)
    session["language"] = asked


def _choose() -> str:
    if not has_request_context():
        return str(current_app.config["LANGUAGE"])
    if chosen := g.get("language"):
        return str(chosen)
    identity = g.get("identity")
    return str(
        session.get("language") or (identity.language if identity else None) or current_app.config["LANGUAGE"]
    )


def language() -> str:
    """The language in use: `zh_Hans` or `en`."""
    return str(get_locale())
