"""A school of the first landing goes on: nothing of it is lost on the way to the newest schema."""

from datetime import datetime

import pytest

from tests.cast import ZONE
from tests.cli.runner import invoke
from tests.conftest import Visitor, make_app
from tests.operations.first_school import lay, tables_of
from tracker import clock, schema
from tracker.db import db


@pytest.fixture
def first(tmp_path):
    """The school as it was, brought to the newest schema; the application on it."""
    folder = tmp_path / "school"
    path = folder / "tracker.db"
    lay(path)
    was = tables_of(path)
    app = make_app(folder)
    with app.app_context():
        schema.prepare()
        db.session.remove()
        db.engine.dispose()
        yield app, was, tables_of(path)
        db.session.remove()
        db.engine.dispose()


def test_the_fixture_has_a_row_in_every_table_of_the_first_schema(first):
    _, was, _ = first
    assert was["alembic_version"] == (("version_num",), [("0001",)])
    assert len(was) == 36 and all(rows for _, rows in was.values())


def test_every_row_and_every_value_of_the_first_schema_is_there_after_the_migrations(first):
    _, was, now = first
    for name, (columns, rows) in was.items():
        if name == "alembic_version":
            continue
        assert name in now, f"the table {name} is gone"
        columns_now, rows_now = now[name]
        assert set(columns) <= set(columns_now), name
        places = [columns_now.index(column) for column in columns]
        found = sorted((tuple(row[place] for place in places) for row in rows_now), key=repr)
        assert [row for row in rows if row not in found] == [], name
        if name not in ("session_plan", "setting"):
            assert found == rows, name


def test_the_school_works_on_after_the_migrations(first):
    app, _, _ = first
    assert "WRONG" not in "".join(
        line for line in invoke(app, "check", code=1).splitlines(True)
        if line.split(":")[0].split(None, 1)[1] in ("integrity", "foreign keys", "orphans", "schema")
    )  # fmt: skip
    clock.freeze(datetime(2026, 11, 26, 9, 0, tzinfo=ZONE))
    for who in ("teacher", "nurse", "principal"):
        Visitor(app).sign_in(who).get("/")
    Visitor(app).sign_in("nurse").get("/absences/")
    Visitor(app).sign_in("assessment").get("/assessment/")
