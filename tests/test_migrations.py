"""What the migrations make is what the models say, on both databases, and data survives them."""

import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.conftest import make_app
from tracker import schema
from tracker.db import db


def dumped(engine: sa.Engine) -> dict[str, str]:
    """The schema as the database itself tells it: CHECKs and partial indices included."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
            ).all()
            return {name: _plain(sql) for name, sql in rows}
        inspector = sa.inspect(connection)
        found = {}
        for table in inspector.get_table_names():
            if table == "alembic_version":
                continue
            columns = [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)]
            found[table] = str(sorted(columns))
            found[f"{table} keys"] = str(
                [
                    inspector.get_pk_constraint(table),
                    sorted(map(str, inspector.get_foreign_keys(table))),
                    sorted(map(str, inspector.get_unique_constraints(table))),
                    sorted(map(str, inspector.get_check_constraints(table))),
                ]
            )
        found["indices"] = str(
            sorted(
                connection.execute(
                    sa.text(
                        "SELECT indexdef FROM pg_indexes "
                        "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                    )
                ).scalars()
            )
        )
        return found


def _plain(sql: str) -> str:
    """A statement without the accidents of its layout: its parts in order, whitespace and quotes apart."""
    head, _, body = re.sub(r"\s+", " ", sql.replace('"', "")).partition("(")
    parts, depth = [""], 0
    for letter in body.rstrip()[: -1 if body.rstrip().endswith(")") else None]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return head.strip() + "|" + "|".join(sorted(part.strip() for part in parts))


def test_the_program_knows_its_newest_revision():
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_migrated_and_created_are_the_same_on_sqlite(tmp_path):
    app = make_app(tmp_path / "migrated")
    with app.app_context():
        schema.upgrade()
        migrated = dumped(db.engine)
        db.engine.dispose()
    created = sa.create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    db.metadata.create_all(created)
    assert migrated == dumped(created)
    created.dispose()


def test_migrated_and_created_are_the_same_on_postgresql(postgres_app, postgres):
    app, _ = postgres_app
    with app.app_context():
        migrated = dumped(db.engine)
    admin = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS created"))
        connection.execute(sa.text("CREATE DATABASE created ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"))
    admin.dispose()
    created = sa.create_engine(sa.make_url(postgres).set(database="created"))
    db.metadata.create_all(created)
    assert migrated == dumped(created)
    created.dispose()


def test_a_newer_schema_is_refused_in_one_line(app):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()
    with pytest.raises(schema.SchemaError, match="newer schema"):
        schema.prepare()


def test_a_database_that_is_none_is_refused_in_one_line(tmp_path):
    app = make_app(tmp_path / "broken")
    (tmp_path / "broken" / "tracker.db").write_bytes(b"this is no database" * 100)
    with app.app_context():
        with pytest.raises(schema.SchemaError, match="cannot be used"):
            schema.prepare()
        db.engine.dispose()


def test_a_demo_database_opens_with_demo_only(tmp_path):
    app = make_app(tmp_path / "demo")
    with app.app_context():
        schema.upgrade()
        schema.mark_as_demo()
        db.session.commit()
        with pytest.raises(schema.SchemaError, match="--demo"):
            schema.prepare()
        app.config["DEMO"] = True
        schema.prepare()
        db.session.remove()
        db.engine.dispose()


def test_a_real_database_is_not_opened_as_a_demo(app):
    app.config["DEMO"] = True
    try:
        with pytest.raises(schema.SchemaError, match="is none"):
            schema.prepare()
    finally:
        app.config["DEMO"] = False


def test_sqlite_keeps_the_promises_it_makes_only_when_asked(app):
    told = {
        name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
    }
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 15000}


def test_nothing_cascades(app):
    assert not [key for table in db.metadata.tables.values() for key in table.foreign_keys if key.ondelete]
    assert sqlite3.sqlite_version_info >= (3, 35)
