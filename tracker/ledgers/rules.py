"""The ledgers: their columns, their periods, and what a cell can hold.  No database, no web."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.facts.rules import Symptom
from tracker.screening.rules import SessionCode


class Ledger(StrEnum):
    """What is printed and kept."""

    CLASS_SHEET = "class_sheet"
    DAILY = "daily"
    ABSENCES = "absences"
    CAUSES = "causes"
    ROOM = "room"
    RETURNS = "returns"
    DISINFECTION = "disinfection"
    KEEPERS = "keepers"
    STOCK = "stock"


NO_HEALTH = frozenset({Ledger.DAILY, Ledger.DISINFECTION, Ledger.KEEPERS, Ledger.STOCK})
"""Ledgers that name no child: who reads them is not kept."""


class Kind(StrEnum):
    """What the cells of a column hold, on the page as in the workbook."""

    TEXT = "text"
    COUNT = "count"
    """Missing is not zero: the class has not submitted."""
    DAY = "day"
    MOMENT = "moment"
    CELSIUS = "celsius"
    CLASS = "class"
    CODES = "codes"
    """One code, or several."""
    LINE = "line"
    """What a sheet says of a student, or a mark."""
    SIGN = "sign"
    """Empty: somebody signs here."""


class Mark(StrEnum):
    """What stands where a sheet or a stay says nothing."""

    NOT_SUBMITTED = "not_submitted"
    NOT_DUE = "not_due"
    NOT_LISTED = "not_listed"
    OWN_CLASSROOM = "own_classroom"


class Group(StrEnum):
    """What columns stand under one heading: the symptoms of the day, and those of three school days."""

    TODAY = "today"
    THREE_DAYS = "three_days"


@dataclass(frozen=True)
class Column:
    """A column of a ledger; the words above it are those of its name, or of its code."""

    name: str
    kind: Kind = Kind.TEXT
    code: SessionCode | Symptom | None = None
    group: Group | None = None


NO = Column("no", Kind.COUNT)
_WHO = (NO, Column("school_class", Kind.CLASS), Column("student"), Column("sex", Kind.CODES))
_SIGN = Column("sign", Kind.SIGN)
SUMS = (
    "expected", "checked", "absent", "not_here", "away", "in_room", "left_early", "unset", "fever",
    "symptomatic",
)  # fmt: skip
"""The sums of a sheet; expected is the sum of the seven that follow it."""

THREE_DAYS = 3
"""A symptom is counted today, and on today and the two school days before it."""


def today(symptom: Symptom) -> str:
    """The name of a symptom's column of the day."""
    return f"{symptom.value}_today"


def three(symptom: Symptom) -> str:
    """The name of a symptom's column of three days."""
    return f"{symptom.value}_three"


def class_sheet_columns(sessions: Sequence[SessionCode]) -> list[Column]:
    """The class sheet's columns, one for each session of the day."""
    return [
        Column("seat", Kind.COUNT),
        Column("student"),
        Column("sex", Kind.CODES),
        Column("age", Kind.COUNT),
        Column("dormitory"),
        Column("phone"),
        *(Column(code.value, Kind.LINE, code) for code in sessions),
        Column("doctor"),
        Column("diagnosis", Kind.CODES),
        _SIGN,
    ]


SESSION_SUM_COLUMNS = [Column("session", Kind.CODES), *(Column(name, Kind.COUNT) for name in SUMS)]

DAILY_COLUMNS = [
    Column("school_class", Kind.CLASS),
    Column("enrolled", Kind.COUNT),
    Column("sheets"),
    *(Column(name, Kind.COUNT) for name in ("expected", "checked", "absent", "ill")),
    *(Column(name, Kind.COUNT) for name in SUMS[3:]),
    *(Column(today(symptom), Kind.COUNT, symptom, Group.TODAY) for symptom in Symptom),
    *(Column(three(symptom), Kind.COUNT, symptom, Group.THREE_DAYS) for symptom in Symptom),
    _SIGN,
]

ABSENCE_COLUMNS = [
    *_WHO,
    Column("age", Kind.COUNT),
    Column("phone"),
    Column("first_on", Kind.DAY),
    Column("reason", Kind.CODES),
    Column("onset", Kind.DAY),
    Column("symptoms", Kind.CODES),
    Column("tenths", Kind.CELSIUS),
    Column("doctor"),
    Column("diagnosis", Kind.CODES),
    Column("left_at", Kind.MOMENT),
    Column("calls"),
    Column("follower"),
    Column("back_on", Kind.DAY),
    _SIGN,
]

CAUSE_COLUMNS = [
    *_WHO,
    Column("first_on", Kind.DAY),
    Column("half", Kind.CODES),
    Column("asked_at", Kind.MOMENT),
    Column("way", Kind.CODES),
    Column("tries", Kind.COUNT),
    Column("learned_at", Kind.MOMENT),
    Column("learned_by"),
    Column("reason", Kind.CODES),
    Column("result", Kind.CODES),
    Column("reviewed_at", Kind.MOMENT),
    _SIGN,
]

ROOM_COLUMNS = [
    *_WHO,
    Column("reported_at", Kind.MOMENT),
    Column("trouble", Kind.CODES),
    Column("place"),
    Column("arrived_at", Kind.MOMENT),
    Column("brought_by"),
    Column("room", Kind.CODES),
    Column("readings"),
    Column("symptoms", Kind.CODES),
    Column("onset", Kind.DAY),
    Column("seats_beside"),
    Column("calls"),
    Column("ended_at", Kind.MOMENT),
    Column("ended_how", Kind.CODES),
    Column("handed_to"),
    Column("where_to"),
    Column("cleaned_at", Kind.MOMENT),
    _SIGN,
]

RETURN_COLUMNS = [
    *_WHO,
    Column("diagnosis", Kind.CODES),
    Column("first_on", Kind.DAY),
    Column("earliest_on", Kind.DAY),
    Column("returns_on", Kind.DAY),
    Column("conditions", Kind.CODES),
    Column("papers", Kind.CODES),
    Column("cleared_by"),
    Column("cleared_at", Kind.MOMENT),
    Column("back_on", Kind.DAY),
    Column("note"),
    _SIGN,
]

DISINFECTION_COLUMNS = [
    NO,
    Column("day", Kind.DAY),
    Column("span"),
    Column("school_class", Kind.CLASS),
    Column("zone"),
    Column("objects", Kind.CODES),
    Column("kind", Kind.CODES),
    Column("method", Kind.CODES),
    Column("agent", Kind.CODES),
    Column("lot"),
    Column("mg_per_l"),
    Column("minutes"),
    Column("aired"),
    Column("operator"),
    Column("result", Kind.CODES),
    Column("reasons", Kind.CODES),
    Column("outcome", Kind.CODES),
    Column("acceptor"),
    Column("remark"),
    Column("teacher", Kind.SIGN),
]

KEEPER_COLUMNS = [
    NO,
    Column("department"),
    Column("school_class", Kind.CLASS),
    *(
        Column(name, Kind.COUNT)
        for name in (
            "asked",
            "on_time",
            "late",
            "not_done",
            "excused",
            "missed",
            "overdue",
            "pending",
            "verified",
        )
    ),
    Column("share"),
    _SIGN,
]

STOCK_COLUMNS = [
    NO,
    Column("supply"),
    Column("category", Kind.CODES),
    Column("unit", Kind.CODES),
    *(Column(name, Kind.COUNT) for name in ("balance", "minimum", "lent", "lasts")),
    Column("shelf", Kind.CODES),
    Column("keeper"),
    Column("counted", Kind.SIGN),
]

LONGEST = timedelta(days=370)


class PeriodProblem(StrEnum):
    """Why a period is not taken."""

    ENDS_BEFORE_START = "ends_before_start"
    TOO_LONG = "too_long"
    IN_FUTURE = "in_future"


def period_problem(since: date, until: date, today: date) -> PeriodProblem | None:
    """What is wrong with a period, both days included; it may end later than today, never begin so."""
    if since > today:
        return PeriodProblem.IN_FUTURE
    if until < since:
        return PeriodProblem.ENDS_BEFORE_START
    return PeriodProblem.TOO_LONG if until - since > LONGEST else None


def age_on(born: date | None, day: date) -> int | None:
    """A child's age in whole years."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
