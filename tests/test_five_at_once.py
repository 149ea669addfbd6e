"""One request sent five times at one moment, and five people on one row: nothing doubled, nobody shown a failure."""

import io
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.absence.test_papers import pdf
from tests.absence.town import ILL, at, log, only, take
from tests.cast import count, key
from tests.conftest import Visitor
from tests.room.house import arrive, guardian, report
from tests.screening.test_at_once import together
from tracker.absence.models import Call, EpisodePaper, Leave
from tracker.absence.rules import CallResult
from tracker.db import db
from tracker.facts.rules import Diagnosis
from tracker.room.models import Stay, StayCall
from tracker.school.models import Student
from tracker.screening.models import Reading


@pytest.fixture
def morning(either_app):
    """A morning of 3(1): the first child is absent with influenza, the third in the observation room."""
    app, cast = either_app
    children = cast.students["3-1"]
    take(cast, at("08:10"), {1: ILL})
    episode = only(children[0])
    log(cast, at("08:20"), episode, CallResult.DOCTOR, by="nora", diagnosis=Diagnosis.INFLUENZA)
    stay = report(cast, at("08:30"), by="ann").stay_id
    guardian(children[2])
    arrive(cast, at("08:35"), stay)
    return app, {"children": children, "episode": episode.id, "stay": stay}


DEEDS = {
    "report": ("ann", "/report/2024-1", {"student": "{children[4]}", "trouble": "rash"}, Stay),
    "leave": (
        "ann", "/leave/2024-1",
        {"student": "{children[6]}", "kind": "personal", "from_on": "2026-09-22", "from_half": "morning", "to_half": "afternoon"}, Leave,
    ),
    "call": ("ann", "/absences/{episode}/quick", {"result": "home_better"}, Call),
    "paper": ("ann", "/absences/{episode}/papers", {"kind": "diagnosis"}, EpisodePaper),
    "call from the room": ("nora", "/room/{stay}/call", {"reached": "no", "guardian": "1"}, StayCall),
    "reading": ("nora", "/room/{stay}/reading", {"site": "axillary", "temperature": "36.9"}, Reading),
    "child": ("ada", "/school/classes/2024-1/new", {"place": "2024-1", "on": "2026-09-21", "name": "New", "seat": "31", "sex": ""}, Student),
}  # fmt: skip
"""Who sends what where, and in which table it is one row more."""


def senders(app, names, who, path, data, keys):
    """Five devices, ready to send."""
    found = []
    for form_key in keys:
        visitor = Visitor(app).sign_in(who)
        body = {name: value.format(**names) for name, value in data.items()}
        body |= {"csrf_token": visitor.token(visitor.get("/account/password")), "key": str(form_key)}
        if path.endswith("/papers"):
            body["file"] = (io.BytesIO(pdf()), "paper.pdf")

        def send(visitor=visitor, body=body):
            response = visitor.client.post(path.format(**names), data=body)
            return response.status_code, response.headers.get("Location")

        found.append(send)
    return found


@pytest.mark.parametrize("deed", ["report", "leave", "paper", "reading", "child"])
def test_one_request_sent_five_times_at_once_is_one_deed(morning, deed):
    app, names = morning
    who, path, data, table = DEEDS[deed]
    before = count(table)
    answers = together(senders(app, names, who, path, data, [key(5)] * 5))
    assert len(set(answers)) == 1 and answers[0][0] == 303, answers
    db.session.rollback()
    assert count(table) == before + 1


@pytest.mark.parametrize(
    ("deed", "rows"), [("report", 1), ("call", 5), ("call from the room", 5), ("reading", 5), ("child", 1)]
)
def test_five_people_on_one_row_are_all_kept_or_told(morning, deed, rows):
    app, names = morning
    who, path, data, table = DEEDS[deed]
    before = count(table)
    answers = together(senders(app, names, who, path, data, [uuid4() for _ in range(5)]))
    assert {status for status, _location in answers} <= {303, 422}, answers
    db.session.rollback()
    assert count(table) == before + rows, answers
    numbers = db.session.scalars(sa.select(StayCall.no).where(StayCall.stay_id == names["stay"])).all()
    assert len(numbers) == len(set(numbers))
