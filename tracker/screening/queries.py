"""Reading sheets: what is asked of a class, what was reported, who has not.  Nothing here writes."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tracker.absence import queries as absence
from tracker.absence.models import Episode
from tracker.absence.rules import LiveEpisode
from tracker.accounts.models import User
from tracker.db import built_once, db
from tracker.facts.models import Observation
from tracker.facts.rules import OF_SHEETS, ObservationKind, Symptom
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import enrolled_on, place_on, read_class_ref
from tracker.school.rules import DayType, SchoolDay
from tracker.screening import fever_queries as fevers
from tracker.screening.fever_rules import SHEET_FIRST, SHEET_RETEST, LiveChain
from tracker.screening.models import Entry, Fever, Reading, Roster, Sheet, SheetVersion
from tracker.screening.rules import (
    NORMAL_LINE,
    FeverState,
    Line,
    Plan,
    SessionCode,
)
from tracker.screening.session_queries import read_timetable, timetable_rows
from tracker.screening.session_rules import day_plans
from tracker.screening.trigger_queries import trigger_on


@dataclass(frozen=True)
class ClassSession:
    """A class, a day and a session: what one sheet is about, and the rules that hold for it."""

    school_class: SchoolClass
    day: date
    code: SessionCode
    what: SchoolDay | None
    """What the day is for the class; None: it lies outside every term."""
    plans: dict[SessionCode, Plan]
    """The sessions this day asks this class to record, in the order of the day."""
    others: dict[SessionCode, Plan]
    """The sessions it does not ask for, by the plan they would have: for sheets from before a change."""
    trigger: int
    retest_trigger: int

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def day_type(self) -> DayType | None:
        return self.what.day_type if self.what else None

    @property
    def plan(self) -> Plan | None:
        return self.plans.get(self.code)


def class_session(ref: str, day: date, code: str) -> ClassSession | None:
    """What a sheet's address names; None if there is no such class or session.  One statement."""
    named = read_class_ref(ref)
    if named is None or code not in SessionCode.__members__.values():
        return None
    stage, year, number = named
    rows = db.session.execute(_named(day), {"stage": stage, "year": year, "number": number}).all()
    if not rows:
        return None
    school_class = rows[0].SchoolClass
    place = place_on(school_class, day)
    set_by_school, calendar = read_timetable(rows, day)
    what = calendar.of(place)
    plans = day_plans(set_by_school, day, what, place)
    # What the guard has loaded is still good inside the transaction, which expires all that is attached.
    db.session.expunge(school_class)
    return ClassSession(
        school_class,
        day,
        SessionCode(code),
        what,
        {one.plan.code: one.plan for one in plans if one.asks_class},
        {one.plan.code: one.plan for one in plans if not one.asks_class},
        rows[0].trigger,
        rows[0].retest_trigger,
    )


@built_once
def _named(day: date) -> sa.Select[Any]:
    """The class that `stage`, `year` and `number` name, with the triggers and the timetable of a day."""
    known = timetable_rows(day, day).subquery()  # at least one row: a school has plans
    return (
        sa.select(
            SchoolClass,
            trigger_on(day, SHEET_FIRST).label("trigger"),
            trigger_on(day, SHEET_RETEST).label("retest_trigger"),
            *known.c,
        )
        .select_from(SchoolClass)
        .join(known, sa.true())
        .where(
            SchoolClass.stage == sa.bindparam("stage"),
            SchoolClass.entry_year == sa.bindparam("year"),
            SchoolClass.number == sa.bindparam("number"),
        )
    )


@dataclass(frozen=True)
class RosterStudent:
    """A student of a class on a day, with the newest absence that was followed up, if any."""

    id: int
    name: str
    seat: int | None
    episode: LiveEpisode | None
    """The student's newest absence: live, or closed and perhaps going on."""
    chain: LiveChain | None = None
    """The retest chain it waits in, or the day's newest one."""

    tail: str = ""
    """The end of the student's number, where a name occurs twice and no seat tells the two apart."""

    @property
    def label(self) -> str:
        return seat_label(self.seat, f"{self.name} …{self.tail}" if self.tail else self.name)

    def nameless(self, place: int) -> "RosterStudent":
        """The student as a classroom's screen shows one: the seat, or else the place in the list."""
        return replace(self, name=f"{self.seat:02}" if self.seat else f"({place})", seat=None, tail="")


def seat_label(seat: int | None, name: str) -> str:
    """Seat and name, as a chip shows them: names may occur twice in a class."""
    return f"{seat:02} {name}" if seat else name


def roster(class_id: int, day: date) -> list[RosterStudent]:
    """The students enrolled in a class on a day, by seat, with absences and retest chains.  One statement."""
    rows = db.session.execute(_roster(day), {"class_id": class_id}).all()
    names = Counter(row.name for row in rows)
    return [
        RosterStudent(
            row.id,
            row.name,
            row.seat,
            absence.live_of(row),
            fevers.chain_of(row),
            row.number[-6:] if row.seat is None and names[row.name] > 1 else "",
        )
        for row in rows
    ]


@built_once
def _roster(day: date) -> sa.Select[Any]:
    return (
        sa.select(
            Student.id,
            Student.name,
            Student.number,
            Enrolment.seat,
            *fevers.chain_columns(),
            *absence.live_columns(),
        )
        .join(Enrolment, Enrolment.student_id == Student.id)
        .outerjoin(Episode, absence.live_join(Student.id))
        .outerjoin(Fever, fevers.chain_join(Student.id, day))
        .where(Enrolment.class_id == sa.bindparam("class_id"), *enrolled_on(day))
        .order_by(Enrolment.seat.is_(None), Enrolment.seat, Student.pinyin, Student.id)
    )


def were_ever_of_class(student_ids: Collection[int], class_id: int) -> bool:
    """Whether all these students were enrolled in a class at some time."""
    known = db.session.scalar(
        sa.select(sa.func.count(Enrolment.student_id.distinct())).where(
            Enrolment.class_id == class_id, Enrolment.student_id.in_(student_ids)
        )
    )
    return known == len(set(student_ids))


@dataclass(frozen=True)
class KeptSheet:
    """A sheet as it stands: its head version and what it says of every student of its roster."""

    sheet: Sheet
    version: SheetVersion
    by_name: str
    lines: dict[int, Line]


def kept_sheets(
    class_id: int, day: date, sessions: Collection[SessionCode] | None = None
) -> dict[SessionCode, KeptSheet]:
    """The reported sheets of a class and day, by session.  Three statements, one if there are none."""
    query = (
        sa.select(Sheet, SheetVersion, Roster.members, User.name)
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .join(Roster, Roster.id == SheetVersion.roster_id)
        .join(User, User.id == SheetVersion.by)
        .where(Sheet.class_id == class_id, Sheet.day == day)
    )
    if sessions is not None:
        query = query.where(Sheet.session.in_(sessions))
    rows = db.session.execute(query).all()
    said = live_lines([row.Sheet.id for row in rows])
    return {
        sheet.session: KeptSheet(
            sheet,
            version,
            name,
            {member: said.get(sheet.id, {}).get(member, NORMAL_LINE) for member in members},
        )
        for sheet, version, members, name in rows
    }


def live_lines(sheet_ids: Collection[int]) -> dict[int, dict[int, Line]]:
    """Who is not plain normal, by sheet and student, as it holds now.  Two statements, none for none."""
    if not sheet_ids:
        return {}
    entries = db.session.scalars(
        sa.select(Entry).where(Entry.sheet_id.in_(sheet_ids), Entry.until_no.is_(None))
    ).all()
    readings, symptoms, chains = _findings(sheet_ids)
    lines: dict[int, dict[int, Line]] = {}
    for entry in entries:
        of = (entry.sheet_id, entry.student_id)
        lines.setdefault(entry.sheet_id, {})[entry.student_id] = Line(
            entry.state,
            entry.reason,
            readings.get((*of, 1)),
            readings.get((*of, 2)),
            frozenset(symptoms.get(of, ())),
            entry.onset,
            entry.note,
            chains.get(of),
        )
    return lines


def _findings(
    sheet_ids: Collection[int],
) -> tuple[
    dict[tuple[int, int, int], int],
    dict[tuple[int, int], set[Symptom]],
    dict[tuple[int, int], FeverState],
]:
    """By (sheet, student, seq) live readings; by (sheet, student) symptoms and chains.  One statement."""
    of_readings = (
        sa.select(Reading.sheet_id, Reading.student_id, Reading.seq, Reading.tenths, Fever.state, sa.null())
        .outerjoin(Fever, Fever.id == Reading.fever_id)
        .where(Reading.sheet_id.in_(sheet_ids), Reading.struck_at.is_(None))
    )
    of_symptoms = sa.select(
        Observation.source_id,
        Observation.student_id,
        sa.literal(0),
        sa.literal(0),
        sa.null(),
        Observation.code,
    ).where(
        Observation.source_kind.in_(OF_SHEETS),
        Observation.source_id.in_(sheet_ids),
        Observation.kind == ObservationKind.SYMPTOM,
        Observation.retracted_at.is_(None),
    )
    readings: dict[tuple[int, int, int], int] = {}
    symptoms: dict[tuple[int, int], set[Symptom]] = {}
    chains: dict[tuple[int, int], FeverState] = {}
    found: list[Any] = list(db.session.execute(sa.union_all(of_readings, of_symptoms)))
    for sheet_id, student_id, seq, tenths, fever, code in found:
        if code is not None:
            symptoms.setdefault((sheet_id, student_id), set()).add(Symptom(code))
            continue
        readings[sheet_id, student_id, seq] = tenths
        if fever:
            chains[sheet_id, student_id] = fever
    return readings, symptoms, chains


def version_with_key(key: UUID) -> tuple[SheetVersion, Sheet] | None:
    """The version a form's key was taken for, with its sheet."""
    row = db.session.execute(
        sa.select(SheetVersion, Sheet)
        .join(Sheet, Sheet.id == SheetVersion.sheet_id)
        .where(SheetVersion.key == key)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def last_number(sheet_id: int) -> int:
    """The number of the newest version of a sheet, withdrawn or not."""
    return (
        db.session.scalar(sa.select(sa.func.max(SheetVersion.no)).where(SheetVersion.sheet_id == sheet_id))
        or 0
    )


def sheet_of(class_id: int, day: date, code: SessionCode) -> Sheet | None:
    """The sheet of a class, day and session, reported or withdrawn."""
    return db.session.scalars(
        sa.select(Sheet).filter_by(class_id=class_id, day=day, session=code)
    ).one_or_none()
