"""One line in the log for every request: never a path's ids, a query or a name."""

import logging
import re
import secrets
import time
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import event
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.db import db

log = logging.getLogger("tracker.request")

_NOT_COUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)", re.IGNORECASE)


def init_app(app: Flask) -> None:
    """Number, time and count every request."""
    if not logging.getLogger("tracker").handlers and not app.testing:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger("tracker").addHandler(handler)
        logging.getLogger("tracker").setLevel(logging.INFO)
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_end)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)


def _begin() -> None:
    g.request_id = secrets.token_hex(4)
    g.began = time.perf_counter()
    g.statements = 0


def _count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if has_request_context() and not _NOT_COUNTED.match(statement):
        g.statements = g.get("statements", 0) + 1


def _end(response: Response) -> Response:
    if request.endpoint != "static":
        identity = g.get("identity")
        log.info(
            "%s %s %s %d %.0fms %d statements user %s",
            g.request_id,
            request.method,
            request.url_rule.rule if request.url_rule else "-",
            response.status_code,
            (time.perf_counter() - g.began) * 1000,
            g.statements,
            identity.user_id if identity else "-",
        )
    return response
