"""Reading one student's health in order: every table that keeps any of it.  Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.absence.models import Call, Clearance, Episode, EpisodePaper, Leave, ParentCall
from tracker.absence.queries import of_class_now
from tracker.absence.rules import LIVE, EpisodeState, ParentTold
from tracker.accounts.models import User
from tracker.audit.models import Attachment
from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import OF_SHEETS, Diagnosis, ObservationKind, Symptom
from tracker.gate.models import GatePass
from tracker.health.rules import Moment, MomentKind, told
from tracker.room.models import Stay, StayCall
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.screening.models import Entry, Fever, Reading, Sheet, SheetVersion
from tracker.screening.rules import FeverState, Line, State, VersionKind


@dataclass(frozen=True)
class Subject:
    """A student as the page is about one, with the class the student is in, or was in last."""

    student: Student
    school_class: SchoolClass
    seat: int | None

    @property
    def class_id(self) -> int:
        """The class whose teacher may read the page."""
        return self.school_class.id


def subject(student_id: int, today: date) -> Subject | None:
    """The student an address names."""
    row = db.session.execute(
        sa.select(Student, SchoolClass, Enrolment.seat)
        .select_from(Student)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Student.id == student_id, Student.removed_at.is_(None))
    ).one_or_none()
    return Subject(*row) if row else None


def open_episode(student_id: int) -> int | None:
    """The absence of a student that is followed up now."""
    return db.session.scalar(
        sa.select(Episode.id).where(Episode.student_id == student_id, Episode.state.in_(LIVE))
    )


def has_readings(student_id: int, since: date) -> bool:
    """Whether any temperature of a student was recorded since a day."""
    found = sa.exists().where(Reading.student_id == student_id, Reading.taken_at >= clock.at(since, time()))
    return bool(db.session.scalar(sa.select(found)))


def timeline(student_id: int, since: date) -> list[Moment]:
    """Everything that was recorded of a student since a day, the newest first; a statement for each table."""
    start = clock.at(since, time())
    return told(moment for part in PARTS for moment in part(student_id, start))


def _rows(statement: Any) -> Any:
    return db.session.execute(statement)


def _sheets(student_id: int, start: datetime) -> Iterator[Moment]:
    # What was imported happened on its own day, long before it was typed.
    at = sa.case((SheetVersion.kind == VersionKind.IMPORT, SheetVersion.checked_at), else_=SheetVersion.at)
    facts: dict[tuple[int, int], list[Observation]] = {}
    for fact in db.session.scalars(
        sa.select(Observation).where(
            Observation.student_id == student_id,
            Observation.source_kind.in_(OF_SHEETS),
            Observation.recorded_at >= start,
        )
    ):
        facts.setdefault((fact.source_id, fact.source_no), []).append(fact)
    said_in = sa.and_(SheetVersion.sheet_id == Entry.sheet_id, SheetVersion.no == Entry.since_no)
    rows = _rows(
        sa.select(Entry, Sheet.day, Sheet.session, at, User.name)
        .select_from(Entry)
        .join(Sheet, Sheet.id == Entry.sheet_id)
        .join(SheetVersion, said_in)
        .outerjoin(User, User.id == SheetVersion.by)
        .where(Entry.student_id == student_id, at >= start)
    )
    for entry, day, session, moment, by in rows:
        told: dict[ObservationKind, list[Observation]] = {}
        for fact in facts.get((entry.sheet_id, entry.since_no), ()):
            told.setdefault(fact.kind, []).append(fact)
        signs = frozenset(Symptom(fact.code) for fact in told.get(ObservationKind.SYMPTOM, ()) if fact.code)
        line = Line(entry.state, entry.reason, symptoms=signs, onset=entry.onset, note=entry.note)
        diagnoses = [Diagnosis(fact.code) for fact in told.get(ObservationKind.DIAGNOSIS, ()) if fact.code]
        # Of whoever was there the readings stand for themselves.
        at_home = [fact.tenths for fact in told.get(ObservationKind.FEVER, ()) if entry.state is State.ABSENT]
        details = {"line": line, "day": day, "session": session, "tenths": at_home, "diagnoses": diagnoses}
        yield Moment(moment, MomentKind.SHEET, by, details, struck=entry.until_no is not None)


def _readings(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(Reading, User.name)
        .outerjoin(User, User.id == Reading.by)
        .where(Reading.student_id == student_id, Reading.taken_at >= start)
    )
    for one, by in rows:
        details = {"tenths": one.tenths, "site": one.site, "retest": one.seq > 1}
        yield Moment(one.taken_at, MomentKind.READING, by, details, struck=one.struck_at is not None)


def _fevers(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(Fever.decided_at, Fever.state, User.name)
        .outerjoin(User, User.id == Fever.decided_by)
        .where(Fever.student_id == student_id, Fever.decided_at >= start, Fever.state != FeverState.NONE)
    )
    for at, state, by in rows:
        yield Moment(at, MomentKind.FEVER, by, {"state": state})


def _gate(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(GatePass, User.name)
        .outerjoin(User, User.id == GatePass.by)
        .where(GatePass.student_id == student_id, GatePass.at >= start)
    )
    for one, by in rows:
        details = {"outcome": one.outcome, "tenths": one.tenths}
        yield Moment(one.at, MomentKind.GATE, by, details, struck=one.struck_at is not None)


def _stays(student_id: int, start: datetime) -> Iterator[Moment]:
    ender = aliased(User)
    rows = _rows(
        sa.select(Stay, User.name, ender.name)
        .select_from(Stay)
        .outerjoin(User, User.id == Stay.reported_by)
        .outerjoin(ender, ender.id == Stay.ended_by)
        .where(Stay.student_id == student_id, Stay.reported_at >= start)
    )
    for one, by, ended_by in rows:
        details = {"trouble": one.trouble, "place": one.place, "note": one.note}
        yield Moment(one.reported_at, MomentKind.REPORTED, by, details)
        if one.arrived_at:
            yield Moment(one.arrived_at, MomentKind.ARRIVED, None, {"room": one.room, "from": one.brought_by})
        if one.ended_at:
            ended = {"how": one.ended_how, "relation": one.relation, "where_to": one.where_to}
            yield Moment(one.ended_at, MomentKind.STAY_ENDED, ended_by, ended)


def _stay_calls(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(StayCall, User.name)
        .join(Stay, Stay.id == StayCall.stay_id)
        .outerjoin(User, User.id == StayCall.by)
        .where(Stay.student_id == student_id, StayCall.at >= start)
    )
    for one, by in rows:
        details = {"reached": one.reached, "note": one.note}
        yield Moment(one.at, MomentKind.STAY_CALL, by, details, struck=one.struck_at is not None)


def _episodes(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = db.session.scalars(
        sa.select(Episode).where(Episode.student_id == student_id, Episode.opened_at >= start)
    )
    for one in rows:
        details = {"id": one.id, "first_on": one.first_on, "reason": one.reason}
        void = one.state is EpisodeState.VOID
        yield Moment(one.opened_at, MomentKind.OPENED, None, details, struck=void)
        if one.closed_at and one.ended_how and not void:
            yield Moment(one.closed_at, MomentKind.ENDED, None, {"id": one.id, "how": one.ended_how})


def _calls(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(Call, User.name)
        .join(Episode, Episode.id == Call.episode_id)
        .outerjoin(User, User.id == Call.by)
        .where(Episode.student_id == student_id, Call.at >= start)
    )
    for one, by in rows:
        details = {
            "way": one.way, "result": one.result, "tenths": one.tenths, "diagnosis": one.diagnosis,
            "hospital": one.hospital, "note": one.note,
        }  # fmt: skip
        yield Moment(one.at, MomentKind.CALL, by, details, struck=one.struck_at is not None)


def _parent_calls(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(ParentCall, User.name)
        .outerjoin(User, User.id == ParentCall.by)
        .where(
            ParentCall.student_id == student_id,
            ParentCall.at >= start,
            ParentCall.what != ParentTold.ILL,
        )
    )
    for one, by in rows:
        yield Moment(one.at, MomentKind.PARENT_CALL, by, {"what": one.what, "note": one.note})


def _papers(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(Attachment.at, EpisodePaper.kind, User.name)
        .select_from(Attachment)
        .join(EpisodePaper, EpisodePaper.attachment_id == Attachment.id)
        .join(Episode, Episode.id == EpisodePaper.episode_id)
        .outerjoin(User, User.id == Attachment.by)
        .where(Episode.student_id == student_id, Attachment.at >= start)
    )
    for at, kind, by in rows:
        yield Moment(at, MomentKind.PAPER, by, {"kind": kind})
    cleared = _rows(
        sa.select(Clearance, User.name)
        .join(Episode, Episode.id == Clearance.episode_id)
        .outerjoin(User, User.id == Clearance.by)
        .where(Episode.student_id == student_id, Clearance.at >= start)
    )
    for one, by in cleared:
        details = {"returns_on": one.returns_on}
        yield Moment(one.at, MomentKind.CLEARED, by, details, struck=one.struck_at is not None)


def _leaves(student_id: int, start: datetime) -> Iterator[Moment]:
    rows = _rows(
        sa.select(Leave, User.name)
        .outerjoin(User, User.id == Leave.by)
        .where(Leave.student_id == student_id, Leave.at >= start)
    )
    for one, by in rows:
        details = {"kind": one.kind, "from_on": one.from_on, "to_on": one.to_on}
        yield Moment(one.at, MomentKind.LEAVE, by, details, struck=one.cancelled_at is not None)


PARTS = (
    _sheets,
    _readings,
    _fevers,
    _gate,
    _stays,
    _stay_calls,
    _episodes,
    _calls,
    _parent_calls,
    _papers,
    _leaves,
)
