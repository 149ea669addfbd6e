from datetime import date

import pytest

from tests.history.history import HEADER
from tracker.facts.rules import Diagnosis, Symptom
from tracker.history.cells import (
    CHINESE_HEADERS,
    DIAGNOSES,
    REASONS,
    SESSIONS,
    STATES,
    SYMPTOMS,
    Column,
    column_of,
    read_history,
)
from tracker.school.roster_cells import Table
from tracker.screening.rules import AbsenceReason, Line, SessionCode, State

GOOD = {"date": "2026-09-07", "session": "morning", "student_number": "00123", "state": "absent"}


def read(*rows):
    cells = tuple(
        (n, tuple(str({**GOOD, **row}.get(name, "")) for name in HEADER)) for n, row in enumerate(rows, 2)
    )
    return read_history(Table(HEADER, cells))


def test_headers_in_both_languages():
    for column in Column:
        for name in (column.value, *CHINESE_HEADERS[column]):
            assert column_of(name) is column
    assert column_of("体温（选填）") is Column.TEMPERATURE and column_of("姓名") is None


@pytest.mark.parametrize("words", [SESSIONS, STATES, REASONS, SYMPTOMS, DIAGNOSES])
def test_every_code_has_a_chinese_word_of_its_own_and_the_catalogue_knows_it(app, words):
    from flask_babel import force_locale

    from tracker.words import word

    names = [name for code, all_of in words.items() for name in (code.value, *all_of)]
    assert len(names) == len(set(names))
    with app.test_request_context(), force_locale("zh_Hans"):
        unknown = {code: str(word(code)) for code, known in words.items() if str(word(code)) not in known}
    assert unknown == {}


@pytest.mark.parametrize("row, line, diagnosis", [
    ({}, Line(State.ABSENT, AbsenceReason.UNKNOWN), None),
    ({"state": "缺勤", "reason": "事假"}, Line(State.ABSENT, AbsenceReason.PERSONAL), None),
    ({"symptoms": "fever; cough"},
     Line(State.ABSENT, AbsenceReason.ILLNESS, symptoms=frozenset({Symptom.FEVER, Symptom.COUGH})), None),
    ({"diagnosis": "流感", "onset": "2026-09-05"},
     Line(State.ABSENT, AbsenceReason.ILLNESS, onset=date(2026, 9, 5)), Diagnosis.INFLUENZA),
    ({"temperature": "38.5"}, Line(State.ABSENT, AbsenceReason.ILLNESS, 385), None),
    ({"state": "symptomatic", "symptoms": "呕吐；腹痛"},
     Line(State.SYMPTOMATIC, symptoms=frozenset({Symptom.VOMITING, Symptom.ABDOMINAL_PAIN})), None),
    ({"state": "已测温", "temperature": "365"}, Line(State.MEASURED, first=365), None),
])  # fmt: skip
def test_what_a_row_says(row, line, diagnosis):
    history = read(row)
    (one,) = history.rows
    assert (one.day, one.session, one.number) == (date(2026, 9, 7), SessionCode.MORNING, "00123")
    assert (one.line, one.diagnosis) == (line, diagnosis) and not history.wrong


@pytest.mark.parametrize("row, column, reason", [
    ({"date": ""}, "date", "empty"),
    ({"date": "soon"}, "date", "not_a_date"),
    ({"session": "复检"}, "session", "not_a_session"),
    ({"student_number": "1.2E+17"}, "student_number", "rounded_number"),
    ({"state": "ill"}, "state", "not_a_state"),
    ({"reason": "lazy"}, "reason", "not_a_reason"),
    ({"symptoms": "cough; sad"}, "symptoms", "not_a_symptom"),
    ({"temperature": "warm"}, "temperature", "not_a_temperature"),
    ({"temperature": "44"}, "temperature", "not_a_temperature"),
    ({"temperature": "#N/A"}, "temperature", "formula_error"),
    ({"diagnosis": "cold"}, "diagnosis", "not_a_diagnosis"),
    ({"onset": "2026-09-08"}, "onset", "onset_later"),
    ({"onset": "2016-09-05"}, "onset", "onset_early"),
    ({"state": "measured"}, "temperature", "temperature_needed"),
    ({"state": "measured", "temperature": "36.5", "symptoms": "cough"}, "symptoms", "only_measured"),
    ({"state": "symptomatic"}, "symptoms", "sign_needed"),
    ({"state": "symptomatic", "symptoms": "cough", "reason": "illness"}, "reason", "not_absent"),
])  # fmt: skip
def test_what_is_wrong_with_a_row(row, column, reason):
    history = read(row)
    assert [(wrong.row, wrong.column, wrong.reason) for wrong in history.wrong] == [(2, column, reason)]
    assert not history.rows


def test_the_same_student_day_and_session_twice():
    history = read({}, {"session": "noon"}, {"state": "symptomatic", "symptoms": "cough"})
    (wrong,) = history.wrong
    assert (wrong.row, wrong.reason, wrong.details) == (4, "row_twice", {"other": 2})


def test_an_unusual_temperature_is_counted():
    assert read({"temperature": "41.5"}).unlikely == 1
