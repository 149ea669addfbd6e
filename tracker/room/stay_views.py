"""The page of one stay in the observation room: the nurse's deeds from the arrival to the handing over."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, g, url_for

from tracker import clock, edge
from tracker.absence import guardian_queries, guardian_service
from tracker.absence.forms import PhoneForm
from tracker.accounts.guards import ask_for_pin, needs_pin, requires
from tracker.db import transaction
from tracker.errors import Rejected
from tracker.facts.rules import Symptom
from tracker.permissions import Permission
from tracker.room import forms, queries, service
from tracker.room.queries import StaySeen
from tracker.room.rules import SENT_AWAY, Refusal, Room, StayEnd, left_for, minutes, proposed_room, rooms_for
from tracker.room.service import Ending
from tracker.screening import reading_service as readings
from tracker.screening.rules import AbsenceReason, Site

bp = Blueprint("stays", __name__, url_prefix="/room")


def found_stay(stay_id: int) -> StaySeen | None:
    """What a stay's address names."""
    return queries.stay(stay_id, clock.today())


@bp.get("/<id:stay_id>")
@requires(Permission.ROOM_KEEP, of=found_stay, pin=True)
def stay(found: StaySeen) -> Any:
    """One stay: what is known, what was done, and what is next."""
    return _page(found)


@bp.post("/<id:stay_id>/arrive")
@requires(Permission.ROOM_KEEP, of=found_stay)
def arrive(found: StaySeen) -> Any:
    """The child has come into a room."""
    form, stay_id = forms.ArriveForm(), found.id

    def verb(by: int, now: datetime) -> None:
        service.arrive(
            by,
            now,
            stay_id,
            Room(form.room.data),
            arrived_at=_instant(form.arrived_at),
            brought_by=form.brought_by.data or None,
        )

    return _do("room.arrive", found, verb, _when(found, form.arrived_at), arriving=form)


@bp.post("/<id:stay_id>/reading")
@requires(Permission.ROOM_KEEP, of=found_stay)
def reading(found: StaySeen) -> Any:
    """A temperature was taken."""
    form, stay_id, student_id = forms.ReadingForm(), found.id, found.stay.student_id

    def verb(by: int, now: datetime) -> None:
        Rejected.unless_empty(_when(found, form.taken_at)(now))
        service.hold(stay_id)
        taken, site = _instant(form.taken_at) or now, Site(form.site.data)
        readings.read_in_stay(
            by, now, stay_id, student_id, form.temperature.tenths or 0, site, taken_at=taken
        )

    return _do("room.reading", found, verb, _when(found, form.taken_at), reading=form)


@bp.post("/<id:stay_id>/reading/strike")
@requires(Permission.ROOM_KEEP, of=found_stay)
def strike_reading(found: StaySeen) -> Any:
    """A temperature was typed wrongly."""
    form, stay_id, student_id = forms.StrikeForm(), found.id, found.stay.student_id
    if not form.validate():
        abort(400)

    def verb(by: int, now: datetime) -> None:
        service.hold(stay_id)
        if not readings.strike_in_stay(by, now, stay_id, student_id, form.moment):
            raise Rejected(Refusal.CHANGED)

    return _do("room.strike_reading", found, verb, refused=form)


@bp.post("/<id:stay_id>/signs")
@requires(Permission.ROOM_KEEP, of=found_stay)
def signs(found: StaySeen) -> Any:
    """Which signs of illness the child has, and since when."""
    form, stay_id = forms.SignsForm(), found.id

    def verb(by: int, now: datetime) -> None:
        told = {Symptom(code) for code in form.signs.data or ()}
        service.note_signs(by, now, stay_id, told, form.onset_on.data, form.seats)

    return _do("room.signs", found, verb, signs=form)


@bp.post("/<id:stay_id>/call")
@requires(Permission.ROOM_KEEP, of=found_stay)
def call(found: StaySeen) -> Any:
    """A guardian was called."""
    form, stay_id = forms.StayCallForm(), found.id

    def verb(by: int, now: datetime) -> None:
        service.log_call(
            by,
            now,
            stay_id,
            guardian_seq=form.guardian.data,
            reached=form.reached.data == "yes",
            called_at=_instant(form.called_at),
            note=form.note.data or None,
        )

    return _do("room.call", found, verb, _when(found, form.called_at), calling=form)


@bp.post("/<id:stay_id>/call/strike")
@requires(Permission.ROOM_KEEP, of=found_stay)
def strike_call(found: StaySeen) -> Any:
    """A call was logged by mistake."""
    form, stay_id = forms.NumberForm(), found.id
    if not form.validate():
        abort(400)
    no = form.no.data or 0
    return _do(
        "room.strike_call", found, lambda by, now: service.strike_call(by, now, stay_id, no), refused=form
    )


@bp.post("/<id:stay_id>/phone")
@requires(Permission.ROOM_KEEP, of=found_stay, pin=True)
def phone(found: StaySeen) -> Any:
    """Show a guardian's number, on this answer only; that it was shown stays in the trail."""
    form, by, student = PhoneForm(), g.identity.user_id, found.stay.student_id
    if not form.validate():
        abort(400)
    seq = form.seq.data or 0
    with transaction():
        number = guardian_service.reveal_phone(by, clock.now(), student, seq, stay=found.id)
    if number is None:
        abort(404)
    return _page(found_stay(found.id) or found, shown_phone={seq: number})


@bp.post("/<id:stay_id>/end")
@requires(Permission.ROOM_KEEP, of=found_stay)
def end(found: StaySeen) -> Any:
    """The child leaves."""
    form, stay_id, class_id, student_id = forms.EndForm(), found.id, found.class_id, found.stay.student_id

    def ending() -> Ending:
        how, at = StayEnd(form.how.data), _instant(form.ended_at)
        reason = {} if form.left_for.errors else {"left_for": AbsenceReason(form.left_for.data)}
        return Ending(how, at, form.handed_to, form.where_to.data or None, **reason)

    def verb(by: int, now: datetime) -> None:
        service.end(by, now, stay_id, class_id, ending())
        if ending().how in SENT_AWAY:
            readings.leave_with_chain(by, now, student_id)

    def wrong(now: datetime) -> list[Rejected]:
        return [] if form.how.errors else service.wrong_end(found.stay, ending(), now)

    return _do("room.end", found, verb, wrong, ending=form)


@bp.post("/<id:stay_id>/reopen")
@requires(Permission.ROOM_KEEP, of=found_stay)
def reopen(found: StaySeen) -> Any:
    """The child has not left after all."""
    form, stay_id, class_id = edge.Form(), found.id, found.class_id
    return _do("room.reopen", found, lambda by, now: service.reopen(by, now, stay_id, class_id), refused=form)


def _instant(field: Any) -> datetime | None:
    return clock.at(field.data.date(), field.data.time()) if field.data else None


def _when(found: StaySeen, moment: Any) -> Callable[[datetime], list[Rejected]]:
    return lambda now: service.wrong_moment(found.stay, _instant(moment), now, moment.name)


def _do(
    deed: str,
    found: StaySeen,
    verb: Callable[[int, datetime], None],
    wrong: Callable[[datetime], list[Rejected]] = lambda now: [],
    **form: Any,
) -> Any:
    """Do it once and lead back to the stay's page; where it cannot be, the page says why at the form.

    `wrong` is what the rules say beside what cannot be read.
    """
    ((_name, one),) = form.items()
    stay_id, by = found.id, g.identity.user_id

    def done() -> str:
        verb(by, clock.now())
        return url_for(".stay", stay_id=stay_id)

    answer = edge.taken(one, deed, done, forms.refusal_words, wrong=lambda: wrong(clock.now()))
    return answer or _page(found_stay(stay_id) or found, **form)


def _page(found: StaySeen, *, shown_phone: dict[int, str] | None = None, **sent: Any) -> Any:
    """The page of one stay, with the form that could not be taken; that it was read is logged."""
    if needs_pin():  # a refused form shows the child too
        return ask_for_pin()
    one, today = found.stay, clock.today()
    signs = queries.signs_of([found.id])[found.id]
    fresh: dict[str, Callable[[], edge.Form]] = {
        "arriving": lambda: forms.ArriveForm(formdata=None),
        "reading": lambda: forms.ReadingForm(formdata=None),
        "signs": lambda: forms.SignsForm(
            None, signs=[sign.value for sign in signs], onset_on=one.onset_on, seats_beside=one.seats_beside
        ),
        "calling": lambda: forms.StayCallForm(formdata=None),
        "ending": lambda: forms.EndForm(formdata=None, left_for=left_for(one.trouble).value),
    }
    states = queries.rooms()
    page = edge.page(
        "room/stay.html",
        found=found,
        one=one,
        minutes=minutes,
        known_signs=signs,
        retests=queries.retests_of(one),
        readings=queries.readings_of([found.id]).get(found.id, []),
        calls=queries.calls_of(found.id),
        guardians=guardian_queries.guardians(one.student_id),
        fetchers=queries.fetchers(one.student_id),
        shown_phone=shown_phone or {},
        rooms=rooms_for(one.trouble),
        states=states,
        proposed=proposed_room(one.trouble, states),
        may_reopen=queries.can_be_reopened(one, today),
        forms={name: sent.get(name) or make() for name, make in fresh.items()},
        form=next(iter(sent.values()), None),
        new_key=uuid4,
    )
    edge.log_reading("stay", found.id, student_id=one.student_id)
    return page
