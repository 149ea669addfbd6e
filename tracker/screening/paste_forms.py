"""A column of temperatures that somebody pastes: which value belongs to which student."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Seated(Protocol):
    """A student as a column can name one."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def seat(self) -> int | None: ...


MOST_LINES = 200


@dataclass
class Pasted:
    """What a pasted text says: values by student, and the lines that name nobody, by their number."""

    values: dict[int, str] = field(default_factory=dict)
    strangers: list[tuple[int, str]] = field(default_factory=list)
    surplus: int = 0
    """How many lines there were beyond the last student."""


def read_column(text: str, students: Sequence[Seated]) -> Pasted:
    """Values by student: a line each in seat order, or after a seat number or a name, in any order.

    An empty line is a student without a value.  What stands there is kept as it was typed.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")[:MOST_LINES]
    cells = [_cells(line) for line in lines]
    found = Pasted()
    if not text.strip():
        return found
    if not any(len(one) > 1 for one in cells):
        for student, one in zip(students, cells, strict=False):
            found.values[student.id] = one[0]
        found.surplus = max(0, len(cells) - len(students))
        return found
    for number, one in enumerate(cells, 1):
        named = _named(one[:-1], students)
        if named is not None and named not in found.values:
            found.values[named] = one[-1]
        elif any(one):
            found.strangers.append((number, " ".join(one)[:40]))
    return found


def _cells(line: str) -> list[str]:
    """The cells of a line: between tabs, else between blanks; the value stands last."""
    plain = unicodedata.normalize("NFKC", line).strip()
    parts = plain.split("\t") if "\t" in plain else re.split(r"\s+", plain)
    return [part.strip()[:32] for part in parts]


def _named(cells: Sequence[str], students: Sequence[Seated]) -> int | None:
    """The one student whose seat or name stands in these cells; None for none, and for two."""
    words = [cell.strip(".、:号 ") for cell in cells]
    seats = {int(word) for word in words if word.isascii() and word.isdigit()}
    named = [one for one in students if one.name in (*words, " ".join(words))]
    if seats:
        seated = [one for one in students if one.seat in seats]
        # A seat and a name that contradict each other name nobody.
        found = [one for one in seated if not named or one in named]
    else:
        found = named
    return found[0].id if len(found) == 1 else None
