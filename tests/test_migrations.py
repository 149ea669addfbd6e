"""What the migrations make is what the models say, on both databases, and data survives them."""

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.cast import NOW, count
from tests.cli.runner import invoke
from tests.conftest import make_app
from tracker import datafolder, schema
from tracker.accounts import service as accounts
from tracker.accounts.models import User, UserRole
from tracker.accounts.rules import Role
from tracker.db import db, transaction


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
        db.session.remove()
        db.engine.dispose()
    created = sa.create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    db.metadata.create_all(created)
    assert migrated == dumped(created)
    created.dispose()


def test_migrated_and_created_are_the_same_on_postgresql(postgres, tmp_path):
    # Databases of their own: what other tests have restored tells its CHECKs in other words.
    admin = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in ("migrated", "created"):
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(
                sa.text(f"CREATE DATABASE {name} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0")
            )
    admin.dispose()
    url = sa.make_url(postgres)
    app = make_app(tmp_path / "app", url.set(database="migrated").render_as_string(hide_password=False))
    with app.app_context():
        schema.upgrade()
        migrated = dumped(db.engine)
        db.session.remove()
        db.engine.dispose()
    created = sa.create_engine(url.set(database="created"))
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
        db.session.remove()
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


NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9000", {head!r}


def upgrade():
    op.execute(sa.text({statement!r}))
"""


@pytest.fixture
def older(tmp_path, monkeypatch):
    """A school of today's schema, and a program with one revision more: `older(statement)` says which."""
    app = make_app(tmp_path / "older")
    with app.app_context():
        schema.upgrade()
        with transaction():
            accounts.create(None, NOW, username="ada", name="Ada", password_hash="-", roles=[Role.ADMIN])
        scripts = tmp_path / "migrations"
        shutil.copytree(Path(schema.__file__).parent / "migrations", scripts)
        newest = schema.HEAD
        monkeypatch.setattr(schema, "HEAD", "9000")
        app.config["MIGRATIONS"] = str(scripts)

        def program(statement):
            (scripts / "versions" / "9000_next.py").write_text(NEXT.format(statement=statement, head=newest))
            return app

        yield program
        db.session.remove()
        db.engine.dispose()


HARMLESS = "CREATE TABLE another (id INTEGER)"


def revision_in(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_an_older_sqlite_file_is_upgraded_and_a_copy_of_it_kept(older):
    newest = schema.revision()
    folder = older(HARMLESS).config["DATA_DIR"]
    schema.prepare()
    assert (schema.revision(), count(User)) == ("9000", 1)
    (copy,) = folder.glob("tracker-before-*.db")
    assert copy.name == f"tracker-before-9000-from-{newest}.db" and revision_in(copy) == newest
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT username FROM user").fetchall() == [("ada",)]
    kept = sa.create_engine(f"sqlite:///{copy}")
    assert not sa.inspect(kept).has_table("another")
    kept.dispose()


def test_a_migration_that_would_orphan_rows_changes_nothing(older):
    newest = schema.revision()
    older('DELETE FROM "user"')
    with pytest.raises(RuntimeError, match=r"orphan rows of .*user_role"):
        schema.upgrade()
    assert (schema.revision(), count(User), count(UserRole)) == (newest, 1, 1)


def test_an_upgrade_waits_until_no_server_uses_the_folder(older):
    newest = schema.revision()
    app = older(HARMLESS)
    script = (
        "import pathlib, sys; from tracker import datafolder\n"
        "with datafolder.lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", script, str(app.config["DATA_DIR"])],
        cwd=Path(schema.__file__).parent.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout.readline() == "held\n"
    try:
        for words in (("upgrade",), ("user-disable", "ada")):
            said = invoke(app, *words, code=2)
            assert "already using the data folder" in said and len(said.strip().splitlines()) == 1
        assert schema.revision() == newest and not list(app.config["DATA_DIR"].glob("tracker-before-*"))
    finally:
        server.communicate()
    assert "Schema 9000" in invoke(app, "upgrade")
    assert "nothing to do" in invoke(app, "upgrade")


def test_without_a_copy_beside_it_nothing_is_upgraded(older):
    newest = schema.revision()
    app = older(HARMLESS)
    (app.config["DATA_DIR"] / f"tracker-before-9000-from-{newest}.db").mkdir()
    said = invoke(app, "upgrade", code=2)
    assert "Nothing was upgraded" in said and len(said.strip().splitlines()) == 1
    assert schema.revision() == newest


def test_a_disk_that_is_full_in_the_middle_of_an_upgrade_is_told_in_one_line(older, monkeypatch):
    def is_full():
        raise sa.exc.OperationalError("ALTER", {}, sqlite3.OperationalError("database or disk is full"))

    app = older(HARMLESS)
    monkeypatch.setattr(schema, "_run_revisions", is_full)
    said = invoke(app, "upgrade", code=2)
    assert "database or disk is full" in said and len(said.strip().splitlines()) == 1


def test_whoever_holds_the_folder_may_upgrade_and_keeps_it(older):
    folder = older(HARMLESS).config["DATA_DIR"]
    with datafolder.lock(folder):
        schema.prepare()
        held = "import pathlib, sys; from tracker import datafolder\nwith datafolder.lock(pathlib.Path(sys.argv[1])): pass"
        other = subprocess.run(
            [sys.executable, "-c", held, str(folder)], cwd=Path(schema.__file__).parent.parent, text=True, capture_output=True
        )  # fmt: skip
        assert other.returncode == 1 and "already using" in other.stderr
    assert schema.revision() == "9000"


def test_commands_need_no_lock_where_nothing_is_to_do(app):
    with datafolder.lock(app.config["DATA_DIR"]):
        assert "nothing to do" in invoke(app, "upgrade")


def test_an_older_postgresql_database_waits_for_the_command(postgres_app):
    app, _ = postgres_app
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        try:
            with pytest.raises(schema.SchemaError, match="older schema: run `flask --app app upgrade`"):
                schema.prepare()
        finally:
            with db.engine.begin() as connection:
                connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{schema.HEAD}'"))
        schema.prepare()


def test_the_upgrade_command_refuses_a_newer_schema_in_one_line(app):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()
    said = invoke(app, "upgrade", code=2)
    assert "newer schema" in said and len(said.strip().splitlines()) == 1


def test_a_database_nobody_answers_at_is_refused_in_one_line(tmp_path):
    app = make_app(tmp_path / "away", "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")
    with app.app_context():
        for words in (("upgrade",), ("user-disable", "ada")):
            said = invoke(app, *words, code=2)
            assert "The database cannot be used" in said and len(said.strip().splitlines()) == 1
        db.session.remove()
        db.engine.dispose()
