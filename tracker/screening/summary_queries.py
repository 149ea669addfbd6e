"""The day's sums, from one place for every page, print and export.  Nothing here writes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, time
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.facts.rules import ObservationKind, Symptom
from tracker.school.models import SchoolClass
from tracker.school.queries import class_order
from tracker.screening.day_queries import ClassDay, class_days
from tracker.screening.models import Entry, Roster, Sheet, SheetVersion
from tracker.screening.rules import AbsenceReason, SessionCode, SessionState, State
from tracker.screening.sign_queries import seen_at_school
from tracker.screening.summary_rules import Said, Sums, coded, ill_of, reasons_of, states_of_day, sums_of


@dataclass(frozen=True)
class SheetSum:
    """One class in one session: its sums, or how it stands without a sheet."""

    school_class: SchoolClass
    code: SessionCode
    state: SessionState
    version: SheetVersion | None
    """The version that holds; None where the class has not reported."""
    sums: Sums
    reasons: Mapping[AbsenceReason, int]
    """The absent by reason."""

    @property
    def is_missing(self) -> bool:
        """Whether it could have come by now, and has not."""
        return self.version is None and self.state is not SessionState.NOT_YET


@dataclass(frozen=True)
class SessionSum:
    """One session over all its classes."""

    code: SessionCode
    sheets: Sequence[SheetSum]

    @property
    def due(self) -> int:
        """How many classes it is asked of, and has opened for."""
        return sum(one.state is not SessionState.NOT_YET for one in self.sheets)

    @property
    def to_open(self) -> int:
        """For how many classes it has not opened yet."""
        return len(self.sheets) - self.due

    @property
    def is_to_open(self) -> bool:
        """Whether it has not opened for any class yet."""
        return bool(self.sheets) and not self.due

    @property
    def reported(self) -> int:
        return sum(one.version is not None for one in self.sheets)

    @property
    def missing(self) -> list[SchoolClass]:
        """The classes that have not reported."""
        return [one.school_class for one in self.sheets if one.is_missing]

    @property
    def sums(self) -> Sums:
        """The sums of the sheets that came; a class that has not reported is in none of them."""
        return sum((one.sums for one in self.sheets), Sums())

    @property
    def reasons(self) -> dict[AbsenceReason, int]:
        """The absent by reason."""
        return _added(one.reasons for one in self.sheets)


@dataclass(frozen=True)
class DaySummary:
    """The sums of a day: by class and session, by session, and every student once."""

    day: date
    sheets: Sequence[SheetSum]
    """Every class and session that was asked for or recorded, in the order of the classes."""
    total: Sums
    """Every student of a class that reported, once: whoever was seen present in a session is checked."""
    reasons: Mapping[AbsenceReason, int]
    """The absent of `total` by reason."""
    symptoms: Mapping[Symptom, int]
    """Students by a sign seen at school, fever among them as in `total`; what nobody has is left out."""
    silent: Sequence[ClassDay]
    """Classes that have not reported in any session that has opened."""

    @property
    def sessions(self) -> list[SessionSum]:
        """By session, in the order of the day."""
        return [
            SessionSum(code, found)
            for code in SessionCode
            if (found := [one for one in self.sheets if one.code is code])
        ]

    @property
    def missing(self) -> list[SessionSum]:
        """The sessions in which classes have not reported."""
        return [one for one in self.sessions if one.missing]

    @property
    def ill(self) -> int:
        """How many are absent through illness."""
        return ill_of(self.reasons)

    def stored(self) -> dict[str, Any]:
        """The sums as they are signed: codes, numbers and ids of classes."""
        return {
            "total": asdict(self.total),
            "reasons": coded(self.reasons),
            "symptoms": coded(self.symptoms),
            "sessions": {
                one.code.value: {
                    **asdict(one.sums),
                    "asked": len(one.sheets),
                    "reasons": coded(one.reasons),
                    "missing": [sheet.school_class.id for sheet in one.sheets if sheet.version is None],
                    # Left out once every class could have reported: what was signed then stays as it is.
                    **({"not_open": True} if one.is_to_open else {}),
                }
                for one in self.sessions
            },
        }


def day_summary(day: date, wall: time = time.max, *, today: bool = False) -> DaySummary:
    """The sums of a day that is over; of `today` as it stands when the clock shows `wall`.

    Seven statements.  What was recorded counts, be it still asked for or not; missing is only what is.
    """
    classes = class_days(None, day, wall, today=today)
    kept = _kept(day)
    said = _said([one.sheet.id for one in kept])
    told, symptoms = _signs(day)
    by_place = {(one.sheet.class_id, one.sheet.session): one for one in kept}
    sheets = []
    for one in classes:
        for status in one.sessions:
            found = by_place.pop((one.class_id, status.plan.code), None)
            sheets.append(_sum(one.school_class, status.plan.code, status.state, found, said))
    for (_class, code), found in by_place.items():
        sheets.append(_sum(found.school_class, code, SessionState.REPORTED, found, said))
    order = list(SessionCode)
    sheets.sort(key=lambda one: (_place(one.school_class), order.index(one.code)))
    states = states_of_day(Said(one.sheet.session, one.members, said.get(one.sheet.id, {})) for one in kept)
    total = sums_of((state for state, _ in states.values()), fever=len(symptoms.get(Symptom.FEVER, ())))
    # Who was seen ill in the observation room alone is ill all the same.
    ill = {one for one, (state, _) in states.items() if state is State.SYMPTOMATIC} | told
    return DaySummary(
        day,
        sheets,
        replace(total, symptomatic=len(ill)),
        reasons_of(states.values()),
        {symptom: n for symptom in Symptom if (n := len(symptoms.get(symptom, set())))},
        [one for one in classes if _is_silent(one)],
    )


@dataclass(frozen=True)
class _Kept:
    sheet: Sheet
    version: SheetVersion
    school_class: SchoolClass
    members: Sequence[int]


def _kept(day: date) -> list[_Kept]:
    """The sheets of a day as they hold.  One statement."""
    rows = db.session.execute(
        sa.select(Sheet, SheetVersion, SchoolClass, Roster.members)
        .join(SheetVersion, sa.and_(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head))
        .join(SchoolClass, SchoolClass.id == Sheet.class_id)
        .join(Roster, Roster.id == SheetVersion.roster_id)
        .where(Sheet.day == day)
        .order_by(*class_order())
    )
    return [_Kept(*row) for row in rows]


def _said(sheet_ids: Sequence[int]) -> dict[int, dict[int, tuple[State, AbsenceReason | None]]]:
    """Who is not plain normal, by sheet.  One statement."""
    said: dict[int, dict[int, tuple[State, AbsenceReason | None]]] = {}
    for row in db.session.execute(
        sa.select(Entry.sheet_id, Entry.student_id, Entry.state, Entry.reason).where(
            Entry.sheet_id.in_(sheet_ids), Entry.until_no.is_(None)
        )
    ):
        said.setdefault(row.sheet_id, {})[row.student_id] = (row.state, row.reason)
    return said


def _signs(day: date) -> tuple[set[int], dict[Symptom, set[int]]]:
    """Of whom a symptom was told, and who had which sign at school.  One statement."""
    told: set[int] = set()
    symptoms: dict[Symptom, set[int]] = {}
    for row in db.session.execute(seen_at_school([day])):
        symptoms.setdefault(Symptom(row.sign), set()).add(row.student_id)
        if row.kind is ObservationKind.SYMPTOM:
            told.add(row.student_id)
    return told, symptoms


def _sum(
    school_class: SchoolClass,
    code: SessionCode,
    state: SessionState,
    kept: _Kept | None,
    said: Mapping[int, Mapping[int, tuple[State, AbsenceReason | None]]],
) -> SheetSum:
    if kept is None:
        return SheetSum(school_class, code, state, None, Sums(), {})
    states = said.get(kept.sheet.id, {})
    found = (states.get(student, (State.NORMAL, None))[0] for student in kept.members)
    sums = sums_of(found, fever=kept.version.fever)
    return SheetSum(school_class, code, state, kept.version, sums, reasons_of(states.values()))


def _is_silent(one: ClassDay) -> bool:
    opened = [status for status in one.sessions if status.state is not SessionState.NOT_YET]
    return bool(opened) and not any(status.version for status in opened)


def _place(school_class: SchoolClass) -> tuple[str, int, int]:
    return school_class.stage, -school_class.entry_year, school_class.number


def _added(counts: Iterable[Mapping[AbsenceReason, int]]) -> dict[AbsenceReason, int]:
    added: Counter[AbsenceReason] = Counter()
    for one in counts:
        added.update(one)
    return {reason: added[reason] for reason in AbsenceReason if added[reason]}
