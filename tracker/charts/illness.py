"""Absence through illness over the term."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tracker.charts import style
from tracker.charts.marks import Page, apart, nothing_yet, page, week_ticks, width_of
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.frames import DAY, Schema, rows

WINDOW = 5
"""School days that a mean is taken over."""
EXACT = 1e-9
"""No share is told from another that is nearer: a term without any illness is no more than zero."""

TREND = Schema(
    "one row per school day",
    ("on",),
    {
        "on": DAY,
        "week": "int64",
        "due": "int64",
        "reported": "int64",
        "expected": "float64",
        "ill": "float64",
        "rate": "float64",
        "mean": "float64",
        "low": "float64",
        "high": "float64",
    },
)


def trend(days: pd.DataFrame, weeks: "pd.Series[int]") -> pd.DataFrame:
    """The rate of each school day, and its mean over the last five with a 95 % interval: see TREND.

    A mean is the sum of the ill over the sum of the expected; a day without a report is in neither.
    """
    counts = days[["ill", "expected"]].astype("float64")
    last = counts.rolling(WINDOW, min_periods=1).sum()
    low, high = wilson(last["ill"], last["expected"])
    return TREND.shape(
        days.assign(
            week=weeks,
            expected=counts["expected"],
            ill=counts["ill"],
            rate=counts["ill"] / counts["expected"],
            mean=last["ill"] / last["expected"],
            low=low,
            high=high,
        )
    )


def wilson(successes: Any, trials: Any, z: float = 1.96) -> tuple[Any, Any]:
    """The 95 % interval of a share, by Wilson's score: inside 0 and 1 however small the numbers."""
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return centre - half, centre + half


@dataclass(frozen=True)
class Finding:
    """The numbers that a trend's sentences speak of."""

    ill: int
    expected: int
    now: float
    usual: float
    verdict: str
    peak: float
    peak_at: int
    """The row of the highest mean."""
    peak_on: date
    silent: int
    """School days without any report."""
    coverage: float

    @property
    def has_peak(self) -> bool:
        """Whether the highest mean stands out."""
        return self.verdict != "only" and self.peak > 1.2 * self.usual

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Finding | None":
        """What a trend shows; None if no class has reported yet."""
        reported = frame.dropna(subset="rate")
        if reported.empty:
            return None
        last_at = int(np.flatnonzero(frame["mean"].notna())[-1])
        last = frame.iloc[last_at]
        window = frame.iloc[: last_at + 1].tail(WINDOW)
        usual = float(reported["ill"].sum() / reported["expected"].sum())
        verdict = "below" if last["high"] < usual else "above" if last["low"] > usual + EXACT else "about"
        peak_at = int(frame["mean"].to_numpy(na_value=0).argmax())
        return cls(
            ill=int(window["ill"].sum()),
            expected=int(window["expected"].sum()),
            now=float(last["mean"]),
            usual=usual,
            verdict=verdict if len(reported) > 2 * WINDOW else "only",
            peak=float(frame["mean"].max()),
            peak_at=peak_at,
            peak_on=frame["on"].iloc[peak_at].date(),
            silent=int(frame["rate"].isna().sum()),
            coverage=float(frame["reported"].sum() / frame["due"].sum()),
        )


def illness_absence(frame: pd.DataFrame, words: Words, size: Size) -> Figure:
    """A dot per school day, the mean of the last five as a line in its band, the term's mean dashed."""
    found = Finding.of(frame)
    if found is None:
        return nothing_yet(size, words.say("title"), words.say("nothing"))
    reported = frame.dropna(subset="rate")
    made = page(
        size,
        words.say(
            f"headline_{found.verdict}", rate=words.percent(found.now), mean=words.percent(found.usual)
        ),
        words.say(
            "subtitle",
            first=words.long_day(frame["on"].iloc[0].date()),
            last=words.long_day(frame["on"].iloc[-1].date()),
        ),
        words.say(
            "source",
            expected=words.number(float(reported["expected"].mean())),
            coverage=words.percent(found.coverage, 0),
        ),
        room=200,
    )
    beside = {
        style.ILL: (found.now, words.say("mean") + "\n" + words.percent(found.now)),
        style.USUAL: (found.usual, words.say("usual") + "\n" + words.percent(found.usual)),
    }
    right = max(width_of(line, size.small) for _, label in beside.values() for line in label.split("\n"))
    axes = _scale(made, frame, words, right)
    _days_and_means(axes, frame, found, size)
    _holidays(axes, frame, words, size)
    _silent_days(axes, frame, size, made.height_of(axes))
    week_ticks(axes, frame, words, size, made.width_of(axes) / (len(frame) + 0.4))
    axes.tick_params(axis="x", pad=size.small * 1.2)
    _beside(axes, len(frame), beside, size, made.height_of(axes))
    if found.has_peak and found.peak_at < len(frame) - WINDOW:
        label = words.say("peak", day=words.long_day(found.peak_on), rate=words.percent(found.peak))
        _peak(axes, len(frame), found, label, size)
    return made.figure


def _scale(made: Page, frame: pd.DataFrame, words: Words, right: float) -> Axes:
    """Axes from zero to a little more than the highest of what is drawn, a place for every school day."""
    top = max(float(frame["rate"].max()), float(frame["high"].max()), 0.01) * 1.12
    step = next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if top / step <= 7 or step == 0.2)
    ticks = np.arange(0, top, step)
    labels = [words.percent(tick, 1 if step < 0.01 else 0) for tick in ticks]
    left = max(width_of(label, made.size.small) for label in labels)
    margin, small = made.size.margin, made.size.small
    axes = made.axes(margin + left + 6, margin + right + 10, bottom=small * 4.2)
    axes.set(xlim=(-0.7, len(frame) - 0.3), ylim=(0, top))
    axes.set_yticks(ticks, labels)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    return axes


def _days_and_means(axes: Axes, frame: pd.DataFrame, found: Finding, size: Size) -> None:
    at = np.arange(len(frame))
    dots: dict[str, Any] = {"color": style.NO_DATA, "markersize": size.small * 0.42, "clip_on": False}
    axes.fill_between(at, frame["low"], frame["high"], color=style.ILL, alpha=0.18, linewidth=0)
    axes.plot(at, frame["rate"], "o", label="day", **dots)
    axes.plot(at, frame["mean"], color=style.ILL, linewidth=size.small * 0.22, label="mean")
    axes.axhline(found.usual, color=style.USUAL, linewidth=1.4, linestyle="--", label="usual")


def _holidays(axes: Axes, frame: pd.DataFrame, words: Words, size: Size) -> None:
    """A dotted line where more than a weekend was left out."""
    top = axes.get_ylim()[1]
    for at in np.flatnonzero(frame["on"].diff().dt.days.to_numpy() > 4):
        axes.axvline(at - 0.5, color=style.NO_DATA, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.text(at - 0.4, top, words.say("holiday"), fontsize=size.small, color=style.MUTED, va="top")


def _silent_days(axes: Axes, frame: pd.DataFrame, size: Size, height: float) -> None:
    """Crosses under the axis: nowhere on the scale, so that nobody reads them as zero."""
    silent = np.flatnonzero(frame["rate"].isna())
    under = np.full(len(silent), -size.small * 0.7 / height)
    cross: dict[str, Any] = {"markersize": size.small * 0.5, "markeredgewidth": 1.5, "clip_on": False}
    place = axes.get_xaxis_transform()
    axes.plot(silent, under, "x", color=style.NO_DATA, transform=place, label="silent", **cross)


def _beside(axes: Axes, at: int, labels: Mapping[str, tuple[float, str]], size: Size, height: float) -> None:
    """What the two lines are, right of their ends and clear of each other."""
    first, second = (place for place, _ in labels.values())
    places = apart(first, second, 3 * size.small / height * axes.get_ylim()[1])
    for (color, (_, label)), place in zip(labels.items(), places, strict=True):
        axes.text(at, place, label, color=color, fontsize=size.small, va="center", linespacing=1.25)


def _peak(axes: Axes, days: int, found: Finding, label: str, size: Size) -> None:
    """The highest mean, named where there is room beside it."""
    side = -1 if found.peak_at > days * 0.4 else 1
    axes.annotate(
        label,
        (found.peak_at, found.peak),
        (found.peak_at + side * days * 0.12, axes.get_ylim()[1] * 0.88),
        fontsize=size.small,
        ha="right" if side < 0 else "left",
        va="center",
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 2},
        arrowprops={"arrowstyle": "-", "color": style.MUTED, "linewidth": 0.8, "shrinkB": 3},
    )


def illness_absence_alt(frame: pd.DataFrame, words: Words) -> str:
    """The picture in a sentence."""
    found = Finding.of(frame)
    if found is None:
        return words.say("nothing")
    sentences = [
        words.say(
            f"alt_{found.verdict}",
            rate=words.percent(found.now),
            ill=words.number(found.ill),
            expected=words.number(found.expected),
            mean=words.percent(found.usual),
        )
    ]
    if found.has_peak:
        sentences.append(
            words.say("alt_peak", day=words.long_day(found.peak_on), rate=words.percent(found.peak))
        )
    if found.silent:
        sentences.append(words.say("alt_silent", days=words.number(found.silent)))
    return words.join(sentences)


def illness_absence_table(frame: pd.DataFrame, words: Words) -> list[list[str]]:
    """The picture's data: a head, then a row per school day, newest first."""
    head = [words.say(name) for name in ("on", "reported", "expected", "ill", "rate", "mean")]
    return [
        head,
        *(
            [
                words.full_day(row.on.date()),
                f"{row.reported} / {row.due}",
                *(
                    ["–"] * 3
                    if np.isnan(row.rate)
                    else [words.number(row.expected), words.number(row.ill), words.percent(row.rate)]
                ),
                "–" if np.isnan(row.mean) else words.percent(row.mean),
            ]
            for row in rows(frame.iloc[::-1])
        ),
    ]
