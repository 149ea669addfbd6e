"""When recorded temperatures ask for a second look.  No database, no web.

A hint accuses nobody: it is shown to the nurse alone, and only where values are recorded.
"""

from dataclasses import dataclass
from enum import StrEnum


class Hint(StrEnum):
    """What is unusual about the values of a class."""

    ONE_VALUE = "one_value"
    """Every child has the same temperature."""
    SAME_AS_BEFORE = "same_as_before"
    """Every child has the temperature of the same session on the school day before."""
    EARLY = "early"
    """It was submitted before the session starts."""


FEWEST_VALUES = 8
"""With fewer values nothing is unusual: so many children are often alike."""


@dataclass(frozen=True)
class Values:
    """The first readings of one sheet, summed up."""

    count: int = 0
    lowest: int | None = None
    highest: int | None = None
    same_as_before: int = 0
    """How many children had the very same value the school day before."""


def hints_of(values: Values, *, early: bool) -> list[Hint]:
    """What is unusual about a sheet's values."""
    if values.count < FEWEST_VALUES:
        return []
    found = {
        Hint.ONE_VALUE: values.lowest == values.highest,
        Hint.SAME_AS_BEFORE: values.same_as_before == values.count,
        Hint.EARLY: early,
    }
    return [hint for hint, is_so in found.items() if is_so]
