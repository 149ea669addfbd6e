"""Clearing a child for the return to class: what the nurse ticks, what is refused, who came without."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask

from tests.absence.test_views import groups
from tests.absence.town import ILL, at, episodes, log, only, take
from tests.cast import TODAY, Cast
from tracker import clock
from tracker.absence import clearance_queries, clearance_service
from tracker.absence.call_service import close
from tracker.absence.models import Clearance, Episode, EpisodeAnchor
from tracker.absence.return_forms import WORDS
from tracker.absence.return_rules import Anchor, Check, Condition, ReturnRefusal, ReturnStage
from tracker.absence.rules import CallResult, EpisodeState, PaperKind, Refusal
from tracker.audit.models import ReadLog, Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.rules import Diagnosis
from tracker.screening import fever_service
from tracker.screening.fever_rules import Instrument
from tracker.screening.rules import AbsenceReason, FeverSource, State

SignIn = Callable[[str], Any]
TUE, WED, THU, MON = (date(2026, 9, day) for day in (22, 23, 24, 28))
SEEN = frozenset({Condition.TEMPERATURE_NORMAL, Condition.SYMPTOMS_GONE})
GOOD = {
    "day_fever_gone": "2026-09-21",
    "day_symptoms_gone": "2026-09-21",
    "conditions": ["temperature_normal", "symptoms_gone"],
    "papers": ["seen-recovery"],
    "returns_on": "2026-09-23",
}


def flu(cast: Cast, *, diagnosis: Diagnosis | None = Diagnosis.INFLUENZA) -> Episode:
    """The third child of 3(1) is missing since Monday morning and has influenza; it is Tuesday, 09:00."""
    take(cast, at("08:10"), {3: ILL})
    episode = only(cast.students["3-1"][2])
    log(cast, at("09:00"), episode, CallResult.DOCTOR, by="nora", diagnosis=diagnosis)
    take(cast, at("08:10", TUE), {3: ILL})
    clock.freeze(at("09:00", TUE))
    return only(cast.students["3-1"][2])


def clear_it(cast: Cast, when: datetime, episode: Episode, returns_on: date, **more: Any) -> Clearance:
    clock.freeze(when)
    check = Check(returns_on, SEEN, reason=more.pop("reason", None))
    with transaction():
        clearance_service.enter_days(
            cast.users["nora"], when, episode.id, {Anchor.FEVER_GONE: TODAY, Anchor.SYMPTOMS_GONE: TODAY}
        )
        return clearance_service.clear(
            cast.users["nora"], when, episode.id, check, seen=[PaperKind.RECOVERY], **more
        )


def words(refusal: ReturnRefusal, **details: Any) -> str:
    return str(WORDS[refusal] % details)


class TestCheck:
    def test_the_whole_check_in_one_form(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{episode.id}")
        assert "not known yet" in page.select_one("#return").parent.text
        nora.send(page, "#clear-form", **GOOD, do="clear")
        assert nora.location == f"/absences/{episode.id}#return"
        kept = db.session.scalars(sa.select(Clearance)).one()
        assert (kept.no, kept.earliest_on, kept.returns_on, kept.by) == (1, WED, WED, cast.users["nora"])
        assert kept.conditions == ["symptoms_gone", "temperature_normal"]
        assert kept.papers == [{"kind": "recovery", "attachment": None}]
        assert kept.rule_from == date(2026, 9, 1) and kept.note is None
        page = nora.get(nora.location)
        assert "Cleared to return from 2026-09-23" in page.text and not page.select("#clear-form")
        deed = db.session.scalars(sa.select(Trail).where(Trail.deed == "absence.clear")).one()
        assert deed.student_id == episode.student_id and deed.changes["returns_on"] == "2026-09-23"

    def test_the_days_alone_give_the_earliest_day(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        days = {key: GOOD[key] for key in ("day_fever_gone", "day_symptoms_gone")}
        typed = {**GOOD, "returns_on": "2026-09-25", "why": "any"}
        page = nora.send(nora.get(f"/absences/{episode.id}"), "#clear-form", 200, **typed, do="days")
        assert "2026-09-23 Wed" in page.select_one("section[aria-labelledby=return]").text
        assert page.select_one("#returns_on")["value"] == "2026-09-25"  # shown, never moved
        assert page.select_one("#why")["value"] == "any" and page.select("#papers [checked]")
        page = nora.send(page, "#clear-form", 200, do="take")
        assert page.select_one("#returns_on")["value"] == "2026-09-23"
        assert page.select_one("#day_fever_gone")["value"] == days["day_fever_gone"]
        assert "The earliest day is 2026-09-23." in page.select_one("#to-parents").text
        assert not db.session.scalars(sa.select(Clearance)).all()

    def test_a_day_entered_wrongly_is_entered_anew_and_the_old_one_stays(
        self, cast: Cast, sign_in: SignIn
    ) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        for day in ("2026-09-21", "2026-09-22", ""):
            nora.send(nora.get(f"/absences/{episode.id}"), "#clear-form", 200, day_fever_gone=day, do="days")
        rows = db.session.scalars(sa.select(EpisodeAnchor).order_by(EpisodeAnchor.no)).all()
        assert [(row.no, row.on) for row in rows] == [(1, TODAY), (2, TUE), (3, None)]
        back = clearance_queries.return_of(episode.id, TUE)
        assert back and Anchor.FEVER_GONE not in back.known and back.known[Anchor.ONSET] == TODAY

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({"papers": None}, "papers", words(ReturnRefusal.PAPER_MISSING, papers="Recovery certificate of the hospital")),
            ({"papers": None, "why": "lost"}, "papers", words(ReturnRefusal.PAPER_MISSING, papers="Recovery certificate of the hospital")),
            ({"papers": ["999"]}, "papers", words(ReturnRefusal.PAPER_GONE)),
            ({"papers": ["seen-plague", "x"]}, "papers", words(ReturnRefusal.PAPER_GONE)),
            ({"returns_on": "2026-09-22"}, "returns_on", words(ReturnRefusal.TOO_EARLY, earliest="2026-09-23")),
            ({"returns_on": "2026-09-21"}, "returns_on", words(ReturnRefusal.RETURN_IN_PAST)),
            ({"returns_on": "2026-09-20", "why": "x"}, "returns_on", words(ReturnRefusal.RETURN_BEFORE_ONSET, onset="2026-09-21")),
            ({"returns_on": "2026-09-26", "why": "x"}, "returns_on", words(ReturnRefusal.RETURN_NO_SCHOOL_DAY)),
            ({"returns_on": ""}, "returns_on", "Please fill this in."),
            ({"returns_on": "soon"}, "returns_on", "Please enter a day, such as 2026-09-21."),
            ({"conditions": ["symptoms_gone"]}, "conditions", words(ReturnRefusal.CONDITIONS_OPEN)),
            ({"day_fever_gone": ""}, "day_fever_gone", words(ReturnRefusal.ANCHOR_MISSING)),
            ({"day_fever_gone": "2026-09-23"}, "day_fever_gone", words(ReturnRefusal.ANCHOR_IN_FUTURE)),
            ({"day_fever_gone": "2026-09-20"}, "day_fever_gone", words(ReturnRefusal.ANCHOR_BEFORE_ONSET, onset="2026-09-21")),
        ],
    )  # fmt: skip
    def test_what_is_refused_at_its_field_and_stays(
        self, cast: Cast, sign_in: SignIn, typed: dict[str, Any], field: str, sentence: str
    ) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{episode.id}")
        page = nora.send(page, "#clear-form", expect=422, **{**GOOD, "why": "", **typed}, do="clear")
        link = page.select_one(".alert-danger li a")
        assert link["href"] == f"#{field}" and link.text.endswith(sentence)
        assert sentence in page.select_one(f"#{field}-error").text
        assert page.select_one("#day_symptoms_gone")["value"] == "2026-09-21"
        earliest = page.select_one("section[aria-labelledby=return] .facts").text
        assert ("2026-09-23" in earliest) == (not field.startswith("day_")), "as the days typed give it"
        ticked = {box["value"] for box in page.select("#clear-form input[type=checkbox][checked]")}
        assert ticked >= {"symptoms_gone"}
        assert not db.session.scalars(sa.select(Clearance)).all()
        assert not db.session.scalars(sa.select(EpisodeAnchor)).all()

    def test_all_that_is_wrong_is_told_at_once(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        typed = {"day_fever_gone": "2026-09-23", "day_symptoms_gone": "", "returns_on": "soon", "do": "clear"}
        page = nora.send(nora.get(f"/absences/{episode.id}"), "#clear-form", 422, **typed)
        fields = [link["href"][1:] for link in page.select(".alert-danger li a")]
        assert fields == ["day_fever_gone", "day_symptoms_gone", "conditions", "papers", "returns_on"]

    def test_a_reason_goes_before_the_day_and_the_conditions(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        typed = {
            **GOOD,
            "conditions": None,
            "returns_on": "2026-09-22",
            "why": "The doctor has seen the child",
        }
        nora.send(nora.get(f"/absences/{episode.id}"), "#clear-form", **typed, do="clear")
        kept = db.session.scalars(sa.select(Clearance)).one()
        assert (kept.returns_on, kept.earliest_on) == (TUE, WED)
        assert kept.note == "The doctor has seen the child" and kept.conditions == []

    @pytest.mark.parametrize("diagnosis", [None, Diagnosis.OTHER])
    def test_an_ordinary_cold_needs_no_check(
        self, cast: Cast, sign_in: SignIn, diagnosis: Diagnosis | None
    ) -> None:
        episode = flu(cast, diagnosis=diagnosis)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{episode.id}")
        assert not page.select("#return")
        data = {"csrf_token": nora.token(page), "key": str(uuid4()), "returns_on": "2026-09-23"}
        page = nora.post(f"/absences/{episode.id}/clear", data, expect=422)
        assert words(ReturnRefusal.NO_RULE) in page.text
        take(cast, at("08:10", WED))
        assert groups(nora.get("/absences/")) == {"back": ["Child 3-1 03"]}

    def test_a_rule_without_papers_asks_for_none(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast, diagnosis=Diagnosis.FEVER_UNDIAGNOSED)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{episode.id}")
        assert not page.select("#papers")
        ticked = ["temperature_normal", "no_medicine"]
        typed = {"day_fever_gone": "2026-09-21", "conditions": ticked, "returns_on": "2026-09-23"}
        nora.send(page, "#clear-form", **typed, do="clear")
        kept = db.session.scalars(sa.select(Clearance)).one()
        assert (kept.earliest_on, kept.papers) == (TUE, [])

    def test_a_clinics_paper_alone_gives_no_earliest_day(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast, diagnosis=Diagnosis.TUBERCULOSIS)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{episode.id}")
        assert not page.select("#conditions") and "Earliest day" not in page.text
        nora.send(page, "#clear-form", papers=["seen-recovery"], returns_on="2026-09-23", do="clear")
        assert db.session.scalars(sa.select(Clearance)).one().earliest_on is None

    def test_the_teacher_sees_the_rule_and_does_not_clear(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        ann = sign_in("ann")
        page = ann.get(f"/absences/{episode.id}")
        assert page.select("#return") and not page.select("#clear-form")
        data = {"csrf_token": ann.token(page), "key": str(uuid4())}
        ann.post(f"/absences/{episode.id}/clear", data, expect=403)
        ann.post(f"/absences/{episode.id}/clear/take-back", data, expect=403)
        ann.get(f"/absences/{episode.id}/return-slip", expect=403)


@pytest.mark.parametrize(
    ("retest", "why", "refused"),
    [(None, "", True), (None, "the doctor says so", True), ("36.6", "", False)],
)
def test_no_temperature_is_normal_while_one_of_today_awaits_its_retest(
    cast: Cast, sign_in: SignIn, retest: str | None, why: str, refused: bool
) -> None:
    episode = flu(cast)
    with transaction():
        fever_service.take_reading(
            cast.users["nora"],
            at("09:00", TUE),
            episode.student_id,
            TUE,
            375,
            Instrument.EAR,
            FeverSource.GATE,
            1,
        )
    nora = sign_in("nora")
    clock.freeze(at("09:12", TUE))
    if retest:
        nora.send(nora.get("/screening/fevers"), ".retest-form", temperature=retest)
    page = nora.get(f"/absences/{episode.id}")
    page = nora.send(page, "#clear-form", 422 if refused else 303, **GOOD, why=why, do="clear")
    assert len(db.session.scalars(sa.select(Clearance)).all()) == (not refused)
    if refused:
        sentence = "Today's 37.5 ℃ still awaits its retest. Please measure again first."
        assert sentence in page.select_one("#conditions-error").text


class TestTakenBack:
    def test_it_is_taken_back_and_made_anew(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        clear_it(cast, at("09:00", TUE), episode, WED)
        nora = sign_in("nora")
        page = nora.get(f"/absences/{episode.id}")
        nora.send(page, f'form[action="/absences/{episode.id}/clear/take-back"]')
        page = nora.get(nora.location)
        assert page.select("#clear-form") and "taken back 09-22 09:00" in page.text
        nora.send(page, "#clear-form", **{**GOOD, "returns_on": "2026-09-24"}, do="clear")
        rows = db.session.scalars(sa.select(Clearance).order_by(Clearance.no)).all()
        assert [(row.no, row.struck_at is None, row.returns_on) for row in rows] == [
            (1, False, WED),
            (2, True, THU),
        ]

    def test_there_must_be_one_to_take_back(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        data = {"csrf_token": nora.token(nora.get(f"/absences/{episode.id}")), "key": str(uuid4())}
        page = nora.post(f"/absences/{episode.id}/clear/take-back", data, expect=422)
        assert words(ReturnRefusal.NOT_CLEARED) in page.text


def test_of_two_at_once_one_clears(either_app: tuple[Flask, Cast]) -> None:
    app, cast = either_app
    episode = flu(cast)
    said: list[str] = []

    def run() -> None:
        with app.app_context():
            try:
                clear_it(cast, at("09:00", TUE), episode, WED)
                said.append("cleared")
            except Rejected as no:
                said.append(no.reason)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [ReturnRefusal.ALREADY_CLEARED, "cleared"]
    db.session.rollback()
    assert len(db.session.scalars(sa.select(Clearance)).all()) == 1


class TestCameWithout:
    def test_who_is_seen_present_uncleared_is_before_the_nurse_at_once(
        self, cast: Cast, sign_in: SignIn
    ) -> None:
        episode = flu(cast)
        take(cast, at("08:10", WED))
        page = sign_in("nora").get("/absences/")
        assert next(iter(groups(page).items())) == ("came_without", ["Child 3-1 03"])
        assert "Came without clearance" in page.text and "Close" not in [
            one.text for one in page.select("button")
        ]
        assert groups(sign_in("ann").get("/absences/")) == {"came_without": ["Child 3-1 03"]}
        assert [one.found.episode.id for one in clearance_queries.came_without(WED)] == [episode.id]
        assert clearance_queries.came_without(WED, [cast.classes["4-2"]]) == []

    def test_the_teacher_is_told_neutrally_at_once(self, cast: Cast, sign_in: SignIn) -> None:
        flu(cast)
        ann = sign_in("ann")
        clock.freeze(at("08:05", WED))
        no = take(cast, at("08:10", WED))
        receipt = ann.get(f"/screening/2024-1/2026-09-23/morning/{no}")
        told = receipt.select_one(".receipt .alert-warning").text
        assert "Please send to the school nurse first" in told and "03 Child 3-1 03" in told
        assert "nfluenza" not in receipt.text
        assert "03 Child 3-1 03" in ann.get("/").select_one("section[aria-labelledby=came-without]").text
        assert not sign_in("carl").get("/").select("#came-without")
        nora = sign_in("nora")
        assert "Came without clearance" in nora.get("/nurse/").select_one(".wait").text
        for visitor in (ann, nora):  # told above, and not once more among those who are back
            assert visitor.get("/").select("section[aria-labelledby=queue] dd")[-1].text == "0"

    def test_it_stays_open_until_it_is_cleared(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        take(cast, at("08:10", WED))
        with pytest.raises(Rejected) as no, transaction():
            close(cast.users["nora"], at("08:30", WED), episode.id, 1)
        assert no.value.reason is Refusal.NOT_CLEARED
        clear_it(cast, at("08:40", WED), episode, WED)
        assert groups(sign_in("nora").get("/absences/")) == {"back": ["Child 3-1 03"]}
        with transaction():
            close(cast.users["nora"], at("08:45", WED), episode.id, 1)
        assert only(episode.student_id).state is EpisodeState.CLOSED

    def test_sent_back_a_day_too_early_is_the_same(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        clear_it(cast, at("09:00", TUE), episode, THU)
        take(cast, at("08:10", WED))
        nora = sign_in("nora")
        assert groups(nora.get("/absences/")) == {"came_without": ["Child 3-1 03"]}
        assert (
            "call to have the child fetched"
            in nora.get(f"/absences/{episode.id}").select_one("#return").parent.text
        )
        clock.freeze(at("08:00", THU))
        assert groups(nora.get("/absences/")) == {"back": ["Child 3-1 03"]}

    def test_missed_again_days_later_it_is_still_the_same_absence(self, app: Flask, cast: Cast) -> None:
        episode = flu(cast)
        take(cast, at("08:10", WED))
        take(cast, at("08:10", MON), {3: AbsenceReason.PERSONAL})
        (same,) = episodes(episode.student_id)
        assert (same.id, same.state, same.back_on) == (episode.id, EpisodeState.OPEN, None)

    def test_a_word_lapses_when_the_child_is_missed_on_a_later_day(self, app: Flask, cast: Cast) -> None:
        episode = flu(cast)
        clear_it(cast, at("09:00", TUE), episode, WED)
        take(cast, at("08:10", WED))
        take(cast, at("08:10", THU), {3: ILL})
        take(cast, at("08:10", MON))
        assert [one.stage for one in clearance_queries.came_without(MON)] == [ReturnStage.CAME_WITHOUT]
        clear_it(cast, at("09:00", MON), episode, MON)
        assert clearance_queries.came_without(MON) == []
        rows = db.session.scalars(sa.select(Clearance).order_by(Clearance.no)).all()
        assert [row.struck_at is None for row in rows] == [False, True]

    def test_who_was_taken_off_the_roster_is_closed_without(self, app: Flask, cast: Cast) -> None:
        episode = flu(cast)
        log(cast, at("09:30", TUE), episode, CallResult.MOVED, by="nora")
        with transaction():
            close(cast.users["nora"], at("10:00", TUE), episode.id, 9)
        assert only(episode.student_id).state is EpisodeState.CLOSED


def chips(page: BeautifulSoup, seat: str) -> str:
    """What the sheet's chip of a seat starts with."""
    chip = next(one for one in page.select(".chip") if one.summary.text.strip().startswith(seat))
    return chip.select_one("input[checked]")["value"]


class TestWaiting:
    def test_the_earliest_day_brings_the_child_before_the_nurse(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        with transaction():
            clearance_service.enter_days(
                cast.users["nora"],
                at("09:00", TUE),
                episode.id,
                {Anchor.FEVER_GONE: TODAY, Anchor.SYMPTOMS_GONE: TODAY},
            )
        nora = sign_in("nora")
        assert "to_clear" not in groups(nora.get("/absences/"))
        clock.freeze(at("07:55", WED))
        assert groups(nora.get("/absences/")) == {"to_clear": ["Child 3-1 03"]}
        assert chips(sign_in("ann").get("/screening/2024-1/2026-09-23/morning"), "03") == "absent:recovering"

    def test_it_costs_the_sheet_one_statement(
        self, cast: Cast, sign_in: SignIn, statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        flu(cast)
        clock.freeze(at("07:55", WED))
        ann = sign_in("ann")
        with statements() as done:
            ann.get("/screening/2024-1/2026-09-23/morning")
        assert len(done) <= 10, done

    def test_a_day_of_return_that_was_agreed_on_does_too(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        log(cast, at("09:30", TUE), episode, CallResult.RECOVERED, by="nora", next_on=WED)
        clock.freeze(at("07:55", WED))
        assert groups(sign_in("nora").get("/absences/")) == {"to_clear": ["Child 3-1 03"]}
        assert [one.found.episode.id for one in clearance_queries.expected_back(WED)] == [episode.id]

    def test_who_is_cleared_is_expected_in_class(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        clock.freeze(at("13:45", TUE))
        assert chips(sign_in("ann").get("/screening/2024-1/2026-09-22/noon"), "03") == "absent:illness"
        clear_it(cast, at("09:00", TUE), episode, WED)
        clock.freeze(at("07:55", WED))
        assert chips(sign_in("ann").get("/screening/2024-1/2026-09-23/morning"), "03") == State.NORMAL
        assert [one.stage for one in clearance_queries.expected_back(WED)] == [ReturnStage.CLEARED]
        assert clearance_queries.not_admitted(WED) == []


class TestPrinted:
    def test_the_slip_says_who_may_come_and_not_why(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        nora.get(f"/absences/{episode.id}/return-slip", expect=404)
        clear_it(cast, at("09:00", TUE), episode, WED)
        page = nora.get(f"/absences/{episode.id}/return-slip")
        slips = page.select(".slip")
        assert len(slips) == 2
        for slip in slips:
            for part in ("3(1)", "Child 3-1 03", "2026-09-23 Wed", "Nora Nurse"):
                assert part in slip.text
        assert not {"Influenza", "Recovery", "fever"} & set(page.text.split())
        assert db.session.scalar(sa.select(ReadLog.times).where(ReadLog.page == "return-slip")) == 1

    def test_the_list_of_the_day_names_no_illness(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        page = nora.get("/absences/returns")
        assert "Nobody is expected back today." in page.text
        assert [row.select("td")[1].text for row in page.select("tbody tr")] == ["Child 3-1 03"]
        clear_it(cast, at("09:00", TUE), episode, WED)
        clock.freeze(at("07:30", WED))
        page = nora.get("/absences/returns")
        (row,) = page.select("tbody tr")
        assert [cell.text for cell in row.select("td")] == ["3(1) · 03", "Child 3-1 03", "Cleared to return"]
        assert "nfluenza" not in page.text
