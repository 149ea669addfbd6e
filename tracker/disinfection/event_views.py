"""What happened and asks for disinfection at once: the list, and one task until the door opens again."""

from typing import Any

from flask import Blueprint, flash, g, render_template, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.disinfection import event_forms as forms
from tracker.disinfection import event_queries as queries
from tracker.disinfection import event_service as service
from tracker.disinfection.event_queries import Event
from tracker.disinfection.event_rules import AROUND_MG_PER_L, EventPlace, EventState
from tracker.disinfection.event_service import Done
from tracker.disinfection.rules import correction_until
from tracker.disinfection.zone_queries import zone_plans
from tracker.permissions import Permission, permits
from tracker.supplies import queries as supplies
from tracker.templating import class_label

bp = Blueprint("events", __name__, url_prefix="/disinfection/now")


def found_event(place: str, subject_id: int) -> Event | None:
    """What an event's address names."""
    return queries.event(EventPlace(place), subject_id, clock.now())


@bp.get("/")
@requires(Permission.EVENTS_READ)
def overview() -> Any:
    """What is to be treated, and what was treated today."""
    found = queries.events(clock.now())
    return render_template("disinfection/events.html", events=found)


@bp.get("/<any(floor, room, desk):place>/<id:subject_id>")
@requires(Permission.EVENTS_READ, of=found_event)
def event(found: Event) -> Any:
    """One task: what to do, the rules, and how far it is."""
    return _page(found)


@bp.post("/<any(floor, room, desk):place>/<id:subject_id>/begin")
@requires(Permission.EVENT_TREAT, of=found_event)
def begin(found: Event) -> Any:
    """Somebody trained is there."""
    form, code, subject_id, day = forms.BeginForm(), found.code, found.subject_id, clock.today()
    form.offer(_zones(found))

    def verb() -> str:
        started = clock.at(day, form.started.data) if form.started.data else None
        zone_id = form.zone.data if "zone" in form else None
        service.begin(g.identity.user_id, clock.now(), code, subject_id, zone_id=zone_id, started=started)
        return _address(code, subject_id)

    return edge.taken(form, "disinfection.event_begin", verb, forms.refusal_words) or _page(
        found_event(code, subject_id) or found, beginning=form
    )


@bp.post("/<any(floor, room, desk):place>/<id:subject_id>/finish")
@requires(Permission.EVENT_TREAT, of=found_event)
def finish(found: Event) -> Any:
    """It is done."""
    form, code, subject_id = forms.FinishForm(), found.code, found.subject_id
    form.offer(_batches(found))
    del form.why

    def verb() -> str:
        service.finish(g.identity.user_id, clock.now(), code, subject_id, _how(form))
        return _address(code, subject_id)

    answer = edge.taken(form, "disinfection.event_finish", verb, forms.refusal_words)
    if answer is None:
        return _page(found_event(code, subject_id) or found, finishing=form)
    flash(_("Recorded. Thank you."))
    return answer


@bp.post("/<any(floor, room, desk):place>/<id:subject_id>/correct")
@requires(Permission.EVENT_TREAT, of=found_event)
def correct(found: Event) -> Any:
    """Something else is true of what was done."""
    form, code, subject_id = forms.FinishForm(), found.code, found.subject_id
    form.offer(_batches(found))

    def verb() -> str:
        service.correct(g.identity.user_id, clock.now(), code, subject_id, _how(form), form.why.data)
        return _address(code, subject_id)

    answer = edge.taken(form, "disinfection.event_correct", verb, forms.refusal_words)
    if answer is None:
        return _page(found_event(code, subject_id) or found, finishing=form)
    flash(_("Corrected. What stood there is struck."))
    return answer


def _how(form: forms.FinishForm) -> Done:
    batch_id = form.batch.data
    return Done(
        minutes=form.minutes.data or 0,
        batch_id=batch_id,
        mg_per_l=None if batch_id else form.mg_per_l.data,
        helper=form.helper.data or None,
        note=form.note.data or None,
    )


def _finishing(found: Event, state: EventState) -> forms.FinishForm:
    """The form of how it is done, with what is most likely; or of how it was done, to be corrected."""
    done = found.done if found.record and found.record.finished else None
    batches = _batches(found) if done or state is EventState.BEGUN else []
    need = found.treatment
    if done is not None:
        batch = done.batch_id if done.batch_id in {number for number, _ in batches} else None
        form = forms.FinishForm(
            formdata=None,
            batch=str(batch or ""),
            mg_per_l=None if batch else done.mg_per_l,
            minutes=done.minutes,
            helper=done.helper,
            note=done.note,
        )
    else:
        form = forms.FinishForm(
            formdata=None, minutes=need.minutes, batch=str(batches[0][0]) if batches else ""
        )
        if not batches and need.least_mg_per_l == need.most_mg_per_l:
            form.mg_per_l.data = need.least_mg_per_l
    form.offer(batches)
    return form


def _address(code: EventPlace, subject_id: int) -> str:
    return url_for(".event", place=code.value, subject_id=subject_id)


def _zones(found: Event) -> list[tuple[int, str]]:
    """The zones to choose from, where nobody knows in which one the place lies."""
    if found.zone is not None:
        return []
    return [
        (
            one.zone.id,
            f"{class_label(one.school_class)} {one.zone.name}" if one.school_class else one.zone.name,
        )
        for one in zone_plans()
    ]


def _batches(found: Event) -> list[tuple[int, str]]:
    """The batches that were good when it was begun, and are strong enough and not too strong."""
    at = found.record.started if found.record else clock.now()
    need = found.treatment
    return [
        (one.batch.id, _("%(mg)s mg/L, %(place)s", mg=f"{one.batch.mg_per_l:,}", place=one.batch.place))
        for one in supplies.batches_good(at)
        if need.least_mg_per_l <= one.batch.mg_per_l <= 2 * need.most_mg_per_l
    ]


def _page(
    found: Event,
    *,
    beginning: forms.BeginForm | None = None,
    finishing: forms.FinishForm | None = None,
) -> Any:
    state = found.state(clock.now())
    if beginning is None:
        beginning = forms.BeginForm(formdata=None)
        beginning.offer(_zones(found) if state is EventState.TO_TREAT else [])
    finishing = finishing or _finishing(found, state)
    sent = next((form for form in (beginning, finishing) if form.errors or form.form_errors), None)
    may_treat = permits(g.identity, Permission.EVENT_TREAT, found)
    ended = found.record.finished if found.record else None
    return edge.page(
        "disinfection/event.html",
        event=found,
        beginning=beginning,
        finishing=finishing,
        form=sent,
        struck=queries.struck(found.record.id) if found.done and found.record else [],
        may_treat=may_treat,
        may_correct=may_treat and ended is not None and clock.now() <= correction_until(ended, clock.zone()),
        around=AROUND_MG_PER_L,
    )
