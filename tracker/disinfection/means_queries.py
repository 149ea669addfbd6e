"""With what the items of a task can be done.  Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.db import db
from tracker.disinfection.means_rules import Source, SourceKind, is_burned_out, source_kind_of
from tracker.disinfection.models import Record, RecordItem
from tracker.disinfection.queries import Task
from tracker.disinfection.rules import RecordState
from tracker.supplies import queries as supplies
from tracker.supplies.models import Equipment
from tracker.supplies.rules import Category, DeviceKind, Shelf


def sources(task: Task) -> list[Source]:
    """What a task can be done with, of each kind the first choice first.

    Solutions that were good since it opened, lots that had not expired, lamps, those of the zone first.
    One statement for each kind that its items ask for.
    """
    kinds = {source_kind_of(item.schedule) for item in task.items}
    found: list[Source] = []
    if SourceKind.BATCH in kinds:
        found += [
            Source(
                SourceKind.BATCH,
                one.batch.id,
                one.batch.place,
                one.supply.id,
                one.batch.mg_per_l,
                one.batch.mixed_at,
                one.batch.good_until,
            )
            for one in supplies.batches_good(task.times.opens)
        ]
    if SourceKind.LOT in kinds:
        found += [
            Source(SourceKind.LOT, one.lot.id, f"{one.supply.name} · {one.lot.code}", one.supply.id)
            for one in supplies.lots(task.day)
            if one.supply.category is Category.ALCOHOL and one.balance > 0 and one.shelf is not Shelf.EXPIRED
        ]
    if SourceKind.LAMP in kinds:
        here = task.zone.name
        found += [
            Source(
                SourceKind.LAMP,
                one.lamp.id,
                f"{one.lamp.number} · {one.lamp.room}",
                burned_minutes=one.minutes,
                most_hours=one.lamp.lamp_hours,
            )
            for one in sorted(lamps(), key=lambda one: one.lamp.room != here)
        ]
    return found


@dataclass(frozen=True)
class LampSeen:
    """A lamp, and for how many minutes its tube has burned."""

    lamp: Equipment
    minutes: int

    @property
    def is_over(self) -> bool:
        """Whether its tube is to be replaced."""
        return is_burned_out(self.minutes, self.lamp.lamp_hours)


def lamps() -> list[LampSeen]:
    """The lamps in use, by number, with the minutes that each one's tube has burned.  One statement."""
    burned = (
        sa.select(sa.func.coalesce(sa.func.sum(RecordItem.minutes), 0))
        .join(Record, Record.id == RecordItem.record_id)
        .where(
            RecordItem.device_id == Equipment.id,
            Record.state == RecordState.DONE,
            sa.or_(Equipment.tube_since.is_(None), Record.day >= Equipment.tube_since),
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Equipment, burned)
        .where(Equipment.kind == DeviceKind.LAMP, Equipment.retired_on.is_(None))
        .order_by(Equipment.number)
    )
    return [LampSeen(lamp, lamp.tube_minutes + minutes) for lamp, minutes in rows]


def unread(user_id: int, offered: Iterable[Source]) -> set[int]:
    """The supplies among sources whose safety rules a person has not yet said to have read.

    One statement; none where no rules apply.
    """
    known = {one.supply_id for one in offered if one.supply_id is not None}
    return known - supplies.safety_read_of(user_id) if known else set()
