"""How Alembic reaches the application's database."""

import warnings

import sqlalchemy as sa
from alembic import context

from tracker.db import db


def run() -> None:
    engine = sa.create_engine(db.engine.url)
    if engine.dialect.name == "sqlite":
        # Rebuilding a parent table with foreign keys on would delete or forbid its children.
        @sa.event.listens_for(engine, "connect")
        def plain(connection, _record):  # type: ignore[no-untyped-def]
            connection.isolation_level = None
            connection.execute("PRAGMA foreign_keys=OFF").close()
            connection.execute("PRAGMA busy_timeout=15000").close()
            connection.execute("PRAGMA journal_mode=WAL").close()

        @sa.event.listens_for(engine, "begin")
        def begin(connection):  # type: ignore[no-untyped-def]
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as connection:
            # Alembic takes SQLite for a database that cannot take back a CREATE; begun as above, it can.
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                render_as_batch=True,
                transactional_ddl=True,
            )
            with context.begin_transaction(), warnings.catch_warnings():
                # Rebuilding a table reads those it points to: the index on lower(username) is seen and left
                # alone.  A migration that rebuilds `user` itself must make it again.
                warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
                context.run_migrations()
                if engine.dialect.name == "sqlite":
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        tables = sorted({row[0] for row in broken})
                        raise RuntimeError(f"the migration would orphan rows of {tables}")
    finally:
        engine.dispose()


run()
