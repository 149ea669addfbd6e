"""Forty at once: nothing is lost, nothing doubled, on either database."""

import threading
from collections import Counter

import sqlalchemy as sa

from tests.cast import TERM, count, key
from tests.conftest import Visitor
from tracker.absence.models import Episode
from tracker.db import db
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.rules import Stage
from tracker.screening.models import Entry, Sheet, SheetVersion

FORTY = 40


def together(deeds):
    """Do all deeds at one moment, each in a thread of its own; what they return, in order."""
    gate = threading.Barrier(len(deeds))
    found = [None] * len(deeds)

    def run(place, deed):
        gate.wait()
        found[place] = deed()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def body(students, number, absent=None):
    data = {
        "key": str(key(number)),
        "base": "0",
        "mode": "exceptions",
        "how": "looked",
        "roster": ",".join(map(str, students)),
    }
    return data | ({f"state-{absent}": "absent:illness"} if absent else {})


def sender(app, cast, path, data):
    """A device of the nurse, ready to send a sheet."""
    visitor = Visitor(app).sign_in("nora")
    data = {**data, "csrf_token": visitor.token(visitor.get("/account/password"))}

    def send():
        response = visitor.client.post(path, data=data)
        return response.status_code, response.headers.get("Location")

    return send


def forty_classes():
    students = {}
    for number in range(1, FORTY + 1):
        school_class = SchoolClass(stage=Stage.PRIMARY, entry_year=2022, number=number)
        db.session.add(school_class)
        db.session.flush()
        for seat in (1, 2):
            student = Student(number=f"F{number:02}{seat}", name=f"Child {number}", pinyin="child")
            db.session.add(student)
            db.session.flush()
            db.session.add(
                Enrolment(student_id=student.id, starts=TERM[0], class_id=school_class.id, seat=seat)
            )
            students.setdefault(number, []).append(student.id)
    db.session.commit()
    return students


def test_forty_classes_reporting_at_once_are_all_kept(either_app):
    app, cast = either_app
    students = forty_classes()
    answers = together([
        sender(app, cast, f"/screening/2022-{number}/2026-09-21/arrival", body(ids, number, absent=ids[0]))
        for number, ids in students.items()
    ])  # fmt: skip
    assert Counter(status for status, _ in answers) == {303: FORTY}
    assert len({location for _, location in answers}) == FORTY
    assert (count(Sheet), count(SheetVersion), count(Entry), count(Episode)) == (FORTY,) * 4


def test_one_form_sent_forty_times_at_once_is_kept_once(either_app):
    app, cast = either_app
    data = body(cast.students["3-1"], 1, absent=cast.students["3-1"][0])
    path = "/screening/2024-1/2026-09-21/arrival"
    answers = together([sender(app, cast, path, data) for _ in range(FORTY)])
    assert set(answers) == {(303, f"{path}/1")}
    assert (count(Sheet), count(SheetVersion), count(Entry), count(Episode)) == (1, 1, 1, 1)


def test_of_forty_who_fill_in_the_same_sheet_one_is_kept_and_the_others_are_told(either_app):
    app, cast = either_app
    path = "/screening/2024-1/2026-09-21/arrival"
    answers = together([
        sender(app, cast, path, body(cast.students["3-1"], number, absent=cast.students["3-1"][number % 10]))
        for number in range(1, FORTY + 1)
    ])  # fmt: skip
    assert Counter(status for status, _ in answers) == {303: 1, 409: FORTY - 1}
    assert (count(Sheet), count(SheetVersion), count(Entry), count(Episode)) == (1, 1, 1, 1)
    assert db.session.scalar(sa.select(Sheet.head)) == 1
