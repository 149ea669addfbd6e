"""What charts have in common: a page with a headline and a source, a key, week ticks, labels beside lines.

Lengths are in points, from the page's top left corner.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import Rectangle

from tracker.charts import style
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.frames import rows

PIECES = re.compile(r"(?:[⺀-鿿（“＝]|[^\s⺀-鿿（“＝]+)[\s。，、；：）？”]*")
"""What a line may not be broken in: a word or a Chinese character, with the stops that follow it."""

LINE = 1.4
"""The height of a line of text, in its own size."""


@dataclass
class Page:
    """A figure with its headline, subtitle and source already written, and what room is left."""

    figure: Figure
    size: Size
    height: float
    top: float
    bottom: float

    def axes(self, left: float, right: float, *, top: float = 0, bottom: float = 0) -> Axes:
        """Axes in the room that is left, so far inside its edges."""
        width = self.size.width - left - right
        lower = self.bottom + bottom
        height = self.height - self.top - top - lower
        axes = self.figure.add_axes(
            (left / self.size.width, lower / self.height, width / self.size.width, height / self.height)
        )
        axes.tick_params(length=0, labelsize=self.size.small, pad=4)
        return axes

    def width_of(self, axes: Axes) -> float:
        """How wide axes are."""
        return axes.get_position().width * self.size.width

    def height_of(self, axes: Axes) -> float:
        """How high axes are."""
        return axes.get_position().height * self.height

    def write(self, text: str, x: float, y: float, points: float, color: str = style.INK, **how: Any) -> None:
        """Text at a place of the page."""
        how = {"va": "top", "fontsize": points, "color": color, **how}
        self.figure.text(x / self.size.width, 1 - y / self.height, text, **how)


def page(size: Size, headline: str, subtitle: str = "", source: str = "", *, room: float = 0) -> Page:
    """A page that says what is seen; higher than its size where `room` for the chart needs it."""
    style.load()
    width = size.width - 2 * size.margin
    blocks = [
        (wrapped(headline, size.title, width), size.title, style.INK),
        (wrapped(subtitle, size.text, width), size.text, style.MUTED),
    ]
    footer = wrapped(source, size.small, width)
    top = size.margin + sum(len(lines) * points * LINE for lines, points, _ in blocks) + size.text
    bottom = size.margin + len(footer) * size.small * LINE + size.text * 0.6
    height = max(size.height, top + room + bottom)
    made = Page(Figure(figsize=(size.width / 72, height / 72)), size, height, top, bottom)
    y = size.margin
    for lines, points, color in blocks:
        for line in lines:
            made.write(line, size.margin, y, points, color)
            y += points * LINE
    for number, line in enumerate(footer):
        y = height - size.margin - (len(footer) - number) * size.small * LINE
        made.write(line, size.margin, y, size.small, style.MUTED)
    return made


def nothing_yet(size: Size, headline: str, sentence: str) -> Figure:
    """A page that says there is nothing to draw yet."""
    made = page(size, headline)
    made.write(
        "\n".join(wrapped(sentence, size.text, size.width - 4 * size.margin)),
        size.width / 2,
        made.height / 2,
        size.text,
        style.MUTED,
        ha="center",
        va="center",
        linespacing=LINE,
    )
    return made.figure


@lru_cache(maxsize=2048)
def width_of(text: str, points: float) -> float:
    """How wide a line of text is."""
    font = get_font([str(style.font_file()), findfont("DejaVu Sans")])
    font.set_size(points, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64


def wrapped(text: str, points: float, width: float) -> list[str]:
    """A text in lines that fit, broken at blanks and between Chinese characters, not before 。，、；）."""
    lines: list[str] = []
    line = ""
    for piece in PIECES.findall(text):
        if line and width_of((line + piece).rstrip(), points) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line else lines


@dataclass(frozen=True)
class Swatch:
    """An entry of a key: a colour, what stands in it, and what it means."""

    color: str
    sign: str
    meaning: str


def key(made: Page, swatches: Sequence[Swatch]) -> float:
    """Write what colours and signs mean under the subtitle; how high that became."""
    size = made.size
    box = size.small * 1.25
    x, y = size.margin, made.top - size.text * 0.4
    for swatch in swatches:
        width = box + 5 + width_of(swatch.meaning, size.small) + 16
        if x > size.margin and x + width - 16 > size.width - size.margin:
            x, y = size.margin, y + size.small * 1.8
        corner = (x / size.width, 1 - (y + box) / made.height)
        made.figure.add_artist(
            Rectangle(
                corner,
                box / size.width,
                box / made.height,
                facecolor=swatch.color,
                edgecolor=style.RULE,
                linewidth=0.8,
                transform=made.figure.transFigure,
            )
        )
        made.write(swatch.sign, x + box / 2, y + box / 2, size.small * 0.9, ha="center", va="center_baseline")
        made.write(swatch.meaning, x + box + 5, y + box / 2, size.small, va="center_baseline")
        x += width
    return y + box - made.top + size.text * 0.8


def week_ticks(axes: Axes, days: pd.DataFrame, words: Words, size: Size, step: float) -> None:
    """The first school day of each week under an axis: as many as have room, the newest first."""
    begin = float("inf")
    shown = {}
    for row in rows(days[days["week"].diff().ne(0)].iloc[::-1]):
        lines = [words.short_day(row.on.date()), words.say("week", number=str(row.week))]
        half = max(width_of(line, size.small) for line in lines) / 2 + size.small * 0.35
        if row.Index * step + half <= begin:
            shown[row.Index] = "\n".join(lines)
            begin = row.Index * step - half
    axes.set_xticks(list(shown), list(shown.values()), linespacing=1.3)


def apart(first: float, second: float, gap: float) -> tuple[float, float]:
    """Two places on an axis, moved apart as far as two labels need."""
    short = gap - abs(first - second)
    if short <= 0:
        return first, second
    sign = 1 if first >= second else -1
    return first + sign * short / 2, second - sign * short / 2
