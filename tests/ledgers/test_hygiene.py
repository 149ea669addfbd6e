"""The ledgers of disinfection and stock: what stands in a line, whose sums close, and that no child is named."""

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from tests.absence.town import at
from tests.cast import TODAY, Cast
from tests.room.house import report
from tracker import clock
from tracker.db import transaction
from tracker.disinfection import event_service as events
from tracker.disinfection import service as tasks
from tracker.disinfection.event_rules import EventPlace
from tracker.disinfection.event_service import Done
from tracker.disinfection.outcome_frames import OUTCOMES
from tracker.disinfection.queries import TaskName
from tracker.frames import rows
from tracker.ledgers import hygiene_frames as ledgers
from tracker.supplies import service as supplies


@pytest.fixture
def day(app, cast: Cast) -> Cast:
    """A morning on which the corridor was done and a spill in 3(1) was treated."""
    _finish(cast, at("08:20"), "zone2", "07:30")
    one = report(cast, at("10:00"), place="").stay_id
    for when, verb in (("10:05", events.begin), ("10:40", events.finish)):
        clock.freeze(at(when))
        more = [Done(minutes=30, mg_per_l=5000, helper="Lou Logistics")] if verb is events.finish else []
        with transaction():
            verb(cast.users["sam"], at(when), EventPlace.FLOOR, one, *more)
    clock.freeze(at("12:00"))
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
        "Corridor", "Floor, Handles, switches, sills", "Preventive disinfection", "Wipe", "Chlorine", "", "500", "30",
    ]  # fmt: skip
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


def test_the_sums_of_keepers_close_and_a_spill_is_nobodys(day):
    found = ledgers.keepers(TODAY, TODAY, TODAY)
    for row in rows(found.frame):
        assert row.asked == sum(getattr(row, name) for name in OUTCOMES)
    assert found.totals is not None
    assert (found.totals["asked"], found.totals["on_time"], found.totals["pending"]) == (3, 1, 2)
    assert next(row.share for row in rows(found.frame)) == "100 %"


def test_the_stock_list_says_what_there_is_and_leaves_room_to_count(day, sign_in):
    with transaction():
        supplies.ship_opening(day.users["lou"], at("12:00"), TODAY)
    page = sign_in("pia").get("/ledgers/stock")
    assert len(page.select("tbody tr")) > 5
    assert page.select("thead th")[-1].text == "Counted"


def test_a_month_of_records_costs_at_most_eight_statements(day, statements):
    with statements() as done:
        ledgers.disinfections(TODAY, TODAY, TODAY)
    assert len(done) <= 8
    with statements() as done:
        ledgers.keepers(TODAY, TODAY, TODAY)
    assert len(done) <= 8
