"""Whether what was encrypted can be read with the keys of this data folder."""

import sqlalchemy as sa

from tracker import datafolder
from tracker.db import db

WITHOUT = "everything else can be read without it: classes, sheets, absences, calls, rooms, scores"


def unreadable() -> dict[str, int]:
    """How many encrypted values cannot be read here, by the id of the key they were written with."""
    mine = datafolder.key_ids()
    found: dict[str, int] = {}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_enc"):
                mark = sa.func.substr(column, 1, 8)
                rows = sa.select(mark, sa.func.count()).where(column.is_not(None)).group_by(mark)
                for key_id, many in db.session.execute(rows):
                    if key_id not in mine:
                        found[key_id] = found.get(key_id, 0) + many
    return found


def problems() -> list[str]:
    """What cannot be read here, in a line each for whoever runs the server."""
    return [
        f"guardians.key is missing or another one: {many} names and phones of guardians and other encrypted "
        f"texts were written with the key {key_id}. Put that file into the data folder; {WITHOUT}"
        for key_id, many in unreadable().items()
    ]
