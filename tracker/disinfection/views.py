"""The day's tasks, and the checklist of one task."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.disinfection import event_queries, forms, means_queries, queries, service
from tracker.disinfection.queries import Task, TaskName
from tracker.disinfection.rules import ItemResult, read_slot, refusal_of
from tracker.disinfection.task_forms import Deed, ItemPage, TaskForm
from tracker.edge import once, page
from tracker.errors import Rejected
from tracker.permissions import Permission, permits
from tracker.templating import class_label

bp = Blueprint("disinfection", __name__, url_prefix="/disinfection")


@bp.get("/")
@requires(Permission.TASKS_READ)
def today() -> Any:
    """What is to be done today, or was on an earlier day: in the own zones, or in all."""
    now, this_day = clock.now(), clock.today()
    try:
        day = date.fromisoformat(request.args.get("day", this_day.isoformat()))
    except ValueError:
        abort(404)
    if day > this_day:
        abort(404)
    keeps, may_see_all = queries.keeps_zones(g.identity), queries.sees_all(g.identity)
    whole = may_see_all and (not keeps or "all" in request.args)
    return render_template(
        "disinfection/today.html",
        found=queries.day_list(day, this_day, now, of=None if whole else g.identity),
        whole=whole,
        may_switch=keeps and may_see_all,
        here=whole and keeps,
        zone_name=zone_name,
        events=event_queries.events(now) if day == this_day else [],
    )


def zone_name(place: Any, day: date | None = None) -> str:
    """A zone as people call it: a classroom with its class."""
    if place.school_class is None:
        return str(place.zone.name)
    return f"{class_label(place.school_class, day)} {place.zone.name}"


def task(public_code: str, day: str, slot: str) -> Task | None:
    """What a task's address names."""
    hour = read_slot(slot)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    return queries.task(TaskName(public_code, on, hour), clock.now()) if hour else None


def _address(name: TaskName, item: int | None = None) -> str:
    anchor = None if item is None else f"item-{item}"
    slot = name.slot.strftime("%H:%M")
    return url_for(".checklist", public_code=name.public_code, day=name.day, slot=slot, _anchor=anchor)


@bp.get("/<public_code>/<day>/<slot>")
@requires(Permission.TASK_READ, of=task)
def checklist(what: Task) -> Any:
    """The checklist of one task, to be answered item by item, or as it was answered."""
    return _checklist(what, TaskForm(formdata=None))


def _checklist(what: Task, form: TaskForm) -> Any:
    finished = what.recorded.finished if what.recorded else None
    mine = permits(g.identity, Permission.TASK_RECORD, what)
    closed = refusal_of(what.outcome, finished, clock.now(), clock.zone())
    found = means_queries.sources(what)
    unread = means_queries.unread(g.identity.user_id, found) if mine and closed is None else set()
    items = {
        item.object_id: ItemPage(
            item.object_id,
            item.schedule,
            found,
            answer=item.answer,
            note=item.note,
            means=item.means,
            now=clock.now(),
        )
        for item in what.items
    }
    if form.item.data in items and form.errors:
        items[form.item.data].take(form)
    return page(
        "disinfection/task.html",
        task=what,
        form=form,
        items=items,
        form_has_errors=bool(form.errors or form.form_errors),
        answerable=mine and closed is None and not unread,
        unread=bool(unread),
        closed=forms.refusal_words(closed, service.limits_of(what)) if mine and closed else None,
        zone_name=zone_name(what, what.day),
        results=ItemResult,
        closed_by=event_queries.closed_by(what.zone.id, clock.now()),
    )


@bp.post("/<public_code>/<day>/<slot>")
@requires(Permission.TASK_RECORD, of=task)
def record(what: Task) -> Any:
    """Take one answer, or the signature under all of them."""
    form = TaskForm()
    valid = form.validate_on_submit()
    if form.do.errors or (form.do.data in list(ItemResult) and form.item.data is None):
        abort(400)
    name, label = what.name, zone_name(what, what.day)
    if valid:
        try:
            if form.do.data == Deed.READ:
                return once("disinfection.read", lambda: _read(name))
            if form.do.data in (Deed.FINISH, Deed.FINISH_ALL):
                led = once("disinfection.finish", lambda: _finish(name, Deed(str(form.do.data))))
                flash(_("Recorded: %(zone)s, %(hour)s", zone=label, hour=name.slot.strftime("%H:%M")))
                return led
            return once("disinfection.answer", lambda: _answer(name, form))
        except Rejected as no:
            form.refuse(no.field, forms.refusal_words(no.reason, no.details))
    fresh = queries.task(name, clock.now())
    if fresh is None:
        abort(404)
    return _checklist(fresh, form)


def _answer(name: TaskName, form: TaskForm) -> str:
    item = int(form.item.data or 0)
    service.answer(g.identity.user_id, clock.now(), name, item, form.given, form.note.data, form.means)
    return _address(name, item)


def _read(name: TaskName) -> str:
    service.read_safety(g.identity.user_id, clock.now(), name)
    return _address(name)


def _finish(name: TaskName, deed: Deed) -> str:
    sign = service.finish if deed is Deed.FINISH else service.finish_all
    sign(g.identity.user_id, clock.now(), name)
    return url_for(".today")
