"""The doors of zones: who keeps what is behind them on a day.  Nothing here writes."""

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.accounts.models import Assignment
from tracker.db import db
from tracker.disinfection.models import Department, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.school.models import SchoolClass


@dataclass(frozen=True)
class Door:
    """A zone, and who keeps it."""

    zone: Zone
    school_class: SchoolClass | None
    department: Department | None
    user_ids: frozenset[int] = frozenset()
    """Who does something there in place of whoever keeps it: what permissions ask for."""

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


def door(public_code: str, day: date) -> Door | None:
    """The zone with this code, who keeps it on a day, and who else does something there.  Two statements."""
    found = next(iter(doors(day, public_code=public_code)), None)
    if found is None:
        return None
    members = sa.and_(
        Assignment.department_id == Schedule.department_id,
        Assignment.starts <= day,
        sa.or_(Assignment.ends.is_(None), Assignment.ends >= day),
    )
    rows = db.session.execute(
        sa.select(Schedule.user_ids, Assignment.user_id)
        .join(ZoneObject, ZoneObject.id == Schedule.object_id)
        .outerjoin(Assignment, members)
        .where(
            ZoneObject.zone_id == found.zone.id,
            sa.or_(Schedule.user_ids.is_not(None), Schedule.department_id.is_not(None)),
        )
    )
    named = {id for row in rows for id in (*(row.user_ids or ()), row.user_id) if id is not None}
    return replace(found, user_ids=frozenset(named))
