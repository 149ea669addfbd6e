"""The doors of zones: who keeps what is behind them on a day.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.db import db
from tracker.disinfection.models import Department, Zone, ZoneOwner
from tracker.school.models import SchoolClass


@dataclass(frozen=True)
class Door:
    """A zone, and who keeps it."""

    zone: Zone
    school_class: SchoolClass | None
    department: Department | None

    @property
    def class_id(self) -> int | None:
        """The class that keeps the zone: what permissions ask for."""
        return self.school_class.id if self.school_class else None

    @property
    def department_id(self) -> int | None:
        """The department that keeps the zone: what permissions ask for."""
        return self.department.id if self.department else None


def doors(day: date, *, public_code: str | None = None) -> list[Door]:
    """All zones, or the one with this code, in the order of walking, with who keeps each on a day.

    One statement.
    """
    earlier = aliased(ZoneOwner)
    newest = (
        sa.select(sa.func.max(earlier.valid_from))
        .where(earlier.zone_id == Zone.id, earlier.valid_from <= day)
        .scalar_subquery()
    )
    asked = (
        sa.select(Zone, SchoolClass, Department)
        .select_from(Zone)
        .outerjoin(ZoneOwner, sa.and_(ZoneOwner.zone_id == Zone.id, ZoneOwner.valid_from == newest))
        .outerjoin(SchoolClass, SchoolClass.id == ZoneOwner.class_id)
        .outerjoin(Department, Department.id == ZoneOwner.department_id)
        .order_by(Zone.walk_order, Zone.id)
    )
    if public_code is not None:
        asked = asked.where(Zone.public_code == public_code)
    return [Door(*row) for row in db.session.execute(asked)]
