"""Temperatures of the observation room: each goes its way through the child's retest chain."""

from datetime import datetime

import sqlalchemy as sa

from tracker import clock
from tracker.audit import service as audit
from tracker.db import db
from tracker.screening import fever_queries, fever_service
from tracker.screening.fever_rules import INSTRUMENT_OF
from tracker.screening.models import Reading
from tracker.screening.rules import FeverSource, FeverState, Site


def read_in_stay(
    by: int, at: datetime, stay_id: int, student_id: int, tenths: int, site: Site, *, taken_at: datetime
) -> None:
    """Keep a temperature of a child in the observation room, or on the way there."""
    day = clock.local(taken_at).date()
    taken_at = fever_service.free_instant(student_id, taken_at)
    instrument, source = INSTRUMENT_OF[site], FeverSource.STAY
    fever_service.take_reading(by, taken_at, student_id, day, tenths, instrument, source, stay_id)
    db.session.execute(
        sa.update(Reading)
        .where(Reading.student_id == student_id, Reading.taken_at == taken_at)
        .values(stay_id=stay_id)
        .execution_options(synchronize_session=False)
    )
    audit.record(by, at, "room.reading", "stay", stay_id, student_id=student_id, changes={"site": site.value})


def strike_in_stay(by: int, at: datetime, stay_id: int, student_id: int, taken_at: datetime) -> bool:
    """Strike a temperature that was typed wrongly, and what it made of the chain; False: it is struck."""
    live = sa.exists().where(
        Reading.student_id == student_id,
        Reading.taken_at == taken_at,
        Reading.stay_id == stay_id,
        Reading.struck_at.is_(None),
    )
    if not db.session.scalar(sa.select(live)):
        return False
    fever_service.strike_reading(by, at, student_id, taken_at)
    audit.record(by, at, "room.strike_reading", "stay", stay_id, student_id=student_id)
    return True


def leave_with_chain(by: int, at: datetime, student_id: int) -> None:
    """A child leaves the school: where it waits for a retest, nobody can take it any more."""
    chain = fever_queries.newest_chain(student_id, clock.local(at).date())
    if chain and chain.state is FeverState.WAITING:
        fever_service.leave_unretested(by, at, chain.id)
