"""The zones a school starts from, and with what and when each kind of zone is done.  Only data.

Objects, solutions and dwell times follow the usual tables of the field (desks, handles, taps and rails
250-500 mg/L, toilets and buckets 500-1,000 mg/L, 30 minutes, then clear water; electronics 75 % alcohol,
3 minutes; tableware boiled 15 minutes; airing 30 minutes).  Hours and weekdays are set by the school:
what stands here is for a primary school whose lessons run from 08:30 to 15:40, with two working solutions
only, so that one person can mix for all.  What a school does "after each use" or "after each meal" stands
here as one slot of the day or the week.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time

from tracker.disinfection.day_rules import EVERY_DAY, Days
from tracker.disinfection.rules import Agent, Method, ObjectKind, ZoneType
from tracker.school.rules import Level

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
    weekdays: tuple[int, ...] = EVERY_DAY
    next_day_until: time | None = None
    level: Level = Level.ROUTINE
    days: Days = Days.SCHOOL
    months: tuple[int, int] | None = None
    days_before: int | None = None


Hours = tuple[time, time]


def _chlorine(
    kind: ObjectKind,
    *hours: Hours,
    method: Method = Method.WIPE,
    mg_per_l: int = STANDARD,
    weekdays: tuple[int, ...] = EVERY_DAY,
) -> tuple[ObjectDefault, ...]:
    return tuple(ObjectDefault(kind, *span, method, Agent.CHLORINE, mg_per_l, 30, weekdays) for span in hours)


def _alcohol(
    kind: ObjectKind, *hours: Hours, weekdays: tuple[int, ...] = EVERY_DAY
) -> tuple[ObjectDefault, ...]:
    return tuple(ObjectDefault(kind, *span, Method.WIPE, Agent.ALCOHOL, None, 3, weekdays) for span in hours)


def _airing(*hours: Hours, weekdays: tuple[int, ...] = EVERY_DAY) -> tuple[ObjectDefault, ...]:
    return tuple(
        ObjectDefault(ObjectKind.AIR, *span, Method.AIRING, minutes=30, weekdays=weekdays) for span in hours
    )


Plans = tuple[ObjectDefault, ...]


def _levels(routine: Plans, epidemic: Plans) -> Plans:
    return routine + tuple(replace(one, level=Level.EPIDEMIC) for one in epidemic)


def _both(make: Callable[..., Plans], *hours: Hours, also: Hours, more: Iterable[ObjectKind]) -> Plans:
    """Done once a day in the routine, twice at the epidemic level."""
    kinds = tuple(more)
    return _levels(
        tuple(one for kind in kinds for one in make(kind, *hours)),
        tuple(one for kind in kinds for one in make(kind, *hours, also)),
    )


_TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY, _SATURDAY = (2,), (3,), (4,), (5,), (6,)
_END = time(15, 40)
_BEFORE_LESSONS = time(7, 40)
"""What a class could not finish in the afternoon is on time before the next day's lessons."""
DAYS_BEFORE_TERM = 3
_BEFORE_TERM = time(9), time(17)
_MORNING, _AFTERNOON = (time(8), time(9)), (time(16), time(17))
_TOILETS = (time(8, 40), time(10)), (time(16), time(18))
_WATER = (time(8, 40), time(9, 30)), (_END, time(17))
_GATE = (time(8, 30), time(9, 30)), (time(15), time(15, 30))
_CORRIDOR = (time(9, 30), time(11)), (_END, time(18))
_OFFICE = time(16), time(17, 30)
_ROOMS = _END, time(17, 30)
_CLASSROOM = _END, time(18, 20)
_WASTE = (time(17), time(18, 30)), (time(8, 40), time(10))
_BEFORE_LUNCH, _LUNCH = (time(10, 30), time(11, 30)), (time(12, 40), time(13, 40))
_BUS = (time(6), time(7)), (time(17), time(18))


def _weekly(kinds: Mapping[ObjectKind, Callable[..., Plans]], hours: Hours, days: tuple[int, ...]) -> Plans:
    """Done on some weekdays in the routine, daily at the epidemic level."""
    return _levels(
        tuple(one for kind, make in kinds.items() for one in make(kind, hours, weekdays=days)),
        tuple(one for kind, make in kinds.items() for one in make(kind, hours)),
    )


def _classroom() -> Plans:
    wiped = tuple(
        replace(one, next_day_until=_BEFORE_LESSONS)
        for kind in (ObjectKind.DESKS, ObjectKind.HANDLES)
        for one in _chlorine(kind, _CLASSROOM)
    )
    floor = ObjectDefault(ObjectKind.FLOOR, _END, time(18), Method.WET_CLEANING)
    return (
        *_airing((time(7, 30), _END)),
        replace(floor, next_day_until=_BEFORE_LESSONS),
        *_levels(tuple(replace(one, days=Days.ROTA, weekdays=()) for one in wiped), wiped),
    )


def _strong(kind: ObjectKind, *hours: Hours) -> Plans:
    method = {ObjectKind.FLOOR: Method.MOP, ObjectKind.BINS: Method.SPRAY}.get(kind, Method.WIPE)
    return _chlorine(kind, *hours, method=method, mg_per_l=STRONG)


def _wiped_or_mopped(kind: ObjectKind, *hours: Hours, weekdays: tuple[int, ...] = EVERY_DAY) -> Plans:
    return _chlorine(
        kind, *hours, method=Method.MOP if kind is ObjectKind.FLOOR else Method.WIPE, weekdays=weekdays
    )


_SURFACES = (ObjectKind.TABLES, ObjectKind.COUCH, ObjectKind.FLOOR)
_SPRAYED = ObjectDefault(
    ObjectKind.PESTS, time(9), time(11), Method.SPRAY, Agent.INSECTICIDE,
    weekdays=_SATURDAY, days=Days.OFF, months=(5, 10),
)  # fmt: skip

ZONE_DEFAULTS: Mapping[ZoneType, Plans] = {
    ZoneType.CLASSROOM: _classroom(),
    ZoneType.SPECIAL_ROOM: _weekly(
        {ObjectKind.DESKS: _chlorine, ObjectKind.KEYBOARDS: _alcohol}, _ROOMS, _THURSDAY
    ),
    ZoneType.CORRIDOR: _both(
        _wiped_or_mopped, _CORRIDOR[0], also=_CORRIDOR[1], more=(ObjectKind.FLOOR, ObjectKind.RAILS)
    ),
    ZoneType.OFFICE: _weekly(
        dict.fromkeys((ObjectKind.HANDLES, ObjectKind.DESKS, ObjectKind.KEYBOARDS), _alcohol),
        _OFFICE,
        _TUESDAY + _FRIDAY,
    ),
    ZoneType.HALL: (
        *_chlorine(ObjectKind.RAILS, _ROOMS, weekdays=_FRIDAY),
        *_chlorine(ObjectKind.SEATS, _ROOMS, weekdays=_FRIDAY),
        *_alcohol(ObjectKind.EQUIPMENT, _ROOMS, weekdays=_FRIDAY),
    ),
    ZoneType.LIBRARY: _weekly(
        dict.fromkeys((ObjectKind.DESKS, ObjectKind.HANDLES), _chlorine), _ROOMS, _THURSDAY
    ),
    ZoneType.TOILET: _both(
        _strong,
        _TOILETS[0],
        also=_TOILETS[1],
        more=(ObjectKind.TOILETS, ObjectKind.FLOOR, ObjectKind.TAPS, ObjectKind.HANDLES),
    ),
    ZoneType.WATER: _both(_chlorine, _WATER[0], also=_WATER[1], more=(ObjectKind.TAPS, ObjectKind.TABLES)),
    ZoneType.CANTEEN: (
        ObjectDefault(ObjectKind.TABLEWARE, time(10), time(11, 30), Method.BOIL, minutes=15),
        *_both(_wiped_or_mopped, _LUNCH, also=_BEFORE_LUNCH, more=(ObjectKind.TABLES, ObjectKind.FLOOR)),
    ),
    ZoneType.GATE: (
        *_both(_chlorine, _GATE[0], also=_GATE[1], more=(ObjectKind.HANDLES, ObjectKind.TABLES)),
        *_both(_alcohol, _GATE[0], also=_GATE[1], more=(ObjectKind.EQUIPMENT,)),
    ),
    ZoneType.OBSERVATION_ROOM: _levels(
        (
            *_airing(_OFFICE, weekdays=_FRIDAY),
            *(one for kind in _SURFACES for one in _wiped_or_mopped(kind, _OFFICE, weekdays=_FRIDAY)),
        ),
        (
            *_airing(_MORNING, _OFFICE),
            *(one for kind in _SURFACES for one in _wiped_or_mopped(kind, _MORNING, _OFFICE)),
        ),
    ),
    ZoneType.NURSE_ROOM: tuple(
        one for hours in (_MORNING, _AFTERNOON) for kind in _SURFACES for one in _wiped_or_mopped(kind, hours)
    ),
    ZoneType.GYM: _weekly({ObjectKind.EQUIPMENT: _chlorine}, _OFFICE, _WEDNESDAY),
    ZoneType.DORMITORY: (
        *_airing((time(8), time(12))),
        *_both(
            _wiped_or_mopped,
            _CORRIDOR[0],
            also=_CORRIDOR[1],
            more=(ObjectKind.HANDLES, ObjectKind.RAILS, ObjectKind.FLOOR),
        ),
    ),
    ZoneType.BUS: _both(_chlorine, _BUS[0], also=_BUS[1], more=(ObjectKind.SEATS, ObjectKind.HANDLES)),
    ZoneType.WASTE: (
        *_both(_strong, _WASTE[0], also=_WASTE[1], more=(ObjectKind.BINS, ObjectKind.FLOOR)),
        _SPRAYED,
    ),
}
"""Of every kind of zone on ordinary days, at both levels; an object without an epidemic row keeps its own."""


def _before_term(plans: Plans) -> Plans:
    """What of a zone is disinfected before a term as well: each thing as on ordinary days."""
    wet = {one.kind: one for one in plans if one.agent in (Agent.CHLORINE, Agent.ALCOHOL)}
    return tuple(
        replace(
            one,
            slot=_BEFORE_TERM[0],
            until=_BEFORE_TERM[1],
            next_day_until=None,
            weekdays=(),
            level=Level.ROUTINE,
            days=Days.BEFORE_TERM,
            days_before=DAYS_BEFORE_TERM,
        )
        for one in wet.values()
    )


def zone_defaults(kind: ZoneType) -> Plans:
    """With what and when a zone's objects are done."""
    return ZONE_DEFAULTS[kind] + _before_term(ZONE_DEFAULTS[kind])


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
