"""Reading what was uploaded and waits for its confirmation.  Nothing here writes."""

import json
from typing import Any

import sqlalchemy as sa

from tracker import datafolder
from tracker.db import db
from tracker.school.roster_cells import Table


def kept(model: Any, upload_id: int, by: int) -> Any:
    """What this person has uploaded and not confirmed yet; None for what cannot be read any more."""
    found = db.session.scalars(sa.select(model).filter_by(id=upload_id, by=by)).one_or_none()
    return found if found and datafolder.can_read(found.table_enc) else None


def table_of(upload: Any) -> Table:
    """The cells of an upload."""
    kept = json.loads(datafolder.decrypt(upload.table_enc))
    return Table(
        tuple(kept["headers"]),
        tuple((number, tuple(cells)) for number, cells in kept["rows"]),
        frozenset(kept.get("typed_as_number", ())),
    )
