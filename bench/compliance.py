"""What it takes to read a month of disinfection into a frame and to tell its tasks apart.

    python -m bench.compliance

150 zones, 23 school days, three slots a day: 10,350 tasks, all recorded, every other one verified.
"""

import tempfile
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as hour
from pathlib import Path

import sqlalchemy as sa

from tests import cast
from tests.cast import NOW, TERM, ZONE
from tracker import clock, create_app, schema
from tracker.db import db
from tracker.disinfection.models import (
    Record,
    RecordItem,
    Schedule,
    Verification,
    Zone,
    ZoneObject,
    ZoneOwner,
)
from tracker.disinfection.rules import (
    Agent,
    ItemResult,
    Method,
    ObjectKind,
    RecordState,
    TaskState,
    ZoneType,
    slot_code,
)
from tracker.school.queries import school_days

BOUND = 0.15
SLOTS = (hour(7), hour(11), hour(15))


@dataclass(frozen=True)
class Found:
    """The best of some seconds, and how many tasks of the new zones stood in which state."""

    seconds: float
    states: dict[str, int]


def measure(folder: Path, *, zones: int = 150, days: int = 23, rounds: int = 5) -> Found:
    """Lay the zones beside those of the tests' school, and read their month."""
    app = create_app({"DATA_DIR": str(folder), "DATABASE_URL": "", "TIMEZONE": "Asia/Shanghai"})
    now = NOW + timedelta(days=60)
    clock.freeze(now)
    try:
        with app.app_context():
            schema.upgrade()
            school = cast.furnish()
            on = school_days(*TERM)[:days]
            laid = _lay(school.department, zones)
            _record(on, laid)
            db.session.commit()
            return _read(on, laid, now, rounds)
    finally:
        clock.freeze(None)


def _lay(department: int, zones: int) -> dict[int, int]:
    """Zones with one object done three times a day; the object of each zone."""
    found = {}
    for number in range(zones):
        zone = Zone(
            public_code=f"b{number}", type=ZoneType.TOILET, name=f"Place {number}", floor=1, walk_order=number
        )
        db.session.add(zone)
        db.session.flush()
        thing = ZoneObject(zone_id=zone.id, kind=ObjectKind.FLOOR)
        db.session.add_all([thing, ZoneOwner(zone_id=zone.id, valid_from=TERM[0], department_id=department)])
        db.session.flush()
        db.session.add_all(
            Schedule(
                object_id=thing.id, level="routine", slot=slot, valid_from=TERM[0],
                weekdays=[1, 2, 3, 4, 5, 6, 7],
                until=slot.replace(hour=slot.hour + 2), method=Method.MOP, agent=Agent.CHLORINE,
                mg_per_l=500, minutes=30, active=True,
            )
            for slot in SLOTS
        )  # fmt: skip
        found[zone.id] = thing.id
    return found


def _record(days: list[date], laid: dict[int, int]) -> None:
    tasks = [(zone, thing, day, slot) for day in days for zone, thing in laid.items() for slot in SLOTS]
    records, items = [], []
    for number, (zone, thing, day, slot) in enumerate(tasks, 1):
        at = datetime.combine(day, slot, ZONE) + timedelta(minutes=30)
        records.append(
            {
                "id": number, "zone_id": zone, "day": day, "slot": slot_code(slot), "state": RecordState.DONE,
                "by": 1, "started": at, "finished": at,
            }
        )  # fmt: skip
        items.append({"record_id": number, "object_id": thing, "result": ItemResult.DONE})
    verdicts = [
        {
            "record_id": one["id"], "no": 1, "finished": one["finished"], "accepted": True, "by": 2,
            "at": NOW,
        }
        for one in records[::2]
    ]  # fmt: skip
    for model, rows in ((Record, records), (RecordItem, items), (Verification, verdicts)):
        db.session.execute(sa.insert(model), rows)


def _read(days: list[date], laid: dict[int, int], now: datetime, rounds: int) -> Found:
    from tracker.disinfection.frames import tasks_frame
    from tracker.disinfection.outcome_frames import outcomes

    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        frame = outcomes(tasks_frame(days[0], days[-1]), now)
        best = min(best, time.perf_counter() - began)
    counts = frame[frame["zone_id"].isin(list(laid))]["state"].value_counts()
    return Found(
        best, {str(state): int(counts.get(state, 0)) for state in (TaskState.DONE, TaskState.VERIFIED)}
    )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    print(
        f"{sum(found.states.values())} tasks in {found.seconds * 1000:.0f} ms (bound {BOUND * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    main()
