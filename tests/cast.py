"""The school every test happens in: two classes, their teachers, a nurse, a cleaner, and a stranger.

All people are invented.  The day is Monday 2026-09-21, the clock stands at 08:05 (Shanghai).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker.absence import return_service as returns
from tracker.accounts.models import Assignment, User, UserRole
from tracker.accounts.rules import Duty, Role
from tracker.db import db
from tracker.disinfection.models import Department, Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.rules import Agent, Method, ObjectKind, ZoneType
from tracker.school.models import CalendarDay, Enrolment, SchoolClass, Setting, Student, Term
from tracker.school.rules import DayType, Scope, Stage, days_between
from tracker.screening import service as screening
from tracker.screening.rules import RecordedBy

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 9, 21)
NOW = datetime(2026, 9, 21, 8, 5, tzinfo=ZONE)
TERM = date(2026, 9, 1), date(2027, 1, 20)
PASSWORD = "invented"
# scrypt takes its time on purpose; the tests' accounts are hashed cheaply.
CHEAP = "pbkdf2:sha256:1"

PEOPLE = {
    "ann": ("Ann Teacher", {Role.TEACHER}, "3-1"),
    "bo": ("Bo Deputy", {Role.TEACHER}, "3-1"),
    "carl": ("Carl Teacher", {Role.TEACHER}, "4-2"),
    "nora": ("Nora Nurse", {Role.NURSE}, None),
    "sam": ("Sam Cleaner", {Role.STAFF}, "department"),
    "ivy": ("Ivy Inspector", {Role.INSPECTOR}, None),
    "lou": ("Lou Logistics", {Role.LOGISTICS}, None),
    "asa": ("Asa Assessment", {Role.ASSESSMENT}, None),
    "pia": ("Pia Principal", {Role.PRINCIPAL}, None),
    "ada": ("Ada Administrator", {Role.ADMIN}, None),
    "stranger": ("Stan Stranger", set(), None),
    "gus": ("Gus Gate", set(), None),
}


@dataclass
class Cast:
    """The ids of who and what the tests speak about; the database may be copied, the ids stay."""

    users: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    """Class 3(1) as `3-1`, entered 2024; class 4(2) as `4-2`, entered 2023."""
    refs: dict[str, str] = field(default_factory=lambda: {"3-1": "2024-1", "4-2": "2023-2"})
    students: dict[str, list[int]] = field(default_factory=dict)
    zones: dict[str, int] = field(default_factory=dict)
    department: int = 0


def furnish() -> Cast:
    """Fill an empty database with the cast, and commit."""
    from werkzeug.security import generate_password_hash

    cast = Cast()
    add = db.session.add
    hashed = generate_password_hash(PASSWORD, method=CHEAP)
    for username, (name, roles, _place) in PEOPLE.items():
        user = User(username=username, name=name, password_hash=hashed, session_epoch=0)
        add(user)
        db.session.flush()
        cast.users[username] = user.id
        db.session.add_all(UserRole(user_id=user.id, role=role) for role in roles)
    add(Setting(key="school.name", valid_from=TERM[0], value="Invented School", by=None, at=NOW))
    add(Term(name="Autumn 2026", starts=TERM[0], ends=TERM[1]))
    holidays = set(days_between(date(2026, 9, 25), date(2026, 9, 27))) | set(
        days_between(date(2026, 10, 1), date(2026, 10, 7))
    )
    makeups = {date(2026, 9, 20), date(2026, 10, 10)}
    for day in days_between(*TERM):
        kind = DayType.OFF if day.weekday() >= 5 or day in holidays else DayType.NORMAL
        kind = DayType.MAKEUP if day in makeups else kind
        add(
            CalendarDay(
                day=day,
                scope=Scope.SCHOOL,
                scope_id=0,
                day_type=kind,
                source="tests",
                stands_for=5 if kind is DayType.MAKEUP else None,
            )
        )
    for label, (year, number, size) in {"3-1": (2024, 1, 10), "4-2": (2023, 2, 8)}.items():
        school_class = SchoolClass(stage=Stage.PRIMARY, entry_year=year, number=number)
        add(school_class)
        db.session.flush()
        cast.classes[label] = school_class.id
        cast.students[label] = []
        for seat in range(1, size + 1):
            student = Student(
                number=f"T{year}{number}{seat:02}", name=f"Child {label} {seat:02}", pinyin=f"child {seat:02}"
            )
            add(student)
            db.session.flush()
            add(Enrolment(student_id=student.id, starts=TERM[0], class_id=school_class.id, seat=seat))
            cast.students[label].append(student.id)
    department = Department(name="General affairs")
    add(department)
    db.session.flush()
    cast.department = department.id
    duties = {
        "ann": Duty.HOMEROOM,
        "bo": Duty.DEPUTY,
        "carl": Duty.HOMEROOM,
        "sam": Duty.DEPARTMENT,
        "gus": Duty.GATE,
    }
    for username, duty in duties.items():
        place = PEOPLE[username][2]
        add(
            Assignment(
                user_id=cast.users[username],
                what=duty,
                starts=TERM[0],
                class_id=cast.classes.get(place or ""),
                department_id=department.id if place == "department" else None,
            )
        )
    _zones(cast)
    screening.ship_defaults(None, NOW, TERM[0], arrival=RecordedBy.CLASS)
    returns.ship_defaults(None, NOW, TERM[0])
    db.session.commit()
    return cast


def _zones(cast: Cast) -> None:
    places = {
        "room 3-1": (ZoneType.CLASSROOM, {"class_id": cast.classes["3-1"]}, "15:40", "18:00", "07:40"),
        "room 4-2": (ZoneType.CLASSROOM, {"class_id": cast.classes["4-2"]}, "15:40", "18:00", "07:40"),
        "corridor": (ZoneType.CORRIDOR, {"department_id": cast.department}, "07:30", "11:00", None),
    }
    for order, (name, (kind, owner, slot, until, next_day)) in enumerate(places.items()):
        zone = Zone(public_code=f"zone{order}", type=kind, name=name.title(), floor=1, walk_order=order)
        db.session.add(zone)
        db.session.flush()
        cast.zones[name] = zone.id
        db.session.add(ZoneOwner(zone_id=zone.id, valid_from=TERM[0], **owner))
        for what in (ObjectKind.FLOOR, ObjectKind.HANDLES):
            thing = ZoneObject(zone_id=zone.id, kind=what)
            db.session.add(thing)
            db.session.flush()
            db.session.add(
                Schedule(
                    object_id=thing.id,
                    level="routine",
                    slot=_time(slot),
                    valid_from=TERM[0],
                    weekdays=[1, 2, 3, 4, 5],
                    until=_time(until),
                    next_day_until=_time(next_day) if next_day else None,
                    method=Method.WIPE,
                    agent=Agent.CHLORINE,
                    mg_per_l=500,
                    minutes=30,
                    active=True,
                )
            )


def _time(text: str):
    from datetime import time

    return time.fromisoformat(text)


def key(number: int) -> UUID:
    """A form's key, the same every time."""
    return UUID(int=number)


def count(table: type) -> int:
    """How many rows a table has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))
