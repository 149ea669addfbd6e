"""Asking back, taking over, sharing out, setting the reason right, following up again."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.absence.test_call_service import close, facts
from tests.absence.town import ILL, UNKNOWN, at, log, move, only, take
from tests.cast import TODAY, Cast
from tracker import clock
from tracker.absence import queries, queue_queries, step_service
from tracker.absence.call_rules import NextStep, QueueGroup
from tracker.absence.models import Episode, EpisodeStep
from tracker.absence.queue_queries import QueueRow
from tracker.absence.rules import CallResult, EpisodeState, Refusal, StepKind, shared_out
from tracker.accounts.models import Assignment
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.rules import ObservationKind, SourceKind
from tracker.screening.rules import AbsenceReason

MON, TUE, WED = TODAY, date(2026, 9, 22), date(2026, 9, 23)
SATURDAY, NEXT_MON = date(2026, 9, 26), date(2026, 9, 28)
R = CallResult

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def missed(app: Flask, cast: Cast) -> Episode:
    """The third child of 3(1), absent since Monday's morning check; nobody knows why."""
    take(cast, at("08:10"), {3: UNKNOWN})
    return only(cast.students["3-1"][2])


def do(when: Any, verb: Callable[..., object], *given: Any) -> None:
    clock.freeze(when)
    with transaction():
        verb(*given[:1], when, *given[1:])


def rows(cast: Cast, when: Any, who: str) -> dict[str, QueueRow]:
    """The queue as somebody sees it, by name."""
    clock.freeze(when)
    db.session.rollback()
    reviewer = who == "nora"
    classes = None if reviewer else {cast.classes["3-1"]}
    groups = queue_queries.queue(classes, when, clock.today(), reviewer=reviewer, me=cast.users[who])
    return {row.found.student.name: row for found in groups.values() for row in found}


class TestAskingBack:
    def test_it_reads_what_was_shown_and_stands_on_the_teachers_list(
        self, cast: Cast, missed: Episode
    ) -> None:
        number = log(cast, at("08:45"), missed, R.HOME_ILL)
        do(at("09:00"), step_service.ask_back, cast.users["nora"], missed.id, "Any rash?", number)
        found = only(missed.student_id)
        assert (found.state, found.question, found.due_at) == (EpisodeState.OPEN, "Any rash?", at("09:00"))
        row = rows(cast, at("09:01"), "ann")["Child 3-1 03"]
        assert (row.group, row.step) == (QueueGroup.OVERDUE, NextStep.ANSWER)

    def test_the_next_call_answers_it(self, cast: Cast, missed: Episode) -> None:
        number = log(cast, at("08:45"), missed, R.HOME_ILL)
        do(at("09:00"), step_service.ask_back, cast.users["nora"], missed.id, "Any rash?", number)
        log(cast, at("09:10"), missed, R.HOME_ILL, note="no rash")
        found = only(missed.student_id)
        assert (found.question, found.state) == (None, EpisodeState.TO_REVIEW)
        assert [one.text for one in db.session.scalars(sa.select(EpisodeStep))] == ["Any rash?"]

    def test_not_before_everything_is_read(self, cast: Cast, missed: Episode) -> None:
        number = log(cast, at("08:45"), missed, R.HOME_ILL)
        log(cast, at("08:50"), missed, R.HOME_BETTER, by="bo")
        with pytest.raises(Rejected, match=Refusal.UNREAD):
            do(at("09:00"), step_service.ask_back, cast.users["nora"], missed.id, "Any rash?", number)

    def test_asked_on_a_saturday_it_is_due_on_the_next_school_day(self, cast: Cast, missed: Episode) -> None:
        do(at("10:00", SATURDAY), step_service.ask_back, cast.users["nora"], missed.id, "Any rash?", 0)
        assert only(missed.student_id).due_at == at("08:40", NEXT_MON)

    def test_who_takes_the_case_over_settles_the_question(self, cast: Cast, missed: Episode) -> None:
        number = log(cast, at("08:45"), missed, R.HOME_ILL)
        usual = only(missed.student_id).due_at
        do(at("09:00"), step_service.ask_back, cast.users["nora"], missed.id, "Any rash?", number)
        do(at("09:05"), step_service.take_over, cast.users["nora"], missed.id)
        found = only(missed.student_id)
        assert (found.question, found.due_at) == (None, usual)
        nurse, teacher = (rows(cast, at("09:06"), who)["Child 3-1 03"] for who in ("nora", "ann"))
        assert NextStep.ANSWER not in (nurse.step, teacher.step)
        assert teacher.group is QueueGroup.LATER

    def test_who_asks_about_a_case_taken_over_hands_it_back(self, cast: Cast, missed: Episode) -> None:
        do(at("09:00"), step_service.take_over, cast.users["nora"], missed.id)
        do(at("09:05"), step_service.ask_back, cast.users["nora"], missed.id, "Any rash?", 0)
        row = rows(cast, at("09:06"), "ann")["Child 3-1 03"]
        assert (row.group, row.step, row.caller) == (QueueGroup.OVERDUE, NextStep.ANSWER, "Ann Teacher")


class TestWhoCalls:
    def test_the_homeroom_teacher_calls_unless_somebody_took_it_over(
        self, cast: Cast, missed: Episode
    ) -> None:
        assert rows(cast, at("09:00"), "ann")["Child 3-1 03"].caller == "Ann Teacher"
        do(at("09:00"), step_service.take_over, cast.users["nora"], missed.id)
        nurse, teacher = (rows(cast, at("09:00"), who)["Child 3-1 03"] for who in ("nora", "ann"))
        assert nurse.caller == teacher.caller == "Nora Nurse"
        assert (nurse.group, teacher.group) == (QueueGroup.OVERDUE, QueueGroup.LATER)
        mine = queue_queries.queue_counts({cast.classes["3-1"]}, at("09:00"), MON, me=cast.users["ann"])
        assert (mine.overdue, mine.today) == (0, 0)
        do(at("09:05"), step_service.hand_back, cast.users["nora"], missed.id)
        assert rows(cast, at("09:05"), "ann")["Child 3-1 03"].group is QueueGroup.OVERDUE
        kinds = [one.kind for one in db.session.scalars(sa.select(EpisodeStep).order_by(EpisodeStep.no))]
        assert kinds == [StepKind.TAKEN_OVER, StepKind.HANDED_BACK]

    def test_where_the_guardian_will_not_say_the_nurse_calls(self, cast: Cast, missed: Episode) -> None:
        log(cast, at("08:45"), missed, R.DECLINED)
        nurse, teacher = (rows(cast, at("13:00", TUE), who)["Child 3-1 03"] for who in ("nora", "ann"))
        assert (nurse.group, nurse.caller) == (QueueGroup.TO_REVIEW, "Ann Teacher")
        assert (teacher.group, teacher.caller, teacher.step) == (
            QueueGroup.LATER,
            None,
            NextStep.NURSE_CALLS,
        )
        mine = queue_queries.queue_counts({cast.classes["3-1"]}, at("13:00", TUE), TUE, me=cast.users["ann"])
        assert mine.overdue == 0

    def test_a_class_with_three_cases_is_shared_out(self, cast: Cast) -> None:
        take(cast, at("08:10"), dict.fromkeys((1, 2, 3, 4), UNKNOWN))
        take(cast, at("08:10"), {1: UNKNOWN}, by="carl", place="4-2")
        class_id = cast.classes["3-1"]
        do(at("09:00"), step_service.share_out, cast.users["nora"], class_id, 2024)
        seen = rows(cast, at("09:00"), "nora")
        assert {name: row.caller for name, row in seen.items()} == {
            "Child 3-1 01": "Ann Teacher",
            "Child 3-1 02": "Bo Deputy",
            "Child 3-1 03": "Nora Nurse",
            "Child 3-1 04": "Ann Teacher",
            "Child 4-2 01": "Carl Teacher",
        }
        assert rows(cast, at("09:00"), "bo")["Child 3-1 02"].group is QueueGroup.OVERDUE
        assert rows(cast, at("09:00"), "bo")["Child 3-1 03"].group is QueueGroup.LATER

    def test_two_cases_are_not_shared_out(self, cast: Cast) -> None:
        take(cast, at("08:10"), {1: UNKNOWN, 2: UNKNOWN})
        with pytest.raises(Rejected, match=Refusal.TOO_FEW):
            do(at("09:00"), step_service.share_out, cast.users["nora"], cast.classes["3-1"], 2024)

    def test_who_is_named_and_no_longer_of_the_class_does_not_call(self, cast: Cast) -> None:
        take(cast, at("08:10"), dict.fromkeys((1, 2, 3), UNKNOWN))
        do(at("09:00"), step_service.share_out, cast.users["nora"], cast.classes["3-1"], 2024)
        with transaction():
            db.session.execute(
                sa.update(Assignment).where(Assignment.user_id == cast.users["bo"]).values(ends=MON)
            )
        assert rows(cast, at("09:00", TUE), "ann")["Child 3-1 02"].caller == "Ann Teacher"

    def test_a_child_who_moved_is_called_about_by_the_new_teacher(self, cast: Cast, missed: Episode) -> None:
        with transaction():
            db.session.execute(sa.update(Episode).values(caller_id=cast.users["bo"]))
        move(missed.student_id, cast.classes["4-2"])
        assert rows(cast, at("09:00"), "nora")["Child 3-1 03"].caller == "Carl Teacher"


def test_cases_are_shared_out_in_turn() -> None:
    assert shared_out([7, 8, 9, 10], [1, 2, 3]) == {7: 1, 8: 2, 9: 3, 10: 1}


class TestReason:
    def test_set_right_its_days_count_as_illness(self, cast: Cast, missed: Episode) -> None:
        take(cast, at("08:10", TUE), {3: UNKNOWN})
        do(at("09:00", TUE), step_service.correct_reason, cast.users["ann"], missed.id, ILL)
        found = only(missed.student_id)
        assert (found.reason, found.due_at) == (ILL, at("12:00", TUE))
        assert [(fact[0], fact[4]) for fact in facts(missed.student_id)] == [
            (ObservationKind.ILL_ABSENCE, MON),
            (ObservationKind.ILL_ABSENCE, TUE),
        ]
        step = db.session.scalars(sa.select(EpisodeStep)).one()
        assert (step.kind, step.reason_before, step.reason_after) == (StepKind.REASON, UNKNOWN, ILL)
        assert {one.source_kind for one in observations(missed)} == {SourceKind.EPISODE}

    def test_set_right_its_days_count_as_illness_no_longer(self, cast: Cast) -> None:
        take(cast, at("08:10"), {4: ILL})
        found = only(cast.students["3-1"][3])
        leave = AbsenceReason.PERSONAL
        do(at("09:00"), step_service.correct_reason, cast.users["nora"], found.id, leave)
        assert facts(found.student_id) == []
        assert only(found.student_id).due_at is None

    def test_the_same_reason_is_no_correction(self, cast: Cast, missed: Episode) -> None:
        with pytest.raises(Rejected, match=Refusal.SAME_REASON):
            do(at("09:00"), step_service.correct_reason, cast.users["ann"], missed.id, UNKNOWN)


def observations(episode: Episode) -> list[Any]:
    from tracker.facts.models import Observation

    return list(
        db.session.scalars(sa.select(Observation).where(Observation.student_id == episode.student_id))
    )


class TestReopening:
    def test_a_closed_one_is_called_about_again(self, cast: Cast, missed: Episode) -> None:
        take(cast, at("08:10", TUE))
        close(cast, missed, day=TUE)
        do(at("10:00", WED), step_service.reopen, cast.users["nora"], missed.id, "fetched again")
        found = only(missed.student_id)
        assert (found.state, found.back_on, found.due_at) == (EpisodeState.OPEN, None, at("10:00", WED))
        assert (found.ended_on, found.ended_half, found.ended_how, found.closed_at) == (None,) * 4

    def test_not_one_that_is_open(self, cast: Cast, missed: Episode) -> None:
        with pytest.raises(Rejected, match=Refusal.NOT_CLOSED):
            do(at("10:00"), step_service.reopen, cast.users["nora"], missed.id, "why")

    def test_not_beside_another(self, cast: Cast, missed: Episode) -> None:
        take(cast, at("08:10", TUE))
        close(cast, missed, day=TUE)
        take(cast, at("08:10", date(2026, 9, 24)), {3: ILL})
        assert queries.other_live(missed.student_id, missed.id)
        with pytest.raises(Rejected, match=Refusal.OTHER_LIVE):
            do(at("10:00", date(2026, 9, 24)), step_service.reopen, cast.users["nora"], missed.id, "why")
