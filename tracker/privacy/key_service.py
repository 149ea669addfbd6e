"""Encrypting everything anew, with a new key."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.datafolder import NewKey, decrypt
from tracker.db import db
from tracker.privacy import tables


def encrypt_anew(at: datetime, new: NewKey) -> int:
    """Encrypt every value that is kept encrypted with a new key; how many they were."""
    done = 0
    for column in tables.encrypted():
        of = column.table
        keys = list(of.primary_key.columns)
        for row in db.session.execute(sa.select(*keys, column).where(column.is_not(None))).all():
            *key, stored = row
            if new.is_of(stored):
                continue
            plain = decrypt(stored)
            values: dict[str, Any] = {column.name: new.encrypt(plain)}
            hashed = column.name.replace("_enc", "_hash")
            if hashed in of.c:
                values[hashed] = new.phone_hash(plain)
            where = sa.and_(*(one == value for one, value in zip(keys, key, strict=True)))
            db.session.execute(sa.update(of).where(where).values(**values))
            done += 1
    audit.record(None, at, "key.rotate", "key", None, changes={"values": done})
    return done
