"""What belongs to a class is nobody else's: every address of the URL map, with objects of a class one has not."""

import io
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import url_for
from werkzeug.routing.converters import AnyConverter

from tests.absence.test_papers import pdf
from tests.absence.town import ILL, at, log, only, take
from tests.accounts.test_devices import signed_in_on
from tests.cast import Cast
from tests.room.house import arrive, guardian, leave, report
from tests.test_routes import HOLDERS, routes
from tracker import clock
from tracker.absence.models import Call, EpisodePaper, Leave, ParentCall
from tracker.absence.rules import CallResult
from tracker.accounts.guards import PUBLIC
from tracker.accounts.models import Device
from tracker.db import db
from tracker.facts.rules import Diagnosis
from tracker.screening.models import Fever, Sheet

OF_NO_CLASS = {
    "user_id", "assignment_id", "term_id", "upload_id", "run_id", "text", "level", "disease", "pass_id", "supply_id",
    "refers_to", "equipment_id", "name", "deed_id", "object_id",
}  # fmt: skip
"""Arguments of addresses that name no class, no child of one and nothing of theirs."""


@pytest.fixture
def things(app, cast: Cast, sign_in) -> dict[str, object]:
    """One of everything of 3(1), and of Ann, its teacher, by the names of the addresses' arguments."""
    child = cast.students["3-1"][0]
    ann = sign_in("ann")
    sheet = "/screening/2024-1/2026-09-21/arrival"
    ann.send(ann.get(sheet), "#sheet", **{f"t1__{cast.students['3-1'][1]}": "37.9"})
    take(cast, at("08:10"), {1: ILL})
    call = log(cast, at("08:20"), only(child), CallResult.DOCTOR, diagnosis=Diagnosis.INFLUENZA)
    page = ann.get(f"/absences/{only(child).id}")
    ann.send(page, "form[action*='/papers']", kind="diagnosis", file=(io.BytesIO(pdf()), "paper.pdf"))
    ann.send(ann.get("/leave/2024-1"), "main form[method=post]", student=str(cast.students["3-1"][4]))
    note = ann.send(ann.get("/absences/parent-call"), expect=200, who="3-1 6", find="1")
    ann.send(note, what="late")
    guardian(cast.students["3-1"][2])
    gone = report(cast, at("08:30"), by="ann").stay_id
    arrive(cast, at("08:35"), gone)
    leave(cast, at("08:50"), gone)
    clock.freeze(at("08:55"))
    scalar = db.session.scalar
    signed_in_on(app, "own")
    return {
        "ref": "2024-1", "day": "2026-09-21", "code": "arrival", "no": 1, "week": "2026-W39",
        "student": child, "student_id": child, "episode_id": only(child).id, "call_id": call,
        "paper_id": scalar(sa.select(EpisodePaper.attachment_id)), "leave_id": scalar(sa.select(Leave.id)),
        "number": scalar(sa.select(ParentCall.id)), "stay_id": gone, "fever_id": scalar(sa.select(Fever.id)),
        "public_code": "zone0", "slot": "15:40", "subject_id": scalar(sa.select(Sheet.id)),
        "device_id": scalar(sa.select(sa.func.min(Device.id)).where(Device.user_id == cast.users["ann"])),
    }  # fmt: skip


def addresses(app, things):
    """Every address of the things of a class, with its endpoint, method and the permission it asks for."""
    for rule in routes(app):
        guard = app.view_functions[rule.endpoint].guard
        if guard == PUBLIC or not rule.arguments or rule.arguments & OF_NO_CLASS:
            continue
        values = {
            name: min(rule._converters[name].items)
            if isinstance(rule._converters[name], AnyConverter)
            else things[name]
            for name in rule.arguments
        }
        with app.test_request_context():
            path = url_for(rule.endpoint, **values)
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule.endpoint, method, path, guard


def answers(app, visitor, things, who):
    """How the addresses of the things of 3(1) are answered to somebody whose role could open them."""
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        return {
            (endpoint, method): visitor.status(path, method)
            for endpoint, method, path, guard in addresses(app, things)
            if who in HOLDERS[guard].split()
        }
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_the_teacher_of_another_class_gets_nothing_of_it(app, sign_in, things):
    found = answers(app, sign_in("carl"), things, "carl")
    assert len(found) > 30
    assert {endpoint for (endpoint, _method), code in found.items() if code != 404} == {"report.of_class"}
    own = answers(app, sign_in("ann"), things, "ann")
    missing = {endpoint for (endpoint, _method), code in own.items() if code == 404}
    assert missing == set()


def test_the_receipt_of_a_report_is_for_who_made_it(sign_in, things):
    for who in ("carl", "sam", "ivy", "lou", "asa", "pia", "ada", "nora"):
        assert sign_in(who).status(f"/report/receipt/{things['stay_id']}") == 404, who


def test_an_own_absence_opens_no_call_and_no_paper_of_another(cast, sign_in, things):
    take(cast, at("09:00"), {1: ILL}, by="carl", place="4-2")
    own, carl = only(cast.students["4-2"][0]).id, sign_in("carl")
    page = carl.get(f"/absences/{own}")
    body = {"csrf_token": carl.token(page), "key": str(uuid4())}
    carl.get(f"/absences/{own}/papers/{things['paper_id']}", 404)
    carl.post(f"/absences/{own}/papers/{things['paper_id']}/remove", body, 404)
    carl.post(f"/absences/{own}/calls/{things['call_id']}/strike", body, 422)
    call = db.session.get(Call, things["call_id"], populate_existing=True)
    assert call.struck_at is None
