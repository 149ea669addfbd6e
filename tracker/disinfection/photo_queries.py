"""Reading photographs of what was done, and of what one is asked for.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.audit.models import Attachment
from tracker.audit.rules import AttachmentState
from tracker.db import db
from tracker.disinfection.models import Zone, ZoneObject


@dataclass(frozen=True)
class Asked:
    """A zone with its objects."""

    zone: Zone
    objects: Sequence[ZoneObject]


def asked(public_code: str) -> Asked | None:
    """The zone with this code, and its objects."""
    zone = db.session.scalars(sa.select(Zone).filter_by(public_code=public_code)).one_or_none()
    if zone is None:
        return None
    things = sa.select(ZoneObject).filter_by(zone_id=zone.id).order_by(ZoneObject.id)
    return Asked(zone, db.session.scalars(things).all())


def photograph(attachment_id: int) -> Attachment | None:
    """A photograph that is kept."""
    found = db.session.get(Attachment, attachment_id)
    return found if found is not None and found.state is AttachmentState.KEPT else None
