"""Finding a child by a few letters, or by class and seat.  Names and classes, no word of health."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.db import db
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import class_order, enrolled_on
from tracker.school.rules import grade_of

MOST = 24
"""So many are shown; whoever finds more types one letter more."""
_GRADES = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True)
class Child:
    """A child enrolled today, as a list of names shows one."""

    id: int
    name: str
    seat: int | None
    pinyin: str
    school_class: SchoolClass

    @property
    def class_id(self) -> int:
        return self.school_class.id

    @property
    def label(self) -> str:
        """Seat and name: names may occur twice in a class."""
        return f"{self.seat:02} {self.name}" if self.seat else self.name


def children(day: date, *where: sa.ColumnElement[bool]) -> list[Child]:
    """The children enrolled on a day, by class and seat.  One statement."""
    rows = db.session.execute(
        sa.select(Student.id, Student.name, Enrolment.seat, Student.pinyin, SchoolClass)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(*enrolled_on(day), *where)
        .order_by(*class_order(), Enrolment.seat.is_(None), Enrolment.seat, Student.pinyin, Student.id)
    )
    return [Child(*row) for row in rows]


def child(student_id: int, day: date) -> Child | None:
    """One child enrolled on a day."""
    return next(iter(children(day, Student.id == student_id)), None)


def find(text: str, day: date) -> list[Child]:
    """Whom a typed text can mean: part of a name, pinyin or its initials, or grade, class and seat."""
    typed = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not typed:
        return []
    numbers = class_and_seat(typed)
    letters = typed.replace(" ", "")
    found = [one for one in children(day) if _is_meant(one, typed, letters, numbers, day)]
    # Who begins with it comes before who only holds it.
    found.sort(
        key=lambda one: not (one.name.casefold().startswith(typed) or _initials(one).startswith(typed))
    )
    return found[:MOST]


def class_and_seat(typed: str) -> tuple[int, int, int | None] | None:
    """Grade, class and seat of `3-2 7`, `3(2) 7`, `三(2)班7号` or `302 7`; None where it names none."""
    if re.search(r"[^\d\s\-.,/()班号一二三四五六七八九年级]", typed):
        return None
    plain = "".join(f" {_GRADES[char]} " if char in _GRADES else char for char in typed)
    numbers = [int(one) for one in re.findall(r"\d+", plain)[:4] if len(one) <= 4]
    if numbers and 100 < numbers[0] < 1000:  # 302班
        numbers[:1] = divmod(numbers[0], 100)
    if not 2 <= len(numbers) <= 3:
        return None
    return numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else None


def _is_meant(
    one: Child, typed: str, letters: str, numbers: tuple[int, int, int | None] | None, day: date
) -> bool:
    if numbers:
        grade, number, seat = numbers
        school_class = one.school_class
        return (
            number == school_class.number
            and seat in (None, one.seat)
            and grade == grade_of(school_class.stage, school_class.entry_year, day)
        )
    return (
        typed in one.name.casefold()
        or one.pinyin.replace(" ", "").startswith(letters)
        or letters in _initials(one)
    )


def _initials(one: Child) -> str:
    return "".join(syllable[0] for syllable in one.pinyin.split())
