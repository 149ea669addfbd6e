"""Invented people, plain to see as such: a child is called 小 (small) something, a grown-up 大 (big).

Surnames and things come from fields, woods and waters; telephone numbers begin with zeros.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from random import Random

from tracker.accounts.rules import Duty, Role

SCHOOL_NAME = "云朵小学（虚构）"
PASSWORD = "demo"
SHOWN = 8
"""So many accounts, the first of the staff, are told to whoever opens the demo."""

SIZES = ((28, 28, 28), (27, 27, 27), (27, 26, 27), (26, 26, 26), (26, 26, 25), (27, 27, 27))
"""Students by grade and class; a fourth class of a grade is as large as its first."""

SURNAMES = "林江田叶柳石梅杨花云谷麦山海乔白雷池桑苗"
LONG_SURNAMES = ("欧阳", "上官", "端木", "慕容")
THINGS = "树石舟禾雨雪溪河草桥星月风松竹兰荷米鹿鱼鸟燕鹤露霜虹泉湖岛帆羽茶桃杏橙莲果岩枫桐"


@dataclass(frozen=True)
class Room:
    """A class: its grade on the demo's day, its number, how many children it has."""

    grade: int
    number: int
    size: int


@dataclass(frozen=True)
class Person:
    """Somebody of the staff: the account, what it is for, the class or the zones in this person's care."""

    username: str
    roles: tuple[Role, ...]
    room: Room | None = None
    department: str | None = None
    """The department's code in `tracker.disinfection.defaults`."""
    duties: tuple[Duty, ...] = ()
    """What this person does for the whole school, or as head of the own class's grade."""


def rooms(count: int) -> list[Room]:
    """So many classes over six grades, youngest first."""
    found = [Room(n % 6 + 1, n // 6 + 1, SIZES[n % 6][n // 6 % 3]) for n in range(count)]
    return sorted(found, key=lambda room: (room.grade, room.number))


def teachers_room(all_rooms: Sequence[Room]) -> Room:
    """The class of the account `teacher`: 3(2), or the last one of a school that has no such class."""
    return next((room for room in all_rooms if (room.grade, room.number) == (3, 2)), all_rooms[-1])


def names(random: Random) -> Iterator[tuple[str, str]]:
    """Surnames and given names of children, no two alike: most of three characters, some of two or four."""
    common = [list(product(SURNAMES, [small + thing for thing in THINGS])) for small in "小阿晓"]
    short = list(product(SURNAMES, THINGS))
    long = list(product(LONG_SURNAMES, ["小" + thing for thing in THINGS]))
    for pool in (*common, short, long):
        random.shuffle(pool)
    for turn, name in enumerate(chain(*common)):
        yield name
        if turn % 8 == 3:
            yield short.pop()
        if turn % 24 == 11:
            yield long.pop()


def staff(all_rooms: Sequence[Room]) -> list[Person]:
    """Who works here: the eight accounts people try first, then the others; 37 in a school of 18 classes."""
    own = teachers_room(all_rooms)
    others = [room for room in all_rooms if room != own]
    return [
        Person("teacher", (Role.TEACHER,), room=own),
        Person("nurse", (Role.NURSE,), department="clinic"),
        Person("staff", (Role.STAFF,), department="logistics", duties=(Duty.EVENT_TEAM,)),
        Person("inspector", (Role.INSPECTOR,), duties=(Duty.GATE,)),
        Person("logistics", (Role.LOGISTICS,)),
        Person("assessment", (Role.ASSESSMENT,)),
        Person("principal", (Role.PRINCIPAL,)),
        Person("admin", (Role.ADMIN,)),
        *(
            Person(f"t{room.grade}{room.number:02}", (Role.TEACHER,), room=room, duties=_heads(room))
            for room in others
        ),
        Person("vice", (Role.PRINCIPAL,), duties=(Duty.DUTY_LEADER,)),
        Person("dean", (Role.ASSESSMENT, Role.STAFF), department="teaching", duties=(Duty.SECOND_REPORTER,)),
        Person("library", (Role.TEACHER, Role.STAFF), department="rooms"),
        Person("cleaner", (Role.STAFF,), department="canteen", duties=(Duty.EVENT_TEAM,)),
        *(Person(f"guard{n}", (Role.STAFF,), department="guards", duties=(Duty.GATE,)) for n in (1, 2)),
        *(Person(f"duty{n}", (Role.TEACHER, Role.INSPECTOR)) for n in (1, 2)),
        *(Person(f"s{n}", (Role.TEACHER,)) for n in range(1, 5)),
    ]


def _heads(room: Room) -> tuple[Duty, ...]:
    """The teacher of a grade's first class heads the grade."""
    return (Duty.GRADE_HEAD,) if room.number == 1 else ()


def staff_names(random: Random, count: int) -> list[str]:
    """So many names of grown-ups, no two alike."""
    return random.sample([f"{surname}大{thing}" for surname, thing in product(SURNAMES, THINGS)], count)
