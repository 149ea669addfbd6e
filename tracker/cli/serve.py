"""`python app.py`: prepares the school and serves it until Ctrl-C or SIGTERM."""

import argparse
import contextlib
import logging
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from flask import Flask

from tracker import __version__, clock, create_app, datafolder, requestlog, schema
from tracker.cli import nightly, notices
from tracker.cli.beside import EveryMinute
from tracker.config import SettingError
from tracker.operations import keys

log = logging.getLogger("tracker")

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the school.  Exit code 2, with one line, for what whoever starts it can mend."""
    options = _parser().parse_args(arguments)
    given = {
        name: value
        for name, value in (("HOST", options.host), ("PORT", options.port), ("DATA_DIR", options.data))
        if value is not None
    }
    try:
        if options.demo:
            return _serve_demo(given)
        app = create_app(given)
        with datafolder.lock(app.config["DATA_DIR"]), app.app_context():
            schema.prepare()
            requestlog.to_file(app)
            for line in keys.problems():
                log.warning("%s", line)
            _tell_about_setup(app)
            return _serve(app)
    except SettingError as no:
        print(no, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description="Health screening and disinfection tracker")
    parser.add_argument("--host", help="address to listen on (TRACKER_HOST, 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (TRACKER_PORT, 8000)")
    parser.add_argument("--data", metavar="DIR", help="folder of the school's data (TRACKER_DATA_DIR, data)")
    parser.add_argument("--demo", action="store_true", help="open a furnished, invented school")
    parser.add_argument("--version", action="version", version=__version__)
    return parser


def _serve_demo(given: dict[str, str]) -> int:
    """A throw-away school, or with --data one made by `flask --app app demo --out DIR`."""
    from tracker.demo import school as demo

    with tempfile.TemporaryDirectory(prefix="tracker-demo-", ignore_cleanup_errors=True) as folder:
        fresh = "DATA_DIR" not in given
        given = {"DATABASE_URL": "", **given, **({"DATA_DIR": folder} if fresh else {})}
        app = create_app(given, demo=True)
        if app.config["HOST"] not in LOOPBACK:
            raise SettingError("A demo school is served on this computer only: leave --host away")
        with datafolder.lock(app.config["DATA_DIR"]), app.app_context():
            if fresh:
                print("Making the demo school …", flush=True)
                demo.make(app.config["NOW"].date() if app.config["NOW"] else clock.today())
            schema.prepare()
            clock.shift_to(app.config["NOW"] or demo.starting_time())
            for line in demo.accounts_text():
                print(line)
            code = _serve(app)
            _release(app)
            return code


def _release(app: Flask) -> None:
    # Windows cannot delete a database that is still open.
    from tracker.db import db

    db.engine.dispose()


def _tell_about_setup(app: Flask) -> None:
    from tracker.setup import service as setup

    if code := setup.setup_code(Path(app.config["DATA_DIR"])):
        print(f"First start: open /setup and enter the code {code}", flush=True)


def _serve(app: Flask) -> int:
    from waitress import create_server

    host, port = app.config["HOST"], app.config["PORT"]
    _require_free(host, port)
    # Forty phones hold six connections each: waitress's own limits would let the 99th hang.
    server = create_server(
        app,
        host=host,
        port=port,
        threads=app.config["THREADS"],
        connection_limit=1000,
        channel_timeout=20,
        asyncore_use_poll=hasattr(select, "poll"),
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1024 * 1024,
        ident=None,
        clear_untrusted_proxy_headers=not app.config["PROXIES"],
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, stop)
    shown = f"[{host}]" if ":" in host else host
    print(f"Serving on http://{shown}:{server.effective_port}  (Ctrl-C ends it)", flush=True)
    try:
        with contextlib.ExitStack() as beside:
            beside.enter_context(EveryMinute(app, "notices", notices.send_due))
            if not app.config["DEMO"]:
                beside.enter_context(EveryMinute(app, "nightly", nightly.run_when_due))
            server.run()
    finally:
        server.close()
    return 0


def _require_free(host: str, port: int) -> None:
    """Raises SettingError, naming the port, where it cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise SettingError(f"Cannot listen on {host}:{port}: {problem.strerror}") from None
