"""The verbs of the observation room: report, arrive, call, hand over, disinfect.  The only writers of stays.

A stay is held until the transaction ends before anything is decided about it, so of two at once the
second sees what the first has done.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.absence import sent_home_service as absence
from tracker.audit import service as audit
from tracker.datafolder import encrypt
from tracker.db import db, insert
from tracker.errors import Rejected
from tracker.facts import service as facts
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.facts.service import Fact
from tracker.room import queries
from tracker.room.models import Stay, StayCall
from tracker.room.rules import (
    SENT_AWAY,
    SIGN_OF,
    HandedTo,
    Refusal,
    Room,
    RoomState,
    StayEnd,
    Trouble,
)
from tracker.school import service as school
from tracker.school.queries import roster_lines
from tracker.school.rules import ExcuseCode
from tracker.screening.rules import AbsenceReason


@dataclass(frozen=True)
class Case:
    """What somebody saw of a child."""

    student_id: int
    class_id: int
    trouble: Trouble
    soiled: bool
    place: str = ""
    note: str | None = None


@dataclass(frozen=True)
class Reported:
    """The stay a report came to; it may be that of an earlier one."""

    stay_id: int
    is_new: bool
    at: datetime


def report(by: int, at: datetime, case: Case, *, excused: Collection[str] = ()) -> Reported:
    """Send a child to the nurse; a child that is on the way or there already is sent once.

    Of a second report a soiled floor is kept: the place has to be treated.  `excused` are the duties of
    the class that may come late, because somebody cared for the child.
    """
    made = db.session.execute(
        insert(Stay)
        .values(
            student_id=case.student_id,
            reported_at=at,
            reported_by=by,
            trouble=case.trouble,
            place=case.place,
            soiled=case.soiled,
            note=case.note,
        )
        .on_conflict_do_nothing()
        .returning(Stay.id)
    ).scalar()
    if made is None:
        return _report_again(by, at, case)
    if sign := SIGN_OF.get(case.trouble):
        facts.observe(at, [_sign(case.student_id, made, sign, at, clock.local(at).date())])
    day = clock.local(at).date()
    school.excuse(by, at, case.class_id, day, excused, ExcuseCode.CARE)
    _tell(by, at, "report", made, case.student_id, trouble=case.trouble.value, soiled=case.soiled)
    return Reported(made, True, at)


def _report_again(by: int, at: datetime, case: Case) -> Reported:
    found = queries.live_stay_of(case.student_id)
    if found is None:  # it ended at this very moment
        raise Rejected(Refusal.REPORTED_AGAIN)
    one = _held(found.id)
    if case.soiled and not one.soiled:
        one.soiled, one.place = True, case.place
    _tell(by, at, "report_again", one.id, one.student_id, trouble=case.trouble.value, soiled=case.soiled)
    return Reported(one.id, False, one.reported_at)


def arrive(
    by: int,
    at: datetime,
    stay_id: int,
    room: Room,
    *,
    arrived_at: datetime | None = None,
    brought_by: str | None = None,
) -> None:
    """A child has come into a room; a room that waits for its disinfection refuses nobody."""
    one = _live(stay_id)
    if one.arrived_at is not None:
        raise Rejected(Refusal.HAS_ARRIVED)
    Rejected.unless_empty(wrong_moment(one, arrived_at, at, "arrived_at"))
    one.room, one.arrived_at, one.brought_by = room, arrived_at or at, brought_by
    _tell(by, at, "arrive", stay_id, one.student_id, room=room.value)


def note_signs(
    by: int,
    at: datetime,
    stay_id: int,
    signs: Collection[Symptom],
    onset_on: date | None,
    seats: Collection[int] = (),
) -> None:
    """Say which signs of illness a child has, since when, and who sits beside it, in place of what was."""
    one = _held(stay_id)
    if one.ended_how is StayEnd.NEVER_CAME:
        raise Rejected(Refusal.CHANGED)
    day = clock.local(one.reported_at).date()
    found = [Rejected(Refusal.NO_SUCH_SEAT, "seats_beside", seat=seat) for seat in _unknown(one, seats, day)]
    if onset_on and onset_on > clock.local(at).date():
        found.append(Rejected(Refusal.ONSET_IN_FUTURE, "onset_on"))
    Rejected.unless_empty(found)
    one.seats_beside = " ".join(str(seat) for seat in sorted(set(seats))) or None
    before = queries.signs_of([stay_id])[stay_id]
    after = tuple(sign for sign in Symptom if sign in signs)
    if (before, one.onset_on) == (after, onset_on):
        return
    facts.retract(at, SourceKind.STAY, stay_id, kind=ObservationKind.SYMPTOM)
    facts.observe(at, [_sign(one.student_id, stay_id, sign, at, day, onset_on) for sign in after])
    told = [onset.isoformat() if onset else None for onset in (one.onset_on, onset_on)]
    one.onset_on = onset_on
    _tell(by, at, "signs", stay_id, one.student_id, signs=[[*before], [*after]], onset=told)


def _unknown(one: Stay, seats: Collection[int], day: date) -> list[int]:
    """The seats that no classmate of a child has."""
    seen = queries.stay(one.id, day)
    lines = roster_lines(seen.class_id, day) if seen and seats else []
    return sorted(set(seats) - {line.seat for line in lines if line.student_id != one.student_id})


def log_call(
    by: int,
    at: datetime,
    stay_id: int,
    *,
    guardian_seq: int | None,
    reached: bool,
    called_at: datetime | None = None,
    note: str | None = None,
) -> None:
    """A guardian was called: reached, or not."""
    one = _held(stay_id)
    Rejected.unless_empty(wrong_moment(one, called_at, at, "called_at"))
    no = max((call.no for call in queries.calls_of(stay_id)), default=0) + 1
    db.session.add(
        StayCall(
            stay_id=stay_id,
            no=no,
            at=called_at or at,
            by=by,
            guardian_seq=guardian_seq,
            reached=reached,
            note=note,
        )
    )
    _tell(by, at, "call", stay_id, one.student_id, no=no, reached=reached)


def hold(stay_id: int) -> None:
    """Let whoever else writes of this stay wait until this transaction ends."""
    _held(stay_id)


def strike_call(by: int, at: datetime, stay_id: int, no: int) -> None:
    """Take back a call that was logged by mistake; it stays to be read, struck out."""
    one = _held(stay_id)
    call = db.session.get(StayCall, (stay_id, no), populate_existing=True)
    if call is None or call.struck_at is not None:
        raise Rejected(Refusal.CHANGED)
    call.struck_at = at
    _tell(by, at, "strike_call", stay_id, one.student_id, no=no)


@dataclass(frozen=True)
class Ending:
    """How a child leaves the observation room, or the way to it."""

    how: StayEnd
    ended_at: datetime | None = None
    handed_to: HandedTo | None = None
    """Of a child that was fetched."""
    where_to: str | None = None
    left_for: AbsenceReason = AbsenceReason.ILLNESS
    """Why the child leaves the school, where it does."""


def end(by: int, at: datetime, stay_id: int, class_id: int, ending: Ending) -> None:
    """A child leaves: fetched, by ambulance, back to class, or it never came.

    Who leaves the school for more than a private reason is followed up from then on.
    """
    one = _live(stay_id)
    Rejected.unless_empty(wrong_end(one, ending, at))
    one.ended_at, one.ended_how, one.ended_by = ending.ended_at or at, ending.how, by
    one.where_to = ending.where_to if ending.how in SENT_AWAY else None
    if ending.how is StayEnd.FETCHED and ending.handed_to:
        name, relation = _named(one.student_id, ending.handed_to)
        one.handed_to_enc, one.relation = encrypt(name), relation
    if ending.how is StayEnd.NEVER_CAME:
        facts.retract(at, SourceKind.STAY, stay_id, kind=ObservationKind.SYMPTOM)
    db.session.flush()
    if ending.how in SENT_AWAY and ending.left_for is not AbsenceReason.PERSONAL:
        absence.follow_sent_home(
            by, at, student_id=one.student_id, class_id=class_id, reason=ending.left_for, left_at=one.ended_at
        )
    _tell(by, at, "end", stay_id, one.student_id, how=ending.how.value, reason=ending.left_for.value)


def wrong_end(one: Stay, ending: Ending, at: datetime) -> list[Rejected]:
    """All that keeps a child from leaving this way, each at its field."""
    found = wrong_moment(one, ending.ended_at, at, "ended_at")
    if ending.how is StayEnd.BACK_TO_CLASS and one.arrived_at is None:
        found.append(Rejected(Refusal.NOT_ARRIVED))
    if ending.how is StayEnd.NEVER_CAME and one.arrived_at is not None:
        found.append(Rejected(Refusal.HAS_ARRIVED))
    if ending.how is StayEnd.FETCHED:
        to = ending.handed_to
        if to is None or (to.seq is not None and to.seq not in _fetchers(one.student_id)):
            found.append(Rejected(Refusal.NOBODY_CHOSEN, "to"))
        elif to.seq is None and not to.name:
            found.append(Rejected(Refusal.NAME_NEEDED, "name"))
        if to and to.seq is None and not to.relation:
            found.append(Rejected(Refusal.RELATION_NEEDED, "relation"))
        if to is None or not to.checked:
            found.append(Rejected(Refusal.NOT_CHECKED, "checked"))
    return found


def _fetchers(student_id: int) -> dict[int, queries.Fetcher]:
    return {one.seq: one for one in queries.fetchers(student_id)}


def _named(student_id: int, to: HandedTo) -> tuple[str, str | None]:
    """The name and the relation of who fetches a child."""
    if to.seq is None:
        return to.name, to.relation
    found = _fetchers(student_id)[to.seq]
    return found.name or to.name or found.relation or str(found.seq), found.relation


def reopen(by: int, at: datetime, stay_id: int, class_id: int) -> None:
    """Take back the end of a stay that was logged by mistake, before the gate or the disinfection saw it."""
    one = _held(stay_id)
    if not queries.can_be_reopened(one, clock.local(at).date()):
        raise Rejected(Refusal.CHANGED)
    if queries.live_stay_of(one.student_id):
        raise Rejected(Refusal.REPORTED_AGAIN)
    how, ended_at = one.ended_how, one.ended_at
    if how in SENT_AWAY and ended_at:
        absence.unfollow_sent_home(by, at, student_id=one.student_id, class_id=class_id, left_at=ended_at)
    if how is StayEnd.NEVER_CAME and (sign := SIGN_OF.get(one.trouble)):
        day = clock.local(one.reported_at).date()
        facts.observe(at, [_sign(one.student_id, stay_id, sign, at, day, one.onset_on)])
    one.ended_at = one.ended_how = one.ended_by = None
    one.handed_to_enc = one.relation = one.where_to = None
    _tell(by, at, "reopen", stay_id, one.student_id, how=how)


def clean(by: int, at: datetime, room: Room) -> None:
    """A room was disinfected after the last child left it: from now on it is free."""
    state = queries.rooms()[room]
    if state is RoomState.OCCUPIED:
        raise Rejected(Refusal.ROOM_OCCUPIED)
    if state is RoomState.FREE:
        raise Rejected(Refusal.NOTHING_TO_CLEAN)
    cleaned = db.session.scalars(
        sa.update(Stay)
        .where(Stay.room == room, Stay.ended_at.is_not(None), Stay.cleaned_at.is_(None))
        .values(cleaned_at=at, cleaned_by=by)
        .returning(Stay.id)
        .execution_options(synchronize_session=False)
    ).all()
    audit.record(by, at, "room.clean", "room", None, changes={"room": room.value, "stays": sorted(cleaned)})


def tick_slip(by: int, at: datetime, stay_id: int) -> None:
    """The gate has seen a child leave with its exit slip."""
    one = _held(stay_id)
    if one.ended_how is not StayEnd.FETCHED:
        raise Rejected(Refusal.CHANGED)
    if one.left_gate_at is not None:
        raise Rejected(Refusal.HAS_LEFT)
    one.left_gate_at, one.left_gate_by = at, by
    _tell(by, at, "left_gate", stay_id, one.student_id)


def _held(stay_id: int) -> Stay:
    """A stay, kept from others until the transaction ends."""
    return db.session.get_one(Stay, stay_id, with_for_update=True, populate_existing=True)


def _live(stay_id: int) -> Stay:
    one = _held(stay_id)
    if one.ended_at is not None:
        raise Rejected(Refusal.CHANGED)
    return one


def wrong_moment(one: Stay, moment: datetime | None, at: datetime, field: str) -> list[Rejected]:
    """Whether something can have happened then; None: now."""
    if moment and moment > at:
        return [Rejected(Refusal.IN_FUTURE, field)]
    early = moment and clock.local(moment).date() < clock.local(one.reported_at).date()
    return [Rejected(Refusal.BEFORE_REPORT, field)] if early else []


def _sign(
    student_id: int, stay_id: int, sign: Symptom, at: datetime, day: date, onset_on: date | None = None
) -> Fact:
    return Fact(
        student_id,
        ObservationKind.SYMPTOM,
        sign.value,
        day,
        onset_on or day,
        at,
        SourceKind.STAY,
        stay_id,
        0,
    )


def _tell(by: int, at: datetime, deed: str, stay_id: int, student_id: int, **changes: Any) -> None:
    audit.record(by, at, f"room.{deed}", "stay", stay_id, student_id=student_id, changes=changes)
