"""What is asked of both databases: who is not here, what a sheet starts with, and two at the same moment."""

import sqlalchemy as sa

from tests.cast import NOW, TODAY, count, key
from tests.conftest import Visitor
from tests.screening.test_at_once import together
from tests.screening.test_sheet import at
from tracker.absence.models import Episode, Leave
from tracker.absence.rules import LeaveKind
from tracker.db import db
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.room.models import Stay
from tracker.room.rules import Trouble
from tracker.screening.models import SheetVersion
from tracker.screening.rules import HalfDay

SHEET = "/screening/2024-1/2026-09-21/morning"


def sender(app, username, path, **data):
    """Somebody's device, ready to send a form."""
    visitor = Visitor(app).sign_in(username)
    data["csrf_token"] = visitor.token(visitor.get("/account/password"))

    def send():
        return visitor.client.post(path, data=data).status_code

    return send


def test_who_is_not_here_turns_once_however_many_press_the_button(either_app):
    app, cast = either_app
    late, gone, ill, hot = cast.students["3-1"][:4]
    ann = cast.users["ann"]
    record = GateRecord(day=TODAY, lane=1, device="forehead/infrared", by=ann, opened_at=NOW)
    db.session.add(record)
    db.session.flush()
    db.session.add_all([
        Leave(student_id=gone, from_on=TODAY, from_half=HalfDay.MORNING, to_on=TODAY, to_half=HalfDay.AFTERNOON,
              kind=LeaveKind.PERSONAL, by=ann, at=NOW),
        Stay(student_id=ill, reported_at=NOW, reported_by=ann, trouble=Trouble.RASH, place="", soiled=False),
        GatePass(gate_record_id=record.id, student_id=hot, at=NOW, by=ann, outcome=PassOutcome.HOT, tenths=379),
    ])  # fmt: skip
    db.session.commit()
    visitor = Visitor(app).sign_in("ann")
    page = visitor.get(SHEET)
    for student, state in ((gone, "absent:personal"), (ill, "in_room")):
        assert page.select_one(f"input[name=state-{student}][checked]")["value"] == state
    assert page.select_one(f"#t1-{hot}")["value"] == "37.9"
    visitor.send(page, "#sheet", **{f"state__{late}": "not_here"})
    at("08:55")
    path = "/screening/not-here/turn"
    answers = together([
        sender(app, username, path, key=str(key(number)))
        for number, username in enumerate(["nora", "ann", "bo", "nora"], 1)
    ])  # fmt: skip
    assert set(answers) == {303}
    kinds = db.session.scalars(sa.select(SheetVersion.kind).order_by(SheetVersion.no)).all()
    assert kinds == ["submit", "turn"]
    assert count(Episode) == 2, "the leave's and this one"
    assert "Child 3-1 01" in visitor.get("/screening/not-here").select_one("main").text
    history = visitor.get(f"{SHEET}/versions").select_one("main").text
    assert "absent, reason unknown" in history


def test_two_who_enter_the_same_leave_at_once_are_kept_once(either_app):
    app, cast = either_app
    form = {"student": str(cast.students["3-1"][0]), "kind": "personal", "from_on": "2026-09-22",
            "from_half": "morning", "to_on": "", "to_half": "afternoon"}  # fmt: skip
    answers = together([
        sender(app, username, "/leave/2024-1", key=str(key(number)), **form)
        for number, username in enumerate(["ann", "bo", "nora"], 1)
    ])  # fmt: skip
    assert sorted(answers) == [303, 422, 422]
    assert count(Leave) == 1
