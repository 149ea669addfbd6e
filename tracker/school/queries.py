"""Reading the school: settings, classes, what a day is, who is enrolled.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import g

from tracker.db import built_once, db
from tracker.school.models import CalendarDay, Enrolment, LevelFrom, SchoolClass, Setting, Student, Term
from tracker.school.rules import TEACHING, DayType, Place, SchoolDay, Scope, Sex, Stage, grade_of


def setting(key: str, day: date) -> Any:
    """What the school has set for a day; None if nothing."""
    return db.session.scalar(
        sa.select(Setting.value)
        .where(Setting.key == key, Setting.valid_from <= day)
        .order_by(Setting.valid_from.desc())
        .limit(1)
    )


def school_name() -> str:
    """The school's name, asked once a request; empty before the set-up."""
    if "school_name" not in g:
        newest = sa.select(Setting.value).where(Setting.key == "school.name")
        g.school_name = db.session.scalar(newest.order_by(Setting.valid_from.desc()).limit(1)) or ""
    return str(g.school_name)


def read_class_ref(ref: str) -> tuple[Stage, int, int] | None:
    """The stage, entry year and number a class's address names; None if it names none."""
    head, _, tail = ref.rpartition("-")
    stage, _, year = head.rpartition("-")
    if not (ref.isascii() and year.isdigit() and tail.isdigit() and len(year) == 4 and len(tail) <= 3):
        return None
    if stage and stage not in (Stage.JUNIOR.value, Stage.SENIOR.value):
        return None
    return Stage(stage or "primary"), int(year), int(tail)


def class_ref(school_class: SchoolClass) -> str:
    """A class in an address: entry year and number, `2024-2`; other stages are named before them."""
    plain = f"{school_class.entry_year}-{school_class.number}"
    return plain if school_class.stage == "primary" else f"{school_class.stage}-{plain}"


def class_named(ref: str) -> SchoolClass | None:
    """The class an address names."""
    if (named := read_class_ref(ref)) is None:
        return None
    stage, year, number = named
    return db.session.scalars(
        sa.select(SchoolClass).filter_by(stage=stage, entry_year=year, number=number)
    ).one_or_none()


def class_order() -> tuple[Any, ...]:
    """How classes are ordered on a list: by stage, youngest grade first, by number."""
    return SchoolClass.stage, SchoolClass.entry_year.desc(), SchoolClass.number


def classes_on(day: date) -> list[SchoolClass]:
    """The classes with at least one student on a day, youngest grade first."""
    return list(
        db.session.scalars(
            sa.select(SchoolClass)
            .where(sa.exists().where(Enrolment.class_id == SchoolClass.id, *enrolled_on(day)))
            .order_by(*class_order())
        )
    )


@built_once
def enrolled_on(day: date) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """The conditions that an enrolment holds on a day."""
    return Enrolment.starts <= day, sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= day)


def day_types(day: date) -> dict[tuple[Scope, int], DayType]:
    """What a day is, by scope: for `day_type_for`."""
    rows = db.session.execute(
        sa.select(CalendarDay.scope, CalendarDay.scope_id, CalendarDay.day_type).where(CalendarDay.day == day)
    )
    return {(scope, scope_id): day_type for scope, scope_id, day_type in rows}


def day_type_for(rows: dict[tuple[Scope, int], DayType], school_class: SchoolClass | None) -> DayType | None:
    """What a day is for a class, or for the school; None: the day lies outside every term."""
    place = Place(school_class.id, school_class.entry_year) if school_class else Place()
    return place.among(rows)


def school_day_on(day: date) -> SchoolDay | None:
    """What a day is for the school; None: it lies outside every term."""
    row = db.session.get(CalendarDay, (day, Scope.SCHOOL, 0))
    return SchoolDay(row.day_type, row.stands_for, row.later_minutes, row.ends_at) if row else None


def place_on(school_class: SchoolClass, day: date) -> Place:
    """A class as what holds for it on a day is found."""
    grade = grade_of(school_class.stage, school_class.entry_year, day)
    return Place(school_class.id, school_class.entry_year, grade)


def school_days(since: date, until: date) -> list[date]:
    """The school's own school days from `since` to `until`, both included."""
    return list(
        db.session.scalars(
            sa.select(CalendarDay.day)
            .where(
                CalendarDay.scope == Scope.SCHOOL,
                CalendarDay.day.between(since, until),
                CalendarDay.day_type.in_(TEACHING),
            )
            .order_by(CalendarDay.day)
        )
    )


def next_school_day(after: date) -> date | None:
    """The first school day after a day; None where no term goes on."""
    return db.session.scalar(
        sa.select(sa.func.min(CalendarDay.day)).where(
            CalendarDay.scope == Scope.SCHOOL, CalendarDay.day > after, CalendarDay.day_type.in_(TEACHING)
        )
    )


def term_on(day: date) -> Term | None:
    """The term a day lies in; else the newest that began before it."""
    return db.session.scalars(
        sa.select(Term).where(Term.starts <= day).order_by(Term.starts.desc()).limit(1)
    ).one_or_none()


def terms() -> list[Term]:
    """All terms, newest first."""
    return list(db.session.scalars(sa.select(Term).order_by(Term.starts.desc())))


def term_with(term_id: int) -> Term | None:
    """A term by its id."""
    return db.session.get(Term, term_id)


def roster_term(today: date) -> Term | None:
    """The term a roster is for: today's, else the next one, else the last."""
    known = terms()
    return min(
        (term for term in known if term.ends >= today), key=lambda term: term.starts, default=None
    ) or next(iter(known), None)


def roster_day(today: date) -> date:
    """The day whose classes the school's pages show: today, or the first day of a term still to begin."""
    term = roster_term(today)
    return max(today, term.starts) if term and term.ends >= today else today


def first_day(today: date) -> date:
    """From when a class is usually taken: the first day of today's or the next term, else today."""
    term = roster_term(today)
    return term.starts if term and term.ends >= today else today


def term_end(today: date) -> date | None:
    """The last day of today's or the next term; None where there is none."""
    term = roster_term(today)
    return term.ends if term and term.ends >= today else None


def all_classes() -> list[SchoolClass]:
    """Every class there ever was, youngest grade first."""
    return list(db.session.scalars(sa.select(SchoolClass).order_by(*class_order())))


@dataclass(frozen=True)
class ClassRow:
    """A class on the list of classes."""

    school_class: SchoolClass
    students: int


def class_rows(day: date) -> list[ClassRow]:
    """The classes with at least one student on a day and how many they are, youngest grade first."""
    rows = db.session.execute(
        sa.select(SchoolClass, sa.func.count(Enrolment.student_id))
        .join(Enrolment, Enrolment.class_id == SchoolClass.id)
        .where(*enrolled_on(day))
        .group_by(SchoolClass.id)
        .order_by(*class_order())
    )
    return [ClassRow(*row) for row in rows]


@dataclass(frozen=True)
class RosterLine:
    """A student on the roster of a class."""

    student_id: int
    seat: int | None
    number: str
    name: str
    sex: Sex | None


def roster_lines(class_id: int, day: date) -> list[RosterLine]:
    """The students enrolled in a class on a day, by seat, then by pinyin; no word of health."""
    rows = db.session.execute(
        sa.select(Student.id, Enrolment.seat, Student.number, Student.name, Student.sex)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.class_id == class_id, *enrolled_on(day))
        .order_by(Enrolment.seat.is_(None), Enrolment.seat, Student.pinyin, Student.id)
    )
    return [RosterLine(*row) for row in rows]


def calendar_rows(first: date, last: date) -> list[CalendarDay]:
    """What every day from `first` to `last` is, for the school, then for grades, then for classes."""
    scopes = sa.case({scope: n for n, scope in enumerate(Scope)}, value=CalendarDay.scope)
    return list(
        db.session.scalars(
            sa.select(CalendarDay)
            .where(CalendarDay.day.between(first, last))
            .order_by(CalendarDay.day, scopes, CalendarDay.scope_id)
        )
    )


def changes_since(day: date) -> list[CalendarDay]:
    """What was changed by page of a day and those after it, soonest first."""
    return list(
        db.session.scalars(
            sa.select(CalendarDay)
            .where(CalendarDay.day >= day, CalendarDay.source == "page")
            .order_by(CalendarDay.day, CalendarDay.scope, CalendarDay.scope_id)
        )
    )


def levels() -> list[LevelFrom]:
    """All levels that were ever set, newest first."""
    return list(
        db.session.scalars(
            sa.select(LevelFrom).order_by(
                LevelFrom.valid_from.desc(), LevelFrom.scope, LevelFrom.scope_id, LevelFrom.at.desc()
            )
        )
    )


def overlapping_term(starts: date, ends: date, *, but: int | None = None) -> Term | None:
    """A term that shares a day with these; `but` is a term not to be looked at."""
    return db.session.scalars(
        sa.select(Term)
        .where(Term.starts <= ends, Term.ends >= starts, Term.id.is_distinct_from(but))
        .order_by(Term.starts)
        .limit(1)
    ).one_or_none()


@dataclass(frozen=True)
class Enrolled:
    """A student and the class of the newest enrolment."""

    student: Student
    school_class: SchoolClass
    starts: date
    ends: date | None


def seat_of(one: Enrolled) -> int | None:
    """The seat a student has in that class."""
    return db.session.scalar(
        sa.select(Enrolment.seat).filter_by(student_id=one.student.id, starts=one.starts)
    )


def enrolled(student_id: int) -> Enrolled | None:
    """A student with the class it is in, was last in, or will be in."""
    row = db.session.execute(
        sa.select(Student, SchoolClass, Enrolment.starts, Enrolment.ends)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Student.id == student_id, Student.removed_at.is_(None))
        .order_by(Enrolment.starts.desc())
        .limit(1)
    ).one_or_none()
    return Enrolled(*row) if row else None
