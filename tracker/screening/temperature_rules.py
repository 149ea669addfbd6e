"""What a temperature means that somebody typed on a phone.

No database, no web: the tables of tests/screening/test_rules.py are the specification.
"""

import re
import unicodedata
from enum import StrEnum


class TemperatureProblem(StrEnum):
    """Why a typed temperature cannot be taken as it stands."""

    UNREADABLE = "unreadable"
    OUT_OF_RANGE = "out_of_range"
    FAHRENHEIT = "fahrenheit"
    UNLIKELY = "unlikely"
    """Readable, but below 35 or above 41: asked again."""
    RETEST_WITHOUT_FIRST = "retest_without_first"
    MISSING = "missing"
    NOT_PRESENT = "not_present"
    """A reading of a student who is said not to be at school."""


LOWEST, HIGHEST = 320, 430
ASK_BELOW, ASK_ABOVE = 350, 410


def read_temperature(text: str) -> tuple[int | None, TemperatureProblem | None]:
    """Tenths of a degree Celsius from what a teacher types on a phone.

    `36.5`, `365`, `36,5`, `36。5`, `３６．５`, `36.5℃` and `37` are read.  Empty is (None, None).
    A value below 35 or above 41 comes with `UNLIKELY`: it is to be asked again.
    """
    plain = _plain(text)
    if not plain:
        return None, None
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d)0?)?", plain)
    if not match:
        return None, _problem_of(plain)
    whole, decimal = match.groups()
    if decimal is None and len(whole) == 3 and whole[0] in "34":
        tenths = int(whole)
    else:
        tenths = int(whole) * 10 + int(decimal or 0)
    if not LOWEST <= tenths <= HIGHEST:
        return None, _problem_of(plain)
    return tenths, TemperatureProblem.UNLIKELY if is_unlikely(tenths) else None


def _plain(text: str) -> str:
    """What was typed, with one kind of digits and of decimal point, and without its unit."""
    typed = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"\s*(°\s*)?[CFcf度]$", "", re.sub(r"[,。、·]", ".", typed)).strip()


def _problem_of(plain: str) -> TemperatureProblem:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", plain):
        return TemperatureProblem.UNREADABLE
    number = float(plain)
    if 89.6 <= number <= 109.4:
        return TemperatureProblem.FAHRENHEIT
    within = LOWEST <= number * 10 <= HIGHEST
    return TemperatureProblem.UNREADABLE if within else TemperatureProblem.OUT_OF_RANGE


def is_unlikely(tenths: int) -> bool:
    """Whether a reading is asked again before it is taken: below 35 or above 41 degrees."""
    return tenths < ASK_BELOW or tenths > ASK_ABOVE


def celsius_of(fahrenheit: str) -> str:
    """What a Fahrenheit reading is in Celsius, to one place: for the question that is asked back."""
    return f"{(float(_plain(fahrenheit)) - 32) / 1.8:.1f}"
