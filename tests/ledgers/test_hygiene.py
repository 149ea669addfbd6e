"""The ledgers of disinfection and stock: what stands in a line, whose sums close, and that no child is named."""

import io
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.absence.town import at
from tests.cast import TODAY, Cast
from tests.disinfection.store import batch, reads
from tests.room.house import report
from tracker import clock
from tracker.accounts.queries import identity_of
from tracker.db import db, transaction
from tracker.disinfection import event_service as events
from tracker.disinfection import service as tasks
from tracker.disinfection import verdict_service as verdicts
from tracker.disinfection.event_rules import EventPlace
from tracker.disinfection.event_service import Done
from tracker.disinfection.models import Schedule
from tracker.disinfection.outcome_frames import OUTCOMES
from tracker.disinfection.queries import TaskName
from tracker.disinfection.rules import Agent, Method
from tracker.frames import rows
from tracker.ledgers import hygiene_frames as ledgers
from tracker.school.models import Enrolment, SchoolClass
from tracker.school.rules import ExcuseCode, Level, Scope
from tracker.school.service import set_level
from tracker.supplies import service as supplies

COLUMNS = [column.name for column in Schedule.__table__.c]


@pytest.fixture
def day(app, cast: Cast) -> Cast:
    """A morning on which the corridor was done with a batch and verified, and a spill in 3(1) was treated."""
    batch(cast, 500, at("07:00"))
    reads(cast, "sam", "ann")
    _finish(cast, at("08:20"), "zone2", "07:30")
    one = report(cast, at("10:00"), place="").stay_id
    for when, verb in (("10:05", events.begin), ("10:40", events.finish)):
        clock.freeze(at(when))
        more = [Done(minutes=30, mg_per_l=5000, helper="Lou Logistics")] if verb is events.finish else []
        with transaction():
            verb(cast.users["sam"], at(when), EventPlace.FLOOR, one, *more)
    clock.freeze(at("12:00"))
    with transaction():
        lou = identity_of(cast.users["lou"], 0, TODAY)
        verdicts.verify(lou, at("12:00"), TaskName("zone2", TODAY, time(7, 30)), accepted=True)
    return cast


def _finish(cast: Cast, when: datetime, zone: str, slot: str) -> None:
    clock.freeze(when)
    name = TaskName(zone, TODAY, datetime.strptime(slot, "%H:%M").time())
    with transaction():
        tasks.finish_all(cast.users["sam"], when, name)


def test_a_line_says_what_was_done_with_what_and_by_whom(day, sign_in):
    page = sign_in("lou").get("/ledgers/disinfection")
    lines = [[cell.text.strip() for cell in row.select("td")] for row in page.select("tbody tr")]
    assert lines[0][:4] == ["1", "09-21", "08:20–08:20", ""]
    assert lines[0][4:12] == [
        "Corridor", "Floor, Handles, switches, sills", "Preventive disinfection", "Wipe", "Chlorine",
        "84 L1 09-21 07:00", "500", "30",
    ]  # fmt: skip
    assert lines[0][13:18] == ["Sam Cleaner", "Done", "", "Verified", "Lou Logistics 09-21 12:00"]
    assert lines[1][2:4] == ["10:05–10:40", "3(1)"]
    assert lines[1][6] == "On-the-spot disinfection"
    assert lines[1][10:14] == ["5000", "30", "10:40–11:10", "Sam Cleaner Lou Logistics"]
    assert "Child" not in page.select_one("main").text


def test_page_and_workbook_hold_the_same_lines(day, sign_in):
    lou = sign_in("lou")
    lou.get("/ledgers/disinfection?file=xlsx")
    book = load_workbook(io.BytesIO(lou.response.data))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert [row[0] for row in cells if isinstance(row[0], int)] == [1, 2]
    assert book.active.page_setup.orientation == "landscape"


def test_what_was_not_said_stays_empty_and_what_was_given_back_or_excused_has_its_line(day, sign_in):
    evening = TaskName("zone0", TODAY, time(15, 40))
    for when, name, verb in (("15:50", evening, tasks.finish_all),):
        clock.freeze(at(when))
        with transaction():
            verb(day.users["ann"], at(when), name)
    with transaction():
        lou = identity_of(day.users["lou"], 0, TODAY)
        verdicts.verify(lou, at("16:00"), evening, accepted=False, why="dusty")
        verdicts.excuse(lou, at("16:00"), TaskName("zone1", TODAY, time(15, 40)), ExcuseCode.CLOSED)
    clock.freeze(at("16:05"))
    page = sign_in("lou").get("/ledgers/disinfection")
    heads = [one.text for one in page.select("thead th")]
    lines = [
        dict(zip(heads, [cell.text.strip() for cell in row.select("td")], strict=True))
        for row in page.select("tbody tr")
    ]
    told = {(one["Zone"], one["Turned out"], one["mg/L"], one["Acceptor"]) for one in lines}
    assert ("Room 3-1", "Given back", "500", "") in told and ("Room 4-2", "Excused", "", "") in told


def test_the_sums_of_keepers_close_and_a_spill_is_nobodys(day):
    found = ledgers.keepers(TODAY, TODAY, TODAY)
    for row in rows(found.frame):
        assert row.asked == sum(getattr(row, name) for name in OUTCOMES)
    assert found.totals is not None
    assert (found.totals["asked"], found.totals["on_time"], found.totals["pending"]) == (3, 1, 2)
    assert next(row.share for row in rows(found.frame)) == "100 %"


def test_what_is_past_its_time_and_not_done_is_owed_though_it_may_still_be_done_late(day):
    clock.freeze(at("08:00") + timedelta(days=1))
    found = ledgers.keepers(TODAY, TODAY, TODAY)
    assert found.totals is not None
    assert [found.totals[name] for name in ("asked", "on_time", "overdue", "pending", "missed")] == [
        3, 1, 2, 0, 0,
    ]  # fmt: skip
    assert [row.share for row in rows(found.frame)] == ["100 %", "0 %", "0 %"]


def test_a_class_that_has_left_keeps_its_line_of_the_weeks_it_was_there(day):
    with transaction():
        last = sa.update(Enrolment).where(Enrolment.class_id == day.classes["3-1"])
        db.session.execute(last.values(ends=date(2026, 9, 20)))
    before = (date(2026, 9, 14), date(2026, 9, 20))
    assert [asked_of(day, "3-1", *days) for days in (before, (TODAY, TODAY))] == [6, None]


def asked_of(cast: Cast, label: str, since: date, until: date) -> int | None:
    found = rows(ledgers.keepers(since, until, TODAY).frame)
    classes = (row for row in found if isinstance(row.school_class, SchoolClass))
    return next((row.asked for row in classes if row.school_class.id == cast.classes[label]), None)


@pytest.mark.parametrize("level, method, agent", [
    (Level.ROUTINE, (Method.WIPE,), (Agent.CHLORINE,)),
    (Level.EPIDEMIC, (Method.SPRAY,), (Agent.ALCOHOL,)),
])  # fmt: skip
def test_a_line_says_how_it_was_done_at_the_level_of_its_day(day, level, method, agent):
    with transaction():
        for one in db.session.scalars(sa.select(Schedule).where(Schedule.slot == time(7, 30))).all():
            db.session.add(
                Schedule(**{name: getattr(one, name) for name in COLUMNS} | {
                    "level": Level.EPIDEMIC, "method": Method.SPRAY, "agent": Agent.ALCOHOL, "mg_per_l": None,
                })
            )  # fmt: skip
        set_level(day.users["ada"], at("00:00"), TODAY, (Scope.SCHOOL, 0), level, TODAY, "tried")
    found = ledgers.disinfections(TODAY, TODAY, TODAY)
    row = next(row for row in rows(found.frame) if row.zone == "Corridor")
    assert (row.method, row.agent) == (method, agent)


def test_the_stock_list_says_what_there_is_and_leaves_room_to_count(day, sign_in):
    with transaction():
        supplies.ship_opening(day.users["lou"], at("12:00"), TODAY)
    page = sign_in("pia").get("/ledgers/stock")
    assert len(page.select("tbody tr")) > 5
    assert page.select("thead th")[-1].text == "Counted"


def test_a_month_of_records_costs_few_statements(day, statements):
    with statements() as done:
        ledgers.disinfections(TODAY, TODAY, TODAY)
    assert len(done) <= 11
    with statements() as done:
        ledgers.keepers(TODAY, TODAY, TODAY)
    assert len(done) <= 8
