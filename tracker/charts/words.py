"""All that a chart says, in one language: made before it is drawn, as plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal


@dataclass(frozen=True)
class Words:
    """The phrases of one chart and the names of classes and codes, in one language."""

    language: str
    phrases: Mapping[str, str]
    classes: Mapping[int, str]

    def say(self, phrase: str, **values: str) -> str:
        """A phrase, with its values put in."""
        return self.phrases[phrase] % values

    def join(self, sentences: list[str]) -> str:
        """Sentences one after the other."""
        return ("" if self.language.startswith("zh") else " ").join(sentences)

    def percent(self, share: float, places: int = 1) -> str:
        """A share as a percentage: 1.2%."""
        return self.number(100 * share, places) + "%"

    def number(self, value: float, places: int = 0) -> str:
        """A number with so many decimals, halves up: 1,486 or 94.2."""
        exact = Decimal(str(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return str(format_decimal(exact, "#,##0" + "." * bool(places) + "0" * places, locale=self.language))

    def short_day(self, day: date) -> str:
        """A day on an axis: 9/21, or Sep 21."""
        skeleton = "Md" if self.language.startswith("zh") else "MMMd"
        return str(format_skeleton(skeleton, day, locale=self.language))

    def long_day(self, day: date) -> str:
        """A day in a sentence: 9月21日, or Sep 21."""
        return str(format_skeleton("MMMd", day, locale=self.language))

    def full_day(self, day: date) -> str:
        """A day in a table: 2026-09-21 周一."""
        return str(format_date(day, "yyyy-MM-dd EEE", locale=self.language))
