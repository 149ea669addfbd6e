"""Keeping files that were handed in: the feature they belong to has read and cleaned them."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.audit.models import Attachment
from tracker.audit.rules import AttachmentState
from tracker.db import db

FORGOTTEN = timedelta(days=1)
"""A file whose form was never finished is emptied so long after: with its owner's next, or at night."""


def keep(by: int, at: datetime, type: str, content: bytes, state: AttachmentState) -> Attachment:
    """Keep a file: as a paper, or as one that still waits for its form."""
    db.session.execute(
        sa.update(Attachment)
        .where(
            Attachment.by == by,
            Attachment.state == AttachmentState.PENDING,
            Attachment.at < at - FORGOTTEN,
        )
        .values(state=AttachmentState.REMOVED, content=None)
        .execution_options(synchronize_session=False)
    )
    kept = Attachment(
        sha256=hashlib.sha256(content).hexdigest(),
        type=type,
        size=len(content),
        content=content,
        by=by,
        at=at,
        state=state,
    )
    db.session.add(kept)
    db.session.flush()  # its id
    return kept


def empty_forgotten(at: datetime) -> int:
    """Empty every file whose form was never finished; how many they were."""
    emptied = db.session.execute(
        sa.update(Attachment)
        .where(Attachment.state == AttachmentState.PENDING, Attachment.at < at - FORGOTTEN)
        .values(state=AttachmentState.REMOVED, content=None)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())


def take_pending(by: int, attachment_id: int) -> Attachment | None:
    """A file that waited for its form, now kept; None where there is none of this person's."""
    found = db.session.scalars(
        sa.select(Attachment)
        .where(
            Attachment.id == attachment_id,
            Attachment.by == by,
            Attachment.state == AttachmentState.PENDING,
        )
        .with_for_update()
    ).one_or_none()
    if found is not None:
        found.state = AttachmentState.KEPT
    return found


def remove(attachment_id: int) -> None:
    """Empty a file; that it was there stays."""
    db.session.execute(
        sa.update(Attachment)
        .where(Attachment.id == attachment_id)
        .values(state=AttachmentState.REMOVED, content=None)
        .execution_options(synchronize_session=False)
    )
