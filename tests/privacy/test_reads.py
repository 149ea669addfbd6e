"""Who reads: the administrator sees how often, the nurse who of a child; and a child's data as a file."""

import pytest
import sqlalchemy as sa

from tests.absence.town import take
from tests.cast import NOW
from tests.privacy.life import MOTHER, NAME, NUMBER, PHONE, TELLING, live
from tracker.audit.models import ReadLog
from tracker.db import db
from tracker.privacy import export_queries, forms, tables


def test_the_administrator_sees_who_reads_how_often_and_nothing_of_anybody(cast, sign_in):
    take(cast, NOW, {})
    child = live(cast)
    ann = sign_in("ann")
    for _ in range(3):
        ann.get(f"/students/{child}")
    page = sign_in("ada").get("/admin/reads?days=7")
    found = [" ".join(row.text.split()) for row in page.select("main li")]
    assert found == ["Ann Teacher A student’s page 5 times · on 1 day · last on 09-21 08:05"]
    assert not [word for word in (NAME, NUMBER, "37", "Child") if word in page.select_one("main").text]
    assert "30 days" in sign_in("ada").get("/admin/reads?days=9").select_one("[aria-current=true]").text


def test_the_nurse_sees_on_a_childs_page_who_has_read_it_and_a_teacher_does_not(cast, sign_in):
    take(cast, NOW, {})
    child = live(cast)
    ann, nora = sign_in("ann"), sign_in("nora")
    assert not ann.get(f"/students/{child}").select("#readers")
    told = nora.get(f"/students/{child}").select_one("#readers")
    assert "Ann Teacher · A student’s page · 3 times" in " ".join(told.text.split())


def test_the_nurse_gets_everything_that_is_kept_of_a_child_in_one_file(cast, sign_in):
    take(cast, NOW, {})
    child = live(cast)
    nora = sign_in("nora")
    file = nora.get(f"/students/{child}/data")
    assert nora.response.headers["Content-Disposition"].startswith("attachment; filename=student-data-")
    headings = [one.text for one in file.select("h2")]
    assert set(headings) - {"Paper 1"} == {str(forms.table_words(name)) for name in tables.held()}
    text = file.get_text(" ")
    for told in (
        NAME,
        NUMBER,
        MOTHER,
        PHONE,
        TELLING,
        "38.3 ℃",
        "House 1",
        "Ann Teacher",
        "Cough",
        "Symptom",
    ):
        assert told.lower() in text.lower(), told
    assert file.select("img[src^='data:image/jpeg;base64,']")
    assert db.session.scalars(sa.select(ReadLog.times).where(ReadLog.page == "student-data")).all() == [1]
    sign_in("ann").get(f"/students/{child}/data", 403)
    nora.get("/students/999/data", 404)


def test_every_table_and_column_of_the_file_has_words():
    assert [name for name in tables.held() if name not in forms.TABLES] == []
    columns = {
        column.name for name in tables.held() for column in export_queries.columns_of(tables.table(name))
    }
    assert columns - set(forms.COLUMNS) == set()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"call": 7, "result": "doctor"}, "Result: Seen a doctor"),
        ({"reason": ["unknown", "illness"]}, "Reason: Reason unknown, Illness"),
        ({"seq": 2, "state": "waiting"}, "State: Awaiting retest"),
        (
            {"from": "2026-09-21", "until": "", "what": "leave"},
            "From: 2026-09-21, Told: Leave for another reason",
        ),
        ({"soiled": False, "trouble": "vomiting"}, "Place soiled: no, Trouble: Vomiting"),
        ({"outcome": "hot"}, "Outcome: Too warm"),
    ],
)
def test_what_a_deed_changed_is_told_in_words_without_numbers_of_rows(app, changes, words):
    with app.test_request_context():
        assert forms.change_words(changes) == words


def test_every_kind_of_page_that_is_logged_has_words(app):
    import re
    from pathlib import Path

    root = Path(forms.__file__).parent.parent
    logged = set()
    for path in root.rglob("*views.py"):
        logged |= set(re.findall(r"log_reading\(\s*\"([\w-]+)\"", path.read_text(encoding="utf-8")))
    assert "student" in logged and logged - set(forms.PAGES) == set()
    assert [str(forms.page_words(one)) for one in ("student", "ledger.room", "ledger.absences")] == [
        "A student’s page", "Observation room log", "Absence tracing",
    ]  # fmt: skip
