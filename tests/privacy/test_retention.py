"""What is old enough goes, and every count, chart and score stays what it was."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.absence.town import take
from tests.cast import NOW, TERM, TODAY, ZONE
from tests.cli.runner import invoke
from tests.privacy.life import TELLING, leave_school, live, places_naming, rows
from tracker import clock
from tracker.assessment.frames import duties_frame
from tracker.audit.models import Attachment, Trail
from tracker.audit.rules import AttachmentState
from tracker.cli import nightly
from tracker.db import db, transaction
from tracker.disinfection.event_models import EventRecord, EventStruck
from tracker.disinfection.event_rules import EventCause
from tracker.disinfection.models import Record, RecordItem, Verification, ZoneObject
from tracker.disinfection.rules import ItemResult, RecordState
from tracker.facts.frames import illness_absence_frame
from tracker.nurse.models import DayClose
from tracker.privacy import retention_service
from tracker.privacy.models import ReadingCount, RetentionRun
from tracker.privacy.rules import READINGS_KEY, YEARS_KEY, Due, Retention, due
from tracker.school.models import Enrolment, Student
from tracker.school.service import set_kept
from tracker.screening.models import Entry, Roster, Sheet, SheetVersion
from tracker.screening.rules import AbsenceReason, SessionCode

AFTER_TERM = datetime(2027, 1, 21, 3, tzinfo=ZONE)
YEARS_LATER = datetime(2030, 2, 1, 3, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 1, 20), (None, None)),
        (date(2027, 1, 21), (date(2027, 1, 20), None)),
        (date(2030, 1, 20), (date(2027, 1, 20), None)),
        (date(2030, 1, 21), (date(2027, 1, 20), date(2027, 1, 20))),
    ],
)
def test_retention_reaches_to_the_end_of_whole_terms(today, expected):
    found = due(Retention(0, 3), [date(2027, 1, 20), date(2030, 7, 10)], today)
    assert (found.readings, found.cases) == expected


def test_a_leap_day_has_a_day_before_it_in_other_years():
    assert due(Retention(), [], date(2028, 2, 29)) == Due(None, None, date(2025, 2, 28))


def shown():
    """Every number of the term that a page or chart shows."""
    db.session.rollback()
    enrolled = db.session.execute(
        sa.select(Enrolment.class_id, sa.func.count())
        .where(Enrolment.starts <= TODAY, sa.or_(Enrolment.ends.is_(None), Enrolment.ends >= TODAY))
        .group_by(Enrolment.class_id)
        .order_by(Enrolment.class_id)
    ).all()
    sums = db.session.execute(
        sa.select(SheetVersion.expected, SheetVersion.checked, SheetVersion.absent, SheetVersion.fever)
    ).all()
    kinds = ("entry", "observation", "episode", "call", "stay", "fever", "gate_pass")
    every = list(db.session.scalars(sa.select(Student.id)))
    return (
        illness_absence_frame(*TERM).to_csv(),
        duties_frame(TERM[0], date(2026, 10, 30), YEARS_LATER).to_csv(),
        [tuple(row) for row in (*enrolled, *sums)],
        {name: sum(rows(name, child) for child in every) for name in kinds},
    )


def run(at, **more):
    clock.freeze(at)
    with transaction():
        return retention_service.run(at, **more)


def test_after_the_term_normal_temperatures_are_counts_and_everything_else_is_as_it_was(either_app):
    _, cast = either_app
    take(cast, NOW, {})
    child = live(cast)
    before = shown()
    assert run(AFTER_TERM, dry_run=True) == {"readings": 1}
    assert rows("reading", child) == 3
    assert run(AFTER_TERM) == {"readings": 1}
    assert shown() == before
    assert rows("reading", child) == 2  # the fever's two
    kept = db.session.scalars(sa.select(ReadingCount)).one()
    assert (kept.day, kept.tenths, kept.number) == (TODAY, 366, 1)
    assert run(AFTER_TERM) == {}
    assert db.session.scalars(sa.select(RetentionRun)).one().counts == {"readings": 1}


def test_after_the_years_cases_are_nobodys_and_every_number_is_as_it_was(either_app):
    _, cast = either_app
    take(cast, NOW, {5: AbsenceReason.ILLNESS})
    first = db.session.scalars(sa.select(Sheet.id)).one()
    later = datetime(2029, 9, 3, 8, 5, tzinfo=ZONE)
    child = live(cast)
    with transaction():  # the same class is looked at again, years later
        version = db.session.get_one(SheetVersion, (first, 1))
        sheet = Sheet(class_id=cast.classes["3-1"], day=later.date(), session=SessionCode.MORNING, head=1)
        db.session.add(sheet)
        db.session.flush()
        columns = {c.name: getattr(version, c.name) for c in SheetVersion.__table__.c}
        again = columns | {"sheet_id": sheet.id, "at": later, "key": uuid4(), "reason": None, "told_by": None}
        db.session.add(SheetVersion(**again))
        recent = Entry(sheet_id=sheet.id, student_id=child, since_no=1, state="unset")
        db.session.add(recent)
    before = shown()
    told = run(YEARS_LATER, dry_run=True)
    assert shown() == before and (told["observation"], told["episode"]) == (2, 1)
    spared = cast.students["3-1"][4]  # absent since, and nobody has closed it
    assert run(YEARS_LATER, by=cast.users["ada"]) == told
    assert shown() == before
    assert rows("observation", child) == rows("episode", child) == rows("stay", child) == 0
    assert rows("observation", spared) and rows("episode", spared)
    # The child is still at school and named there, and nowhere in what is over.
    named = places_naming()
    assert named <= {"student.name", "student.number", "student.pinyin", "guardian.name_enc", "guardian.phone_enc",
                     "entry.note", "sheet_version.reason", "sheet_version.told_by", "roster_upload.table_enc"}  # fmt: skip
    assert rows("entry", child) == 1
    old = db.session.scalars(sa.select(Roster).join(SheetVersion).where(SheetVersion.sheet_id == first)).one()
    new = db.session.scalars(
        sa.select(Roster).join(SheetVersion).where(SheetVersion.sheet_id == sheet.id)
    ).one()
    assert child in new.members and child not in old.members and spared in old.members
    assert len(old.members) == len(new.members) == 10
    starts = db.session.scalars(sa.select(Enrolment.starts).where(Enrolment.student_id == child)).all()
    assert starts == [TERM[1] + timedelta(days=1)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Trail)) == 1  # the run itself
    told_again = run(YEARS_LATER)
    assert "observation" not in told_again and shown() == before


def test_after_the_years_nobody_is_seen_or_named_beside_the_cases(either_app):
    _, cast = either_app
    take(cast, NOW, {})
    live(cast)
    sam, nora = cast.users["sam"], cast.users["nora"]
    beside = {
        "day_close.reason",
        "record_item.note",
        "verification.reason",
        "event_record.note",
        "event_struck.why",
    }
    with transaction():
        thing = db.session.scalars(sa.select(ZoneObject).order_by(ZoneObject.id)).first()
        records, photographs = [], []
        for day in (TODAY, YEARS_LATER.date()):
            photograph = Attachment(sha256="0" * 64, type="image/jpeg", size=3, content=b"eye", by=sam, at=NOW,
                                    state=AttachmentState.KEPT)  # fmt: skip
            record = Record(zone_id=thing.zone_id, day=day, slot="07:30", state=RecordState.DONE, by=sam, started=NOW,
                            finished=NOW)  # fmt: skip
            db.session.add_all((photograph, record))
            db.session.flush()
            records.append(record.id)
            photographs.append(photograph.id)
            note = {"record_id": record.id, "note": TELLING}
            db.session.add_all((
                DayClose(day=day, no=1, by=nora, at=NOW, summary={}, reason=TELLING),
                RecordItem(**note, object_id=thing.id, result=ItemResult.DONE, attachment_id=photograph.id),
                Verification(record_id=record.id, no=1, finished=NOW, accepted=False, reason=TELLING, by=nora, at=NOW),
                EventRecord(**note, cause=EventCause.SPILL, subject_id=record.id, place="Music room"),
                EventStruck(**note, no=1, why=TELLING, by=nora, at=NOW),
            ))  # fmt: skip
    before = shown()
    told = run(YEARS_LATER, dry_run=True)
    assert (told["photographs"], told["notes"]) == (1, 5) and beside <= places_naming()
    assert run(YEARS_LATER) == told and shown() == before
    content = {one.id: one.content for one in db.session.scalars(sa.select(Attachment))}
    assert [content[one] for one in photographs] == [None, b"eye"]
    reasons = sa.select(Verification.record_id, Verification.reason).order_by(Verification.record_id)
    assert db.session.execute(reasons).all() == [(records[0], "–"), (records[1], TELLING)]
    assert run(YEARS_LATER).keys() & {"photographs", "notes"} == set()
    with transaction():
        for table in (DayClose, Record):
            db.session.execute(
                sa.update(table).where(table.day > TODAY).values(day=TODAY + timedelta(days=1))
            )
    run(YEARS_LATER)
    assert places_naming() & beside == set()


def test_who_left_years_ago_is_named_nowhere(app, cast):
    take(cast, NOW, {})
    child = live(cast)
    leave_school(child, TODAY)
    before = shown()
    assert run(YEARS_LATER)["removed"] == 1
    assert places_naming() == set() and shown() == before


def test_the_administrator_sets_the_times_counts_first_and_lets_go(cast, sign_in):
    take(cast, NOW, {})
    live(cast)
    ada = sign_in("ada")
    clock.freeze(AFTER_TERM)
    page = ada.get("/admin/retention")
    assert "3" in page.select_one("#years")["value"] and not page.select("#run")
    wrong = ada.send(page, "#settings", expect=422, years="0", readings_days="x")
    assert wrong.select_one("#years")["value"] == "0" and len(wrong.select(".field-error")) == 2
    ada.send(page, "#settings", years="5", readings_days="30")
    assert "No term is over long enough" in ada.get("/admin/retention").text
    ada.send(ada.get("/admin/retention"), "#settings", years="5", readings_days="0")
    page = ada.get("/admin/retention?report=1")
    assert [[cell.text for cell in one.select("th, td")] for one in page.select("table tbody tr")] == [
        ["Normal temperatures", "1"]
    ]
    ada.send(page, "#run")
    assert "Normal temperatures 1" in ada.get("/admin/retention").text


def test_by_night_nothing_goes_until_the_administrator_has_set_the_times(app, cast):
    take(cast, NOW, {})
    child = live(cast)
    clock.freeze(AFTER_TERM)
    assert nightly._retention(AFTER_TERM) == {} and rows("reading", child) == 3
    with transaction():
        set_kept(cast.users["ada"], AFTER_TERM, AFTER_TERM.date(), {READINGS_KEY: 0, YEARS_KEY: 3})
    assert nightly._retention(AFTER_TERM) == {"readings": 1} and rows("reading", child) == 2


def test_the_command_tells_and_only_goes_where_it_is_told_to(app, cast):
    take(cast, NOW, {})
    live(cast)
    clock.freeze(AFTER_TERM)
    assert invoke(app, "retention") == "readings: 1\nNothing was changed\n"
    assert invoke(app, "retention", "--run") == "readings: 1\nDone\n"
    assert invoke(app, "retention") == "Nothing is old enough\n"
