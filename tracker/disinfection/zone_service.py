"""Making zones and departments, and changing when they are done: the only writers of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import Model, db, insert
from tracker.disinfection import zone_queries as queries
from tracker.disinfection.defaults import CLASSROOM_NAMES, DEPARTMENTS, ObjectDefault, zone_defaults
from tracker.disinfection.models import Department, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.rules import Refusal, ZoneType
from tracker.errors import Rejected

if TYPE_CHECKING:
    from tracker.school.models import SchoolClass

CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what is mistaken for something else on a printed door sign."""
CODE_LENGTH = 6

Choose = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Owner:
    """The class, or the department, that keeps a zone."""

    school_class: SchoolClass | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class _NewZone:
    type: ZoneType
    name: str
    floor: int | None
    owner: Owner
    objects: tuple[ObjectDefault, ...]


@dataclass(frozen=True)
class Shipped:
    """What a school started with."""

    departments: dict[str, int]
    """The id of each department by its code in `defaults.DEPARTMENTS`."""
    zones: int


def create_department(by: int, at: datetime, name: str) -> Department:
    """A new department.  Rejected if the name is taken."""
    name = name.strip()
    if db.session.scalar(sa.select(sa.exists().where(sa.func.lower(Department.name) == name.lower()))):
        raise Rejected(Refusal.NAME_TAKEN, "name")
    department = Department(name=name)
    db.session.add(department)
    db.session.flush()  # its id
    audit.record(by, at, "disinfection.department", "department", department.id, changes={"name": name})
    return department


def create_zone(
    by: int,
    at: datetime,
    valid_from: date,
    *,
    type: ZoneType,
    name: str,
    floor: int | None,
    owner: Owner,
) -> str:
    """A new zone with the objects and schedules usual for its type, from a day on; its public code."""
    zone = _NewZone(type, name.strip(), floor, owner, zone_defaults(type))
    [(zone_id, code)] = _add_zones(valid_from, [zone], secrets.choice)
    audit.record(
        by, at, "disinfection.zone", "zone", zone_id, changes={"type": type.value, "name": zone.name}
    )
    return code


def ship_defaults(
    by: int | None,
    at: datetime,
    valid_from: date,
    *,
    classes: Iterable[SchoolClass],
    language: str = "zh_Hans",
    choose: Choose = secrets.choice,
) -> Shipped:
    """The zones a school starts with: a classroom for each class, and the usual ones of its departments.

    They hold from a day on, and are named in a language.  A department that has the name already
    gets the zones.  `choose` draws the letters of the public codes.  Rejected if there are zones.
    """
    if queries.any_zone():
        raise Rejected(Refusal.ZONES_EXIST)
    known = {department.name: department.id for department in queries.departments()}
    new = [one.names[language] for one in DEPARTMENTS if one.names[language] not in known]
    if new:
        rows = [{"name": name} for name in new]
        for name, id in db.session.execute(
            sa.insert(Department).returning(Department.name, Department.id), rows
        ):
            known[name] = id
    departments = {one.code: known[one.names[language]] for one in DEPARTMENTS}
    zones = [
        _NewZone(
            ZoneType.CLASSROOM,
            CLASSROOM_NAMES[language],
            None,
            Owner(school_class=school_class),
            zone_defaults(ZoneType.CLASSROOM),
        )
        for school_class in classes
    ] + [
        _NewZone(
            zone.type,
            zone.names[language],
            zone.floor,
            Owner(department_id=departments[department.code]),
            tuple(one for one in zone_defaults(zone.type) if one.kind not in zone.without),
        )
        for department in DEPARTMENTS
        for zone in department.zones
    ]
    _add_zones(valid_from, zones, choose)
    changes = {"departments": len(new), "zones": len(zones)}
    audit.record(by, at, "disinfection.ship_defaults", "zone", None, changes=changes)
    return Shipped(departments, len(zones))


def change_slot(
    by: int,
    at: datetime,
    tomorrow: date,
    public_code: str,
    slot: time,
    *,
    starts: time,
    until: time,
    next_day_until: time | None,
    active: bool,
) -> None:
    """Other hours for a slot of a zone, or none at all, from tomorrow on; today's tasks keep theirs.

    Rejected if it would end before it starts, or if one of its objects is done at that hour already.
    """
    zone = queries.whole_zone(public_code)
    plan = next((one for one in zone.slots if one.slot == slot), None) if zone else None
    if zone is None or plan is None:
        raise Rejected(Refusal.NOT_OF_TASK)
    if until < starts:
        raise Rejected(Refusal.TIMES_ORDER, "until")
    things = {(schedule.object_id, schedule.level) for _kind, schedule in plan.objects}
    if starts != slot and any(
        other.slot == starts and schedule.active and (schedule.object_id, schedule.level) in things
        for other in zone.slots
        for _kind, schedule in other.objects
    ):
        raise Rejected(Refusal.SLOT_TAKEN, "starts")
    valid_from = max(tomorrow, plan.valid_from)
    rows = []
    for _kind, schedule in plan.objects:
        newest = version_of(schedule, valid_from)
        rows.append(
            {**newest, "slot": starts, "until": until, "next_day_until": next_day_until, "active": active}
        )
        if starts != slot:
            rows.append({**newest, "active": False})
    statement = insert(Schedule).values(rows)
    keys = ["object_id", "level", "slot", "valid_from"]
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in rows[0] if name not in keys},
        )
    )
    old = (plan.slot, plan.until, plan.next_day_until, plan.active)
    new = (starts, until, next_day_until, active)
    audit.record(
        by, at, "disinfection.slot", "zone", zone.zone.id, changes={"from": _hours(*old), "to": _hours(*new)}
    )


def _hours(starts: time, until: time, next_day_until: time | None, active: bool) -> dict[str, Any]:
    hours = {"starts": starts, "until": until, "next_day_until": next_day_until}
    return {name: hour and hour.isoformat("minutes") for name, hour in hours.items()} | {"active": active}


def version_of(schedule: Schedule, valid_from: date) -> dict[str, Any]:
    """A schedule's values, as a version that holds from another day."""
    values = {column.key: getattr(schedule, column.key) for column in sa.inspect(Schedule).column_attrs}
    return {**values, "valid_from": valid_from}


def _many(table: type[Model]) -> Any:
    # Told to write nulls, else there is a statement for every run of rows that lack the same values.
    return sa.insert(table).execution_options(render_nulls=True)


def _add_zones(valid_from: date, zones: Sequence[_NewZone], choose: Choose) -> list[tuple[int, str]]:
    """Add zones at the end of the walk, with owners, objects and schedules; their ids and public codes.

    Five statements, however many zones there are.
    """
    known = {row.public_code: row.walk_order for row in db.session.scalars(sa.select(Zone))}
    last = max(known.values(), default=0)
    codes: list[str] = []
    while len(codes) < len(zones):
        code = "".join(choose(CODE_LETTERS) for _ in range(CODE_LENGTH))
        if code not in known and code not in codes:
            codes.append(code)
    rows = [
        {"public_code": code, "type": zone.type, "name": zone.name, "floor": zone.floor, "walk_order": order}
        for order, (code, zone) in enumerate(zip(codes, zones, strict=True), start=last + 1)
    ]
    made = db.session.execute(_many(Zone).returning(Zone.public_code, Zone.id), rows)
    ids = {row.public_code: row.id for row in made}
    placed = [(ids[code], zone) for code, zone in zip(codes, zones, strict=True)]
    db.session.execute(
        _many(ZoneOwner),
        [
            {
                "zone_id": zone_id,
                "valid_from": valid_from,
                "class_id": zone.owner.school_class.id if zone.owner.school_class else None,
                "department_id": zone.owner.department_id,
            }
            for zone_id, zone in placed
        ],
    )
    objects = {
        (zone_id, one.kind): {"zone_id": zone_id, "kind": one.kind}
        for zone_id, zone in placed
        for one in zone.objects
    }
    things = db.session.execute(
        _many(ZoneObject).returning(ZoneObject.zone_id, ZoneObject.kind, ZoneObject.id),
        list(objects.values()),
    )
    object_ids = {(zone_id, kind): id for zone_id, kind, id in things}
    db.session.execute(
        _many(Schedule),
        [
            {
                "object_id": object_ids[zone_id, one.kind],
                "level": one.level,
                "slot": one.slot,
                "valid_from": valid_from,
                "days": one.days,
                "weekdays": list(one.weekdays),
                "first_month": one.months[0] if one.months else None,
                "last_month": one.months[1] if one.months else None,
                "days_before": one.days_before,
                "until": one.until,
                "next_day_until": one.next_day_until,
                "method": one.method,
                "agent": one.agent,
                "mg_per_l": one.mg_per_l,
                "minutes": one.minutes,
                "active": True,
            }
            for zone_id, zone in placed
            for one in zone.objects
        ],
    )
    return list(zip(ids.values(), ids, strict=True))
