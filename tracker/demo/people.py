"""Invented people, plain to see as such: a child is called 小 (small) something, a grown-up 大 (big).

Surnames and things come from fields, woods and waters; telephone numbers begin with zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

from tracker.accounts.rules import Role
from tracker.school.rules import Sex

SCHOOL_NAME = "云朵小学（虚构）"
TEACHERS_CLASS = (3, 2)
"""Grade and number of the class of the account `teacher`, where the school has it."""

SIZES = ((28, 28, 28), (27, 27, 27), (27, 26, 27), (26, 26, 26), (26, 26, 25), (27, 27, 27))
"""Students by grade and class; a fourth class of a grade is as large as its first."""

SURNAMES = dict(
    zip("林江田叶柳石梅杨花云谷麦山海乔白雷池桑苗", "lin jiang tian ye liu shi mei yang hua yun gu mai shan hai "
        "qiao bai lei chi sang miao".split(), strict=True)
)
LONG_SURNAMES = {"欧阳": "ou yang", "上官": "shang guan", "端木": "duan mu", "慕容": "mu rong"}
THINGS = dict(
    zip("树石舟禾雨雪溪河草桥星月风松竹兰荷米鹿鱼鸟燕鹤露霜虹泉湖岛帆羽茶桃杏橙莲果岩枫桐",
        "shu shi zhou he yu xue xi he cao qiao xing yue feng song zhu lan he mi lu yu niao yan he lu shuang "
        "hong quan hu dao fan yu cha tao xing cheng lian guo yan feng tong".split(), strict=True)
)
SMALL = {"小": "xiao", "阿": "a", "晓": "xiao"}



@dataclass(frozen=True)
class Room:
    """A class: its grade on the demo's day, its number, how many children it has."""

    grade: int
    number: int
    size: int


@dataclass(frozen=True)
class Child:
    """A student of the demo, with the one guardian to call."""

    number: str
    name: str
    pinyin: str
    sex: Sex
    birth_date: date
    relation: str
    guardian: str
    phone: str


@dataclass(frozen=True)
class Person:
    """Somebody of the staff: the account, what it is for, and whose zones this person keeps."""

    username: str
    roles: tuple[Role, ...]
    room: Room | None = None
    department: str | None = None
    """The department's code in `tracker.disinfection.defaults`."""


def rooms(count: int) -> list[Room]:
    """So many classes over six grades, youngest first."""
    found = [Room(n % 6 + 1, n // 6 + 1, SIZES[n % 6][n // 6 % 3]) for n in range(count)]
    return sorted(found, key=lambda room: (room.grade, room.number))


def teachers_room(all_rooms: list[Room]) -> Room:
    """The class of the account `teacher`: 3(2), or the last one of a school without it."""
    wanted = (room for room in all_rooms if (room.grade, room.number) == TEACHERS_CLASS)
    return next(wanted, all_rooms[-1])


def names(random: Random) -> Iterator[tuple[str, str, str]]:
    """Surnames, names and pinyin of children, no two alike: most of three characters, some of two or four."""
    single, double = list(SURNAMES.items()), list(LONG_SURNAMES.items())
    small, things = list(SMALL.items()), list(THINGS.items())
    three = [list(product(single, [one], things)) for one in small]
    two, four = list(product(single, things)), list(product(double, small[:1], things))
    for pool in (*three, two, four):
        random.shuffle(pool)
    turn = 0
    common = (parts for pool in three for parts in pool)
    while True:
        turn += 1
        rare = four if turn % 27 == 13 else two if turn % 9 == 4 else None
        parts = rare.pop() if rare else next(common)
        yield parts[0][0], "".join(part[0] for part in parts), " ".join(part[1] for part in parts)


def children(random: Random, all_rooms: list[Room], entry_years: dict[int, int]) -> Iterator[tuple[Room, Child]]:
    """The children of the school, class by class, in the order of their seats."""
    called = names(random)
    serial = dict.fromkeys(entry_years, 0)
    total = 0
    for room in all_rooms:
        year = entry_years[room.grade]
        for _ in range(room.size):
            total += 1
            serial[room.grade] += 1
            surname, name, pinyin = next(called)
            mother = random.random() < 0.6
            yield room, Child(
                number=f"D{year}{serial[room.grade]:03}",
                name=name,
                pinyin=pinyin,
                sex=random.choice(list(Sex)),
                birth_date=date(year - 6, 8, 31) - timedelta(days=random.randrange(365)),
                relation="母亲" if mother else "父亲",
                guardian=surname + ("女士" if mother else "先生"),
                phone=f"000-0000-{total:04}",
            )


def staff(all_rooms: list[Room]) -> list[Person]:
    """Who works here: the eight accounts people try first, then the others; 37 in a school of 18 classes."""
    own = teachers_room(all_rooms)
    chosen = [
        Person("teacher", (Role.TEACHER,), room=own),
        Person("nurse", (Role.NURSE,), department="clinic"),
        Person("staff", (Role.STAFF,), department="logistics"),
        Person("inspector", (Role.INSPECTOR,)),
        Person("logistics", (Role.LOGISTICS,)),
        Person("assessment", (Role.ASSESSMENT,)),
        Person("principal", (Role.PRINCIPAL,)),
        Person("admin", (Role.ADMIN,)),
    ]
    others = [
        Person(f"t{room.grade}{room.number:02}", (Role.TEACHER,), room=room) for room in all_rooms if room != own
    ]
    posts = [
        Person("vice", (Role.PRINCIPAL,)),
        Person("dean", (Role.ASSESSMENT, Role.STAFF), department="teaching"),
        Person("cleaner", (Role.STAFF,), department="canteen"),
        Person("guard1", (Role.STAFF,), department="guards"),
        Person("guard2", (Role.STAFF,), department="guards"),
        Person("library", (Role.TEACHER, Role.STAFF), department="rooms"),
        *(Person(f"s{n}", (Role.TEACHER, Role.INSPECTOR) if n <= 2 else (Role.TEACHER,)) for n in range(1, 7)),
    ]
    return chosen + others + posts


def staff_names(random: Random, count: int) -> list[str]:
    """So many names of grown-ups, no two alike."""
    found = [f"{surname}大{thing}" for surname, thing in product(SURNAMES, THINGS)]
    return random.sample(found, count)
