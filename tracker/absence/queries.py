"""Reading absences: what a roster, the home page and an episode's page show.  Nothing here writes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.absence.call_rules import day_of_absence
from tracker.absence.models import Call, Episode
from tracker.absence.rules import LIVE, CallResult, CallWay, EpisodeState, LiveEpisode
from tracker.accounts.models import Assignment, User, UserRole
from tracker.accounts.rules import CLASS_DUTIES, Role
from tracker.db import built_once, db
from tracker.facts.rules import Diagnosis
from tracker.room.models import Stay
from tracker.room.rules import SENT_AWAY
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import class_order
from tracker.screening.fever_rules import Instrument
from tracker.screening.models import Entry, Sheet, SheetVersion
from tracker.screening.rules import (
    FOLLOWED_REASONS,
    HALF_OF,
    PRESENT,
    HalfDay,
    SessionCode,
    State,
)
from tracker.screening.trigger_queries import trigger_on

_SENT_HOME_AT = (
    sa.select(sa.func.max(Stay.ended_at))
    .where(Stay.student_id == Episode.student_id, Stay.ended_how.in_(SENT_AWAY))
    .correlate(Episode)
    .scalar_subquery()
    .label("sent_home_at")
)
_HAS_CALLS = (
    sa.exists()
    .where(Call.episode_id == Episode.id, Call.struck_at.is_(None))
    .correlate(Episode)
    .label("has_calls")
)


@built_once
def live_columns() -> tuple[Any, ...]:
    """What to select beside a student, to make a LiveEpisode of the row: see `live_join`."""
    return (
        Episode.id.label("episode_id"),
        Episode.state.label("episode_state"),
        Episode.reason.label("episode_reason"),
        Episode.first_on,
        Episode.first_half,
        Episode.last_absent_on,
        Episode.back_on,
        Episode.due_at,
        Episode.diagnosis,
        _HAS_CALLS,
        _SENT_HOME_AT,
    )


@built_once
def live_join(student_id: Any) -> sa.ColumnElement[bool]:
    """The condition to outer-join Episode by: the student's newest that is not void, one row at most.

    A live episode is always the newest; a closed one comes along so that it can go on.  The id tells
    nothing of it: past absences are imported afterwards.
    """
    newer = aliased(Episode)
    newest = (
        sa.select(newer.id)
        .where(newer.student_id == student_id, newer.state != EpisodeState.VOID)
        .order_by(newer.state.in_(LIVE).desc(), newer.first_on.desc(), newer.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.and_(Episode.student_id == student_id, Episode.id == newest)


def live_of(row: Any) -> LiveEpisode | None:
    """The episode in a row that selected `live_columns`; None where the student never had one."""
    if row.episode_id is None:
        return None
    return LiveEpisode(
        id=row.episode_id,
        state=row.episode_state,
        reason=row.episode_reason,
        first_on=row.first_on,
        first_half=row.first_half,
        last_absent_on=row.last_absent_on,
        back_on=row.back_on,
        due_at=row.due_at,
        diagnosis=row.diagnosis,
        has_calls=row.has_calls,
        sent_home_on=clock.local(row.sent_home_at).date() if row.sent_home_at else None,
    )


def live_now(episode_ids: Collection[int]) -> set[LiveEpisode]:
    """Episodes by their number, as they stand now.  One statement."""
    rows = db.session.execute(
        sa.select(*live_columns()).select_from(Episode).where(Episode.id.in_(episode_ids))
    )
    return {live for row in rows if (live := live_of(row))}


@dataclass(frozen=True)
class DayOfSheets:
    """What the sheets of one day together say of one student."""

    last_present: bool | None
    absent_halves: frozenset[HalfDay]
    said_at: datetime | None
    """When the session that decides was first reported."""


def sheets_of_day(class_id: int, day: date, student_ids: Collection[int]) -> dict[int, DayOfSheets]:
    """What the live sheets of a class and day say of students: the last session of each half-day decides.

    Who is absent for a reason that is not followed up is neither present nor missed.
    """
    first = sa.select(sa.func.min(SheetVersion.at)).where(SheetVersion.sheet_id == Sheet.id)
    rows = db.session.execute(
        sa.select(
            Sheet.session,
            Entry.student_id,
            Entry.state,
            Entry.reason,
            first.scalar_subquery().label("said_at"),
        )
        .outerjoin(
            Entry,
            sa.and_(Entry.sheet_id == Sheet.id, Entry.until_no.is_(None), Entry.student_id.in_(student_ids)),
        )
        .where(Sheet.class_id == class_id, Sheet.day == day, Sheet.head.is_not(None))
    ).all()
    states = {(row.session, row.student_id): (row.state, row.reason) for row in rows}
    said = {row.session: row.said_at for row in rows}
    sessions = [session for session in SessionCode if session in said]
    found = {}
    for student in student_ids:
        last: bool | None = None
        said_at: datetime | None = None
        halves: dict[HalfDay, bool] = {}
        for session in sessions:
            # Without an entry a student of the sheet was affirmed normal.
            state, reason = states.get((session, student), (State.NORMAL, None))
            if state in PRESENT or reason in FOLLOWED_REASONS:
                last = halves[HALF_OF[session]] = state in PRESENT
                said_at = said[session]
        missed = frozenset(half for half, present in halves.items() if not present)
        found[student] = DayOfSheets(last, missed, said_at)
    return found


def arrived_on(day: date) -> sa.ColumnElement[bool]:
    """The condition that somebody logged the student of an episode as arrived on a day."""
    return sa.exists().where(
        Call.episode_id == Episode.id,
        Call.result == CallResult.ARRIVED,
        Call.struck_at.is_(None),
        Call.at >= clock.at(day, time()),
        Call.at < tonight(day),
    )


def arrivals(episode_ids: Collection[int]) -> dict[int, datetime]:
    """When the students of these episodes were last logged as arrived."""
    rows = db.session.execute(
        sa.select(Call.episode_id, sa.func.max(Call.at))
        .where(Call.episode_id.in_(episode_ids), Call.result == CallResult.ARRIVED, Call.struck_at.is_(None))
        .group_by(Call.episode_id)
    )
    return {row[0]: row[1] for row in rows}


def home_fever_trigger(day: date) -> int:
    """From how many tenths a temperature measured at home counts as a fever: the armpit's limit."""
    return db.session.scalar(sa.select(trigger_on(day, Instrument.AXILLARY))) or 0


@dataclass(frozen=True)
class CallSeen:
    """One call and who made it."""

    id: int
    episode_id: int
    at: datetime
    way: CallWay
    result: CallResult
    tenths: int | None
    diagnosis: Diagnosis | None
    hospital: str | None
    next_on: date | None
    note: str | None
    by: int
    reviewed_by: int | None
    reviewed_at: datetime | None
    struck_at: datetime | None
    struck_reason: str | None
    by_name: str

    @property
    def is_nurses(self) -> bool:
        """Whether who logged it reviewed it by that."""
        return self.by == self.reviewed_by


def calls_where(*where: sa.ColumnElement[bool]) -> list[CallSeen]:
    """Calls with who made them, oldest first; those struck out as well."""
    rows: Iterable[Any] = db.session.execute(
        sa.select(
            Call.id,
            Call.episode_id,
            Call.at,
            Call.way,
            Call.result,
            Call.tenths,
            Call.diagnosis,
            Call.hospital,
            Call.next_on,
            Call.note,
            Call.by,
            Call.reviewed_by,
            Call.reviewed_at,
            Call.struck_at,
            Call.struck_reason,
            User.name,
        )
        .join(User, User.id == Call.by)
        .where(*where)
        .order_by(Call.at, Call.id)
    )
    return [CallSeen(*row) for row in rows]


def calls_of(episode_id: int) -> list[CallSeen]:
    """The calls made in an episode, oldest first; those struck out as well."""
    return calls_where(Call.episode_id == episode_id)


def standing(calls: Iterable[CallSeen]) -> list[CallSeen]:
    """The calls that count: those not struck out."""
    return [call for call in calls if call.struck_at is None]


def has_unread_calls(episode_id: int) -> bool:
    """Whether a call waits for the nurse to read it."""
    unread = sa.exists().where(
        Call.episode_id == episode_id, Call.reviewed_at.is_(None), Call.struck_at.is_(None)
    )
    return bool(db.session.scalar(sa.select(unread)))


def other_live(student_id: int, episode_id: int) -> bool:
    """Whether a student has another absence that is followed up."""
    other = sa.exists().where(
        Episode.student_id == student_id, Episode.state.in_(LIVE), Episode.id != episode_id
    )
    return bool(db.session.scalar(sa.select(other)))


@built_once
def of_class_now(today: date) -> sa.ColumnElement[bool]:
    """The condition that an enrolment is where a student belongs today; one that has left, where it was last.

    A child who moved in the middle of an absence belongs to the new class's teacher from that day on,
    and to nobody else: the old teacher has no reason to read on.
    """
    newer = aliased(Enrolment)
    newest = (
        sa.select(sa.func.max(newer.starts))
        .where(newer.student_id == Enrolment.student_id, newer.starts <= today)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return Enrolment.starts == newest


CALLER = aliased(User, name="caller")


@built_once
def calls_for(today: date) -> sa.ColumnElement[bool]:
    """The condition to outer-join CALLER by, beside Episode and Enrolment.

    Who is named keeps the task as long as the account is used, by a nurse or in the student's class.
    """
    is_nurse = sa.exists().where(UserRole.user_id == CALLER.id, UserRole.role == Role.NURSE)
    is_of_class = sa.exists().where(
        Assignment.user_id == CALLER.id,
        Assignment.what.in_(CLASS_DUTIES),
        Assignment.class_id == Enrolment.class_id,
        Assignment.starts <= today,
        sa.or_(Assignment.ends.is_(None), Assignment.ends >= today),
    )
    return sa.and_(
        CALLER.id == Episode.caller_id, CALLER.disabled_at.is_(None), sa.or_(is_nurse, is_of_class)
    )


@dataclass(frozen=True)
class Followed:
    """An episode with whom it is about, and the class the student is in now."""

    episode: Episode
    student: Student
    seat: int | None
    enrolled_until: date | None
    school_class: SchoolClass
    caller_id: int | None
    """Who calls next, where it is not the homeroom teacher; nobody who has left class or school."""
    caller_name: str | None

    @property
    def class_id(self) -> int:
        """The class whose teacher follows it up."""
        return self.school_class.id

    def is_enrolled(self, today: date) -> bool:
        """Whether the student is still at this school."""
        return self.enrolled_until is None or self.enrolled_until >= today


def followed(today: date, *where: sa.ColumnElement[bool]) -> list[Followed]:
    """Episodes with whom they are about, by class and seat.  One statement."""
    return [Followed(*row) for row in db.session.execute(_followed(today).where(*where))]


@built_once
def _followed(today: date) -> "sa.Select[*tuple[Any, ...]]":
    return (
        sa.select(Episode, Student, Enrolment.seat, Enrolment.ends, SchoolClass, CALLER.id, CALLER.name)
        .join(Student, Student.id == Episode.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .outerjoin(CALLER, calls_for(today))
        .order_by(*class_order(), Enrolment.seat, Episode.id)
    )


def open_cases(class_id: int, today: date) -> list[int]:
    """The absences of a class about which somebody has still to call, by seat."""
    mine = (Episode.state.in_(LIVE), Episode.back_on.is_(None), SchoolClass.id == class_id)
    return [one.episode.id for one in followed(today, *mine)]


def episode(episode_id: int, today: date) -> Followed | None:
    """An episode by its number, as its page shows it.  One statement."""
    return next(iter(followed(today, Episode.id == episode_id)), None)


def tonight(today: date) -> datetime:
    """The end of the school's day."""
    return clock.at(today + timedelta(days=1), time())


def days_of(one: Episode, days: Sequence[date], today: date) -> int:
    """How many school days an absence has lasted: to today, or to the last day the student was missed."""
    still = one.state in LIVE and one.back_on is None
    return day_of_absence(one.first_on, today if still else one.last_absent_on, days)
