"""The demo school: whole, the same every time, and something to do in it for everybody."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import count
from tests.conftest import Visitor
from tracker import clock, create_app, schema
from tracker.absence.models import Call, Episode
from tracker.absence.rules import EpisodeState
from tracker.accounts.models import User
from tracker.accounts.queries import identity_of, user_named
from tracker.cli.demo import demo as command
from tracker.config import SettingError
from tracker.db import db
from tracker.demo import illness, people, school
from tracker.disinfection import queries as disinfection
from tracker.disinfection.models import Record, RecordItem
from tracker.disinfection.rules import TaskState
from tracker.facts.frames import illness_absence_frame
from tracker.facts.models import Observation
from tracker.facts.rules import Diagnosis
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import school_days, term_on
from tracker.screening import day_queries, queries
from tracker.screening.models import Entry, Roster, Sheet, SheetVersion
from tracker.screening.rules import FOLLOWED_REASONS, NORMAL_LINE, SessionState, State, counts_of
from tracker.supplies.queries import stocks
from tracker.supplies.rules import Category

DAY = date(2026, 5, 20)
SMALL = {"classes": 3, "days": 8}
ACCOUNTS = ["teacher", "nurse", "staff", "inspector", "logistics", "assessment", "principal", "admin"]

FRESH_EACH_TIME = {"guardian": ["name_enc", "phone_enc", "phone_hash"], "user": ["password_hash"]}
"""Keys and salts: what is not the same in two schools of one seed."""


def open_school(folder: Path) -> Flask:
    return create_app({"DATA_DIR": str(folder), "DATABASE_URL": "", "LANGUAGE": "en"}, demo=True)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo as everybody meets it, made once."""
    app = open_school(tmp_path_factory.mktemp("full"))
    with app.app_context():
        school.make(DAY)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def demo(full: Flask) -> Iterator[Flask]:
    """The demo at 08:05 of its day."""
    with full.app_context():
        clock.freeze(school.starting_time())
        yield full
        db.session.remove()


@pytest.fixture
def made(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Flask]:
    """Lays a small school in a folder that has the schema already."""

    def laid(day: date = DAY, **size: int) -> Flask:
        folder = tmp_path_factory.mktemp("school")
        shutil.copyfile(bare, folder / "tracker.db")
        app = open_school(folder)
        with app.app_context():
            school.make(day, **{**SMALL, **size})
            db.session.remove()
            db.engine.dispose()
        return app

    return laid


def digest(app: Flask) -> dict[str, str]:
    """What every table holds, without keys and salts."""
    found = {}
    with app.app_context():
        for table in db.metadata.sorted_tables:
            columns = [one for one in table.columns if one.name not in FRESH_EACH_TIME.get(table.name, ())]
            rows = db.session.execute(sa.select(*columns).order_by(*table.primary_key.columns)).all()
            found[table.name] = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
        db.session.remove()
        db.engine.dispose()
    return found


def test_the_same_seed_lays_the_same_school(made):
    one, two, other = (digest(made(seed=seed)) for seed in (5, 5, 6))
    assert one == two
    different = {table for table in one if one[table] != other[table]}
    assert different >= {"student", "sheet_version", "record_item"}


def test_it_is_the_school_of_eighteen_classes(demo):
    assert (count(SchoolClass), count(Student), count(User)) == (18, 481, 37)
    sizes = Counter(db.session.scalars(sa.select(Enrolment.class_id)))
    assert sorted(sizes.values()) == sorted(size for grade in people.SIZES for size in grade)
    names = db.session.scalars(sa.select(Student.name)).all()
    assert len(set(names)) == 481
    assert {len(name) for name in names} == {2, 3, 4}
    term = term_on(DAY)
    assert term is not None
    assert len(school_days(term.starts, DAY)) == 90
    assert (term.ends - DAY).days == 28


def test_the_sums_of_every_sheet_are_those_of_its_lines(demo):
    sheets = db.session.scalars(sa.select(Sheet.id)).all()
    lines = queries.live_lines(sheets)
    rows = db.session.execute(
        sa.select(SheetVersion, Roster.members).join(Roster, Roster.id == SheetVersion.roster_id)
    )
    for version, members in rows:
        said = lines.get(version.sheet_id, {})
        assert set(said) <= set(members)
        counts = counts_of(
            [said.get(student, NORMAL_LINE) for student in members], trigger=373, retest_trigger=373
        )
        assert {name: getattr(version, name) for name in counts.stored()} == counts.stored()


def test_the_wave_rises_and_falls(demo):
    term = term_on(DAY)
    days = illness_absence_frame(term.starts, DAY).iloc[:-1]
    means = (days.ill.rolling(5).sum() / days.expected.rolling(5).sum()).astype(float)
    quiet, height, end = means.iloc[4:45].mean(), means.max(), means.iloc[-1]
    assert 0.005 < quiet < 0.015
    assert 0.03 < height < 0.06
    assert 50 < means.argmax() < 75
    assert end < height / 2
    cases = db.session.scalars(
        sa.select(Observation.on).where(Observation.code == Diagnosis.INFLUENZA).order_by(Observation.on)
    ).all()
    assert len(cases) > 30
    assert cases[0] >= days.on.dt.date.iloc[50]


def test_absences_agree_with_the_sheets(demo):
    absent = {
        (row.student_id, row.day)
        for row in db.session.execute(
            sa.select(Entry.student_id, Sheet.day)
            .join(Sheet, Sheet.id == Entry.sheet_id)
            .where(Entry.state == State.ABSENT, Entry.reason.in_(FOLLOWED_REASONS))
        )
    }
    episodes = db.session.scalars(sa.select(Episode)).all()
    covered = set()
    for one in episodes:
        assert (one.student_id, one.first_on) in absent
        assert (one.student_id, one.last_absent_on) in absent
        assert one.back_on is None or one.back_on > one.last_absent_on
        covered |= {
            (student, day)
            for student, day in absent
            if student == one.student_id and one.first_on <= day <= one.last_absent_on
        }
    assert covered == absent
    assert count(Call) > len(episodes)


def test_nothing_has_happened_after_the_clock(demo):
    for column in (SheetVersion.at, Call.at, Call.reviewed_at, Episode.opened_at, Episode.closed_at,
                   Record.finished, Observation.known_at):  # fmt: skip
        assert db.session.scalar(sa.select(sa.func.max(column))) <= clock.now(), column
    assert clock.local(clock.now()) == datetime.combine(DAY, time(8, 5), clock.zone())


def test_half_of_the_arrival_is_in_and_the_teacher_has_yet_to_report(demo):
    teacher = identity_of(user_named("teacher").id, 0, DAY)
    [own] = day_queries.class_days(teacher.classes, DAY, time(8, 5))
    assert [status.state for status in own.sessions] == [
        SessionState.OPEN, SessionState.OPEN, SessionState.NOT_YET,
    ]  # fmt: skip
    arrival, morning = day_queries.missing_classes(DAY, time(8, 5))
    assert (arrival.due, len(arrival.missing), len(morning.missing)) == (18, 9, 17)


def test_the_nurse_finds_every_kind_of_work(demo):
    live = db.session.scalars(sa.select(Episode).where(Episode.state != EpisodeState.CLOSED)).all()
    now = clock.now()
    assert {one.state for one in live} == {EpisodeState.OPEN, EpisodeState.TO_REVIEW, EpisodeState.BACK}
    due = [one for one in live if one.due_at and one.state is EpisodeState.OPEN]
    assert any(one.due_at < now for one in due)
    assert any(clock.local(one.due_at).date() == DAY for one in due)
    assert any(one.reason == "unknown" and one.first_on == DAY for one in due)
    teacher = identity_of(user_named("teacher").id, 0, DAY)
    assert not any(one.class_id in teacher.classes for one in due), "the teacher's sheet begins all normal"


@pytest.mark.parametrize(
    ("username", "states"),
    [
        ("teacher", {TaskState.DUE}),
        ("nurse", {TaskState.DUE}),
        ("staff", {TaskState.OVERDUE, TaskState.SOON}),
    ],
)
def test_who_disinfects_has_tasks(demo, username, states):
    around = disinfection.around(DAY)
    who = identity_of(user_named(username).id, 0, DAY)
    tasks = disinfection.tasks([around.before, DAY], clock.now(), around, of=who)
    assert states <= {task.outcome.state for task in tasks}


def test_the_store_lasts_and_what_was_done_names_its_batch_and_was_looked_at(demo):
    rows = {one.supply.category: one for of_kind in stocks(DAY).values() for one in of_kind}
    assert rows[Category.CHLORINE].lasts > 10 and rows[Category.ALCOHOL].balance > 0
    with_batch = sa.select(RecordItem).where(RecordItem.batch_id.is_not(None)).limit(1)
    assert db.session.scalars(with_batch).one().mg_per_l >= 500
    days = school_days(DAY - timedelta(days=10), DAY)
    found = {
        task.outcome.state
        for day in days
        for task in disinfection.tasks([day], clock.now(), disinfection.around(day))
    }
    assert {TaskState.VERIFIED, TaskState.REJECTED, TaskState.EXCUSED} <= found


@pytest.mark.parametrize("username", ACCOUNTS)
def test_everybody_is_received(demo, username):
    visitor = Visitor(demo)
    page = visitor.get("/login")
    visitor.send(page, username=username, password="demo")
    home = visitor.get("/")
    assert home.select("main a, main form")


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 5, 20), date(2026, 5, 20)),
        (date(2026, 5, 24), date(2026, 5, 22)),  # a Sunday
        (date(2026, 5, 9), date(2026, 5, 9)),  # a Saturday made up for Labour Day
        (date(2026, 10, 5), date(2026, 9, 30)),  # in the National Day holidays
        (date(2026, 8, 1), date(2026, 7, 31)),
        (date(2031, 6, 1), date(2031, 5, 30)),  # beyond the official calendar: a Sunday
    ],
)
def test_it_opens_on_the_last_school_day(made, today, day):
    app = made(today)
    with app.app_context():
        assert school.last_school_day(today) == day
        assert clock.local(school.starting_time()) == datetime.combine(day, time(8, 5), clock.zone())
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(("classes", "days"), [(2, 5), (7, 6), (66, 5)])
def test_any_size_can_be_had(made, classes, days):
    app = made(classes=classes, days=days)
    with app.app_context():
        assert count(SchoolClass) == classes
        assert len(set(db.session.scalars(sa.select(Sheet.day)))) == days
        assert count(Student) == sum(room.size for room in people.rooms(classes))
        db.session.remove()
        db.engine.dispose()


def test_a_spell_ends_before_the_next_begins():
    from random import Random

    days = [date.fromordinal(n) for n in range(739000, 739160) if date.fromordinal(n).weekday() < 5]
    found = illness.spells(Random(3), [range(1, 60)], days, 90)
    last: dict[int, int] = {}
    for spell in found:
        assert spell.first > last.get(spell.student, -2) + 1
        last[spell.student] = max(spell.first, spell.last)


def test_the_command_makes_one_to_keep(tmp_path, app):
    runner = app.test_cli_runner()
    folder = tmp_path / "kept"
    asked = ["--out", str(folder), "--classes", "2", "--days", "5", "--on", "2026-05-24"]
    result = runner.invoke(command, asked)
    assert result.exit_code == 0, result.output
    assert "up to 2026-05-22 08:05" in result.output
    assert all(name in result.output for name in ACCOUNTS)
    again = runner.invoke(command, asked)
    assert again.exit_code != 0
    assert "already" in again.output
    with create_app({"DATA_DIR": str(folder), "DATABASE_URL": ""}).app_context():
        with pytest.raises(SettingError, match="--demo"):
            schema.prepare()
        db.session.remove()
        db.engine.dispose()


def test_on_postgresql_new_rows_go_on_after_the_demos(postgres_app):
    app, _ = postgres_app
    with app.app_context():
        with db.engine.begin() as connection:
            for table in reversed(db.metadata.sorted_tables):
                connection.execute(table.delete())
        school.furnish(DAY, **SMALL)
        before = db.session.scalar(sa.select(sa.func.max(Sheet.id)))
        class_id = db.session.scalar(sa.select(sa.func.min(SchoolClass.id)))
        sheet = Sheet(class_id=class_id, day=date(2026, 6, 1), session="arrival")
        db.session.add(sheet)
        db.session.flush()
        assert sheet.id == before + 1
        db.session.rollback()
