import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TERM, TODAY, count
from tests.school.roster import CHINESE, REQUIRED, WHOLE_HEADER, csv_file, whole_school, xlsx_file
from tracker import datafolder
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.school import queries, roster_queries, upload_queries, upload_service
from tracker.school.models import (
    Enrolment,
    Guardian,
    ImportRun,
    Residence,
    RosterUpload,
    SchoolClass,
    Setting,
    Student,
)
from tracker.school.roster_file import read_table
from tracker.school.roster_service import import_roster
from tracker.school.rules import Refusal, Sex


def bring_in(content, on=None, today=TODAY, by=None, seen=None):
    table = read_table(content)
    with transaction():
        run = import_roster(by, NOW, table, "0" * 64, roster_queries.import_days(on, today), seen=seen)
    return run.counts


def look_at(content, on=None, today=TODAY):
    return roster_queries.roster_plan(read_table(content), roster_queries.import_days(on, today))


def student(number):
    return db.session.scalars(sa.select(Student).filter_by(number=number)).one()


def stays(number):
    rows = db.session.scalars(
        sa.select(Enrolment).filter_by(student_id=student(number).id).order_by(Enrolment.starts)
    )
    return [(row.starts, row.ends, row.class_id, row.seat) for row in rows]


def dump():
    """Every row a roster can touch."""
    return {
        table.__tablename__: sorted(map(repr, db.session.execute(sa.select(*table.__table__.columns))))
        for table in (SchoolClass, Student, Enrolment, Guardian, Residence)
    }


def test_a_whole_school_comes_in_and_the_same_file_again_changes_nothing(either_app):
    content = xlsx_file(WHOLE_HEADER, whole_school())
    assert bring_in(content) == {"new": 481, "changed": 0, "unchanged": 0, "wrong": 0, "missing": 18}
    assert count(SchoolClass) == 18
    before = dump()
    assert look_at(content).is_empty
    assert bring_in(content) == {"new": 0, "changed": 0, "unchanged": 481, "wrong": 0, "missing": 18}
    assert dump() == before


def test_the_statements_and_seconds_of_481_students(app, statements):
    content = csv_file(WHOLE_HEADER, whole_school())
    small = csv_file(WHOLE_HEADER, whole_school({2025: (10,)}))
    with statements() as few:
        bring_in(small)
    started = time.perf_counter()
    with statements() as many:
        bring_in(content)
    assert time.perf_counter() - started < 5
    assert len(many) <= len(few) + 3 <= 25  # classes, names and guardians that were there already


def test_what_a_row_becomes(app, cast):
    bring_in(csv_file(WHOLE_HEADER, [(
        "2024", "1", "00123", "曾李明", "33", "男", "2018-03-04",
        "曾父", "父亲", "138 0000 1111", "", "", "13900002222", "3-201",
    )]))  # fmt: skip
    one = student("00123")
    assert (one.name, one.pinyin, one.sex, one.birth_date) == (
        "曾李明",
        "zeng li ming",
        Sex.MALE,
        date(2018, 3, 4),
    )
    assert stays("00123") == [(TODAY, None, cast.classes["3-1"], 33)]
    first, second = db.session.scalars(sa.select(Guardian).order_by(Guardian.seq)).all()
    assert (datafolder.decrypt(first.name_enc), first.relation, datafolder.decrypt(first.phone_enc)) == (
        "曾父", "父亲", "138 0000 1111"
    )  # fmt: skip
    assert first.phone_hash == datafolder.phone_hash("13800001111")
    assert (second.name_enc, second.relation, datafolder.decrypt(second.phone_enc)) == (
        None,
        None,
        "13900002222",
    )
    assert db.session.scalars(sa.select(Residence)).one().dormitory == "3-201"


def test_a_class_without_any_student_begins_with_the_term(app):
    bring_in(csv_file(REQUIRED, [("2025", "3", "100", "王芳"), ("2024", "1", "101", "赵四")]))
    assert stays("100")[0][0] == TERM[0]
    assert stays("101")[0][0] == TODAY


def test_before_the_term_everything_begins_with_it(app):
    bring_in(csv_file(REQUIRED, [("2025", "3", "100", "王芳")]), today=date(2026, 8, 20))
    assert stays("100")[0][0] == TERM[0]
    # A slip is put right before the term: the enrolment is corrected where it stands.
    bring_in(csv_file(REQUIRED, [("2025", "4", "100", "王芳")]), today=date(2026, 8, 21))
    ((starts, ends, class_id, _),) = stays("100")
    assert (starts, ends) == (TERM[0], None)
    assert class_id == queries.class_named("2025-4").id


def moved(seat="", number="T2024101", name="Child 3-1 01", key=("2023", "2")):
    return csv_file((*REQUIRED, "seat"), [(*key, number, name, seat)])


def test_a_student_who_changed_class_is_moved_from_the_day(either_app):
    _, cast = either_app
    day = date(2026, 9, 28)
    bring_in(moved("9"), on=day)
    assert stays("T2024101") == [
        (TERM[0], date(2026, 9, 27), cast.classes["3-1"], 1),
        (day, None, cast.classes["4-2"], 9),
    ]


def test_a_move_put_right_on_the_same_day_keeps_its_key(either_app):
    _, cast = either_app
    bring_in(moved("9"))
    bring_in(moved("3", key=("2024", "1")))
    assert stays("T2024101") == [
        (TERM[0], TODAY - timedelta(days=1), cast.classes["3-1"], 1),
        (TODAY, None, cast.classes["3-1"], 3),
    ]


def test_a_move_behind_a_later_move_is_refused(app):
    bring_in(moved("9"), on=date(2026, 9, 14))
    with pytest.raises(Rejected) as no:
        bring_in(moved("3", key=("2024", "1")), on=date(2026, 9, 7))
    assert no.value.reason is Refusal.WRONG_ROWS


def test_who_comes_back_begins_anew(app, cast):
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.student_id == cast.students["3-1"][0])
        .values(ends=date(2026, 9, 10))
    )
    db.session.commit()
    bring_in(moved("1", key=("2024", "1")))
    assert [row[:2] for row in stays("T2024101")] == [(TERM[0], date(2026, 9, 10)), (TODAY, None)]


def test_a_missing_column_leaves_values_and_an_empty_cell_clears(app):
    full = (
        "2024",
        "1",
        "100",
        "王芳",
        "5",
        "女",
        "2018-01-01",
        "王父",
        "父",
        "13800001111",
        "",
        "",
        "",
        "A1",
    )
    bring_in(csv_file(WHOLE_HEADER, [full]))
    bring_in(csv_file(REQUIRED, [full[:4]]))
    one = student("100")
    assert (one.sex, stays("100")[0][3], count(Guardian), count(Residence)) == (Sex.FEMALE, 5, 1, 1)
    empty = csv_file(WHOLE_HEADER, [(*full[:4], *[""] * 10)])
    cleared = {change.column.value for change in look_at(empty).changed[0].changes}
    assert cleared == {
        "seat", "sex", "birth_date", "guardian_name", "guardian_relation", "guardian_phone", "dormitory"
    }  # fmt: skip
    bring_in(empty)
    db.session.expire_all()
    one = student("100")
    assert (one.sex, one.birth_date, stays("100")[0][3], count(Guardian), count(Residence)) == (
        None,
        None,
        None,
        0,
        0,
    )


def test_one_guardian_column_alone_keeps_the_others(app):
    header = (*REQUIRED, "guardian_name", "guardian_phone")
    bring_in(csv_file(header, [("2024", "1", "100", "王芳", "王父", "13800001111")]))
    bring_in(csv_file((*REQUIRED, "guardian_phone"), [("2024", "1", "100", "王芳", "13800002222")]))
    (one,) = db.session.scalars(sa.select(Guardian))
    assert datafolder.decrypt(one.name_enc) == "王父"
    assert datafolder.decrypt(one.phone_enc) == "13800002222"


def test_a_dormitory_is_moved_out_of_and_into(app):
    header = (*REQUIRED, "dormitory")
    for day, where in ((date(2026, 9, 7), "A"), (date(2026, 9, 14), "B"), (date(2026, 9, 21), "")):
        bring_in(csv_file(header, [("2024", "1", "100", "王芳", where)]), on=day)
    rows = db.session.scalars(sa.select(Residence).order_by(Residence.starts))
    assert [(row.starts, row.ends, row.dormitory) for row in rows] == [
        (date(2026, 9, 7), date(2026, 9, 13), "A"),
        (date(2026, 9, 14), date(2026, 9, 20), "B"),
    ]


def test_a_lost_key_is_mended_by_the_next_import(app):
    header = (*REQUIRED, "guardian_name", "guardian_phone")
    content = csv_file(header, [("2024", "1", "100", "王芳", "王父", "13800001111")])
    bring_in(content)
    kept = app.config["GUARDIAN_KEY"]
    try:
        from cryptography.fernet import Fernet

        app.config["GUARDIAN_KEY"] = Fernet.generate_key().decode()
        assert bring_in(content)["changed"] == 1
        assert datafolder.decrypt(db.session.scalars(sa.select(Guardian)).one().name_enc) == "王父"
    finally:
        app.config["GUARDIAN_KEY"] = kept


WRONG = [
    ("two with one number", [("2024", "1", "100", "王芳"), ("2024", "1", "100", "赵四")]),
    ("an impossible year", [("2024", "1", "100", "王芳"), ("1924", "1", "101", "赵四")]),
    ("a number without its zeros", [("2024", "1", "100", "王芳"), ("2024", "1", "7", "赵四")]),
]


@pytest.mark.parametrize("rows", [rows for _, rows in WRONG], ids=[name for name, _ in WRONG])
def test_one_wrong_row_keeps_everything_out(app, rows):
    bring_in(csv_file(REQUIRED, [("2024", "1", "007", "钱五")]))
    before = dump()
    content = csv_file(REQUIRED, rows)
    assert look_at(content).counts["wrong"] == 1
    with pytest.raises(Rejected) as no:
        bring_in(content)
    assert no.value.reason is Refusal.WRONG_ROWS
    assert dump() == before


@pytest.mark.parametrize("on", [date(2026, 8, 31), date(2027, 1, 21), date(2020, 9, 1)])
def test_a_day_outside_every_term_is_refused(app, on):
    with pytest.raises(Rejected) as no:
        look_at(moved(), on=on)
    assert (no.value.reason, no.value.field) == (Refusal.OUTSIDE_TERM, "on")


def test_what_was_not_shown_is_not_done(app, cast):
    content = moved("9")
    seen = look_at(content).digest
    bring_in(moved("2", key=("2024", "1")))
    with pytest.raises(Rejected) as no:
        bring_in(content, seen=seen)
    assert no.value.reason is Refusal.ROSTER_CHANGED


def test_the_trail_tells_the_deed_and_no_name(app, cast):
    content = csv_file(WHOLE_HEADER, [
        ("2024", "1", "100", "王芳", "5", "女", "2018-01-01", "王父", "父亲", "13800001111", "", "", "", "A1"),
        ("2023", "2", "T2024101", "Child Renamed", "5", "", "", "", "", "", "", "", "", ""),
    ])  # fmt: skip
    bring_in(content, by=cast.users["ada"])
    rows = db.session.scalars(
        sa.select(Trail).where(Trail.deed.in_(["roster.import", "student.import"]))
    ).all()
    whole = str([(row.changes, row.deed, row.kind) for row in rows])
    for secret in ("王芳", "王父", "父亲", "1380000", "Renamed", "A1"):
        assert secret not in whole
    run = db.session.scalars(sa.select(ImportRun)).one()
    assert (run.kind, run.by, run.counts["new"], run.counts["changed"]) == ("roster", cast.users["ada"], 1, 1)
    by_student = {row.student_id: row.changes for row in rows if row.student_id}
    assert by_student[student("100").id]["new"] is True
    changed = by_student[cast.students["3-1"][0]]
    assert changed["class"] == [cast.classes["3-1"], cast.classes["4-2"]] and "name" in changed["fields"]


def test_an_upload_waits_encrypted_and_for_its_owner_alone(app, cast):
    table = read_table(csv_file(CHINESE, [("2024", "1", "00123", "王小芳")]))
    with transaction():
        upload = upload_service.keep(RosterUpload, cast.users["ada"], NOW, table, "0" * 64, chosen_on=None)
    stored = db.session.scalars(sa.select(RosterUpload)).one()
    assert "王小芳" not in stored.table_enc and "00123" not in stored.table_enc
    assert upload_queries.table_of(stored) == table
    assert upload_queries.kept(RosterUpload, upload.id, cast.users["asa"]) is None
    with transaction():
        upload_service.keep(RosterUpload, cast.users["ada"], NOW, table, "1" * 64)  # the newer one stays
    assert count(RosterUpload) == 1
    with transaction():
        upload_service.keep(
            RosterUpload, cast.users["asa"], NOW + timedelta(days=2), table, "2" * 64
        )  # old go
    assert count(RosterUpload) == 1
    with transaction():
        upload_service.drop(
            RosterUpload, cast.users["asa"], NOW, db.session.scalars(sa.select(RosterUpload.id)).one()
        )
    assert count(RosterUpload) == 0


def test_a_junior_school_makes_junior_classes(app):
    db.session.add(Setting(key="school.stage", valid_from=TERM[0], value="junior", by=None, at=NOW))
    db.session.commit()
    bring_in(csv_file(REQUIRED, [("2025", "3", "100", "王芳")]))
    assert queries.class_named("junior-2025-3") and not queries.class_named("2025-3")
    assert (
        look_at(csv_file(REQUIRED, [("2022", "1", "101", "赵四")])).counts["wrong"] == 1
    )  # three years only
