"""What was due in which zone, until when, and what became of it, as a frame."""

from datetime import date

import pandas as pd
import sqlalchemy as sa

from tracker.disinfection.models import Record, RecordItem, Schedule, ZoneObject, ZoneOwner
from tracker.disinfection.rules import NOT_THE_CLASS, ROUTINE, ItemResult, NotDoneReason, RecordState
from tracker.frames import DAY, INSTANT, MIDNIGHT, WALL, Schema, in_force, instants, read_frame
from tracker.school.frames import school_days_frame
from tracker.school.queries import next_school_day

OWNERS = Schema(
    "one row per zone and day from which somebody keeps it",
    ("zone_id", "valid_from"),
    {"zone_id": "int64", "valid_from": DAY, "class_id": "Int64", "department_id": "Int64"},
)
SCHEDULES = Schema(
    "one row per object, slot and day from which its schedule holds",
    ("object_id", "slot", "valid_from"),
    {
        "zone_id": "int64",
        "object_id": "int64",
        "slot": "str",
        "valid_from": DAY,
        "weekdays": "object",
        "until": WALL,
        "next_day_until": WALL,
        "active": "bool",
    },
)
RECORDS = Schema(
    "one row per zone, day, slot and item recorded as done or not (item missing: none at all)",
    ("zone_id", "on", "slot", "object_id"),
    {
        "zone_id": "int64",
        "on": DAY,
        "slot": "str",
        "finished": INSTANT,
        "object_id": "Int64",
        "result": ItemResult,
        "reason": NotDoneReason,
    },
)
TASKS = Schema(
    "one row per zone, school day and slot",
    ("zone_id", "on", "slot"),
    {
        "zone_id": "int64",
        "class_id": "Int64",
        "department_id": "Int64",
        "on": DAY,
        "slot": "str",
        "due": INSTANT,
        "late_until": INSTANT,
        "finished": INSTANT,
        "applicable": "int64",
        "done": "int64",
        "not_done": "int64",
        "not_done_excused": "int64",
    },
)
TASK = list(TASKS.keys)
COUNTS = ["applicable", "done", "not_done", "not_done_excused"]


def tasks_frame(since: date, until: date) -> pd.DataFrame:
    """One row per zone, school day of who keeps it, and slot at which something is scheduled: see TASKS.

    Done by `due` is on time, by `late_until` late.  Items count only if they are scheduled that day;
    `not_done_excused` are those of `not_done` whose reason lies with the school.
    """
    items = _scheduled_items(since, until)
    records = _records(since, until)
    items = items.merge(records.drop(columns="finished"), how="left", on=[*TASK, "object_id"])
    not_done = items["result"] == ItemResult.NOT_DONE
    tasks = (
        items.assign(
            applicable=items["result"] != ItemResult.NOT_APPLICABLE,
            done=items["result"] == ItemResult.DONE,
            not_done=not_done,
            not_done_excused=not_done & items["reason"].isin(NOT_THE_CLASS),
        )
        .groupby([*TASK, "class_id", "department_id"], as_index=False, dropna=False)
        .agg(dict.fromkeys(("due", "late_until"), "max") | dict.fromkeys(COUNTS, "sum"))
    )
    finished = records[[*TASK, "finished"]].drop_duplicates()
    return TASKS.shape(tasks.merge(finished, how="left", on=TASK))


def _scheduled_items(since: date, until: date) -> pd.DataFrame:
    """One row per zone, school day, slot and scheduled object, with who keeps the zone and until when."""
    owners = read_frame(
        sa.select(ZoneOwner.zone_id, ZoneOwner.valid_from, ZoneOwner.class_id, ZoneOwner.department_id),
        OWNERS,
    )
    schedules = read_frame(
        sa.select(
            ZoneObject.zone_id,
            Schedule.object_id,
            Schedule.slot,
            Schedule.valid_from,
            Schedule.weekdays,
            Schedule.until,
            Schedule.next_day_until,
            Schedule.active,
        )
        .join(ZoneObject, ZoneObject.id == Schedule.object_id)
        .where(Schedule.level == ROUTINE),
        SCHEDULES,
    ).assign(slot=lambda frame: frame["slot"].str[:5])
    days = school_days_frame(since, until)
    dates = days[["on"]].drop_duplicates()
    kept = in_force(dates.merge(owners[["zone_id"]].drop_duplicates(), how="cross"), owners, by=["zone_id"])
    kept = kept.drop(columns="valid_from").merge(days, on=["class_id", "on"])
    asked = kept.merge(schedules[["zone_id", "object_id", "slot"]].drop_duplicates(), on="zone_id")
    items = in_force(asked, schedules.drop(columns="zone_id"), by=["object_id", "slot"])
    items = items[items["active"]].explode("weekdays")
    items = items[items["weekdays"] == items["weekday"]].merge(_next_days(days, until), on="on")
    end = instants(items["on"], items["until"])
    next_end = instants(items["next_on"], items["next_day_until"])
    return items.assign(
        due=next_end.fillna(end),
        late_until=instants(items["next_on"].fillna(items["on"]), MIDNIGHT),
    )


def _next_days(days: pd.DataFrame, until: date) -> pd.DataFrame:
    """The school's next school day after each day; missing where no term goes on."""
    school = days.loc[days["class_id"].isna(), "on"]
    last = pd.Series([next_school_day(until)], dtype=DAY)
    known = pd.concat([school, last]).dropna().rename("next_on")
    return pd.merge_asof(
        days[["on"]].drop_duplicates().sort_values("on"),
        known.to_frame(),
        left_on="on",
        right_on="next_on",
        direction="forward",
        allow_exact_matches=False,
    )


def _records(since: date, until: date) -> pd.DataFrame:
    return read_frame(
        sa.select(
            Record.zone_id,
            Record.day.label("on"),
            Record.slot,
            Record.finished,
            RecordItem.object_id,
            RecordItem.result,
            RecordItem.reason,
        )
        .outerjoin(RecordItem, RecordItem.record_id == Record.id)
        .where(Record.day.between(since, until), Record.state == RecordState.DONE),
        RECORDS,
    )
