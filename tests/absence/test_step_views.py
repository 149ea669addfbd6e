"""The small forms of an absence's page, the sharing out, and brothers and sisters, as people use them."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.absence.test_views import button, said
from tests.absence.town import ILL, UNKNOWN, at, log, only, take
from tests.cast import Cast
from tracker import clock
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, EpisodeState
from tracker.db import db, transaction
from tracker.facts.models import Observation
from tracker.school.models import Guardian
from tracker.screening.rules import AbsenceReason

SignIn = Callable[[str], Any]


@pytest.fixture
def missed(cast: Cast) -> Episode:
    """The third child of 3(1), absent since Monday's morning check; it is 09:00."""
    take(cast, at("08:10"), {3: UNKNOWN})
    clock.freeze(at("09:00"))
    return only(cast.students["3-1"][2])


def form(deed: str, episode: Episode) -> str:
    return f'form[action="/absences/{episode.id}/{deed}"]'


def test_the_nurse_asks_back_and_the_teacher_reads_it(cast: Cast, sign_in: SignIn, missed: Episode) -> None:
    log(cast, at("09:00"), missed, CallResult.HOME_ILL)
    nora = sign_in("nora")
    page = nora.get(f"/absences/{missed.id}")
    page = nora.send(page, form("ask", missed), question="", expect=422)
    assert said(page) == [("question", "Question to the teacher: Please fill this in.")]
    nora.send(page, form("ask", missed), question="Any rash?")
    assert "The teacher is asked." in nora.get(nora.location).text
    ann = sign_in("ann")
    assert "Any rash?" in ann.get("/absences/").text
    page = ann.get(f"/absences/{missed.id}")
    assert "The school nurse asks: Any rash?" in page.text
    assert not page.select(form("ask", missed))


def test_taken_over_and_handed_back(sign_in: SignIn, missed: Episode) -> None:
    nora = sign_in("nora")
    page = nora.get(f"/absences/{missed.id}")
    nora.send(page, form("take-over", missed))
    page = nora.get(nora.location)
    assert not page.select(form("take-over", missed))
    assert "Calls: Nora Nurse" in sign_in("ann").get("/absences/").text
    nora.send(page, form("hand-back", missed))
    assert "Calls: Ann Teacher" in nora.get("/absences/").text


def test_the_teacher_sets_the_reason_right_and_what_it_was_stays(sign_in: SignIn, missed: Episode) -> None:
    ann = sign_in("ann")
    page = ann.get(f"/absences/{missed.id}")
    page = ann.send(page, form("reason", missed), new_reason="unknown", expect=422)
    ann.send(page, form("reason", missed), new_reason="injury")
    page = ann.get(ann.location)
    assert only(missed.student_id).reason is AbsenceReason.INJURY
    assert "Reason unknown → Injury" in page.select_one(".timeline").text


def test_a_struck_out_call_stays_crossed_out(cast: Cast, sign_in: SignIn, missed: Episode) -> None:
    number = log(cast, at("08:45"), missed, CallResult.HOME_ILL)
    nora = sign_in("nora")
    page = nora.get(f"/absences/{missed.id}")
    page = nora.send(page, form(f"calls/{number}/strike", missed), expect=422)
    assert said(page) == [("why", "Why is it struck out?: Please say why this call is struck out.")]
    nora.send(page, form(f"calls/{number}/strike", missed), why="another child")
    page = nora.get(nora.location)
    line = page.select_one(".timeline .struck")
    assert "At home, no doctor yet" in line.del_.text if line.del_ else line.select_one("del").text
    assert "another child" in line.text
    assert not page.select(form(f"calls/{number}/strike", missed))


def test_a_call_of_another_absence_is_not_struck_out(cast: Cast, sign_in: SignIn, missed: Episode) -> None:
    take(cast, at("08:10"), {1: ILL}, by="carl", place="4-2")
    other = only(cast.students["4-2"][0])
    number = log(cast, at("08:45"), other, CallResult.HOME_ILL, by="carl")
    ann = sign_in("ann")
    token = ann.token(ann.get("/absences/"))
    body = {"csrf_token": token, "key": "00000000-0000-0000-0000-000000000001"}
    ann.post(f"/absences/{missed.id}/calls/{number}/strike", body, expect=422)
    ann.post(f"/absences/{other.id}/calls/{number}/strike", body, expect=404)
    assert db.session.get_one(Call, number).struck_at is None


def test_a_closed_absence_is_followed_up_again(cast: Cast, sign_in: SignIn, missed: Episode) -> None:
    log(cast, at("09:00"), missed, CallResult.ARRIVED, by="nora")
    nora = sign_in("nora")
    page = nora.get(f"/absences/{missed.id}")
    nora.send(page, button(page, "Close"))
    page = nora.get(f"/absences/{missed.id}")
    page = nora.send(page, form("reopen", missed), expect=422)
    assert [where for where, _sentence in said(page)] == ["reopen_why"]
    nora.send(page, form("reopen", missed), reopen_why="it was her sister")
    assert only(missed.student_id).state is EpisodeState.OPEN
    assert "it was her sister" in nora.get(nora.location).select_one(".timeline").text


def test_a_class_is_shared_out_with_one_button(cast: Cast, sign_in: SignIn) -> None:
    take(cast, at("08:10"), dict.fromkeys((1, 2, 3), UNKNOWN))
    clock.freeze(at("09:00"))
    assert not sign_in("ann").get("/absences/").select('form[action^="/absences/share/"]')
    nora = sign_in("nora")
    page = nora.get("/absences/")
    assert page.select_one('form[action="/absences/share/2024-1"]').button.text == "3(1): share out 3 cases"
    for _ in range(2):
        nora.send(page, 'form[action="/absences/share/2024-1"]')
    page = nora.get(nora.location)
    assert not page.select('form[action^="/absences/share/"]')
    assert [row.text.split("Calls: ")[1].strip() for row in page.select(".case-next")] == [
        "Ann Teacher",
        "Bo Deputy",
        "Nora Nurse",
    ]


def test_who_was_not_shown_a_call_is_told_of_it_and_both_are_kept(
    cast: Cast, sign_in: SignIn, missed: Episode
) -> None:
    ann, bo = sign_in("ann"), sign_in("bo")
    row = f'form[action="/absences/{missed.id}/quick"]'
    first, second = ann.get("/absences/"), bo.get("/absences/")
    ann.send(first, row, result="not_reached")
    clock.freeze(at("09:01"))
    bo.send(second, row, result="home_better")
    assert "Ann Teacher has logged a call in the meantime. Both are kept." in bo.get(bo.location).text
    assert "meantime" not in ann.get("/absences/").text
    results = set(db.session.scalars(sa.select(Call.result)))
    assert results == {CallResult.NOT_REACHED, CallResult.HOME_BETTER}


class TestHousehold:
    @pytest.fixture
    def sister(self, cast: Cast, missed: Episode) -> int:
        """A child of 4(2) whose guardian has the same number as the third of 3(1); the fourth shares it too."""
        sister = cast.students["4-2"][0]
        with transaction() as session:
            session.add_all(
                Guardian(student_id=child, seq=1, phone_hash="same")
                for child in (missed.student_id, sister, cast.students["3-1"][3])
            )
            session.add(Guardian(student_id=cast.students["3-1"][4], seq=1, phone_hash="other"))
        return sister

    def test_they_are_named_and_their_health_is_not(
        self, cast: Cast, sign_in: SignIn, missed: Episode, sister: int
    ) -> None:
        take(cast, at("08:10"), {1: ILL}, by="carl", place="4-2")
        clock.freeze(at("09:00"))
        text = sign_in("ann").get(f"/absences/{missed.id}").select_one(".facts").text
        assert "Perhaps one household" in text and "Child 4-2 01" in text and "Child 3-1 04" in text
        assert "absent too" not in text and "Child 3-1 05" not in text
        page = sign_in("nora").get(f"/absences/{missed.id}")
        assert "absent too" in page.select_one(".facts").text
        assert [label.text.strip() for label in page.select("#also label")] == ["Child 4-2 01 4(2)"]

    def test_one_call_is_logged_for_both(
        self, cast: Cast, sign_in: SignIn, missed: Episode, sister: int
    ) -> None:
        take(cast, at("08:10"), {1: UNKNOWN}, by="carl", place="4-2")
        clock.freeze(at("09:00"))
        other = only(sister)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{missed.id}")
        for _ in range(2):
            nora.send(
                page,
                "#call-form",
                result="home_ill",
                also=[str(other.id)],
                symptoms=["cough"],
                next_on="2026-09-24",
            )
        calls = {one.episode_id: one for one in db.session.scalars(sa.select(Call))}
        assert set(calls) == {missed.id, other.id}
        assert {one.next_on.isoformat() for one in calls.values()} == {"2026-09-24"}
        assert only(sister).reason is ILL
        coughing = db.session.scalars(
            sa.select(Observation.student_id).where(Observation.code == "cough")
        ).all()
        assert coughing == [missed.student_id]

    def test_not_for_one_of_another_class(
        self, cast: Cast, sign_in: SignIn, missed: Episode, sister: int
    ) -> None:
        take(cast, at("08:10"), {1: UNKNOWN}, by="carl", place="4-2")
        clock.freeze(at("09:00"))
        ann = sign_in("ann")
        page = ann.get(f"/absences/{missed.id}")
        assert not page.select("#also")
        ann.send(page, "#call-form", result="home_ill", also=[str(only(sister).id)], expect=422)
        assert db.session.scalars(sa.select(Call)).all() == []
