"""What importing a history would do.  No database, no web: see tests/history/test_plan.py."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID, uuid5

from tracker.absence.rules import EndedHow
from tracker.facts.rules import Diagnosis
from tracker.history.cells import Column, History, HistoryRow, Reason
from tracker.history.known import Known, SheetKey
from tracker.history.rules import Run, absent_day, runs_of
from tracker.school import roster_cells
from tracker.school.roster_cells import Unreadable, Wrong
from tracker.school.rules import SESSIONS_OF_DAY, DayType, Level, SchoolDay, Scope, is_school_day, level_on
from tracker.screening.rules import HALF_OF, NORMAL_LINE, Line, Plan, SessionCode, State
from tracker.screening.session_rules import day_plans, plan_row

SCHOOL_DAY = SchoolDay(DayType.NORMAL)

NAMESPACE = UUID("b4c0a1de-6f0e-4b0d-9a53-2f6f0f6f8d11")
"""An imported sheet is known by what it says: the same once more is no other sheet."""


@dataclass(frozen=True)
class Options:
    """What the file may be taken for."""

    assume_complete: bool = False
    """Every class reported every session that the file names, and who is not named was normal."""
    open_days: bool = False
    """A day of a term that is no school day becomes one."""


@dataclass(frozen=True)
class PlannedSheet:
    """A sheet the import writes: what the file says, and what everybody else of the class was."""

    class_id: int
    day: date
    session: SessionCode
    plan: Plan
    """How the session was run that day; before the first plan of all, as in that one."""
    members: tuple[int, ...]
    said: Mapping[int, Line]
    diagnoses: Mapping[int, Diagnosis]
    rest: Line
    key: UUID
    withdrawn: bool
    """Whether there is a sheet already that was withdrawn."""


@dataclass(frozen=True)
class PlannedRun:
    """An absence the import writes."""

    student_id: int
    run: Run
    ended_on: date | None
    ended_how: EndedHow | None
    """How it came to its end; None: it still goes on."""
    missed_at: Plan
    """The session that is said to have missed the student first."""
    ended_at: Plan | None
    """The session that is said to have known of the end."""


@dataclass(frozen=True)
class Opened:
    """A day that becomes a school day, for the school or for the grade or class it was none for."""

    day: date
    scope: Scope
    scope_id: int


@dataclass(frozen=True)
class HistoryPlan:
    """What an import would do, all of it."""

    sheets: tuple[PlannedSheet, ...]
    runs: tuple[PlannedRun, ...]
    opened: tuple[Opened, ...]
    wrong: tuple[Wrong, ...]
    unchanged: int
    """Sheets that were imported before and say the same."""
    kept: int
    """Sheets that the file says nothing of, and that stay as people or another import have left them."""
    rows: int
    history: History

    @property
    def counts(self) -> dict[str, int]:
        """Rows of the file, new and unchanged sheets, sheets left alone, absences, days opened; how many
        of the rows are wrong."""
        return {
            "rows": self.rows,
            "sheets": len(self.sheets),
            "unchanged": self.unchanged,
            "kept": self.kept,
            "absences": len(self.runs),
            "opened": len(self.opened),
            "wrong": len({wrong.row for wrong in self.wrong}),
        }

    @property
    def days(self) -> list[date]:
        """The days on which it writes sheets."""
        return sorted({sheet.day for sheet in self.sheets})

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.sheets or self.opened)

    @cached_property
    def digest(self) -> str:
        """Tells two plans apart: what was shown must be what is done."""
        told = [str(sheet.key) for sheet in self.sheets]
        told += [f"{one.day} {one.scope} {one.scope_id}" for one in self.opened]
        told += [f"{one.student_id} {one.run}" for one in self.runs]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def plan_history(history: History, known: Known, options: Options) -> HistoryPlan:
    """What importing a file into a school would do."""
    return _Planner(history, known, options).plan()


class _Planner:
    def __init__(self, history: History, known: Known, options: Options) -> None:
        self.history, self.known, self.options = history, known, options
        self.opened: dict[tuple[Scope, int, date], Opened] = {}
        self.day_plans: dict[tuple[int, date], dict[SessionCode, tuple[Plan, bool]]] = {}
        self.wrong: list[Wrong] = list(history.wrong)
        self.refused: dict[SheetKey, tuple[Column, str, Reason] | None] = {}
        # The oldest last, so that it is the one that stays.
        self.first_plans = sorted(
            (row for row in known.timetable.plans if row.level is Level.ROUTINE),
            key=lambda row: row.plan.valid_from,
            reverse=True,
        )

    def plan(self) -> HistoryPlan:
        placed = self._placed()
        rest = NORMAL_LINE if self.options.assume_complete else Line(State.UNSET)
        sheets: list[PlannedSheet] = []
        unchanged = kept = 0
        for at in self._asked(placed):
            rows = placed.get(at, {})
            sheet = self._sheet(at, rows, rest)
            before = self.known.sheets.get(at)
            if sheet.key in (before.keys if before else ()):
                unchanged += 1
            elif before is None or not before.is_reported:
                sheets.append(sheet)
            elif rows:
                reason = Reason.IMPORTED_OTHERWISE if before.is_imported else Reason.SUBMITTED
                self.wrong += [Wrong(row.row, Column.SESSION, row.session, reason) for row in rows.values()]
            else:
                kept += 1
        self.wrong.sort(key=lambda cell: (cell.row, list(Column).index(Column(cell.column))))
        return HistoryPlan(
            sheets=tuple(sheets),
            runs=tuple(self._runs(sheets)),
            opened=tuple(self.opened.values()),
            wrong=tuple(self.wrong),
            unchanged=unchanged,
            kept=kept,
            rows=len(self.history.rows) + len({cell.row for cell in self.history.wrong}),
            history=self.history,
        )

    # Where the rows belong

    def _placed(self) -> dict[SheetKey, dict[int, HistoryRow]]:
        """The rows that can be taken, by sheet and student; the others are told."""
        placed: dict[SheetKey, dict[int, HistoryRow]] = {}
        for row in self.history.rows:
            try:
                student = self._student(row)
                class_id = self._class_of(row, student)
            except Unreadable as no:
                self.wrong.append(Wrong(row.row, Column.STUDENT_NUMBER, row.number, no.reason, no.details))
                continue
            at = (class_id, row.day, row.session)
            if at not in self.refused:
                self.refused[at] = self._refusal(*at)
            if refusal := self.refused[at]:
                self.wrong.append(Wrong(row.row, *refusal))
            else:
                placed.setdefault(at, {})[student] = row
        return placed

    def _student(self, row: HistoryRow) -> int:
        student = self.known.numbers.get(row.number)
        if student is None:
            alike = self.known.without_zeros.get(row.number.lstrip("0"))
            if alike is not None:
                raise Unreadable(roster_cells.Reason.ZEROS_LOST, number=alike)
            raise Unreadable(Reason.UNKNOWN_NUMBER)
        if student in self.known.removed:
            raise Unreadable(roster_cells.Reason.WAS_REMOVED)
        return student

    def _class_of(self, row: HistoryRow, student: int) -> int:
        stays = self.known.stays.get(student, ())
        for stay in stays:
            if stay.holds(row.day):
                return stay.class_id
        earlier = [stay.ends for stay in stays if stay.ends and stay.ends < row.day]
        if earlier:
            raise Unreadable(Reason.AFTER_ENROLMENT, last=max(earlier).isoformat())
        first = stays[0].starts.isoformat() if stays else "–"
        raise Unreadable(Reason.BEFORE_ENROLMENT, first=first, day=row.day.isoformat())

    def _refusal(self, class_id: int, day: date, session: SessionCode) -> tuple[Column, str, Reason] | None:
        """Why a class can have no sheet of this day and session, and at which cell; None if it can."""
        if day >= self.known.today:
            return Column.DATE, day.isoformat(), Reason.DAY_NOT_OVER
        what = self._opened(class_id, day) if self.options.open_days else self._what(class_id, day)
        if what is None:
            return Column.DATE, day.isoformat(), Reason.OUTSIDE_TERM
        if not is_school_day(what.day_type):
            return Column.DATE, day.isoformat(), Reason.NO_SCHOOL_DAY
        if session.value not in SESSIONS_OF_DAY[what.day_type]:
            return Column.SESSION, session, Reason.NOT_ASKED_FOR
        return None

    def _what(self, class_id: int, day: date) -> SchoolDay | None:
        """What a day is for a class, with what was opened."""
        rows = {
            place: SCHOOL_DAY if (*place, day) in self.opened else of_place[day]
            for place, of_place in self.known.calendar.items()
            if day in of_place
        }
        return self.known.classes[class_id].place(day).among(rows)

    def _opened(self, class_id: int, day: date) -> SchoolDay | None:
        """The same, once it was made a school day where it was none."""
        what = self._what(class_id, day)
        if what is None or is_school_day(what.day_type):
            return what
        entry_year = self.known.classes[class_id].entry_year
        narrowest = next(
            place
            for place in ((Scope.CLASS, class_id), (Scope.GRADE, entry_year), (Scope.SCHOOL, 0))
            if day in self.known.calendar.get(place, {})
        )
        self.opened[(*narrowest, day)] = Opened(day, *narrowest)
        return SCHOOL_DAY

    # The sheets

    def _asked(self, placed: Mapping[SheetKey, object]) -> Iterator[SheetKey]:
        """The sheets the file speaks of, in order: those with rows, or all of its days and sessions."""
        if not self.options.assume_complete:
            yield from sorted(placed, key=lambda at: (at[1], list(SessionCode).index(at[2]), at[0]))
            return
        days = {row.day for row in self.history.rows if row.day < self.known.today}
        sessions = [code for code in SessionCode if any(row.session is code for row in self.history.rows)]
        first, last = min(days, default=None), max(days, default=None)
        span = [day for day in self._school_calendar() if first and last and first <= day <= last]
        for day in span:
            for session in sessions:
                for class_id, one in self.known.classes.items():
                    if any(stay.holds(day) for stay in one.stays) and self._is_run(class_id, day, session):
                        yield class_id, day, session

    def _school_calendar(self) -> list[date]:
        return sorted(self.known.calendar.get((Scope.SCHOOL, 0), {}))

    def _is_run(self, class_id: int, day: date, session: SessionCode) -> bool:
        """Whether a session that the file names can be assumed of a class: the day has it, and no exception
        of the weekday or the grade takes it away."""
        what = self._what(class_id, day)
        if what is None or session.value not in SESSIONS_OF_DAY[what.day_type]:
            return False
        place = self.known.classes[class_id].place(day)
        row = plan_row(self.known.timetable, session, level_on(self.known.timetable.levels, day, place), day)
        return row is None or not row.active or self._plans(class_id, day)[session][1]

    def _plans(self, class_id: int, day: date) -> dict[SessionCode, tuple[Plan, bool]]:
        """How each session was run for a class on a day, and whether it was asked for."""
        if (class_id, day) not in self.day_plans:
            found = {row.plan.code: (row.plan, True) for row in self.first_plans}
            place = self.known.classes[class_id].place(day)
            for one in day_plans(self.known.timetable, day, self._what(class_id, day), place):
                found[one.plan.code] = one.plan, one.is_asked
            self.day_plans[class_id, day] = found
        return self.day_plans[class_id, day]

    def _sheet(self, at: SheetKey, rows: Mapping[int, HistoryRow], rest: Line) -> PlannedSheet:
        class_id, day, session = at
        said = {student: row.line for student, row in rows.items()}
        diagnoses = {student: row.diagnosis for student, row in rows.items() if row.diagnosis}
        before = self.known.sheets.get(at)
        return PlannedSheet(
            class_id,
            day,
            session,
            self._plans(class_id, day)[session][0],
            self.known.classes[class_id].members(day),
            said,
            diagnoses,
            rest,
            _key(at, rest, said, diagnoses),
            before is not None and not before.is_reported,
        )

    # The absences

    def _runs(self, sheets: Iterable[PlannedSheet]) -> Iterator[PlannedRun]:
        by_day: dict[tuple[int, date], list[PlannedSheet]] = {}
        absent: dict[int, set[tuple[int, date]]] = {}
        for sheet in sheets:
            by_day.setdefault((sheet.class_id, sheet.day), []).append(sheet)
            for student, line in sheet.said.items():
                if line.state is State.ABSENT:
                    absent.setdefault(student, set()).add((sheet.class_id, sheet.day))
        school_days: dict[int, list[date]] = {}
        for student, places in absent.items():
            days = []
            for class_id, day in places:
                lines = {
                    sheet.session: (sheet.said.get(student, sheet.rest), sheet.diagnoses.get(student))
                    for sheet in by_day[class_id, day]
                }
                if found := absent_day(class_id, day, lines):
                    days.append(found)
            if not days:
                continue
            class_id = max(days, key=lambda one: one.day).class_id
            if class_id not in school_days:
                school_days[class_id] = [
                    day
                    for day in self._school_calendar()
                    if (what := self._what(class_id, day)) and is_school_day(what.day_type)
                ]
            for run in runs_of(days, school_days[class_id], self.known.today, self.known.terms):
                if not self._is_known(student, run):
                    yield self._run(student, run)

    def _run(self, student: int, run: Run) -> PlannedRun:
        ended_on, how = self._end(student, run)
        first = next(code for code in SessionCode if HALF_OF[code] is run.first_half)
        return PlannedRun(
            student,
            run,
            ended_on,
            how,
            self._plans(run.class_id, run.first_on)[first][0],
            self._plans(run.class_id, ended_on)[SessionCode.MORNING][0] if ended_on else None,
        )

    def _is_known(self, student: int, run: Run) -> bool:
        """Whether the school has an absence of these days already: it stays as it is."""
        return any(
            one.first_on <= run.last_absent_on and one.last_on >= run.first_on
            for one in self.known.absences.get(student, ())
        )

    def _end(self, student: int, run: Run) -> tuple[date | None, EndedHow | None]:
        """When and how an absence came to its end: whoever is no longer enrolled has not come back."""
        stays = self.known.stays[student]
        if not any(stay.holds(run.back_on or run.term_end or self.known.today) for stay in stays):
            return stays[-1].ends, EndedHow.LEFT_SCHOOL
        if run.back_on:
            return run.back_on, EndedHow.RETURNED
        return run.term_end, EndedHow.TERM_ENDED if run.term_end else None


def _key(at: SheetKey, rest: Line, said: Mapping[int, Line], diagnoses: Mapping[int, Diagnosis]) -> UUID:
    told = [
        [
            student,
            line.state,
            line.reason,
            line.first,
            sorted(line.symptoms),
            line.onset.isoformat() if line.onset else None,
            diagnoses.get(student),
        ]
        for student, line in sorted(said.items())
    ]
    return uuid5(NAMESPACE, json.dumps([at[0], at[1].isoformat(), at[2], rest.state, told]))
