"""The page of scores opens into duties that add up to it by hand."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
import sqlalchemy as sa

from tests.assessment.school import calendar, objects, record, sheet
from tests.cast import ZONE
from tracker import clock
from tracker.db import db
from tracker.school.models import Student
from tracker.school.rules import DayType, Scope

DAYS = [date(2026, 9, day) for day in (14, 15, 16, 17, 18, 20)]
"""Five school days and a make-up Sunday."""
TIMES = {"arrival": "08:20", "morning": "08:20", "noon": "14:00"}


@pytest.fixture
def week(app, cast):
    """Class 3(1)'s third week: two sheets late, one missing, one task half done, one late, one missed."""
    class_id, zone = cast.classes["3-1"], cast.zones["room 3-1"]
    floor, handles = objects(zone)
    for day in DAYS:
        for code, hour in TIMES.items():
            if (day.day, code) == (16, "noon"):
                continue
            late = (day.day, code) in ((14, "morning"), (15, "noon"))
            sheet(class_id, day, code, ("submit", "15:00" if late else hour))
        if day.day == 17:
            continue
        said = ("not_done", "forgotten") if day.day == 14 else ("done", None)
        record(zone, day, (floor, "done", None), (handles, *said), finished="16:00")
    db.session.commit()
    clock.freeze(datetime(2026, 9, 21, 8, 5, tzinfo=ZONE))
    return cast


def table(page, heading):
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")]
        for row in page.select_one(f"[aria-labelledby={heading}]").select("tbody tr")
    ]


def test_the_scores_of_a_week_stand_by_ranking_group(sign_in, week):
    page = sign_in("asa").get("/assessment/?week=2026-W38")
    assert [heading["id"] for heading in page.select("h2")] == ["middle"]
    first, second = table(page, "middle")
    # 18 sessions: 15 on time, 2 late, 1 missing; 6 tasks: 4 done, one of them three quarters, 1 missed
    assert first == ["3(1)", "84.0", "1", "16 / 18", "4.75 / 6"]
    assert second == ["4(2)", "0.0", "2", "0 / 18", "0 / 6"]


def test_the_duties_add_up_by_hand_to_the_score_shown(sign_in, week):
    page = sign_in("ann").get("/assessment/2024-1/2026-W38")
    values = []
    for indicator in ("screening_on_time", "class_hygiene_done"):
        counted = [Fraction(row[-1]) for row in table(page, indicator)]
        foot = page.select_one(f"[aria-labelledby={indicator}] tfoot td").text.split()
        assert Fraction(foot[0]) == sum(counted)
        assert int(foot[2]) == len(counted)
        exact = Decimal(sum(counted).numerator) / Decimal(sum(counted).denominator) / len(counted)
        values.append(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP))
        assert Decimal(foot[4]) == values[-1]
    score = (100 * (15 * values[0] + 15 * values[1]) / 30).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert page.select_one(".big-number").text == str(score)


def test_a_duty_says_when_it_was_due_when_it_was_done_and_how_it_turned_out(sign_in, week):
    page = sign_in("ann").get("/assessment/2024-1/2026-W38")
    sessions, tasks = table(page, "screening_on_time"), table(page, "class_hygiene_done")
    assert sessions[1] == [
        "2026-09-14 Mon", "Morning check On time until 08:30 · done 15:00", "Late", "0.5",
    ]  # fmt: skip
    assert sessions[8] == [
        "2026-09-16 Wed", "Noon check On time until 14:10", "Not submitted", "0",
    ]  # fmt: skip
    assert tasks[0] == [
        "2026-09-14 Mon", "Room 3-1 15:40 On time until 09-15 07:40 · done 16:00",
        "On time Items 1 / 2", "0.75",
    ]  # fmt: skip
    assert tasks[3][2:] == ["Missed Items 0 / 2", "0"]


def test_what_is_not_due_yet_is_shown_and_left_out(sign_in, week):
    """Monday 08:05: three sheets and the room are still to come."""
    page = sign_in("ann").get("/assessment/2024-1/2026-W39")
    assert {row[2] for row in table(page, "screening_on_time")} == {"Not due yet"}
    assert {row[-1] for row in table(page, "screening_on_time")} == {"–"}
    assert page.select(".big-number") == []
    overview = sign_in("ann").get("/assessment/")
    assert overview.select_one("#middle").text.endswith("Not ranked: too few school days")
    assert table(overview, "middle") == [[label, "–", "–", "–", "–"] for label in ("3(1)", "4(2)")]


def test_a_suspended_class_is_exempt_and_only_who_may_open_it_sees_its_score(sign_in, week):
    calendar(DAYS[4], Scope.CLASS, week.classes["3-1"], DayType.SUSPENDED)
    db.session.commit()
    own = table(sign_in("ann").get("/assessment/?week=2026-W38"), "middle")
    assert [row[:3] for row in own] == [["4(2)", "0.0", "1"], ["3(1) Exempt this week", "82.9", "–"]]
    others = table(sign_in("carl").get("/assessment/?week=2026-W38"), "middle")
    assert others[1] == ["3(1) Exempt this week", "–", "–", "–", "–"]


def test_only_one_s_own_class_opens_into_duties(sign_in, week):
    page = sign_in("carl").get("/assessment/?week=2026-W38")
    assert [link["href"] for link in page.select("tbody a")] == ["/assessment/2023-2/2026-W38"]
    sign_in("carl").get("/assessment/2024-1/2026-W38", 404)
    sign_in("ivy").get("/assessment/2024-1/2026-W38", 403)


def test_no_student_stands_on_any_page_of_the_assessment(sign_in, week):
    asa = sign_in("asa")
    text = asa.get("/assessment/?week=2026-W38").text + asa.get("/assessment/2024-1/2026-W38").text
    assert not [name for name in db.session.scalars(sa.select(Student.name)) if name in text]


@pytest.mark.parametrize(
    "path", ["?week=2026-W40", "?week=2026-W31", "?week=x", "2024-1/2026-W40", "2019-9/2026-W38"]
)
def test_an_unknown_week_or_class_is_not_there(sign_in, path):
    sign_in("asa").get(f"/assessment/{path}", 404)


def test_before_the_first_school_day_the_page_says_so(sign_in):
    clock.freeze(datetime(2026, 8, 20, 9, tzinfo=ZONE))
    assert "No school day of a term has come yet" in sign_in("asa").get("/assessment/").text


def test_the_number_of_statements_is_small(sign_in, statements, week):
    asa = sign_in("asa")
    for path in ("/assessment/?week=2026-W38", "/assessment/2024-1/2026-W38"):
        with statements() as done:
            asa.get(path)
        assert len(done) <= 24
