"""Every page of the URL map, for whom it is made: no axe violation, no complaint of the browser, nothing too wide."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.absence.test_papers import pdf
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pages import PAGES, SHEET
from tests.cast import NOW, PASSWORD, TERM, TODAY
from tests.conftest import Visitor
from tests.history.history import history_file
from tests.history.test_pages import upload as upload_history
from tests.school.test_roster_views import NEW
from tests.school.test_roster_views import upload as upload_roster
from tracker.absence.models import Clearance, Episode, EpisodePaper, Leave
from tracker.absence.rules import EndedHow, EpisodeState, LeaveKind, PaperKind
from tracker.accounts.models import Assignment
from tracker.db import db
from tracker.deeds.models import SchoolPaper
from tracker.facts.rules import Diagnosis
from tracker.gate.models import GateRecord
from tracker.room.models import Stay
from tracker.room.rules import Room, StayEnd, Trouble
from tracker.school.models import Enrolment, RosterUpload, Term
from tracker.screening.rules import AbsenceReason, HalfDay
from tracker.supplies.models import Equipment, Move, Supply

pytestmark = pytest.mark.browser


@pytest.fixture
def lived(served):
    """A school in the middle of its morning: by their names the numbers of the addresses above."""
    cast = served.cast
    children = cast.students["3-1"]
    ann, nora, lou, ada = (Visitor(served.app).sign_in(who) for who in ("ann", "nora", "lou", "ada"))
    ann.send(
        ann.get(SHEET), "#sheet",
        **{f"t1__{children[0]}": "37.9", f"state__{children[1]}": "absent:illness", f"state__{children[2]}": "not_here"},
    )  # fmt: skip
    ann.send(ann.get("/account/pin/new"), old=PASSWORD, pin="2580", again="2580")
    upload_roster(ada, NEW)
    ada.send(ada.get(ada.location), "#confirm")
    roll = ada.location.split("/")[-1]
    past = []
    for child, confirmed in (("T2024101", True), ("T2024102", False)):
        upload_history(nora, history_file(("2026-09-07", "morning", child, "absent", "illness")))
        if confirmed:
            nora.send(nora.get(nora.location), "#confirm")
        past.append(nora.location.split("/")[-1])
    upload_roster(ada, NEW.replace("赵小四".encode(), "赵小五".encode()))
    nora.send(
        nora.get("/school/papers/new"), kind="plan", title="Plan", version="1", adopted_by="Staff",
        file=(io.BytesIO(pdf()), "plan.pdf"),
    )  # fmt: skip
    lou.send(lou.get("/supplies/"))
    lou.send(
        lou.get("/supplies/devices/new"),
        number="T-1",
        kind="forehead",
        name="Thermometer",
        room="Gate",
        keeper="Nora",
    )
    with served.app.app_context():
        supply = db.session.scalar(sa.select(sa.func.min(Supply.id)))
    nora.send(nora.get(f"/supplies/{supply}/request"), quantity="5")
    with served.app.app_context():
        first = lambda column: db.session.scalar(sa.select(column).order_by(column))  # noqa: E731
        episode = db.session.scalars(sa.select(Episode).where(Episode.student_id == children[1])).one()
        episode.diagnosis = Diagnosis.INFLUENZA
        gone = {"ended_at": NOW, "ended_how": StayEnd.FETCHED, "relation": "mother"}
        stays = [
            Stay(
                student_id=cast.students["4-2"][n], reported_at=NOW - timedelta(minutes=70 - n), reported_by=cast.users["ivy"],
                trouble=Trouble.VOMITING, place="Music room", soiled=True, room=Room.MAIN, arrived_at=NOW - timedelta(minutes=65), **more,
            )
            for n, more in enumerate(({}, gone))
        ]  # fmt: skip
        cleared = Episode(
            student_id=children[5], class_id=cast.classes["3-1"], first_on=TERM[0], first_half=HalfDay.MORNING,
            last_absent_on=TERM[0], state=EpisodeState.CLOSED, reason=AbsenceReason.ILLNESS, opened_at=NOW,
            ended_on=TODAY, ended_half=HalfDay.MORNING, ended_how=EndedHow.RETURNED, closed_at=NOW,
        )  # fmt: skip
        stays.append(
            Stay(
                student_id=cast.students["4-2"][2], reported_at=NOW, reported_by=cast.users["ann"], trouble=Trouble.OTHER,
                place="", soiled=False,
            )
        )  # fmt: skip
        plan = db.session.scalars(sa.select(SchoolPaper)).one()
        db.session.add_all((cleared, *stays))
        db.session.flush()
        db.session.add_all((
            GateRecord(day=TODAY, lane=1, device="forehead/infrared", by=cast.users["gus"], opened_at=NOW),
            Leave(
                student_id=children[4], from_on=TODAY, from_half=HalfDay.MORNING, to_on=TODAY, to_half=HalfDay.AFTERNOON,
                kind=LeaveKind.OFFICIAL, by=cast.users["ann"], at=NOW,
            ),
            Clearance(
                episode_id=cleared.id, no=1, returns_on=TODAY, conditions=[], papers=[], by=cast.users["nora"], at=NOW
            ),
            EpisodePaper(episode_id=episode.id, attachment_id=plan.attachment_id, kind=PaperKind.RECOVERY),
        ))  # fmt: skip
        left = cast.students["4-2"][7]
        db.session.execute(
            sa.update(Enrolment).where(Enrolment.student_id == left).values(ends=TODAY - timedelta(days=1))
        )
        db.session.commit()
        names = {
            "episode": episode.id, "cleared": cleared.id, "stay": stays[0].id, "left": stays[1].id, "sent": stays[2].id, "child": children[1],
            "paper": plan.attachment_id, "plan": plan.id, "history": past[1], "past": past[0], "roll": roll,
            "roster": first(RosterUpload.id), "supply": supply, "move": first(Move.id), "device": first(Equipment.id),
            "term": first(Term.id), "ann": cast.users["ann"], "duty": first(Assignment.id), "gone": left,
        }  # fmt: skip
        db.session.remove()
    return names


WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("device, turn", [(PHONE, 0), (DESKTOP, 1)], ids=["phone", "desktop"])
def test_every_page_is_for_everybody(visit, lived, device, turn):
    """Each page in one language on the phone and in the other on the desktop; on one of them as it is with its
    script, where axe looks at it, and on the other without."""
    found = {}
    seen = {script: visit(None, device, script=script) for script in (True, False)}
    for nth, (who, paths) in enumerate(PAGES.items()):
        for watched in seen.values():
            watched.become(who, ("zh_Hans", "en")[(nth + turn) % 2])
        for number, path in enumerate(paths):
            script = number % 2 == turn
            watched = seen[script]
            answer = watched.page.goto(watched.base + path.format(**lived))
            if answer.status != 200:
                found[who, path] = answer.status
            if script and (wrong := watched.violations()):
                found[who, path] = wrong
            if (wide := watched.page.evaluate(WIDER)) > 0:
                found[who, path, "too wide"] = wide
    assert found == {}


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_page_that_is_not_there_and_the_page_for_others(visit, served, device):
    watched = visit("sam", device)
    for path, status in (("/nothing", 404), ("/absences/", 403)):
        assert watched.page.goto(watched.base + path).status == status
        assert watched.violations() == [] and watched.page.evaluate(WIDER) <= 0


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
