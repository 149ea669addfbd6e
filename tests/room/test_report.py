"""A case at any time: who may report, what it makes, and that it is made once."""

import pytest

from tests.absence.town import at
from tests.cast import TODAY, Cast, count
from tests.room.house import arrive, report, stays
from tracker import clock
from tracker.audit.models import ReadLog
from tracker.db import db
from tracker.facts.models import Observation
from tracker.room.models import Stay
from tracker.room.rules import Trouble
from tracker.school.find_queries import class_and_seat, find
from tracker.school.models import Excuse
from tracker.screening.models import Reading

VOMITING = {"trouble": "vomiting", "place": "Music room"}


def chips(page):
    return [label.text for label in page.select("#student label")]


@pytest.fixture
def child(cast: Cast) -> int:
    """The third child of 3(1)."""
    return cast.students["3-1"][2]


class TestThePage:
    def test_a_teacher_finds_the_own_class_as_buttons(self, sign_in, cast):
        page = sign_in("ann").get("/report/")
        assert len(chips(page)) == 10
        assert chips(page)[0] == "01 Child 3-1 01"

    def test_others_choose_the_class_first(self, sign_in):
        sam = sign_in("sam")
        page = sam.get("/report/")
        assert chips(page) == []
        links = [link["href"] for link in page.select(".class-grid a")]
        assert "/report/2024-1" in links
        assert len(chips(sam.get("/report/2024-1"))) == 10

    @pytest.mark.parametrize(
        ("typed", "found"),
        [("3-1 3", ["03 Child 3-1 03"]), ("CHILD 3-1 07", ["07 Child 3-1 07"]), ("nobody", []), ("", [])],
    )
    def test_a_child_is_searched_for_without_a_name_in_an_address(self, sign_in, typed, found):
        ivy = sign_in("ivy")
        page = ivy.get("/report/")
        page = ivy.send(page, "form.find", 200, find=typed)
        assert chips(page) == found

    @pytest.mark.parametrize("who", ["ann", "nora", "sam", "ivy", "lou", "asa", "pia", "ada"])
    def test_a_link_to_it_stands_on_everybodys_home(self, sign_in, who):
        assert sign_in(who).get("/").select("main a[href='/report/']")

    def test_it_says_first_what_to_do_about_a_soiled_floor(self, sign_in):
        page = sign_in("ann").get("/report/2024-1?lang=zh_Hans")
        assert "先带离其他学生，再由受过培训的人员处置；学生不得参与" in page.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3-2 16", (3, 2, 16)),
        ("三(2)班16号", (3, 2, 16)),
        ("302 16", (3, 2, 16)),
        ("三(2)班", (3, 2, None)),
        ("wzh", None),
        ("王一", None),
        ("7", None),
    ],
)
def test_a_class_and_a_seat_are_read_as_people_write_them(typed, meant):
    assert class_and_seat(typed) == meant


def test_pinyin_initials_find_a_child(app, cast):
    assert [one.label for one in find("c0", TODAY)][:1] == ["01 Child 3-1 01"]


class TestSending:
    def test_a_child_is_on_the_way_with_what_was_seen(self, sign_in, cast, child):
        carl = sign_in("carl")
        carl.send(carl.get("/report/2024-1"), "form.report", student=child, **VOMITING)
        (stay,) = stays(child)
        assert (stay.trouble, stay.place, stay.soiled) == (Trouble.VOMITING, "Music room", True)
        assert stay.arrived_at is None and stay.reported_by == cast.users["carl"]
        (seen,) = db.session.query(Observation).all()
        assert (seen.student_id, seen.code, seen.source_kind) == (child, "vomiting", "stay")

    def test_the_receipt_tells_what_was_sent_and_no_history(self, sign_in, child):
        carl = sign_in("carl")
        carl.send(carl.get("/report/2024-1"), "form.report", student=child, **VOMITING)
        address = carl.location
        page = carl.get(address)
        assert "First take the other students away" in page.select_one("[role=alert]").text
        assert "Child 3-1 03" in page.text and "Music room" in page.text
        assert db.session.query(ReadLog).filter_by(page="report", student_id=child).count() == 1
        sign_in("ann").get(address, 404)

    def test_ones_own_report_stands_on_the_first_page_by_class_and_seat(self, sign_in, cast, child):
        stay = report(cast, at("08:12"), 3).stay_id
        said = lambda who: [  # noqa: E731
            " ".join(one.get_text(" ").split())
            for one in sign_in(who).get("/").select("[aria-labelledby=reported] li")
        ]
        assert said("carl") == ["08:12 3(1) seat 3 on the way to the nurse"] and said("ann") == []
        arrive(cast, at("08:16"), stay)
        assert said("carl") == ["08:12 3(1) seat 3 with the nurse since 08:16"]

    def test_the_nurse_goes_on_to_the_childs_stay(self, sign_in, child):
        nora = sign_in("nora")
        nora.send(nora.get("/report/2024-1"), "form.report", student=child, **VOMITING)
        assert nora.location == f"/room/{stays(child)[0].id}"

    def test_a_floor_said_to_be_clean_stays_clean(self, sign_in, child):
        ann = sign_in("ann")
        ann.send(ann.get("/report/"), "form.report", student=child, soiled="no", **VOMITING)
        assert not stays(child)[0].soiled

    def test_a_temperature_comes_along(self, sign_in, child):
        ann = sign_in("ann")
        data = {"student": child, "trouble": "fever", "temperature": "378"}
        ann.send(ann.get("/report/"), "form.report", **data)
        (reading,) = db.session.query(Reading).all()
        assert (reading.tenths, reading.stay_id) == (378, stays(child)[0].id)

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"student": None}, "student", "Please choose the student."),
            ({"student": "999999"}, "student", "Please choose the student."),
            ({"trouble": None}, "trouble", "Please choose what it is."),
            ({"trouble": "boredom"}, "trouble", "Not a valid choice"),
            ({"temperature": "hot"}, "temperature", "is not a temperature"),
            ({"place": "x" * 65}, "place", "Please shorten this."),
        ],
    )
    def test_bad_input_is_told_at_its_field_and_kept(self, sign_in, child, wrong, field, sentence):
        ann = sign_in("ann")
        data = {"student": child, **VOMITING, **wrong}
        page = ann.send(ann.get("/report/"), "form.report", 422, **data)
        assert page.select_one(f".alert-danger a[href='#{field}']")
        assert sentence in page.text
        if field != "place":
            assert page.select_one("#place")["value"] == "Music room"
        assert count(Stay) == 0

    def test_all_that_is_wrong_is_told_at_once(self, sign_in):
        ann = sign_in("ann")
        data = {"student": "999999", "place": "x" * 65, "temperature": "hot"}
        page = ann.send(ann.get("/report/"), "form.report", 422, **data)
        told = [link["href"][1:] for link in page.select(".alert-danger li a")]
        assert told == ["student", "trouble", "place", "temperature"]

    def test_the_same_form_sent_five_times_is_one_stay(self, sign_in, child):
        ann = sign_in("ann")
        page = ann.get("/report/")
        for _ in range(5):
            ann.send(page, "form.report", student=child, **VOMITING)
        assert count(Stay) == 1

    def test_the_second_reporter_is_told_kindly_and_a_soiled_floor_is_not_lost(self, sign_in, cast, child):
        report(cast, at("10:03"), trouble=Trouble.FEVER, soiled=False, place="")
        clock.freeze(at("10:05"))
        ann = sign_in("ann")
        ann.send(ann.get("/report/"), "form.report", student=child, **VOMITING)
        assert "already reported at 10:03" in ann.get(ann.location).text
        (stay,) = stays(child)
        assert (stay.trouble, stay.soiled, stay.place) == (Trouble.FEVER, True, "Music room")

    def test_care_excuses_the_class_sheet(self, sign_in, cast, child):
        clock.freeze(at("08:05"))
        ann = sign_in("ann")
        ann.send(ann.get("/report/"), "form.report", student=child, **VOMITING)
        rows = db.session.query(Excuse).filter_by(class_id=cast.classes["3-1"], day=TODAY).all()
        assert {row.duty for row in rows} == {"arrival", "morning"}


def test_two_reports_at_the_same_moment_are_one_stay(either_app):
    _, cast = either_app
    first = report(cast, at("10:03"))
    second = report(cast, at("10:03"), by="ann", trouble=Trouble.FEVER)
    assert (second.stay_id, second.is_new, first.is_new) == (first.stay_id, False, True)
    assert count(Stay) == 1
