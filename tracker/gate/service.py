"""The gate's record: opened and closed by who stands there, and the children entered on it."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.absence import arrival_service as arrivals
from tracker.accounts.rules import Identity
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.gate import queries
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome, Refusal, SentTo, refusal_of, sent_to
from tracker.permissions import Permission, permits
from tracker.school import find_queries
from tracker.school.find_queries import Child
from tracker.school.queries import class_ref
from tracker.screening import fever_service as fevers
from tracker.screening import missing_service as missing
from tracker.screening import queries as screening
from tracker.screening.fever_rules import SHEET_FIRST, Instrument
from tracker.screening.queries import ClassSession
from tracker.screening.rules import NORMAL_LINE, FeverSource, Line, SessionCode, State
from tracker.screening.service import Moment
from tracker.screening.trigger_queries import triggers_on


def open_record(
    by: int, at: datetime, day: date, lane: int, instrument: Instrument, equipment_id: int | None = None
) -> None:
    """Stand at a lane of the gate; whoever stood at another one leaves it."""
    if not queries.is_school_day_somewhere(day):
        raise Rejected(Refusal.NO_SCHOOL_DAY)
    close_record(by, at, day)
    record = GateRecord(
        day=day,
        lane=lane,
        device=instrument.value,
        equipment_id=equipment_id,
        by=by,
        opened_at=at,
        closed_at=None,
    )
    db.session.add(record)
    db.session.flush()
    audit.record(by, at, "gate.open", "gate_record", record.id, changes={"lane": lane})


def close_record(by: int, at: datetime, day: date) -> None:
    """Leave the gate; nothing happens where nobody stands there."""
    closed = db.session.scalars(
        sa.update(GateRecord)
        .where(GateRecord.by == by, GateRecord.day == day, GateRecord.closed_at.is_(None))
        .values(closed_at=at)
        .returning(GateRecord.id)
    ).all()
    for record_id in closed:
        audit.record(by, at, "gate.close", "gate_record", record_id)


def enter(who: Identity, moment: Moment, child: Child, outcome: PassOutcome, tenths: int | None) -> SentTo:
    """Enter a child who is too warm, looks ill or comes late; where it goes.  Rejected where a rule says no.

    A reading at or over the trigger makes the child wait for its retest, whatever it was entered for.
    Of a late-comer the class's sheet, where it misses the child, says that it has come.  Whose return
    the nurse has not cleared stands before her as come without.
    """
    by, at, day = who.user_id, moment.at, moment.today
    record = queries.open_record(by, day)
    if record is None:
        raise Rejected(Refusal.NOT_OPENED)
    instrument = Instrument(record.device)
    trigger = triggers_on(day)[instrument.site]
    late_from = queries.late_from(child, day)
    refused = refusal_of(
        outcome,
        tenths,
        trigger=trigger,
        is_late=late_from is not None and at > late_from,
        entered=queries.was_entered(by, day, child.id, outcome),
    )
    if refused:
        raise Rejected(refused, "temperature", tenths=tenths, trigger=trigger)
    is_on_sheet = outcome is PassOutcome.LATE and _tell_sheet(who, moment, child, instrument, tenths)
    entered = GatePass(
        gate_record_id=record.id,
        student_id=child.id,
        at=at,
        by=by,
        outcome=outcome,
        tenths=tenths,
        struck_at=None,
    )
    db.session.add(entered)
    db.session.flush()
    if tenths is not None and not is_on_sheet:
        fevers.take_reading(
            by,
            at,
            child.id,
            day,
            tenths,
            instrument,
            FeverSource.GATE,
            entered.id,
            equipment_id=record.equipment_id,
        )
    audit.record(
        by,
        at,
        "gate.enter",
        "gate_pass",
        entered.id,
        student_id=child.id,
        changes={"outcome": outcome.value},
    )
    reviewer = permits(who, Permission.EPISODE_REVIEW)
    is_uncleared = arrivals.seen_uncleared(by, at, child.id, reviewer=reviewer)
    return sent_to(outcome, tenths, trigger=trigger, is_uncleared=is_uncleared)


def _tell_sheet(
    who: Identity, moment: Moment, child: Child, instrument: Instrument, tenths: int | None
) -> bool:
    """Let the sheet that misses a late-comer know; whether it keeps the reading as its own."""
    is_first = tenths is not None and instrument is SHEET_FIRST
    line = Line(State.MEASURED, first=tenths) if is_first else NORMAL_LINE
    session = _arrival_of(child, moment.today)
    return session is not None and missing.came(who, moment, session, child.id, line) and is_first


def _arrival_of(child: Child, day: date) -> ClassSession | None:
    return screening.class_session(class_ref(child.school_class), day, SessionCode.ARRIVAL.value)


def strike(who: Identity, moment: Moment, entered: GatePass) -> None:
    """Take back an entry, and its reading with the chain that nobody else has added to.

    The sheet that a late-comer's entry has told misses the child again, and so does an absence.
    """
    by, at = who.user_id, moment.at
    struck = db.session.execute(
        sa.update(GatePass)
        .where(GatePass.id == entered.id, GatePass.struck_at.is_(None))
        .values(struck_at=at)
        .returning(GatePass.id)
    ).scalar()
    if struck is None:
        return
    if entered.tenths is not None:
        fevers.strike_reading(by, at, entered.student_id, entered.at)
    child = find_queries.child(entered.student_id, moment.today)
    if entered.outcome is PassOutcome.LATE and child and (session := _arrival_of(child, moment.today)):
        missing.came_not(who, moment, session, child.id, entered.at)
    arrivals.not_seen(by, at, entered.student_id, entered.at)
    audit.record(by, at, "gate.strike", "gate_pass", entered.id, student_id=entered.student_id)
