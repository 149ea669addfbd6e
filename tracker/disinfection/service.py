"""Recording what was done: the only writers of records."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.audit import attachment_service as attachments
from tracker.audit import service as audit
from tracker.audit.rules import AttachmentState
from tracker.audit.upload_rules import CleanFile
from tracker.db import db, insert
from tracker.disinfection import means_queries as means
from tracker.disinfection import queries
from tracker.disinfection.means_rules import Means, SourceKind, proposed, source_kind_of
from tracker.disinfection.models import Record, RecordItem
from tracker.disinfection.queries import Item, Task, TaskName
from tracker.disinfection.rules import (
    Answer,
    ItemResult,
    RecordState,
    Refusal,
    correction_until,
    slot_code,
)
from tracker.errors import Rejected
from tracker.supplies import queries as supplies
from tracker.supplies import service as supply_service
from tracker.supplies.dilution_rules import is_good
from tracker.supplies.rules import DeviceKind, Shelf


def answer(
    by: int,
    at: datetime,
    name: TaskName,
    object_id: int,
    given: Answer,
    note: str | None = None,
    using: Means = Means(),  # noqa: B008
    photo: CleanFile | None = None,
) -> None:
    """Say what became of one item, and with what it was done: at once, and again while that is allowed.

    Of two people at one task the last answer holds.  Rejected for an item that is not on the
    checklist, for what was not done without a reason, for a solution or a lot that was too old, where
    a photograph is asked for and there is none, and outside the task's times.
    """
    task = _open_task(name, at)
    item = next((item for item in task.items if item.object_id == object_id), None)
    if item is None:
        raise Rejected(Refusal.NOT_OF_TASK)
    if given.result is ItemResult.NOT_DONE and given.reason is None:
        raise Rejected(Refusal.REASON_NEEDED, "reason")
    is_done = given.result is ItemResult.DONE
    checked = _checked(by, task, item, using, at) if is_done else Means()
    record, before = _hold(by, at, task)
    kept = before.get(object_id)
    picture = _pictured(by, at, item, kept, photo) if is_done else None
    values = {
        "result": given.result,
        "reason": given.reason if given.result is ItemResult.NOT_DONE else None,
        "note": (note or None) if given.result is ItemResult.NOT_DONE else None,
        "attachment_id": picture,
        **_columns(checked),
    }
    if kept is not None and all(getattr(kept, name) == value for name, value in values.items()):
        return
    if kept is not None and kept.attachment_id not in (None, picture):
        attachments.remove(kept.attachment_id)
    db.session.execute(
        insert(RecordItem)
        .values(record_id=record.id, object_id=object_id, **values)
        .on_conflict_do_update(index_elements=["record_id", "object_id"], set_=values)
    )
    changes = {"item": item.kind.value, "from": _code(kept), "to": _code(RecordItem(**values))}
    audit.record(by, at, "disinfection.answer", "record", record.id, changes=changes)


def _pictured(
    by: int, at: datetime, item: Item, kept: RecordItem | None, photo: CleanFile | None
) -> int | None:
    """The number of an item's photograph: of this one, or of the one there was."""
    if photo is not None and item.wants_photo:
        return attachments.keep(by, at, photo.type, photo.content, AttachmentState.KEPT).id
    there = kept.attachment_id if kept else None
    if item.wants_photo and there is None:
        raise Rejected(Refusal.PHOTO_NEEDED, "photo", count=1)
    return there


def _columns(using: Means) -> dict[str, int | None]:
    return {
        "batch_id": using.number(SourceKind.BATCH),
        "lot_id": using.number(SourceKind.LOT),
        "device_id": using.number(SourceKind.LAMP),
        "mg_per_l": using.mg_per_l,
        "minutes": using.minutes,
    }


def _checked(by: int, task: Task, item: Item, using: Means, at: datetime) -> Means:
    """With what an item was done, as it is kept: how strong a solution is its batch says.

    Rejected for a batch that was too old when the task opened, for a lot that had expired, for what the
    item is not done with, and where this person has not read the safety rules.
    """
    asked = source_kind_of(item.schedule)
    if using.source is None:
        return using if asked is SourceKind.BATCH else replace(using, mg_per_l=None)
    kind, number = using.source
    if kind is not asked:
        raise Rejected(Refusal.SOURCE_GONE, "source")
    if kind is SourceKind.LAMP:
        lamp = supplies.device(number)
        if lamp is None or lamp.kind is not DeviceKind.LAMP or lamp.retired_on is not None:
            raise Rejected(Refusal.SOURCE_GONE, "source")
        return replace(using, mg_per_l=None)
    batch = supplies.batch(number) if kind is SourceKind.BATCH else None
    lot = supplies.lot(batch.lot_id if batch else number, task.day)
    if lot is None or (batch is None) is (kind is SourceKind.BATCH):
        raise Rejected(Refusal.SOURCE_GONE, "source")
    if batch is None and lot.shelf is Shelf.EXPIRED:
        raise Rejected(Refusal.LOT_EXPIRED, "source")
    if batch is not None and not (batch.mixed_at <= at and is_good(batch.good_until, task.times.opens)):
        raise Rejected(Refusal.BATCH_OLD, "source")
    if supplies.safety_read(by, lot.supply.id) is None:
        raise Rejected(Refusal.SAFETY_UNREAD, "source")
    return replace(using, mg_per_l=batch.mg_per_l if batch else None)


def read_safety(by: int, at: datetime, name: TaskName) -> None:
    """Say to have read the safety rules of all that a task can be done with."""
    supply_service.read_safety(by, at, means.unread(by, means.sources(_open_task(name, at))))


def finish(by: int, at: datetime, name: TaskName) -> bool:
    """Sign a task whose items are all answered.  Rejected while one is open.

    False for who comes second and changes nothing: the first signature and its hour hold.
    """
    task = _open_task(name, at)
    record, before = _hold(by, at, task)
    missing = sum(item.object_id not in before for item in task.items)
    if missing:
        raise Rejected(Refusal.ITEMS_OPEN, count=missing)
    return _sign(by, at, record, answered=0)


def finish_all(by: int, at: datetime, name: TaskName) -> bool:
    """Answer every open item of a task as done with what is proposed for it, and sign it.

    False for who comes second, as in `finish`.
    """
    task = _open_task(name, at)
    record, before = _hold(by, at, task)
    missing = [item for item in task.items if item.object_id not in before]
    if missing:
        if pictures := sum(item.wants_photo for item in missing):
            raise Rejected(Refusal.PHOTO_NEEDED, count=pictures)
        sources = means.sources(task)
        if means.unread(by, sources):
            raise Rejected(Refusal.SAFETY_UNREAD)
        rows = [
            {
                "record_id": record.id,
                "object_id": item.object_id,
                "result": ItemResult.DONE,
                "reason": None,
                "note": None,
                "attachment_id": None,
                **_columns(proposed(item.schedule, sources, at)),
            }
            for item in missing
        ]
        db.session.execute(insert(RecordItem).values(rows))
    return _sign(by, at, record, answered=len(missing))


def _open_task(name: TaskName, at: datetime) -> Task:
    """A task that takes answers, read in this transaction.  Rejected if it is gone or outside its times."""
    task = queries.task(name, at)
    if task is None:
        raise Rejected(Refusal.NOT_OF_TASK)
    reason = task.refusal(at)
    if reason is not None:
        raise Rejected(reason, **limits_of(task))
    return task


def limits_of(task: Task) -> dict[str, Any]:
    """From when and until when a task takes answers: what its refusals name."""
    until = correction_until(task.finished, clock.zone()) if task.finished else task.times.late_until
    return {"opens": task.times.opens, "until": until}


def _hold(by: int, at: datetime, task: Task) -> tuple[Record, dict[int, RecordItem]]:
    """The one record of a task, begun if nobody has, and its items by object; held until the commit."""
    where = {"zone_id": task.zone.id, "day": task.day, "slot": slot_code(task.name.slot)}
    db.session.execute(
        insert(Record)
        .values(**where, state=RecordState.DRAFT, by=by, started=at, finished=None)
        .on_conflict_do_nothing(index_elements=["zone_id", "day", "slot"])
    )
    fresh: dict[str, Any] = {"populate_existing": True}
    record = db.session.scalars(
        sa.select(Record).filter_by(**where).with_for_update().execution_options(**fresh)
    ).one()
    items = db.session.scalars(
        sa.select(RecordItem).where(RecordItem.record_id == record.id).execution_options(**fresh)
    )
    found = {item.object_id: item for item in items}
    if not found and record.state is RecordState.DRAFT:  # an excuse may have begun it
        record.by, record.started = by, at
    return record, found


def _sign(by: int, at: datetime, record: Record, *, answered: int) -> bool:
    if record.state is RecordState.DONE and not answered:
        return False
    if record.state is RecordState.DRAFT:
        record.state, record.finished, record.by = RecordState.DONE, at, by
    audit.record(by, at, "disinfection.finish", "record", record.id, changes={"answered_done": answered})
    return True


def _code(item: RecordItem | None) -> str | None:
    if item is None:
        return None
    return f"{item.result.value}:{item.reason.value}" if item.reason else item.result.value
