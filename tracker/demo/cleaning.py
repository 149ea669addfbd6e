"""What was disinfected, aired and cleaned: every task the schedules asked for, with uneven diligence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from tracker import clock
from tracker.demo.store import Store
from tracker.disinfection.models import Schedule
from tracker.disinfection.rules import ItemResult, Method, NotDoneReason, RecordState, slot_code
from tracker.school.rules import ExcuseCode

REASONS = (
    *[NotDoneReason.NO_AGENT, NotDoneReason.SHORT_OF_HANDS] * 3,
    *[NotDoneReason.STUDENTS_PRESENT, NotDoneReason.FORGOTTEN] * 2,
    NotDoneReason.ROOM_IN_USE,
    NotDoneReason.TOOL_BROKEN,
)


@dataclass(frozen=True)
class Slot:
    """The objects of a zone that are done at one hour: a task on the days that ask for any of them."""

    zone_id: int
    starts: time
    asked: Mapping[date, Sequence[Schedule]]
    """What is asked for, by day."""
    keepers: Sequence[int]
    """Who records it, in turn."""
    diligence: float
    """The share done on time."""
    is_early: bool = False
    """Whether it is begun as soon as it can be on the demo's morning."""
    is_behind: bool = False
    """Whether the last task before the demo's day was left undone."""


def records(
    random: Random, slots: Sequence[Slot], days: Sequence[date], now: datetime, store: Store
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The records of the tasks of all days, each with its items, as rows; nothing after `now`.

    `days` are the school days; what is asked for on others is recorded too.
    """
    *_, eve, last = days
    every = sorted({*days, *(day for slot in slots for day in slot.asked)})
    for number, day in enumerate(every):
        following = next((one for one in days if one > day), None)
        for slot in slots:
            asked = slot.asked.get(day)
            if not asked or (slot.is_behind and day == eve):
                continue
            times = _times(random, slot, asked, day, following, early=slot.is_early and day == last)
            if times and times[1] <= now:
                record = {
                    "zone_id": slot.zone_id,
                    "day": day,
                    "slot": slot_code(slot.starts),
                    "state": RecordState.DONE,
                    "by": slot.keepers[number % len(slot.keepers)],
                    "started": times[0],
                    "finished": times[1],
                    "excuse": None,
                    "excused_by": None,
                }
                yield record, _answers(random, slot, asked, day, store)


def _times(
    random: Random, slot: Slot, asked: Sequence[Schedule], day: date, following: date | None, *, early: bool
) -> tuple[datetime, datetime] | None:
    """When a task was begun and finished; None: it was not done."""
    luck = random.random()
    airs = any(one.method is Method.AIRING for one in asked)
    takes = timedelta(minutes=32 if airs else random.randint(9, 22), seconds=random.randrange(60))
    begins = clock.at(day, slot.starts)
    if luck < slot.diligence or early:
        spare = clock.at(day, min(one.until for one in asked)) - begins - takes
        share = 0.0 if early else random.triangular(0.02, 0.9, 0.25)
        begins += timedelta(seconds=round(spare.total_seconds() * share))
        return begins, begins + takes
    if luck < slot.diligence + (1 - slot.diligence) * 0.6 and following is not None:
        begins = clock.at(following, time(8)) + timedelta(seconds=random.randrange(3 * 3600))
        return begins, begins + takes
    return None


def _answers(
    random: Random, slot: Slot, asked: Sequence[Schedule], day: date, store: Store
) -> list[dict[str, Any]]:
    """One row for each item; now and then one was not done, for a reason."""
    skipped = random.choice(asked) if random.random() < (1 - slot.diligence) * 0.5 else None
    return [
        {
            "object_id": one.object_id,
            "result": ItemResult.NOT_DONE if one is skipped else ItemResult.DONE,
            "reason": random.choice(REASONS) if one is skipped else None,
            "note": None,
            **store.means(one, day, is_done=one is not skipped),
        }
        for one in asked
    ]


GIVEN_BACK, EXCUSED = "窗台有积灰，请重新擦拭。", ExcuseCode.SUPPLY


def verdicts(
    random: Random, records: Sequence[dict[str, Any]], days: Sequence[date], now: datetime, by: int
) -> list[dict[str, Any]]:
    """What the head of logistics said of the last days: most was taken, one given back, one excused.

    The rows of the verdicts; what was given back or excused is changed in `records`.
    """
    *_, eve, last = days
    at = clock.at(last, time(7, 50))
    recent = [one for one in records if one["day"] in days[-5:] and one["finished"] < at and one["by"] != by]
    looked_at = random.sample(recent, len(recent) // 2)
    back = next((one for one in looked_at if one["day"] == eve), None)
    late = next((one for one in recent if one not in looked_at and one["finished"].date() > one["day"]), None)
    if late is not None:
        late.update(excuse=EXCUSED, excused_by=by)
    rows = [
        {
            "record_id": one["id"], "no": 1, "finished": one["finished"], "accepted": one is not back,
            "reason": GIVEN_BACK if one is back else None, "by": by, "at": at,
            "redo_until": clock.at(last + timedelta(days=1), time()) if one is back else None,
        }
        for one in looked_at
    ]  # fmt: skip
    if back is not None:
        back.update(state=RecordState.DRAFT, finished=None)
    return rows
