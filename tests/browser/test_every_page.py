"""Every page, for whom it is made: no axe violation, no complaint of the browser, nothing too wide."""

from datetime import timedelta
from itertools import groupby

import pytest
import sqlalchemy as sa

from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import NOW, TODAY
from tests.conftest import Visitor
from tracker.absence.models import Episode, Leave
from tracker.absence.rules import LeaveKind
from tracker.db import db
from tracker.facts.rules import Diagnosis
from tracker.gate.models import GateRecord
from tracker.room.models import Stay
from tracker.room.rules import Room, StayEnd, Trouble
from tracker.screening.rules import HalfDay
from tracker.supplies.models import Supply

pytestmark = pytest.mark.browser

SHEET = "/screening/2024-1/2026-09-21/arrival"
EPISODE, STAY, LEFT, CHILD, ZONE, SUPPLY, PHONE_USER = (
    "{episode}",
    "{stay}",
    "{left}",
    "{child}",
    "{zone}",
    "{supply}",
    "{ann}",
)
PAGES = {
    None: ["/login"],
    "ann": ["/", "/account/password", "/account/devices", "/account/pin/new", "/screening/", SHEET, SHEET + "?mode=full",
            SHEET + "/1", SHEET + "/versions", SHEET.replace("arrival", "morning") + "/paste", "/screening/not-here",
            "/screening/2024-1/emergency", "/absences/", f"/absences/{EPISODE}", "/absences/parent-call", "/leave/",
            "/leave/2024-1", "/ledgers/class/2024-1", f"/students/{CHILD}", "/report/", "/here/", "/disinfection/", "/assessment/",
            "/assessment/2024-1/2026-W39", "/meeting/"],
    "nora": ["/", "/nurse/", "/nurse/close", "/screening/", "/screening/fevers", "/screening/triggers", "/absences/",
             f"/absences/{EPISODE}", f"/absences/{EPISODE}/return-slip", "/absences/returns", "/absences/return-rules/",
             "/absences/return-rules/influenza", "/room/", f"/room/{STAY}", f"/room/{LEFT}/slip", "/report/2023-2", "/here/",
             "/ledgers/", "/ledgers/day", "/ledgers/absences", "/ledgers/room", "/ledgers/returns", "/gate/", "/gate/classes/2024-1", f"/gate/students/{CHILD}", "/school/history", "/school/", "/nothing"],
    "gus": ["/", "/gate/", "/gate/slips"],
    "sam": ["/", "/disinfection/", "/supplies/mix", "/report/", "/absences/"],
    "lou": ["/", "/disinfection/zones", "/supplies/", f"/supplies/{SUPPLY}", f"/supplies/{SUPPLY}/issue",
            f"/supplies/{SUPPLY}/lots/new", "/supplies/devices/new", "/school/", "/meeting/"],
    "asa": ["/", "/assessment/", "/meeting/", "/school/calendar", "/school/calendar/2026-09-22", "/school/changes",
            "/school/sessions", "/school/sessions/noon/routine", "/school/sessions/level",
            "/school/sessions/exceptions/new", "/admin/passwords"],
    "pia": ["/", "/screening/", "/here/", "/meeting/"],
    "ada": ["/", "/school/", "/school/import", "/school/calendar", "/school/classes/2024-1", "/school/classes/2024-1/new",
            f"/school/students/{CHILD}", "/admin/", "/admin/accounts/new", f"/admin/accounts/{PHONE_USER}",
            f"/admin/accounts/{PHONE_USER}/assign"],
}  # fmt: skip


@pytest.fixture
def lived(served):
    """A school in the middle of its morning: what addresses name, by the names used above."""
    children, cast = served.cast.students["3-1"], served.cast
    ann = Visitor(served.app).sign_in("ann")
    ann.send(
        ann.get(SHEET), "#sheet",
        **{f"t1__{children[0]}": "37.9", f"state__{children[1]}": "absent:illness", f"state__{children[2]}": "not_here"},
    )  # fmt: skip
    lou = Visitor(served.app).sign_in("lou")
    lou.send(lou.get("/supplies/"))
    with served.app.app_context():
        episode = db.session.scalars(sa.select(Episode)).one()
        episode.diagnosis = Diagnosis.INFLUENZA
        gone = {"ended_at": NOW, "ended_how": StayEnd.FETCHED, "relation": "mother"}
        stays = [
            Stay(
                student_id=cast.students["4-2"][n], reported_at=NOW - timedelta(minutes=70 - n), reported_by=cast.users["ivy"],
                trouble=Trouble.VOMITING, place="Music room", soiled=True, room=Room.MAIN, arrived_at=NOW - timedelta(minutes=65), **more,
            )
            for n, more in enumerate(({}, gone))
        ]  # fmt: skip
        stays.append(
            Stay(
                student_id=cast.students["4-2"][2], reported_at=NOW, reported_by=cast.users["ann"], trouble=Trouble.OTHER,
                place="", soiled=False,
            )
        )  # fmt: skip
        db.session.add_all(stays)
        db.session.add(
            GateRecord(day=TODAY, lane=1, device="forehead/infrared", by=cast.users["gus"], opened_at=NOW)
        )
        db.session.add(
            Leave(
                student_id=children[4], from_on=TODAY, from_half=HalfDay.MORNING, to_on=TODAY, to_half=HalfDay.AFTERNOON,
                kind=LeaveKind.OFFICIAL, by=cast.users["ann"], at=NOW,
            )
        )  # fmt: skip
        db.session.commit()
        names = {
            "episode": episode.id, "stay": stays[0].id, "left": stays[1].id, "child": children[0],
            "supply": db.session.scalar(sa.select(sa.func.min(Supply.id))), "ann": cast.users["ann"],
        }  # fmt: skip
        db.session.remove()
    return names


@pytest.mark.parametrize("device, turn", [(PHONE, 0), (DESKTOP, 1)], ids=["phone", "desktop"])
def test_every_page_is_for_everybody(visit, lived, device, turn):
    """Each page in one language on the phone and in the other on the desktop; on one of them axe looks at it."""
    found = {}
    pages = [(who, path.format(**lived)) for who, paths in PAGES.items() for path in paths]
    for who, group in groupby(enumerate(pages), key=lambda one: one[1][0]):
        watched = {language: visit(who, device, language=language) for language in ("zh_Hans", "en")}
        for number, (_who, path) in group:
            seen = watched["zh_Hans" if number % 2 == turn else "en"]
            page = seen.open(path)
            if number // 2 % 2 == turn and (wrong := seen.violations()):
                found[who, path] = wrong
            root = "document.documentElement"
            if (wide := page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")) > 0:
                found[who, path, "too wide"] = wide
        for seen in watched.values():
            seen.page.close()
    assert found == {}


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_sheet_in_every_state(visit, served, device):
    watched = visit("ann", device)
    page = watched.open(SHEET)
    first, second = served.cast.students["3-1"][:2]
    for student in (first, second):
        page.click(f"[data-student='{student}'] > summary")
    page.fill(f"#t1-{first}", "37.9")
    page.click(f"label[for=c{second}-3]")
    page.click(f"[data-student='{second}'] .more > summary")
    page.hover("#submit")
    assert watched.violations() == []
    page.fill(f"#t1-{first}", "ab")
    page.press("#submit", "Enter")
    page.wait_for_selector("[role=alert]")
    assert watched.violations() == []
    page.fill(f"#t1-{first}", "38.0")
    page.press("#submit", "Enter")
    page.wait_for_selector(".receipt .ok")
    assert watched.violations() == []
    page.click(".menu-box > summary")
    assert watched.violations() == []
    watched.open(SHEET)
    assert watched.violations() == []
