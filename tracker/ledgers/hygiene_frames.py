"""The ledgers of disinfection and of what is in stock, as frames.  They name no student."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l

from tracker import clock
from tracker.disinfection.event_rules import TREATMENTS, DisinfectionKind
from tracker.disinfection.frames import tasks_frame
from tracker.disinfection.outcome_frames import OUTCOMES, outcomes, states
from tracker.disinfection.rules import Agent, ItemResult, Method, TaskState
from tracker.ledgers import hygiene_queries as queries
from tracker.ledgers.frames import Filled, filled
from tracker.ledgers.rules import DISINFECTION_COLUMNS, KEEPER_COLUMNS, STOCK_COLUMNS, Ledger
from tracker.school.queries import all_classes
from tracker.supplies.queries import stocks


def disinfections(since: date, until: date, today: date) -> Filled:
    """A row a record of the period, by day, hour and the order of walking: finished, given back, excused."""
    rows = []
    tasks = tasks_frame(since, until)
    named = zip(tasks["zone_id"], tasks["on"].dt.date, tasks["slot"], strict=True)
    turned_out = dict(zip(named, map(TaskState, states(tasks, clock.now())), strict=True))
    for no, one in enumerate(queries.records(since, until), 1):
        record, done = one.record, one.event
        row: dict[str, Any] = {
            "no": no,
            "day": record.day,
            "span": _span(record.started, record.finished),
            "school_class": one.school_class,
            "zone": one.zone.name,
            "outcome": turned_out.get((record.zone_id, record.day, record.slot)),
            "acceptor": f"{one.verified[0]} {clock.local(one.verified[1]):%m-%d %H:%M}"
            if one.verified
            else None,
            "operator": " ".join(part for part in (one.by, done.helper if done else None) if part),
        }
        if done is not None:
            need = TREATMENTS[done.cause]
            row |= {
                "kind": need.kind,
                "method": Method.WIPE,
                "agent": Agent.CHLORINE,
                "lot": one.lot,
                "mg_per_l": str(done.mg_per_l),
                "minutes": str(done.minutes),
                "aired": _span(record.finished, done.opens_at) if need.airing_minutes else None,
                "result": ItemResult.DONE,
                "remark": done.note,
            }
        else:
            row |= _of_schedule(one)
        rows.append(row)
    return filled(Ledger.DISINFECTION, DISINFECTION_COLUMNS, rows)


def _of_schedule(one: queries.RecordSeen) -> dict[str, Any]:
    """What the schedule asked for, of what was recorded as done or not."""
    plans = [item.schedule for item in one.items if item.schedule]
    aired = [item.schedule is not None and item.schedule.method is Method.AIRING for item in one.items]
    airs = any(
        is_aired and item.row.result is ItemResult.DONE
        for is_aired, item in zip(aired, one.items, strict=True)
    )
    return {
        "objects": tuple(item.kind for item in one.items) or None,
        "kind": DisinfectionKind.PREVENTIVE,
        "method": _once(plan.method for plan in plans),
        "agent": _once(plan.agent for plan in plans if plan.agent is not Agent.NONE),
        "lot": _lines(item.source for item in one.items),
        "mg_per_l": _numbers(item.row.mg_per_l for item in one.items),
        "minutes": _numbers(
            item.row.minutes for is_aired, item in zip(aired, one.items, strict=True) if not is_aired
        ),
        "aired": _span(one.record.started, one.record.finished) if airs else None,
        "result": _once(item.row.result for item in one.items),
        "reasons": _once(item.row.reason for item in one.items if item.row.reason),
        "remark": _lines([one.excused_by, *(item.row.note for item in one.items)]),
    }


def _once(codes: Iterable[Any]) -> tuple[Any, ...] | None:
    return tuple(dict.fromkeys(codes)) or None


def _lines(texts: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def _numbers(values: Iterable[int | None]) -> str | None:
    return " / ".join(str(value) for value in sorted({value for value in values if value})) or None


def _span(since: datetime | None, until: datetime | None) -> str | None:
    if since is None or until is None:
        return None
    first, last = clock.local(since), clock.local(until)
    ends = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%m-%d %H:%M}"
    return f"{first:%H:%M}–{ends}"


def keepers(since: date, until: date, today: date) -> Filled:
    """What was asked for in a period, and how it turned out: a row a department, a class; people by name."""
    tasks = outcomes(tasks_frame(since, until), clock.now())
    counts = {
        which: tasks.groupby(f"{which}_id")[[*OUTCOMES, "verified"]].sum().astype(int)
        for which in ("department", "class")
    }
    rows = [
        {"department": one.name} | _counted(counts["department"], one.id) for one in queries.departments()
    ]
    rows += [{"school_class": one} | _counted(counts["class"], one.id) for one in all_classes()]
    of_people = tasks[tasks["department_id"].isna() & tasks["class_id"].isna()]
    by_name = of_people[[*OUTCOMES, "verified"]].sum().astype(int).to_frame(0).T
    rows.append({"department": str(_l("People by name"))} | _counted(by_name, 0))
    kept = [row for row in rows if row["asked"]]
    return filled(
        Ledger.KEEPERS,
        KEEPER_COLUMNS,
        [{"no": no} | row for no, row in enumerate(kept, 1)],
        sums=True,
        but=("no",),
    )


def _counted(counts: pd.DataFrame, keeper: int) -> dict[str, Any]:
    of_keeper: Any = (
        counts.loc[keeper] if keeper in counts.index else dict.fromkeys([*OUTCOMES, "verified"], 0)
    )
    found: dict[str, Any] = {name: int(of_keeper[name]) for name in OUTCOMES}
    verified = int(of_keeper["verified"])
    over = sum(found.values()) - found["pending"]
    fulfilled = found["on_time"] + found["excused"]
    share = f"{round(1000 * fulfilled / over) / 10:g} %" if over else None
    return {**found, "asked": sum(found.values()), "verified": verified, "share": share}


def stock(today: date) -> Filled:
    """A row a supply as it stands now: how much there is, how long it lasts, and what is to be bought."""
    rows = [
        {
            "supply": one.supply.name,
            "category": category,
            "unit": one.supply.unit,
            "balance": one.balance,
            "minimum": one.supply.minimum,
            "lent": one.lent,
            "lasts": one.lasts if one.lasts is not None else pd.NA,
            "shelf": one.shelf,
            "keeper": one.supply.keeper,
        }
        for category, of_category in stocks(today).items()
        for one in of_category
    ]
    return filled(Ledger.STOCK, STOCK_COLUMNS, [{"no": no} | row for no, row in enumerate(rows, 1)])
