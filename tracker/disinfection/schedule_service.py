"""Writing schedules in versions, who keeps a zone, and the rota: from tomorrow on, never backwards."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.disinfection import zone_queries as queries
from tracker.disinfection.day_queries import KINDS_OF_DAY, ROTA, value_of
from tracker.disinfection.kind_rules import KindsOfDay
from tracker.disinfection.models import Schedule, ZoneObject, ZoneOwner
from tracker.disinfection.schedule_rules import Doer, Draft, PlanRefusal, kinds_wrongs, wrongs
from tracker.disinfection.zone_service import Owner, version_of
from tracker.errors import Rejected
from tracker.school import service as school

KEY = ("object_id", "level", "slot")


def keep_schedule(
    by: int, at: datetime, tomorrow: date, zone_id: int, draft: Draft, old: tuple[int, time] | None = None
) -> None:
    """A schedule of a zone's object from a day on, in place of what was planned for later.

    `old` is the object and hour it had: moved, nothing is asked for at that hour any more.  What
    shares the hour is one task, done by the same: it changes with it.  Rejected with all that is wrong,
    or if the object is done at that hour already.
    """
    Rejected.unless_empty([Rejected(reason, field) for reason, field in wrongs(draft, tomorrow)])
    found = queries.versions(zone_id)
    thing = next((one.ZoneObject for one in found if one.ZoneObject.kind is draft.kind), None)
    is_moved = old is not None and old[1] != draft.slot
    if thing and (old is None or is_moved) and _is_taken(found, thing.id, draft):
        raise Rejected(PlanRefusal.TAKEN, "slot")
    if thing is None:
        thing = ZoneObject(zone_id=zone_id, kind=draft.kind)
        db.session.add(thing)
        db.session.flush()  # its id
    rows = [_row(thing.id, draft)]
    for one in queries.in_force_of(found, draft.valid_from):
        plan = one.Schedule
        if (plan.object_id, plan.level) == (thing.id, draft.level):
            if is_moved and old and plan.slot == old[1]:
                rows.append(version_of(plan, draft.valid_from) | {"active": False})
        elif plan.slot == draft.slot and plan.active and draft.active and _doer(plan) != draft.doer:
            rows.append(version_of(plan, draft.valid_from) | _of(draft.doer))
    _write(rows)
    changes = {
        "object": draft.kind.value,
        "level": draft.level.value,
        "slot": f"{draft.slot:%H:%M}",
        "from": draft.valid_from.isoformat(),
        "active": draft.active,
    }
    audit.record(by, at, "disinfection.schedule", "zone", zone_id, changes=changes)


def _is_taken(found: Iterable[Any], object_id: int, draft: Draft) -> bool:
    return any(
        plan.active
        for plan in (one.Schedule for one in queries.in_force_of(found, date.max))
        if (plan.object_id, plan.level, plan.slot) == (object_id, draft.level, draft.slot)
    )


def _doer(plan: Schedule) -> Doer:
    return Doer(plan.department_id, tuple(plan.user_ids or ()))


def _of(doer: Doer) -> dict[str, Any]:
    return {"department_id": doer.department_id, "user_ids": list(doer.user_ids) or None}


def _row(object_id: int, draft: Draft) -> dict[str, Any]:
    names = (
        "slot", "valid_from", "days", "weekdays", "first_month", "last_month", "days_before",
        "until", "next_day_until", "method", "agent", "mg_per_l", "minutes", "active",
    )  # fmt: skip
    values = {name: getattr(draft, name) for name in names}
    values |= {"object_id": object_id, "level": draft.level, "weekdays": list(draft.weekdays)}
    return values | _of(draft.doer)


def _write(rows: list[dict[str, Any]]) -> None:
    """Versions in place of those of the same day and of later ones, which have not begun."""
    for row in rows:
        later = [getattr(Schedule, name) == row[name] for name in KEY]
        db.session.execute(sa.delete(Schedule).where(*later, Schedule.valid_from >= row["valid_from"]))
    db.session.execute(sa.insert(Schedule).execution_options(render_nulls=True), rows)


def give_zone(by: int, at: datetime, tomorrow: date, zone_id: int, owner: Owner, valid_from: date) -> None:
    """Another class or department keeps a zone from a day on, in place of what was planned for later."""
    if valid_from < tomorrow:
        raise Rejected(PlanRefusal.TOO_SOON, "valid_from")
    of_zone = sa.delete(ZoneOwner).where(ZoneOwner.zone_id == zone_id)
    db.session.execute(of_zone.where(ZoneOwner.valid_from >= valid_from))
    class_id = owner.school_class.id if owner.school_class else None
    values = {"class_id": class_id, "department_id": owner.department_id}
    db.session.execute(insert(ZoneOwner).values(zone_id=zone_id, valid_from=valid_from, **values))
    changes = {"from": valid_from.isoformat(), **values}
    audit.record(by, at, "disinfection.keeper", "zone", zone_id, changes=changes)


def set_rota(by: int, at: datetime, tomorrow: date, weekdays: Mapping[int, int], valid_from: date) -> None:
    """The ISO weekday of each grade from a day on, in place of what was planned for later."""
    value = {str(grade): weekday for grade, weekday in weekdays.items()}
    _set(by, at, tomorrow, ROTA, value, valid_from)


def set_kinds_of_day(by: int, at: datetime, tomorrow: date, kinds: KindsOfDay, valid_from: date) -> None:
    """What kinds of day ask for from a day on, in place of what was planned for later.

    Rejected with all that is wrong.
    """
    Rejected.unless_empty([Rejected(reason, field) for reason, field in kinds_wrongs(kinds)])
    _set(by, at, tomorrow, KINDS_OF_DAY, value_of(kinds), valid_from)


def _set(by: int, at: datetime, tomorrow: date, key: str, value: dict[str, Any], valid_from: date) -> None:
    if valid_from < tomorrow:
        raise Rejected(PlanRefusal.TOO_SOON, "valid_from")
    school.take_back_settings(key, valid_from)
    school.keep_setting(by, at, valid_from, key, value)
    changes = {"from": valid_from.isoformat(), **value}
    audit.record(by, at, key, "setting", None, changes=changes)
