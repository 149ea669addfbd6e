"""A bucket mixed and a zone disinfected with it, on a telephone, with a script and without."""

from datetime import time

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import TERM
from tests.conftest import Visitor
from tracker.db import db
from tracker.disinfection.models import RecordItem, Schedule, ZoneObject
from tracker.disinfection.rules import Agent, Method, ObjectKind
from tracker.supplies.models import Batch, Lot, Supply

pytestmark = pytest.mark.browser


@pytest.fixture
def stocked(served):
    """Ten litres of 5 % chlorine, and two things more to wipe in the corridor."""
    lou = Visitor(served.app).sign_in("lou")
    lou.send(
        lou.get("/supplies/new"), name="84", category="chlorine", unit="ml", minimum="5000", keeper="Store"
    )
    with served.app.app_context():
        supply = db.session.scalar(sa.select(Supply.id))
    lou.send(lou.get(f"/supplies/{supply}/lots/new"), code="A1", percent="5", expires_on="2027-01-31")
    with served.app.app_context():
        lot = db.session.scalar(sa.select(Lot.id))
        for kind in (ObjectKind.RAILS, ObjectKind.TAPS):
            thing = ZoneObject(zone_id=served.cast.zones["corridor"], kind=kind)
            db.session.add(thing)
            db.session.flush()
            db.session.add(
                Schedule(
                    object_id=thing.id, level="routine", slot=time(7, 30), valid_from=TERM[0],
                    weekdays=[1, 2, 3, 4, 5], until=time(11), method=Method.WIPE, agent=Agent.CHLORINE,
                    mg_per_l=500, minutes=30, active=True,
                )
            )  # fmt: skip
        db.session.commit()
        db.session.remove()
    lou.send(
        lou.get(f"/supplies/{supply}/accept"),
        quantity="10000", lot=str(lot), buyer=str(served.cast.users["nora"]),
    )  # fmt: skip
    return served


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_the_bucket_to_the_door_to_four_answers_to_done(visit, stocked, script):
    page = visit("sam", DESKTOP, script=script).open("/supplies/mix")
    told = page.locator("[role=status]")
    expect(told).to_contain_text("100 mL")
    expect(told).to_contain_text("9.9 L")
    page.locator("#safety").check()
    page.locator("button.btn-lg").click()
    expect(page.locator("main ul.plain").last).to_contain_text("500 mg/L")

    page = visit("sam", PHONE, script=script).open("/z/zone2")
    page.locator("a.task-row.now").tap()
    expect(page).to_have_url(f"{stocked.base}/disinfection/zone2/2026-09-21/07:30")
    for item in range(4):
        page.locator(".answers").nth(item).locator("button[value=done]").tap()
        expect(page.locator(".answers .btn-success")).to_have_count(item + 1)
    page.locator(".finish button").tap()
    expect(page.locator("main h1")).to_have_text("消毒")
    expect(page.locator(".task-row.done")).to_contain_text("按时完成")
    with stocked.app.app_context():
        batch = db.session.scalars(sa.select(Batch.id)).one()
        rows = db.session.scalars(sa.select(RecordItem)).all()
        assert [(row.batch_id, row.mg_per_l, row.minutes) for row in rows] == [(batch, 500, 30)] * 4
        db.session.remove()
