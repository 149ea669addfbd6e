"""Which forms were already taken."""

from uuid import UUID

from tracker.audit.models import RequestReceipt
from tracker.db import db


def form_receipt(key: UUID) -> RequestReceipt | None:
    """The receipt of a form that was taken, by the key that came with it."""
    return db.session.get(RequestReceipt, key)
