"""The school of the first landing, as `tests/fixtures/first_school.sql` keeps it."""

import sqlite3
from contextlib import closing
from pathlib import Path

FIXTURE = Path(__file__).parents[1] / "fixtures" / "first_school.sql"


def lay(path: Path) -> None:
    """Make the database of revision 0001 with a row in every table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIXTURE.read_text(encoding="utf-8"))


def tables_of(path: Path) -> dict[str, tuple[tuple[str, ...], list[tuple]]]:
    """Every table's columns and rows, as they lie in the file."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        found = {}
        for (name,) in names:
            rows = connection.execute(f'SELECT * FROM "{name}"')
            found[name] = (tuple(column[0] for column in rows.description), sorted(rows.fetchall(), key=repr))
        return found
