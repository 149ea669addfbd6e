"""Reading stays: who is on the way, in the room, gone, and what a stay's page shows.  Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.absence.queries import of_class_now
from tracker.accounts.models import User
from tracker.datafolder import can_read, decrypt, shown
from tracker.db import db
from tracker.disinfection.models import Zone
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.room.models import Stay, StayCall
from tracker.room.rules import (
    ISOLATION,
    Room,
    RoomState,
    StayEnd,
    StayState,
    Waiting,
    room_state,
    rooms_for,
    stay_state,
    waiting,
)
from tracker.school.models import Enrolment, Guardian, SchoolClass, Student
from tracker.school.queries import RosterLine, roster_lines
from tracker.screening.fever_queries import measured, newest_chain
from tracker.screening.fever_rules import LiveChain, Measured
from tracker.screening.models import Fever, Reading
from tracker.screening.rules import FeverState, Site

_REACHED = (
    sa.exists()
    .where(StayCall.stay_id == Stay.id, StayCall.reached, StayCall.struck_at.is_(None))
    .correlate(Stay)
    .label("reached")
)


@dataclass(frozen=True)
class StaySeen:
    """One stay, with who the child is, as lists and the stay's page show it."""

    stay: Stay
    name: str
    seat: int | None
    school_class: SchoolClass
    reporter: str
    reached: bool
    """Whether a guardian was reached."""

    @property
    def id(self) -> int:
        return self.stay.id

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def state(self) -> StayState:
        """Where it stands."""
        one = self.stay
        cleaned = one.cleaned_at is not None or one.room not in ISOLATION
        return stay_state(one.arrived_at is not None, one.ended_at is not None, cleaned)

    @property
    def room(self) -> Room:
        """Where the child is, or is to be brought to."""
        return self.stay.room or rooms_for(self.stay.trouble)[0]

    @property
    def handed_to(self) -> str | None:
        """Who fetched the child."""
        return shown(self.stay.handed_to_enc) if self.stay.handed_to_enc else None

    @property
    def beside(self) -> list[RosterLine]:
        """Who sat beside the child that day.  One statement, none where nobody was named."""
        seats = {int(seat) for seat in (self.stay.seats_beside or "").split()}
        day = clock.local(self.stay.reported_at).date()
        return [line for line in roster_lines(self.class_id, day) if line.seat in seats] if seats else []

    def waiting(self, now: datetime) -> Waiting:
        """How long the child has been here without a guardian reached."""
        return (
            waiting(self.stay.arrived_at, now, reached=self.reached)
            if not self.stay.ended_at
            else Waiting.NOT_LONG
        )


def stays_where(day: date, *where: sa.ColumnElement[bool]) -> list[StaySeen]:
    """Stays, the oldest first, each with the child's class on a day.  One statement."""
    reporter = aliased(User)
    rows = db.session.execute(
        sa.select(Stay, Student.name, Enrolment.seat, SchoolClass, reporter.name, _REACHED)
        .join(Student, Student.id == Stay.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(day)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(reporter, reporter.id == Stay.reported_by)
        .where(*where)
        .order_by(Stay.reported_at, Stay.id)
    )
    return [StaySeen(*row) for row in rows]


def _of_day(day: date) -> tuple[datetime, datetime]:
    return clock.at(day, time()), clock.at(day + timedelta(days=1), time())


def stays_of_day(day: date) -> list[StaySeen]:
    """The stays that were reported on a day, whatever became of them.  One statement."""
    since, until = _of_day(day)
    return stays_where(day, Stay.reported_at >= since, Stay.reported_at < until)


def reported_by(user_id: int, day: date) -> list[StaySeen]:
    """What somebody has reported on a day.  One statement."""
    since, until = _of_day(day)
    mine = (Stay.reported_by == user_id, Stay.reported_at >= since, Stay.reported_at < until)
    return stays_where(day, *mine)


def live_stays(day: date) -> list[StaySeen]:
    """Who is on the way or in a room now, since whatever day.  One statement."""
    return stays_where(day, Stay.ended_at.is_(None))


def stay(stay_id: int, day: date) -> StaySeen | None:
    """One stay."""
    return next(iter(stays_where(day, Stay.id == stay_id)), None)


def live_stay_of(student_id: int) -> Stay | None:
    """The stay a child is in."""
    return db.session.scalars(
        sa.select(Stay).where(Stay.student_id == student_id, Stay.ended_at.is_(None))
    ).one_or_none()


@dataclass(frozen=True)
class Board:
    """Whom the nurse cares for at a moment: who stands where, and how the rooms of isolation are."""

    on_the_way: Sequence[StaySeen]
    here: Sequence[StaySeen]
    rooms: dict[Room, RoomState]
    gone: Sequence[StaySeen]
    """Who left today."""


def board(day: date) -> Board:
    """Who is on the way, in the rooms and gone today, and how the rooms are.  One statement."""
    since, _ = _of_day(day)
    to_clean = sa.and_(Stay.room.in_(ISOLATION), Stay.cleaned_at.is_(None))
    stays = stays_where(day, sa.or_(Stay.ended_at.is_(None), Stay.ended_at >= since, to_clean))
    return Board(
        [one for one in stays if one.state is StayState.ON_THE_WAY],
        [one for one in stays if one.state is StayState.HERE],
        {room: room_state(one.state for one in stays if one.stay.room is room) for room in ISOLATION},
        [one for one in stays if one.stay.ended_at and one.stay.ended_at >= since],
    )


def rooms() -> dict[Room, RoomState]:
    """How the rooms are now.  One statement."""
    rows = db.session.execute(
        sa.select(Stay.room, Stay.ended_at.is_not(None)).where(
            Stay.room.in_(ISOLATION), sa.or_(Stay.ended_at.is_(None), Stay.cleaned_at.is_(None))
        )
    ).all()
    return {
        one: room_state(stay_state(True, ended, False) for room, ended in rows if room is one)
        for one in ISOLATION
    }


@dataclass(frozen=True)
class StayCallSeen:
    """One try to reach a guardian, and who made it."""

    no: int
    at: datetime
    by_name: str
    guardian_seq: int | None
    reached: bool
    note: str | None
    is_struck: bool


def calls_of(stay_id: int) -> list[StayCallSeen]:
    """The tries to reach a guardian, oldest first; struck ones too."""
    rows = db.session.execute(
        sa.select(
            StayCall.no,
            StayCall.at,
            User.name,
            StayCall.guardian_seq,
            StayCall.reached,
            StayCall.note,
            StayCall.struck_at.is_not(None),
        )
        .join(User, User.id == StayCall.by)
        .where(StayCall.stay_id == stay_id)
        .order_by(StayCall.at, StayCall.no)
    )
    return [StayCallSeen(*row) for row in rows]


def signs_of(stay_ids: Collection[int]) -> dict[int, tuple[Symptom, ...]]:
    """The signs of illness seen in stays, by stay.  One statement, none for none."""
    if not stay_ids:
        return {}
    rows = db.session.execute(
        sa.select(Observation.source_id, Observation.code).where(
            Observation.source_kind == SourceKind.STAY,
            Observation.source_id.in_(stay_ids),
            Observation.kind == ObservationKind.SYMPTOM,
            Observation.retracted_at.is_(None),
        )
    ).all()
    return {
        one: tuple(sign for sign in Symptom if (one, sign.value) in {(row[0], row[1]) for row in rows})
        for one in stay_ids
    }


@dataclass(frozen=True)
class StayReading:
    """One temperature taken during a stay."""

    taken_at: datetime
    tenths: int
    site: Site
    is_struck: bool


def readings_of(stay_ids: Collection[int]) -> dict[int, list[StayReading]]:
    """The temperatures taken in stays, by stay, oldest first; struck ones too."""
    found: dict[int, list[StayReading]] = {}
    if not stay_ids:
        return found
    for row in db.session.execute(
        sa.select(
            Reading.stay_id, Reading.taken_at, Reading.seq, Reading.tenths, Reading.site, Reading.struck_at
        )
        .where(Reading.stay_id.in_(stay_ids))
        .order_by(Reading.taken_at, Reading.seq)
    ):
        one = StayReading(row.taken_at, row.tenths, row.site, row.struck_at is not None)
        found.setdefault(row.stay_id, []).append(one)
    return found


@dataclass(frozen=True)
class Retests:
    """The retest chain of a child on the day of a stay, and what was measured in it until the stay."""

    chain: LiveChain | None
    before: list[Measured]


def retests_of(stay: Stay) -> Retests:
    """What was measured of a child before it was sent to a room, oldest first."""
    chain = newest_chain(stay.student_id, clock.local(stay.reported_at).date())
    found = measured([chain.id])[chain.id] if chain else []
    before = [one for one in found if one.taken_at <= stay.reported_at]
    return Retests(chain, sorted(before, key=lambda one: one.taken_at))


def measured_before(stays: Collection[Stay]) -> dict[int, list[Measured]]:
    """What was measured of children on the day before they were sent to a room, by stay, oldest first.

    Two statements.
    """
    chains = db.session.execute(
        sa.select(Fever.id, Fever.student_id, Fever.day).where(
            Fever.student_id.in_({one.student_id for one in stays}),
            Fever.day.in_({clock.local(one.reported_at).date() for one in stays}),
            Fever.state != FeverState.STRUCK,
        )
    ).all()
    known = measured([chain.id for chain in chains])
    return {
        one.id: sorted(
            (
                reading
                for chain in chains
                if (chain.student_id, chain.day) == (one.student_id, clock.local(one.reported_at).date())
                for reading in known[chain.id]
                if reading.taken_at <= one.reported_at
            ),
            key=lambda reading: reading.taken_at,
        )
        for one in stays
    }


def slips_of_day(day: date) -> list[StaySeen]:
    """Who was fetched on a day: the exit slips the gate ticks off, the newest first.  One statement."""
    since, until = _of_day(day)
    stays = stays_where(day, Stay.ended_how == StayEnd.FETCHED, Stay.ended_at >= since, Stay.ended_at < until)
    return sorted(
        stays, key=lambda one: (one.stay.left_gate_at is not None, one.stay.ended_at), reverse=False
    )


def places() -> list[str]:
    """The names of the school's zones: where something can have happened."""
    return list(db.session.scalars(sa.select(Zone.name).order_by(Zone.walk_order)))


def can_be_reopened(one: Stay, day: date) -> bool:
    """Whether the end of a stay can be taken back: on its day, before the gate or the disinfection saw it."""
    return (
        one.ended_at is not None
        and clock.local(one.ended_at).date() == day
        and one.left_gate_at is None
        and one.cleaned_at is None
    )


@dataclass(frozen=True)
class Fetcher:
    """A guardian of the roster, to whom a child can be handed over."""

    seq: int
    relation: str | None
    name: str | None


def fetchers(student_id: int) -> list[Fetcher]:
    """The guardians of a child, by name."""
    rows = db.session.execute(
        sa.select(Guardian.seq, Guardian.relation, Guardian.name_enc)
        .where(Guardian.student_id == student_id)
        .order_by(Guardian.seq)
    )
    return [
        Fetcher(
            row.seq, row.relation, decrypt(row.name_enc) if row.name_enc and can_read(row.name_enc) else None
        )
        for row in rows
    ]
