"""Retest chains: opened by a reading at or over its trigger, decided by retests.  Their only writer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected, RunAgain
from tracker.facts import service as facts
from tracker.facts.rules import ObservationKind, SourceKind
from tracker.facts.service import Fact
from tracker.screening import fever_queries as queries
from tracker.screening.fever_rules import (
    SHEET_RETEST,
    Instrument,
    LiveChain,
    Measured,
    Refusal,
    chain_state,
    first_of,
    joins,
    refusal_of,
    rested_at,
    retests_of,
)
from tracker.screening.models import Fever, Reading, Sheet, SheetVersion
from tracker.screening.queries import ClassSession
from tracker.screening.rules import (
    COUNTED_FEVERS,
    HALF_OF,
    NORMAL_LINE,
    FeverSource,
    FeverState,
    HalfDay,
    Line,
    fever_of,
)
from tracker.screening.trigger_queries import triggers_on


@dataclass(frozen=True)
class Chained:
    """The lines of a sheet, each with what its chain has come to; and the chains its new readings join."""

    lines: dict[int, Line]
    joined: dict[int, LiveChain]


def with_chains(
    session: ClassSession,
    sheet_id: int,
    at: datetime,
    lines: Mapping[int, Line],
    before: Mapping[int, Line],
    chains: Mapping[int, LiveChain | None],
) -> Chained:
    """What the chains of a class make of a sheet's lines.  No statement where nobody has one."""
    found, joined = dict(lines), {}
    for student, line in lines.items():
        was, chain = before.get(student, NORMAL_LINE), chains.get(student)
        if line.first is None or line.first < session.trigger:
            continue
        if _readings(line) == _readings(was):
            found[student] = replace(line, fever=was.fever)
        elif chain and joins(line, was, chain, in_morning=HALF_OF[session.code] is HalfDay.MORNING):
            joined[student] = chain
    if not joined:
        return Chained(found, joined)
    others = queries.measured([chain.id for chain in joined.values()], but_sheet=sheet_id)
    triggers = triggers_on(session.day)
    for student, chain in joined.items():
        line, told = lines[student], others[chain.id]
        if line.retest is not None:
            own = Measured(at, 2, line.retest, SHEET_RETEST.site)
            state = chain_state([*told, own], triggers, has_symptoms=False)
        else:
            keeps = retests_of(told) or chain.state is FeverState.UNRETESTED
            state = chain.state if keeps else FeverState.WAITING
        found[student] = replace(line, fever=state)
    return Chained(found, joined)


def _readings(line: Line) -> tuple[int | None, int | None]:
    return line.first, line.retest


def follow_sheet(
    by: int,
    at: datetime,
    session: ClassSession,
    sheet_id: int,
    lines: Mapping[int, Line],
    joined: Mapping[int, LiveChain],
) -> dict[int, int]:
    """The chain of each of these lines with a new reading at or over the trigger, by student.

    Chains that go on come to what the lines say; the others are opened.
    """
    hot = [student for student, line in lines.items() if (line.first or 0) >= session.trigger]
    found = {student: joined[student].id for student in hot if student in joined}
    for student, fever_id in found.items():
        state = lines[student].fever or FeverState.WAITING
        _become(by, at, student, fever_id, joined[student].state, state, session.day, but_sheet=sheet_id)
    rows = []
    for student in hot:
        if student not in found:
            state = fever_of(
                lines[student].first,
                lines[student].retest,
                trigger=session.trigger,
                retest_trigger=session.retest_trigger,
            )
            rows.append(_chain_row(by, at, student, session.day, FeverSource.SHEET, sheet_id, state))
    return found | _open(rows)


def _chain_row(
    by: int, at: datetime, student: int, day: date, source: FeverSource, source_id: int, state: FeverState
) -> dict[str, Any]:
    is_decided = state is not FeverState.WAITING
    return {
        "student_id": student,
        "day": day,
        "source": source,
        "source_id": source_id,
        "state": state,
        "opened_at": at,
        "decided_at": at if is_decided else None,
        "decided_by": by if is_decided else None,
    }


def _open(rows: list[dict[str, Any]]) -> dict[int, int]:
    """Open chains; their ids by student.  One statement, none for none."""
    if not rows:
        return {}
    opened = db.session.execute(sa.insert(Fever).returning(Fever.student_id, Fever.id), rows)
    return {row.student_id: row.id for row in opened}


def release(by: int, at: datetime, fever_ids: Collection[int]) -> None:
    """Let chains go whose readings were struck: taken back where nobody else has added to them."""
    if not fever_ids:
        return
    live = queries.measured(fever_ids)
    held = db.session.scalars(sa.select(Fever).where(Fever.id.in_(fever_ids)).with_for_update()).all()
    for fever in held:
        readings, state = live[fever.id], fever.state
        if not readings:
            state = FeverState.STRUCK
        elif first_of(readings) and state is not FeverState.UNRETESTED:
            ill = fever.student_id in queries.students_with_symptoms([fever.student_id], fever.day)
            state = chain_state(readings, triggers_on(fever.day), has_symptoms=ill)
        if state is FeverState.WAITING and _waits_in_another(fever):
            state = FeverState.UNRETESTED
        _become(by, at, fever.student_id, fever.id, fever.state, state, fever.day)


def _waits_in_another(fever: Fever) -> bool:
    another = sa.select(Fever.id).where(
        Fever.student_id == fever.student_id, Fever.state == FeverState.WAITING, Fever.id != fever.id
    )
    return db.session.scalar(another) is not None


def take_reading(
    by: int,
    at: datetime,
    student_id: int,
    day: date,
    tenths: int,
    instrument: Instrument,
    source: FeverSource,
    source_id: int,
    *,
    equipment_id: int | None = None,
) -> int | None:
    """Keep a reading taken at the gate or in the observation room; the chain it belongs to, if any.

    At or over its trigger it opens a chain, unless the child waits in one.  In the observation room
    a reading by another method is the retest of a child that waits.
    """
    at = free_instant(student_id, at)
    chain = queries.newest_chain(student_id, day)
    is_waiting = chain is not None and chain.state is FeverState.WAITING
    if chain and is_waiting and source is FeverSource.STAY:
        told = queries.measured([chain.id])[chain.id]
        if refusal_of(told, instrument.site, at, at) is None:
            retest(by, at, chain.id, instrument, tenths, at)
            return chain.id
    fever_id = chain.id if chain and is_waiting else None
    if fever_id is None and tenths >= triggers_on(day)[instrument.site]:
        row = _chain_row(by, at, student_id, day, source, source_id, FeverState.WAITING)
        fever_id = _open([row])[student_id]
        facts.observe(at, [_fact(student_id, day, day, at, fever_id, tenths)])
        audit.record(by, at, "fever.open", "fever", fever_id, student_id=student_id)
    db.session.add(_reading(by, at, student_id, 1, tenths, instrument, fever_id, equipment_id))
    db.session.flush()
    return fever_id


def free_instant(student_id: int, taken_at: datetime) -> datetime:
    """This instant, or the next microsecond without a reading of the child: two of one minute are two."""
    measured = sa.select(Reading.taken_at).where(
        Reading.student_id == student_id, Reading.taken_at >= taken_at
    )
    taken = set(db.session.scalars(measured))
    while taken_at in taken:
        taken_at += timedelta(microseconds=1)
    return taken_at


def strike_reading(by: int, at: datetime, student_id: int, taken_at: datetime) -> None:
    """Take back a reading of the gate or the observation room, and its chain if nobody added to it."""
    struck = db.session.execute(
        sa.update(Reading)
        .where(
            Reading.student_id == student_id,
            Reading.taken_at == taken_at,
            Reading.sheet_id.is_(None),
            Reading.struck_at.is_(None),
        )
        .values(struck_at=at)
        .returning(Reading.fever_id)
        .execution_options(synchronize_session=False)
    ).scalars()
    release(by, at, {fever_id for fever_id in struck if fever_id})


def retest(
    by: int,
    at: datetime,
    fever_id: int,
    instrument: Instrument,
    tenths: int,
    taken_at: datetime,
    *,
    equipment_id: int | None = None,
    has_rested: bool = True,
) -> FeverState:
    """Measure a waiting child again; what its chain has come to.  Rejected where a rule says no.

    Unless somebody says that the child `has_rested`, not before it can have.
    """
    fever = _held(fever_id)
    told = queries.measured([fever_id])[fever_id]
    if no := refusal_of(told, instrument.site, taken_at, at):
        first = first_of(told)
        raise Rejected(
            no,
            "instrument" if no in (Refusal.SAME_SITE, Refusal.TOO_MANY) else "taken_at",
            first=clock.local(first.taken_at if first else at).strftime("%H:%M"),
        )
    taken_at = free_instant(fever.student_id, taken_at)
    since = rested_at(told)
    is_early = since is not None and taken_at < since
    if since and is_early and not has_rested:
        raise Rejected(Refusal.TOO_SOON, "rested", since=clock.local(since).strftime("%H:%M"))
    seq = max(2, *(one.seq + 1 for one in told))
    ill = fever.student_id in queries.students_with_symptoms([fever.student_id], fever.day)
    mine = Measured(taken_at, seq, tenths, instrument.site)
    state = chain_state([*told, mine], triggers_on(fever.day), has_symptoms=ill)
    db.session.add(_reading(by, taken_at, fever.student_id, seq, tenths, instrument, fever_id, equipment_id))
    db.session.flush()
    audit.record(
        by,
        at,
        "fever.retest",
        "fever",
        fever_id,
        student_id=fever.student_id,
        changes={"seq": seq, "state": state, **({"early": True} if is_early else {})},
    )
    _become(by, at, fever.student_id, fever_id, FeverState.WAITING, state, fever.day)
    return state


def leave_unretested(by: int, at: datetime, fever_id: int) -> None:
    """A child that waits has left the school: neither a fever nor normal.  Rejected if it does not wait."""
    fever = _held(fever_id)
    audit.record(by, at, "fever.unretested", "fever", fever_id, student_id=fever.student_id)
    _become(by, at, fever.student_id, fever_id, FeverState.WAITING, FeverState.UNRETESTED, fever.day)


def _held(fever_id: int) -> Fever:
    """A waiting chain, held until this transaction ends."""
    fever = db.session.scalars(
        sa.select(Fever)
        .where(Fever.id == fever_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if fever.state is not FeverState.WAITING:
        raise Rejected(Refusal.NOT_WAITING)
    return fever


def _become(
    by: int,
    at: datetime,
    student_id: int,
    fever_id: int,
    before: FeverState,
    state: FeverState,
    day: date,
    *,
    but_sheet: int | None = None,
) -> None:
    """Let a chain come to `state`, and with it what is known of the child and the sums of its sheets.

    `but_sheet` is written by whoever calls: only the others are counted anew.  RunAgain where somebody
    else has decided the chain since.
    """
    is_decided = state is not FeverState.WAITING
    if state is not before:
        changed = db.session.execute(
            sa.update(Fever)
            .where(Fever.id == fever_id, Fever.state == before)
            .values(
                state=state,
                decided_at=at if is_decided else None,
                decided_by=by if is_decided else None,
            )
            .returning(Fever.id)
        ).scalar()
        if changed is None:
            raise RunAgain
    live = db.session.execute(
        sa.select(Reading.sheet_id, Reading.seq, Reading.tenths).where(
            Reading.fever_id == fever_id,
            Reading.struck_at.is_(None),
            Reading.sheet_id.is_distinct_from(but_sheet) if but_sheet else sa.true(),
        )
    ).all()
    sheets = {row.sheet_id for row in live if row.sheet_id is not None}
    sources = [(SourceKind.FEVER, fever_id), *((SourceKind.SHEET, one) for one in sorted(sheets))]
    onset = facts.retract_fevers(at, student_id, sources)
    if live and state in COUNTED_FEVERS:
        highest = max(row.tenths for row in live)
        facts.observe(at, [_fact(student_id, day, onset or day, at, fever_id, highest)])
    more = (state in COUNTED_FEVERS) - (before in COUNTED_FEVERS)
    if more and sheets:
        _recount({row.sheet_id for row in live if row.seq == 1 and row.sheet_id is not None}, more)


def _recount(sheets: Iterable[int], more: int) -> None:
    """Count a fever more or less on the versions that hold of these sheets."""
    head = sa.select(Sheet.head).where(Sheet.id == SheetVersion.sheet_id).scalar_subquery()
    db.session.execute(
        sa.update(SheetVersion)
        .where(SheetVersion.sheet_id.in_(list(sheets)), SheetVersion.no == head)
        .values(fever=SheetVersion.fever + more)
        .execution_options(synchronize_session=False)
    )


def _fact(student_id: int, day: date, onset: date, at: datetime, fever_id: int, tenths: int) -> Fact:
    return Fact(
        student_id,
        ObservationKind.FEVER,
        None,
        day,
        onset,
        at,
        SourceKind.FEVER,
        fever_id,
        0,
        tenths=tenths,
    )


def _reading(
    by: int,
    taken_at: datetime,
    student_id: int,
    seq: int,
    tenths: int,
    instrument: Instrument,
    fever_id: int | None,
    equipment_id: int | None,
) -> Reading:
    return Reading(
        student_id=student_id,
        taken_at=taken_at,
        seq=seq,
        tenths=tenths,
        site=instrument.site,
        device=instrument.device,
        equipment_id=equipment_id,
        by=by,
        sheet_id=None,
        fever_id=fever_id,
        struck_at=None,
    )
