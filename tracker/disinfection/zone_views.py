"""Zones, departments, and when zones are done: the pages of whoever manages them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, i18n
from tracker.accounts.guards import requires
from tracker.disinfection import forms
from tracker.disinfection import zone_queries as queries
from tracker.disinfection import zone_service as service
from tracker.disinfection.day_rules import EVERY_DAY, Days
from tracker.disinfection.defaults import DEPARTMENTS
from tracker.disinfection.event_queries import closed_by as closed_zone
from tracker.disinfection.models import Schedule
from tracker.disinfection.rules import ZoneType, read_slot
from tracker.disinfection.zone_queries import SlotPlan, ZonePlan
from tracker.edge import once, page
from tracker.errors import Rejected
from tracker.permissions import Permission
from tracker.school import queries as school
from tracker.templating import WEEKDAYS, class_label

bp = Blueprint("zones", __name__, url_prefix="/disinfection/zones")


@dataclass(frozen=True)
class PlannedSlot:
    """A slot of a zone, as an address names it."""

    zone: ZonePlan
    slot: SlotPlan


def weekday_words(weekdays: Sequence[int]) -> str:
    """The weekdays of a schedule, in words."""
    if set(weekdays) == set(EVERY_DAY):
        return str(_("daily"))
    return " ".join(str(WEEKDAYS[number - 1]) for number in sorted(set(weekdays)))


def days_words(plan: Schedule) -> str:
    """On which days a schedule asks for something, in words."""
    if plan.days is Days.ROTA:
        return str(_("by rota"))
    if plan.days is Days.BEFORE_TERM:
        return str(_("before term, within %(number)s days", number=plan.days_before))
    weekdays = weekday_words(plan.weekdays)
    if plan.days is Days.SCHOOL:
        return weekdays
    if plan.first_month is None:
        return str(_("%(weekdays)s without school", weekdays=weekdays))
    return str(
        _(
            "%(weekdays)s without school, months %(first)s–%(last)s",
            weekdays=weekdays,
            first=plan.first_month,
            last=plan.last_month,
        )
    )


def _days_of(slot: SlotPlan) -> str:
    active = [plan for _kind, plan in slot.objects if plan.active]
    weekly = sorted({day for plan in active if plan.days is Days.SCHOOL for day in plan.weekdays})
    others = [days_words(plan) for plan in active if plan.days is not Days.SCHOOL]
    return _(", ").join(dict.fromkeys([*([weekday_words(weekly)] if weekly else []), *others]))


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE)
def overview() -> Any:
    """All zones by who keeps them; where there are none, the usual ones can be added at once."""
    today = clock.today()
    form = forms.StartForm(starts=today + timedelta(days=1))
    if form.validate_on_submit() and not form.refuse_past(today):
        try:
            led = once("disinfection.ship_defaults", lambda: _ship(form))
            flash(_("The usual zones were added."))
            return led
        except Rejected as no:
            form.refuse(no.field, forms.refusal_words(no.reason, no.details))
    zones, departments = queries.zone_plans(), queries.departments()
    return page(
        "disinfection/zones.html",
        form=form,
        form_has_errors=bool(form.errors or form.form_errors),
        zones=zones,
        of_classes=[zone for zone in zones if zone.school_class],
        of_departments=[
            (one, [zone for zone in zones if zone.department and zone.department.id == one.id])
            for one in departments
        ],
        classes=len(school.classes_on(today)) if not zones else 0,
        usual=sum(len(one.zones) for one in DEPARTMENTS),
        usual_departments=len(DEPARTMENTS),
        days_of=_days_of,
    )


def _ship(form: forms.StartForm) -> str:
    service.ship_defaults(
        g.identity.user_id,
        clock.now(),
        form.day,
        classes=school.classes_on(clock.today()),
        language=i18n.language(),
    )
    return url_for(".overview")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE)
def new_zone() -> Any:
    """Add a zone, which has its usual objects and schedules at once."""
    today = clock.today()
    form = forms.ZoneForm(starts=today + timedelta(days=1), type=ZoneType.CLASSROOM)
    classes = {one.id: one for one in school.classes_on(today)}
    form.offer(
        [(one.id, class_label(one)) for one in classes.values()],
        [(one.id, one.name) for one in queries.departments()],
    )
    if form.validate_on_submit() and not form.refuse_past(today):

        def add() -> str:
            kind, number = form.owner_id
            is_class = kind == "class"
            code = service.create_zone(
                g.identity.user_id,
                clock.now(),
                form.day,
                type=ZoneType(form.type.data),
                name=form.name.data or "",
                floor=form.floor.data,
                owner=service.Owner(classes[number] if is_class else None, None if is_class else number),
            )
            return url_for(".zone", public_code=code)

        led = once("disinfection.zone", add)
        flash(_("The zone was added."))
        return led
    return page("disinfection/new_zone.html", form=form, form_has_errors=bool(form.errors))


@bp.route("/department", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE)
def new_department() -> Any:
    """Add a department."""
    form = forms.DepartmentForm()
    if form.validate_on_submit():
        try:
            led = once("disinfection.department", lambda: _add_department(form.name.data or ""))
            flash(_("The department was added."))
            return led
        except Rejected as no:
            form.refuse(no.field, forms.refusal_words(no.reason, no.details))
    return page("disinfection/new_department.html", form=form, form_has_errors=bool(form.errors))


def _add_department(name: str) -> str:
    service.create_department(g.identity.user_id, clock.now(), name)
    return url_for(".overview")


@bp.get("/<public_code>")
@requires(Permission.ZONES_MANAGE, of=queries.whole_zone)
def zone(plan: ZonePlan) -> Any:
    """One zone: who keeps it, and with what and when its objects are done."""
    closed_by = closed_zone(plan.zone.id, clock.now())
    return page("disinfection/zone.html", plan=plan, days_words=days_words, closed_by=closed_by)


def planned_slot(public_code: str, slot: str) -> PlannedSlot | None:
    """What a slot's address names."""
    plan, hour = queries.whole_zone(public_code), read_slot(slot)
    found = next((one for one in plan.slots if one.slot == hour), None) if plan else None
    return PlannedSlot(plan, found) if plan and found else None


@bp.route("/<public_code>/<slot>", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE, of=planned_slot)
def slot(planned: PlannedSlot) -> Any:
    """Other hours for a slot, or none at all, from tomorrow on."""
    before = planned.slot
    code, hour = planned.zone.zone.public_code, before.slot
    form = forms.SlotForm(
        active=before.active,
        starts=before.slot,
        until=before.until,
        next_day_until=before.next_day_until,
    )
    if form.validate_on_submit():

        def change() -> str:
            service.change_slot(
                g.identity.user_id,
                clock.now(),
                clock.today() + timedelta(days=1),
                code,
                hour,
                starts=form.hours[0],
                until=form.hours[1],
                next_day_until=form.next_day_until.data,
                active=form.active.data,
            )
            return url_for(".zone", public_code=code)

        try:
            led = once("disinfection.slot", change)
            flash(_("Kept. It holds from the next day on."))
            return led
        except Rejected as no:
            form.refuse(no.field, forms.refusal_words(no.reason, no.details))
    return page(
        "disinfection/slot.html",
        form=form,
        form_has_errors=bool(form.errors or form.form_errors),
        planned=planned,
    )
