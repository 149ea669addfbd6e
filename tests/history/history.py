"""Histories as files, for tests."""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.school.roster import csv_file

REQUIRED = ("date", "session", "student_number", "state")
HEADER = (*REQUIRED, "reason", "symptoms", "temperature", "onset", "diagnosis")


def history_file(*rows: Sequence[Any], header: Iterable[str] = HEADER) -> bytes:
    """A history as .csv; cells left out at a row's end are empty."""
    header = tuple(header)
    return csv_file(header, [(*row, *[""] * (len(header) - len(row))) for row in rows])
