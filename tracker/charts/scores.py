"""The week's scores, class by class inside their ranking groups."""

from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tracker.assessment.rules import Indicator, RankingGroup, Scheme, Standing
from tracker.charts import style
from tracker.charts.marks import nothing_yet, page, width_of
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.frames import Schema, rows

STANDINGS = Schema(
    "one row per class that takes part",
    ("group", "row"),
    {
        "group": RankingGroup,
        "row": "int64",
        "class_id": "int64",
        "week": "int64",
        "standing": Standing,
        "score": "float64",
        "rank": "Int64",
        "near": "float64",
        "late_check": "float64",
    },
)
"""`row` from the top of its group; from `near` on, no further than one late check from the best of the
group; `late_check` is what one costs."""


def standings(
    scores: pd.DataFrame, parts: pd.DataFrame, classes: list[int], scheme: Scheme, week: int
) -> pd.DataFrame:
    """The classes that have something to show, best first, the unranked last: see STANDINGS."""
    shown = scores[scores["score"].notna() & (scores["standing"] != Standing.EXEMPT)]
    exempt = scores[scores["standing"] == Standing.EXEMPT].assign(score=None)
    frame = pd.concat([shown, exempt])
    place = frame["class_id"].map({class_id: place for place, class_id in enumerate(classes)})
    frame = frame.assign(score=frame["score"].astype("float64"), place=place)
    frame = frame.sort_values(["rank", "score", "place"], ascending=[True, False, True])
    share = scheme.weights[Indicator.SCREENING_ON_TIME] / sum(scheme.weights.values())
    sessions = parts.loc[parts["indicator"] == Indicator.SCREENING_ON_TIME, "duties"].median()
    late_check = 100 * share / (2 * sessions)
    best = frame["score"].where(frame["rank"].notna()).groupby(frame["group"], observed=True).transform("max")
    return STANDINGS.shape(
        frame.assign(
            row=frame.groupby("group", observed=True).cumcount(),
            week=week,
            near=best - late_check,
            late_check=late_check,
        )
    )


def _headline(frame: pd.DataFrame, words: Words) -> str:
    ranked = frame[frame["rank"].notna()]
    near = int((ranked["score"] >= ranked["near"] - 0.05).sum())
    verdict = "unranked" if ranked.empty else "close" if 2 * near > len(ranked) else "spread"
    return words.say(
        f"headline_{verdict}",
        week=str(frame["week"].iloc[0]),
        near=words.number(near),
        classes=words.number(len(ranked)),
    )


def class_scores(frame: pd.DataFrame, words: Words, size: Size) -> Figure:
    """A dot per class on one scale, a panel per ranking group; hollow where it is not ranked."""
    if frame["score"].isna().all():
        return nothing_yet(size, words.say("title"), words.say("nothing"))
    groups = [(group, members) for group, members in frame.groupby("group", observed=True)]
    line = size.text * 1.75
    head = size.text * 2.6
    beside = size.width > 600
    counts = [len(members) for _, members in groups]
    made = page(
        size,
        _headline(frame, words),
        words.say(
            "subtitle",
            week=str(frame["week"].iloc[0]),
            points=words.number(float(frame["late_check"].iloc[0]), 1),
        ),
        words.say("source"),
        room=line * max(counts) + head + line if beside else line * sum(counts) + (head + line) * len(counts),
    )
    least = frame["score"].min()
    low = float(np.clip((least - 2) // 5 * 5, 0, 80))
    names = [words.classes[class_id] for class_id in frame["class_id"]]
    label = max(width_of(name, size.text) for name in names) + 8
    columns = (
        max(width_of(text, size.text) for text in ("100.0", words.say("score"))) + 12,
        max(width_of(text, size.text) for text in ("88", words.say("rank"))) + 12,
    )
    room = made.height - made.top - made.bottom
    gap = 2 * size.margin
    across = (size.width - 2 * size.margin + gap) / len(groups)
    if beside:
        line = min((room - head - line) / max(counts), 2 * line)
    done = 0.0
    for number, (group, members) in enumerate(groups):
        if beside:
            left, right = size.margin + number * across, size.margin + (len(groups) - 1 - number) * across
            top, bottom = head, room - head - line * max(counts)
            done = 0
        else:
            left = right = size.margin
            top, bottom = done + head, room - done - head - line * len(members)
        axes = made.axes(left + label, right + sum(columns), top=top, bottom=bottom)
        _panel(
            axes, members.reset_index(drop=True), words, size, low, max(counts) if beside else len(members)
        )
        y = made.top + done + head - size.text * 1.7
        edge = size.width - right
        made.write(words.say(str(group)), left, y, size.text)
        for name, end in (("score", edge - columns[1]), ("rank", edge)):
            made.write(words.say(name), end, y, size.small, style.MUTED, ha="right")
        _values(axes, members.reset_index(drop=True), words, size, columns)
        done += head + line * len(members) + line
    return made.figure


def _panel(axes: Axes, group: pd.DataFrame, words: Words, size: Size, low: float, depth: int) -> None:
    """The dots of one group on the common scale."""
    axes.set(xlim=(low, 100.5), ylim=(depth - 0.5, -0.5))
    axes.set_yticks(range(len(group)), [words.classes[class_id] for class_id in group["class_id"]])
    axes.tick_params(axis="y", labelsize=size.text)
    step = next(step for step in (5, 10, 20, 25, 50, 100) if (100 - low) / step <= 4.01)
    axes.set_xticks(np.arange(100, low - 0.1, -step))
    axes.grid(axis="x")
    axes.spines[:].set_visible(False)
    near = group["near"].iloc[0]
    if not np.isnan(near):
        axes.axvspan(near, group["score"].max(), color=style.RULE, alpha=0.55, linewidth=0)
    ranked = group["rank"].notna().to_numpy()
    dots: dict[str, Any] = {
        "markersize": size.text * 0.62,
        "color": style.SCORE,
        "linestyle": "",
        "clip_on": False,
    }
    axes.plot(group["score"][ranked], np.flatnonzero(ranked), "o", label="ranked", **dots)
    hollow = {**dots, "markerfacecolor": style.PAPER}
    axes.plot(group["score"][~ranked], np.flatnonzero(~ranked), "o", label="unranked", **hollow)


def _values(axes: Axes, group: pd.DataFrame, words: Words, size: Size, columns: tuple[float, float]) -> None:
    """Each class's score and rank, in two columns right of its dot."""
    low, high = axes.get_xlim()
    points = (high - low) / (axes.get_position().width * size.width)
    how: dict[str, Any] = {"fontsize": size.text, "ha": "right", "va": "center_baseline"}
    for at, row in enumerate(rows(group)):
        if row.standing == Standing.EXEMPT:
            small = {**how, "fontsize": size.small}
            axes.text(high + sum(columns) * points, at, words.say("exempt"), **small)
            continue
        axes.text(high + columns[0] * points, at, words.number(row.score, 1), **how)
        rank = "–" if pd.isna(row.rank) else str(row.rank)
        axes.text(high + sum(columns) * points, at, rank, **how)


def class_scores_alt(frame: pd.DataFrame, words: Words) -> str:
    """The picture in a sentence."""
    scored = frame.dropna(subset="score")
    if scored.empty:
        return words.say("nothing")
    low, high = (words.number(float(score), 1) for score in (scored["score"].min(), scored["score"].max()))
    sentences = [words.say("alt_range", week=str(frame["week"].iloc[0]), low=low, high=high)]
    best = frame[frame["rank"] == 1]
    sentences += [
        words.say(
            "alt_best",
            group=words.say(str(group)),
            classes=reduce(
                lambda first, second: words.say("both", first=first, second=second),
                (words.classes[class_id] for class_id in members["class_id"]),
            ),
            score=words.number(float(members["score"].iloc[0]), 1),
        )
        for group, members in best.groupby("group", observed=True)
    ]
    return words.join(sentences if not best.empty else [*sentences, words.say("alt_unranked")])


def class_scores_table(frame: pd.DataFrame, words: Words) -> list[list[str]]:
    """The picture's data: a head, then a row per class."""
    return [
        [words.say(name) for name in ("class", "group", "score", "rank")],
        *(
            [
                words.classes[row.class_id],
                words.say(row.group),
                "–" if np.isnan(row.score) else words.number(row.score, 1),
                words.say(row.standing) if pd.isna(row.rank) else str(row.rank),
            ]
            for row in rows(frame)
        ),
    ]
