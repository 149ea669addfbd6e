"""Files of rows that were read and wait for their confirmation: encrypted, and gone afterwards."""

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import datafolder
from tracker.audit import service as audit
from tracker.db import db
from tracker.school.roster_cells import Table

KEPT = timedelta(days=1)


def keep(model: Any, by: int, at: datetime, table: Table, sha256: str, **options: Any) -> Any:
    """Keep a file's cells until this person confirms them; a newer upload takes its place.

    `model` is the table of such uploads, `options` what was chosen with the file.
    """
    db.session.execute(sa.delete(model).where(sa.or_(model.by == by, model.at < at - KEPT)))
    kept = {
        "headers": table.headers,
        "rows": table.rows,
        "typed_as_number": sorted(table.typed_as_number),
    }
    cells = datafolder.encrypt(json.dumps(kept, ensure_ascii=False))
    upload = model(by=by, at=at, sha256=sha256, table_enc=cells, **options)
    db.session.add(upload)
    db.session.flush()  # its id
    changes = {"rows": len(table.rows)}
    audit.record(by, at, f"{_kind(model)}.upload", model.__tablename__, upload.id, changes=changes)
    return upload


def drop_forgotten(model: Any, at: datetime) -> int:
    """Forget every upload that nobody has confirmed for a day; how many they were."""
    gone = sa.delete(model).where(model.at < at - KEPT).returning(model.id)
    return len(db.session.execute(gone.execution_options(synchronize_session=False)).all())


def drop(model: Any, by: int, at: datetime, upload_id: int) -> None:
    """Forget an upload."""
    db.session.execute(sa.delete(model).filter_by(id=upload_id, by=by))
    audit.record(by, at, f"{_kind(model)}.drop", model.__tablename__, upload_id)


def _kind(model: Any) -> str:
    return str(model.__tablename__).removesuffix("_upload")
