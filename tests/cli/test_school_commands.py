from datetime import date

import pytest

from tests.cast import TERM, count
from tests.cli.runner import invoke
from tests.school.roster import CHINESE, REQUIRED, WHOLE_HEADER, csv_file, whole_school, xlsx_file
from tracker.accounts import queries as accounts
from tracker.db import db
from tracker.school import queries as school
from tracker.school.models import ImportRun, Student, Term


@pytest.fixture
def run(app):
    return lambda *words, **more: invoke(app, *words, **more)


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password.txt"
    file.write_text("invented one\n")
    return file


SETUP = ("setup", "--school", "某某小学", "--admin", "chief", "--term", "Autumn", "--from", "2026-09-01",
         "--to", "2027-01-20")  # fmt: skip


def test_a_school_is_set_up_by_command(empty_app, password_file):
    output = invoke(empty_app, *SETUP, "--password-file", password_file)
    assert "chief" in output
    assert accounts.user_named("chief") and school.school_name() == "某某小学"
    assert school.terms()[0].name == "Autumn"
    assert "already" in invoke(empty_app, *SETUP, "--password-file", password_file, code=1)


def test_it_makes_the_schema_of_a_new_folder(tmp_path, password_file):
    from tracker import create_app

    app = create_app({"DATA_DIR": str(tmp_path / "new"), "LANGUAGE": "en"})
    result = app.test_cli_runner().invoke(args=[*SETUP, "--password-file", str(password_file)])
    assert result.exit_code == 0, result.output
    with app.app_context():
        assert accounts.any_account()
        db.session.remove()
        db.engine.dispose()


def test_the_password_is_typed_unseen_where_no_file_is_named(empty_app):
    output = invoke(empty_app, *SETUP, input="invented one\ninvented one\n")
    assert "invented one" not in output and accounts.any_account()


@pytest.mark.parametrize("changed, words", [
    (("--from", "2027-01-20", "--to", "2026-09-01"), "before the first"),
    (("--admin", "no blanks please"), "no blank"),
])  # fmt: skip
def test_a_set_up_that_cannot_be(empty_app, password_file, changed, words):
    assert words in invoke(empty_app, *SETUP, *changed, "--password-file", password_file, code=1)
    assert not accounts.any_account()


def test_a_day_that_is_none_and_a_short_password(empty_app, tmp_path, password_file):
    assert "not a day" in invoke(
        empty_app, *SETUP, "--from", "0026-09-01", "--password-file", password_file, code=2
    )
    password_file.write_text("short")
    assert "at least 8" in invoke(empty_app, *SETUP, "--password-file", password_file, code=1)
    password_file.write_bytes(b"\xff\xfe\x00")
    invoke(empty_app, *SETUP, "--password-file", password_file, code=1)
    invoke(empty_app, *SETUP, "--password-file", tmp_path / "none.txt", code=2)
    assert not accounts.any_account()


def test_a_past_term_is_added(run):
    run("term", "Spring 2026", "--from", "2026-03-02", "--to", "2026-07-03")
    assert [term.name for term in school.terms()] == ["Autumn 2026", "Spring 2026"]
    assert "overlap" in run("term", "Again", "--from", "2026-07-03", "--to", "2026-08-31", code=1)
    assert count(Term) == 2


def test_a_roster_is_looked_through_and_imported(run, tmp_path):
    file = tmp_path / "roster.xlsx"
    file.write_bytes(xlsx_file(WHOLE_HEADER, whole_school()))
    output = run("import-roster", file, "--dry-run")
    assert "new 481, changed 0, unchanged 0, wrong rows 0, not in the file 18" in output
    assert count(Student) == 18
    run("import-roster", file)
    assert count(Student) == 18 + 481
    assert "Nothing to import" in run("import-roster", file)
    assert count(ImportRun) == 1


def test_a_move_from_a_day_and_a_cleared_cell_are_told_without_a_name(run, tmp_path, cast):
    file = tmp_path / "roster.csv"
    file.write_bytes(csv_file((*REQUIRED, "seat"), [("2023", "2", "T2024101", "Child 3-1 01", "")]))
    output = run("import-roster", file, "--on", "2026-09-28")
    assert "T2024101 class_number: 3(1) → 4(2)" in output and "T2024101 seat: 1 → is cleared" in output
    assert "Child" not in output and "its 9 students stay" in output
    line = next(
        one for one in school.roster_lines(cast.classes["4-2"], date(2026, 9, 28)) if one.number == "T2024101"
    )
    assert line.seat is None
    assert len(school.roster_lines(cast.classes["3-1"], date(2026, 9, 27))) == 10


def test_wrong_rows_are_told_with_reason_and_remedy_and_nothing_is_kept(run, tmp_path):
    file = tmp_path / "roster.csv"
    file.write_bytes(csv_file(CHINESE, [("2024", "1", "1", "王芳"), ("1924", "x", "1", "赵四")], "gb18030"))
    output = run("import-roster", file, code=1)
    for words in (
        "row 3, Entry year, “1924”: No class at the school",
        "row 3, Class number",
        "Row 2 has the same",
    ):
        assert words in output
    assert count(Student) == 18


@pytest.mark.parametrize("content, words", [
    (b"MZ\x90\x00" + bytes(99), "no roster"), (b"", "empty"), (b"a,b\n1,2\n", "entry_year")
])  # fmt: skip
def test_a_bad_file_is_one_clear_line(run, tmp_path, content, words):
    file = tmp_path / "roster.xlsx"
    file.write_bytes(content)
    assert words in run("import-roster", file, code=1)


def test_a_day_outside_every_term(run, tmp_path):
    file = tmp_path / "roster.csv"
    file.write_bytes(csv_file(REQUIRED, [("2024", "1", "1", "x")]))
    assert "no term" in run("import-roster", file, "--on", "2026-08-01", code=1)
    assert TERM[0] > date(2026, 8, 1)


def test_a_demo_school_is_no_place_for_commands(run):
    from tracker import schema

    schema.mark_as_demo()
    db.session.commit()
    assert "demo" in run("term", "Spring", "--from", "2027-03-01", "--to", "2027-07-01", code=2)
