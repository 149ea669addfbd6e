"""A day that is changed: what was recorded stays, what is no longer asked for is due for nobody."""

from datetime import date, time

import pytest
import sqlalchemy as sa

from tests.assessment.school import sheet as lay_sheet
from tests.assessment.school import wall
from tests.cast import NOW, TERM, TODAY, count
from tracker import clock
from tracker.assessment.frames import duties_frame, week_scores
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.school import queries as school
from tracker.school.models import Excuse, LevelFrom
from tracker.school.rules import DayType, Level, Refusal, Scope
from tracker.screening import day_queries, day_service, queries, session_queries
from tracker.screening.models import SessionException, SheetVersion
from tracker.screening.rules import Mode, SessionCode
from tracker.screening.service import Moment

WEDNESDAY, MAKEUP = date(2026, 9, 23), date(2026, 10, 10)
SCHOOL = (Scope.SCHOOL, 0)


def moment(text: str = "08:05") -> Moment:
    at = wall(TODAY, text)
    return Moment(at, TODAY, time.fromisoformat(text))


def change(kind, place=SCHOOL, *, day=TODAY, at="08:05", reason="weather", **hours):
    with transaction():
        day_service.change_day(None, moment(at), day, place, DayType(kind), reason, **hours)


def asked(class_id, day=TODAY):
    return [plan.code.value for plan in day_queries.asked_of_classes(day)[class_id]]


def add(row):
    with transaction():
        db.session.add(row)


def test_plans_exceptions_levels_and_the_day_are_read_at_once_on_either_database(either_app):
    _, cast = either_app
    one = cast.classes["3-1"]
    add(
        SessionException(
            code=SessionCode.NOON, weekday=3, grade=3, valid_from=TERM[0], active=True,
            opens=time(12), starts=time(12), deadline=time(12, 30), closes=time(13),
        )
    )  # fmt: skip
    add(
        LevelFrom(
            valid_from=TERM[0],
            scope=Scope.CLASS,
            scope_id=one,
            level=Level.EPIDEMIC,
            at=NOW,
            reason="influenza",
        )
    )
    change("late_start", day=WEDNESDAY, later_minutes=10)
    session = queries.class_session("2024-1", WEDNESDAY, "noon")
    assert session and session.what and session.what.later_minutes == 10
    assert session.plan and session.plan.deadline == time(12, 40) and session.plan.mode is Mode.FULL
    assert list(session.plans) == list(SessionCode) and session.others == {}
    other = queries.class_session("2023-2", WEDNESDAY, "noon")
    assert other and other.plan and other.plan.deadline == time(14, 20) and other.plan.mode is Mode.EXCEPTIONS
    change("early_close", day=WEDNESDAY, ends_at=time(12, 30))
    assert asked(one, WEDNESDAY) == ["arrival", "morning", "noon"]
    assert asked(cast.classes["4-2"], WEDNESDAY) == ["arrival", "morning"]


def test_a_class_session_is_one_statement_and_a_school_of_classes_three(app, statements):
    with statements() as one:
        queries.class_session("2024-1", TODAY, "noon")
    with statements() as all_classes:
        day_queries.class_days(None, TODAY, time(8))
    with statements() as at_gate:
        session_queries.school_plans(TODAY)
    assert (len(one), len(all_classes), len(at_gate)) == (1, 3, 1)


@pytest.mark.parametrize("day", [WEDNESDAY, MAKEUP])
def test_pages_sheets_and_scores_ask_for_the_same(app, cast, day):
    """Over an exception, a make-up Saturday for a Wednesday, a level and a late start."""
    add(SessionException(code=SessionCode.NOON, weekday=3, grade=4, valid_from=TERM[0], active=False))
    change("makeup", day=MAKEUP, stands_for=3)
    change("late_start", (Scope.CLASS, cast.classes["3-1"]), day=WEDNESDAY, later_minutes=25)
    owed = duties_frame(day, day, NOW)
    of_scores = {
        (row.class_id, row.duty, clock.local(row.due.to_pydatetime()).time())
        for row in owed[owed["kind"] == "screening"].itertuples()
    }
    of_pages = {
        (one.class_id, status.plan.code.value, status.plan.deadline)
        for one in day_queries.class_days(None, day, time(12))
        for status in one.sessions
    }
    of_sheets = {
        (cast.classes[label], plan.code.value, plan.deadline)
        for label, ref in cast.refs.items()
        for plan in queries.class_session(ref, day, "arrival").plans.values()
    }
    assert of_scores == of_pages == of_sheets
    assert (cast.classes["4-2"], "noon") not in {one[:2] for one in of_pages}
    assert (cast.classes["3-1"], "noon") in {one[:2] for one in of_pages}


def test_after_an_early_close_noon_is_missing_for_nobody_and_what_was_recorded_is_seen(app, cast, sign_in):
    clock.freeze(wall(TODAY, "13:50"))
    ann = sign_in("ann")
    ann.send(ann.get("/screening/2024-1/2026-09-21/noon"), "#sheet")
    receipt = ann.location
    change("early_close", at="13:52", ends_at=time(14))
    assert SessionCode.NOON not in {one.plan.code for one in day_queries.missing_classes(TODAY, time(15))}
    page = ann.get("/")
    assert page.select_one(f'a[href="{receipt}"]'), "what was recorded stays visible"
    assert "/2026-09-21/noon" in str(sign_in("nora").get("/screening/"))
    carl = sign_in("carl")
    assert "/noon" not in str(carl.get("/"))
    assert "not asked of the class" in carl.get("/screening/2023-2/2026-09-21/noon").text
    # and bad news can still be added
    gone = cast.students["3-1"][0]
    ann.send(ann.get("/screening/2024-1/2026-09-21/noon"), "#sheet", **{f"state__{gone}": "absent:illness"})
    assert ann.location.endswith("/2")
    owed = duties_frame(TODAY, TODAY, wall(TODAY, "23:00"))
    assert "noon" not in set(owed["duty"])


def test_a_suspended_class_owes_nothing_and_its_morning_stays(app, cast, sign_in):
    ann = sign_in("ann")
    ann.send(ann.get("/screening/2024-1/2026-09-21/morning"), "#sheet")
    change("suspended", (Scope.CLASS, cast.classes["3-1"]), reason="as advised")
    assert asked(cast.classes["3-1"]) == [] and asked(cast.classes["4-2"])
    [one] = day_queries.class_days([cast.classes["3-1"]], TODAY, time(12))
    assert [(status.plan.code, status.is_asked) for status in one.sessions] == [(SessionCode.MORNING, False)]
    assert {
        one.id for missing in day_queries.missing_classes(TODAY, time(12)) for one in missing.missing
    } == {cast.classes["4-2"]}


def test_the_first_sheet_after_a_suspension_asks_for_every_temperature(app, cast, sign_in):
    """Monday follows a make-up Sunday on which the class was suspended."""
    change("suspended", (Scope.CLASS, cast.classes["3-1"]), day=date(2026, 9, 20), reason="as advised")
    ann = sign_in("ann")
    assert "First day after the suspension" in ann.get("/").text
    assert ann.get("/screening/2024-1/2026-09-21/arrival").select_one(".grid-full")
    assert not ann.get("/screening/2024-1/2026-09-21/morning").select_one(".grid-full")
    carl = sign_in("carl")
    assert not carl.get("/screening/2023-2/2026-09-21/arrival").select_one(".grid-full")


def screening_scores(now):
    found = week_scores(school.classes_on(TODAY), TODAY, TODAY, now, DEFAULT_SCHEME)
    owed = found.duties[(found.duties["kind"] == "screening") & (found.duties["on"].dt.date == TODAY)]
    return {(row.class_id, row.duty): row.outcome for row in owed.itertuples()}


def test_a_late_start_taken_back_makes_no_sheet_late_and_nobody_missing(app, cast):
    one, other = cast.classes["3-1"], cast.classes["4-2"]
    change("late_start", later_minutes=60)
    lay_sheet(one, TODAY, "arrival", ("submit", "09:10"))
    db.session.execute(sa.update(SheetVersion).values(deadline=wall(TODAY, "09:25")))
    db.session.commit()
    with transaction():
        day_service.take_back(None, moment("09:20"), TODAY, SCHOOL)
    assert db.session.get_one(Excuse, (other, TODAY, "arrival")).code == "changed"
    outcomes = screening_scores(wall(TODAY, "23:00"))
    assert outcomes[one, "arrival"] == "on_time"
    assert outcomes[other, "arrival"] == outcomes[other, "morning"] == "excused"
    assert outcomes[other, "noon"] == "missed"


def test_a_day_opened_afterwards_is_held_against_nobody(app, cast):
    saturday = date(2026, 9, 19)
    change("makeup", day=saturday, stands_for=5)
    owed = duties_frame(saturday, saturday, NOW)
    assert set(owed[owed["kind"] == "screening"]["outcome"]) == {"excused"}


def test_a_change_to_come_excuses_nobody(app, cast):
    change("half", day=WEDNESDAY)
    with transaction():
        day_service.take_back(None, moment(), WEDNESDAY, SCHOOL)
    assert count(Excuse) == 0
    assert asked(cast.classes["3-1"], WEDNESDAY) == ["arrival", "morning", "noon"]


@pytest.mark.parametrize("kind, hours, refusal, field", [
    ("late_start", {}, Refusal.MINUTES_MISSING, "later_minutes"),
    ("late_start", {"later_minutes": 0}, Refusal.MINUTES_MISSING, "later_minutes"),
    ("late_start", {"later_minutes": 301}, Refusal.MINUTES_MISSING, "later_minutes"),
    ("early_close", {}, Refusal.END_MISSING, "ends_at"),
])  # fmt: skip
def test_a_late_start_needs_its_minutes_and_an_early_close_its_time(app, kind, hours, refusal, field):
    with pytest.raises(Rejected) as no:
        change(kind, **hours)
    assert (no.value.reason, no.value.field) == (refusal, field)
    assert school.day_type_for(school.day_types(TODAY), None) is DayType.NORMAL
