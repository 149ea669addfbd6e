"""What ledgers are made of: many rows in few statements.  Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from tracker import clock
from tracker.absence.call_rules import masked
from tracker.absence.models import Call, Clearance, Episode
from tracker.absence.queries import of_class_now
from tracker.absence.rules import LIVE, CallResult, EpisodeState
from tracker.accounts.models import User
from tracker.datafolder import shown
from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import Diagnosis, ObservationKind
from tracker.room.models import Stay, StayCall
from tracker.room.rules import StayEnd
from tracker.school.models import Enrolment, Guardian, Residence, SchoolClass, Student
from tracker.school.queries import class_order, enrolled_on
from tracker.screening.models import Entry, Roster, Sheet, SheetVersion
from tracker.screening.rules import AbsenceReason, State
from tracker.screening.sign_queries import seen_at_school
from tracker.screening.summary_rules import Said, states_of_day


def span(since: date, until: date) -> tuple[datetime, datetime]:
    """The instants between which days lie: the first belongs to them, the second no longer."""
    return clock.at(since, time()), clock.at(until + timedelta(days=1), time())


SaidOf = tuple[int, date, int, State, AbsenceReason | None]
"""Class, day, student, and what the day's sheets together say."""


def said(days: Collection[date], class_id: int | None = None) -> list[SaidOf]:
    """What the sheets of each class say of everybody on their rosters, by day.  Two statements."""
    query = (
        sa.select(Sheet.id, Sheet.class_id, Sheet.day, Sheet.session, Roster.members)
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .join(Roster, Roster.id == SheetVersion.roster_id)
        .where(Sheet.day.in_(days))
    )
    if class_id is not None:
        query = query.where(Sheet.class_id == class_id)
    sheets = db.session.execute(query).all()
    states: dict[int, dict[int, tuple[State, AbsenceReason | None]]] = {}
    for row in db.session.execute(
        sa.select(Entry.sheet_id, Entry.student_id, Entry.state, Entry.reason)
        .join(Sheet, Sheet.id == Entry.sheet_id)
        .where(Sheet.day.in_(days), Entry.until_no.is_(None))
    ):
        states.setdefault(row.sheet_id, {})[row.student_id] = row.state, row.reason
    of_class: dict[tuple[int, date], list[Said]] = {}
    for row in sheets:
        told = Said(row.session, row.members, states.get(row.id, {}))
        of_class.setdefault((row.class_id, row.day), []).append(told)
    return [
        (class_id, day, student, state, reason)
        for (class_id, day), sheets_of_day in of_class.items()
        for student, (state, reason) in states_of_day(sheets_of_day).items()
    ]


def signs(days: Collection[date]) -> list[tuple[int, date, int, ObservationKind, str | None]]:
    """Class, day, student, kind and sign of everything seen at school, once each.  One statement."""
    seen = seen_at_school(days).subquery()
    rows = db.session.execute(
        sa.select(Enrolment.class_id, seen.c.on, seen.c.student_id, seen.c.kind, seen.c.sign)
        .join(
            Enrolment,
            sa.and_(
                Enrolment.student_id == seen.c.student_id,
                Enrolment.starts <= seen.c.on,
                sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= seen.c.on),
            ),
        )
        .distinct()
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def students_of(class_id: int, day: date) -> list[tuple[Student, int | None, str | None]]:
    """Who is in a class on a day, with seat and dormitory, by seat.  One statement."""
    lives = sa.and_(
        Residence.student_id == Student.id,
        Residence.starts <= day,
        sa.or_(Residence.ends.is_(None), Residence.ends >= day),
    )
    rows = db.session.execute(
        sa.select(Student, Enrolment.seat, Residence.dormitory)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .outerjoin(Residence, lives)
        .where(Enrolment.class_id == class_id, *enrolled_on(day))
        .order_by(Enrolment.seat.is_(None), Enrolment.seat, Student.pinyin, Student.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def masked_phones(student_ids: Collection[int]) -> dict[int, str]:
    """The first guardian's number of each of these students, masked.  One statement."""
    rows = db.session.execute(
        sa.select(Guardian.student_id, Guardian.phone_enc)
        .where(Guardian.student_id.in_(student_ids), Guardian.phone_enc.is_not(None))
        .order_by(Guardian.student_id, Guardian.seq.desc())
    )
    return {row.student_id: masked(shown(row.phone_enc)) for row in rows if row.phone_enc}


def during(since: date, until: date) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that an absence touches a period; one opened by mistake touches none."""
    still = sa.and_(Episode.state.in_(LIVE), Episode.back_on.is_(None))
    missed = sa.or_(Episode.last_absent_on >= since, still)
    return Episode.state != EpisodeState.VOID, Episode.first_on <= until, missed


def unknown_at_first() -> sa.ColumnElement[bool]:
    """The condition that a sheet of an absence's first day missed the student for an unknown reason."""
    return sa.or_(
        Episode.reason == AbsenceReason.UNKNOWN,
        sa.exists().where(
            Sheet.id == Entry.sheet_id,
            Sheet.day == Episode.first_on,
            Entry.student_id == Episode.student_id,
            Entry.reason == AbsenceReason.UNKNOWN,
        ),
    )


def onsets(*episodes: sa.ColumnElement[bool]) -> dict[int, date]:
    """The earliest onset that was told of in each absence.  One statement."""
    rows = db.session.execute(
        sa.select(Episode.id, sa.func.min(Observation.onset_on))
        .join(
            Observation,
            sa.and_(
                Observation.student_id == Episode.student_id,
                Observation.on.between(
                    Episode.first_on, sa.func.coalesce(Episode.back_on, Episode.last_absent_on)
                ),
            ),
        )
        .where(Observation.retracted_at.is_(None), *episodes)
        .group_by(Episode.id)
    )
    return {row[0]: row[1] for row in rows}


def left_early(student_ids: Collection[int], since: date, until: date) -> dict[tuple[int, date], datetime]:
    """When students went home from the observation room, by student and day.  One statement."""
    first, last = span(since, until)
    rows = db.session.execute(
        sa.select(Stay.student_id, Stay.ended_at).where(
            Stay.student_id.in_(student_ids), Stay.ended_at >= first, Stay.ended_at < last,
            Stay.ended_how.in_([StayEnd.FETCHED, StayEnd.AMBULANCE]),
        )
    )  # fmt: skip
    return {(row.student_id, clock.local(row.ended_at).date()): row.ended_at for row in rows}


def stay_calls(stay_ids: Collection[int]) -> dict[int, list[tuple[datetime, bool]]]:
    """When a guardian was tried in each stay, and whether one was reached.  One statement."""
    found: dict[int, list[tuple[datetime, bool]]] = {}
    for row in db.session.execute(
        sa.select(StayCall.stay_id, StayCall.at, StayCall.reached)
        .where(StayCall.stay_id.in_(stay_ids), StayCall.struck_at.is_(None))
        .order_by(StayCall.at)
    ):
        found.setdefault(row.stay_id, []).append((row.at, row.reached))
    return found


@dataclass(frozen=True)
class Cleared:
    """One word of the nurse that stands, and whom it is about."""

    clearance: Clearance
    episode: Episode
    student: Student
    school_class: SchoolClass
    by_name: str


def cleared(since: date, until: date, today: date) -> list[Cleared]:
    """The words given in a period that were not struck out, by class and seat.  One statement."""
    first, last = span(since, until)
    rows = db.session.execute(
        sa.select(Clearance, Episode, Student, SchoolClass, User.name)
        .join(Episode, Episode.id == Clearance.episode_id)
        .join(Student, Student.id == Episode.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(User, User.id == Clearance.by)
        .where(Clearance.at >= first, Clearance.at < last, Clearance.struck_at.is_(None))
        .order_by(*class_order(), Enrolment.seat, Clearance.at)
    )
    return [Cleared(*row) for row in rows]


def students(student_ids: Collection[int]) -> dict[int, Student]:
    """Students by their number in the database.  One statement."""
    return {one.id: one for one in db.session.scalars(sa.select(Student).where(Student.id.in_(student_ids)))}


def doctors(student_ids: Collection[int], day: date) -> dict[int, tuple[str | None, Diagnosis | None]]:
    """Who of these was taken to a doctor in an absence that lasts on a day: where, and what for."""
    _first, tonight = span(day, day)
    rows = db.session.execute(
        sa.select(Episode.student_id, Call.hospital, Episode.diagnosis)
        .join(Call, Call.episode_id == Episode.id)
        .where(
            Episode.student_id.in_(student_ids),
            *during(day, day),
            Call.at < tonight,
            Call.struck_at.is_(None),
            Call.result.in_([CallResult.DOCTOR, CallResult.HOSPITAL]),
        )
        .order_by(Call.at)
    )
    return {row.student_id: (row.hospital or "✓", row.diagnosis) for row in rows}
