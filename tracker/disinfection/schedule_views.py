"""The schedules of a zone in versions, and who keeps it from when: the pages of whoever manages zones."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection import schedule_forms as forms
from tracker.disinfection import schedule_service as service
from tracker.disinfection import zone_queries as queries
from tracker.disinfection.models import Schedule
from tracker.disinfection.rules import ObjectKind, read_slot
from tracker.disinfection.zone_queries import ZonePlan
from tracker.disinfection.zone_service import Owner
from tracker.disinfection.zone_views import days_words
from tracker.edge import page, taken
from tracker.permissions import Permission
from tracker.school import queries as school
from tracker.school.rules import Level
from tracker.templating import class_label

bp = Blueprint("schedules", __name__, url_prefix="/disinfection/zones/<public_code>")


@dataclass(frozen=True)
class Named:
    """A schedule as an address names it: its zone, its object, and all its versions, oldest first."""

    zone: ZonePlan
    kind: ObjectKind
    versions: list[Schedule]

    def on(self, day: date) -> Schedule:
        """The version that holds on a day, or the first to come."""
        return next((one for one in reversed(self.versions) if one.valid_from <= day), self.versions[0])


def named(public_code: str, object_id: int, level: str, slot: str) -> Named | None:
    """What a schedule's address names; None for nothing there is."""
    zone, hour = queries.whole_zone(public_code), read_slot(slot)
    if zone is None or hour is None:
        return None
    found = [
        row
        for row in queries.versions(zone.zone.id)
        if (row.Schedule.object_id, row.Schedule.level, row.Schedule.slot) == (object_id, level, hour)
    ]
    return Named(zone, found[0].ZoneObject.kind, [row.Schedule for row in found]) if found else None


def _values_of(plan: Schedule, kind: ObjectKind, tomorrow: date) -> dict[str, Any]:
    """A schedule's values, as the form takes them."""
    doer = forms.PEOPLE if plan.user_ids else str(plan.department_id) if plan.department_id else forms.KEEPER
    same = ("active", "slot", "until", "next_day_until", "days_before", "mg_per_l", "minutes")
    return {name: getattr(plan, name) for name in same} | {
        "kind": kind.value,
        "level": str(plan.level),
        "days": plan.days.value,
        "weekdays": [str(day) for day in plan.weekdays],
        "first_month": str(plan.first_month or ""),
        "last_month": str(plan.last_month or ""),
        "method": plan.method.value,
        "agent": plan.agent.value,
        "doer": doer,
        "people": [str(id) for id in plan.user_ids or ()],
        "valid_from": max(tomorrow, plan.valid_from),
    }


@bp.route("/schedules/<id:object_id>/<level>/<slot>", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE, of=named)
def change(what: Named) -> Any:
    """Change a schedule from tomorrow or a later day on, or end it; its versions stand below."""
    newest = what.versions[-1]
    form = forms.ScheduleForm(data=_values_of(newest, what.kind, clock.today() + timedelta(days=1)))
    del form.kind, form.level
    return _keep(form, what.zone, (what.kind, Level(newest.level), newest.object_id, newest.slot), what)


@bp.route("/schedules/new", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE, of=queries.whole_zone)
def new(zone: ZonePlan) -> Any:
    """Let something more be done in a zone, or at another hour, or at the epidemic level."""
    everyday = [str(day) for day in range(1, 8)]
    form = forms.ScheduleForm(data={"weekdays": everyday, "valid_from": clock.today() + timedelta(days=1)})
    return _keep(form, zone)


def _keep(
    form: forms.ScheduleForm,
    zone: ZonePlan,
    old: tuple[ObjectKind, Level, int, time] | None = None,
    what: Named | None = None,
) -> Any:
    form.offer([(one.id, one.name) for one in queries.departments()], queries.people_to_name())

    def keep() -> str:
        draft = form.draft_of(*(old[:2] if old else (ObjectKind(form.kind.data), Level(form.level.data))))
        before = (old[2], old[3]) if old else None
        tomorrow = clock.today() + timedelta(days=1)
        service.keep_schedule(g.identity.user_id, clock.now(), tomorrow, zone.zone.id, draft, before)
        flash(_("Changed from %(day)s on.", day=draft.valid_from.isoformat()))
        return url_for("zones.zone", public_code=zone.zone.public_code)

    return taken(form, "disinfection.schedule", keep, forms.refusal_words) or page(
        "disinfection/schedule.html",
        form=form,
        zone=zone,
        what=what,
        days_words=days_words,
        departments={one.id: one.name for one in queries.departments()},
        names=dict(queries.people_to_name()),
    )


@bp.route("/keeper", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE, of=queries.whole_zone)
def keeper(zone: ZonePlan) -> Any:
    """Give a zone to another class or department from tomorrow or a later day on."""
    today = clock.today()
    classes = {one.id: one for one in school.classes_on(school.roster_day(today))}
    held = queries.keepers(zone.zone.id)
    now = held[-1].ZoneOwner
    form = forms.KeeperForm(
        owner=f"class:{now.class_id}" if now.class_id else f"department:{now.department_id}",
        valid_from=today + timedelta(days=1),
    )
    form.offer(
        [
            *((f"class:{id}", class_label(one)) for id, one in classes.items()),
            *((f"department:{one.id}", one.name) for one in queries.departments()),
        ]
    )

    def give() -> str:
        kind, _colon, number = form.owner.data.partition(":")
        is_class = kind == "class"
        owner = Owner(classes[int(number)] if is_class else None, None if is_class else int(number))
        day, tomorrow = form.valid_from.data, today + timedelta(days=1)
        service.give_zone(g.identity.user_id, clock.now(), tomorrow, zone.zone.id, owner, day)
        flash(_("Changed from %(day)s on.", day=day.isoformat()))
        return url_for("zones.zone", public_code=zone.zone.public_code)

    return taken(form, "disinfection.keeper", give, forms.refusal_words) or page(
        "disinfection/keeper.html", form=form, zone=zone, held=held
    )
