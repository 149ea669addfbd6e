"""Disinfection by zone and day, and by department: what was due, and whether it was done."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from tracker.charts import style
from tracker.charts.compliance import COMPLIANCE
from tracker.charts.marks import nothing_yet, page, width_of
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.frames import Schema, rows

COUNTS = ["on_time", "late", "not_done", "pending"]
KEEPERS = Schema(
    "one row per department, one for the classes together, one for people by name",
    ("place",),
    {"place": "int64", "keeper": "int64", "due": "int64"} | dict.fromkeys(COUNTS, "int64"),
)
CLASSES, PEOPLE = 0, -1
"""The classes together, and people by name, among the departments."""


def _counted(tasks: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """How many tasks were what: an excused one counts as fulfilled; one that is missed, or past its
    time and not done yet, as not done."""
    merged = tasks.assign(
        on_time=tasks["on_time"] | tasks["excused"],
        not_done=tasks["not_done"] | tasks["missed"] | tasks["overdue"],
    )
    return merged.groupby(keys)[COUNTS].sum().astype("int64")


def zone_days(tasks: pd.DataFrame, zones: Sequence[int], days: pd.DataFrame) -> pd.DataFrame:
    """How each zone's tasks of each school day turned out, in the order given: see COMPLIANCE.

    A zone's id stands where that of a class does.  A zone that was asked for nothing is left out.
    """
    counts = _counted(tasks, ["zone_id", "on"]).reset_index()
    places = pd.DataFrame({"zone_id": zones, "place": range(len(zones))}, dtype="int64")
    places = places[places["zone_id"].isin(counts["zone_id"])]
    places = places.assign(place=range(len(places)))
    grid = places.merge(days, how="cross").merge(counts, how="left", on=["zone_id", "on"])
    grid = grid.fillna(dict.fromkeys(COUNTS, 0)).rename(columns={"zone_id": "class_id"})
    return COMPLIANCE.shape(grid.assign(due=grid["on_time"] + grid["late"] + grid["not_done"]))


def keepers(tasks: pd.DataFrame, departments: Sequence[int]) -> pd.DataFrame:
    """How the tasks of each department, of the classes, and of people by name turned out: see KEEPERS."""
    of_class = tasks["class_id"].notna().map({True: CLASSES, False: PEOPLE})
    keeper = tasks["department_id"].fillna(of_class).astype("int64")
    counts = _counted(tasks.assign(keeper=keeper), ["keeper"]).reset_index()
    order = pd.DataFrame({"keeper": [*departments, CLASSES, PEOPLE]}, dtype="int64")
    found = order.merge(counts, on="keeper")
    found = found.assign(due=found["on_time"] + found["late"] + found["not_done"])
    return KEEPERS.shape(found.assign(place=range(len(found))))


def _headline(frame: pd.DataFrame, words: Words, prefix: str) -> str:
    sums = frame[["due", "on_time"]].sum()
    asked = frame[frame["due"] > 0]
    shares = asked["on_time"] / asked["due"]
    least = asked[shares == shares.min()]
    named = len(least) == 1 and shares.min() < 1
    return words.say(
        f"{prefix}_{'all' if sums['on_time'] == sums['due'] else 'least' if named else 'some'}",
        share=words.percent(sums["on_time"] / sums["due"]),
        on_time=words.number(sums["on_time"]),
        due=words.number(sums["due"]),
        **{"keeper": words.classes[int(least["keeper"].iloc[0])], "least": words.percent(shares.min())}
        if named
        else {},
    )


def disinfection_departments(frame: pd.DataFrame, words: Words, size: Size) -> Figure:
    """A bar a department: which share of what was due was done on time."""
    if not frame["due"].sum():
        return nothing_yet(size, words.say("title"), words.say("nothing"))
    made = page(
        size,
        _headline(frame, words, "headline"),
        words.say("subtitle"),
        words.say("source", **{name: words.number(frame[name].sum()) for name in ("due", "pending")}),
        room=len(frame) * size.small * 3,
    )
    labels = [words.classes[row.keeper] for row in rows(frame)]
    ends = [_end(row, words) for row in rows(frame)]
    axes = made.axes(
        size.margin + max(width_of(label, size.small) for label in labels) + 6,
        size.margin + max(width_of(end, size.small) for end in ends) + 8,
        bottom=size.small * 1.8,
    )
    shares = [row.on_time / row.due if row.due else 0 for row in rows(frame)]
    axes.barh(range(len(frame)), [1] * len(frame), color=style.NOT_YET, height=0.6)
    axes.barh(range(len(frame)), shares, color=style.SCORE, height=0.6)
    for place, end in enumerate(ends):
        axes.annotate(
            end,
            (1, place),
            xytext=(6, 0),
            textcoords="offset points",
            fontsize=size.small,
            va="center_baseline",
        )
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], [words.percent(share, 0) for share in (0, 0.5, 1)])
    axes.spines[:].set_visible(False)
    return made.figure


def _end(row: Any, words: Words) -> str:
    """What stands at the end of a bar: the share and what it is of."""
    if not row.due:
        return "–"
    return words.say(
        "of",
        share=words.percent(row.on_time / row.due),
        on_time=words.number(row.on_time),
        due=words.number(row.due),
    )


def disinfection_departments_alt(frame: pd.DataFrame, words: Words) -> str:
    """The picture in a sentence."""
    return _headline(frame, words, "alt") if frame["due"].sum() else words.say("nothing")


def disinfection_departments_table(frame: pd.DataFrame, words: Words) -> list[list[str]]:
    """The picture's data: a head, then a row per department."""
    return [
        [words.say(name) for name in ("keeper", "due", "on_time", "late", "not_done", "not_yet", "share")],
        *(
            [
                words.classes[row.keeper],
                *(str(count) for count in (row.due, row.on_time, row.late, row.not_done, row.pending)),
                words.percent(row.on_time / row.due) if row.due else "–",
            ]
            for row in rows(frame)
        ),
    ]
