"""The day's tasks, and the checklist of one task."""

import contextlib
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.audit import upload_file
from tracker.audit.upload_rules import MOST_BYTES, CleanFile, FileRefusal
from tracker.disinfection import (
    event_queries,
    forms,
    list_queries,
    means_queries,
    queries,
    record_queries,
    service,
    verdict_queries,
)
from tracker.disinfection.queries import Task, TaskName
from tracker.disinfection.rules import DONE_STATES, ItemResult, read_slot
from tracker.disinfection.task_forms import Deed, ItemPage, TaskForm
from tracker.disinfection.verdict_forms import ExcuseForm, VerdictForm
from tracker.edge import once, page
from tracker.errors import Rejected
from tracker.permissions import Permission, permits
from tracker.school.rules import ExcuseCode
from tracker.templating import class_label
from tracker.upload_words import WORDS as FILE_WORDS

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
    keeps, may_see_all = list_queries.keeps_zones(g.identity), list_queries.sees_all(g.identity)
    whole = may_see_all and (not keeps or "all" in request.args)
    found = list_queries.day_list(day, this_day, now, of=None if whole else g.identity)
    return render_template(
        "disinfection/today.html",
        found=found,
        to_verify=list_queries.count_to_verify(g.identity, found) if whole else 0,
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


def address(name: TaskName, item: int | None = None) -> str:
    anchor = None if item is None else f"item-{item}"
    slot = name.slot.strftime("%H:%M")
    return url_for(
        "disinfection.checklist", public_code=name.public_code, day=name.day, slot=slot, _anchor=anchor
    )


@bp.get("/<public_code>/<day>/<slot>")
@requires(Permission.TASK_READ, of=task)
def checklist(what: Task) -> Any:
    """The checklist of one task, to be answered item by item, or as it was answered."""
    return _checklist(what, TaskForm(formdata=None))


def checklist_page(name: TaskName, form: Any) -> Any:
    """The page of a task as it stands now, with a form that was refused."""
    return _checklist(queries.task(name, clock.now()) or abort(404), form)


def _checklist(what: Task, form: Any) -> Any:
    mine = permits(g.identity, Permission.TASK_RECORD, what)
    closed = what.refusal(clock.now())
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
            wants_photo=item.wants_photo,
            now=clock.now(),
        )
        for item in what.items
    }
    if isinstance(form, TaskForm) and form.item.data in items and form.errors:
        items[form.item.data].take(form)
    verdicts = record_queries.verdicts(what.recorded.record_id) if what.recorded else []
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
        verdicts=verdicts,
        verdict_form=form if isinstance(form, VerdictForm) else VerdictForm(formdata=None),
        excuse_form=form if isinstance(form, ExcuseForm) else _excuse_form(what),
        may_verify=_may_verify(what),
        may_excuse=permits(g.identity, Permission.TASK_EXCUSE, what)
        and not queries.does(g.identity, what.done_by)
        and _tells_excuse(what),
        tells_excuse=_tells_excuse(what),
        results=ItemResult,
        closed_by=event_queries.closed_by(what.zone.id, clock.now()),
    )


def _may_verify(what: Task) -> bool:
    return (
        what.recorded is not None
        and what.outcome.state in DONE_STATES
        and permits(g.identity, Permission.TASK_VERIFY, what)
        and verdict_queries.refusal_to_verify(g.identity, what) is None
    )


def _excuse_form(what: Task) -> ExcuseForm:
    excuse = what.recorded.excuse if what.recorded else None
    form = ExcuseForm(formdata=None, code=excuse.value if excuse else "")
    form.offer(care=g.identity.is_nurse)
    return form


def _tells_excuse(what: Task) -> bool:
    """Whether this person may know why: that a child was looked after is told to few."""
    is_care = what.recorded is not None and what.recorded.excuse is ExcuseCode.CARE
    return not is_care or g.identity.is_nurse or permits(g.identity, Permission.TASK_RECORD, what)


@bp.post("/<public_code>/<day>/<slot>")
@requires(Permission.TASK_RECORD, of=task)
def record(what: Task) -> Any:
    """Take one answer, or the signature under all of them."""
    form = TaskForm()
    valid = form.validate_on_submit()
    if form.do.errors or (form.do.data in list(ItemResult) and form.item.data is None):
        abort(400)
    name, label = what.name, zone_name(what, what.day)
    photo = _photo(form) if valid else None
    if valid and not form.errors:
        try:
            if form.do.data == Deed.READ:
                return once("disinfection.read", lambda: _read(name))
            if form.do.data in (Deed.FINISH, Deed.FINISH_ALL):
                return _finished(name, Deed(str(form.do.data)), label)
            return once("disinfection.answer", lambda: _answer(name, form, photo))
        except Rejected as no:
            form.refuse(no.field, forms.refusal_words(no.reason, no.details))
    return checklist_page(name, form)


def _photo(form: TaskForm) -> CleanFile | None:
    """The photograph that came with an answer, fit to be kept; before any transaction: it takes its time."""
    if not form.photo.data or form.do.data != Deed.DONE:
        return None
    with contextlib.closing(form.photo.data) as upload:
        content = upload.read(MOST_BYTES + 1)
    try:
        return upload_file.clean_picture(content)
    except Rejected as no:
        form.refuse("photo", FILE_WORDS[FileRefusal(no.reason)])
        return None


def _answer(name: TaskName, form: TaskForm, photo: CleanFile | None) -> str:
    item, by = int(form.item.data or 0), g.identity.user_id
    service.answer(by, clock.now(), name, item, form.given, form.note.data, form.means, photo)
    return address(name, item)


def _read(name: TaskName) -> str:
    service.read_safety(g.identity.user_id, clock.now(), name)
    return address(name)


def _finished(name: TaskName, deed: Deed, label: str) -> Any:
    sign = service.finish if deed is Deed.FINISH else service.finish_all
    signed: list[bool] = []

    def verb() -> str:
        signed[:] = [sign(g.identity.user_id, clock.now(), name)]
        return url_for(".today")

    led = once("disinfection.finish", verb)
    if signed == [False]:
        flash(_("Somebody else had finished this already; nothing was changed."), "warning")
    else:
        hour = name.slot.strftime("%H:%M" if name.day == clock.today() else f"{name.day:%m-%d} %H:%M")
        flash(_("Recorded: %(zone)s, %(hour)s", zone=label, hour=hour))
    return led
