"""Absence through illness over the term."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tracker.charts import style
from tracker.charts.marks import apart, nothing_yet, page, week_ticks, width_of
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
    now_label = words.say("mean") + "\n" + words.percent(found.now)
    usual_label = words.say("usual") + "\n" + words.percent(found.usual)
    right = max(width_of(line, size.small) for line in f"{now_label}\n{usual_label}".split("\n"))
    top = max(float(frame["rate"].max()), float(frame["high"].max()), 0.01) * 1.12
    step = next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if top / step <= 7 or step == 0.2)
    ticks = np.arange(0, top, step)
    tick_labels = [words.percent(tick, 1 if step < 0.01 else 0) for tick in ticks]
    left = max(width_of(label, size.small) for label in tick_labels)
    axes = made.axes(size.margin + left + 6, size.margin + right + 10, bottom=size.small * 4.2)
    axes.set(xlim=(-0.7, len(frame) - 0.3), ylim=(0, top))
    axes.set_yticks(ticks, tick_labels)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)

    at = np.arange(len(frame))
    holidays = np.flatnonzero(frame["on"].diff().dt.days.to_numpy() > 4)
    for position in holidays:
        axes.axvline(position - 0.5, color=style.NO_DATA, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.text(position - 0.4, top, words.say("holiday"), fontsize=size.small, color=style.MUTED, va="top")
    axes.fill_between(at, frame["low"], frame["high"], color=style.ILL, alpha=0.18, linewidth=0)
    dots: dict[str, Any] = {"markersize": size.small * 0.42, "clip_on": False}
    axes.plot(at, frame["rate"], "o", color=style.NO_DATA, label="day", **dots)
    axes.plot(at, frame["mean"], color=style.ILL, linewidth=size.small * 0.22, label="mean")
    axes.axhline(found.usual, color=style.USUAL, linewidth=1.4, linestyle="--", label="usual")
    height = axes.get_position().height * made.height
    silent = np.flatnonzero(frame["rate"].isna())
    # Under the axis: nowhere on the scale, so that nobody reads it as zero.
    axes.plot(
        silent,
        np.full(len(silent), -size.small * 0.7 / height),
        "x",
        color=style.NO_DATA,
        markersize=size.small * 0.5,
        markeredgewidth=1.5,
        transform=axes.get_xaxis_transform(),
        clip_on=False,
        label="silent",
    )

    week_ticks(axes, frame, words, size, axes.get_position().width * size.width / (len(frame) + 0.4))
    axes.tick_params(axis="x", pad=size.small * 1.2)

    end = float(frame["mean"].dropna().iloc[-1])
    now_y, usual_y = apart(end, found.usual, 3 * size.small / height * top)
    beside: dict[str, Any] = {"fontsize": size.small, "va": "center", "linespacing": 1.25, "clip_on": False}
    axes.text(len(frame), now_y, now_label, color=style.ILL, **beside)
    axes.text(len(frame), usual_y, usual_label, color=style.USUAL, **beside)
    if found.has_peak and found.peak_at < len(frame) - WINDOW:
        to_the_left = found.peak_at > len(frame) * 0.4
        axes.annotate(
            words.say("peak", day=words.long_day(found.peak_on), rate=words.percent(found.peak)),
            (found.peak_at, found.peak),
            (found.peak_at + len(frame) * (-0.12 if to_the_left else 0.12), top * 0.88),
            fontsize=size.small,
            ha="right" if to_the_left else "left",
            va="center",
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 2},
            arrowprops={"arrowstyle": "-", "color": style.MUTED, "linewidth": 0.8, "shrinkB": 3},
        )
    return made.figure


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
