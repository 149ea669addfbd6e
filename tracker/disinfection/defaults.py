"""The zones a school starts from, and with what and when each kind of zone is done.  Only data.

Objects, solutions and dwell times follow the usual tables of the field (desks, handles, taps and rails
250-500 mg/L, toilets and buckets 500-1,000 mg/L, 30 minutes, then clear water; electronics 75 % alcohol,
3 minutes; tableware boiled 15 minutes; airing 30 minutes).  Hours and weekdays are set by the school:
what stands here is the routine level of a primary school whose lessons run from 08:30 to 15:40, with
two working solutions only, so that one person can mix for all.  What a school does "after each use" or
"after each meal" stands here as one slot of the day or the week.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from tracker.disinfection.rules import EVERY_SCHOOL_DAY, Agent, Method, ObjectKind, ZoneType

STANDARD, STRONG = 500, 1000
"""Available chlorine of the two working solutions, in mg/L."""


@dataclass(frozen=True)
class ObjectDefault:
    """With what and when one object of a zone is done."""

    kind: ObjectKind
    slot: time
    until: time
    method: Method
    agent: Agent = Agent.NONE
    mg_per_l: int | None = None
    minutes: int | None = None
    weekdays: tuple[int, ...] = EVERY_SCHOOL_DAY
    next_day_until: time | None = None


def _chlorine(
    kind: ObjectKind,
    slot: time,
    until: time,
    method: Method = Method.WIPE,
    mg_per_l: int = STANDARD,
    weekdays: tuple[int, ...] = EVERY_SCHOOL_DAY,
    next_day_until: time | None = None,
) -> ObjectDefault:
    return ObjectDefault(kind, slot, until, method, Agent.CHLORINE, mg_per_l, 30, weekdays, next_day_until)


def _alcohol(kind: ObjectKind, slot: time, until: time, weekdays: tuple[int, ...]) -> ObjectDefault:
    return ObjectDefault(kind, slot, until, Method.WIPE, Agent.ALCOHOL, None, 3, weekdays)


def _airing(slot: time, until: time, weekdays: tuple[int, ...] = EVERY_SCHOOL_DAY) -> ObjectDefault:
    return ObjectDefault(ObjectKind.AIR, slot, until, Method.AIRING, minutes=30, weekdays=weekdays)


_TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY = (2,), (3,), (4,), (5,)
_END = time(15, 40)
_BEFORE_LESSONS = time(7, 40)
"""What a class could not finish in the afternoon is on time before the next day's lessons."""


def rota_weekday(grade: int | None) -> int:
    """The ISO weekday on which a grade's classrooms are disinfected: first grade Monday to fifth Friday.

    The sixth grade shares Friday; junior and senior grades begin at Monday again.
    """
    return 5 if grade is None else min((grade - 1) % 6 + 1, 5)


def _classroom(grade: int | None) -> tuple[ObjectDefault, ...]:
    rota = (rota_weekday(grade),)
    return (
        _airing(time(7, 30), _END),
        ObjectDefault(ObjectKind.FLOOR, _END, time(18), Method.WET_CLEANING, next_day_until=_BEFORE_LESSONS),
        _chlorine(ObjectKind.DESKS, _END, time(18, 20), weekdays=rota, next_day_until=_BEFORE_LESSONS),
        _chlorine(ObjectKind.HANDLES, _END, time(18, 20), weekdays=rota, next_day_until=_BEFORE_LESSONS),
    )


_MORNING = time(8), time(9)
_AFTERNOON = time(16), time(17)
_TOILETS = time(8, 40), time(10)
_WATER = time(8, 40), time(9, 30)
_GATE = time(8, 30), time(9, 30)
_CORRIDOR = time(9, 30), time(11)
_OFFICE = time(16), time(17, 30)
_ROOMS = _END, time(17, 30)
_WASTE = time(17), time(18, 30)
_LUNCH = time(12, 40), time(13, 40)

ZONE_DEFAULTS: Mapping[ZoneType, tuple[ObjectDefault, ...]] = {
    ZoneType.SPECIAL_ROOM: (
        _chlorine(ObjectKind.DESKS, *_ROOMS, weekdays=_THURSDAY),
        _alcohol(ObjectKind.KEYBOARDS, *_ROOMS, weekdays=_THURSDAY),
    ),
    ZoneType.CORRIDOR: (
        _chlorine(ObjectKind.FLOOR, *_CORRIDOR, method=Method.MOP),
        _chlorine(ObjectKind.RAILS, *_CORRIDOR),
    ),
    ZoneType.OFFICE: (
        _alcohol(ObjectKind.HANDLES, *_OFFICE, weekdays=_TUESDAY + _FRIDAY),
        _alcohol(ObjectKind.DESKS, *_OFFICE, weekdays=_TUESDAY + _FRIDAY),
        _alcohol(ObjectKind.KEYBOARDS, *_OFFICE, weekdays=_TUESDAY + _FRIDAY),
    ),
    ZoneType.HALL: (
        _chlorine(ObjectKind.RAILS, *_ROOMS, weekdays=_FRIDAY),
        _chlorine(ObjectKind.SEATS, *_ROOMS, weekdays=_FRIDAY),
        _alcohol(ObjectKind.EQUIPMENT, *_ROOMS, weekdays=_FRIDAY),
    ),
    ZoneType.LIBRARY: (
        _chlorine(ObjectKind.DESKS, *_ROOMS, weekdays=_THURSDAY),
        _chlorine(ObjectKind.HANDLES, *_ROOMS, weekdays=_THURSDAY),
    ),
    ZoneType.TOILET: (
        _chlorine(ObjectKind.TOILETS, *_TOILETS, mg_per_l=STRONG),
        _chlorine(ObjectKind.FLOOR, *_TOILETS, method=Method.MOP, mg_per_l=STRONG),
        _chlorine(ObjectKind.TAPS, *_TOILETS, mg_per_l=STRONG),
        _chlorine(ObjectKind.HANDLES, *_TOILETS, mg_per_l=STRONG),
    ),
    ZoneType.WATER: (
        _chlorine(ObjectKind.TAPS, *_WATER),
        _chlorine(ObjectKind.TABLES, *_WATER),
    ),
    ZoneType.CANTEEN: (
        ObjectDefault(ObjectKind.TABLEWARE, time(10), time(11, 30), Method.BOIL, minutes=15),
        _chlorine(ObjectKind.TABLES, *_LUNCH),
        _chlorine(ObjectKind.FLOOR, *_LUNCH, method=Method.MOP),
    ),
    ZoneType.GATE: (
        _chlorine(ObjectKind.HANDLES, *_GATE),
        _chlorine(ObjectKind.TABLES, *_GATE),
        _alcohol(ObjectKind.EQUIPMENT, *_GATE, weekdays=EVERY_SCHOOL_DAY),
    ),
    ZoneType.OBSERVATION_ROOM: (
        _airing(*_OFFICE, weekdays=_FRIDAY),
        _chlorine(ObjectKind.TABLES, *_OFFICE, weekdays=_FRIDAY),
        _chlorine(ObjectKind.COUCH, *_OFFICE, weekdays=_FRIDAY),
        _chlorine(ObjectKind.FLOOR, *_OFFICE, method=Method.MOP, weekdays=_FRIDAY),
    ),
    ZoneType.NURSE_ROOM: tuple(
        _chlorine(kind, *hours, method=method)
        for hours in (_MORNING, _AFTERNOON)
        for kind, method in (
            (ObjectKind.TABLES, Method.WIPE),
            (ObjectKind.COUCH, Method.WIPE),
            (ObjectKind.FLOOR, Method.MOP),
        )
    ),
    ZoneType.GYM: (_chlorine(ObjectKind.EQUIPMENT, *_OFFICE, weekdays=_WEDNESDAY),),
    ZoneType.DORMITORY: (
        _airing(time(8), time(12)),
        _chlorine(ObjectKind.HANDLES, *_CORRIDOR),
        _chlorine(ObjectKind.RAILS, *_CORRIDOR),
        _chlorine(ObjectKind.FLOOR, *_CORRIDOR, method=Method.MOP),
    ),
    ZoneType.BUS: (
        _chlorine(ObjectKind.SEATS, time(6), time(7)),
        _chlorine(ObjectKind.HANDLES, time(6), time(7)),
    ),
    ZoneType.WASTE: (
        _chlorine(ObjectKind.BINS, *_WASTE, method=Method.SPRAY, mg_per_l=STRONG),
        _chlorine(ObjectKind.FLOOR, *_WASTE, method=Method.MOP, mg_per_l=STRONG),
    ),
}
"""Of every kind of zone but classrooms, whose day of the rota depends on the grade."""


def zone_defaults(kind: ZoneType, grade: int | None = None) -> tuple[ObjectDefault, ...]:
    """With what and when a zone's objects are done on ordinary days; `grade` matters to classrooms only."""
    return _classroom(grade) if kind is ZoneType.CLASSROOM else ZONE_DEFAULTS[kind]


Names = Mapping[str, str]
"""What a thing is called, by language: these become the school's own data, which it may rename."""


@dataclass(frozen=True)
class ZoneDefault:
    """A zone of a department that a school starts with."""

    type: ZoneType
    names: Names
    floor: int | None = None
    without: frozenset[ObjectKind] = frozenset()
    """Objects of its type that this zone has not."""


CLASSROOM_NAMES: Names = {"zh_Hans": "教室", "en": "Classroom"}


def _zone(
    kind: ZoneType, chinese: str, english: str, without: frozenset[ObjectKind] = frozenset()
) -> ZoneDefault:
    return ZoneDefault(kind, {"zh_Hans": chinese, "en": english}, without=without)


def _floor(floor: int) -> tuple[ZoneDefault, ...]:
    """The zones of one floor of the teaching building."""
    return tuple(
        ZoneDefault(kind, {"zh_Hans": f"{floor}层{chinese}", "en": f"{english}, floor {floor}"}, floor)
        for kind, chinese, english in (
            (ZoneType.CORRIDOR, "走廊与楼梯", "Corridor and stairs"),
            (ZoneType.TOILET, "男卫生间", "Boys' toilets"),
            (ZoneType.TOILET, "女卫生间", "Girls' toilets"),
            (ZoneType.WATER, "饮水与洗手处", "Drinking and washing place"),
        )
    )


_NO_KEYBOARDS = frozenset({ObjectKind.KEYBOARDS})


@dataclass(frozen=True)
class DepartmentDefault:
    """A department that a school starts with, and its zones in the order of walking."""

    code: str
    names: Names
    zones: tuple[ZoneDefault, ...]


DEPARTMENTS: tuple[DepartmentDefault, ...] = (
    DepartmentDefault(
        "logistics",
        {"zh_Hans": "总务处", "en": "Logistics office"},
        (
            *_floor(1),
            *_floor(2),
            *_floor(3),
            _zone(ZoneType.GYM, "体育器材", "Sports equipment"),
            _zone(ZoneType.WASTE, "垃圾点", "Waste point"),
        ),
    ),
    DepartmentDefault(
        "teaching",
        {"zh_Hans": "教导处", "en": "Teaching office"},
        (
            *(_zone(ZoneType.OFFICE, f"办公室 {number}", f"Office {number}") for number in range(1, 7)),
            _zone(ZoneType.HALL, "多功能厅", "Assembly hall"),
        ),
    ),
    DepartmentDefault(
        "rooms",
        {"zh_Hans": "图书/功能室", "en": "Library and special rooms"},
        (
            _zone(ZoneType.LIBRARY, "图书室", "Library"),
            _zone(ZoneType.SPECIAL_ROOM, "微机室", "Computer room"),
            _zone(ZoneType.SPECIAL_ROOM, "科学室", "Science room", _NO_KEYBOARDS),
            _zone(ZoneType.SPECIAL_ROOM, "音美室", "Music and art room", _NO_KEYBOARDS),
            _zone(ZoneType.SPECIAL_ROOM, "书法室", "Calligraphy room", _NO_KEYBOARDS),
        ),
    ),
    DepartmentDefault(
        "canteen",
        {"zh_Hans": "食堂", "en": "Canteen"},
        (
            _zone(ZoneType.CANTEEN, "后厨", "Kitchen"),
            _zone(ZoneType.CANTEEN, "就餐区", "Dining area", frozenset({ObjectKind.TABLEWARE})),
        ),
    ),
    DepartmentDefault(
        "guards",
        {"zh_Hans": "保安室", "en": "Guards"},
        (
            _zone(ZoneType.GATE, "校门口", "School gate"),
            _zone(ZoneType.GATE, "门卫室", "Gatehouse"),
            _zone(ZoneType.GATE, "接待室", "Reception room"),
        ),
    ),
    DepartmentDefault(
        "clinic",
        {"zh_Hans": "医务室", "en": "Nurse's office"},
        (
            _zone(ZoneType.NURSE_ROOM, "医务室", "Nurse's room"),
            _zone(ZoneType.OBSERVATION_ROOM, "临时留观室", "Observation room"),
            _zone(ZoneType.OBSERVATION_ROOM, "备用留观室", "Spare observation room"),
        ),
    ),
)
"""34 zones; with a classroom for each of 18 classes, 52."""
