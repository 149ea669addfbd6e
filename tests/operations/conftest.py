"""PostgreSQL's own tools, from where its server comes from; a folder for backups."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tracker.db import db
from tracker.operations.models import Job


def tools_folder() -> str:
    """Where pg_dump and pg_restore of the tests' PostgreSQL lie: beside the program that serves it."""
    with db.engine.connect() as connection:
        folder = connection.execute(sa.text("SHOW data_directory")).scalar()
    program = (Path(folder) / "postmaster.opts").read_text().split()[0]
    return str(Path(program.strip('"')).parent)


@pytest.fixture
def on_postgres(postgres_app, monkeypatch):
    """The application on PostgreSQL, with its tools and without jobs."""
    app, _ = postgres_app
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.delete(Job))
        monkeypatch.setitem(app.config, "PG_BIN", tools_folder())
        yield app
        db.session.remove()


@pytest.fixture
def tools(either_app, monkeypatch):
    """The application on either database, with PostgreSQL's tools where it needs them."""
    app, cast = either_app
    if db.engine.dialect.name == "postgresql":
        monkeypatch.setitem(app.config, "PG_BIN", tools_folder())
        with db.engine.begin() as connection:
            names = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore%'"
            for name in connection.execute(sa.text(names)).scalars().all():
                connection.execute(sa.text(f'DROP SCHEMA "{name}" CASCADE'))
    return app, cast
