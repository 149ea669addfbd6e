"""What is known of a class's day, and what a new sheet of it starts with.  Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.absence.clearance_queries import for_sheet
from tracker.absence.models import Leave
from tracker.absence.rules import LeaveKind
from tracker.db import Instant, db
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.room.models import Stay
from tracker.room.rules import StayEnd
from tracker.screening.fever_rules import SHEET_FIRST
from tracker.screening.prefill_rules import (
    NOTHING_KNOWN,
    Earlier,
    Known,
    PassToday,
    StayToday,
    starting_point,
    with_fever,
)
from tracker.screening.queries import KeptSheet, RosterStudent
from tracker.screening.rules import HalfDay, Line, SessionCode


def prefilled(
    code: SessionCode, day: date, kept: Mapping[SessionCode, KeptSheet], students: Sequence[RosterStudent]
) -> dict[int, Line]:
    """What a sheet not yet reported starts with, by student; who is not named starts as everybody does."""
    order = list(SessionCode)
    earlier = [session for session in kept if order.index(session) < order.index(code)]
    last = kept[max(earlier, key=order.index)] if earlier else None
    known = known_of([one.id for one in students], day)
    returning = for_sheet([one.episode for one in students], day)
    found = {}
    for one in students:
        episode = returning.get(one.episode.id, one.episode) if one.episode else None
        line = last.lines.get(one.id) if last else None
        start = starting_point(
            code,
            Earlier(line, last.version.at) if last and line else None,
            is_first=last is None,
            episode=episode,
            came_back=episode is not None and episode.back_on == day,
            known=known.get(one.id, NOTHING_KNOWN),
        )
        start = with_fever(start, one.chain, known.get(one.id, NOTHING_KNOWN), day)
        if start is not None:
            found[one.id] = start
    return found


def known_of(student_ids: Collection[int], day: date) -> dict[int, Known]:
    """Leaves, stays and passes of a day, by student.  One statement."""
    begins, ends = clock.at(day, time()), clock.at(day + timedelta(days=1), time())
    none_at, none = sa.cast(sa.null(), Instant()), sa.cast(sa.null(), sa.Integer())

    def text(column: Any) -> Any:
        return sa.cast(column, sa.String(32))

    stays = sa.select(
        sa.literal("stay").label("source"),
        Stay.student_id.label("student_id"),
        Stay.reported_at.label("at"),
        Stay.ended_at.label("until"),
        text(Stay.ended_how).label("code"),
        none.label("one"),
        none.label("two"),
    ).where(
        Stay.student_id.in_(student_ids),
        Stay.reported_at < ends,
        sa.or_(Stay.ended_at.is_(None), Stay.reported_at >= begins),
    )
    passes = (
        sa.select(
            sa.literal("gate"),
            GatePass.student_id,
            GatePass.at,
            none_at,
            text(GatePass.outcome),
            # A sheet's reading is the forehead's; below its trigger another method's is not written there.
            sa.case(
                (
                    sa.or_(GateRecord.device == SHEET_FIRST.value, GatePass.outcome == PassOutcome.HOT),
                    GatePass.tenths,
                )
            ),
            none,
        )
        .join(GateRecord, GateRecord.id == GatePass.gate_record_id)
        .where(
            GatePass.student_id.in_(student_ids),
            GatePass.at >= begins,
            GatePass.at < ends,
            GatePass.struck_at.is_(None),
        )
    )
    morning = sa.or_(Leave.from_on < day, Leave.from_half == HalfDay.MORNING)
    afternoon = sa.or_(Leave.to_on > day, Leave.to_half == HalfDay.AFTERNOON)
    leaves = sa.select(
        sa.literal("leave"),
        Leave.student_id,
        Leave.at,
        none_at,
        text(Leave.kind),
        sa.case((morning, 1), else_=0),
        sa.case((afternoon, 1), else_=0),
    ).where(
        Leave.student_id.in_(student_ids),
        Leave.from_on <= day,
        Leave.to_on >= day,
        Leave.cancelled_at.is_(None),
    )
    rows = db.session.execute(sa.union_all(stays, passes, leaves).order_by("at")).all()
    stay: dict[int, StayToday] = {}
    gate: dict[int, PassToday] = {}
    leave: dict[int, dict[HalfDay, LeaveKind]] = {}
    for row in rows:
        if row.source == "stay":
            stay[row.student_id] = StayToday(row.until, StayEnd(row.code) if row.code else None)
        elif row.source == "gate":
            gate[row.student_id] = PassToday(row.at, PassOutcome(row.code), row.one)
        else:
            covered = leave.setdefault(row.student_id, {})
            for half, is_covered in ((HalfDay.MORNING, row.one), (HalfDay.AFTERNOON, row.two)):
                if is_covered:
                    covered[half] = LeaveKind(row.code)
    return {
        student: Known(leave.get(student, {}), stay.get(student), gate.get(student))
        for student in {*stay, *gate, *leave}
    }
