from datetime import date

import pytest

from tests.cast import NOW, TODAY
from tracker.db import transaction
from tracker.school import queries, service
from tracker.school.rules import DayType, Scope


def rows_of(page, selector="main table tbody tr"):
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in page.select(selector)]


def test_the_school_at_a_glance(sign_in, statements):
    ada = sign_in("ada")
    with statements() as done:
        page = ada.get("/school/")
    assert rows_of(page) == [["3(1)", "10", "Ann Teacher"], ["4(2)", "8", "Carl Teacher"]]
    assert "Autumn 2026" in page.text and not page.select_one("#first-steps")
    assert len(done) <= 7
    assert not sign_in("nora").get("/school/").select('main a[href*="/school/classes/"]')


def test_who_begins_is_told_what_to_do_next(empty_app):
    from tests.conftest import Visitor
    from tracker.accounts import service as accounts
    from tracker.accounts.rules import Role

    with transaction():
        accounts.create(
            None,
            NOW,
            username="ada",
            name="Ada",
            password_hash=accounts.hash_password("invented"),
            roles=[Role.ADMIN],
        )
    ada = Visitor(empty_app).sign_in("ada")
    for url in ("/school/", "/admin/"):
        page = ada.get(url)
        assert page.select_one("#first-steps"), url
        assert page.select_one('main a[href="/school/import"]'), url
    assert "no term" in ada.get("/school/calendar").text


def test_a_class_without_a_teacher_asks_for_one(sign_in, cast):
    from tracker.accounts import service as accounts
    from tracker.accounts.models import Assignment
    from tracker.db import db

    duty = db.session.query(Assignment).filter_by(user_id=cast.users["carl"]).one().id
    with transaction():
        accounts.end_assignment(None, NOW, duty, date(2026, 9, 20))
    page = sign_in("ada").get("/school/")
    assert [link["href"] for link in page.select("#first-steps ~ ol a")] == [
        "/admin/accounts/new?class=2023-2"
    ]


def test_the_calendar_of_a_month(sign_in, statements):
    ada = sign_in("ada")
    with statements() as done:
        page = ada.get("/school/calendar")
    assert len(done) <= 8
    assert len(page.select("table.month tbody tr")) == 5
    assert [row.th.text for row in page.select("table.month tbody tr")] == ["1", "2", "3", "4", "5"]
    assert page.select_one('a[aria-label="2026-09-20 Sun Make-up day"]')
    assert page.select_one("td.is-today a")["href"] == "/school/calendar/2026-09-21"
    assert page.select_one('a[href="/school/calendar?month=2026-10"]')
    assert not page.select_one('a[href="/school/calendar?month=2026-08"]')
    assert not sign_in("pia").get("/school/calendar").select("table.month a")


def test_a_month_beyond_the_official_calendar_says_so(sign_in):
    with transaction():
        service.add_term(None, NOW, "Far", date(2030, 9, 1), date(2031, 1, 10))
    ada = sign_in("ada")
    assert "not known yet" in ada.get("/school/calendar?month=2030-10").text
    assert "not known yet" not in ada.get("/school/calendar?month=2026-10").text


@pytest.mark.parametrize("url", [
    "/school/calendar?month=2026-07", "/school/calendar?month=x", "/school/calendar/2026-07-01",
    "/school/calendar/today", "/school/classes/2024-9", "/school/classes/x", "/school/students/999/leave",
    "/school/terms/99",
    *(f"/school/{path}" for number in (0, 2**31, "9" * 20)
      for path in (f"students/{number}/leave", f"import/{number}", f"imports/{number}", f"terms/{number}")),
])  # fmt: skip
def test_what_is_not_there(sign_in, url):
    sign_in("ada").get(url, 404)


def test_a_day_is_changed_for_a_grade_with_its_reason(sign_in, cast):
    asa = sign_in("asa")
    page = asa.get("/school/calendar/2026-09-22")
    asa.send(page, "#change", place="grade:2024", day_type="exam", reason="mid-term")
    assert asa.location == "/school/calendar?month=2026-09"
    day = date(2026, 9, 22)
    one = queries.class_named("2024-1")
    assert queries.day_type_for(queries.day_types(day), one) is DayType.EXAM
    assert "mid-term" in asa.get("/school/calendar").text
    # and it follows the school again
    page = asa.get("/school/calendar/2026-09-22")
    asa.send(page, 'form[action$="/clear"]')
    assert queries.day_type_for(queries.day_types(day), one) is DayType.NORMAL


def test_what_was_typed_of_a_day_stays_when_it_is_refused(sign_in):
    asa = sign_in("asa")
    page = asa.get("/school/calendar/2026-09-22")
    page = asa.send(page, "#change", 422, day_type="makeup", reason="instead of Friday")
    assert page.title.text.startswith("Error: ")
    assert "whose timetable" in page.select_one("#stands_for-error").text
    assert page.select_one("#reason")["value"] == "instead of Friday"
    page = asa.send(page, "#change", 422, day_type="makeup", reason="  ")
    assert page.select_one("#reason-error")


@pytest.mark.parametrize("place", ["", "school", "grade:x", "class:999", "nothing:1"])
def test_no_such_place(sign_in, place):
    asa = sign_in("asa")
    page = asa.get("/school/calendar/2026-09-22")
    asa.send(page, "#change", 422, place=place, day_type="off", reason="x")


def test_a_holiday_is_told_in_the_pages_language(sign_in):
    with transaction():
        service.change_day(None, NOW, date(2026, 10, 1), Scope.SCHOOL, 0, DayType.OFF, "National Day")
    ada = sign_in("ada")
    assert "National Day" in ada.get("/school/calendar?month=2026-10").text
    assert "国庆节" in ada.get("/school/calendar?month=2026-10&lang=zh_Hans").text


def test_a_term_is_added_and_changed(sign_in):
    ada = sign_in("ada")
    page = ada.get("/school/terms/new")
    ada.send(page, term="Spring 2027", starts="2027-02-22", ends="2027-07-02")
    assert ada.location == "/school/calendar?month=2027-02"
    term = queries.terms()[0]
    page = ada.get(f"/school/terms/{term.id}")
    ada.send(page, term="Spring", ends="2027-07-09")
    assert (queries.terms()[0].name, queries.terms()[0].ends) == ("Spring", date(2027, 7, 9))


@pytest.mark.parametrize("starts, ends, field", [
    ("2027-07-02", "2027-02-22", "ends"),
    ("2026-12-01", "2027-07-02", "starts"),
    ("0027-02-22", "2027-07-02", "starts"),
    ("soon", "2027-07-02", "starts"),
    ("", "2027-07-02", "starts"),
])  # fmt: skip
def test_a_term_that_cannot_be_keeps_what_was_typed(sign_in, starts, ends, field):
    ada = sign_in("ada")
    page = ada.send(ada.get("/school/terms/new"), expect=422, term="Spring", starts=starts, ends=ends)
    assert page.select_one(f"#{field}-error")
    assert page.select_one("#term")["value"] == "Spring"
    assert len(queries.terms()) == 1


def test_the_roster_of_a_class_has_no_word_of_health(sign_in, cast):
    page = sign_in("ada").get("/school/classes/2024-1")
    assert rows_of(page)[0][:4] == ["1", "Child 3-1 01", "–", "T2024101"]
    assert "Ann Teacher" in page.text
    for word in ("fever", "ill", "absent", "℃"):
        assert word not in page.select_one("main").text.lower()


def test_a_student_leaves_by_the_page(sign_in, cast):
    ada = sign_in("ada")
    page = ada.get(f"/school/students/{cast.students['3-1'][0]}/leave")
    ada.send(page, last_day="2026-09-18")
    assert ada.location == "/school/classes/2024-1"
    assert len(queries.roster_lines(cast.classes["3-1"], TODAY)) == 9


def test_the_same_form_twice_is_one_deed(sign_in):
    ada = sign_in("ada")
    page = ada.get("/school/terms/new")
    values = {"term": "Spring", "starts": "2027-02-22", "ends": "2027-07-02"}
    ada.send(page, **values)
    ada.send(page, **values)
    assert ada.location == "/school/calendar?month=2027-02" and len(queries.terms()) == 2


@pytest.mark.parametrize("place", ["", "school", "class:", "class:²", "class:" + "9" * 20, "grade:٣"])
def test_no_place_follows_the_school_again(sign_in, place):
    asa = sign_in("asa")
    service_rows = queries.calendar_rows(TODAY, TODAY)
    token = asa.token(asa.get("/school/calendar/2026-09-21"))
    data = {"csrf_token": token, "key": "0" * 31 + "1", "place": place}
    asa.post("/school/calendar/2026-09-21/clear", data)
    assert asa.location == "/school/calendar/2026-09-21"
    assert len(queries.calendar_rows(TODAY, TODAY)) == len(service_rows)


def test_a_last_day_before_the_present_class_is_refused_at_its_field(sign_in, cast):
    ada = sign_in("ada")
    page = ada.get(f"/school/students/{cast.students['3-1'][0]}/leave")
    page = ada.send(page, expect=422, last_day="2026-08-31")
    assert "began on 2026-09-01" in page.select_one("#last_day-error").text
    assert len(queries.roster_lines(cast.classes["3-1"], TODAY)) == 10
