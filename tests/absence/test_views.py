"""The queue and the page of one absence, as people use them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask

from tests.absence.town import ILL, LEAVE, UNKNOWN, at, log, move, only, take
from tests.cast import TODAY, Cast
from tracker import clock, datafolder
from tracker.absence import queries, queue_queries
from tracker.absence.forms import WORDS
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, CallWay, EpisodeState, Refusal
from tracker.audit.models import ReadLog, Trail
from tracker.db import db, transaction
from tracker.facts.rules import Diagnosis, ObservationKind, SourceKind
from tracker.facts.service import Fact, observe
from tracker.school.models import Enrolment, Guardian, Student
from tracker.screening.rules import AbsenceReason, HalfDay

TUE, WED = date(2026, 9, 22), date(2026, 9, 23)
SignIn = Callable[[str], Any]


@pytest.fixture
def missed(cast: Cast) -> Episode:
    """The third child of 3(1), absent since Monday's morning check; it is 09:00."""
    take(cast, at("08:10"), {3: UNKNOWN})
    clock.freeze(at("09:00"))
    return only(cast.students["3-1"][2])


def groups(page: BeautifulSoup) -> dict[str, list[str]]:
    """The queue as it is read: the names by group."""
    return {
        section.h2["id"]: [link.text for link in section.select(".case-who a")]
        for section in page.select("section")
    }


def button(page: BeautifulSoup, words: str) -> str:
    """The selector of the form with such a button."""
    found = page.find("button", string=words)
    assert found, words
    return f'form[action="{found.find_parent("form")["action"]}"]'


def said(page: BeautifulSoup) -> list[tuple[str | None, str]]:
    """The complaints of a page: (the field it links to, the sentence)."""
    return [
        (line.a["href"][1:] if line.a else None, line.text.strip())
        for line in page.select(".alert-danger li")
    ]


class TestQueue:
    def test_an_empty_queue_says_so(self, sign_in: SignIn) -> None:
        assert "Nobody to follow up" in sign_in("ann").get("/absences/").text

    def test_the_absentee_stands_in_it_within_the_same_second(self, cast: Cast, sign_in: SignIn) -> None:
        take(cast, at("08:10"), {3: UNKNOWN, 4: ILL, 5: LEAVE})
        page = sign_in("ann").get("/absences/")
        assert groups(page) == {"today": ["Child 3-1 03", "Child 3-1 04"], "later": ["Child 3-1 05"]}
        assert "Call due 09-21 08:40" in page.text

    def test_the_nurse_has_to_review_first(self, cast: Cast, sign_in: SignIn) -> None:
        take(cast, at("08:10"), {3: UNKNOWN, 4: UNKNOWN})
        take(cast, at("08:10"), {1: ILL}, by="carl", place="4-2")
        log(cast, at("08:20"), only(cast.students["3-1"][3]), CallResult.HOME_ILL)
        clock.freeze(at("09:00"))
        seen = groups(sign_in("nora").get("/absences/"))
        assert list(seen.items()) == [
            ("to_review", ["Child 3-1 04"]),
            ("overdue", ["Child 3-1 03"]),
            ("today", ["Child 4-2 01"]),
        ]
        assert groups(sign_in("ann").get("/absences/")) == {
            "overdue": ["Child 3-1 03"],
            "later": ["Child 3-1 04"],
        }

    def test_a_teacher_sees_the_own_class_only(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        assert groups(sign_in("bo").get("/absences/")) == {"overdue": ["Child 3-1 03"]}
        assert groups(sign_in("carl").get("/absences/")) == {}

    def test_the_nurse_can_look_at_one_class(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        take(cast, at("08:10"), {1: ILL}, by="carl", place="4-2")
        nora = sign_in("nora")
        page = nora.get("/absences/?class=2023-2")
        assert groups(page) == {"today": ["Child 4-2 01"]}
        assert page.select_one("option[selected]")["value"] == "2023-2"
        nora.get("/absences/?class=1999-9", expect=404)

    def test_a_child_who_moved_belongs_to_the_new_teacher(
        self, cast: Cast, sign_in: SignIn, missed: Episode
    ) -> None:
        move(missed.student_id, cast.classes["4-2"])
        assert groups(sign_in("carl").get("/absences/")) == {"overdue": ["Child 3-1 03"]}
        assert groups(sign_in("ann").get("/absences/")) == {}
        sign_in("carl").get(f"/absences/{missed.id}")
        sign_in("ann").get(f"/absences/{missed.id}", expect=404)

    def test_seen_again_is_closed_with_one_tap(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        take(cast, at("08:10", TUE))
        nora = sign_in("nora")
        page = nora.get("/absences/?class=2024-1")
        assert groups(page) == {"back": ["Child 3-1 03"]}
        nora.send(page, button(page, "Close"))
        assert nora.location.startswith("/absences/?class=2024-1")
        assert groups(nora.get(nora.location)) == {"closed": ["Child 3-1 03"]}
        clock.freeze(at("08:10", WED))
        assert groups(nora.get("/absences/")) == {}

    def test_a_teacher_has_no_button_to_review_or_close(
        self, cast: Cast, sign_in: SignIn, missed: Episode
    ) -> None:
        log(cast, at("09:00"), missed, CallResult.ARRIVED)
        page = sign_in("ann").get("/absences/")
        assert groups(page) == {"back": ["Child 3-1 03"]}
        assert not {"Close", "Mark reviewed"} & {one.text for one in page.select("main button")}

    def test_signs_diagnosis_and_the_last_call_stand_in_the_row(
        self, cast: Cast, sign_in: SignIn, missed: Episode
    ) -> None:
        log(cast, at("08:30"), missed, CallResult.NOT_REACHED)
        log(cast, at("09:00"), missed, CallResult.DOCTOR, tenths=385, diagnosis=Diagnosis.INFLUENZA)
        row = sign_in("nora").get("/absences/").select_one(f"#e{missed.id}")
        for part in ("day 1", "Illness", "Influenza", "38.5 ℃"):
            assert part in row.text
        last = row.select_one(".case-last").text
        assert "Seen a doctor" in last and "Ann Teacher" in last and "Not reached" not in last


class TestQuickCall:
    def test_at_home_better_takes_two_taps(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        ann = sign_in("ann")
        page = ann.get("/absences/")
        ann.send(page, f'form[action="/absences/{missed.id}/quick"]', result="home_better")
        page = ann.get(ann.location)
        assert "The call is logged." in page.text
        assert groups(page) == {"later": ["Child 3-1 03"]}
        call = db.session.scalars(sa.select(Call)).one()
        assert (call.result, call.way, call.by) == (
            CallResult.HOME_BETTER,
            CallWay.PHONE,
            cast.users["ann"],
        )

    def test_the_same_form_sent_twice_logs_one_call(self, sign_in: SignIn, missed: Episode) -> None:
        ann = sign_in("ann")
        page = ann.get("/absences/")
        for _ in range(2):
            ann.send(page, f'form[action="/absences/{missed.id}/quick"]', result="not_reached")
        assert len(db.session.scalars(sa.select(Call)).all()) == 1

    def test_a_result_that_is_not_offered_is_refused(self, sign_in: SignIn, missed: Episode) -> None:
        ann = sign_in("ann")
        page = ann.get("/absences/")
        form = f'form[action="/absences/{missed.id}/quick"]'
        ann.send(page, form, result="moved", expect=400)
        ann.send(page, form, result="home_ill", key="nonsense", expect=400)

    def test_from_the_page_it_leads_back_to_the_page(self, sign_in: SignIn, missed: Episode) -> None:
        nora = sign_in("nora")
        page = nora.get(f"/absences/{missed.id}")
        nora.send(page, "form.quick", result="home_ill")
        assert nora.location == f"/absences/{missed.id}"

    def test_once_closed_the_page_says_why_not(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        nora = sign_in("nora")
        page = nora.get("/absences/")
        take(cast, at("08:20"), base=1)  # the sheet is corrected: nobody was absent
        page = nora.send(page, f'form[action="/absences/{missed.id}/quick"]', result="home_ill", expect=422)
        assert said(page) == [(None, "This absence is already closed.")]


class TestEpisodePage:
    def test_a_call_in_full(self, sign_in: SignIn, missed: Episode) -> None:
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        ann.send(
            page,
            "#call-form",
            result="doctor",
            symptoms=["cough", "fever"],
            temperature="38,5",
            diagnosis="influenza",
            confirmed="y",
            next_on="2026-09-24",
            note="rests at home",
        )
        assert ann.location == f"/absences/{missed.id}"
        page = ann.get(ann.location)
        timeline = page.select_one(".timeline").get_text(" ", strip=True)
        for part in ("Seen a doctor", "Influenza", "38.5 ℃", "Fever", "Cough", "rests at home", "2026-09-24"):
            assert part in timeline
        assert only(missed.student_id).due_at == at("12:00", date(2026, 9, 24))

    def test_a_call_in_full_right_after_a_quick_one_is_the_newest(
        self, sign_in: SignIn, missed: Episode
    ) -> None:
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        assert not page.select_one("#called_at").get("value")
        clock.freeze(at("09:00:20"))
        ann.send(page, "form.quick", result="not_reached")
        clock.freeze(at("09:00:50"))
        ann.send(page, "#call-form", result="doctor", diagnosis="influenza", next_on="2026-09-24")
        newest = queries.calls_of(missed.id)[-1]
        assert (newest.result, newest.at) == (CallResult.DOCTOR, at("09:00:50"))
        found = only(missed.student_id)
        assert (found.diagnosis, found.reason) == (Diagnosis.INFLUENZA, AbsenceReason.ILLNESS)
        assert found.due_at == at("12:00", date(2026, 9, 24))

    def test_refusals_stand_at_their_fields_and_what_was_typed_stays(
        self, sign_in: SignIn, missed: Episode
    ) -> None:
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        page = ann.send(
            page, "#call-form", result="home_ill", next_on="2026-09-25", note="a note", expect=422
        )
        assert said(page) == [
            ("next_on", "Next call, or day of return: This is no school day. Please choose another.")
        ]
        assert page.select_one("#next_on")["value"] == "2026-09-25"
        assert page.select_one("#note").text.strip() == "a note"
        assert page.title.text.startswith("Error: ")
        ann.send(page, "#call-form", next_on="2026-09-28")
        assert len(db.session.scalars(sa.select(Call)).all()) == 1

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"result": ""}, "result"),
            ({"result": "nonsense"}, "result"),
            ({"temperature": "hot"}, "temperature"),
            ({"temperature": "44"}, "temperature"),
            ({"temperature": "100.4"}, "temperature"),
            ({"temperature": "34.0"}, "temperature"),
            ({"next_on": "tomorrow"}, "next_on"),
            ({"next_on": "2026-09-20"}, "next_on"),
            ({"called_at": "2026-09-21T09:01"}, "called_at"),
            ({"called_at": "2026-09-20T09:00"}, "called_at"),
            ({"called_at": "just now"}, "called_at"),
            ({"called_at": "0206-09-21T08:30"}, "called_at"),
            ({"result": "not_ill"}, "reason"),
            ({"result": "not_reached", "symptoms": ["cough"]}, "symptoms"),
            ({"confirmed": "y"}, "diagnosis"),
            ({"onset_on": "2026-09-22"}, "onset_on"),
            ({"note": "x" * 256}, "note"),
        ],
    )
    def test_what_cannot_be_read_or_be(
        self, sign_in: SignIn, missed: Episode, typed: dict[str, Any], field: str
    ) -> None:
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        page = ann.send(page, "#call-form", expect=422, **{"result": "home_ill", **typed})
        assert [where for where, _sentence in said(page)] == [field]
        assert db.session.scalars(sa.select(Call)).all() == []

    def test_an_unusual_temperature_is_asked_again(self, sign_in: SignIn, missed: Episode) -> None:
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        assert not page.select("#sure")
        page = ann.send(page, "#call-form", result="home_ill", temperature="34.5", expect=422)
        ann.send(page, "#call-form", sure="y")
        assert db.session.scalars(sa.select(Call.tenths)).one() == 345

    def test_reviewed_and_closed_on_the_page(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        log(cast, at("09:00"), missed, CallResult.ARRIVED)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{missed.id}")
        nora.send(page, button(page, "Mark reviewed"))
        page = nora.get(nora.location)
        nora.send(page, button(page, "Close"))
        page = nora.get(nora.location)
        assert only(missed.student_id).state is EpisodeState.CLOSED
        assert not page.select("#call-form")

    def test_it_cannot_be_closed_before_the_student_is_seen(
        self, cast: Cast, sign_in: SignIn, missed: Episode
    ) -> None:
        log(cast, at("09:00"), missed, CallResult.HOME_BETTER)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{missed.id}")
        assert not page.find("button", string="Close")
        reviewing = page.select_one(button(page, "Mark reviewed"))
        reviewing["action"] = f"/absences/{missed.id}/close"
        page = nora.send(page, f'form[action="/absences/{missed.id}/close"]', expect=422)
        assert said(page)[0][0] is None and "goes on" in said(page)[0][1]

    def test_a_number_is_masked_until_it_is_asked_for(self, sign_in: SignIn, missed: Episode) -> None:
        with transaction():
            db.session.add(
                Guardian(
                    student_id=missed.student_id,
                    seq=1,
                    relation="mother",
                    phone_enc=datafolder.encrypt("13800001234"),
                )
            )
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        assert "138****1234" in page.text and "13800001234" not in str(page)
        page = ann.send(page, ".phone form", expect=200)
        assert page.select_one('a[href="tel:13800001234"]').text == "13800001234"
        (row,) = db.session.scalars(sa.select(Trail).where(Trail.deed == "guardian.phone_shown"))
        assert (row.student_id, row.changes) == (missed.student_id, {"episode": missed.id})
        ann.post(f"/absences/{missed.id}/phone", {"csrf_token": ann.token(page), "seq": "9"}, expect=404)

    def test_the_name_stands_on_the_page_and_not_in_its_title(self, sign_in: SignIn, missed: Episode) -> None:
        page = sign_in("nora").get(f"/absences/{missed.id}")
        assert "Child 3-1 03" in page.text
        assert "Child" not in page.title.text and "Child" not in page.h1.text

    def test_reading_it_is_logged(self, cast: Cast, sign_in: SignIn, missed: Episode) -> None:
        nora = sign_in("nora")
        nora.get("/absences/")
        nora.get(f"/absences/{missed.id}")
        nora.get(f"/absences/{missed.id}")
        rows = db.session.scalars(sa.select(ReadLog).where(ReadLog.user_id == cast.users["nora"])).all()
        assert {(row.page, row.subject_id, row.student_id, row.times) for row in rows} == {
            ("absences", 0, None, 1),
            ("absence", missed.id, missed.student_id, 2),
        }


DEEDS = [
    *("", "/quick", "/review", "/close", "/phone"),
    *("/ask", "/take-over", "/hand-back", "/reason", "/reopen", "/calls/1/strike"),
]


@pytest.mark.parametrize("who", ["sam", "ivy", "lou", "asa", "pia", "ada", "stranger"])
def test_who_has_no_business_with_absences_gets_nowhere(sign_in: SignIn, missed: Episode, who: str) -> None:
    someone = sign_in(who)
    token = someone.token(someone.get("/account/password"))
    someone.get("/absences/", expect=403)
    someone.get(f"/absences/{missed.id}", expect=403)
    for deed in DEEDS:
        someone.post(f"/absences/{missed.id}{deed}", {"csrf_token": token}, expect=403)


def test_a_teacher_of_another_class_finds_nothing(sign_in: SignIn, missed: Episode) -> None:
    carl = sign_in("carl")
    token = carl.token(carl.get("/account/password"))
    carl.get(f"/absences/{missed.id}", expect=404)
    for deed, code in {"": 404, "/quick": 404, "/phone": 404, "/review": 403, "/close": 403}.items():
        carl.post(f"/absences/{missed.id}{deed}", {"csrf_token": token}, expect=code)


def test_a_homeroom_teacher_neither_reviews_nor_closes(sign_in: SignIn, missed: Episode) -> None:
    ann = sign_in("ann")
    token = ann.token(ann.get(f"/absences/{missed.id}"))
    for deed in ("/review", "/close"):
        ann.post(f"/absences/{missed.id}{deed}", {"csrf_token": token, "upto": "0"}, expect=403)


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999"])
def test_an_absence_that_is_none_is_not_found(sign_in: SignIn, number: str) -> None:
    sign_in("nora").get(f"/absences/{number}", expect=404)


def test_every_refusal_has_its_sentence() -> None:
    assert set(WORDS) == set(Refusal)


def crowd(cast: Cast, size: int) -> None:
    """So many absences of so many more children of 3(1), each with two calls and a sign."""
    with transaction() as session:
        students = [Student(number=f"C{n}", name=f"Crowd {n:03}", pinyin="crowd") for n in range(size)]
        session.add_all(students)
        session.flush()
        rows = [
            Episode(
                student_id=student.id,
                class_id=cast.classes["3-1"],
                first_on=TODAY,
                first_half=HalfDay.MORNING,
                last_absent_on=TODAY,
                state=[EpisodeState.OPEN, EpisodeState.TO_REVIEW, EpisodeState.BACK][n % 3],
                back_on=TODAY if n % 3 == 2 else None,
                reason=AbsenceReason.ILLNESS,
                due_at=None if n % 3 == 2 else at("08:40" if n % 2 else "12:00"),
                opened_at=at("08:00"),
            )
            for n, student in enumerate(students)
        ]
        session.add_all(
            Enrolment(student_id=one.id, starts=date(2026, 9, 1), class_id=cast.classes["3-1"])
            for one in students
        )
        session.add_all(rows)
        session.flush()
        session.add_all(
            Call(
                episode_id=row.id,
                at=at("08:05"),
                by=cast.users["ann"],
                way=CallWay.PHONE,
                result=CallResult.NOT_REACHED,
            )
            for row in rows
            for _ in range(2)
        )
        observe(
            at("08:05"),
            [
                Fact(
                    row.student_id,
                    ObservationKind.SYMPTOM,
                    "cough",
                    TODAY,
                    TODAY,
                    at("08:05"),
                    SourceKind.CALL,
                    1,
                    0,
                )
                for row in rows
            ],
        )


@pytest.mark.parametrize("who", ["nora", "ann"])
def test_the_queue_takes_as_many_statements_for_five_hundred_as_for_three(
    cast: Cast,
    sign_in: SignIn,
    statements: Callable[[], AbstractContextManager[list[str]]],
    who: str,
) -> None:
    someone = sign_in(who)
    counts = []
    for more in (3, 497):
        crowd(cast, more) if more == 3 else crowd_again(cast, more)
        with statements() as done:
            page = someone.get("/absences/")
        counts.append(len(done))
    assert len(page.select(".case")) == 500
    assert counts[0] == counts[1] <= 12, done


def crowd_again(cast: Cast, size: int) -> None:
    """More of them: the numbers of the first are taken."""
    with transaction() as session:
        session.execute(
            sa.update(Student).where(Student.number.startswith("C")).values(number="D" + Student.number)
        )
    crowd(cast, size)


def test_the_home_page_counts_what_the_queue_shows(
    app: Any, cast: Cast, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    take(cast, at("08:10"), {3: UNKNOWN, 4: ILL, 5: LEAVE, 6: ILL, 7: ILL})
    log(cast, at("08:20"), only(cast.students["3-1"][5]), CallResult.HOME_ILL)
    log(cast, at("08:20"), only(cast.students["3-1"][6]), CallResult.ARRIVED, by="nora")
    with statements() as done:
        nurse = queue_queries.queue_counts(None, at("09:00"), TODAY)
    assert len(done) == 2
    assert nurse == queue_queries.QueueCounts(to_review=1, overdue=1, today=1, back=1)
    mine = queue_queries.queue_counts({cast.classes["3-1"]}, at("09:00"), TODAY)
    assert mine == queue_queries.QueueCounts(to_review=0, overdue=1, today=1, back=1)
    theirs = queue_queries.queue_counts({cast.classes["4-2"]}, at("09:00"), TODAY)
    assert theirs == queue_queries.QueueCounts(0, 0, 0, 0)


def test_all_that_is_wrong_with_a_call_is_told_at_its_field_and_stays(
    app: Flask, missed: Episode, sign_in: SignIn
) -> None:
    ann = sign_in("ann")
    typed = {"temperature": "37.0", "next_on": "2026-09-25", "onset_on": "2026-09-22"}
    page = ann.send(ann.get(f"/absences/{missed.id}"), "#call-form", 422, result="not_reached", **typed)
    assert {where for where, _sentence in said(page)} == set(typed)
    assert {name: page.select_one(f"#{name}")["value"] for name in typed} == typed
