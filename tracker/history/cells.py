"""What the cells of a history file say.  No database, no web: see tests/history/test_cells.py."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from tracker.facts.rules import Diagnosis, Symptom
from tracker.school import roster_cells
from tracker.school.roster_cells import FORMULA_ERRORS, Table, Unreadable, Wrong, plain_header
from tracker.screening.rules import NORMAL_LINE, AbsenceReason, Line, SessionCode, State
from tracker.screening.temperature_rules import TemperatureProblem, read_temperature


class Column(StrEnum):
    """The columns of a history file, in the order of the template.  The value is the English header."""

    DATE = "date"
    SESSION = "session"
    STUDENT_NUMBER = "student_number"
    STATE = "state"
    REASON = "reason"
    SYMPTOMS = "symptoms"
    TEMPERATURE = "temperature"
    ONSET = "onset"
    DIAGNOSIS = "diagnosis"


CHINESE_HEADERS: Mapping[Column, tuple[str, ...]] = {
    Column.DATE: ("日期",),
    Column.SESSION: ("时段",),
    Column.STUDENT_NUMBER: ("学号",),
    Column.STATE: ("状态", "情况"),
    Column.REASON: ("缺勤原因", "原因"),
    Column.SYMPTOMS: ("症状",),
    Column.TEMPERATURE: ("体温", "体温℃"),
    Column.ONSET: ("发病日期",),
    Column.DIAGNOSIS: ("诊断", "初步诊断"),
}
"""What each column may be headed in Chinese; the template takes the first."""

REQUIRED = (Column.DATE, Column.SESSION, Column.STUDENT_NUMBER, Column.STATE)
TEXT_COLUMNS = (Column.DATE, Column.STUDENT_NUMBER, Column.ONSET)

MOST_ROWS = 200_000
"""A term in which every temperature of every child was written down."""

LONGEST_ONSET = timedelta(days=90)
"""How long before the day an illness can have begun."""

SESSIONS: Mapping[SessionCode, tuple[str, ...]] = {
    SessionCode.ARRIVAL: ("入校体温筛查", "入校筛查"),
    SessionCode.MORNING: ("晨检",),
    SessionCode.NOON: ("午检",),
    SessionCode.EVENING: ("晚检",),
}
STATES: Mapping[State, tuple[str, ...]] = {
    State.ABSENT: ("缺勤", "缺课"),
    State.SYMPTOMATIC: ("有症状",),
    State.MEASURED: ("已测温",),
}
REASONS: Mapping[AbsenceReason, tuple[str, ...]] = {
    AbsenceReason.ILLNESS: ("因病", "病假"),
    AbsenceReason.INJURY: ("因伤",),
    AbsenceReason.PERSONAL: ("事假",),
    AbsenceReason.RECOVERING: ("居家休息（暂不到校）", "居家休息（待复课查验）", "居家休息"),
    AbsenceReason.WATCH: ("居家观察",),
    AbsenceReason.SUSPENDED: ("停课",),
    AbsenceReason.UNREGISTERED: ("未报到",),
    AbsenceReason.UNKNOWN: ("原因待查", "待查"),
}
SYMPTOMS: Mapping[Symptom, tuple[str, ...]] = {
    Symptom.FEVER: ("发热",),
    Symptom.COUGH: ("咳嗽",),
    Symptom.HEADACHE: ("头痛",),
    Symptom.SORE_THROAT: ("咽痛",),
    Symptom.PAROTID_SWELLING: ("腮腺肿大",),
    Symptom.ABDOMINAL_PAIN: ("腹痛",),
    Symptom.DIARRHOEA: ("腹泻",),
    Symptom.VOMITING: ("呕吐",),
    Symptom.RASH: ("皮疹",),
    Symptom.DIZZINESS: ("头晕",),
    Symptom.FATIGUE: ("乏力",),
    Symptom.RED_EYES: ("结膜充血",),
    Symptom.JAUNDICE: ("黄疸",),
}
DIAGNOSES: Mapping[Diagnosis, tuple[str, ...]] = {
    Diagnosis.INFLUENZA: ("流感", "流行性感冒"),
    Diagnosis.CHICKENPOX: ("水痘",),
    Diagnosis.HFMD: ("手足口病",),
    Diagnosis.MUMPS: ("流行性腮腺炎", "腮腺炎"),
    Diagnosis.NOROVIRUS: ("诺如病毒", "诺如病毒感染", "诺如"),
    Diagnosis.SCARLET_FEVER: ("猩红热",),
    Diagnosis.CONJUNCTIVITIS: ("急性结膜炎", "红眼病"),
    Diagnosis.MEASLES: ("麻疹",),
    Diagnosis.RUBELLA: ("风疹",),
    Diagnosis.PERTUSSIS: ("百日咳",),
    Diagnosis.TUBERCULOSIS: ("肺结核", "结核"),
    Diagnosis.DYSENTERY: ("痢疾", "细菌性痢疾"),
    Diagnosis.HEPATITIS_A: ("甲型肝炎", "甲肝"),
    Diagnosis.COVID19: ("新冠病毒感染", "新型冠状病毒感染", "新冠"),
    Diagnosis.FEVER_UNDIAGNOSED: ("发热待查", "发热（未确诊）"),
    Diagnosis.OTHER: ("其他疾病", "其他"),
}


class Reason(StrEnum):
    """What is wrong with a cell, beside what can be wrong with a roster's."""

    NOT_A_SESSION = "not_a_session"
    NOT_A_STATE = "not_a_state"
    NOT_A_REASON = "not_a_reason"
    NOT_A_SYMPTOM = "not_a_symptom"
    NOT_A_DIAGNOSIS = "not_a_diagnosis"
    NOT_A_TEMPERATURE = "not_a_temperature"
    TEMPERATURE_NEEDED = "temperature_needed"
    SIGN_NEEDED = "sign_needed"
    ONLY_MEASURED = "only_measured"
    NOT_ABSENT = "not_absent"
    ONSET_LATER = "onset_later"
    ONSET_EARLY = "onset_early"
    ROW_TWICE = "row_twice"
    UNKNOWN_NUMBER = "unknown_number"
    BEFORE_ENROLMENT = "before_enrolment"
    AFTER_ENROLMENT = "after_enrolment"
    OUTSIDE_TERM = "outside_term"
    NO_SCHOOL_DAY = "no_school_day"
    NOT_ASKED_FOR = "not_asked_for"
    DAY_NOT_OVER = "day_not_over"
    SUBMITTED = "submitted"
    IMPORTED_OTHERWISE = "imported_otherwise"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row that could be read: what was seen of one student in one session."""

    row: int
    day: date
    session: SessionCode
    number: str
    line: Line
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True)
class History:
    """A file that was read: its good rows, its wrong cells, headers that are not used."""

    rows: tuple[HistoryRow, ...]
    wrong: tuple[Wrong, ...]
    unknown_headers: tuple[str, ...]
    unlikely: int
    """How many temperatures are readable, but below 35 or above 41 degrees."""


def column_of(header: str) -> Column | None:
    """The column a header names, in Chinese or English; None for one that is not used."""
    return _BY_HEADER.get(plain_header(header))


_BY_HEADER = {
    plain_header(name): column for column in Column for name in (column.value, *CHINESE_HEADERS[column])
}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _coded(words: Mapping[Any, Sequence[str]], problem: Reason) -> Callable[[str], Any]:
    """A reader of one code, by itself or by its Chinese words."""
    codes = {_plain(name): code for code, names in words.items() for name in (code.value, *names)}

    def read(text: str) -> Any:
        try:
            return codes[_plain(text)]
        except KeyError:
            raise Unreadable(problem) from None

    return read


_symptom = _coded(SYMPTOMS, Reason.NOT_A_SYMPTOM)


def _symptoms(text: str) -> frozenset[Symptom]:
    return frozenset(_symptom(part) for part in re.split(r"[;；、,，/]", text) if part.strip())


def _temperature(text: str) -> int:
    tenths, problem = read_temperature(text)
    if tenths is None or problem not in (None, TemperatureProblem.UNLIKELY):
        raise Unreadable(Reason.NOT_A_TEMPERATURE)
    return tenths


# A term repeats few texts often.
READERS: Mapping[Column, Callable[[str], Any]] = {
    column: lru_cache(maxsize=20_000)(reader)
    for column, reader in {
        Column.DATE: roster_cells.read_day,
        Column.SESSION: _coded(SESSIONS, Reason.NOT_A_SESSION),
        Column.STUDENT_NUMBER: roster_cells.student_number,
        Column.STATE: _coded(STATES, Reason.NOT_A_STATE),
        Column.REASON: _coded(REASONS, Reason.NOT_A_REASON),
        Column.SYMPTOMS: _symptoms,
        Column.TEMPERATURE: _temperature,
        Column.ONSET: roster_cells.read_day,
        Column.DIAGNOSIS: _coded(DIAGNOSES, Reason.NOT_A_DIAGNOSIS),
    }.items()
}


def read_history(table: Table) -> History:
    """The rows of a table whose required columns are there."""
    columns = [column_of(header) for header in table.headers]
    place = columns.index(Column.STUDENT_NUMBER)
    others = columns[:place] + columns[place + 1 :]
    rows: list[HistoryRow] = []
    wrong: list[Wrong] = []
    first_with: dict[tuple[date, SessionCode, str], int] = {}
    unlikely = 0
    # The children of a class say the same of most days: what stands beside the number is read once.
    known: dict[tuple[str, ...], _Told] = {}
    for number, cells in table.rows:
        beside = cells[:place] + cells[place + 1 :]
        if (told := known.get(beside)) is None:
            told = known[beside] = _told(others, beside)
        bad = [Wrong(number, *one) for one in told.wrong]
        text, pupil = cells[place].strip() if place < len(cells) else "", ""
        try:
            pupil = _read_cell(Column.STUDENT_NUMBER, text)
        except Unreadable as no:
            bad.append(Wrong(number, Column.STUDENT_NUMBER, text, no.reason, no.details))
        if not bad:
            first = first_with.setdefault((told.day, told.session, pupil), number)
            if first != number:
                bad = [Wrong(number, Column.STUDENT_NUMBER, pupil, Reason.ROW_TWICE, {"other": first})]
            unlikely += told.line.first is not None and not 350 <= told.line.first <= 410
        if bad:
            wrong += bad
        else:
            rows.append(HistoryRow(number, told.day, told.session, pupil, told.line, told.diagnosis))
    unknown = tuple(name.strip() for name in table.headers if name.strip() and column_of(name) is None)
    return History(tuple(rows), tuple(wrong), unknown, unlikely)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a row says beside its number; with a wrong cell no more than that."""

    wrong: tuple[tuple[Column, str, StrEnum, Mapping[str, Any]], ...] = ()
    day: date = date.min
    session: SessionCode = SessionCode.ARRIVAL
    line: Line = NORMAL_LINE
    diagnosis: Diagnosis | None = None


def _told(columns: Sequence[Column | None], cells: Sequence[str]) -> _Told:
    texts = dict.fromkeys((column for column in columns if column), "")
    texts |= {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    read: dict[Column, Any] = {}
    wrong: dict[Column, tuple[Column, str, StrEnum, Mapping[str, Any]]] = {}
    for column, text in texts.items():
        try:
            read[column] = _read_cell(column, text)
        except Unreadable as no:
            wrong[column] = column, text, no.reason, no.details
    for column, reason in _contradictions(read):
        wrong.setdefault(column, (column, texts.get(column, ""), reason, {}))
    if wrong:
        return _Told(tuple(wrong.values()))
    diagnosis = read.get(Column.DIAGNOSIS)
    return _Told((), read[Column.DATE], read[Column.SESSION], _line(read), diagnosis)


def _read_cell(column: Column, text: str) -> Any:
    if not text:
        if column in REQUIRED:
            raise Unreadable(roster_cells.Reason.EMPTY)
        return None
    if text in FORMULA_ERRORS:
        raise Unreadable(roster_cells.Reason.FORMULA_ERROR)
    return READERS[column](text)


def _contradictions(read: Mapping[Column, Any]) -> Iterable[tuple[Column, Reason]]:
    """What a row's cells say against each other; a state that cannot be read says nothing."""
    state, tenths, signs = (
        read.get(column) for column in (Column.STATE, Column.TEMPERATURE, Column.SYMPTOMS)
    )
    if state is State.MEASURED:
        if tenths is None:
            yield Column.TEMPERATURE, Reason.TEMPERATURE_NEEDED
        for column in (Column.SYMPTOMS, Column.DIAGNOSIS):
            if read.get(column):
                yield column, Reason.ONLY_MEASURED
    if state is State.SYMPTOMATIC and tenths is None and not signs:
        yield Column.SYMPTOMS, Reason.SIGN_NEEDED
    if state not in (State.ABSENT, None) and read.get(Column.REASON):
        yield Column.REASON, Reason.NOT_ABSENT
    day, onset = read.get(Column.DATE), read.get(Column.ONSET)
    if day and onset and onset > day:
        yield Column.ONSET, Reason.ONSET_LATER
    if day and onset and onset < day - LONGEST_ONSET:
        yield Column.ONSET, Reason.ONSET_EARLY


def _line(read: Mapping[Column, Any]) -> Line:
    state = read[Column.STATE]
    signs, tenths = read.get(Column.SYMPTOMS) or frozenset(), read.get(Column.TEMPERATURE)
    diagnosis, reason = read.get(Column.DIAGNOSIS), read.get(Column.REASON)
    if state is State.ABSENT and reason is None:
        # As a call makes an unknown reason an illness when it tells of one.
        reason = AbsenceReason.ILLNESS if signs or tenths or diagnosis else AbsenceReason.UNKNOWN
    return Line(state, reason, tenths, None, signs, read.get(Column.ONSET))
