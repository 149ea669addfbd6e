"""What importing a roster would change.  No database, no web: see tests/school/test_roster_plan.py."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.school.roster_cells import (
    GUARDIANS,
    ClassKey,
    Column,
    GuardianText,
    Notice,
    Reason,
    Roster,
    StudentRow,
    Unreadable,
    Wrong,
)
from tracker.school.rules import Sex


@dataclass(frozen=True)
class KnownClass:
    """A class the school has."""

    id: int
    key: ClassKey
    used: bool
    """Whether any student was ever enrolled in it."""


@dataclass(frozen=True)
class KnownStay:
    """A student's newest enrolment."""

    starts: date
    ends: date | None
    class_id: int
    seat: int | None


@dataclass(frozen=True)
class KnownResidence:
    """A student's newest time in a dormitory."""

    starts: date
    ends: date | None
    dormitory: str


@dataclass(frozen=True)
class GuardianSeen:
    """A guardian, comparable without showing the phone."""

    name: str | None = None
    relation: str | None = None
    phone_hash: str | None = None


@dataclass(frozen=True)
class KnownStudent:
    """A student the school has, as far as a roster can change it."""

    id: int
    number: str
    name: str
    sex: Sex | None = None
    birth_date: date | None = None
    removed: bool = False
    stay: KnownStay | None = None
    residence: KnownResidence | None = None
    guardians: Mapping[int, GuardianSeen] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """The school before the import."""

    classes: Mapping[ClassKey, KnownClass]
    students: Mapping[str, KnownStudent]


@dataclass(frozen=True)
class Days:
    """The days an import may begin on."""

    today: date
    chosen: date | None
    """What `--on` or the page says; None: today, or the term's first day for a class without any student."""
    term_starts: date | None

    def for_class(self, known: KnownClass | None, *, moves: bool) -> date:
        """The first day in a class.  A move never reaches back behind today unless a day was chosen."""
        if self.chosen:
            return self.chosen
        if self.term_starts is None or (known and known.used):
            return self.today
        return max(self.today, self.term_starts) if moves else self.term_starts


class Step(StrEnum):
    """What becomes of an enrolment or a residence."""

    KEEP = "keep"
    BEGIN = "begin"
    """A new one begins."""
    MOVE = "move"
    """The old one ends the day before, a new one begins."""
    CORRECT = "correct"
    """The old one has not been lived yet: it is put right where it stands."""
    END = "end"
    """It ends the day before."""
    DROP = "drop"
    """It has not been lived yet: it goes away."""


@dataclass(frozen=True)
class Change:
    """One column of one student: what it was and what it becomes.

    Of a guardian's columns only whether it changed or was cleared.
    """

    column: Column
    before: Any
    after: Any


@dataclass(frozen=True)
class Line:
    """What the import does to one student."""

    row: StudentRow
    known: KnownStudent | None
    enrolment: Step
    residence: Step
    on: date
    """The day a move or a new enrolment takes hold."""
    changes: tuple[Change, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the school does not have this student yet."""
        return self.known is None

    @property
    def is_changed(self) -> bool:
        """Whether anything is different from what the school has."""
        return self.known is not None and (bool(self.changes) or self.enrolment is not Step.KEEP)


@dataclass(frozen=True)
class Plan:
    """What an import would do, all of it."""

    columns: frozenset[Column]
    lines: tuple[Line, ...]
    wrong: tuple[Wrong, ...]
    new_classes: tuple[ClassKey, ...]
    missing: tuple[KnownStudent, ...]
    """Students of the file's classes whom the file does not name: listed, never removed."""
    notices: tuple[tuple[Notice, Mapping[str, Any]], ...]

    @property
    def new(self) -> list[Line]:
        """Students the school does not have yet."""
        return [line for line in self.lines if line.is_new]

    @property
    def new_by_class(self) -> list[tuple[ClassKey, list[Line]]]:
        """The new students of each class, in the order of the file's rows."""
        lines: dict[ClassKey, list[Line]] = {}
        for line in self.new:
            lines.setdefault(line.row.class_key, []).append(line)
        return sorted(lines.items(), key=lambda item: (-item[0][0], item[0][1]))

    @property
    def changed(self) -> list[Line]:
        """Students of whom something becomes different."""
        return [line for line in self.lines if line.is_changed]

    @property
    def counts(self) -> dict[str, int]:
        """New, changed, unchanged students, wrong rows, and students missing from the file."""
        new, changed = len(self.new), len(self.changed)
        return {
            "new": new,
            "changed": changed,
            "unchanged": len(self.lines) - new - changed,
            "wrong": len({wrong.row for wrong in self.wrong}),
            "missing": len(self.missing),
        }

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.new or self.changed)

    @property
    def digest(self) -> str:
        """Tells two plans apart: what was shown must be what is done."""
        told = [
            (
                line.row.number,
                line.enrolment,
                line.on if line.enrolment is not Step.KEEP else None,
                [(change.column, str(change.before), str(change.after)) for change in line.changes],
            )
            for line in self.lines
            if line.is_new or line.is_changed
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def plan_import(roster: Roster, known: Known, days: Days, hash_phone: Callable[[str], str]) -> Plan:
    """What importing `roster` into a school would do."""
    keys = {school_class.id: school_class.key for school_class in known.classes.values()}
    without_zeros = {number.lstrip("0"): number for number in known.students}
    lines: list[Line] = []
    wrong = list(roster.wrong)
    for row in roster.rows:
        student = known.students.get(row.number)
        try:
            if student is None:
                _refuse_lost_zeros(row.number, without_zeros)
                lines.append(_new_line(row, known, days))
            else:
                lines.append(_line(row, student, roster.columns, known, days, keys, hash_phone))
        except Unreadable as no:
            column = Column.CLASS_NUMBER if no.reason is Reason.MOVED_LATER else Column.STUDENT_NUMBER
            value = str(row.class_key[1]) if column is Column.CLASS_NUMBER else row.number
            wrong.append(Wrong(row.row, column, value, no.reason, no.details))
    wrong.sort(key=lambda cell: (cell.row, list(Column).index(Column(cell.column))))
    here = _enrolled(known.students.values(), keys, days)
    return Plan(
        columns=roster.columns,
        lines=tuple(lines),
        wrong=tuple(wrong),
        new_classes=tuple(sorted({line.row.class_key for line in lines} - set(known.classes))),
        missing=tuple(
            student for student, key in here if key in roster.classes and student.number not in roster.numbers
        ),
        notices=roster.notices + tuple(_classes_left_out(here, roster)),
    )


def _refuse_lost_zeros(number: str, without_zeros: Mapping[str, str]) -> None:
    alike = without_zeros.get(number.lstrip("0"))
    if alike is not None:
        raise Unreadable(Reason.ZEROS_LOST, number=alike)


def _new_line(row: StudentRow, known: Known, days: Days) -> Line:
    on = days.for_class(known.classes.get(row.class_key), moves=False)
    return Line(row, None, Step.BEGIN, Step.BEGIN if row.dormitory else Step.KEEP, on)


def _line(
    row: StudentRow,
    student: KnownStudent,
    columns: Collection[Column],
    known: Known,
    days: Days,
    keys: Mapping[int, ClassKey],
    hash_phone: Callable[[str], str],
) -> Line:
    if student.removed:
        raise Unreadable(Reason.WAS_REMOVED)
    changes = list(_personal_changes(row, student, columns))
    by_name = row.name != student.name
    if by_name and any(
        change.column is Column.BIRTH_DATE and change.before and change.after for change in changes
    ):
        # Another name and another birthday: another child, not a slip of the pen.
        raise Unreadable(Reason.NUMBER_OF_ANOTHER, name=student.name)
    target = known.classes.get(row.class_key)
    stay = student.stay
    before = keys.get(stay.class_id) if stay else None
    on = days.for_class(target, moves=True)
    enrolment = _enrolment_step(stay, row.class_key == before, on, days.today)
    if enrolment in (Step.MOVE, Step.CORRECT):
        changes.insert(0, Change(Column.CLASS_NUMBER, before, row.class_key))
    if stay and enrolment is not Step.BEGIN and (seat := _seat(row, stay, columns, enrolment)) != stay.seat:
        changes.append(Change(Column.SEAT, stay.seat, seat))
    residence = Step.KEEP
    if Column.DORMITORY in columns:
        residence = _residence_step(student.residence, row.dormitory, on)
        if residence is not Step.KEEP:
            lived = student.residence if residence is not Step.BEGIN else None
            changes.append(Change(Column.DORMITORY, lived.dormitory if lived else None, row.dormitory))
    changes += _guardian_changes(row, student, columns, hash_phone)
    return Line(row, student, enrolment, residence, on, tuple(changes))


def _personal_changes(
    row: StudentRow, student: KnownStudent, columns: Collection[Column]
) -> Iterable[Change]:
    for column, before, after in (
        (Column.NAME, student.name, row.name),
        (Column.SEX, student.sex, row.sex),
        (Column.BIRTH_DATE, student.birth_date, row.birth_date),
    ):
        if column in columns and before != after:
            yield Change(column, before, after)


def _seat(row: StudentRow, stay: KnownStay, columns: Collection[Column], enrolment: Step) -> int | None:
    if Column.SEAT in columns:
        return row.seat
    return stay.seat if enrolment is Step.KEEP else None  # a seat belongs to its class


def _enrolment_step(stay: KnownStay | None, same_class: bool, on: date, today: date) -> Step:
    """What becomes of the newest enrolment when the file names a class from `on`."""
    if stay is None or (stay.ends is not None and stay.ends < on):
        return Step.BEGIN
    if same_class:
        return Step.KEEP
    if stay.starts < on:
        return Step.MOVE
    if stay.starts == on or stay.starts > today:
        return Step.CORRECT
    # It began after `on` and was lived: rewriting it would rewrite what sheets saw.
    raise Unreadable(Reason.MOVED_LATER, since=stay.starts)


def _residence_step(residence: KnownResidence | None, dormitory: str | None, on: date) -> Step:
    lives = residence is not None and (residence.ends is None or residence.ends >= on)
    if not lives or residence is None:
        return Step.BEGIN if dormitory else Step.KEEP
    if dormitory == residence.dormitory:
        return Step.KEEP
    if residence.starts < on:
        return Step.MOVE if dormitory else Step.END
    return Step.CORRECT if dormitory else Step.DROP


def _guardian_changes(
    row: StudentRow, student: KnownStudent, columns: Collection[Column], hash_phone: Callable[[str], str]
) -> Iterable[Change]:
    for seq, (name, relation, phone) in GUARDIANS.items():
        seen = student.guardians.get(seq, GuardianSeen())
        told = row.guardians.get(seq, GuardianText())
        told_hash = hash_phone(told.phone) if told.phone and phone in columns else None
        for column, before, after in (
            (name, seen.name, told.name),
            (relation, seen.relation, told.relation),
            (phone, seen.phone_hash, told_hash),
        ):
            if column in columns and before != after:
                yield Change(column, bool(before), bool(after))


def _enrolled(
    students: Iterable[KnownStudent], keys: Mapping[int, ClassKey], days: Days
) -> list[tuple[KnownStudent, ClassKey]]:
    """Who is enrolled, with the class; before the term's first day whoever will be."""
    return [
        (student, keys[student.stay.class_id])
        for student in students
        if student.stay
        and student.stay.class_id in keys
        and (student.stay.ends is None or student.stay.ends >= days.today)
    ]


def _classes_left_out(
    here: Sequence[tuple[KnownStudent, ClassKey]], roster: Roster
) -> Iterable[tuple[Notice, Mapping[str, Any]]]:
    counts = Counter(
        key for student, key in here if key not in roster.classes and student.number not in roster.numbers
    )
    for key in sorted(counts):
        yield Notice.CLASS_NOT_IN_FILE, {"class_key": key, "count": counts[key]}
