"""Notices: their kinds, who is told, and when.  No database, no web."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from typing import Any

from tracker.accounts.rules import Duty, Role


class NoticeKind(StrEnum):
    """What a notice tells; the numbers are those of the school's list of notices."""

    SHEET_DUE = "sheet_due"
    """N1: a sheet is due in ten minutes."""
    SHEET_MISSING_CLASS = "sheet_missing_class"
    """N2: it is five minutes late."""
    SHEET_MISSING_GRADE = "sheet_missing_grade"
    """N3: sheets of a grade are ten minutes late."""
    SHEET_MISSING_SCHOOL = "sheet_missing_school"
    """N4: sheets of the school are twenty minutes late."""
    NOT_HERE = "not_here"
    """N5: children of a class are not here, and nobody has called yet."""
    UNACCOUNTED = "unaccounted"
    """N6: nobody can account for a child."""
    ON_THE_WAY = "on_the_way"
    """N7: a child is on the way to the observation room."""
    RETEST_WAITING = "retest_waiting"
    """N8: a child waits for its retest."""
    CALLS_DUE = "calls_due"
    """N9: calls of the own class are due by noon."""
    QUEUE = "queue"
    """N10: how the absences stand in the afternoon."""
    DAY_NOT_CLOSED = "day_not_closed"
    """N18: the day's summary is not signed."""
    SPILL = "spill"
    """N13: a place is to be treated now."""
    PARENT_CALLED = "parent_called"
    """A guardian has told the school something about a child of the class."""
    GIVEN_BACK = "given_back"
    """What was done in a zone is to be done again."""


class Audience(StrEnum):
    """Who is told, as the school's duties and roles name them."""

    HOMEROOM = "homeroom"
    OTHER_TEACHERS = "other_teachers"
    GRADE_HEAD = "grade_head"
    OFFICE = "office"
    NURSE = "nurse"
    SECOND_REPORTER = "second_reporter"
    DUTY_LEADER = "duty_leader"
    PRINCIPAL = "principal"
    EVENT_TEAM = "event_team"
    WHO_DID_IT = "who_did_it"


RECIPIENTS: Mapping[NoticeKind, tuple[Audience, ...]] = {
    NoticeKind.SHEET_DUE: (Audience.HOMEROOM,),
    NoticeKind.SHEET_MISSING_CLASS: (Audience.OTHER_TEACHERS,),
    NoticeKind.SHEET_MISSING_GRADE: (Audience.GRADE_HEAD,),
    NoticeKind.SHEET_MISSING_SCHOOL: (Audience.OFFICE, Audience.NURSE),
    NoticeKind.NOT_HERE: (Audience.HOMEROOM,),
    NoticeKind.UNACCOUNTED: (Audience.NURSE, Audience.SECOND_REPORTER, Audience.DUTY_LEADER),
    NoticeKind.ON_THE_WAY: (Audience.NURSE,),
    NoticeKind.RETEST_WAITING: (Audience.NURSE,),
    NoticeKind.CALLS_DUE: (Audience.HOMEROOM,),
    NoticeKind.QUEUE: (Audience.NURSE,),
    NoticeKind.DAY_NOT_CLOSED: (Audience.SECOND_REPORTER, Audience.PRINCIPAL),
    NoticeKind.SPILL: (Audience.EVENT_TEAM,),
    NoticeKind.PARENT_CALLED: (Audience.HOMEROOM, Audience.NURSE),
    NoticeKind.GIVEN_BACK: (Audience.WHO_DID_IT,),
}
"""Who is told what."""

LADDER: Sequence[tuple[int, NoticeKind]] = (
    (-10, NoticeKind.SHEET_DUE),
    (5, NoticeKind.SHEET_MISSING_CLASS),
    (10, NoticeKind.SHEET_MISSING_GRADE),
    (20, NoticeKind.SHEET_MISSING_SCHOOL),
)
"""Minutes after a sheet's deadline, and who is told then: each step once, until the next one."""

NOT_HERE_MINUTES, UNACCOUNTED_MINUTES = 5, 20
RETEST_MINUTES = 10
CALLS_AT, NOON = time(11, 30), time(12)
QUEUE_AT = time(15)
UNSIGNED_AT = time(17)
FIRST, LAST = time(7), time(18, 30)
"""Nobody is told anything earlier or later in the day."""


def minutes_past(deadline: time, wall: time) -> int:
    """How many whole minutes after a deadline the clock shows; less than none before it."""
    past = timedelta(hours=wall.hour, minutes=wall.minute) - timedelta(
        hours=deadline.hour, minutes=deadline.minute
    )
    return int(past.total_seconds()) // 60


def ladder_step(deadline: time, wall: time) -> NoticeKind | None:
    """The last step of the ladder that a missing sheet has reached; None before the first.

    Between the deadline and five minutes after it nobody is told anything new.
    """
    past = minutes_past(deadline, wall)
    return next((kind for after, kind in reversed(LADDER) if past >= after), None)


@dataclass(frozen=True)
class Missing:
    """A class that has not reported in a session that has opened."""

    code: str
    deadline: time
    class_id: int
    entry_year: int


@dataclass(frozen=True)
class Unseen:
    """A child who is not here yet."""

    code: str
    deadline: time
    class_id: int
    called: bool
    """Whether somebody has called already."""


@dataclass(frozen=True)
class Standing:
    """How the school stands at a moment: all that notices are made from."""

    missing: Sequence[Missing] = ()
    not_here: Sequence[Unseen] = ()
    on_the_way: Sequence[tuple[int, int]] = ()
    """Stays of children who have not arrived, and who reported each."""
    waiting: Sequence[tuple[int, int]] = ()
    """Retest chains still open, and for how many minutes."""
    calls: Mapping[int, int] = field(default_factory=dict)
    """Calls due by noon, by class."""
    to_review: int = 0
    overdue: int = 0
    to_clear: int = 0
    """Whose return the nurse has to check."""
    signed: bool = False


@dataclass(frozen=True)
class Event:
    """Something to tell, and whom it concerns."""

    kind: NoticeKind
    subject: str
    details: dict[str, Any] = field(default_factory=dict)
    class_id: int | None = None
    entry_year: int | None = None
    by: int | None = None
    """Whose deed it is and who needs not be told."""
    done_by: frozenset[int] = frozenset()
    """Whose work it is about."""


def events_at(now: Standing, wall: time) -> list[Event]:
    """What there is to tell when the school's clock shows `wall` on a school day."""
    if not FIRST <= wall <= LAST:
        return []
    found = _of_sheets(now.missing, wall) + _of_children(now.not_here, wall)
    found += [Event(NoticeKind.ON_THE_WAY, f"stay:{stay}", by=reporter) for stay, reporter in now.on_the_way]
    found += [
        Event(NoticeKind.RETEST_WAITING, f"fever:{fever}", {"minutes": RETEST_MINUTES})
        for fever, minutes in now.waiting
        if minutes >= RETEST_MINUTES
    ]
    if CALLS_AT <= wall < NOON:
        found += [
            Event(NoticeKind.CALLS_DUE, f"calls:{class_id}", {"n": n}, class_id)
            for class_id, n in now.calls.items()
            if n
        ]
    if wall >= QUEUE_AT and (now.to_review or now.overdue or now.to_clear):
        counts = {"to_review": now.to_review, "overdue": now.overdue, "to_clear": now.to_clear}
        found.append(Event(NoticeKind.QUEUE, "queue", counts))
    if wall >= UNSIGNED_AT and not now.signed:
        found.append(Event(NoticeKind.DAY_NOT_CLOSED, "day"))
    return found


def _of_sheets(missing: Iterable[Missing], wall: time) -> list[Event]:
    """The steps of the ladder that are reached now; a grade and the school are told once a session."""
    found: list[Event] = []
    shared: dict[tuple[NoticeKind, str, int | None], list[int]] = {}
    for one in missing:
        kind = ladder_step(one.deadline, wall)
        details = {"session": one.code, "classes": [one.class_id], "deadline": f"{one.deadline:%H:%M}"}
        if kind is NoticeKind.SHEET_DUE and minutes_past(one.deadline, wall) >= 0:
            continue
        if kind in (NoticeKind.SHEET_DUE, NoticeKind.SHEET_MISSING_CLASS):
            found.append(Event(kind, f"{one.code}:{one.class_id}", details, one.class_id))
        elif kind is NoticeKind.SHEET_MISSING_GRADE:
            shared.setdefault((kind, one.code, one.entry_year), []).append(one.class_id)
        elif kind is NoticeKind.SHEET_MISSING_SCHOOL:
            shared.setdefault((kind, one.code, None), []).append(one.class_id)
    return found + [
        Event(
            kind,
            code if year is None else f"{code}:{year}",
            {"session": code, "classes": classes},
            entry_year=year,
        )
        for (kind, code, year), classes in shared.items()
    ]


def _of_children(not_here: Iterable[Unseen], wall: time) -> list[Event]:
    """Children who are not here: first their teacher is told, then it is a matter of safety."""
    waiting: dict[tuple[NoticeKind, str, int], list[Unseen]] = {}
    for one in not_here:
        past = minutes_past(one.deadline, wall)
        if past >= UNACCOUNTED_MINUTES:
            waiting.setdefault((NoticeKind.UNACCOUNTED, one.code, one.class_id), []).append(one)
        elif past >= NOT_HERE_MINUTES and not one.called:
            waiting.setdefault((NoticeKind.NOT_HERE, one.code, one.class_id), []).append(one)
    return [
        Event(kind, f"{code}:{class_id}", {"session": code, "n": len(children)}, class_id)
        for (kind, code, class_id), children in waiting.items()
    ]


@dataclass(frozen=True)
class Person:
    """Somebody who can be told: roles and the duties of the day, each with its class or grade."""

    user_id: int
    roles: frozenset[Role]
    duties: frozenset[tuple[Duty, int | None]]

    def has(self, *duties: Duty, place: int | None = None) -> bool:
        """Whether this person has one of these duties, in a place where it has one."""
        return any((duty, place) in self.duties for duty in duties)


def told(event: Event, people: Sequence[Person], entry_years: Mapping[int, int]) -> set[int]:
    """Who is told of an event: only whom it concerns, and not who did it.

    `entry_years` tells the grade of a class: without a teacher of its own it is the grade head's.
    """
    found: set[int] = set()
    for audience in RECIPIENTS[event.kind]:
        found |= {one.user_id for one in _audience(audience, event, people, entry_years)}
    return found - {event.by}


def _audience(
    audience: Audience, event: Event, people: Sequence[Person], entry_years: Mapping[int, int]
) -> list[Person]:
    def on(*duties: Duty, place: int | None = None) -> list[Person]:
        return [one for one in people if one.has(*duties, place=place)]

    heads = on(Duty.GRADE_HEAD, place=event.entry_year or entry_years.get(event.class_id or 0))
    others = on(Duty.STAND_IN, Duty.DEPUTY, place=event.class_id)
    here = [one for one in people if Role.NURSE in one.roles and not one.has(Duty.NURSE_AWAY)]
    match audience:
        case Audience.HOMEROOM:
            return on(Duty.HOMEROOM, place=event.class_id) or others or heads
        case Audience.OTHER_TEACHERS:
            return others
        case Audience.GRADE_HEAD:
            return heads
        case Audience.OFFICE:
            return [one for one in people if Role.ASSESSMENT in one.roles]
        case Audience.NURSE:
            return here or on(Duty.SECOND_REPORTER)
        case Audience.SECOND_REPORTER:
            return on(Duty.SECOND_REPORTER)
        case Audience.DUTY_LEADER:
            return on(Duty.DUTY_LEADER)
        case Audience.EVENT_TEAM:
            return on(Duty.EVENT_TEAM)
        case Audience.WHO_DID_IT:
            return [one for one in people if one.user_id in event.done_by]
        case Audience.PRINCIPAL:
            return [one for one in people if Role.PRINCIPAL in one.roles]
