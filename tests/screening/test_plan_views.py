"""The pages of sessions, exceptions, levels and today's changes: who types what, and what comes of it."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from tests.assessment.school import wall
from tests.cast import TERM, TODAY, count, key
from tracker import clock
from tracker.audit.models import Trail
from tracker.db import db
from tracker.school import queries as school
from tracker.school.models import CalendarDay, Excuse, LevelFrom
from tracker.school.rules import DayType, Scope
from tracker.screening import day_queries, queries
from tracker.screening.models import SessionException, SessionPlan

TOMORROW, WEDNESDAY = TODAY + timedelta(days=1), date(2026, 9, 23)
NOON = "/school/sessions/noon/routine"


def plans(ref, day):
    return queries.class_session(ref, day, "noon").plans


def asked(ref, day=TODAY):
    return " ".join(f"{code}@{plan.deadline:%H:%M}" for code, plan in plans(ref, day).items())


def complaint(page, field):
    found = page.select_one(f"#{field}-error")
    assert found, [one.text for one in page.select(".field-error, .alert")]
    return " ".join(found.text.split())


# Plans


def test_a_changed_plan_holds_from_tomorrow_and_todays_sheets_keep_theirs(sign_in):
    nora = sign_in("nora")
    page = nora.get(NOON)
    assert page.select_one("#valid_from")["value"] == TOMORROW.isoformat()
    nora.send(page, deadline="14:20", recorded="gate")
    assert "noon@14:10" in asked("2024-1") and "noon" not in asked("2024-1", TOMORROW)
    page = nora.get("/school/sessions")
    assert "From 2026-09-22 on" in page.text and "13:40–14:20" in page.text
    nora.send(page, 'form[action$="/2026-09-22/take-back"]')
    assert "noon@14:10" in asked("2024-1", TOMORROW)
    assert [one.deed for one in db.session.scalars(sa.select(Trail))].count("screening.plan") == 2


def test_a_change_for_a_later_day_is_made_twice_in_one_row(sign_in):
    ada = sign_in("ada")
    for deadline in ("14:20", "14:25"):
        ada.send(ada.get(NOON), deadline=deadline, valid_from="2026-10-08")
    assert asked("2024-1", date(2026, 10, 8)).endswith("noon@14:25")
    assert asked("2024-1", WEDNESDAY).endswith("noon@14:10")


def test_the_evening_check_is_switched_on(sign_in):
    ada = sign_in("ada")
    ada.send(ada.get("/school/sessions/evening/routine"), active="y")
    assert asked("2024-1", TOMORROW).endswith("evening@16:15")
    ada.send(ada.get(NOON), active=None)
    assert "noon" not in asked("2024-1", TOMORROW)


@pytest.mark.parametrize("typed, field, words", [
    ({"starts": "13:30"}, "starts", "lies before 13:40"),
    ({"deadline": "13:00"}, "deadline", "lies before 13:40"),
    ({"closes": "14:00"}, "closes", "lies before 14:10"),
    ({"opens": "25:00"}, "opens", "such as 08:30"),
    ({"opens": ""}, "opens", "fill this in"),
    ({"valid_from": "2026-09-21"}, "valid_from", "tomorrow or a later day"),
    ({"valid_from": "2026-09-01"}, "valid_from", "tomorrow or a later day"),
    ({"valid_from": "soon"}, "valid_from", "enter a day"),
    ({"mode": "guess"}, "mode", ""),
])  # fmt: skip
def test_what_is_wrong_with_a_plan_is_told_at_its_field_and_stays_as_typed(sign_in, typed, field, words):
    before = count(SessionPlan)
    ada = sign_in("ada")
    page = ada.send(ada.get(NOON), expect=422, **typed)
    assert words in complaint(page, field)
    if page.select_one(f"input#{field}"):
        assert page.select_one(f"#{field}")["value"] == typed[field]
    assert count(SessionPlan) == before


@pytest.mark.parametrize("text", ["13：50", " 13:50 ", "13:50"])
def test_a_time_is_read_with_either_colon(sign_in, text):
    ada = sign_in("ada")
    ada.send(ada.get(NOON), starts=text)
    assert plans("2024-1", TOMORROW)["noon"].starts == time(13, 50)


@pytest.mark.parametrize("path", [
    "/school/sessions/tea/routine", "/school/sessions/noon/panic", "/school/changes/2026-07-01/take-back",
    "/school/sessions/noon/routine/soon/take-back",
])  # fmt: skip
def test_what_is_not_there(app, sign_in, path):
    app.config["WTF_CSRF_ENABLED"] = False
    ada = sign_in("ada")
    try:
        if path.endswith("take-back"):
            ada.post(path, {"key": key(1)}, 404)
        else:
            ada.get(path, 404)
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_what_has_begun_is_not_taken_back(sign_in):
    ada = sign_in("ada")
    before = count(SessionPlan)
    token = ada.token(ada.get("/school/sessions"))
    ada.post(f"/school/sessions/noon/routine/{TERM[0]}/take-back", {"key": key(5), "csrf_token": token})
    assert "begun already" in ada.get("/school/sessions").text
    assert count(SessionPlan) == before


# Exceptions

NEW = "/school/sessions/exceptions/new"


def test_no_noon_check_on_wednesday_for_grade_3(sign_in):
    nora = sign_in("nora")
    nora.send(nora.get(NEW), code="noon", weekday="3", grades="3")
    assert "noon" not in asked("2024-1", WEDNESDAY) and "noon" in asked("2023-2", WEDNESDAY)
    assert "noon" in asked("2024-1", TOMORROW)
    page = nora.get("/school/sessions")
    assert "Wed · Grade 3" in page.text
    nora.send(page, 'form[action$="/exceptions/end"]')
    assert "noon" in asked("2024-1", WEDNESDAY)
    assert count(SessionException) == 0  # it never began


def test_grades_arrive_one_after_the_other_and_an_exception_that_holds_ends_tomorrow(sign_in, cast):
    ada = sign_in("ada")
    times = {"opens": "07:00", "starts": "07:00", "deadline": "07:40", "closes": "09:00"}
    ada.send(ada.get(NEW), code="arrival", grades=["3", "4"], what="moved", **times)
    assert asked("2024-1", TOMORROW).startswith("arrival@07:40")
    for row in db.session.scalars(sa.select(SessionException)):
        row.valid_from = TERM[0]
    db.session.commit()
    ada.send(ada.get("/school/sessions"), 'form[action$="/exceptions/end"]')  # the first: grade 3
    assert asked("2024-1").startswith("arrival@07:40")
    assert asked("2024-1", TOMORROW).startswith("arrival@08:25")
    assert asked("2023-2", TOMORROW).startswith("arrival@07:40")
    assert "as the plan says" in ada.get("/school/sessions").text


@pytest.mark.parametrize("typed, field, words", [
    ({"what": "moved", "opens": "07:00"}, "closes", "all four"),
    ({"what": "moved", "opens": "07:00", "starts": "06:00", "deadline": "08:00", "closes": "09:00"}, "starts",
     "lies before 07:00"),
    ({"grades": "9"}, "grades", ""),
    ({"grades": "x"}, "grades", ""),
    ({"weekday": "8"}, "weekday", ""),
    ({"code": "tea"}, "code", ""),
    ({"valid_from": "2026-09-21"}, "valid_from", "tomorrow"),
])  # fmt: skip
def test_what_is_wrong_with_an_exception_is_told_at_its_field(sign_in, typed, field, words):
    ada = sign_in("ada")
    page = ada.send(ada.get(NEW), expect=422, **typed)
    assert words in complaint(page, field)
    assert count(SessionException) == 0


# Levels

LEVEL = "/school/sessions/level"


def test_the_epidemic_level_holds_for_a_grade_from_today_until_it_follows_the_school_again(sign_in):
    nora = sign_in("nora")
    nora.send(nora.get(LEVEL), place="grade:2024", level="epidemic", reason="influenza in grade 3")
    assert asked("2024-1").endswith("evening@16:15") and asked("2023-2").endswith("noon@14:10")
    assert plans("2024-1", TODAY)["noon"].mode == "full"
    assert "influenza in grade 3" in nora.get("/school/sessions").text
    nora.send(nora.get(LEVEL), place="grade:2024", level="follow", valid_from="2026-09-23", reason="over")
    assert asked("2024-1", TOMORROW).endswith("evening@16:15")
    assert asked("2024-1", WEDNESDAY).endswith("noon@14:10")
    nora.send(nora.get("/school/sessions"), 'form[action$="/level/take-back"]')
    assert asked("2024-1", WEDNESDAY).endswith("evening@16:15")


@pytest.mark.parametrize("typed, field, words", [
    ({"valid_from": "2026-09-20"}, "valid_from", "has passed"),
    ({"reason": "  "}, "reason", "fill this in"),
    ({"level": "follow"}, "level", "level for the school"),
    ({"place": "grade:1999"}, "place", ""),
    ({"place": "class:999"}, "place", ""),
])  # fmt: skip
def test_what_is_wrong_with_a_level_is_told_at_its_field(sign_in, typed, field, words):
    ada = sign_in("ada")
    page = ada.send(ada.get(LEVEL), expect=422, **{"level": "epidemic", "reason": "influenza", **typed})
    assert words in complaint(page, field)
    assert count(LevelFrom) == 0


# Today's changes

CHANGES = "/school/changes"


def test_today_begins_later_for_a_class_and_that_is_taken_back(sign_in, cast):
    nora = sign_in("nora")
    page = nora.get(CHANGES)
    nora.send(
        page,
        "#change",
        place=f"class:{cast.classes['3-1']}",
        day_type="late_start",
        later_minutes="40",
        reason="snow",
    )
    assert asked("2024-1").startswith("arrival@09:05") and asked("2023-2").startswith("arrival@08:25")
    assert "Late start: 40 minutes later" in sign_in("ann").get("/").text
    assert "Late start" not in sign_in("carl").get("/").text
    page = nora.get(CHANGES)
    assert "3(1)" in page.text and "snow" in page.text
    clock.freeze(wall(TODAY, "08:10"))
    nora.send(page, 'form[action$="/take-back"]')
    assert asked("2024-1").startswith("arrival@08:25")
    assert db.session.get_one(Excuse, (cast.classes["3-1"], TODAY, "arrival")).code == "changed"


def test_the_school_closes_early_and_is_the_calendars_again(sign_in):
    asa = sign_in("asa")
    asa.send(asa.get(CHANGES), "#change", day_type="early_close", ends_at="12:00", reason="storm")
    assert asked("2024-1") == "arrival@08:25 morning@08:30"
    assert "Early close: until 12:00" in sign_in("ann").get("/").text
    assert "Early close: until 12:00" in asa.get("/school/calendar").text
    assert asa.get("/school/calendar/2026-09-21").select_one("#ends_at")["value"] == "12:00"
    asa.send(asa.get(CHANGES), 'form[action$="/take-back"]')
    row = db.session.get_one(CalendarDay, (TODAY, Scope.SCHOOL, 0))
    assert (row.day_type, row.ends_at) == (DayType.NORMAL, None) and row.source.startswith("chinesecalendar")


@pytest.mark.parametrize("typed, field, words", [
    ({"day_type": ""}, "day_type", "fill this in"),
    ({"day_type": "late_start"}, "later_minutes", "from 5 to 300"),
    ({"day_type": "late_start", "later_minutes": "999"}, "later_minutes", "from 5 to 300"),
    ({"day_type": "late_start", "later_minutes": "some"}, "later_minutes", "enter a number"),
    ({"day_type": "early_close"}, "ends_at", "go home"),
    ({"day_type": "early_close", "ends_at": "06:00"}, "ends_at", "before 09:00 is no school day"),
    ({"day_type": "early_close", "ends_at": "noon"}, "ends_at", "such as 08:30"),
    ({"reason": ""}, "reason", "fill this in"),
    ({"day": "2026-09-20"}, "day", "has passed"),
    ({"day": "2027-08-01"}, "day", "no term"),
    ({"place": "grade:1999"}, "place", ""),
])  # fmt: skip
def test_what_is_wrong_with_a_change_is_told_at_its_field(sign_in, typed, field, words):
    nora = sign_in("nora")
    page = nora.send(nora.get(CHANGES), "#change", 422, **{"day_type": "half", "reason": "heat", **typed})
    assert words in complaint(page, field)
    assert school.changes_since(TODAY) == []


def test_a_past_change_is_not_taken_back_here(sign_in):
    nora = sign_in("nora")
    token = nora.token(nora.get(CHANGES))
    nora.post(f"{CHANGES}/2026-09-18/take-back", {"key": key(7), "csrf_token": token, "place": "school:0"})
    assert "has passed" in nora.get(CHANGES).text


def test_a_change_sent_five_times_is_made_once(app, sign_in):
    nora = sign_in("nora")
    page = nora.get(CHANGES)
    for _time in range(5):
        nora.send(page, "#change", day_type="half", reason="heat")
    deeds = [one.deed for one in db.session.scalars(sa.select(Trail))]
    assert deeds.count("school.day") == 1


def test_the_overview_tells_the_same_as_the_sheet(sign_in, cast):
    nora = sign_in("nora")
    nora.send(nora.get(CHANGES), "#change", day_type="suspended", place="grade:2023", reason="as advised")
    missing = day_queries.missing_classes(TODAY, time(12))
    assert {one.id for session in missing for one in session.missing} == {cast.classes["3-1"]}
    assert "no school day for the class" in sign_in("carl").get("/screening/2023-2/2026-09-21/morning").text


def test_blanks_are_no_day(sign_in):
    nora = sign_in("nora")
    page = nora.get("/school/sessions/exceptions/new")
    page = nora.send(page, expect=422, valid_from=" ")
    assert complaint(page, "valid_from") == "Please fill this in."
