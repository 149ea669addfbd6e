"""What the tests of scores put into the cast's school: sheets, records and days."""

from datetime import date, datetime, time
from uuid import uuid4

import sqlalchemy as sa

from tests.cast import TERM, ZONE
from tracker.accounts.queries import user_named
from tracker.db import db
from tracker.disinfection.models import Record, RecordItem, ZoneObject
from tracker.disinfection.rules import ItemResult, NotDoneReason, RecordState
from tracker.school.models import CalendarDay
from tracker.screening.models import Roster, Sheet, SheetVersion
from tracker.screening.rules import Affirmation, SessionCode, VersionKind


def somebody() -> int:
    """Anybody's id: who wrote a row does not count here."""
    return user_named("nora").id


def wall(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), ZONE)


def sheet(class_id, day, code, *versions, head=-1, expected=10):
    """A sheet with versions given as (kind, hour); its head is the last unless told."""
    roster = db.session.scalar(sa.select(Roster)) or Roster(digest="d", members=[])
    db.session.add(roster)
    number = len(versions) if head == -1 else head
    made = Sheet(class_id=class_id, day=day, session=SessionCode(code), head=number)
    db.session.add(made)
    db.session.flush()
    counts = dict.fromkeys(
        ("absent", "not_here", "away", "in_room", "left_early", "unset", "fever", "symptomatic"), 0
    )
    db.session.add_all(
        SheetVersion(
            sheet_id=made.id, no=no, roster_id=roster.id, at=wall(day, hour), by=somebody(), kind=VersionKind(kind),
            how=Affirmation.LOOKED, plan_from=TERM[0], deadline=wall(day, "08:30"), expected=expected,
            checked=expected, key=uuid4(), **counts,
        )
        for no, (kind, hour) in enumerate(versions, start=1)
    )  # fmt: skip
    db.session.flush()
    return made


def calendar(day, scope, scope_id, day_type, stands_for=None):
    db.session.merge(
        CalendarDay(
            day=day, scope=scope, scope_id=scope_id, day_type=day_type, stands_for=stands_for, source="page"
        )
    )
    db.session.flush()


def record(zone_id, day, *items, finished="16:20", slot="15:40"):
    """A finished record; items as (object, result, reason)."""
    made = Record(
        zone_id=zone_id, day=day, slot=slot, state=RecordState.DONE, by=somebody(),
        started=wall(day, "15:45"), finished=wall(day, finished),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        RecordItem(
            record_id=made.id,
            object_id=thing,
            result=ItemResult(result),
            reason=reason and NotDoneReason(reason),
        )
        for thing, result, reason in items
    )
    db.session.flush()


def objects(zone_id) -> list[int]:
    return list(
        db.session.scalars(sa.select(ZoneObject.id).filter_by(zone_id=zone_id).order_by(ZoneObject.id))
    )
