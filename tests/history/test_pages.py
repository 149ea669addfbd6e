import io
from datetime import date

import pytest
import sqlalchemy as sa

from tests.cast import count
from tests.cli.runner import invoke
from tests.history.history import REQUIRED, history_file
from tracker.audit.models import ReadLog
from tracker.db import db
from tracker.history.models import HistoryUpload
from tracker.school.models import CalendarDay, ImportRun
from tracker.school.rules import DayType
from tracker.screening.models import Sheet

ROWS = [
    ("2026-09-07", "morning", "T2024101", "absent", "illness"),
    ("2026-09-08", "noon", "T2023201", "absent"),
]


def upload(visitor, content, expect=303, **more):
    page = visitor.get("/school/history")
    data = {"csrf_token": visitor.token(page), "key": page.select_one("input[name=key]")["value"], **more}
    data["file"] = (io.BytesIO(content), "history.csv")
    return visitor.post("/school/history", data, expect, content_type="multipart/form-data")


def tally(page):
    return {term.text: int(term.find_next("dd").text) for term in page.select("dl.sums-list dt")}


def test_upload_look_confirm_and_the_same_again(sign_in):
    nora = sign_in("nora")
    upload(nora, history_file(*ROWS), assume_complete="y")
    page = nora.get(nora.location)
    assert tally(page) == {
        "Rows in the file": 2, "Good rows": 2, "Wrong rows": 0,
        "New sheets": 8, "Unchanged": 0, "Left as they are": 0, "Absences": 2,
    }  # fmt: skip
    assert count(Sheet) == 0 and count(ReadLog) == 1
    nora.send(page, "#confirm")
    first = nora.location
    assert tally(nora.get(first))["New sheets"] == 8
    nora.send(page, "#confirm")  # sent twice is once
    assert nora.location == first and (count(Sheet), count(HistoryUpload), count(ImportRun)) == (8, 0, 1)
    upload(nora, history_file(*ROWS), assume_complete="y")
    page = nora.get(nora.location)
    assert "This history is in already" in page.text and not page.select_one("#confirm")


def test_a_wrong_row_tells_row_column_value_reason_and_remedy(sign_in, cast):
    half = db.session.scalars(sa.select(CalendarDay).filter_by(day=date(2026, 9, 9))).one()
    half.day_type = DayType.HALF
    db.session.commit()
    nora = sign_in("nora")
    upload(
        nora,
        history_file(
            ("2026-08-31", "morning", "T2024101", "absent"),
            ("", "dawn", "T2024101", "absent"),
            ("2026-09-09", "noon", "T2024101", "absent"),
            ROWS[0],
        ),
    )
    page = nora.get(nora.location)
    rows = [[cell.text for cell in row.select("th, td")] for row in page.select("main table tbody tr")]
    assert [row[:3] for row in rows] == [
        ["2", "Student number", "T2024101"], ["3", "Date", "–"], ["3", "Session", "dawn"],
        ["4", "Session", "Noon check"],
    ]  # fmt: skip
    assert "valid from 2026-08-31" in rows[0][3] and "2026-09-01" in rows[0][3]
    told = tally(page)
    assert (told["Rows in the file"], told["Good rows"], told["Wrong rows"]) == (4, 1, 3)
    assert not page.select_one("#confirm")


@pytest.mark.parametrize("content, words", [
    (b"MZ\x90\x00" + bytes(100), "no table"),
    (history_file(header=REQUIRED[:3]), "State (state)"),
    (history_file(), "no row below"),
    (b"", "empty"),
])  # fmt: skip
def test_a_bad_file_is_refused_at_its_field(sign_in, content, words):
    page = upload(sign_in("nora"), content, 422)
    assert words in page.select_one("#file-error").text


def test_what_changed_meanwhile_is_shown_anew(sign_in, cast):
    nora = sign_in("nora")
    upload(nora, history_file(*ROWS))
    page = nora.get(nora.location)
    where = nora.response.request.path
    upload(nora, history_file(ROWS[0]))
    nora.send(nora.get(nora.location), "#confirm")
    assert "no longer kept" in nora.send(page, "#confirm", 422).text
    nora.get(where, 404)


def test_an_upload_is_the_nurses_own_and_can_be_discarded(sign_in):
    nora = sign_in("nora")
    upload(nora, history_file(*ROWS))
    page = nora.get(f"{nora.location}?lang=zh_Hans")
    nora.send(page, 'form[action$="/drop"]')
    assert count(HistoryUpload) == 0


def test_the_administrator_sees_no_health(sign_in):
    for path in ("/school/history", "/school/history/1", "/school/history/template"):
        sign_in("ada").get(path, 403)


@pytest.mark.parametrize("lang, head", [("zh_Hans", "日期"), ("en", "date")])
def test_the_template_comes_back_in(sign_in, lang, head):
    from openpyxl import load_workbook

    nora = sign_in("nora")
    nora.get(f"/school/history/template?lang={lang}")
    book = load_workbook(io.BytesIO(nora.response.data))
    assert book.active["A1"].value == head
    book.active.append(["2026-09-07", "晨检", "T2024101", "缺勤", "因病"])
    file = io.BytesIO()
    book.save(file)
    upload(nora, file.getvalue())
    assert tally(nora.get(f"{nora.location}?lang=en"))["New sheets"] == 1


def test_by_command(app, tmp_path):
    file = tmp_path / "history.csv"
    file.write_bytes(history_file(*ROWS))
    assert "Dry run" in invoke(app, "import-history", file, "--dry-run", "--assume-complete")
    assert count(Sheet) == 0
    told = invoke(app, "import-history", file, "--assume-complete")
    assert "new sheets 8" in told and "imported" in told and count(Sheet) == 8
    assert "Nothing to import" in invoke(app, "import-history", file, "--assume-complete")


def test_by_command_with_a_wrong_row_and_an_opened_day(app, tmp_path):
    file = tmp_path / "history.csv"
    file.write_bytes(history_file(("2026-09-12", "morning", "T2024101", "absent")))
    told = invoke(app, "import-history", file, code=1)
    assert "row 2, Date, “2026-09-12”: This was no school day" in told and "become school days" in told
    assert "becomes a school day: 2026-09-12" in invoke(app, "import-history", file, "--open-days")


def test_by_command_without_a_nurse(app, tmp_path):
    from tracker.accounts.models import UserRole
    from tracker.accounts.rules import Role

    db.session.execute(sa.delete(UserRole).filter_by(role=Role.NURSE))
    db.session.commit()
    file = tmp_path / "history.csv"
    file.write_bytes(history_file(*ROWS))
    assert "no school nurse" in invoke(app, "import-history", file, code=1)
    assert count(Sheet) == 0
