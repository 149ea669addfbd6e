"""A real Chromium before a real server: nothing may be complained of, nothing may leave the application."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from waitress import create_server

from tests.cast import NOW, Cast
from tests.conftest import make_app, required
from tracker import clock
from tracker.accounts.guards import signed_in
from tracker.accounts.queries import user_named
from tracker.db import db

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Axe().axe_script
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKED_FOR = json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
"""What is in order is not told: telling it took longer than looking."""
# From an address axe-core is compiled once and not for every page.  Half hidden under the bar at the bottom, a field
# would count as too small a target: it looks at the end of the page.
LOOK = f"""async () => {{
    if (!window.axe) await new Promise(loaded => document.head.append(
        Object.assign(document.createElement("script"), {{src: "/axe.js", onload: loaded}})));
    window.scrollTo(0, document.body.scrollHeight);
    return (await axe.run({LOOKED_FOR})).violations;
}}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    if not Path(CHROMIUM).exists():
        if required("BROWSER"):
            pytest.fail(f"no Chromium at {CHROMIUM}")
        pytest.skip(f"no Chromium at {CHROMIUM}")
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield started
    started.close()


@dataclass
class Served:
    """The application as a browser reaches it."""

    app: Flask
    cast: Cast
    base: str


@pytest.fixture
def served(furnished: tuple[Path, Cast], tmp_path: Path) -> Iterator[Served]:
    """The cast's school on a port of its own, with axe-core beside it."""
    folder = tmp_path / "served"
    folder.mkdir()
    shutil.copy(furnished[0], folder / "tracker.db")
    app = make_app(folder)
    cast = furnished[1]
    axe = Response(AXE, mimetype="text/javascript", headers={"Cache-Control": "private, max-age=3600"})
    app.add_url_rule("/axe.js", "axe", lambda: axe)
    # A browser's clicks take time: the clock runs, or two corrections would fall into one instant.
    clock.freeze(None)
    clock.shift_to(NOW)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(app, cast, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    thread.join(5)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@dataclass
class Watched:
    """A page whose complaints are kept, and its requests."""

    page: Page
    served: Served
    complaints: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.served.base

    def become(self, username: str | None, language: str = "zh_Hans") -> None:
        """Go on as somebody who has signed in, or as somebody who has not."""
        client = self.served.app.test_client()
        with self.served.app.app_context():
            token = signed_in(user_named(username)).get_id() if username else None
        with client.session_transaction() as session:
            session["language"] = language
            if token:
                session.update(_user_id=token, _fresh=True)
        cookie = client.get_cookie("tracker")
        self.page.context.add_cookies([{"name": "tracker", "value": cookie.value, "url": self.base}])

    def open(self, path: str) -> Page:
        """Go to a path of the application."""
        self.page.goto(self.base + path)
        return self.page

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.0–2.2 A and AA on the page as it stands."""
        found = self.page.evaluate(LOOK)
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})" for one in found]


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Watched]]:
    """Opens a browser for somebody: `visit("ann", PHONE)`; whatever it complains of fails the test."""
    contexts: list[BrowserContext] = []
    pages: list[Watched] = []

    def opened(
        username: str | None, device: dict, *, language: str = "zh_Hans", script: bool = True
    ) -> Watched:
        # A colour on its way to another would be looked at half-way.
        context = browser.new_context(**device, java_script_enabled=script, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(60_000)
        watched = Watched(page, served)
        watched.become(username, language)
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning")
                and watched.complaints.append(f"{message.type}: {message.text}")
            ),
        )
        page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((served.base, "data:"))
                or watched.complaints.append(f"left the application: {request.url}")
            ),
        )
        contexts.append(context)
        pages.append(watched)
        return watched

    yield opened
    for context in contexts:
        context.close()
    for watched in pages:
        # A refused form answers 409 or 422, which Chromium notes as a failed resource.
        kept = [one for one in watched.complaints if "status of 4" not in one]
        assert kept == []
