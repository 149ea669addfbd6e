"""The pictures of the README, taken by one command from a demo school that is always the same.

    python -m docs.pictures

Beside each picture stands what its page said then; `tests/test_pictures.py` compares that with what the
page says now.  Needs Chromium (its path in CHROMIUM) and, for the Chinese pages, a Chinese font.
"""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from tracker import clock, create_app
from tracker.accounts.guards import signed_in
from tracker.accounts.queries import user_named
from tracker.db import db
from tracker.demo import school as demo

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).with_suffix("")
DAY = date(2026, 5, 20)
SHEET = f"/screening/2023-2/{DAY}/arrival"
LANGUAGES = {"zh": "zh_Hans", "en": "en"}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1.5,
    "is_mobile": True,
    "has_touch": True,
}
DESK = {"viewport": {"width": 1366, "height": 768}}
COLOURS = 128


def mark_a_fever_and_an_absence(page: "Page") -> None:
    """One child is absent through illness, one has a fever that waits for its retest."""
    gone, hot = page.locator(".chip").nth(1), page.locator(".chip").nth(2)
    gone.locator("> summary").tap()
    gone.locator("[value='absent:illness'] + label").tap()
    gone.locator("> summary").tap()
    hot.locator("> summary").tap()
    hot.locator("[name^=t1-]").fill("37.8")
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it, or one chart of it."""

    name: str
    who: str
    path: str
    device: dict[str, Any]
    prepare: Callable[["Page"], None] = lambda page: None
    """What is done on the page before it is taken."""
    chart: str | None = None
    """The chart that alone is taken; its section of the page is its text, with the table of its numbers."""


PICTURES = [
    Picture("sheet", "teacher", SHEET, PHONE, mark_a_fever_and_an_absence),
    Picture("nurse", "nurse", "/absences/", DESK),
    Picture("chart", "principal", "/meeting/", DESK, chart="illness-absence"),
]


@contextmanager
def school() -> Iterator[Flask]:
    """The demo school of the pictures, its clock stopped at 08:05 of its day."""
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-", ignore_cleanup_errors=True) as folder:
        app = create_app({"DATA_DIR": folder, "DATABASE_URL": "", "TIMEZONE": "Asia/Shanghai"}, demo=True)
        with app.app_context():
            demo.make(DAY)
            clock.freeze(demo.starting_time())
            db.session.remove()
        try:
            yield app
        finally:
            clock.freeze(None)
            with app.app_context():
                db.engine.dispose()


def visitor(app: Flask, picture: Picture, language: str) -> FlaskClient:
    """Somebody signed in, as the sign-in page would leave the session."""
    client = app.test_client()
    with app.app_context():
        user = user_named(picture.who)
        assert user
    with client.session_transaction() as session:
        session.update(_user_id=signed_in(user).get_id(), _fresh=True, language=LANGUAGES[language])
    return client


def text_of(app: Flask, picture: Picture, language: str) -> str:
    """What the page of a picture says as the server sends it, a line for each piece of text."""
    answer = visitor(app, picture, language).get(picture.path)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    if picture.chart:
        part = page.select_one(f"section[aria-labelledby={picture.chart}]")
    else:
        part = page.select_one("body")
        for unseen in page.select("[hidden], .skip, footer, details:not([open]) > :not(summary)"):
            unseen.decompose()
    assert part
    return "".join(f"{' '.join(text.split())}\n" for text in part.stripped_strings)


def main() -> None:
    """Take all pictures, and write down what their pages say."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    logging.getLogger("tracker").addHandler(logging.NullHandler())  # no line for each request
    with school() as app, served(app) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for picture, language in product(PICTURES, LANGUAGES):
            file = FOLDER / f"{picture.name}.{language}.png"
            said = text_of(app, picture, language)
            file.with_suffix(".txt").write_text(said, encoding="utf-8", newline="\n")
            context = browser.new_context(**picture.device, reduced_motion="reduce")
            cookie = visitor(app, picture, language).get_cookie("tracker")
            assert cookie
            context.add_cookies([{"name": "tracker", "value": cookie.value, "url": base}])
            page = context.new_page()
            page.goto(base + picture.path, wait_until="networkidle")
            picture.prepare(page)
            taken = page.locator(f"#{picture.chart} ~ picture img") if picture.chart else page
            file.write_bytes(_small(taken.screenshot()))
            print(f"{file.name}  {file.stat().st_size / 1000:.0f} kB")
            context.close()
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which a browser reaches the application."""
    from waitress import create_server

    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    serving.join(5)


def _small(png: bytes) -> bytes:
    """A picture in as few colours as a page has."""
    from PIL import Image

    few = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    file = BytesIO()
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
