"""The supplies one school began with.  Only data; what a school has is counted by itself.

Chlorine begins at nothing: it is accepted with its lot, whose label says how it is mixed.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.supplies.rules import Category, Measure


@dataclass(frozen=True)
class Opening:
    """A supply of the opening list: how much there is, the least there should be, where it is kept."""

    name: Any
    category: Category
    quantity: int
    minimum: int
    keeper: Any
    unit: Measure = Measure.PIECE


OPENING = (
    Opening(_l("Infrared thermometer"), Category.THERMOMETER, 2, 3, _l("Gate")),
    Opening(_l("Electronic thermometer"), Category.THERMOMETER, 15, 19, _l("Classes, nurse's room")),
    Opening(_l("Mask (N95)"), Category.PROTECTION, 100, 100, _l("Nurse's room")),
    Opening(_l("Disposable gloves"), Category.PROTECTION, 0, 100, _l("Nurse's room")),
    Opening(_l("Spill kit"), Category.PROTECTION, 0, 4, _l("General affairs")),
    Opening(_l("Small sprayer"), Category.TOOL, 12, 18, _l("One a class")),
    Opening(_l("84 disinfectant"), Category.CHLORINE, 0, 20_000, _l("General affairs, locked"), Measure.ML),
    Opening(_l("75 % alcohol"), Category.ALCOHOL, 0, 5_000, _l("Nurse's room, apart from 84"), Measure.ML),
    Opening(_l("Hand wash"), Category.HYGIENE, 0, 10_000, _l("General affairs"), Measure.ML),
)
