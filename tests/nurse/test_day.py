"""The nurse's page: what waits, most urgent first; it stays quick and says when nothing has changed."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.absence.town import ILL, at, log, only, take
from tests.cast import TODAY, count
from tracker import clock
from tracker.absence.models import Episode
from tracker.absence.rules import CallResult, EpisodeState
from tracker.audit.models import ReadLog
from tracker.db import db
from tracker.facts.rules import Diagnosis
from tracker.nurse.plausibility_rules import Hint, Values, hints_of
from tracker.room.models import Stay
from tracker.room.rules import Room, Trouble
from tracker.school.models import Enrolment, Student
from tracker.screening.rules import AbsenceReason, HalfDay, State

SHEET = "/screening/2024-1/{day}/arrival?mode=full"


def section(page, name: str) -> str:
    """What a part of the page says."""
    return " ".join(page.select_one(f"section[aria-labelledby=n-{name}]").text.split())


def test_the_nurse_s_menu_begins_with_her_day_and_reading_it_is_logged(sign_in, cast):
    nora = sign_in("nora")
    assert [link["href"] for link in nora.get("/").select(".wide-menu a")][:2] == ["/nurse/", "/"]
    nora.get("/nurse/")
    row = db.session.scalars(sa.select(ReadLog).where(ReadLog.user_id == cast.users["nora"])).one()
    assert (row.page, row.subject_id, row.day, row.times) == ("nurse", 0, TODAY, 1)


@pytest.mark.parametrize(
    "when, step",
    [
        ("08:14", "due 08:25 3(1) 4(2)"),
        ("08:20", "due 08:25 · the homeroom teacher is reminded 3(1) 4(2)"),
        ("08:30", "due 08:25 · the class's other teachers are asked 3(1) 4(2)"),
        ("08:36", "due 08:25 · the grade head is told 3(1) 4(2)"),
        ("08:50", "due 08:25 · please enter it, or have it entered 3(1) 4(2)"),
    ],
)
def test_who_has_not_reported_and_how_far_the_ladder_has_come(sign_in, when, step):
    clock.freeze(at(when))
    assert step in section(sign_in("nora").get("/nurse/"), "missing")


def test_a_school_that_has_reported_is_calm(sign_in, cast):
    for place, by in (("3-1", "ann"), ("4-2", "carl")):
        take(cast, at("08:05"), session="arrival", place=place, by=by)
        take(cast, at("08:06"), session="morning", place=place, by=by)
    page = sign_in("nora").get("/nurse/")
    assert "All classes have reported" in section(page, "missing")
    assert "Nothing is due" in section(page, "queue")
    assert section(page, "check").startswith("Sheets to check 4")


def test_who_is_absent_stands_in_the_queue_and_leads_to_the_record(sign_in, cast):
    take(cast, at("08:05"), {1: ILL, 2: AbsenceReason.UNKNOWN})
    page = sign_in("nora").get("/nurse/")
    first, second = page.select("section[aria-labelledby=n-queue] .wait")
    assert "Child 3-1 02" in first.text and "Child 3-1 01" in second.text, "whose call is due first"
    assert first.a["href"].startswith("/absences/")
    assert second.select_one(".end").text == "Call due 12:00"
    clock.freeze(at("12:01"))
    page = sign_in("nora").get("/nurse/")
    assert "Child 3-1 01 3(1) Illness Call due 12:00, not logged yet" in section(page, "queue")


def test_children_stand_above_sheets(sign_in, cast):
    page = sign_in("nora").get("/nurse/")
    assert [one["id"] for one in page.select(".nurse-day h2")][:4] == [
        "n-way",
        "n-retest",
        "n-not-here",
        "n-missing",
    ]


def full_sheet(visitor, students, values, *, day: date = TODAY, session: str = "arrival") -> None:
    """A class's sheet with every temperature."""
    page = visitor.get(SHEET.format(day=day).replace("arrival", session))
    typed = {f"t1__{student}": value for student, value in zip(students, values, strict=True)}
    visitor.send(page, "#sheet", **typed)


@pytest.mark.parametrize(
    "values, early, expected",
    [
        (Values(), True, []),
        (Values(7, 365, 365, 7), True, []),  # too few to be unusual
        (Values(8, 365, 365, 0), False, [Hint.ONE_VALUE]),
        (Values(8, 362, 368, 7), False, []),
        (Values(8, 362, 368, 8), False, [Hint.SAME_AS_BEFORE]),
        (Values(8, 365, 365, 8), True, [Hint.ONE_VALUE, Hint.SAME_AS_BEFORE, Hint.EARLY]),
    ],
)
def test_what_is_unusual_about_a_class_s_values(values, early, expected):
    assert hints_of(values, early=early) == expected


def test_hints_are_the_nurse_s_alone_and_stand_beside_the_class(sign_in, cast):
    ann, students = sign_in("ann"), cast.students["3-1"]
    clock.freeze(at("08:00", TODAY - timedelta(days=1)))
    full_sheet(ann, students, ["36.5"] * 9 + ["36.6"], day=TODAY - timedelta(days=1))
    clock.freeze(at("08:00"))
    full_sheet(ann, students, ["36.5"] * 9 + ["36.6"])
    page = sign_in("nora").get("/nurse/")
    (hinted,) = page.select("section[aria-labelledby=n-check] .hint")
    assert hinted.text == "same values as the day before" and "3(1)" in hinted.parent.text
    assert "same values" not in ann.get("/").text + ann.get("/screening/").text


def test_the_open_page_is_told_when_nothing_has_changed(sign_in, cast):
    nora = sign_in("nora")
    nora.get("/nurse/")
    logged = db.session.scalar(sa.select(ReadLog.times))
    answer = nora.client.get("/nurse/live")
    assert answer.status_code == 200 and answer.headers["X-Heard-At"] == "08:05:00"
    tag = answer.headers["ETag"]
    clock.freeze(at("08:05:30"))
    answer = nora.client.get("/nurse/live", headers={"If-None-Match": tag})
    assert answer.status_code == 304 and answer.headers["X-Heard-At"] == "08:05:30"
    take(cast, at("08:06"), session="arrival")
    answer = nora.client.get("/nurse/live", headers={"If-None-Match": tag})
    assert answer.status_code == 200 and "<html" not in answer.text and "data-day=" in answer.text
    assert db.session.scalar(sa.select(ReadLog.times)) == logged, "asking again is no new reading"


def test_five_hundred_open_absences_cost_no_more_statements_than_none(sign_in, cast, statements):
    nora = sign_in("nora")
    counted = []
    take(cast, at("08:05"), {2: State.NOT_HERE})
    take(cast, at("08:05"), session="arrival", place="4-2", by="carl")
    stay(cast, 3, reported="08:00")
    stay(cast, 4, reported="08:00", arrived="08:01")
    ann, hot = sign_in("ann"), cast.students["3-1"][4]
    ann.send(ann.get("/screening/2024-1/2026-09-21/arrival"), "#sheet", **{f"t1__{hot}": "37.8"})
    for more in (0, 500):
        for number in range(more):
            student = Student(number=f"more{number}", name=f"More {number}", pinyin="more")
            db.session.add(student)
            db.session.flush()
            db.session.add(
                Enrolment(
                    student_id=student.id,
                    starts=date(2026, 9, 1),
                    class_id=cast.classes["3-1"],
                    seat=100 + number,
                )
            )
            db.session.add(
                Episode(
                    student_id=student.id,
                    class_id=cast.classes["3-1"],
                    first_on=TODAY,
                    first_half=HalfDay.MORNING,
                    last_absent_on=TODAY,
                    state=EpisodeState.OPEN,
                    reason=ILL,
                    due_at=at("08:00"),
                    opened_at=at("08:00"),
                )
            )
        db.session.commit()
        with statements() as done:
            page = nora.get("/nurse/")
        counted.append(len(done))
    assert count(Episode) == 500 and "Call due by now 500" in section(page, "queue")
    assert max(counted) <= 12, counted


def stay(cast, seat: int, *, reported: str, arrived: str | None = None, place: str = "") -> int:
    """A child of class 3(1) on the way to the observation room, or in it."""
    row = Stay(
        student_id=cast.students["3-1"][seat - 1],
        reported_at=at(reported),
        reported_by=cast.users["ann"],
        trouble=Trouble.VOMITING,
        place=place,
        soiled=False,
        room=Room.MAIN if arrived else None,
        arrived_at=at(arrived) if arrived else None,
    )
    db.session.add(row)
    db.session.commit()
    return row.id


def test_a_child_on_the_way_is_seen_at_once_with_where_it_was(sign_in, cast):
    number = stay(cast, 1, reported="08:01", place="Music room")
    page = sign_in("nora").get("/nurse/")
    assert (
        section(page, "way") == "On the way to the nurse 1 Child 3-1 01 3(1) Vomiting · Music room for 4 min"
    )
    assert page.select_one("section[aria-labelledby=n-way] a")["href"] == f"/room/{number}"


def test_the_room_says_how_long_and_whether_a_guardian_was_reached(sign_in, cast):
    stay(cast, 1, reported="08:00", arrived="08:03")
    clock.freeze(at("09:04"))
    room = section(sign_in("nora").get("/nurse/"), "room")
    assert "Child 3-1 01 3(1) Vomiting no guardian reached for 61 min" in room


def test_a_child_that_waits_for_its_retest_is_not_forgotten_overnight(sign_in, cast):
    hot = cast.students["3-1"][0]
    ann = sign_in("ann")
    ann.send(ann.get("/screening/2024-1/2026-09-21/arrival"), "#sheet", **{f"t1__{hot}": "37.8"})
    clock.freeze(at("08:17"))
    assert (
        section(sign_in("nora").get("/nurse/"), "retest")
        == "Awaiting retest 1 Child 3-1 01 3(1) 37.8 ℃ for 12 min"
    )
    clock.freeze(at("08:05", TODAY + timedelta(days=1)))
    assert "Child 3-1 01" in section(sign_in("nora").get("/nurse/"), "retest")


def test_who_is_not_here_becomes_a_matter_of_safety_and_one_button_enters_it(sign_in, cast):
    take(cast, at("08:05"), {1: State.NOT_HERE, 2: State.NOT_HERE})
    nora = sign_in("nora")
    assert section(nora.get("/nurse/"), "not-here").startswith("Not here yet 2 Child 3-1 01")
    clock.freeze(at("08:52"))
    page = nora.get("/nurse/")
    assert "unaccounted for: 2" in section(page, "not-here")
    nora.send(page, "section[aria-labelledby=n-not-here] form")
    assert nora.location == "/nurse/" and count(Episode) == 2
    page = nora.get("/nurse/")
    assert "unaccounted for: 2" in section(page, "not-here"), "until somebody knows where they are"
    assert page.select_one("section[aria-labelledby=n-not-here] form") is None


def test_one_button_checks_the_sheets_without_exceptions_of_a_session(sign_in, cast):
    take(cast, at("08:05"), {1: ILL}, session="arrival")
    take(cast, at("08:05"), session="arrival", place="4-2", by="carl")
    nora = sign_in("nora")
    page = nora.get("/nurse/")
    assert section(page, "check").startswith("Sheets to check 2")
    nora.send(page, "section[aria-labelledby=n-check] form")
    page = nora.get("/nurse/")
    assert section(page, "check") == "Sheets to check 1 Arrival screening 3(1)"
    receipt = nora.get(page.select_one("section[aria-labelledby=n-check] a")["href"])
    nora.send(receipt, "form[action$=check]")
    assert nora.location == "/nurse/"
    assert "All sheets are checked" in section(nora.get("/nurse/"), "check")


def test_who_came_without_clearance_stands_first_in_the_queue(sign_in, cast):
    day = TODAY - timedelta(days=4)
    take(cast, at("08:05", day), {1: ILL, 2: ILL})
    ill = only(cast.students["3-1"][0])
    log(
        cast,
        at("09:00", day),
        ill,
        CallResult.DOCTOR,
        by="nora",
        diagnosis=Diagnosis.INFLUENZA,
        confirmed=True,
    )
    take(cast, at("08:05"), {2: ILL})
    page = sign_in("nora").get("/nurse/")
    first = page.select("section[aria-labelledby=n-queue] .wait")[0]
    assert "Child 3-1 01" in first.text and "Came without clearance" in " ".join(first.text.split())
