"""What sheets make of absences, through the real sheet and the real database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.absence.town import (
    ILL,
    LEAVE,
    UNKNOWN,
    at,
    episodes,
    log,
    meanwhile,
    move,
    only,
    take,
    undo,
)
from tests.cast import TODAY, Cast, count
from tests.conftest import Visitor
from tracker import clock
from tracker.absence import queries, service
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, EndedHow, EpisodeState, Seen
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.errors import RunAgain
from tracker.screening import queries as sheets
from tracker.screening.rules import AbsenceReason, HalfDay, State

MON, TUE, WED, THU = TODAY, date(2026, 9, 22), date(2026, 9, 23), date(2026, 9, 24)
NEXT_MON = date(2026, 9, 28)  # after the holiday of the 25th to the 27th

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.mark.usefixtures("app")
class TestOpening:
    def test_who_is_absent_stands_in_the_queue_at_once(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: UNKNOWN, 4: ILL, 5: LEAVE})
        third, fourth, fifth = (only(cast.students["3-1"][seat - 1]) for seat in (3, 4, 5))
        assert (third.state, third.first_on, third.first_half) == (EpisodeState.OPEN, MON, HalfDay.MORNING)
        assert third.class_id == cast.classes["3-1"]
        assert third.due_at == at("08:40")
        assert fourth.due_at == at("12:00")
        assert fifth.due_at is None

    def test_an_unknown_reason_found_late_is_to_be_asked_for_at_once(self, cast: Cast) -> None:
        take(cast, at("09:20"), {3: UNKNOWN})
        assert only(cast.students["3-1"][2]).due_at == at("09:20")

    @pytest.mark.parametrize(
        "state",
        [State.NOT_HERE, State.AWAY, State.IN_ROOM, State.LEFT, State.UNSET, AbsenceReason.UNREGISTERED],
    )
    def test_who_is_not_followed_up_opens_nothing(self, cast: Cast, state: Any) -> None:
        take(cast, at("08:10"), {3: state})
        assert count(Episode) == 0

    def test_the_second_session_of_the_day_finds_it_open(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: UNKNOWN})
        take(cast, at("13:50"), {3: ILL}, session="noon")
        found = only(cast.students["3-1"][2])
        assert (found.reason, found.due_at) == (AbsenceReason.ILLNESS, at("16:30"))

    def test_the_next_day_continues_it(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE), {3: ILL})
        found = only(cast.students["3-1"][2])
        assert (found.first_on, found.last_absent_on, found.state) == (MON, TUE, EpisodeState.OPEN)

    def test_a_sheet_entered_afterwards_on_a_day_off_is_due_on_the_next_school_day(self, cast: Cast) -> None:
        take(cast, at("10:00", date(2026, 9, 26)), {3: ILL}, day=THU, by="nora", reason="from paper")
        assert only(cast.students["3-1"][2]).due_at == at("08:40", NEXT_MON)


@pytest.mark.usefixtures("app")
class TestReturning:
    def test_seen_present_again_is_back_and_nobody_has_to_call(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE))
        found = only(cast.students["3-1"][2])
        assert (found.state, found.back_on, found.due_at) == (EpisodeState.BACK, TUE, None)

    def test_present_at_noon_is_back_the_same_day(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("13:50"), session="noon")
        assert only(cast.students["3-1"][2]).state is EpisodeState.BACK

    def test_what_the_nurse_has_not_read_stays_to_be_read(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        log(cast, at("09:00"), only(cast.students["3-1"][2]), CallResult.HOME_BETTER)
        take(cast, at("08:10", TUE))
        found = only(cast.students["3-1"][2])
        assert (found.state, found.back_on) == (EpisodeState.TO_REVIEW, TUE)

    def test_absent_again_the_next_school_day_is_the_same_absence(self, cast: Cast) -> None:
        take(cast, at("08:10", WED), {3: ILL})
        take(cast, at("08:10", THU))
        take(cast, at("08:10", NEXT_MON), {3: UNKNOWN})
        found = only(cast.students["3-1"][2])
        assert (found.state, found.back_on, found.last_absent_on) == (EpisodeState.OPEN, None, NEXT_MON)
        assert (found.reason, found.due_at) == (AbsenceReason.ILLNESS, at("12:00", NEXT_MON))

    def test_absent_again_later_is_another_absence(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE))
        take(cast, at("08:10", THU), {3: ILL})
        old, new = episodes(cast.students["3-1"][2])
        assert (old.state, old.ended_on, old.ended_how) == (EpisodeState.CLOSED, TUE, EndedHow.RETURNED)
        assert (new.state, new.first_on) == (EpisodeState.OPEN, THU)

    def test_absent_again_for_other_reasons_is_another_absence(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE))
        take(cast, at("08:10", WED), {3: LEAVE})
        old, new = episodes(cast.students["3-1"][2])
        assert (old.state, new.reason) == (EpisodeState.CLOSED, AbsenceReason.PERSONAL)

    def test_a_closed_absence_goes_on_too(self, cast: Cast) -> None:
        from tracker.absence import call_service

        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE))
        with transaction():
            call_service.close(cast.users["nora"], at("09:00", TUE), only(cast.students["3-1"][2]).id, 0)
        take(cast, at("08:10", WED), {3: ILL})
        found = only(cast.students["3-1"][2])
        assert (found.state, found.ended_on, found.ended_how) == (EpisodeState.OPEN, None, None)
        assert (found.first_on, found.closed_at) == (MON, None)


@pytest.mark.usefixtures("app")
class TestCorrections:
    def test_a_correction_the_same_day_makes_it_void_where_nobody_called(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL, 4: ILL})
        take(cast, at("08:20"), {4: ILL}, base=1)
        assert only(cast.students["3-1"][2]).state is EpisodeState.VOID
        assert only(cast.students["3-1"][3]).state is EpisodeState.OPEN

    @pytest.mark.parametrize(
        "state",
        [State.NOT_HERE, State.AWAY, State.IN_ROOM, State.LEFT, State.UNSET, AbsenceReason.UNREGISTERED],
    )
    def test_corrected_to_what_is_no_absence_it_is_void(self, cast: Cast, state: Any) -> None:
        take(cast, at("08:10"), {3: UNKNOWN, 4: UNKNOWN})
        take(cast, at("08:20"), {3: state, 4: UNKNOWN}, base=1)
        third, fourth = (only(cast.students["3-1"][seat - 1]) for seat in (3, 4))
        assert (third.state, third.due_at) == (EpisodeState.VOID, None)
        assert (fourth.state, fourth.due_at) == (EpisodeState.OPEN, at("08:40"))

    def test_corrected_to_away_it_stays_where_another_sheet_missed_the_student(self, cast: Cast) -> None:
        take(cast, at("08:00"), {3: UNKNOWN}, session="arrival")
        take(cast, at("08:10"), {3: UNKNOWN})
        take(cast, at("08:20"), {3: AbsenceReason.UNREGISTERED}, base=1)
        found = only(cast.students["3-1"][2])
        assert (found.state, found.reason) == (EpisodeState.OPEN, UNKNOWN)
        take(cast, at("08:25"), {3: State.AWAY}, session="arrival", base=1)
        assert only(cast.students["3-1"][2]).state is EpisodeState.VOID

    def test_corrected_to_away_after_a_call_it_stays_for_the_nurse(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: UNKNOWN})
        log(cast, at("08:15"), only(cast.students["3-1"][2]), CallResult.NOT_REACHED, by="nora")
        take(cast, at("08:20"), {3: State.AWAY}, base=1)
        assert only(cast.students["3-1"][2]).state is EpisodeState.OPEN

    def test_after_a_call_the_nurse_closes(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        log(cast, at("08:15"), only(cast.students["3-1"][2]), CallResult.NOT_REACHED)
        take(cast, at("08:20"), base=1)
        found = only(cast.students["3-1"][2])
        assert (found.state, found.back_on) == (EpisodeState.TO_REVIEW, MON)

    def test_absent_after_a_void_one_opens_another(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:20"), base=1)
        take(cast, at("13:50"), {3: ILL}, session="noon")
        void, live = episodes(cast.students["3-1"][2])
        assert (void.state, live.state) == (EpisodeState.VOID, EpisodeState.OPEN)
        assert live.first_half is HalfDay.AFTERNOON

    def test_who_comes_late_was_not_absent(self, cast: Cast) -> None:
        take(cast, at("08:00"), {3: UNKNOWN}, session="arrival")
        take(cast, at("08:20"), session="morning")
        assert only(cast.students["3-1"][2]).state is EpisodeState.VOID

    def test_the_later_session_decides_when_the_earlier_is_corrected(self, cast: Cast) -> None:
        take(cast, at("08:00"), {3: UNKNOWN}, session="arrival")
        take(cast, at("08:10"), {3: UNKNOWN}, session="morning")
        take(cast, at("08:20"), session="arrival", base=1)
        found = only(cast.students["3-1"][2])
        assert (found.state, found.back_on) == (EpisodeState.OPEN, None)

    def test_a_morning_corrected_after_noon_does_not_take_back_the_return(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("13:50"), session="noon")
        take(cast, at("14:00"), {3: ILL, 4: State.NOT_HERE}, base=1)
        assert only(cast.students["3-1"][2]).state is EpisodeState.BACK

    def test_a_mistaken_all_normal_is_set_right_by_the_next_session(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:00", TUE), session="arrival")
        take(cast, at("08:20", TUE), {3: ILL})
        found = only(cast.students["3-1"][2])
        assert (found.state, found.back_on, found.last_absent_on) == (EpisodeState.OPEN, None, TUE)

    def test_who_was_logged_as_arrived_is_not_missed_again_by_a_correction(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: UNKNOWN})
        log(cast, at("08:50"), only(cast.students["3-1"][2]), CallResult.ARRIVED, by="nora")
        assert only(cast.students["3-1"][2]).state is EpisodeState.BACK
        take(cast, at("09:30"), {3: UNKNOWN, 4: State.NOT_HERE}, base=1)
        assert only(cast.students["3-1"][2]).state is EpisodeState.BACK
        take(cast, at("13:50"), {3: UNKNOWN}, session="noon")
        assert only(cast.students["3-1"][2]).state is EpisodeState.OPEN

    def test_a_correction_of_an_older_day_does_not_end_it(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE), {3: ILL})
        take(cast, at("09:00", TUE), day=MON, base=1, by="nora", reason="asked the teacher")
        assert only(cast.students["3-1"][2]).state is EpisodeState.OPEN

    def test_undone_as_if_it_had_not_been_sent(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE), {4: ILL})
        undo(cast, at("08:15", TUE))
        third, fourth = (only(cast.students["3-1"][seat - 1]) for seat in (3, 4))
        assert (third.state, third.back_on) == (EpisodeState.OPEN, None)
        assert third.due_at == at("12:00", TUE)
        assert fourth.state is EpisodeState.VOID

    def test_undone_after_a_call_it_stays_for_the_nurse(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        log(cast, at("08:12"), only(cast.students["3-1"][2]), CallResult.NOT_REACHED)
        undo(cast, at("08:15"))
        assert only(cast.students["3-1"][2]).state is EpisodeState.TO_REVIEW

    def test_undoing_a_sheet_does_not_undo_an_arrival_somebody_logged(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        log(cast, at("07:55", TUE), only(cast.students["3-1"][2]), CallResult.ARRIVED, by="nora")
        take(cast, at("08:10", TUE))
        undo(cast, at("08:15", TUE))
        assert only(cast.students["3-1"][2]).state is EpisodeState.BACK

    def test_undone_in_the_new_class_of_a_child_who_moved(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        child = cast.students["3-1"][2]
        move(child, cast.classes["4-2"], on=TUE)
        take(cast, at("08:10", TUE), by="carl", place="4-2")
        assert only(child).state is EpisodeState.BACK
        undo(cast, at("08:15", TUE), by="carl", place="4-2")
        found = only(child)
        assert (found.state, found.back_on, found.class_id) == (EpisodeState.OPEN, None, cast.classes["3-1"])

    def test_undone_leaves_a_class_mate_alone_whom_another_class_saw(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        child = cast.students["3-1"][2]
        move(child, cast.classes["4-2"], on=TUE)
        take(cast, at("08:10", TUE), by="carl", place="4-2")
        take(cast, at("08:12", TUE))
        undo(cast, at("08:15", TUE))
        assert only(child).state is EpisodeState.BACK

    @pytest.mark.parametrize("called", [False, True])
    def test_undone_the_absence_that_was_closed_for_another_waits_for_the_nurse(
        self, cast: Cast, called: bool
    ) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE))
        take(cast, at("08:10", THU), {3: ILL})
        child = cast.students["3-1"][2]
        if called:
            log(cast, at("08:12", THU), episodes(child)[1], CallResult.NOT_REACHED, by="nora")
        undo(cast, at("08:15", THU))
        old, new = episodes(child)
        if called:
            assert (old.state, new.state) == (EpisodeState.CLOSED, EpisodeState.OPEN)
        else:
            assert (old.state, new.state) == (EpisodeState.BACK, EpisodeState.VOID)
            assert (old.back_on, old.ended_on, old.ended_how, old.closed_at) == (TUE, None, None, None)

    def test_undone_an_absence_that_went_on_stays_open_until_the_student_is_seen(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10", TUE))
        take(cast, at("08:10", WED), {3: ILL})
        undo(cast, at("08:15", WED))
        assert only(cast.students["3-1"][2]).state is EpisodeState.OPEN
        take(cast, at("08:20", WED))
        assert only(cast.students["3-1"][2]).state is EpisodeState.BACK

    def test_undone_but_missed_by_another_sheet_it_stays(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:12"), {3: ILL}, session="arrival")
        undo(cast, at("08:15"))
        assert only(cast.students["3-1"][2]).state is EpisodeState.OPEN


@pytest.mark.parametrize("seats", [0, 1, 9])
def test_opening_takes_one_statement_however_many_are_absent(
    app: Flask, cast: Cast, statements: Counter, seats: int
) -> None:
    students = cast.students["3-1"]
    seen = [Seen(one, index >= seats, ILL if index < seats else None) for index, one in enumerate(students)]
    clock.freeze(at("08:10"))
    with transaction():
        with statements() as done:
            service.follow_sheet(
                cast.users["ann"],
                at("08:10"),
                class_id=cast.classes["3-1"],
                day=MON,
                half=HalfDay.MORNING,
                seen=seen,
                live={},
                first_call_at=at("08:40"),
            )
            db.session.flush()
        assert len(done) == min(seats, 1), done
    assert count(Episode) == seats


def test_two_sheets_at_once_make_one_absence(either_app: tuple[Flask, Cast]) -> None:
    _app, cast = either_app
    for _ in range(2):
        with transaction():
            service.follow_sheet(
                cast.users["ann"],
                at("08:10"),
                class_id=cast.classes["3-1"],
                day=MON,
                half=HalfDay.MORNING,
                seen=[Seen(cast.students["3-1"][0], False, ILL)],
                live={},  # neither has seen the other's
                first_call_at=at("08:40"),
            )
    assert count(Episode) == 1


@pytest.mark.parametrize("by", ["ann", "nora"])
def test_a_sheet_that_knows_of_no_call_changes_nothing(either_app: tuple[Flask, Cast], by: str) -> None:
    _app, cast = either_app
    take(cast, at("08:10"), {3: ILL})
    child = cast.students["3-1"][2]
    known = queries.live_now([only(child).id]).pop()
    log(cast, at("08:15"), only(child), CallResult.HOME_ILL, by=by)
    before = only(child).state
    with pytest.raises(RunAgain), transaction():
        service.follow_sheet(
            cast.users["ann"],
            at("08:20"),
            class_id=cast.classes["3-1"],
            day=TUE,
            half=HalfDay.MORNING,
            seen=[Seen(child, True, None)],
            live={child: known},
            first_call_at=at("08:40"),
        )
    found = only(child)
    assert (found.state, found.back_on) == (before, None)


@pytest.mark.parametrize(
    ("module", "name"), [(sheets, "roster"), (queries, "live_now")], ids=["reading", "writing"]
)
def test_a_call_logged_while_the_sheet_is_taken_is_not_lost(
    either_app: tuple[Flask, Cast], monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    app, cast = either_app
    take(cast, at("08:10"), {3: UNKNOWN})
    child = cast.students["3-1"][2]
    episode_id = only(child).id
    ann = Visitor(app).sign_in("ann")
    clock.freeze(at("08:20"))
    page = ann.get("/screening/2024-1/2026-09-21/morning")
    calling: list[Thread] = []
    read = getattr(module, name)

    def reading(*asked: Any, **more: Any) -> Any:
        found = read(*asked, **more)
        if not calling:
            calling.append(meanwhile(app, lambda: log(cast, at("08:20"), episode_id, CallResult.NOT_REACHED)))
        return found

    monkeypatch.setattr(module, name, reading)
    ann.send(page, "#sheet", **{f"state__{child}": "normal"})
    calling[0].join()
    found, made = only(child), count(Call)
    if app.config["DATABASE_URL"] and name == "roster":
        assert made == 1, "the call came between the reading and the writing"
    # A call that had to wait for the sheet found nothing to call about.
    expected = (EpisodeState.TO_REVIEW, MON) if made else (EpisodeState.VOID, None)
    assert (found.state, found.back_on) == expected


def test_what_a_sheet_ends_is_in_the_trail(app: Flask, cast: Cast) -> None:
    take(cast, at("08:10"), {3: ILL})
    take(cast, at("08:10", TUE))
    row = db.session.scalars(sa.select(Trail).where(Trail.deed == "absence.follow")).one()
    assert (row.by, row.changes) == (cast.users["ann"], {"back": [only(cast.students["3-1"][2]).id]})


def test_a_whole_story_on_either_database(either_app: tuple[Flask, Cast]) -> None:
    _app, cast = either_app
    take(cast, at("08:10"), {3: UNKNOWN, 4: ILL})
    take(cast, at("13:50"), {3: ILL, 4: ILL}, session="noon")
    take(cast, at("08:10", TUE), {4: ILL})
    take(cast, at("08:10", WED), {3: ILL})
    take(cast, at("08:20", WED), {}, base=1)
    third, fourth = (only(cast.students["3-1"][seat - 1]) for seat in (3, 4))
    assert (third.state, fourth.state) == (EpisodeState.BACK, EpisodeState.BACK)
