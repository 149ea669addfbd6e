"""The ledgers as frames: page, print and workbook are made from the same one, and its sums close."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pandas as pd

from tracker.facts.rules import ObservationKind, Symptom
from tracker.frames import DAY, Schema
from tracker.ledgers import queries
from tracker.ledgers.rules import (
    DAILY_COLUMNS,
    SESSION_SUM_COLUMNS,
    SUMS,
    THREE_DAYS,
    Column,
    Kind,
    Ledger,
    Mark,
    age_on,
    class_sheet_columns,
    three,
)
from tracker.ledgers.rules import today as of_today
from tracker.school.models import SchoolClass
from tracker.school.queries import school_days
from tracker.screening.day_queries import ClassDay, class_days
from tracker.screening.queries import kept_sheets
from tracker.screening.rules import ILL_REASONS, AbsenceReason, SessionState, State
from tracker.screening.summary_rules import COLUMN_OF


@dataclass(frozen=True)
class Filled:
    """A ledger: its columns, one row for each of its lines, and the sums under it."""

    ledger: Ledger
    columns: Sequence[Column]
    frame: pd.DataFrame
    totals: dict[str, Any] | None = None
    """The sums of the columns of counts; None for a ledger that sums nothing."""
    beside: "Filled | None" = None
    """A small ledger of sums that stands above."""


def filled(
    ledger: Ledger,
    columns: Sequence[Column],
    rows: Iterable[dict[str, Any]],
    *,
    sums: bool = False,
    but: Sequence[str] = (),
    beside: Filled | None = None,
) -> Filled:
    """Rows in the order they come as a frame: counts as numbers that can be missing, all else as it is.

    `but` are counts that are not summed.
    """
    given = list(rows)
    names = [column.name for column in columns if column.kind is not Kind.SIGN]
    frame = pd.DataFrame(given, columns=names, dtype=object)
    counts = [column.name for column in columns if column.kind is Kind.COUNT]
    frame = frame.astype(dict.fromkeys(counts, "Int64"))
    totals = {name: frame[name].sum(min_count=1) for name in counts if name not in but} if sums else None
    return Filled(ledger, columns, frame, totals, beside)


SAID = Schema(
    "one row per class, day and student on a sheet",
    ("class_id", "on", "student_id"),
    {"class_id": "int64", "on": DAY, "student_id": "int64", "state": State, "reason": AbsenceReason},
)
SIGNS = Schema(
    "one row per class, day, student and sign",
    ("class_id", "on", "student_id", "kind", "code"),
    {
        "class_id": "int64",
        "on": DAY,
        "student_id": "int64",
        "kind": ObservationKind,
        "code": Symptom,
    },
)


def day_sums(days: Sequence[date], class_id: int | None = None) -> pd.DataFrame:
    """The sums of each class and day, every student once: columns of SUMS, and `ill`.

    Rows are known by class and day; fevers and symptoms are those seen at school, as in the day's
    summary.  Without a sheet all but what somebody else has seen is missing.
    """
    said = SAID.frame(queries.said(days, class_id))
    place = ["class_id", "on"]
    state, reason = said["state"].astype(str), said["reason"].astype(str)
    ill = (state == State.ABSENT.value) & reason.isin([one.value for one in ILL_REASONS])
    counted = said[place].assign(expected=1, ill=ill)
    for name in dict.fromkeys(COLUMN_OF.values()):
        of_column = [one.value for one, column in COLUMN_OF.items() if column == name]
        counted[name] = state.isin(of_column)
    sums = counted.groupby(place)[[*SUMS[:-2], "ill"]].sum().astype("Int64")
    signs = _signs(days)
    if class_id is not None:
        signs = signs[signs["class_id"] == class_id]
    who = [*place, "student_id"]
    told = signs[signs["kind"].astype(str) == ObservationKind.SYMPTOM.value]
    marked = pd.concat([said.loc[state == State.SYMPTOMATIC.value, who], told[who]])
    seen = {
        "fever": signs[signs["code"].astype(str) == Symptom.FEVER.value],
        "symptomatic": marked,
    }
    counts = pd.DataFrame(
        {name: found.groupby(place)["student_id"].nunique() for name, found in seen.items()}, dtype="Int64"
    )
    known = sums.index.union(counts.index)
    counts = counts.reindex(known)
    is_reported = known.isin(sums.index)
    return sums.reindex(known).join(counts.where(counts.notna() | ~is_reported[:, None], 0))


def _signs(days: Sequence[date]) -> pd.DataFrame:
    return SIGNS.frame(queries.signs(days))


def symptom_counts(days: Sequence[date]) -> pd.DataFrame:
    """How many students of each class had which sign on any of these days, fever among them."""
    signs = _signs(days)
    found = signs.groupby(["class_id", signs["code"].astype(str)])["student_id"].nunique()
    wide = found.unstack(fill_value=0)
    return wide.reindex(columns=[one.value for one in Symptom], fill_value=0).astype("Int64")


def daily(day: date, wall: time, today: date) -> Filled:
    """A row a class: its sums of the day, and its symptoms today and in three school days.

    What a class has not submitted is missing, never zero; a symptom somebody else has reported of its
    children is counted all the same.
    """
    classes = class_days(None, day, wall if day == today else time.max, today=day == today)
    before = school_days(date(day.year - 1, 1, 1), day)
    three_days = sorted({*before[-THREE_DAYS:], day})[-THREE_DAYS:]
    sums = day_sums([day])
    sums = sums.reset_index("on", drop=True)
    of_day, of_three = symptom_counts([day]), symptom_counts(three_days)
    known_three = {one[0] for one in queries.said(three_days)}
    rows = []
    for one in classes:
        row: dict[str, Any] = {
            "school_class": one.school_class,
            "enrolled": one.enrolled,
            "sheets": _sheets(one),
        }
        has_sums = one.class_id in sums.index
        for name in (*SUMS, "ill"):
            row[name] = sums.at[one.class_id, name] if has_sums else pd.NA
        is_known = row["expected"] is not pd.NA
        for symptom in Symptom:
            row[of_today(symptom)] = _count(of_day, one.class_id, symptom, is_known)
            row[three(symptom)] = _count(of_three, one.class_id, symptom, one.class_id in known_three)
        rows.append(row)
    return filled(Ledger.DAILY, DAILY_COLUMNS, rows, sums=True)


def _sheets(one: ClassDay) -> str:
    asked = [status for status in one.sessions if status.state is not SessionState.NOT_YET]
    return f"{sum(status.version is not None for status in asked)}/{len(asked)}"


def _count(counts: pd.DataFrame, class_id: int, symptom: Symptom, is_known: bool) -> Any:
    found: Any = counts.at[class_id, symptom.value] if class_id in counts.index else 0
    return found if found or is_known else pd.NA


def class_sheet(school_class: SchoolClass, day: date, wall: time, today: date) -> Filled:
    """A row a student: what each session of the day says of it, and above it the sums of the sessions."""
    statuses = [
        status
        for one in class_days([school_class.id], day, wall if day == today else time.max, today=day == today)
        for status in one.sessions
    ]
    kept = kept_sheets(school_class.id, day)
    people = queries.students_of(school_class.id, day)
    ids = [student.id for student, _seat, _dormitory in people]
    phones = queries.masked_phones(ids)
    doctors = queries.doctors(ids, day)
    rows = []
    for student, seat, dormitory in people:
        row: dict[str, Any] = {
            "seat": seat if seat is not None else pd.NA,
            "student": student.name,
            "sex": student.sex,
            "age": age_on(student.birth_date, day),
            "dormitory": dormitory,
            "phone": phones.get(student.id),
        }
        row["doctor"], row["diagnosis"] = doctors.get(student.id, (None, None))
        for status in statuses:
            code = status.plan.code
            if code in kept:
                row[code.value] = kept[code].lines.get(student.id, Mark.NOT_LISTED)
            else:
                is_due = status.state is not SessionState.NOT_YET
                row[code.value] = Mark.NOT_SUBMITTED if is_due else Mark.NOT_DUE
        rows.append(row)
    sums = [
        {"session": status.plan.code}
        | {name: getattr(status.version, name) if status.version else pd.NA for name in SUMS}
        for status in statuses
        if status.state is not SessionState.NOT_YET
    ]
    return filled(
        Ledger.CLASS_SHEET,
        class_sheet_columns([status.plan.code for status in statuses]),
        rows,
        beside=filled(Ledger.CLASS_SHEET, SESSION_SUM_COLUMNS, sums),
    )
