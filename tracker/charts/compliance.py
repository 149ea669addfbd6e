"""Disinfection by class and day: what was due, and whether it was done."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from tracker.assessment.rules import DutyKind, Outcome
from tracker.charts import style
from tracker.charts.marks import Swatch, key, nothing_yet, page, week_ticks, width_of
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.frames import DAY, Schema, rows

COMPLIANCE = Schema(
    "one row per class and school day",
    ("place", "on"),
    {
        "place": "int64",
        "class_id": "int64",
        "on": DAY,
        "week": "int64",
        "due": "int64",
        "on_time": "int64",
        "late": "int64",
        "not_done": "int64",
        "pending": "int64",
    },
)
"""`place` is the class's place on the list of classes; `due` are those whose time is over."""

COUNTED = {
    Outcome.ON_TIME: "on_time",
    Outcome.EXCUSED: "on_time",
    Outcome.LATE: "late",
    Outcome.NOT_DONE: "not_done",
    Outcome.MISSED: "not_done",
    Outcome.PENDING: "pending",
}
"""An excused duty counts as fulfilled and looks like it: who had a case is nobody's business."""

NOTHING_DUE, ON_TIME, LATE, NOT_DONE, NOT_YET = range(5)
COLORS = [style.PAPER, style.ON_TIME, style.LATE, style.NOT_DONE, style.NOT_YET]
LATE_SIGN = "△"


def compliance(duties: pd.DataFrame, classes: list[int], days: pd.DataFrame) -> pd.DataFrame:
    """How each class's cleaning, airing and disinfection of each school day turned out: see COMPLIANCE.

    `classes` in the order of the list; `days` with their weeks.  A class that keeps no zone is left out.
    """
    owed = duties[duties["kind"] == DutyKind.HYGIENE]
    counts = (
        owed.assign(counted=owed["outcome"].astype("str").map(COUNTED))
        .pivot_table("duty", ["class_id", "on"], "counted", aggfunc="count", fill_value=0)
        .reindex(columns=list(dict.fromkeys(COUNTED.values())), fill_value=0)
        .reset_index()
    )
    places = pd.DataFrame({"class_id": classes, "place": range(len(classes))})
    places = places[places["class_id"].isin(owed["class_id"])]
    grid = places.merge(days, how="cross").merge(counts, how="left", on=["class_id", "on"])
    grid = grid.fillna(dict.fromkeys(counts.columns[2:], 0))
    return COMPLIANCE.shape(grid.assign(due=grid["on_time"] + grid["late"] + grid["not_done"]))


def _kinds(frame: pd.DataFrame) -> Any:
    """What each row is seen as: the worst of its duties."""
    return np.select(
        [frame["not_done"] > 0, frame["late"] > 0, frame["on_time"] > 0, frame["pending"] > 0],
        [NOT_DONE, LATE, ON_TIME, NOT_YET],
        NOTHING_DUE,
    )


def _worst(frame: pd.DataFrame) -> tuple[int, int] | None:
    """The class with the most tasks not done, and how many; None if none, or if several have as many."""
    left_out = frame.groupby("class_id")["not_done"].sum()
    worst = left_out[left_out == left_out.max()]
    return (int(worst.index[0]), int(worst.iloc[0])) if len(worst) == 1 and worst.iloc[0] > 0 else None


def _headline(frame: pd.DataFrame, words: Words, prefix: str) -> str:
    sums = frame[["due", "on_time", "late", "not_done"]].sum()
    worst = _worst(frame)
    verdict = "all" if sums["on_time"] == sums["due"] else "worst" if worst else "some"
    return words.say(
        f"{prefix}_{verdict}",
        share=words.percent(sums["on_time"] / sums["due"]),
        on_time=words.number(sums["on_time"]),
        due=words.number(sums["due"]),
        late=words.number(sums["late"]),
        not_done=words.number(sums["not_done"]),
        days=words.number(frame["on"].nunique()),
        **{"class": words.classes[worst[0]], "most": words.number(worst[1])} if worst else {},
    )


def disinfection_compliance(frame: pd.DataFrame, words: Words, size: Size) -> Figure:
    """A row per class, a column per school day: done on time, done late, not done; the share at the end."""
    if not frame["due"].sum():
        return nothing_yet(size, words.say("title"), words.say("nothing"))
    days = frame.drop_duplicates("on").sort_values("on", ignore_index=True)
    sums = frame.groupby("place").agg({"class_id": "first", "due": "sum", "on_time": "sum"})
    labels = [words.classes[class_id] for class_id in sums["class_id"]]
    shares = [words.percent(row.on_time / row.due, 0) if row.due else "–" for row in rows(sums)]
    made = page(
        size,
        _headline(frame, words, "headline"),
        words.say(
            "subtitle",
            first=words.long_day(days["on"].iloc[0].date()),
            last=words.long_day(days["on"].iloc[-1].date()),
        ),
        words.say("source", **{name: words.number(frame[name].sum()) for name in ("due", "pending")}),
        room=len(labels) * size.small * 1.35 + size.small * 8,
    )
    used = key(
        made,
        [
            Swatch(COLORS[ON_TIME], "", words.say("on_time")),
            Swatch(COLORS[LATE], LATE_SIGN, words.say("late")),
            Swatch(COLORS[NOT_DONE], "1", words.say("not_done")),
            Swatch(COLORS[NOT_YET], "", words.say("not_yet")),
            Swatch(COLORS[NOTHING_DUE], "", words.say("nothing_due")),
        ],
    )
    left = max(width_of(label, size.small) for label in labels) + 6
    right = max(width_of(text, size.small) for text in [*shares, words.say("share")]) + 8
    axes = made.axes(
        size.margin + left, size.margin + right, top=used + size.small * 1.6, bottom=size.small * 3.4
    )
    _cells(axes, frame, words, size)
    axes.set_yticks(range(len(labels)), labels)
    day = made.width_of(axes) / len(days)
    edge = len(days) - 0.5 + right / day
    for place, share in enumerate(shares):
        axes.text(edge, place, share, fontsize=size.small, ha="right", va="center_baseline")
    axes.text(edge, -0.6, words.say("share"), color=style.MUTED, fontsize=size.small, ha="right", va="bottom")
    week_ticks(axes, days, words, size, day)
    return made.figure


def _cells(axes: Axes, frame: pd.DataFrame, words: Words, size: Size) -> None:
    """A coloured cell per class and day, with a sign in it where something was late or left out."""
    kinds = frame.assign(kind=_kinds(frame)).pivot(index="place", columns="on", values="kind").to_numpy()
    left_out = frame.pivot(index="place", columns="on", values="not_done").to_numpy()
    # One picture instead of a thousand rectangles: smaller, and quicker to draw and to show.
    axes.imshow(
        kinds,
        cmap=ListedColormap(COLORS),
        vmin=-0.5,
        vmax=len(COLORS) - 0.5,
        aspect="auto",
        interpolation="nearest",
    )
    axes.set_xticks(np.arange(-0.5, kinds.shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, kinds.shape[0]), minor=True)
    axes.grid(which="minor", color=style.PAPER, linewidth=1.2)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)
    signs: dict[str, Any] = {"fontsize": size.small * 0.9, "ha": "center", "va": "center_baseline"}
    for place, day in np.argwhere(kinds == NOT_DONE):
        axes.text(day, place, words.number(left_out[place, day]), **signs)
    for place, day in np.argwhere(kinds == LATE):
        axes.text(day, place, LATE_SIGN, **signs)


def disinfection_compliance_alt(frame: pd.DataFrame, words: Words) -> str:
    """The picture in a sentence."""
    return _headline(frame, words, "alt") if frame["due"].sum() else words.say("nothing")


def disinfection_compliance_table(frame: pd.DataFrame, words: Words) -> list[list[str]]:
    """The picture's data: a head, then a row per class."""
    sums = frame.groupby("place").agg(
        {"class_id": "first"} | dict.fromkeys(("due", "on_time", "late", "not_done", "pending"), "sum")
    )
    return [
        [words.say(name) for name in ("class", "due", "on_time", "late", "not_done", "not_yet", "share")],
        *(
            [
                words.classes[row.class_id],
                *(str(count) for count in (row.due, row.on_time, row.late, row.not_done, row.pending)),
                words.percent(row.on_time / row.due) if row.due else "–",
            ]
            for row in rows(sums)
        ),
    ]
