"""What it takes to read a month of disinfection into a frame and to tell its tasks apart.

    python -m bench.compliance

150 zones, 23 school days, three slots a day: 10,350 tasks, all recorded, every other one verified; then
twice and four times as many zones, to see that time grows with them.  The floor, in the same run, is
`sqlite3` alone reading the same records into a bare frame.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
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
    """The best of some seconds, the floor's too, and how many tasks of the new zones stood in which state."""

    seconds: float
    floor: float
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


FLOOR = """
    SELECT record.zone_id, record.day, record.slot, record.finished, record_item.object_id,
        record_item.result, record_item.reason, verification.accepted
    FROM record JOIN record_item ON record_item.record_id = record.id
        LEFT JOIN verification ON verification.record_id = record.id
    WHERE record.day BETWEEN ? AND ?
"""


def _read(days: list[date], laid: dict[int, int], now: datetime, rounds: int) -> Found:
    import pandas as pd

    from tracker.disinfection.frames import tasks_frame
    from tracker.disinfection.outcome_frames import outcomes

    def floor() -> None:
        with closing(sqlite3.connect(str(db.engine.url.database))) as database:
            pd.DataFrame(database.execute(FLOOR, (days[0].isoformat(), days[-1].isoformat())).fetchall())

    frame = outcomes(tasks_frame(days[0], days[-1]), now)
    best = _best(rounds, lambda: outcomes(tasks_frame(days[0], days[-1]), now))
    counts = frame[frame["zone_id"].isin(list(laid))]["state"].value_counts()
    return Found(
        best,
        _best(rounds, floor),
        {str(state): int(counts.get(state, 0)) for state in (TaskState.DONE, TaskState.VERIFIED)},
    )


def _best(rounds: int, deed: Callable[[], object]) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        deed()
        took.append(time.perf_counter() - began)
    return min(took)


def main() -> None:
    """Measure and print."""
    print(f"zones  tasks   frame   floor ratio  (bound at 150: {BOUND * 1000:.0f} ms)")
    for zones in (150, 300, 600):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            found = measure(Path(folder), zones=zones)
        tasks, ms, floor = sum(found.states.values()), found.seconds * 1000, found.floor * 1000
        print(f"{zones:5} {tasks:6} {ms:4.0f} ms {floor:4.0f} ms {ms / floor:5.1f}")


if __name__ == "__main__":
    main()
