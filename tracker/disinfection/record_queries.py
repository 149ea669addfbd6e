"""What was recorded of tasks, and what others have said of it: verified, given back, excused.

Nothing here writes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import clock
from tracker.accounts.models import User
from tracker.audit.models import Trail
from tracker.db import built_once, db
from tracker.disinfection.event_rules import is_terminal
from tracker.disinfection.models import Record, RecordItem, Verification
from tracker.disinfection.rules import ItemResult, RecordState, Said, read_slot

_NEWEST = (
    sa.select(
        Verification.record_id,
        sa.func.max(Verification.no).label("no"),
        sa.func.max(Verification.redo_until).label("redo_until"),
    )
    .group_by(Verification.record_id)
    .subquery("newest")
)
REDO_UNTIL = _NEWEST.c.redo_until
VERIFIED = sa.and_(Verification.accepted, Verification.finished == Record.finished)
"""Whether the newest verdict takes what is finished now."""


def with_verdicts(statement: Any) -> Any:
    """A statement about records, joined with the newest verdict on each, if there is one."""
    return statement.outerjoin(_NEWEST, _NEWEST.c.record_id == Record.id).outerjoin(
        Verification,
        sa.and_(Verification.record_id == _NEWEST.c.record_id, Verification.no == _NEWEST.c.no),
    )


def took_turn(slot: str, day: date, finished: datetime | None) -> bool:
    """Whether a record is of a terminal disinfection that takes the turn of that day's tasks of its zone."""
    return finished is not None and is_terminal(slot) and clock.local(finished).date() == day


@dataclass(frozen=True)
class Verdict:
    """The newest word on a record."""

    accepted: bool
    reason: str | None
    by: str
    at: datetime


def verdicts(record_id: int) -> list[Verdict]:
    """Every verdict on a record, the newest first."""
    rows = db.session.execute(
        sa.select(Verification, User.name)
        .join(User, User.id == Verification.by)
        .where(Verification.record_id == record_id)
        .order_by(Verification.no.desc())
    )
    return [Verdict(one.accepted, one.reason, by, one.at) for one, by in rows]


def worked_on(record_id: int) -> frozenset[int]:
    """The people who have answered or signed a record."""
    deeds = ("disinfection.answer", "disinfection.finish")
    of_record = (Trail.kind == "record", Trail.subject_id == record_id, Trail.by.is_not(None))
    return frozenset(db.session.scalars(sa.select(Trail.by).where(*of_record, Trail.deed.in_(deeds))))


@dataclass
class Kept:
    """What was recorded of a task."""

    record: Record
    by: str
    excused_by: str | None
    said: Said
    items: dict[int, RecordItem]
    """By the number of the object."""


def records(
    days: Collection[date], zone_ids: Collection[int] | None
) -> tuple[dict[tuple[int, date, str], Kept], set[tuple[int, date]]]:
    """What was recorded on some days, by zone, day and slot; of some zones, or of all.

    And in which zones a terminal disinfection took a day's turn.  One statement.
    """
    statement = _with_items().where(Record.day.in_(days))
    if zone_ids is not None:
        statement = statement.where(Record.zone_id.in_(zone_ids))
    found: dict[tuple[int, date, str], Kept] = {}
    turns: set[tuple[int, date]] = set()
    for record, by, excused_by, one, verified, redo_until in db.session.execute(statement):
        key = (record.zone_id, record.day, record.slot)
        if key not in found:
            said = Said(record.excuse is not None, bool(verified), redo_until)
            found[key] = Kept(record, by, excused_by, said, {})
            if record.state is RecordState.DONE and took_turn(record.slot, record.day, record.finished):
                turns.add((record.zone_id, record.day))
        if one is not None:
            found[key].items[one.object_id] = one
    return found, turns


@built_once
def _with_items() -> Any:
    excuser = aliased(User)
    return with_verdicts(
        sa.select(Record, User.name, excuser.name, RecordItem, VERIFIED, REDO_UNTIL)
        .join(User, User.id == Record.by)
        .outerjoin(excuser, excuser.id == Record.excused_by)
        .outerjoin(RecordItem, RecordItem.record_id == Record.id)
    )


def done_on(day: date, recorded: Mapping[tuple[int, date, str], Kept]) -> set[tuple[int, time]]:
    """What was recorded as done on a day, by object and hour."""
    return {
        (object_id, slot)
        for (_zone, on, code), kept in recorded.items()
        if on == day and kept.record.finished and (slot := read_slot(code))
        for object_id, item in kept.items.items()
        if item.result is ItemResult.DONE
    }
