"""The week's scores, class by class inside their ranking groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tracker.assessment.rules import Indicator, RankingGroup, Scheme, Standing
from tracker.charts import style
from tracker.charts.marks import Page, nothing_yet, page, width_of
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
    share = scheme.weights.get(Indicator.SCREENING_ON_TIME, 0) / sum(scheme.weights.values())
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
    groups = [(str(group), members) for group, members in frame.groupby("group", observed=True)]
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
        room=_room(size, counts),
    )
    ticks = _ticks(frame["score"].min())
    label = max(width_of(words.classes[class_id], size.text) for class_id in frame["class_id"]) + 8
    score = max(width_of(text, size.text) for text in ("100.0", words.say("score"))) + 12
    rank = max(width_of(text, size.text) for text in ("88", words.say("rank"))) + 12
    for (group, members), box in zip(groups, _boxes(made, counts), strict=True):
        top, bottom = box.top + HEAD * size.text, box.bottom + FOOT * size.text
        axes = made.axes(box.left + label, box.right + score + rank, top=top, bottom=bottom)
        _panel(axes, members, words, size, ticks, box.depth)
        _values(axes, members, words, size, (score, rank), made.width_of(axes))
        y, edge = made.top + top - size.text * 1.7, size.width - box.right
        made.write(words.say(group), box.left, y, size.text)
        made.write(words.say("score"), edge - rank, y, size.small, style.MUTED, ha="right")
        made.write(words.say("rank"), edge, y, size.small, style.MUTED, ha="right")
    return made.figure


HEAD, LINE, FOOT = 2.6, 1.75, 1.75
"""The heights of a panel's head, of a class in it and of its scale, in the size of the text."""


@dataclass(frozen=True)
class Box:
    """Where a panel stands in the room of a page, and how many classes deep it is."""

    left: float
    right: float
    top: float
    bottom: float
    depth: int


def _room(size: Size, counts: list[int]) -> float:
    """How high the panels are together."""
    heights = [(HEAD + LINE * count + FOOT) * size.text for count in counts]
    return max(heights) if size is style.WIDE else sum(heights)


def _boxes(made: Page, counts: list[int]) -> Iterator[Box]:
    """The panels side by side on a wide page, one under the other on a phone."""
    size, room = made.size, made.height - made.top - made.bottom
    if size is style.WIDE:
        gap = 2 * size.margin
        across = (size.width - 2 * size.margin + gap) / len(counts)
        spare = max(room - (HEAD + 2 * LINE * max(counts) + FOOT) * size.text, 0)
        for number in range(len(counts)):
            after = len(counts) - 1 - number
            yield Box(size.margin + number * across, size.margin + after * across, 0, spare, max(counts))
        return
    top = 0.0
    for count in counts:
        height = _room(size, [count])
        yield Box(size.margin, size.margin, top, room - top - height, count)
        top += height


def _ticks(least: float) -> Any:
    """The scale, from a little under the least score to 100: five numbers at most."""
    low = min(max(least - 2, 0), 80)
    step = next(step for step in (5, 10, 20, 25, 50) if (100 - low) / step <= 4)
    return np.arange(low // step * step, 101, step)


def _panel(axes: Axes, members: pd.DataFrame, words: Words, size: Size, ticks: Any, depth: int) -> None:
    """The dots of one group on the common scale."""
    axes.set(xlim=(ticks[0], 100.5), ylim=(depth - 0.5, -0.5))
    axes.set_yticks(range(len(members)), [words.classes[class_id] for class_id in members["class_id"]])
    axes.tick_params(axis="y", labelsize=size.text)
    axes.set_xticks(ticks)
    axes.grid(axis="x")
    axes.spines[:].set_visible(False)
    near, late_check = members["near"].iloc[0], members["late_check"].iloc[0]
    if not np.isnan(near):
        axes.axvspan(near, near + late_check, color=style.RULE, alpha=0.55, linewidth=0)
    ranked = members["rank"].notna().to_numpy()
    dots: dict[str, Any] = {"color": style.SCORE, "markersize": size.text * 0.62, "clip_on": False}
    hollow = {**dots, "markerfacecolor": style.PAPER}
    axes.plot(members["score"][ranked], np.flatnonzero(ranked), "o", label="ranked", **dots)
    axes.plot(members["score"][~ranked], np.flatnonzero(~ranked), "o", label="unranked", **hollow)


def _values(
    axes: Axes, members: pd.DataFrame, words: Words, size: Size, columns: tuple[float, float], width: float
) -> None:
    """Each class's score and rank, in two columns right of its dot."""
    low, high = axes.get_xlim()
    score, rank = (high + end / width * (high - low) for end in (columns[0], sum(columns)))
    how: dict[str, Any] = {"ha": "right", "va": "center_baseline"}
    for at, row in enumerate(rows(members)):
        if row.standing == Standing.EXEMPT:
            axes.text(rank, at, words.say("exempt"), fontsize=size.small, **how)
            continue
        axes.text(score, at, words.number(row.score, 1), fontsize=size.text, **how)
        axes.text(rank, at, "–" if pd.isna(row.rank) else str(row.rank), fontsize=size.text, **how)


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
