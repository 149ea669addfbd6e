"""From a chart to bytes: the same question in the same language is drawn once, and always alike."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from threading import Lock

import pandas as pd
from matplotlib.figure import Figure

from tracker import __version__
from tracker.charts.catalogue import Chart
from tracker.charts.style import Size
from tracker.charts.words import Words

FORMS = {"svg": "image/svg+xml", "png": "image/png"}
DPI = 200
UNSAID = ("Creator", "Date", "Format", "Type")
"""What an SVG would say of how it was made."""
REMEMBERED = 48

_drawn: OrderedDict[str, bytes] = OrderedDict()
# One at a time: drawing holds the interpreter anyway, and who waits finds the picture drawn.
_drawing = Lock()


@dataclass(frozen=True)
class Picture:
    """A chart as a file, and the tag that changes when it does."""

    body: bytes
    mimetype: str
    etag: str


def etag_of(chart: Chart, frame: pd.DataFrame, words: Words, form: str, size: Size) -> str:
    """What a picture depends on, in short: the chart, its data, its language, its form."""
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    about = repr((__version__, chart.name, form, size.name, words))
    return sha256(about.encode() + rows).hexdigest()[:32]


def picture(chart: Chart, frame: pd.DataFrame, words: Words, form: str, size: Size) -> Picture:
    """A chart drawn, or remembered from the last time it was."""
    etag = etag_of(chart, frame, words, form, size)
    body = _drawn.get(etag)
    if body is None:
        with _drawing:
            body = _drawn.get(etag) or _draw(chart, frame, words, form, size)
            _drawn[etag] = body
            while len(_drawn) > REMEMBERED:
                _drawn.popitem(last=False)
    return Picture(body, FORMS[form], etag)


Draw = Callable[[pd.DataFrame, Words, Size], Figure]


def drawn(draw: Draw, frame: pd.DataFrame, words: Words, size: Size) -> bytes:
    """A picture of one person as SVG: drawn, and never remembered."""
    with _drawing:
        file = BytesIO()
        draw(frame, words, size).savefig(file, format="svg", metadata=dict.fromkeys(UNSAID))
    return without_style(file.getvalue().decode()).encode()


def _draw(chart: Chart, frame: pd.DataFrame, words: Words, form: str, size: Size) -> bytes:
    figure = chart.draw(frame, words, size)
    file = BytesIO()
    if form == "png":
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
        return file.getvalue()
    figure.savefig(file, format="svg", metadata={"Title": chart.alt(frame, words), **dict.fromkeys(UNSAID)})
    return without_style(file.getvalue().decode()).encode()


def without_style(svg: str) -> str:
    """A picture styled by attributes: under our content policy each `style` would be ignored, all black."""
    svg = re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    return re.sub(r'\bstyle="([^"]*)"', lambda found: _attributes(found[1]), svg)


def _attributes(style: str) -> str:
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    return " ".join(f'{name.strip()}="{value.strip()}"' for name, _, value in pairs)
