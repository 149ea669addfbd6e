"""The school before a history is imported, as far as the import depends on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from tracker.school.rules import Place, SchoolDay, Scope, Stage, grade_of
from tracker.screening.rules import SessionCode
from tracker.screening.session_rules import Timetable


@dataclass(frozen=True)
class KnownStay:
    """A student's time in a class."""

    student_id: int
    starts: date
    ends: date | None
    class_id: int

    def holds(self, day: date) -> bool:
        """Whether the student is in the class on a day."""
        return self.starts <= day and (self.ends is None or self.ends >= day)


@dataclass(frozen=True)
class KnownClass:
    """A class, with everybody who was ever in it, in the order of its sheets."""

    id: int
    stage: Stage
    entry_year: int
    stays: Sequence[KnownStay]

    def members(self, day: date) -> tuple[int, ...]:
        """The students of the class on a day, as a sheet lists them."""
        return tuple(stay.student_id for stay in self.stays if stay.holds(day))

    def place(self, day: date) -> Place:
        """The class as what holds for it on a day is found."""
        return Place(self.id, self.entry_year, grade_of(self.stage, self.entry_year, day))


@dataclass(frozen=True)
class KnownSheet:
    """A sheet the school has."""

    is_imported: bool
    """Whether the version that holds came from an import, and nobody has touched it since."""
    is_reported: bool
    keys: frozenset[UUID]
    """Of the versions that came from imports."""


@dataclass(frozen=True)
class KnownAbsence:
    """An absence the school has: from its first to its last known day."""

    first_on: date
    last_on: date


SheetKey = tuple[int, date, SessionCode]


@dataclass(frozen=True)
class Known:
    """The school before the import."""

    today: date
    numbers: Mapping[str, int]
    removed: frozenset[int]
    classes: Mapping[int, KnownClass]
    calendar: Mapping[tuple[Scope, int], Mapping[date, SchoolDay]]
    timetable: Timetable
    sheets: Mapping[SheetKey, KnownSheet]
    absences: Mapping[int, Sequence[KnownAbsence]]
    terms: Sequence[tuple[date, date]]
    """The first and last day of every term."""

    @cached_property
    def stays(self) -> Mapping[int, Sequence[KnownStay]]:
        """The times of each student, oldest first."""
        found: dict[int, list[KnownStay]] = {}
        for stay in sorted(
            (stay for one in self.classes.values() for stay in one.stays), key=lambda stay: stay.starts
        ):
            found.setdefault(stay.student_id, []).append(stay)
        return found

    @cached_property
    def without_zeros(self) -> Mapping[str, str]:
        """The numbers of students by what is left of them without leading zeros."""
        return {number.lstrip("0"): number for number in self.numbers}
