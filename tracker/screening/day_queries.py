"""How the sessions of a day stand, class by class: who has reported, and who has not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa

from tracker.db import db
from tracker.school.models import Enrolment, SchoolClass
from tracker.school.queries import class_order, classes_on, enrolled_on, place_on
from tracker.school.rules import DayType, SchoolDay
from tracker.screening.models import Sheet, SheetVersion
from tracker.screening.rules import Plan, SessionCode, SessionState, current_session, session_state
from tracker.screening.session_queries import timetable_on
from tracker.screening.session_rules import asked_plans, day_plans


@dataclass(frozen=True)
class SessionStatus:
    """How one session of a class stands, with the version that holds."""

    plan: Plan
    state: SessionState
    version: SheetVersion | None
    is_asked: bool = True
    """False: the day does not ask for it any longer; what was recorded before stays."""
    is_checked: bool = False
    """Whether the nurse has checked the version that holds."""


@dataclass(frozen=True)
class ClassDay:
    """A class on a day: how many are enrolled, and how its sessions stand."""

    school_class: SchoolClass
    enrolled: int
    what: SchoolDay | None
    """What the day is for the class; None: it lies outside every term."""
    sessions: list[SessionStatus]
    """Those the day asks the class to record, and those it has recorded all the same."""

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def day_type(self) -> DayType | None:
        return self.what.day_type if self.what else None

    @property
    def current(self) -> SessionStatus | None:
        """The session to report now: open, not yet reported, the earliest deadline."""
        plan = current_session([(status.plan, status.state) for status in self.sessions])
        return next((status for status in self.sessions if status.plan is plan), None)


def class_days(
    class_ids: Collection[int] | None, day: date, wall: time, *, today: bool = True
) -> list[ClassDay]:
    """Classes with students on a day, youngest grade first.  None: all.  Three statements."""
    query = (
        sa.select(SchoolClass, sa.func.count(Enrolment.student_id))
        .join(Enrolment, Enrolment.class_id == SchoolClass.id)
        .where(*enrolled_on(day))
        .group_by(SchoolClass.id)
        .order_by(*class_order())
    )
    if class_ids is not None:
        query = query.where(SchoolClass.id.in_(class_ids))
    classes = db.session.execute(query).all()
    known, calendar = timetable_on(day)
    reported = {
        (sheet.class_id, sheet.session): (version, sheet.confirmed_at)
        for sheet, version in db.session.execute(
            sa.select(Sheet, SheetVersion)
            .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
            .where(Sheet.day == day, *([Sheet.class_id.in_(class_ids)] if class_ids is not None else []))
        )
    }
    found = []
    for school_class, enrolled in classes:
        place = place_on(school_class, day)
        what = calendar.of(place)
        statuses = []
        for one in day_plans(known, day, what, place):
            version, checked_at = reported.get((school_class.id, one.plan.code), (None, None))
            if one.asks_class or version:
                state = session_state(one.plan, wall, reported=version is not None, today=today)
                is_checked = version is not None and checked_at is not None and checked_at >= version.at
                statuses.append(SessionStatus(one.plan, state, version, one.asks_class, is_checked))
        found.append(ClassDay(school_class, enrolled, what, statuses))
    return found


def asked_of_classes(day: date) -> dict[int, list[Plan]]:
    """What a day asks every class with students to record, by class.  Two statements."""
    known, calendar = timetable_on(day)
    places = [place_on(one, day) for one in classes_on(day)]
    return {
        place.class_id: asked_plans(known, day, calendar.of(place), place)
        for place in places
        if place.class_id is not None
    }


@dataclass(frozen=True)
class MissingSession:
    """A session that has opened: which of its classes have not reported."""

    plan: Plan
    state: SessionState
    due: int
    missing: list[SchoolClass]


def missing_of(classes: list[ClassDay]) -> list[MissingSession]:
    """Per session that has opened, the classes that have not reported; one with none is a finished one."""
    sessions: dict[SessionCode, MissingSession] = {}
    for one in classes:
        for status in one.sessions:
            if status.state is SessionState.NOT_YET or not status.is_asked:
                continue
            seen = sessions.get(status.plan.code) or MissingSession(status.plan, status.state, 0, [])
            missing = seen.missing if status.version else [*seen.missing, one.school_class]
            state = status.state if not status.version else seen.state
            sessions[status.plan.code] = MissingSession(seen.plan, state, seen.due + 1, missing)
    return list(sessions.values())


def missing_classes(day: date, wall: time) -> list[MissingSession]:
    """What the nurse's and the leaders' pages list: who has not reported, by session."""
    return missing_of(class_days(None, day, wall))
