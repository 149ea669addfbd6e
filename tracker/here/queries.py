"""Who is at school at this moment, class by class, from all that was said today.  Nothing here writes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from tracker import clock
from tracker.absence.models import Call, Episode, Leave
from tracker.absence.rules import CallResult, LeaveKind
from tracker.db import db
from tracker.gate.models import GatePass, GateRecord
from tracker.here.rules import NAMED, Place, Seen, Told, place_of
from tracker.room.models import Stay
from tracker.room.rules import SENT_AWAY, StayEnd
from tracker.school import find_queries as finding
from tracker.school import queries as school
from tracker.school.find_queries import Child
from tracker.school.models import Enrolment, SchoolClass
from tracker.school.rules import is_school_day
from tracker.screening.models import Entry, Roster, Sheet, SheetVersion
from tracker.screening.rules import HalfDay, SessionCode, State


@dataclass(frozen=True)
class HereLine:
    """One child and where it is."""

    label: str
    place: Place
    at: datetime | None


@dataclass(frozen=True)
class ClassHere:
    """One class at this moment."""

    school_class: SchoolClass
    session: SessionCode | None
    """Of the newest sheet of the day; None: not reported."""
    said_at: datetime | None
    lines: Sequence[HereLine]

    @property
    def counts(self) -> Counter[Place]:
        """How many are where."""
        return Counter(line.place for line in self.lines)

    def named(self) -> dict[Place, list[HereLine]]:
        """Everybody who is not plainly in class, by place; a class nobody reported is not spelled out."""
        places = [one for one in NAMED if self.session or one is not Place.UNKNOWN]
        found = {one: [line for line in self.lines if line.place is one] for one in places}
        return {one: lines for one, lines in found.items() if lines}

    @property
    def present(self) -> list[HereLine]:
        """Who is in class."""
        return [line for line in self.lines if line.place is Place.PRESENT]


@dataclass(frozen=True)
class Here:
    """The school, or some classes of it, at this moment."""

    classes: Sequence[ClassHere]
    off: Sequence[SchoolClass]
    """Classes that have no school today."""

    @property
    def counts(self) -> Counter[Place]:
        """How many are where, in all classes."""
        return sum((one.counts for one in self.classes), Counter())


def here(class_ids: Collection[int] | None, now: datetime, day: date) -> Here:
    """Where everybody is who is enrolled today: of some classes, or (None) of all.  Eight statements."""
    where = [Enrolment.class_id.in_(class_ids)] if class_ids is not None else []
    by_class: dict[int, list[Child]] = {}
    for child in finding.children(day, *where):
        by_class.setdefault(child.class_id, []).append(child)
    kinds = school.day_types(day)
    sheets = _newest_sheets(day)
    entries = _entries([sheet.id for sheet in sheets.values()])
    rooms, left, came = _stays(day)
    for student, moment in [*_passes(day), *_arrivals(day)]:
        came[student] = max(moment, came.get(student, moment))
    leaves = _leaves(day, now)
    found, off = [], []
    for class_id, children in by_class.items():
        school_class = children[0].school_class
        kind = school.day_type_for(kinds, school_class)
        if kind is None or not is_school_day(kind):
            off.append(school_class)
            continue
        sheet = sheets.get(class_id)
        lines = []
        for one in children:
            state, said_at = _said(sheet, entries, one.id)
            leave = leaves.get(one.id)
            told = Told(
                state=state,
                said_at=said_at,
                room_since=rooms.get(one.id),
                left_at=left.get(one.id),
                came_at=came.get(one.id),
                on_leave=leave is not None,
                elsewhere=leave is LeaveKind.OFFICIAL,
            )
            seen: Seen = place_of(told)
            lines.append(HereLine(one.label, seen.place, seen.at))
        session, at = (sheet.session, sheet.first_at) if sheet else (None, None)
        found.append(ClassHere(school_class, session, at, lines))
    return Here(found, off)


@dataclass(frozen=True)
class _Sheet:
    id: int
    session: SessionCode
    members: frozenset[int]
    first_at: datetime


def _newest_sheets(day: date) -> dict[int, _Sheet]:
    """The last session of each class that was reported, by class."""
    first = (
        sa.select(sa.func.min(SheetVersion.at)).where(SheetVersion.sheet_id == Sheet.id).correlate(Sheet)
    ).scalar_subquery()
    rows = db.session.execute(
        sa.select(Sheet.id, Sheet.class_id, Sheet.session, Roster.members, first.label("first_at"))
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .join(Roster, Roster.id == SheetVersion.roster_id)
        .where(Sheet.day == day)
    ).all()
    order = list(SessionCode)
    return {
        row.class_id: _Sheet(row.id, row.session, frozenset(row.members), row.first_at)
        for row in sorted(rows, key=lambda row: order.index(row.session))
    }


def _entries(sheet_ids: Collection[int]) -> dict[tuple[int, int], tuple[State, datetime]]:
    """Who is not plain normal on these sheets, and when that was first said."""
    rows = db.session.execute(
        sa.select(Entry.sheet_id, Entry.student_id, Entry.state, SheetVersion.at)
        .join(
            SheetVersion,
            sa.and_(SheetVersion.sheet_id == Entry.sheet_id, SheetVersion.no == Entry.since_no),
        )
        .where(Entry.sheet_id.in_(sheet_ids), Entry.until_no.is_(None))
    )
    return {(row.sheet_id, row.student_id): (row.state, row.at) for row in rows}


def _said(
    sheet: _Sheet | None, entries: Mapping[tuple[int, int], tuple[State, datetime]], student: int
) -> tuple[State | None, datetime | None]:
    """What a sheet says of a child; one that joined the class since is not known to it."""
    if sheet is None or student not in sheet.members:
        return None, None
    return entries.get((sheet.id, student), (State.NORMAL, sheet.first_at))


def _midnights(day: date) -> tuple[datetime, datetime]:
    return clock.at(day, time()), clock.at(day + timedelta(days=1), time())


def _stays(day: date) -> tuple[dict[int, datetime], dict[int, datetime], dict[int, datetime]]:
    """Since when children are in the room or on the way, when they left, when they went back to class."""
    since, _ = _midnights(day)
    rooms: dict[int, datetime] = {}
    left: dict[int, datetime] = {}
    back: dict[int, datetime] = {}
    for row in db.session.execute(
        sa.select(Stay.student_id, Stay.reported_at, Stay.arrived_at, Stay.ended_at, Stay.ended_how)
        .where(sa.or_(Stay.ended_at.is_(None), Stay.ended_at >= since))
        .order_by(Stay.id)
    ):
        if row.ended_at is None:
            rooms[row.student_id] = row.arrived_at or row.reported_at
        elif row.ended_how in SENT_AWAY:
            left[row.student_id] = row.ended_at
        elif row.ended_how is StayEnd.BACK_TO_CLASS:
            back[row.student_id] = row.ended_at
    return rooms, left, back


def _passes(day: date) -> list[tuple[int, datetime]]:
    """Who was seen at the gate, and when: all others who passed have no row."""
    rows = db.session.execute(
        sa.select(GatePass.student_id, GatePass.at)
        .join(GateRecord, GateRecord.id == GatePass.gate_record_id)
        .where(GateRecord.day == day, GatePass.struck_at.is_(None))
    )
    return [(row.student_id, row.at) for row in rows]


def _arrivals(day: date) -> list[tuple[int, datetime]]:
    """Who was logged as arrived today, after an absence."""
    since, until = _midnights(day)
    rows = db.session.execute(
        sa.select(Episode.student_id, Call.at)
        .join(Call, Call.episode_id == Episode.id)
        .where(Call.result == CallResult.ARRIVED, Call.at >= since, Call.at < until, Call.struck_at.is_(None))
    )
    return [(row.student_id, row.at) for row in rows]


def _leaves(day: date, now: datetime) -> dict[int, LeaveKind]:
    """Who is on leave at this half of the day."""
    half = HalfDay.MORNING if clock.local(now).time() < time(12) else HalfDay.AFTERNOON
    rows = db.session.execute(
        sa.select(
            Leave.student_id, Leave.kind, Leave.from_on, Leave.from_half, Leave.to_on, Leave.to_half
        ).where(Leave.from_on <= day, Leave.to_on >= day, Leave.cancelled_at.is_(None))
    )
    late, early = HalfDay.AFTERNOON, HalfDay.MORNING
    return {
        row.student_id: row.kind
        for row in rows
        if not (row.from_on == day and row.from_half is late and half is early)
        and not (row.to_on == day and row.to_half is early and half is late)
    }
