"""Asking for photographs of some objects of a zone."""

from collections.abc import Collection
from datetime import datetime

from tracker.audit import service as audit
from tracker.disinfection import photo_queries as queries
from tracker.disinfection.rules import Refusal
from tracker.errors import Rejected


def ask_for(by: int, at: datetime, public_code: str, object_ids: Collection[int]) -> None:
    """Ask for a photograph of these objects of a zone, and of no others, from now on."""
    what = queries.asked(public_code)
    if what is None:
        raise Rejected(Refusal.NOT_OF_TASK)
    changed = [one for one in what.objects if one.photo != (one.id in object_ids)]
    for one in changed:
        one.photo = not one.photo
    if changed:
        changes = {one.kind.value: one.photo for one in changed}
        audit.record(by, at, "disinfection.photos", "zone", what.zone.id, changes=changes)
