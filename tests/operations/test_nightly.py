"""The night does what falls due once, alone, and again what has failed."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, count
from tests.cli.runner import invoke
from tracker import clock
from tracker.cli import nightly
from tracker.db import db, transaction
from tracker.notices.models import Notice
from tracker.operations import service
from tracker.operations.archive import BackupError
from tracker.operations.models import Job
from tracker.operations.rules import JobKind, JobState, is_time, is_too_old
from tracker.school.models import RosterUpload


@pytest.fixture
def night(app, tmp_path, monkeypatch):
    """The application, its backups in a folder of their own."""
    monkeypatch.setitem(app.config, "BACKUP_DIR", str(tmp_path))
    return app


def states():
    db.session.rollback()
    return {job.kind: job.state for job in db.session.scalars(sa.select(Job))}


def test_a_night_asked_twice_is_done_once(night, tmp_path):
    assert "backup: done (file tracker-" in invoke(night, "nightly")
    first = list(tmp_path.iterdir())
    clock.freeze(NOW + timedelta(hours=3))
    invoke(night, "nightly")
    assert list(tmp_path.iterdir()) == first and len(first) == 1
    assert states() == {task.kind: JobState.DONE for task in nightly.TASKS}
    clock.freeze(NOW + timedelta(days=1))
    invoke(night, "nightly")
    assert len(list(tmp_path.iterdir())) == 2


def test_what_failed_is_told_and_tried_again_while_the_rest_is_done(night, monkeypatch, caplog):
    def fails(_at):
        raise BackupError("no space is left")

    def breaks(_at):
        raise ValueError("Child 3-1 01 has 38.2")

    good = nightly.TASKS
    monkeypatch.setattr(
        nightly,
        "TASKS",
        [nightly.Task(JobKind.BACKUP, fails), nightly.Task(JobKind.LEFTOVERS, breaks), good[2]],
    )
    said = invoke(night, "nightly", code=1)
    assert "backup: failed (cause other, problem no space is left)" in said
    assert "Child" not in said + caplog.text and "leftovers: failed (cause other, problem ValueError)" in said
    assert states()[JobKind.NOTICES] is JobState.DONE
    monkeypatch.setattr(nightly, "TASKS", good)
    nightly.run_when_due()
    assert states()[JobKind.BACKUP] is JobState.FAILED, "too early to try again"
    clock.freeze(NOW + timedelta(minutes=16))
    nightly.run_when_due()
    assert set(states().values()) == {JobState.DONE}
    assert db.session.scalars(sa.select(Job.tries).filter_by(kind=JobKind.BACKUP)).one() == 2


def test_of_twenty_who_take_a_job_at_once_one_gets_it(either_app):
    app, _ = either_app
    gate, got = threading.Barrier(20), []

    def grab(number):
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    got.append(service.take(JobKind.BACKUP, f"day {number % 2}", NOW))
            except sa.exc.IntegrityError:
                got.append(None)
            db.session.remove()

    threads = [threading.Thread(target=grab, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20 and len([one for one in got if one]) == 1
    db.session.rollback()
    assert count(Job) == 1


def test_a_job_whose_program_died_is_taken_by_another_and_the_dead_one_ends_nothing(app):
    with transaction():
        dead = service.take(JobKind.BACKUP, "2026-09-21", NOW)
    with transaction():
        assert service.take(JobKind.BACKUP, "2026-09-21", NOW + timedelta(minutes=59)) is None
    later = NOW + timedelta(minutes=61)
    with transaction():
        assert service.take(JobKind.LEFTOVERS, "2026-09-21", NOW)
        alive = service.take(JobKind.BACKUP, "2026-09-21", later)
        assert alive and not service.finish(dead, later, {})
        assert service.finish(alive, later, {"size": 1})
        assert service.take(JobKind.BACKUP, "2026-09-21", later) is None


def test_what_nobody_finished_is_gone_after_the_night(night, cast):
    old = NOW - timedelta(days=40)
    with transaction() as session:
        session.add(RosterUpload(by=cast.users["ada"], at=old, sha256="-", table_enc="-"))
        session.add(
            Notice(user_id=cast.users["ann"], kind="returns", day=old.date(), subject="x", details={}, at=old)
        )
    invoke(night, "nightly")
    assert count(RosterUpload) == count(Notice) - len(
        db.session.scalars(sa.select(Notice).where(Notice.day == NOW.date())).all()
    )


def test_the_server_waits_for_the_time_and_catches_up_when_it_was_off(night, tmp_path):
    clock.freeze(NOW.replace(hour=2, minute=29))
    nightly.run_when_due()
    assert states() == {}
    clock.freeze(NOW.replace(hour=7, minute=1))
    nightly.run_when_due()
    assert set(states().values()) == {JobState.DONE} and len(list(tmp_path.iterdir())) == 1
    assert not is_time(NOW.time(), None)


def test_a_backup_is_too_old_after_two_days_or_if_there_is_none():
    assert is_too_old(None, NOW)
    assert not is_too_old(NOW - timedelta(days=2), NOW)
    assert is_too_old(NOW - timedelta(days=2, seconds=1), NOW)
