"""The day's list: what is to be done, by where it stands, and for whom.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from tracker import clock
from tracker.accounts.rules import Identity
from tracker.disinfection.day_queries import around
from tracker.disinfection.queries import Task, does, tasks
from tracker.disinfection.rules import DONE_STATES, OPEN_STATES, Group, TaskState
from tracker.permissions import Permission, permits


@dataclass(frozen=True)
class DayList:
    """The tasks of a day by where they stand; of today with those of the day before that are still open,
    and those of the next that are done on its eve."""

    day: date
    before: date | None
    after: date | None
    is_school_day: bool
    groups: dict[Group, list[Task]]
    """In the order of the page; a group without a task is left out."""


def day_list(
    day: date,
    today: date,
    now: datetime,
    *,
    of: Identity | None = None,
    public_code: str | None = None,
) -> DayList:
    """What is to be done on a day, in a person's own zones, in one, or in all.  Four statements."""
    calendar = around(day)
    days = calendar.still_open() if day == today else [day]
    if day == today and calendar.after and calendar.is_prepared(calendar.after):
        days.append(calendar.after)
    found = [
        task
        for task in tasks(days, now, calendar, of=of, public_code=public_code)
        if task.day == day or task.outcome.state in OPEN_STATES or _is_eve(task, day)
    ]
    groups = {group: [task for task in found if task.group is group] for group in Group}
    groups[Group.DONE].sort(key=lambda task: task.outcome.state is TaskState.VERIFIED)
    for group in (Group.OVERDUE, Group.NOW):
        groups[group].sort(key=_as_walked)
    return DayList(
        day=day,
        before=calendar.before,
        after=calendar.after,
        is_school_day=calendar.weekday(day) is not None,
        groups={group: members for group, members in groups.items() if members},
    )


def _is_eve(task: Task, day: date) -> bool:
    """Whether a task of a later day is done on this one."""
    return task.day > day and clock.local(task.times.opens).date() <= day


def excusable(day: date, now: datetime, who: Identity) -> list[Task]:
    """What is not done on a day and may be excused by a person, who has not to do it: as one walks."""
    found = [
        task
        for task in tasks([day], now, around(day))
        if task.outcome.state not in DONE_STATES | {TaskState.EXCUSED} and not does(who, task.done_by)
    ]
    return sorted(found, key=_as_walked)


def _as_walked(task: Task) -> tuple[int, int, date, time]:
    return task.zone.walk_order, task.zone.id, task.day, task.name.slot


def awaits_verdict(task: Task) -> bool:
    """Whether a task is done and nobody has verified it."""
    return task.outcome.state in DONE_STATES - {TaskState.VERIFIED}


def count_to_verify(who: Identity, found: DayList) -> int:
    """How many tasks of a list wait for somebody to verify them, if this person may."""
    may = permits(who, Permission.TASK_VERIFY)
    return sum(awaits_verdict(task) for task in found.groups.get(Group.DONE, ())) if may else 0


def keeps_zones(who: Identity) -> bool:
    """Whether a person is assigned to a class or a department, whose zones are then the own ones."""
    return bool(who.classes or who.departments)


def sees_all(who: Identity) -> bool:
    """Whether a person may look at every zone's tasks: what may be read without being about anything."""
    return permits(who, Permission.TASK_READ)


@dataclass(frozen=True)
class TaskCounts:
    """How many of today's tasks stand where."""

    due: int
    """To be done now; `overdue` of them are past their time."""
    overdue: int
    soon: int
    done: int
    to_verify: int
    """Of those that are done, by a person who may: nobody has looked at them."""
    own: Sequence[Task]
    """Those of a person's own zones that are to be done now, in the order of walking."""


def task_counts(who: Identity, now: datetime, today: date) -> TaskCounts:
    """How today's tasks stand: those of the own zones, else of all for who may see all of them."""
    whole = sees_all(who) and not keeps_zones(who)
    found = day_list(today, today, now, of=None if whole else who)
    groups = found.groups
    number = {group: len(groups.get(group, ())) for group in Group}
    return TaskCounts(
        due=number[Group.OVERDUE] + number[Group.NOW],
        overdue=number[Group.OVERDUE],
        soon=number[Group.LATER],
        done=number[Group.DONE],
        to_verify=count_to_verify(who, found) if whole else 0,
        own=()
        if whole
        else sorted((*groups.get(Group.OVERDUE, ()), *groups.get(Group.NOW, ())), key=_as_walked),
    )
