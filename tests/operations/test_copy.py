"""A school moves from SQLite to PostgreSQL and back: every table equal, every score the same."""

import contextlib
import sqlite3
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from tests.cast import ZONE
from tests.cli.runner import invoke
from tests.conftest import make_app
from tests.operations.first_school import lay, lay_the_rest
from tracker import clock, schema
from tracker.assessment import queries as assessment
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.db import db
from tracker.operations import database_copy
from tracker.operations.database_copy import digest
from tracker.school.models import Term


@pytest.fixture
def empty_postgres(postgres):
    """The URL of an empty database beside the tests' own."""
    admin = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS moved WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE moved ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"))
    admin.dispose()
    return sa.make_url(postgres).set(database="moved").render_as_string(hide_password=False)


@contextlib.contextmanager
def school_at(folder, url=""):
    app = make_app(folder, url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


THURSDAY = datetime(2026, 11, 26, 18, 0, tzinfo=ZONE)


def told():
    """What the whole school holds, table by table, and the scores of a week."""
    with db.engine.connect() as connection:
        tables = {table.name: digest(connection, table) for table in db.metadata.sorted_tables}
    week = assessment.school_week("2026-W48", THURSDAY.date())
    scores = assessment.week_scores(week, THURSDAY.date(), THURSDAY, DEFAULT_SCHEME)
    return tables, [(line.score, line.rank, line.parts) for line in scores]


@pytest.fixture
def school(tmp_path):
    """The school of the first landing, with a row in every table that came since."""
    folder = tmp_path / "school"
    lay(folder / "tracker.db")
    with school_at(folder) as app:
        schema.prepare()
        lay_the_rest(THURSDAY)
        yield app


def test_a_school_moves_to_postgresql_and_back_and_every_table_and_score_is_the_same(
    school, empty_postgres, tmp_path
):
    clock.freeze(THURSDAY)
    before = told()
    assert [name for name, (many, _) in before[0].items() if not many] == []
    assert sum(many for many, _ in before[0].values()) > 600 and all(score for score, _, _ in before[1])
    assert db.session.execute(sa.text("SELECT refers_to FROM supply_move ORDER BY id")).scalars().all() == [
        2,
        None,
    ]
    assert "each table the same" in invoke(school, "copy-database", "--to", empty_postgres)
    with school_at(tmp_path / "school", empty_postgres) as moved:
        schema.prepare()
        assert told() == before
        # The next row gets a number that nobody has; the keys hold again at once.
        newest = db.session.scalar(sa.select(sa.func.max(Term.id)))
        db.session.add(term := Term(name="Next", starts=date(2027, 2, 1), ends=date(2027, 7, 1)))
        db.session.flush()
        assert term.id == newest + 1
        db.session.rollback()
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.text("DELETE FROM student"))
        db.session.rollback()
        back = tmp_path / "back" / "tracker.db"
        back.parent.mkdir()
        invoke(moved, "copy-database", "--to", f"sqlite:///{back}")
    with school_at(tmp_path / "back"):
        assert told() == before


def refused(app, url):
    said = invoke(app, "copy-database", "--to", url, code=1)
    assert len(said.strip().splitlines()) == 1, said
    return said


def test_a_database_that_is_not_empty_is_left_alone(school, tmp_path):
    full = tmp_path / "full.db"
    with contextlib.closing(sqlite3.connect(full)) as connection:
        connection.execute("CREATE TABLE somebodys (id INTEGER)")
    assert "not empty" in refused(school, f"sqlite:///{full}")
    assert "already" in refused(school, f"sqlite:///{school.config['DATA_DIR'] / 'tracker.db'}")
    with contextlib.closing(sqlite3.connect(full)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_what_would_not_be_the_same_there_is_not_kept(school, tmp_path, monkeypatch):
    whole = database_copy._copy_rows

    def loses(reading, writing, table):
        whole(reading, writing, table)
        if table.name == "observation":
            writing.execute(sa.text("DELETE FROM observation WHERE id = (SELECT max(id) FROM observation)"))

    target = tmp_path / "new.db"
    monkeypatch.setattr(database_copy, "_copy_rows", loses)
    assert "observation would not be the same" in refused(school, f"sqlite:///{target}")
    monkeypatch.undo()
    assert "each table the same" in invoke(school, "copy-database", "--to", f"sqlite:///{target}")


@pytest.mark.parametrize("url", ["", "mysql://x/y"])
def test_an_address_that_is_none_is_one_line(school, url):
    said = invoke(school, "copy-database", "--to", url, code=1 if not url else 2)
    assert len(said.strip().splitlines()) == 1
