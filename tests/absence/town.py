"""What the tests of absences do over and over: take a sheet, log a call, look at an absence."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Thread
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask

from tests.cast import TODAY, ZONE, Cast
from tracker import clock
from tracker.absence import call_service
from tracker.absence.call_service import Report
from tracker.absence.models import Episode
from tracker.absence.rules import CallResult, CallWay
from tracker.accounts.queries import identity_of
from tracker.accounts.rules import Identity
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.school.models import Enrolment
from tracker.screening import queries as sheets
from tracker.screening import service as screening
from tracker.screening.rules import AbsenceReason, Affirmation, Line, SessionCode, State
from tracker.screening.service import Moment, Submission

ILL, UNKNOWN, LEAVE = AbsenceReason.ILLNESS, AbsenceReason.UNKNOWN, AbsenceReason.PERSONAL


def at(clock_time: str, day: date = TODAY) -> datetime:
    """A time of the school's wall clock."""
    return datetime.fromisoformat(f"{day}T{clock_time}").replace(tzinfo=ZONE)


def who(cast: Cast, username: str = "ann") -> Identity:
    """Somebody of the cast, as the permissions know them."""
    found = identity_of(cast.users[username], 0, TODAY)
    assert found
    return found


def moment(when: datetime) -> Moment:
    """When a sheet is taken; the clock is set to it."""
    clock.freeze(when)
    return Moment(when, when.date(), when.time())


def take(
    cast: Cast,
    when: datetime,
    absent: Mapping[int, AbsenceReason | State] | None = None,
    *,
    session: str = "morning",
    base: int = 0,
    day: date | None = None,
    by: str = "ann",
    place: str = "3-1",
    reason: str | None = None,
) -> int:
    """Take a class's sheet: `absent` by seat (from 1), or another state; all others are normal."""
    asked = sheets.class_session(cast.refs[place], day or when.date(), SessionCode(session))
    assert asked
    states = absent or {}
    lines = {
        one.id: Line(State.ABSENT, value)
        if isinstance(value := states.get(one.seat or 0, State.NORMAL), AbsenceReason)
        else Line(value)
        for one in sheets.roster(asked.class_id, asked.day)
    }
    form = Submission(uuid4(), base, Affirmation.LOOKED, lines, reason)
    with transaction():
        return screening.submit(who(cast, by), moment(when), asked, form)


def undo(
    cast: Cast, when: datetime, *, session: str = "morning", by: str = "ann", place: str = "3-1"
) -> None:
    """Take a sheet back."""
    asked = sheets.class_session(cast.refs[place], when.date(), SessionCode(session))
    assert asked
    clock.freeze(when)
    no = sheets.kept_sheets(asked.class_id, asked.day)[asked.code].version.no
    with transaction():
        screening.withdraw(who(cast, by), when, asked, no, uuid4())


def episodes(student_id: int) -> list[Episode]:
    """All absences of a student, in order."""
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Episode)
            .where(Episode.student_id == student_id)
            .order_by(Episode.id)
            .execution_options(populate_existing=True)
        )
    )


def only(student_id: int) -> Episode:
    """The one absence of a student."""
    (found,) = episodes(student_id)
    return found


def log(
    cast: Cast,
    when: datetime,
    episode: Episode | int,
    result: CallResult,
    *,
    by: str = "ann",
    called: datetime | None = None,
    **more: object,
) -> int:
    """Log a call; the teacher's waits for the nurse, hers is read at once."""
    clock.freeze(when)
    episode_id = episode if isinstance(episode, int) else episode.id
    report = Report(CallWay.PHONE, result, called or when, **more)  # type: ignore[arg-type]
    with transaction():
        return call_service.record_call(cast.users[by], when, episode_id, report, reviewer=by == "nora").id


def move(student_id: int, class_id: int, *, on: date = TODAY) -> None:
    """Move a student to another class from a day on."""
    with transaction():
        db.session.execute(
            sa.update(Enrolment)
            .where(Enrolment.student_id == student_id)
            .values(ends=on - timedelta(days=1))
            .execution_options(synchronize_session=False)
        )
        db.session.add(Enrolment(student_id=student_id, starts=on, class_id=class_id, seat=99))


def meanwhile(app: Flask, deed: Callable[[], object]) -> Thread:
    """Let somebody else do something now; wait for it half a second, as it may have to wait for us."""

    def run() -> None:
        with app.app_context(), suppress(Rejected):
            deed()

    thread = Thread(target=run)
    thread.start()
    thread.join(0.5)
    return thread
