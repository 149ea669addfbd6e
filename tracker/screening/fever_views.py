"""Who waits for a retest, and from which reading on a retest is asked for."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.gate import queries as gate
from tracker.nurse.desk_queries import desk
from tracker.permissions import Permission
from tracker.screening import fever_forms as forms
from tracker.screening import fever_queries as queries
from tracker.screening import fever_service as service
from tracker.screening import trigger_queries, trigger_service
from tracker.screening.fever_queries import Chain
from tracker.screening.fever_rules import LONG_MINUTES, WAIT_MINUTES, Instrument
from tracker.screening.rules import FeverState
from tracker.supplies import queries as supplies

bp = Blueprint("fevers", __name__, url_prefix="/screening")


@bp.get("/fevers")
@requires(Permission.FEVERS_FOLLOW)
def fevers() -> Any:
    """Who waits for a retest, and what was decided today."""
    return _page()


@bp.post("/fevers/<id:fever_id>")
@requires(Permission.FEVERS_FOLLOW, of=queries.chain)
def retest(found: Chain) -> Any:
    """Log a retest."""
    form = forms.RetestForm()
    form.instrument.offer(supplies.thermometers())

    def verb() -> str:
        taken_at = _taken_at(form.wall)
        service.retest(
            g.identity.user_id,
            clock.now(),
            found.fever.id,
            form.instrument.instrument,
            form.tenths,
            taken_at,
            equipment_id=form.instrument.equipment_id,
            has_rested=form.rested.data,
        )
        return url_for(".fevers")

    answer = edge.taken(form, "fever.retest", verb, forms.refusal_words)
    if answer is None:
        return _page(found.fever.id, form)
    if (now := queries.chain(found.fever.id)) and now.fever.state is FeverState.WAITING:
        flash(_("Below the trigger, but with other signs of illness: please measure once more."), "warning")
    else:
        flash(_("The retest is logged."))
    return answer


@bp.post("/fevers/<id:fever_id>/left")
@requires(Permission.FEVERS_FOLLOW, of=queries.chain)
def left(found: Chain) -> Any:
    """A child has left the school before it was measured again."""

    def verb() -> str:
        service.leave_unretested(g.identity.user_id, clock.now(), found.fever.id)
        return url_for(".fevers")

    form = forms.DecideForm()
    answer = edge.taken(form, "fever.unretested", verb, forms.refusal_words)
    if answer is None:
        return _page(refused=form)
    flash(_("Noted: neither a confirmed fever nor normal."))
    return answer


def _taken_at(wall: time | None) -> datetime:
    """When a retest was taken: now, or at a time of today."""
    return clock.at(clock.today(), wall) if wall else clock.now()


def _page(
    of: int | None = None, form: forms.RetestForm | None = None, *, refused: forms.DecideForm | None = None
) -> Any:
    now, today = clock.now(), clock.today()
    waiting = queries.waiting(today)
    numbered = supplies.thermometers() if waiting else []
    # Where somebody else was faster there is no row left to complain at.
    is_shown = any(one.fever.id == of for one in waiting)
    midnight = clock.at(today, time())
    complaints = [
        (f"{name}-{of}" if name and is_shown else None, sentence)
        for one in (form, refused)
        if one
        for name, sentence in one.complaints
    ]
    page = edge.page(
        "screening/fevers.html",
        code=422 if complaints else None,
        waiting=waiting,
        ill=gate.looked_ill(today),
        decided=queries.decided(midnight, midnight + timedelta(days=1)),
        to_send={one.fever_id for one in desk(today).feverish},
        minutes={one.fever.id: int((now - one.fever.opened_at).total_seconds() // 60) for one in waiting},
        wait=WAIT_MINUTES,
        long=LONG_MINUTES,
        thermometers=lambda one: [
            pair for kind in reversed(one.instruments) for pair in forms.thermometers_of(kind, numbered)
        ],
        of=of,
        typed=form,
        complaints=complaints,
        form_has_errors=bool(complaints),
        rest=timedelta(minutes=WAIT_MINUTES),
        new_key=uuid4,
    )
    edge.log_reading("fevers", 0)
    return page


@bp.route("/triggers", methods=["GET", "POST"])
@requires(Permission.TRIGGERS_MANAGE)
def triggers() -> Any:
    """The triggers by instrument, with their sources; a change holds from tomorrow on."""
    form = forms.TriggerForm()
    today: date = clock.today()

    def verb() -> str:
        trigger_service.change_trigger(
            g.identity.user_id,
            clock.now(),
            today,
            Instrument(form.instrument.data),
            form.tenths,
            form.source.data,
        )
        return url_for(".triggers")

    if answer := edge.taken(form, "fever.trigger", verb, forms.refusal_words):
        flash(_("The trigger holds from tomorrow on."))
        return answer
    return edge.page(
        "screening/triggers.html",
        form=form,
        triggers=trigger_queries.triggers(today),
        shipped_words=forms.SHIPPED_SOURCES,
    )
