import io

import pytest
import sqlalchemy as sa

from tests.cast import TODAY, count
from tests.school.roster import CHINESE, REQUIRED, WHOLE_HEADER, csv_file, whole_school, xlsx_file
from tracker.db import db
from tracker.school import queries, table_file
from tracker.school.models import ImportRun, RosterUpload, Student

NEW = csv_file(REQUIRED, [("2024", "1", "00900", "王小芳"), ("2025", "1", "00901", "赵小四")])


def upload(visitor, content, expect=303, name="roster.xlsx", **more):
    page = visitor.get("/school/import")
    data = {
        "csrf_token": visitor.token(page),
        "key": page.select_one("input[name=key]")["value"],
        "on": "",
        **more,
    }
    data["file"] = (io.BytesIO(content), name)
    return visitor.post("/school/import", data, expect, content_type="multipart/form-data")


def tally(page):
    return {term.text: int(term.find_next("dd").text) for term in page.select("dl.sums-list dt")}


def test_upload_look_confirm(sign_in):
    ada = sign_in("ada")
    upload(ada, NEW, name="roster.csv")
    page = ada.get(ada.location)
    assert tally(page) == {"New": 2, "Changed": 0, "Unchanged": 0, "Wrong rows": 0}
    assert "new class" in page.text and count(Student) == 18  # nothing is kept before it is confirmed
    assert "Child 3-1 01" in page.text  # who is missing is listed
    ada.send(page, "#confirm")
    page = ada.get(ada.location)
    assert tally(page) == {"New": 2, "Changed": 0, "Unchanged": 0, "Not in the file": 10}
    assert count(Student) == 20 and count(RosterUpload) == 0
    assert len(queries.roster_lines(queries.class_named("2024-1").id, TODAY)) == 11


def test_confirming_twice_is_one_import(sign_in):
    ada = sign_in("ada")
    upload(ada, NEW)
    page = ada.get(ada.location)
    ada.send(page, "#confirm")
    first = ada.location
    ada.send(page, "#confirm")
    assert ada.location == first
    assert count(ImportRun) == 1


def test_the_same_file_again_has_nothing_to_import(sign_in):
    ada = sign_in("ada")
    for _ in (1, 2):
        upload(ada, NEW)
        page = ada.get(ada.location)
        if page.select_one("#confirm"):
            ada.send(page, "#confirm")
    assert tally(page)["Unchanged"] == 2 and not page.select_one("#confirm")
    assert "nothing to import" in page.text


def test_a_wrong_row_tells_row_column_value_reason_and_remedy(sign_in):
    ada = sign_in("ada")
    upload(ada, csv_file((*CHINESE, "监护人电话"), [
        ("2024", "1", "1", "王小芳", "13800001111"), ("1924", "1", "1", "", "call me"),
    ]))  # fmt: skip
    page = ada.get(ada.location)
    rows = [[cell.text for cell in row.select("th, td")] for row in page.select("main table tbody tr")]
    assert [row[:3] for row in rows] == [
        ["3", "Entry year", "1924"],
        ["3", "Student number", "1"],
        ["3", "Full name", "–"],
        ["3", "Guardian's phone", "call me"],
    ]
    assert "Write the year in which the class entered the school" in rows[0][3]
    assert "Row 2 has the same student number" in rows[1][3]
    assert not page.select_one("#confirm")


def test_a_cleared_cell_and_a_move_are_shown_and_a_guardian_is_not(sign_in, cast):
    ada = sign_in("ada")
    header = (*REQUIRED, "seat", "guardian_name", "guardian_phone")
    upload(ada, csv_file(header, [("2023", "2", "T2024101", "Child 3-1 01", "", "王大明", "13800001111")]))
    page = ada.get(ada.location)
    (first, *others) = page.select("main table tbody tr")
    assert "Class, from 2026-09-21" in first.text and "3(1)" in first.text and "4(2)" in first.text
    cells = [[cell.text for cell in row.select("th, td")] for row in others]
    assert cells == [
        ["Seat number", "1", "is cleared"],
        ["Guardian", "empty", "given"],
        ["Guardian's phone", "empty", "given"],
    ]
    assert "王大明" not in page.text and "1380000" not in page.text


@pytest.mark.parametrize("content, words", [
    (b"", "empty"),
    (b"MZ\x90\x00" + bytes(100), "no roster"),
    (csv_file(CHINESE[:3], [("2024", "1", "1")]), "Full name (name)"),
    (csv_file(REQUIRED, [("2024", "1", "1", "x")] * 10_001), "10000 rows"),
    (b"x" * 300_001, "larger than"),
])  # fmt: skip
def test_a_bad_file_is_refused_at_its_field(sign_in, content, words, monkeypatch):
    monkeypatch.setattr(table_file, "MOST_BYTES", 300_000)
    ada = sign_in("ada")
    page = upload(ada, content, 422, on="2026-09-07")
    assert words in page.select_one("#file-error").text
    assert page.select_one("#on")["value"] == "2026-09-07"
    assert count(RosterUpload) == 0


def test_no_file_and_no_such_day(sign_in):
    ada = sign_in("ada")
    page = ada.send(ada.get("/school/import"), expect=422)
    assert "choose a file" in page.select_one("#file-error").text
    for on in ("1026-09-01", "2019-09-01", "soon"):
        assert upload(ada, NEW, 422, on=on).select_one("#on-error"), on


def test_what_changed_meanwhile_is_shown_anew(sign_in, cast):
    ada = sign_in("ada")
    moved = csv_file(REQUIRED, [("2023", "2", "T2024101", "Child 3-1 01")])
    upload(ada, moved)
    page = ada.get(ada.location)
    one = db.session.get(Student, cast.students["3-1"][0])
    one.name = "Child Renamed"
    db.session.commit()
    page = ada.send(page, "#confirm", 409)
    assert "changed since" in page.select_one(".alert-danger").text
    assert "Child Renamed" in page.text  # the plan as it is now
    ada.send(page, "#confirm", key="9f0e1f4e-57a5-4d43-b1f0-0e4e6a5f7c01")


def test_an_upload_belongs_to_who_made_it_and_can_be_discarded(sign_in, app, cast):
    from tracker.accounts.models import UserRole
    from tracker.accounts.rules import Role

    db.session.add(UserRole(user_id=cast.users["asa"], role=Role.ADMIN))
    db.session.commit()
    ada = sign_in("ada")
    upload(ada, NEW)
    where = ada.location
    sign_in("asa").get(where, 404)
    page = ada.get(where)
    ada.send(page, 'form[action$="/drop"]')
    ada.get(where, 404)
    page = ada.send(page, "#confirm", 422, key="9f0e1f4e-57a5-4d43-b1f0-0e4e6a5f7c02")
    assert "no longer kept" in page.text
    assert count(Student) == 18


def test_nobody_else_imports(sign_in):
    for who in ("ann", "nora", "pia", "asa"):
        sign_in(who).get("/school/import", 403)
        sign_in(who).get("/school/import/1", 403)


@pytest.mark.parametrize("lang, head", [("zh_Hans", "入学年份"), ("en", "entry_year")])
def test_the_template_is_in_the_pages_language(sign_in, lang, head):
    from openpyxl import load_workbook

    ada = sign_in("ada")
    ada.get(f"/school/roster-template?lang={lang}")
    assert ada.response.mimetype.endswith("spreadsheetml.sheet")
    assert load_workbook(io.BytesIO(ada.response.data)).active["A1"].value == head


def test_a_whole_school_by_page_with_the_same_few_statements(sign_in, statements):
    ada = sign_in("ada")
    content = xlsx_file(WHOLE_HEADER, whole_school())
    upload(ada, content)
    with statements() as looking:
        page = ada.get(ada.location)
    with statements() as importing:
        ada.send(page, "#confirm")
    assert count(Student) == 481 + 18
    assert len(looking) <= 14 and len(importing) <= 32
    page = ada.get("/school/")
    assert "499" in page.text
    assert db.session.scalar(sa.select(ImportRun.counts))["new"] == 481


@pytest.mark.parametrize("url", ["/school/import", "/school/import/1", "/school/imports/1"])
def test_the_pages_in_chinese(sign_in, url):
    ada = sign_in("ada")
    upload(ada, NEW)
    where = ada.location
    if url.startswith("/school/imports"):
        ada.send(ada.get(where), "#confirm")
    ada.get(f"{where if url == '/school/import/1' else url}?lang=zh_Hans")


def test_a_chosen_day_that_meanwhile_lies_outside_every_term(sign_in, cast):
    from datetime import date

    from tests.cast import NOW
    from tracker.db import transaction
    from tracker.school import service

    ada = sign_in("ada")
    upload(ada, NEW, on="2027-01-18")
    where = ada.location
    with transaction():
        service.change_term(cast.users["ada"], NOW, 1, "Autumn", date(2026, 9, 1), date(2027, 1, 15))
    assert "in no term" in ada.get(where, 422).select_one("#on-error").text
