"""Reading the gate: who stands there, and whom one has entered oneself.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker import clock
from tracker.accounts.models import User
from tracker.db import db
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.school.find_queries import Child
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import day_types, enrolled_on, place_on
from tracker.school.rules import is_school_day
from tracker.screening.fever_rules import Instrument
from tracker.screening.rules import RecordedBy
from tracker.screening.session_queries import school_plans, timetable_on
from tracker.screening.session_rules import run_plans
from tracker.screening.trigger_queries import trigger_on


def open_record(user_id: int, day: date) -> GateRecord | None:
    """The record somebody keeps at a lane right now."""
    return db.session.scalars(
        sa.select(GateRecord).where(
            GateRecord.by == user_id, GateRecord.day == day, GateRecord.closed_at.is_(None)
        )
    ).one_or_none()


@dataclass(frozen=True)
class RecordSeen:
    """A lane's record of a day: complete with no child on it."""

    lane: int
    instrument: Instrument
    by_name: str
    opened_at: datetime
    closed_at: datetime | None
    entered: int


def records(day: date) -> list[RecordSeen]:
    """Who stood at the gate on a day, by lane, with how many children they entered.  One statement."""
    entered = (
        sa.select(sa.func.count())
        .where(GatePass.gate_record_id == GateRecord.id, GatePass.struck_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            GateRecord.lane,
            GateRecord.device,
            User.name,
            GateRecord.opened_at,
            GateRecord.closed_at,
            entered,
        )
        .join(User, User.id == GateRecord.by)
        .where(GateRecord.day == day)
        .order_by(GateRecord.lane, GateRecord.opened_at)
    )
    return [RecordSeen(row[0], Instrument(row[1]), *row[2:]) for row in rows]


def is_due(day: date, now: datetime) -> bool:
    """Whether a session that is recorded at the gate has opened."""
    return any(
        plan.recorded is RecordedBy.GATE and now >= clock.at(day, plan.opens) for plan in school_plans(day)
    )


@dataclass(frozen=True)
class PassSeen:
    """One child the gate has entered."""

    id: int
    at: datetime
    outcome: PassOutcome
    tenths: int | None
    is_hot: bool | None
    """Whether its reading is at or over the day's trigger; None without one."""
    name: str
    school_class: SchoolClass
    seat: int | None


def entered_by(user_id: int, day: date) -> list[PassSeen]:
    """Whom somebody has entered on a day, newest first; struck entries are gone."""
    return _passes(day, GatePass.by == user_id)


def looked_ill(day: date) -> list[PassSeen]:
    """Whom the gate has stopped on a day because they look ill, newest first."""
    return _passes(day, GatePass.outcome == PassOutcome.ILL)


def _passes(day: date, *where: sa.ColumnElement[bool]) -> list[PassSeen]:
    trigger = sa.case(*((GateRecord.device == one.value, trigger_on(day, one)) for one in Instrument))
    rows = db.session.execute(
        sa.select(
            GatePass.id,
            GatePass.at,
            GatePass.outcome,
            GatePass.tenths,
            GatePass.tenths >= trigger,
            Student.name,
            SchoolClass,
            Enrolment.seat,
        )
        .join(GateRecord, GateRecord.id == GatePass.gate_record_id)
        .join(Student, Student.id == GatePass.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, *enrolled_on(day)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(GateRecord.day == day, GatePass.struck_at.is_(None), *where)
        .order_by(GatePass.at.desc(), GatePass.id.desc())
    )
    return [PassSeen(*row) for row in rows]


def own_pass(pass_id: int) -> GatePass | None:
    """An entry that was not struck."""
    return db.session.scalars(
        sa.select(GatePass).where(GatePass.id == pass_id, GatePass.struck_at.is_(None))
    ).one_or_none()


def was_entered(user_id: int, day: date, student_id: int, outcome: PassOutcome) -> bool:
    """Whether somebody has entered a child for the same on this day."""
    found = sa.select(GatePass.id).join(GateRecord, GateRecord.id == GatePass.gate_record_id)
    return (
        db.session.scalar(
            found.where(
                GateRecord.day == day,
                GatePass.by == user_id,
                GatePass.student_id == student_id,
                GatePass.outcome == outcome,
                GatePass.struck_at.is_(None),
            ).limit(1)
        )
        is not None
    )


def late_from(child: Child, day: date) -> datetime | None:
    """From when on a child comes late; None where the day asks its class for nothing."""
    known, calendar = timetable_on(day)
    place = place_on(child.school_class, day)
    what = calendar.of(place)
    plans = run_plans(known, day, what, place)
    return clock.at(day, plans[0].deadline) if plans else None


def is_school_day_somewhere(day: date) -> bool:
    """Whether any class has school on a day."""
    return any(is_school_day(kind) for kind in day_types(day).values())
