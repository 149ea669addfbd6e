"""What was disinfected, aired and cleaned: every task the schedules asked for, with uneven diligence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from tracker import clock
from tracker.disinfection.rules import ItemResult, NotDoneReason, RecordState, on_time_until, slot_code

AIRING_LEAST = timedelta(minutes=32)
REASONS = (
    (NotDoneReason.NO_AGENT, 3),
    (NotDoneReason.SHORT_OF_HANDS, 3),
    (NotDoneReason.STUDENTS_PRESENT, 2),
    (NotDoneReason.FORGOTTEN, 2),
    (NotDoneReason.ROOM_IN_USE, 1),
    (NotDoneReason.TOOL_BROKEN, 1),
)


@dataclass(frozen=True)
class Item:
    """One object of a zone, and when it is done."""

    object_id: int
    weekdays: Sequence[int]
    until: time
    next_day_until: time | None
    is_aired: bool


@dataclass
class Slot:
    """The objects of one zone that are done at one hour: a task, on the days that ask for any of them."""

    zone_id: int
    starts: time
    keepers: Sequence[int]
    """Who records it, in turn."""
    diligence: float
    """The share done on time."""
    busy: bool = True
    """Whether somebody is at it early on the demo's morning."""
    items: list[Item] = field(default_factory=list)


def records(
    random: Random,
    slots: Sequence[Slot],
    days: Sequence[date],
    weekdays: Mapping[date, int],
    now: datetime,
) -> list[tuple[dict[str, object], list[dict[str, object]]]]:
    """The records of all tasks of the days, each with its items, as rows; nothing after `now`."""
    found = []
    for day, following in zip(days, [*days[1:], None], strict=True):
        for slot in slots:
            items = [item for item in slot.items if weekdays[day] in item.weekdays]
            times = _times(random, slot, items, day, following, now) if items else None
            if times and times[1] <= now:
                record = {
                    "zone_id": slot.zone_id,
                    "day": day,
                    "slot": slot_code(slot.starts),
                    "state": RecordState.DONE,
                    "by": slot.keepers[day.toordinal() % len(slot.keepers)],
                    "started": times[0],
                    "finished": times[1],
                }
                found.append((record, _answers(random, slot, items)))
    return found


def _times(
    random: Random, slot: Slot, items: Sequence[Item], day: date, following: date | None, now: datetime
) -> tuple[datetime, datetime] | None:
    """When a task was begun and finished; None: it was not done."""
    luck = random.random()
    begins = clock.at(day, slot.starts)
    takes = AIRING_LEAST if any(item.is_aired for item in items) else timedelta(minutes=random.randint(9, 22))
    # In the afternoon nobody waits for the grace of the next morning.
    due = min(clock.at(day, item.until) for item in items)
    if luck < slot.diligence:
        spare = (due - begins - takes) * random.triangular(0.02, 0.9, 0.25)
        started = begins + timedelta(seconds=spare // timedelta(seconds=1))
        if day == clock.local(now).date() and slot.busy:
            started = min(started, now - takes - timedelta(minutes=1))
        return max(started, begins), max(started, begins) + takes
    if luck > slot.diligence + (1 - slot.diligence) * 0.6 or following is None:
        return None
    zone = clock.zone()
    missed = max(on_time_until(day, item.until, item.next_day_until, following, zone) for item in items)
    finished = missed + timedelta(seconds=random.randint(300, 4 * 3600))
    return finished - takes, finished


def _answers(random: Random, slot: Slot, items: Sequence[Item]) -> list[dict[str, object]]:
    """One row for each item; now and then one was not done, for a reason."""
    skipped = random.choice(items) if random.random() > slot.diligence + 0.02 and len(items) > 1 else None
    kinds, weights = zip(*REASONS, strict=True)
    return [
        {
            "object_id": item.object_id,
            "result": ItemResult.NOT_DONE if item is skipped else ItemResult.DONE,
            "reason": random.choices(kinds, weights)[0] if item is skipped else None,
            "note": None,
        }
        for item in items
    ]
