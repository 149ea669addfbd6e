"""One child added, moved, corrected by page, with a provisional number at first."""

import pytest
import sqlalchemy as sa

from tests.cast import count
from tracker.datafolder import decrypt
from tracker.db import db
from tracker.school.models import Enrolment, Guardian, Student

NEW = "/school/classes/2024-1/new"


def student(name):
    return db.session.scalars(sa.select(Student).filter_by(name=name)).one()


def stays(student_id):
    return [
        (str(one.starts), str(one.ends) if one.ends else None, one.class_id, one.seat)
        for one in db.session.scalars(
            sa.select(Enrolment).filter_by(student_id=student_id).order_by(Enrolment.starts)
        )
    ]


def test_a_child_is_added_with_seat_and_guardian_and_stands_on_the_sheet(sign_in, cast):
    ada = sign_in("ada")
    ada.send(
        ada.get(NEW), name="Newcomer", student_number="N77", seat="11", sex="female", birth_date="2017-05-06",
        guardian_name="Invented Parent", guardian_relation="mother", guardian_phone="13800000077",
    )  # fmt: skip
    made = student("Newcomer")
    assert (made.number, made.is_provisional, str(made.birth_date)) == ("N77", False, "2017-05-06")
    assert stays(made.id) == [("2026-09-21", None, cast.classes["3-1"], 11)]
    guardian = db.session.scalars(sa.select(Guardian).filter_by(student_id=made.id)).one()
    assert decrypt(guardian.phone_enc) == "13800000077"
    assert "Newcomer" in sign_in("ann").get("/screening/2024-1/2026-09-21/arrival").text


def test_a_transfer_gets_a_provisional_number_and_later_its_own_without_a_second_child(sign_in, cast):
    ada = sign_in("ada")
    ada.send(ada.get(NEW), name="Transfer", seat="12")
    ada.send(ada.get(NEW), name="Second", seat="13")
    made, before = student("Transfer"), count(Student)
    assert [(one.number, one.is_provisional) for one in (made, student("Second"))] == [
        ("TEMP2026-001", True), ("TEMP2026-002", True)
    ]  # fmt: skip
    page = ada.get(f"/school/students/{made.id}")
    assert "provisional" in page.text
    ada.send(page, student_number="G2026001")
    db.session.expire_all()
    assert (student("Transfer").number, student("Transfer").is_provisional, count(Student)) == (
        "G2026001",
        False,
        before,
    )
    assert "provisional" not in ada.get(f"/school/students/{made.id}").text


def test_a_child_moves_from_a_day_on_and_the_history_stays(sign_in, cast):
    ada, child = sign_in("ada"), cast.students["3-1"][0]
    ada.send(ada.get(f"/school/students/{child}"), place="2023-2", on="2026-09-22", seat="9")
    assert stays(child) == [
        ("2026-09-01", "2026-09-21", cast.classes["3-1"], 1), ("2026-09-22", None, cast.classes["4-2"], 9)
    ]  # fmt: skip


def test_a_correction_moves_nobody_and_leaves_guardians_alone(sign_in, cast):
    ada = sign_in("ada")
    ada.send(ada.get(NEW), name="Newcomer", student_number="N77", seat="11", guardian_phone="13800000077")
    made = student("Newcomer").id
    ada.send(ada.get(f"/school/students/{made}"), name="New Comer", seat="14")
    assert stays(made) == [("2026-09-21", None, cast.classes["3-1"], 14)]
    assert student("New Comer").id == made and count(Guardian) == 1


def test_a_seat_that_a_file_gave_twice_stands_in_the_way_of_no_other_correction(sign_in, cast):
    second = cast.students["3-1"][1]
    db.session.execute(sa.update(Enrolment).where(Enrolment.student_id == second).values(seat=1))
    db.session.commit()
    ada, path = sign_in("ada"), f"/school/students/{second}"
    ada.send(ada.get(path), guardian_phone="000 0000 1234")
    assert decrypt(db.session.scalars(sa.select(Guardian.phone_enc)).one()) == "000 0000 1234"
    refused = ada.send(ada.get(path), expect=422, seat="3")
    assert refused.select_one("#seat-error"), "a new seat is looked at"
    ada.send(ada.get(path), seat="2")
    assert stays(second)[-1][3] == 2


@pytest.mark.parametrize("values, field", [
    ({"name": ""}, "name"),
    ({"name": "7"}, "name"),
    ({"student_number": "T2024101"}, "student_number"),   # somebody has it
    ({"student_number": "a b"}, "student_number"),
    ({"seat": "first"}, "seat"),
    ({"seat": "2"}, "seat"),                              # somebody sits there
    ({"birth_date": "soon"}, "birth_date"),
    ({"guardian_phone": "call me"}, "guardian_phone"),
    ({"on": "2030-01-01"}, "on"),
    ({"on": ""}, "on"),
    ({"place": "1999-1"}, "place"),
])  # fmt: skip
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_kept(sign_in, values, field):
    ada, before = sign_in("ada"), count(Student)
    page = ada.send(ada.get(NEW), expect=422, **{"name": "Newcomer", "seat": "11"} | values)
    assert page.select_one(f"#{field}-error")
    assert page.select_one("#seat")["value"] == values.get("seat", "11")
    assert count(Student) == before


def test_all_that_cannot_be_read_is_told_at_once(sign_in):
    ada = sign_in("ada")
    typed = {"name": "", "student_number": "a b", "seat": "first", "birth_date": "soon", "on": "2030-01-01"}
    page = ada.send(ada.get(NEW), expect=422, **typed)
    told = [link["href"][1:] for link in page.select(".alert-danger a")]
    assert told == ["on", "student_number", "name", "seat", "birth_date"]
    assert [page.select_one(f"#{name}")["value"] for name in typed] == list(typed.values())


def test_the_same_form_twice_adds_one_child(sign_in):
    ada = sign_in("ada")
    page = ada.get(NEW)
    before = count(Student)
    ada.send(page, name="Newcomer", seat="11")
    ada.send(page, name="Newcomer", seat="11")
    assert count(Student) == before + 1


def test_what_a_number_cannot_become(sign_in, cast):
    ada, child = sign_in("ada"), cast.students["3-1"][0]
    for number in ("T2024102", ""):
        page = ada.send(ada.get(f"/school/students/{child}"), student_number=number, expect=422)
        assert page.select_one("#student_number-error")
