"""Reading zones: who keeps them, and with what and when their objects are done.  Nothing here writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.accounts.models import User, UserRole
from tracker.accounts.rules import Role
from tracker.db import built_once, db
from tracker.disinfection.day_rules import Days
from tracker.disinfection.models import Department, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.rules import ObjectKind, slot_code
from tracker.school.models import SchoolClass
from tracker.school.rules import Level

DoneBy = aliased(Department, name="DoneBy")
"""The department that does what another one, or a class, keeps."""


@built_once
def zones_with_versions() -> Any:
    """Zones with every version of who keeps them and of their objects' schedules, in the order of walking."""
    return (
        sa.select(Zone, ZoneOwner, SchoolClass, Department, ZoneObject, Schedule, DoneBy)
        .join(ZoneOwner, ZoneOwner.zone_id == Zone.id)
        .join(ZoneObject, ZoneObject.zone_id == Zone.id)
        .join(Schedule, Schedule.object_id == ZoneObject.id)
        .outerjoin(SchoolClass, SchoolClass.id == ZoneOwner.class_id)
        .outerjoin(Department, Department.id == ZoneOwner.department_id)
        .outerjoin(DoneBy, DoneBy.id == Schedule.department_id)
        .order_by(Zone.walk_order, Zone.id, Schedule.slot, ZoneObject.id, Schedule.level)
    )


@dataclass(frozen=True)
class Responsible:
    """Who does a task: the class that keeps the zone, a department, or people by name."""

    school_class: SchoolClass | None = None
    department: Department | None = None
    user_ids: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()


def responsible_of(row: Any, people: Mapping[int, str]) -> Responsible:
    """Who does what a row of `zones_with_versions` says: whoever its schedule names, else the keeper."""
    plan: Schedule = row.Schedule
    if plan.user_ids:
        names = tuple(people[id] for id in plan.user_ids if id in people)
        return Responsible(user_ids=frozenset(plan.user_ids), names=names)
    if plan.department_id is not None:
        return Responsible(department=row.DoneBy)
    return Responsible(row.SchoolClass, row.Department)


def people_of(rows: Sequence[Any]) -> dict[int, str]:
    """The names of those whom schedules name.  One statement; none where nobody is named."""
    ids = {id for row in rows for id in row.Schedule.user_ids or ()}
    if not ids:
        return {}
    return dict(db.session.execute(sa.select(User.id, User.name).where(User.id.in_(ids))).all())


def _versions(row: Any) -> tuple[tuple[Any, ZoneOwner | Schedule], ...]:
    """What of a row has versions: (which thing, the version)."""
    plan = row.Schedule
    return (row.Zone.id, row.ZoneOwner), ((plan.object_id, plan.level, plan.slot), plan)


def in_force(rows: Sequence[Any], until: date = date.max) -> list[Any]:
    """Of each zone, and of each of its objects' slots, the row with the newest version not after a day."""
    newest: dict[Any, date] = {}
    begun = []
    for row in rows:
        versions = [(thing, version.valid_from) for thing, version in _versions(row)]
        if all(since <= until for _thing, since in versions):
            begun.append((row, versions))
            for thing, since in versions:
                if thing not in newest or since > newest[thing]:
                    newest[thing] = since
    return [row for row, versions in begun if all(since == newest[thing] for thing, since in versions)]


@dataclass(frozen=True)
class SlotPlan:
    """A zone's objects that share a slot, as they are or will be done."""

    slot: time
    until: time
    next_day_until: time | None
    active: bool
    valid_from: date
    objects: tuple[tuple[ObjectKind, Schedule], ...]

    @property
    def code(self) -> str:
        """The slot as it stands in an address."""
        return slot_code(self.slot)

    @property
    def before_term(self) -> bool:
        """Whether all of it is done only before a term."""
        return all(plan.days is Days.BEFORE_TERM for _kind, plan in self.objects)


@dataclass(frozen=True)
class ZonePlan:
    """A zone, who keeps it, and its slots, in their newest versions."""

    zone: Zone
    school_class: SchoolClass | None
    department: Department | None
    slots: tuple[SlotPlan, ...]


def zone_plans(public_code: str | None = None, levels: Sequence[Level] = (Level.ROUTINE,)) -> list[ZonePlan]:
    """All zones, or the one with this code, in the order of walking, at some levels.  One statement."""
    statement = zones_with_versions()
    if public_code is not None:
        statement = statement.where(Zone.public_code == public_code)
    zones: dict[int, list[Any]] = {}
    for row in in_force(db.session.execute(statement.where(Schedule.level.in_(levels))).all()):
        zones.setdefault(row.Zone.id, []).append(row)
    return [
        ZonePlan(rows[0].Zone, rows[0].SchoolClass, rows[0].Department, _slot_plans(rows))
        for rows in zones.values()
    ]


def _slot_plans(rows: list[Any]) -> tuple[SlotPlan, ...]:
    slots: dict[time, list[Any]] = {}
    for row in rows:
        slots.setdefault(row.Schedule.slot, []).append(row)
    plans = []
    for slot, of_slot in slots.items():
        # The objects that are done decide the hours; where all are off, those they had.
        done = [row.Schedule for row in of_slot if row.Schedule.active] or [row.Schedule for row in of_slot]
        plans.append(
            SlotPlan(
                slot=slot,
                until=max(plan.until for plan in done),
                next_day_until=max(
                    (plan.next_day_until for plan in done if plan.next_day_until), default=None
                ),
                active=any(row.Schedule.active for row in of_slot),
                valid_from=max(row.Schedule.valid_from for row in of_slot),
                objects=tuple((row.ZoneObject.kind, row.Schedule) for row in of_slot),
            )
        )
    return tuple(plans)


def zone_plan(public_code: str) -> ZonePlan | None:
    """The zone with this code, who keeps it, and its slots."""
    return next(iter(zone_plans(public_code)), None)


def whole_zone(public_code: str) -> ZonePlan | None:
    """The same with its slots at every level; what shares an hour is one task, whatever the level."""
    return next(iter(zone_plans(public_code, tuple(Level))), None)


def versions(zone_id: int) -> Sequence[Any]:
    """Every version of every schedule of a zone, with its object: rows of both, oldest first."""
    return db.session.execute(
        sa.select(ZoneObject, Schedule)
        .join(Schedule, Schedule.object_id == ZoneObject.id)
        .where(ZoneObject.zone_id == zone_id)
        .order_by(Schedule.object_id, Schedule.level, Schedule.slot, Schedule.valid_from)
    ).all()


def in_force_of(found: Iterable[Any], day: date) -> list[Any]:
    """Of `versions` the newest of each object, level and hour that is not after a day."""
    newest = {
        (row.Schedule.object_id, row.Schedule.level, row.Schedule.slot): row
        for row in found
        if row.Schedule.valid_from <= day
    }
    return list(newest.values())


def keepers(zone_id: int) -> Sequence[Any]:
    """Who kept a zone and will, each from a day on, oldest first: its version, class and department."""
    return db.session.execute(
        sa.select(ZoneOwner, SchoolClass, Department)
        .outerjoin(SchoolClass, SchoolClass.id == ZoneOwner.class_id)
        .outerjoin(Department, Department.id == ZoneOwner.department_id)
        .where(ZoneOwner.zone_id == zone_id)
        .order_by(ZoneOwner.valid_from)
    ).all()


def people_to_name() -> list[tuple[int, str]]:
    """Who may be named for a task: the accounts of those who record disinfection, by name."""
    recording = sa.select(UserRole.user_id).where(UserRole.role.in_((Role.TEACHER, Role.STAFF, Role.NURSE)))
    found = db.session.execute(
        sa.select(User.id, User.name)
        .where(User.id.in_(recording), User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [(id, name) for id, name in found]


def departments() -> list[Department]:
    """The departments in the order in which they were made."""
    return list(db.session.scalars(sa.select(Department).order_by(Department.id)))


def any_zone() -> bool:
    """Whether the school has zones."""
    return db.session.scalar(sa.select(sa.exists().where(Zone.id.is_not(None)))) or False
