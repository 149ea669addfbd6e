"""How charts look: the font, colours by meaning, and sizes."""

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import matplotlib
from matplotlib import font_manager

INK = "#1f2328"
MUTED = "#59636e"
RULE = "#d1d9e0"
NO_DATA = "#8b949e"
PAPER = "#ffffff"

# Okabe and Ito's colours, by what they mean; each comes with a shape, a number or a word as well.
ILL = "#0072B2"
USUAL = "#D55E00"
SCORE = "#0072B2"
UNRANKED = "#8b949e"
ON_TIME = "#cfe5f2"
LATE = "#E69F00"
NOT_DONE = "#D55E00"
NOT_YET = "#dfe3e8"

_lock = Lock()
_loaded = False


@dataclass(frozen=True)
class Size:
    """A width and a least height in points, and the sizes of type on it."""

    name: str
    width: float
    height: float
    title: float
    text: float
    small: float
    margin: float


WIDE = Size("wide", 960, 540, 25, 14, 12, 24)
"""A page on a desk, a slide, a projector: 16 by 9."""
NARROW = Size("narrow", 366, 420, 17, 12, 11, 6)
"""A phone held upright: one point is about one of its pixels."""
SIZES = {size.name: size for size in (WIDE, NARROW)}


@cache
def font_file() -> Path:
    """The file of Noto Sans SC.  The package that carries it is found, never imported."""
    carrier = importlib.util.find_spec("zhplot")
    if carrier is None or not carrier.submodule_search_locations:
        raise FileNotFoundError("zhplot, which carries the font, is not installed")
    return Path(next(iter(carrier.submodule_search_locations))) / "fonts" / "NotoSansSC-Regular.ttf"


def load() -> None:
    """Set matplotlib's style, once for the whole process and for all threads."""
    global _loaded
    with _lock:
        if _loaded:
            return
        font_manager.fontManager.addfont(str(font_file()))
        matplotlib.rcParams.update(
            {
                "font.family": ["Noto Sans SC", "DejaVu Sans"],
                "text.color": INK,
                "text.hinting": "none",
                "axes.unicode_minus": False,
                "axes.edgecolor": INK,
                "axes.linewidth": 0.8,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.axisbelow": True,
                "xtick.color": INK,
                "ytick.color": INK,
                "grid.color": RULE,
                "grid.linewidth": 0.8,
                "figure.facecolor": PAPER,
                "svg.fonttype": "path",
                "svg.hashsalt": "tracker",
                "pdf.fonttype": 42,
            }
        )
        _loaded = True
