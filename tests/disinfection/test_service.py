"""Answering a checklist and signing it, on the real databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests.cast import TODAY, ZONE, count
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.disinfection import queries, service
from tracker.disinfection.models import Record, RecordItem, Schedule
from tracker.disinfection.queries import TaskName
from tracker.disinfection.rules import (
    Answer,
    ItemResult,
    NotDoneReason,
    RecordState,
    Refusal,
    TaskState,
    ZoneType,
)
from tracker.disinfection.zone_service import Owner, create_zone
from tracker.errors import Rejected

CORRIDOR = TaskName("zone2", TODAY, time(7, 30))
ROOM = TaskName("zone0", TODAY, time(15, 40))
NINE = datetime(2026, 9, 21, 9, 0, tzinfo=ZONE)
DONE = Answer(ItemResult.DONE)
FORGOTTEN = Answer(ItemResult.NOT_DONE, NotDoneReason.FORGOTTEN)


def items_of(name: TaskName, at: datetime = NINE) -> list[int]:
    return [item.object_id for item in queries.task(name, at).items]


def answered(name: TaskName) -> list[tuple[str, str | None]]:
    rows = db.session.execute(sa.select(RecordItem.result, RecordItem.reason).order_by(RecordItem.object_id))
    return [(row.result.value, row.reason and row.reason.value) for row in rows]


def do(verb, *args, **more):
    with transaction():
        return verb(*args, **more)


def trail() -> list[tuple[str, object]]:
    rows = db.session.scalars(sa.select(Trail).where(Trail.deed.like("disinfection.%")).order_by(Trail.id))
    return [(row.deed, row.changes) for row in rows]


def test_items_are_answered_one_by_one_and_the_task_is_signed(either_app):
    _, cast = either_app
    sam = cast.users["sam"]
    floor, handles = items_of(CORRIDOR)
    do(service.answer, sam, NINE, CORRIDOR, floor, DONE)
    do(service.answer, sam, NINE, CORRIDOR, handles, FORGOTTEN, "no time")
    task = queries.task(CORRIDOR, NINE)
    assert task.outcome.state is TaskState.DUE and not task.open_items
    do(service.finish, sam, NINE + timedelta(minutes=1), CORRIDOR)
    task = queries.task(CORRIDOR, NINE)
    assert (task.outcome.state, task.outcome.done, task.outcome.not_done) == (TaskState.DONE, 1, 1)
    assert (task.recorded.by, task.recorded.finished) == ("Sam Cleaner", NINE + timedelta(minutes=1))
    assert trail() == [
        ("disinfection.answer", {"item": "floor", "from": None, "to": "done"}),
        ("disinfection.answer", {"item": "handles", "from": None, "to": "not_done:forgotten"}),
        ("disinfection.finish", {"answered_done": 0}),
    ]


def test_all_done_answers_what_is_open_and_signs(either_app):
    _, cast = either_app
    floor, _handles = items_of(CORRIDOR)
    do(service.answer, cast.users["sam"], NINE, CORRIDOR, floor, FORGOTTEN)
    do(service.finish_all, cast.users["sam"], NINE, CORRIDOR)
    assert answered(CORRIDOR) == [("not_done", "forgotten"), ("done", None)]
    assert db.session.scalars(sa.select(Record)).one().state is RecordState.DONE


def test_a_task_with_open_items_is_not_signed(either_app):
    _, cast = either_app
    floor, _handles = items_of(CORRIDOR)
    do(service.answer, cast.users["sam"], NINE, CORRIDOR, floor, DONE)
    with pytest.raises(Rejected) as no:
        do(service.finish, cast.users["sam"], NINE, CORRIDOR)
    assert (no.value.reason, no.value.details) == (Refusal.ITEMS_OPEN, {"count": 1})
    assert db.session.scalars(sa.select(Record)).one().state is RecordState.DRAFT


def test_what_was_not_done_needs_a_reason_and_only_that_has_one(app, cast):
    sam = cast.users["sam"]
    floor, handles = items_of(CORRIDOR)
    with pytest.raises(Rejected) as no:
        do(service.answer, sam, NINE, CORRIDOR, floor, Answer(ItemResult.NOT_DONE))
    assert (no.value.reason, no.value.field) == (Refusal.REASON_NEEDED, "reason")
    assert count(Record) == count(RecordItem) == 0
    do(service.answer, sam, NINE, CORRIDOR, handles, Answer(ItemResult.DONE, NotDoneReason.OTHER), "a note")
    kept = db.session.scalars(sa.select(RecordItem)).one()
    assert (kept.result, kept.reason, kept.note) == (ItemResult.DONE, None, None)


@pytest.mark.parametrize(
    "name, at, reason",
    [
        (ROOM, datetime(2026, 9, 21, 15, 39, tzinfo=ZONE), Refusal.NOT_OPEN),
        (ROOM, datetime(2026, 9, 23, 0, 1, tzinfo=ZONE), Refusal.MISSED),
        (TaskName("zone0", TODAY, time(16, 0)), NINE, Refusal.NOT_OF_TASK),
        (TaskName("nowhere", TODAY, time(15, 40)), NINE, Refusal.NOT_OF_TASK),
        (TaskName("zone2", date(2026, 9, 19), time(7, 30)), NINE, Refusal.NOT_OF_TASK),  # a Saturday off
    ],
)
def test_outside_its_times_a_task_is_refused_and_nothing_is_kept(app, cast, name, at, reason):
    for verb in (service.finish, service.finish_all):
        with pytest.raises(Rejected) as no:
            do(verb, cast.users["ann"], at, name)
        assert no.value.reason is reason
    assert count(Record) == 0 and trail() == []


def test_an_object_of_another_zone_is_refused(app, cast):
    strange = items_of(ROOM, datetime(2026, 9, 21, 16, 0, tzinfo=ZONE))[0]
    with pytest.raises(Rejected) as no:
        do(service.answer, cast.users["sam"], NINE, CORRIDOR, strange, DONE)
    assert no.value.reason is Refusal.NOT_OF_TASK
    assert count(Record) == 0


@pytest.mark.parametrize(
    "at, state",
    [
        (datetime(2026, 9, 21, 16, 0, tzinfo=ZONE), TaskState.DONE),
        (datetime(2026, 9, 22, 7, 40, tzinfo=ZONE), TaskState.DONE),  # the grace of the next school day
        (datetime(2026, 9, 22, 7, 41, tzinfo=ZONE), TaskState.LATE),
        (datetime(2026, 9, 22, 23, 59, tzinfo=ZONE), TaskState.LATE),
    ],
)
def test_a_classroom_done_on_time_or_late(app, cast, at, state):
    do(service.finish_all, cast.users["ann"], at, ROOM)
    assert queries.task(ROOM, at).outcome.state is state


def test_an_answer_that_changes_nothing_leaves_no_trace(app, cast):
    floor, _handles = items_of(CORRIDOR)
    for _ in range(2):
        do(service.answer, cast.users["sam"], NINE, CORRIDOR, floor, DONE)
    assert len(trail()) == 1


def test_a_correction_keeps_the_hour_of_the_signature_and_is_on_the_trail(either_app):
    _, cast = either_app
    floor, handles = items_of(CORRIDOR)
    do(service.finish_all, cast.users["sam"], NINE, CORRIDOR)
    next_day = datetime(2026, 9, 22, 23, 0, tzinfo=ZONE)
    do(service.answer, cast.users["sam"], next_day, CORRIDOR, floor, FORGOTTEN)
    task = queries.task(CORRIDOR, next_day)
    assert task.recorded.finished == NINE
    assert (task.outcome.state, task.outcome.not_done) == (TaskState.DONE, 1)
    assert trail()[-1] == (
        "disinfection.answer",
        {"item": "floor", "from": "done", "to": "not_done:forgotten"},
    )
    with pytest.raises(Rejected) as no:
        do(service.answer, cast.users["sam"], next_day + timedelta(hours=2), CORRIDOR, handles, FORGOTTEN)
    assert no.value.reason is Refusal.CORRECTION_OVER


def test_who_signs_second_changes_nothing(either_app):
    _, cast = either_app
    do(service.finish_all, cast.users["sam"], NINE, CORRIDOR)
    do(service.finish_all, cast.users["nora"], NINE + timedelta(minutes=5), CORRIDOR)
    do(service.finish, cast.users["nora"], NINE + timedelta(minutes=6), CORRIDOR)
    task = queries.task(CORRIDOR, NINE)
    assert (task.recorded.by, task.recorded.finished) == ("Sam Cleaner", NINE)
    assert [deed for deed, _ in trail()] == ["disinfection.finish"]


def test_two_people_at_once_meet_in_one_record(either_app):
    app, cast = either_app
    floor, handles = items_of(CORRIDOR)
    db.session.remove()
    start = Barrier(4)

    def at_once(deed):
        with app.app_context():
            start.wait()
            do(*deed)
            db.session.remove()

    sam, nora = cast.users["sam"], cast.users["nora"]
    deeds = [
        (service.answer, sam, NINE, CORRIDOR, floor, DONE),
        (service.answer, nora, NINE, CORRIDOR, handles, DONE),
        (service.finish_all, sam, NINE, CORRIDOR),
        (service.finish_all, nora, NINE, CORRIDOR),
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(at_once, deeds))
    assert (count(Record), count(RecordItem)) == (1, 2)
    assert queries.task(CORRIDOR, NINE).outcome.state is TaskState.DONE
    assert [deed for deed, _ in trail()].count("disinfection.finish") == 1


def test_signing_costs_the_same_however_long_the_checklist(app, cast, statements):
    spent = {}
    for kind, slot, items in ((ZoneType.WATER, time(8, 40), 2), (ZoneType.TOILET, time(8, 40), 4)):
        owner = Owner(department_id=cast.department)
        code = do(create_zone, cast.users["lou"], NINE, TODAY, type=kind, name="Place", floor=1, owner=owner)
        name = TaskName(code, TODAY, slot)
        assert len(items_of(name)) == items
        with statements() as done:
            do(service.finish_all, cast.users["sam"], NINE, name)
        spent[items] = len(done)
    assert spent[2] == spent[4] <= 11


def test_a_schedule_that_was_switched_off_asks_for_nothing_from_its_day_on(app, cast):
    for object_id in items_of(CORRIDOR):
        old = db.session.get(Schedule, (object_id, "routine", time(7, 30), date(2026, 9, 1)))
        values = {column.key: getattr(old, column.key) for column in sa.inspect(Schedule).column_attrs}
        db.session.add(Schedule(**{**values, "valid_from": TODAY, "active": False}))
    db.session.commit()
    assert queries.task(CORRIDOR, NINE) is None
    assert queries.task(TaskName("zone2", date(2026, 9, 18), time(7, 30)), NINE) is not None
