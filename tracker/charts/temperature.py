"""One student's temperatures.  They stand on that student's page alone: not in the catalogue."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from tracker import clock
from tracker.charts import style
from tracker.charts.marks import nothing_yet, page, width_of
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.screening.rules import Site

MARKS = {Site.FOREHEAD.value: "o", Site.EAR.value: "^", Site.AXILLARY.value: "s"}
"""A shape for each place a temperature is taken at."""


def temperatures(frame: pd.DataFrame, words: Words, size: Size) -> Figure:
    """A mark per reading in the order they were taken, its shape by the site; a grid line each degree."""
    if frame.empty:
        return nothing_yet(size, words.say("title"), words.say("nothing"))
    degrees = frame["tenths"] / 10
    headline = words.say("headline", celsius=words.number(float(degrees.max()), 1))
    made = page(size, headline, words.say("subtitle"), room=180)
    left = width_of("40", size.small) + 8
    axes = made.axes(size.margin + left, size.margin, bottom=size.small * 5)
    low, high = min(35.5, float(degrees.min()) - 0.2), max(39.0, float(degrees.max()) + 0.3)
    axes.set(xlim=(-0.7, len(frame) - 0.3), ylim=(low, high))
    axes.set_yticks(range(36, int(high) + 1))
    axes.grid(axis="y")
    axes.plot(degrees.index, degrees, color=style.RULE, linewidth=1.2)
    for site, of_site in degrees.groupby(frame["site"], observed=True):
        marks: dict[str, Any] = {"color": style.ILL, "markersize": size.small * 0.55, "clip_on": False}
        axes.plot(of_site.index, of_site, MARKS[str(site)], label=words.say(str(site)), **marks)
    days = frame["taken_at"].dt.tz_convert(clock.zone()).dt.date
    step = max(1, -(-len(frame) // 5))
    ticks = [n for n in frame.index if n % step == 0]
    axes.set_xticks(ticks, [words.short_day(days[n]) for n in ticks])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False, fontsize=size.small)
    return made.figure
