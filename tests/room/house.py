"""What the tests of the observation room do over and over: report, arrive, leave, look at a stay."""

from datetime import datetime

import sqlalchemy as sa

from tests.cast import Cast
from tracker import clock
from tracker.datafolder import encrypt, phone_hash
from tracker.db import db, transaction
from tracker.room import service
from tracker.room.models import Stay
from tracker.room.rules import HandedTo, Room, StayEnd, Trouble
from tracker.room.service import Case, Ending, Reported
from tracker.school.models import Guardian
from tracker.screening.rules import AbsenceReason

MOTHER = HandedTo(1, checked=True)


def report(
    cast: Cast,
    when: datetime,
    seat: int = 3,
    trouble: Trouble = Trouble.VOMITING,
    *,
    by: str = "carl",
    soiled: bool = True,
    place: str = "Music room",
) -> Reported:
    """Somebody sends a child of 3(1)."""
    clock.freeze(when)
    case = Case(cast.students["3-1"][seat - 1], cast.classes["3-1"], trouble, soiled, place)
    with transaction():
        return service.report(cast.users[by], when, case)


def arrive(cast: Cast, when: datetime, stay_id: int, room: Room = Room.MAIN) -> None:
    """The child comes into a room."""
    clock.freeze(when)
    with transaction():
        service.arrive(cast.users["nora"], when, stay_id, room)


def leave(
    cast: Cast,
    when: datetime,
    stay_id: int,
    how: StayEnd = StayEnd.FETCHED,
    *,
    to: HandedTo | None = MOTHER,
    reason: AbsenceReason = AbsenceReason.ILLNESS,
) -> None:
    """The child leaves."""
    clock.freeze(when)
    ending = Ending(how, None, to if how is StayEnd.FETCHED else None, left_for=reason)
    with transaction():
        service.end(cast.users["nora"], when, stay_id, cast.classes["3-1"], ending)


def guardian(student_id: int, seq: int = 1, relation: str = "Mother") -> None:
    """Somebody to call and to hand a child over to."""
    with transaction():
        db.session.add(
            Guardian(
                student_id=student_id,
                seq=seq,
                relation=relation,
                name_enc=encrypt("Mia Mother"),
                phone_enc=encrypt("000-0000-1234"),
                phone_hash=phone_hash("000-0000-1234"),
            )
        )


def stays(student_id: int) -> list[Stay]:
    """All stays of a child, in order."""
    db.session.rollback()
    query = sa.select(Stay).where(Stay.student_id == student_id).order_by(Stay.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
