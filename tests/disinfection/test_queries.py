"""The day's list, and that the pages and the frames of scores tell the same tale."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, ZONE
from tracker.accounts.queries import identity_of
from tracker.db import db, transaction
from tracker.disinfection import queries, service
from tracker.disinfection.defaults import DEPARTMENTS
from tracker.disinfection.list_queries import day_list, task_counts
from tracker.disinfection.models import Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.queries import TaskName
from tracker.disinfection.rules import Answer, Group, ItemResult, NotDoneReason, TaskState, ZoneType
from tracker.disinfection.zone_service import Owner, create_zone, ship_defaults
from tracker.school.models import CalendarDay, Enrolment
from tracker.school.queries import classes_on
from tracker.school.rules import DayType, Scope

FRIDAY, SUNDAY, SATURDAY = date(2026, 9, 18), date(2026, 9, 20), date(2026, 9, 19)


def who(cast, username, today=TODAY):
    return identity_of(cast.users[username], 0, today)


def listed(found) -> dict[str, list[tuple[str, str, str]]]:
    return {
        group.value: [(task.zone.public_code, task.day.isoformat()[5:], task.code) for task in tasks]
        for group, tasks in found.groups.items()
    }


def test_todays_list_holds_the_own_zones_and_what_is_left_of_the_day_before(app, cast):
    # The day before is a make-up Sunday that stands in for a Friday.
    assert listed(day_list(TODAY, TODAY, NOW, of=who(cast, "ann"))) == {
        "overdue": [("zone0", "09-20", "15:40")],
        "later": [("zone0", "09-21", "15:40")],
    }
    assert listed(day_list(TODAY, TODAY, NOW, of=who(cast, "sam"))) == {
        "overdue": [("zone2", "09-20", "07:30")],
        "now": [("zone2", "09-21", "07:30")],
    }


def test_what_was_done_the_day_before_is_not_on_todays_list(app, cast):
    with transaction():
        service.finish_all(cast.users["sam"], NOW, TaskName("zone2", SUNDAY, time(7, 30)))
        service.finish_all(cast.users["sam"], NOW, TaskName("zone2", TODAY, time(7, 30)))
    found = day_list(TODAY, TODAY, NOW, of=who(cast, "sam"))
    assert listed(found) == {"done": [("zone2", "09-21", "07:30")]}
    assert listed(day_list(SUNDAY, TODAY, NOW, of=who(cast, "sam"))) == {
        "done": [("zone2", "09-20", "07:30")]
    }


@pytest.mark.parametrize(
    "day, before, after, is_school_day, groups",
    [
        (FRIDAY, date(2026, 9, 17), SUNDAY, True, {"missed"}),
        (SATURDAY, FRIDAY, SUNDAY, False, set()),
        (TODAY, SUNDAY, date(2026, 9, 22), True, {"overdue", "now", "later"}),
        (date(2026, 9, 1), None, date(2026, 9, 2), True, {"missed"}),
        (date(2026, 8, 1), None, date(2026, 9, 1), False, set()),
    ],
)
def test_a_day_knows_its_neighbours(app, cast, day, before, after, is_school_day, groups):
    found = day_list(day, TODAY, NOW)
    assert (found.before, found.after, found.is_school_day) == (before, after, is_school_day)
    assert {group.value for group in found.groups} == groups


def test_on_a_saturday_fridays_task_can_still_be_done(app, cast):
    now = datetime(2026, 9, 19, 10, 0, tzinfo=ZONE)
    found = day_list(SATURDAY, SATURDAY, now, of=who(cast, "ann"))
    assert listed(found) == {"now": [("zone0", "09-18", "15:40")]}  # on time until Sunday 07:40


def test_nobody_without_a_class_or_department_has_tasks(app, cast):
    assert not day_list(TODAY, TODAY, NOW, of=who(cast, "stranger")).groups


def test_the_list_costs_the_same_for_three_zones_and_for_many(app, cast, statements):
    def cost() -> int:
        with statements() as done:
            found = day_list(TODAY, TODAY, NOW)
            assert [task.zone.name for tasks in found.groups.values() for task in tasks]
        return len(done)

    few = cost()
    with transaction():
        for number in range(20):
            create_zone(
                cast.users["lou"],
                NOW,
                SUNDAY,
                type=ZoneType.TOILET,
                name=f"Toilets {number}",
                floor=1,
                owner=Owner(department_id=cast.department),
            )
    assert cost() == few == 4


def test_a_zone_belongs_to_whoever_keeps_it_that_day(app, cast):
    db.session.add(ZoneOwner(zone_id=cast.zones["corridor"], valid_from=TODAY, class_id=cast.classes["3-1"]))
    db.session.commit()
    assert listed(day_list(TODAY, TODAY, NOW, of=who(cast, "ann")))["now"] == [("zone2", "09-21", "07:30")]
    # What is left of the day before stays with the department.
    assert listed(day_list(TODAY, TODAY, NOW, of=who(cast, "sam"))) == {
        "overdue": [("zone2", "09-20", "07:30")]
    }


def test_a_suspended_class_has_no_tasks_and_the_others_have(app, cast):
    db.session.add(
        CalendarDay(
            day=TODAY,
            scope=Scope.CLASS,
            scope_id=cast.classes["3-1"],
            day_type=DayType.SUSPENDED,
            source="tests",
        )
    )
    db.session.commit()
    codes = {
        task.zone.public_code
        for tasks in day_list(TODAY, TODAY, NOW).groups.values()
        for task in tasks
        if task.day == TODAY
    }
    assert codes == {"zone1", "zone2"}


def test_a_class_without_students_is_asked_for_nothing(app, cast):
    db.session.execute(
        sa.update(Enrolment).where(Enrolment.class_id == cast.classes["3-1"]).values(ends=FRIDAY)
    )
    db.session.commit()
    assert not day_list(TODAY, TODAY, NOW, of=who(cast, "ann")).groups


def test_the_home_page_counts_own_tasks_and_for_logistics_all(app, cast):
    counts = {name: task_counts(who(cast, name), NOW, TODAY) for name in ("ann", "sam", "nora", "lou")}
    assert {name: (one.due, one.overdue, one.soon, one.done) for name, one in counts.items()} == {
        "ann": (1, 1, 1, 0),
        "sam": (2, 1, 0, 0),
        "nora": (4, 3, 2, 0),
        "lou": (4, 3, 2, 0),
    }


def test_pages_and_frames_tell_the_same_of_every_task(app, cast):
    from tracker.disinfection.frames import tasks_frame

    db.session.add_all(
        [
            CalendarDay(
                day=date(2026, 9, 17),
                scope=Scope.CLASS,
                scope_id=cast.classes["3-1"],
                day_type=DayType.SUSPENDED,
                source="tests",
            ),
            ZoneOwner(zone_id=cast.zones["corridor"], valid_from=FRIDAY, class_id=cast.classes["4-2"]),
        ]
    )
    db.session.commit()
    floor, handles = (
        item.object_id for item in queries.task(TaskName("zone0", SUNDAY, time(15, 40)), NOW).items
    )
    ann, sam = cast.users["ann"], cast.users["sam"]
    evening = timedelta(hours=8)
    with transaction():
        service.finish_all(sam, NOW - timedelta(days=3), TaskName("zone2", FRIDAY, time(7, 30)))
        late = TaskName("zone0", SUNDAY, time(15, 40))
        service.answer(ann, NOW, late, floor, Answer(ItemResult.NOT_DONE, NotDoneReason.NO_AGENT))
        service.answer(ann, NOW, late, handles, Answer(ItemResult.NOT_APPLICABLE))
        service.finish(ann, NOW, late)
        service.answer(
            ann, NOW + evening, TaskName("zone0", TODAY, time(15, 40)), floor, Answer(ItemResult.DONE)
        )

    day, of_pages = date(2026, 9, 16), {}
    while day <= TODAY:
        for task in queries.tasks([day], NOW + evening, queries.around(day)):
            finished = task.recorded.finished if task.recorded else None
            out = task.outcome
            of_pages[task.zone.id, day, task.code] = (
                task.times.on_time_until,
                task.times.late_until,
                finished,
                out.applicable,
                out.done,
                out.not_done,
                out.not_done_excused,
            )
        day += timedelta(days=1)
    of_frames = {
        (row.zone_id, row.on.date(), row.slot): (
            row.due,
            row.late_until,
            None if row.finished is None or row.finished != row.finished else row.finished,
            row.applicable,
            row.done,
            row.not_done,
            row.not_done_excused,
        )
        for row in tasks_frame(date(2026, 9, 16), TODAY).itertuples(index=False)
    }
    assert of_pages == of_frames
    assert len(of_pages) == 5 * 3 - 1
    excused = queries.task(TaskName("zone0", SUNDAY, time(15, 40)), NOW)
    assert excused.outcome.state is TaskState.EXCUSED


def test_a_school_with_the_usual_zones_has_its_tasks_at_once(app):
    with transaction():
        for table in (Schedule, ZoneObject, ZoneOwner, Zone):
            db.session.execute(sa.delete(table))
        shipped = ship_defaults(None, NOW, TODAY, classes=classes_on(TODAY), language="en")
    assert shipped.zones == 2 + sum(len(one.zones) for one in DEPARTMENTS)
    found = day_list(TODAY, TODAY, NOW)
    assert set(found.groups) == {Group.NOW, Group.LATER}
    # A Monday: no office, special or observation room, and the rota of neither class.
    of_classes = [task for tasks in found.groups.values() for task in tasks if task.class_id]
    assert {(task.code, len(task.items)) for task in of_classes} == {("07:30", 1), ("15:40", 1)}
    kinds = {task.zone.type.value for tasks in found.groups.values() for task in tasks}
    assert kinds == {"classroom", "corridor", "toilet", "water", "canteen", "gate", "nurse_room", "waste"}
