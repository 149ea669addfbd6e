"""The ledgers in words: what stands above a column, and a cell as the page and the workbook show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm

from tracker import clock
from tracker.fields import MaybeDay
from tracker.ledgers.rules import Column, Group, Kind, Ledger, Mark, PeriodProblem, period_problem
from tracker.screening.forms import line_words
from tracker.screening.rules import NORMAL_LINE, State
from tracker.templating import class_label, format_day, format_hhmm, format_moment
from tracker.words import word

HEADERS: dict[str, Any] = {
    "no": _l("No."),
    "seat": _l("Seat"),
    "school_class": _l("Class"),
    "student": _l("Full name"),
    "sex": _l("Sex"),
    "age": _l("Age"),
    "dormitory": _l("Dormitory"),
    "phone": _l("Guardian's phone"),
    "doctor": _l("Seen a doctor"),
    "diagnosis": _l("Diagnosis"),
    "sign": _l("Signature"),
    "session": _l("Session"),
    "enrolled": _l("Size"),
    "sheets": _l("Sheets"),
    "expected": _l("Expected"),
    "checked": _l("Present"),
    "absent": _l("Absent"),
    "ill": _l("of these ill"),
    "not_here": _l("Not here yet"),
    "away": _lp("column", "Away"),
    "in_room": _lp("column", "In the room"),
    "left_early": _lp("column", "Left early"),
    "unset": _l("Not recorded"),
    "fever": _lp("column", "Temperature high"),
    "symptomatic": _l("Symptomatic"),
    "first_on": _l("Absent from"),
    "reason": _l("Reason"),
    "onset": _l("Onset date"),
    "symptoms": _lp("column", "Symptoms"),
    "tenths": _lp("column", "Highest ℃"),
    "left_at": _l("Left school at"),
    "calls": _l("Calls"),
    "follower": _l("Followed up by"),
    "back_on": _l("Back on"),
    "half": _l("Absent from (half-day)"),
    "asked_at": _l("First asked"),
    "way": _lp("column", "How"),
    "tries": _l("Tries"),
    "learned_at": _l("Learned at"),
    "learned_by": _l("Learned by"),
    "result": _l("Result"),
    "reviewed_at": _l("Reviewed at"),
    "reported_at": _l("Reported at"),
    "trouble": _l("What was seen"),
    "place": _lp("column", "Where"),
    "arrived_at": _l("Arrived at"),
    "brought_by": _l("Brought by"),
    "seats_beside": _l("Seats beside"),
    "room": _lp("column", "Room"),
    "readings": _lp("column", "Readings ℃"),
    "ended_at": _l("Left at"),
    "ended_how": _lp("column", "How it ended"),
    "handed_to": _l("Handed over to"),
    "where_to": _l("Where to"),
    "cleaned_at": _l("Room disinfected"),
    "earliest_on": _l("Earliest day"),
    "returns_on": _l("Cleared from"),
    "conditions": _l("Conditions seen"),
    "papers": _l("Papers"),
    "cleared_by": _l("Cleared by"),
    "cleared_at": _l("Cleared at"),
    "note": _l("Note"),
    "day": _l("Day"),
    "span": _l("From–to"),
    "zone": _l("Zone"),
    "objects": _l("Objects"),
    "kind": _lp("disinfection", "Kind"),
    "method": _l("Method"),
    "agent": _l("Agent"),
    "lot": _l("Lot, mixed at"),
    "mg_per_l": _l("mg/L"),
    "minutes": _l("Dwell, min"),
    "aired": _l("Aired"),
    "operator": _l("Operator"),
    "reasons": _l("Why not"),
    "remark": _l("Remark"),
    "teacher": _lp("signs", "Class teacher"),
    "acceptor": _l("Acceptor"),
    "outcome": _lp("task", "Turned out"),
    "verified": _lp("task", "Of these verified"),
    "department": _l("Department"),
    "asked": _l("Asked for"),
    "on_time": _lp("task", "On time"),
    "late": _lp("task", "Late"),
    "not_done": _lp("task", "Not done"),
    "excused": _lp("task", "Excused"),
    "missed": _lp("task", "Missed"),
    "overdue": _lp("task", "Past its time"),
    "pending": _lp("task", "Not due yet"),
    "share": _lp("task", "Share"),
    "supply": _l("Supply"),
    "category": _lp("supply", "Kind"),
    "unit": _l("Unit"),
    "balance": _l("In stock"),
    "minimum": _l("Minimum"),
    "lent": _l("Lent"),
    "lasts": _l("School days left"),
    "shelf": _l("Expiry"),
    "keeper": _lp("supply", "Kept by"),
    "counted": _l("Counted"),
}

MARKS: dict[Mark, Any] = {
    Mark.NOT_SUBMITTED: _l("Not submitted"),
    Mark.NOT_DUE: _l("Not due yet"),
    Mark.NOT_LISTED: _l("Not on the list"),
    Mark.OWN_CLASSROOM: _l("own classroom"),
}

COUNTED: dict[Ledger, Any] = {
    Ledger.DAILY: _l("every child once; who was seen at school once counts as present"),
    Ledger.ABSENCES: _l("sums from the sheets, rows from the absences that are followed up"),
}
"""What the numbers of a ledger are of, where two of them could be taken for the same."""

SIGNED_BY: dict[Ledger, Sequence[Any]] = {
    Ledger.CLASS_SHEET: (_l("Homeroom teacher"), _l("School nurse")),
    Ledger.DAILY: (_l("School nurse"), _l("Principal")),
    Ledger.ABSENCES: (_l("Homeroom teacher"), _l("School nurse"), _l("Principal")),
    Ledger.CAUSES: (_l("School nurse"), _l("Principal")),
    Ledger.ROOM: (_l("School nurse"), _l("Principal")),
    Ledger.RETURNS: (_l("School nurse"), _l("Principal")),
    Ledger.DISINFECTION: (_l("Head of logistics"), _l("School nurse")),
    Ledger.KEEPERS: (_l("Head of logistics"), _l("Principal")),
    Ledger.STOCK: (_l("Head of logistics"), _l("Principal")),
}
"""Whose names stand under a ledger, to be signed."""


def header(column: Column) -> str:
    """What stands above a column."""
    words = str(word(column.code)) if column.code else str(HEADERS[column.name])
    return words


GROUPS: dict[Group, Any] = {
    Group.TODAY: _l("Symptoms of the day"),
    Group.THREE_DAYS: _l("Symptoms of three school days"),
}


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing."""
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value))


@dataclass(frozen=True)
class Words:
    """How the cells of one ledger read: of what day the classes are called, and what is a fever."""

    day: date
    trigger: int
    retest_trigger: int

    def text(self, value: Any, column: Column) -> str:
        """A cell in words.  A missing count was not submitted; a missing anything else is empty."""
        if column.kind is Kind.SIGN:
            return ""
        if column.kind is Kind.COUNT:
            if is_missing(value):
                return "" if column.name in ("seat", "age", "lasts") else str(MARKS[Mark.NOT_SUBMITTED])
            return str(value)
        if is_missing(value):
            return ""
        if isinstance(value, Mark):
            return str(MARKS[value])
        match column.kind:
            case Kind.CLASS:
                return class_label(value, self.day)
            case Kind.DAY:
                return str(value.strftime("%m-%d"))
            case Kind.MOMENT:
                return format_moment(value)
            case Kind.CELSIUS:
                return f"{value // 10}.{value % 10}"
            case Kind.CODES:
                return _(", ").join(str(word(code)) for code in _codes(value))
            case Kind.LINE:
                return self.line(value)
            case _:
                return self.calls(value) if isinstance(value, list) else str(value)

    def line(self, value: Any) -> str:
        """What a sheet says of a student."""
        if value == NORMAL_LINE:
            return str(word(State.NORMAL))
        return line_words(value, self.trigger, self.retest_trigger)

    def calls(self, made: list[Any]) -> str:
        """The calls of an absence or of a stay, one after the other."""
        reached = (_("not reached"), _("reached"))
        told = [
            f"{format_hhmm(one[0])} {reached[one[1]]}"
            if isinstance(one, tuple)
            else f"{format_moment(one.at)} {word(one.result)}"
            for one in made[-3:]
        ]
        more = [_("%(count)s earlier", count=len(made) - 3)] if len(made) > 3 else []
        return "; ".join([*more, *told])

    def value(self, value: Any, column: Column) -> Any:
        """A cell as the workbook keeps it: numbers, days and moments as such, all else as on the page."""
        if not is_missing(value):
            if column.kind is Kind.COUNT:
                return int(value)
            if column.kind is Kind.DAY:
                return value
            if column.kind is Kind.CELSIUS:
                return value / 10
            if column.kind is Kind.MOMENT:
                return clock.local(value).replace(tzinfo=None, microsecond=0, second=0)
        return self.text(value, column) or None


def _codes(value: Any) -> Iterable[StrEnum]:
    return value if isinstance(value, tuple) else (value,)


PROBLEMS = {
    PeriodProblem.ENDS_BEFORE_START: _l("The last day lies before the first."),
    PeriodProblem.TOO_LONG: _l("Please choose at most a year."),
    PeriodProblem.IN_FUTURE: _l("This day is yet to come."),
}


class PeriodForm(FlaskForm):
    """From when to when; both empty: today."""

    class Meta:
        csrf = False

    since = MaybeDay(_lp("period", "From"))
    until = MaybeDay(_lp("period", "Until"))

    def period(self, today: date) -> tuple[date, date]:
        """The days that were asked for: one alone is a single day.  What is wrong stands at its field."""
        self.validate()
        if self.errors:
            return today, today
        since = self.since.data or self.until.data or today
        until = self.until.data or since
        if problem := period_problem(since, until, today):
            field = self.since if problem is PeriodProblem.IN_FUTURE and self.since.data else self.until
            field.errors = [*field.errors, PROBLEMS[problem]]
            return today, today
        self.since.data, self.until.data = since, until
        return since, until

    @property
    def complaints(self) -> list[tuple[str | None, Any]]:
        """What is wrong, field by field."""
        return [(field.id, error) for field in self for error in field.errors]


class TodayForm(FlaskForm):
    """Nothing to choose: how it stands now."""

    class Meta:
        csrf = False

    complaints: Sequence[tuple[str | None, Any]] = ()


class DayForm(FlaskForm):
    """One day; empty: today."""

    class Meta:
        csrf = False

    day = MaybeDay(_l("Day"))

    def chosen(self, today: date) -> date:
        """The day that was asked for."""
        self.validate()
        self.day.data = self.day.data or today
        return self.day.data

    @property
    def complaints(self) -> list[tuple[str | None, Any]]:
        """What is wrong, field by field."""
        return [(field.id, error) for field in self for error in field.errors]


def period_words(since: date, until: date) -> str:
    """A period as a ledger's head shows it."""
    return format_day(since) if since == until else f"{since.isoformat()} – {until.isoformat()}"


def moment_words(at: datetime) -> str:
    """When a ledger was made."""
    return f"{clock.local(at):%Y-%m-%d %H:%M}"
