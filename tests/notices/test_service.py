"""Notices are sent once, to whom they concern, and are silent once they no longer hold."""

import sqlalchemy as sa

from tests.absence.town import ILL, at, log, only, take
from tests.cast import TODAY, count
from tests.conftest import Visitor
from tracker import clock
from tracker.absence.rules import CallResult
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty
from tracker.cli.notices import send_due
from tracker.db import db
from tracker.notices.models import Notice
from tracker.room.models import Stay
from tracker.room.rules import Trouble
from tracker.screening.rules import State


def tick(when: str, day=TODAY) -> int:
    """What the server does once a minute."""
    clock.freeze(at(when, day))
    return send_due()


def told() -> set[tuple[str, str, str]]:
    """Who was told what, of which subject."""
    from tracker.accounts.models import User

    rows = db.session.execute(sa.select(User.username, Notice.kind, Notice.subject).join(Notice))
    return {(name, kind.value, subject) for name, kind, subject in rows}


def strip(visitor: Visitor) -> list[str]:
    """The notices on somebody's home page."""
    return [" ".join(one.text.split()) for one in visitor.get("/").select(".notices li")]


def test_a_missing_sheet_goes_up_the_ladder_once_a_step(app, cast):
    db.session.add(Assignment(user_id=cast.users["ivy"], what=Duty.GRADE_HEAD, entry_year=2024, starts=TODAY))
    db.session.commit()
    a, b = (f"arrival:{cast.classes[one]}" for one in ("3-1", "4-2"))
    steps = {
        "08:15": {("ann", "sheet_due", a), ("carl", "sheet_due", b)},
        "08:30": {("bo", "sheet_missing_class", a)},
        "08:35": {("ivy", "sheet_missing_grade", "arrival:2024")},
        "08:45": {
            ("asa", "sheet_missing_school", "arrival"),
            ("nora", "sheet_missing_school", "arrival"),
        },
    }
    seen: set = set()
    for when, expected in steps.items():
        tick(when)
        assert tick(when) == 0, "each step once"
        new = {one for one in told() - seen if one[2].startswith("arrival")}
        assert new == expected, when
        seen = told()


def test_nobody_is_told_of_a_sheet_that_came(app, cast):
    take(cast, at("08:05"), session="arrival")
    tick("08:15")
    assert told() == {("carl", "sheet_due", f"arrival:{cast.classes['4-2']}")}


def test_nothing_is_sent_on_a_day_off_or_at_night(app):
    assert tick("08:15", TODAY.replace(day=19)) == 0
    assert tick("06:30") == tick("19:00") == 0


def test_a_child_nobody_can_account_for_leads_each_to_the_page_that_names_it(sign_in, cast):
    db.session.add(Assignment(user_id=cast.users["sam"], what=Duty.DUTY_LEADER, starts=TODAY))
    db.session.commit()
    take(cast, at("08:10"), {2: State.NOT_HERE})
    tick("08:51")
    for who, where in (("nora", "/screening/not-here"), ("sam", "/here/")):
        visitor = sign_in(who)
        (one,) = [one for one in visitor.get("/").select(".notices li") if "unaccounted" in one.text]
        assert one.a["href"] == where
        assert "Child 3-1 02" in visitor.get(where).text


def test_the_home_page_lists_what_still_holds_until_it_is_seen(sign_in, cast):
    ann = sign_in("ann")
    tick("08:20")
    assert strip(ann) == [
        "08:20 Morning check of 3(1) is not in yet; due 08:30.",
        "08:20 Arrival screening of 3(1) is not in yet; due 08:25.",
    ]
    take(cast, at("08:21"), session="arrival")
    assert strip(ann) == ["08:20 Morning check of 3(1) is not in yet; due 08:30."], "the sheet came"
    page = ann.get("/")
    assert page.select_one(".notices a")["href"] == "/screening/2024-1/2026-09-21/morning"
    ann.send(page, ".notices form")
    assert strip(ann) == []
    assert db.session.scalars(sa.select(Notice.id).where(Notice.seen_at.is_(None))).all(), "carl's are carl's"
    clock.freeze(at("08:05", TODAY.replace(day=22)))
    assert strip(sign_in("carl")) == [], "a notice is of its day"


def test_a_notice_is_read_in_the_reader_s_language_without_a_child_s_name(sign_in, cast):
    child = cast.students["3-1"][0]
    db.session.add(
        Stay(
            student_id=child,
            reported_at=at("08:00"),
            reported_by=cast.users["ann"],
            trouble=Trouble.VOMITING,
            place="",
            soiled=False,
        )
    )
    db.session.commit()
    tick("08:06")
    assert {name for name, _kind, _subject in told()} == {"nora"}
    nora = sign_in("nora")
    page = nora.get("/?lang=zh_Hans")
    assert "有 1 名学生正送往校医处。" in page.select_one(".notices").text
    assert "Child" not in page.select_one(".notices").text
    assert "Child" not in str(db.session.scalars(sa.select(Notice.details)).all())


def test_calls_due_by_noon_are_told_to_the_class_s_teacher_alone(app, cast, sign_in):
    take(cast, at("08:05"), {1: ILL, 2: ILL})
    log(cast, at("08:45"), only(cast.students["3-1"][1]), CallResult.HOME_BETTER)
    tick("11:30")
    assert ("ann", "calls_due", f"calls:{cast.classes['3-1']}") in told()
    assert "11:30 One call is due by 12:00." in strip(sign_in("ann"))


def test_an_unsigned_day_is_told_to_the_principal_and_the_second_reporter(app, cast, sign_in):
    db.session.add(Assignment(user_id=cast.users["asa"], what=Duty.SECOND_REPORTER, starts=TODAY))
    db.session.commit()
    tick("17:00")
    assert {one for one in told() if one[1] == "day_not_closed"} == {
        ("asa", "day_not_closed", "day"),
        ("pia", "day_not_closed", "day"),
    }
    page = sign_in("pia").get("/")
    assert page.select_one(".notices li:has(a[href='/nurse/close'])") is None
    assert sign_in("asa").get("/").select_one(".notices a[href='/nurse/close']")


def test_reading_never_sends(sign_in):
    clock.freeze(at("08:20"))
    sign_in("ann").get("/")
    assert count(Notice) == 0


def test_the_command_sends_for_cron(app, cast):
    clock.freeze(at("08:20"))
    answer = app.test_cli_runner().invoke(args=["tick"])
    assert (answer.exit_code, answer.output) == (0, "4 notices\n")


def test_two_who_send_at_once_tell_everybody_once(either_app):
    clock.freeze(at("08:20"))
    assert (send_due(), send_due()) == (4, 0)
