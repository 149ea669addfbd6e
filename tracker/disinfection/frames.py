"""What was due in which zone, until when, and what became of it, as a frame."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from tracker.db import db
from tracker.disinfection.asked_frames import DAY_SECONDS, Items, items_asked, task_numbers
from tracker.disinfection.models import Record, RecordItem
from tracker.disinfection.record_queries import REDO_UNTIL, VERIFIED, took_turn, with_verdicts
from tracker.disinfection.rules import NOT_THE_CLASS, ItemResult, slot_code
from tracker.disinfection.schedule_frames import NONE, Flags, Ints
from tracker.frames import DAY, INSTANT, MIDNIGHT, Schema, instants

TASKS = Schema(
    "one row per zone, day and slot",
    ("zone_id", "on", "slot"),
    {
        "zone_id": "int64",
        "class_id": "Int64",
        "department_id": "Int64",
        "on": DAY,
        "slot": "str",
        "opens": INSTANT,
        "due": INSTANT,
        "late_until": INSTANT,
        "finished": INSTANT,
        "applicable": "int64",
        "done": "int64",
        "not_done": "int64",
        "not_done_excused": "int64",
        "excused": "bool",
        "verified": "bool",
        "rejected": "bool",
    },
)


def tasks_frame(since: date, until: date, *, of_scores: bool = False) -> pd.DataFrame:
    """One row per zone, day and slot at which something is asked for: see TASKS.

    Class or department is who does it; neither, where people are named.  Done by `due` is on time, by
    `late_until` late.  Items count only if they are asked for that day; `not_done_excused` are those of
    `not_done` whose reason lies with the school.  `excused`: somebody excused it, or a terminal
    disinfection took its turn; `verified`: somebody has taken what was finished; `rejected`: somebody has
    given it back, and it was not finished since.  With `of_scores` what no score counts is left out: what
    is asked for on days without school, and what a level asks of some classes only.  Six statements; the
    time grows with zones times days.
    """
    rows = _recorded(since, until)
    done = ((row[4], str(row[1]), row[2]) for row in rows if row[5] == DONE)
    items = items_asked(since, until, done, of_scores=of_scores)
    tasks, first, task = np.unique(items.task, return_index=True, return_inverse=True)
    count = len(tasks)
    records = _records(items, rows)
    result, kept = _results(items, records), _of_tasks(tasks, records)
    # Of what was not recorded, NONE is the place of the last: nobody has said so.
    excused, verified = (np.append(flags, False)[kept] for flags in (records.excused, records.verified))
    disinfects = np.bincount(task, weights=items.disinfects, minlength=count) > 0
    excused |= disinfects & records.turns[items.zone[first], items.day[first]]
    finished, redo = records.finished.reindex(kept), records.redo_until.reindex(kept)
    finished, redo = finished.reset_index(drop=True), redo.reset_index(drop=True)
    far = MOST_DAYS_AWAY * DAY_SECONDS
    opens, due = np.full(count, far, dtype=np.int64), np.full(count, -far, dtype=np.int64)
    np.minimum.at(opens, task, items.opens)
    np.maximum.at(due, task, items.due)
    day = pd.Series(pd.to_datetime(items.axis.dates))[items.day[first]].reset_index(drop=True)
    ends = pd.Series(pd.to_datetime([after or on for on, after in items.axis.neighbours]))
    late_until = instants(ends, MIDNIGHT)[items.day[first]].reset_index(drop=True)

    def counted(which: Flags) -> Ints:
        return np.bincount(task, weights=which, minlength=count).astype(np.int64)

    return TASKS.shape(
        pd.DataFrame(
            {
                "zone_id": items.zone_ids[items.zone[first]],
                "class_id": _or_missing(items.class_id[first]),
                "department_id": _or_missing(items.department_id[first]),
                "on": day,
                "slot": np.array([slot_code(slot) for slot in items.slots], dtype=object)[items.slot[first]],
                "opens": instants(day, pd.Series(pd.to_timedelta(opens, unit="s"))),
                "due": instants(day, pd.Series(pd.to_timedelta(due, unit="s"))),
                "late_until": late_until.where(~(redo > late_until), redo),
                "finished": finished,
                "applicable": counted(result != NOT_APPLICABLE),
                "done": counted(result == DONE),
                "not_done": counted(result >= NOT_DONE),
                "not_done_excused": counted(result == EXCUSED),
                "excused": excused,
                "verified": verified,
                "rejected": (redo.notna() & finished.isna()).to_numpy(),
            }
        )
    )


MOST_DAYS_AWAY = 400
"""More than there are between a day and the school day before or after it."""
OPEN, NOT_APPLICABLE, DONE, NOT_DONE, EXCUSED = range(5)
"""What became of an item; EXCUSED is not done, for a reason that lies with the school."""
_RESULT = sa.case(
    (Record.finished.is_(None), OPEN),
    (RecordItem.reason.in_(NOT_THE_CLASS), EXCUSED),
    (RecordItem.result == ItemResult.NOT_DONE, NOT_DONE),
    (RecordItem.result == ItemResult.NOT_APPLICABLE, NOT_APPLICABLE),
    (RecordItem.result == ItemResult.DONE, DONE),
    else_=OPEN,
)


@dataclass(frozen=True)
class _Records:
    """What was recorded: a row an item, with the number of its task."""

    task: Ints
    object_id: Ints
    result: Ints
    finished: "pd.Series[Any]"
    redo_until: "pd.Series[Any]"
    excused: Flags
    verified: Flags
    turns: Flags
    """By zone and day: whether a terminal disinfection took the turn of what is scheduled."""


def _recorded(since: date, until: date) -> Sequence[Any]:
    """What was recorded as finished, and what others said of it: a row an item.  One statement.

    Days and instants are as the database gives them: text from SQLite, where reading each costs most.
    """
    return (
        db.session.connection()
        .execute(
            with_verdicts(
                sa.select(
                    Record.zone_id,
                    sa.type_coerce(Record.day, sa.String),
                    Record.slot,
                    sa.type_coerce(Record.finished, sa.String),
                    sa.func.coalesce(RecordItem.object_id, NONE).label("object_id"),
                    _RESULT.label("result"),
                    sa.case((Record.excuse.is_not(None), 1), else_=0),
                    sa.case((VERIFIED, 1), else_=0),
                    sa.type_coerce(REDO_UNTIL, sa.String),
                ).outerjoin(RecordItem, RecordItem.record_id == Record.id)
            ).where(
                Record.day.between(since, until),
                sa.or_(Record.finished.is_not(None), Record.excuse.is_not(None), REDO_UNTIL.is_not(None)),
            )
        )
        .all()
    )


def _records(items: Items, rows: Sequence[Any]) -> _Records:
    """The same by the numbers of the items that are asked for."""
    zone, on, code, ended, thing, result, excused, verified, redo = (
        zip(*rows, strict=True) if rows else [()] * 9
    )

    def numbers(values: Iterable[Any], known: Iterable[Any]) -> Ints:
        number = {one: n for n, one in enumerate(known)}
        return np.array([number.get(value, NONE) for value in values], dtype=np.int64)

    of_zone, of_day = (
        numbers(zone, items.zone_ids.tolist()),
        numbers(map(str, on), map(str, items.axis.dates)),
    )
    slot = numbers(code, map(slot_code, items.slots))
    finished = pd.Series(pd.to_datetime(list(ended), utc=True, format="ISO8601"))
    turns = np.zeros((len(items.zone_ids), len(items.axis.dates)), dtype=bool)
    for n in np.flatnonzero((slot == NONE) & (of_zone != NONE)):
        day, ends = items.axis.dates[of_day[n]], finished[n]
        if took_turn(code[n], day, None if pd.isna(ends) else ends.to_pydatetime()):
            turns[of_zone[n], of_day[n]] = True
    kept = (slot != NONE) & (of_zone != NONE)

    def ints(values: Sequence[int]) -> Ints:
        return np.array(values, dtype=np.int64)[kept]

    return _Records(
        task_numbers(of_zone, of_day, slot, len(items.axis.dates), len(items.slots))[kept],
        ints(thing),
        ints(result),
        finished[kept].reset_index(drop=True),
        pd.Series(pd.to_datetime(list(redo), utc=True, format="ISO8601"))[kept].reset_index(drop=True),
        ints(excused).astype(bool),
        ints(verified).astype(bool),
        turns,
    )


def _results(items: Items, records: _Records) -> Ints:
    """What became of each item that was asked for."""
    width = max(items.object_id.max(initial=0), records.object_id.max(initial=0)) + 1
    known = records.task * width + records.object_id
    order = np.argsort(known)
    return _looked_up(known[order], records.result[order], items.task * width + items.object_id, OPEN)


def _of_tasks(tasks: Ints, records: _Records) -> Ints:
    """The number of the first row recorded of each task; NONE where there is none."""
    known, first = np.unique(records.task, return_index=True)
    return _looked_up(known, first, tasks, NONE)


def _looked_up(known: Ints, values: Ints, asked: Ints, otherwise: int) -> Ints:
    """The value of each asked number, `known` being in order."""
    if not len(known):
        return np.full(len(asked), otherwise)
    found = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[found] == asked, values[found], otherwise)


def _or_missing(ids: Ints) -> "pd.arrays.IntegerArray":
    return pd.arrays.IntegerArray(ids, ids == NONE)
