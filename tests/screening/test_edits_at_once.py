"""Several who work on one sheet at the same moment, on either database: nothing is lost, everybody is told."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, key
from tests.screening.test_at_once import body, together
from tests.screening.test_missing_at_once import sender
from tracker import clock
from tracker.db import db
from tracker.screening import service
from tracker.screening.models import Fever, Sheet, SheetVersion

ARRIVAL = "/screening/2024-1/2026-09-21/arrival"


def sheet(app, cast, number, *, by="ann", base=0, **more):
    form = {**body(cast.students["3-1"], number), "base": str(base), **more}
    return sender(app, by, ARRIVAL, **form)


@pytest.fixture
def running_clock(school_clock):
    """No two things happen in the same microsecond."""
    clock.freeze(None)
    clock.shift_to(NOW)
    yield
    clock._shift = timedelta(0)


def is_waiting():
    """Whether somebody waits for another's transaction; SQLite lets nobody begin who would have to."""
    if db.engine.dialect.name == "sqlite":
        return True
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with db.engine.connect() as connection:
        return connection.execute(waiting).scalar() > 0


def test_no_sheet_is_checked_unseen_that_is_corrected_at_that_moment(either_app, monkeypatch):
    app, cast = either_app
    together([sheet(app, cast, 1)])
    check = threading.Thread(target=sender(app, "nora", "/screening/check", key=str(key(2))))
    follow = service._follow_absences

    def while_somebody_checks(*given):
        check.start()
        while check.is_alive() and not is_waiting():
            pass
        return follow(*given)

    monkeypatch.setattr(service, "_follow_absences", while_somebody_checks)
    ill = {f"state-{cast.students['3-1'][0]}": "absent:illness"}
    assert together([sheet(app, cast, 3, base=1, **ill)]) == [303]
    check.join()
    assert db.session.execute(sa.select(Sheet.head, Sheet.confirmed_at)).one() == (2, None)


def test_of_two_corrections_and_an_undoing_one_holds_and_nobody_is_shown_a_failure(either_app):
    app, cast = either_app
    one, other = cast.students["3-1"][:2]
    together([sheet(app, cast, 1)])
    answers = together([
        sheet(app, cast, 2, base=1, **{f"state-{one}": "absent:illness"}),
        sheet(app, cast, 3, by="bo", base=1, **{f"state-{other}": "absent:illness"}),
        sender(app, "ann", f"{ARRIVAL}/1/undo", key=str(key(4))),
        sender(app, "nora", f"{ARRIVAL}/1/check", key=str(key(5))),
    ])  # fmt: skip
    assert set(answers) <= {303, 409}
    kinds = db.session.scalars(sa.select(SheetVersion.kind).order_by(SheetVersion.no)).all()
    head = db.session.scalar(sa.select(Sheet.head))
    assert (kinds, head) in [(["submit", "correct"], 2), (["submit", "withdraw"], None)]


def test_gate_and_sheet_that_measure_one_child_at_once_open_one_chain(either_app, running_clock):
    app, cast = either_app
    one = cast.students["3-1"][0]
    together([sender(app, "gus", "/gate/", key=str(key(1)), lane="1", instrument="forehead/infrared")])
    answers = together([
        sender(app, "gus", f"/gate/students/{one}", key=str(key(2)), outcome="hot", temperature="37.9"),
        sheet(app, cast, 3, **{f"t1-{one}": "37.9"}),
    ])  # fmt: skip
    assert answers == [303, 303]
    assert db.session.scalars(sa.select(Fever.state).where(Fever.student_id == one)).all() == ["waiting"]
