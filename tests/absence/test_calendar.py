"""Absences over the days of a school: half days, make-up days, vacations, suspended classes, the term's end."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.absence.town import ILL, LEAVE, UNKNOWN, at, episodes, log, move, only, take, undo
from tests.cast import TERM, TODAY, Cast
from tracker import clock
from tracker.absence import call_service, queue_queries
from tracker.absence.call_rules import NextStep, QueueGroup
from tracker.absence.models import Episode
from tracker.absence.queue_queries import QueueCounts, QueueRow
from tracker.absence.rules import CallResult, EndedHow, EpisodeState, LeaveKind
from tracker.db import db, transaction
from tracker.school.models import CalendarDay, Enrolment, Term
from tracker.school.rules import DayType, Scope, days_between
from tracker.screening.rules import AbsenceReason, HalfDay

MON, TUE, WED, THU = TODAY, date(2026, 9, 22), date(2026, 9, 23), date(2026, 9, 24)
NEXT_MON, NEXT_TUE, EVE = date(2026, 9, 28), date(2026, 9, 29), date(2026, 9, 30)
HOLIDAY, AFTER = date(2026, 10, 4), date(2026, 10, 8)  # no school from the first to the seventh
LAST_DAY = TERM[1]
SPRING = date(2027, 2, 22), date(2027, 2, 26)

pytestmark = pytest.mark.usefixtures("app")


def set_day(day: date, kind: DayType, scope: Scope = Scope.SCHOOL, scope_id: int = 0) -> None:
    """Make a day another one, for the school, a grade (by entry year) or a class."""
    with transaction() as session:
        session.merge(
            CalendarDay(day=day, scope=scope, scope_id=scope_id, day_type=kind, reason="", source="page")
        )


def open_spring() -> None:
    """A next term, which begins on a Monday after the winter holidays."""
    with transaction() as session:
        session.add(Term(name="Spring 2027", starts=SPRING[0], ends=SPRING[1]))
        session.add_all(
            CalendarDay(day=day, scope=Scope.SCHOOL, scope_id=0, day_type=DayType.NORMAL, source="tests")
            for day in days_between(*SPRING)
        )


def row(when: Any, *, reviewer: bool = True) -> QueueRow:
    """The one row of the queue as it stands at a moment."""
    clock.freeze(when)
    db.session.rollback()
    groups = queue_queries.queue(None, when, clock.today(), reviewer=reviewer)
    (found,) = [one for rows in groups.values() for one in rows]
    return found


def close(cast: Cast, when: Any, episode: Episode) -> Episode:
    clock.freeze(when)
    with transaction():
        call_service.close(cast.users["nora"], when, episode.id, 0)
    return only(episode.student_id)


@pytest.mark.parametrize(
    ("scope", "kind", "same"),
    [
        (None, None, False),  # Tuesday back, Wednesday present, Thursday absent: another
        (Scope.SCHOOL, DayType.OFF, True),
        (Scope.GRADE, DayType.SUSPENDED, True),
        (Scope.CLASS, DayType.HOME, True),
        (Scope.CLASS, DayType.HALF, False),
    ],
)
def test_an_absence_goes_on_by_the_days_of_its_own_class(
    cast: Cast, scope: Scope | None, kind: DayType | None, same: bool
) -> None:
    if scope and kind:
        number = {Scope.SCHOOL: 0, Scope.GRADE: 2024, Scope.CLASS: cast.classes["3-1"]}[scope]
        set_day(WED, kind, scope, number)
    take(cast, at("08:10"), {3: ILL})
    take(cast, at("08:10", TUE))
    take(cast, at("08:10", THU), {3: ILL})
    found = episodes(cast.students["3-1"][2])
    assert len(found) == (1 if same else 2)
    assert found[-1].state is EpisodeState.OPEN


def test_the_days_of_another_class_do_not_count(cast: Cast) -> None:
    set_day(WED, DayType.SUSPENDED, Scope.CLASS, cast.classes["4-2"])
    take(cast, at("08:10"), {3: ILL})
    take(cast, at("08:10", TUE))
    take(cast, at("08:10", THU), {3: ILL})
    assert len(episodes(cast.students["3-1"][2])) == 2


@pytest.mark.parametrize(
    ("tuesday", "due"),
    [
        (DayType.NORMAL, at("12:00", TUE)),
        (DayType.HALF, at("12:00", TUE)),
        (DayType.SUSPENDED, at("12:00", WED)),
        (DayType.HOME, at("12:00", WED)),
    ],
)
def test_the_next_call_falls_due_on_a_school_day_of_the_class(cast: Cast, tuesday: DayType, due: Any) -> None:
    set_day(TUE, tuesday, Scope.CLASS, cast.classes["3-1"])
    take(cast, at("08:10"), {3: ILL})
    found = only(cast.students["3-1"][2])
    log(cast, at("09:00"), found, CallResult.HOME_ILL)
    assert only(found.student_id).due_at == due


def test_a_call_is_due_on_a_make_up_saturday_and_can_be_logged_on_any_other(cast: Cast) -> None:
    friday, saturday, sunday = date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 11)
    take(cast, at("08:10", friday), {3: ILL})
    found = only(cast.students["3-1"][2])
    log(cast, at("09:00", friday), found, CallResult.HOME_ILL)
    assert only(found.student_id).due_at == at("12:00", saturday)
    take(cast, at("08:10", saturday), {3: ILL})
    log(cast, at("10:00", sunday), found, CallResult.HOME_BETTER)
    assert only(found.student_id).due_at == at("12:00", date(2026, 10, 12))


def test_a_child_who_moved_follows_the_days_of_the_new_class(cast: Cast) -> None:
    take(cast, at("08:10"), {3: ILL})
    child = cast.students["3-1"][2]
    move(child, cast.classes["4-2"], on=MON)
    set_day(TUE, DayType.OFF, Scope.CLASS, cast.classes["4-2"])
    log(cast, at("09:00"), only(child), CallResult.HOME_ILL)
    assert only(child).due_at == at("12:00", WED)


@pytest.mark.parametrize(
    ("half", "sessions"),
    [
        (HalfDay.MORNING, {"morning": {}, "noon": {}}),
        (HalfDay.AFTERNOON, {"morning": {3: ILL}, "noon": {}}),
    ],
)
def test_the_half_days_of_its_beginning_and_end_are_kept(
    cast: Cast, half: HalfDay, sessions: dict[str, dict[int, Any]]
) -> None:
    take(cast, at("08:10"))
    take(cast, at("13:50"), {3: ILL}, session="noon")
    for session, absent in sessions.items():
        take(cast, at("08:10" if session == "morning" else "13:50", TUE), absent, session=session)
    found = close(cast, at("15:00", TUE), only(cast.students["3-1"][2]))
    assert (found.first_on, found.first_half) == (MON, HalfDay.AFTERNOON)
    assert (found.ended_on, found.ended_half, found.ended_how) == (TUE, half, EndedHow.RETURNED)


class TestVacation:
    def test_it_rests_and_comes_back_to_be_checked_before_class(self, cast: Cast) -> None:
        take(cast, at("08:10", EVE), {3: ILL})
        found = only(cast.students["3-1"][2])
        assert row(at("13:00", EVE)).group is QueueGroup.OVERDUE
        resting = row(at("10:00", HOLIDAY))
        assert (resting.group, resting.step) == (QueueGroup.RESTING, NextStep.REST)
        assert resting.standing.vacation and resting.standing.vacation.last == AFTER - timedelta(days=1)
        assert queue_queries.queue_counts(None, at("10:00", HOLIDAY), HOLIDAY) == QueueCounts(0, 0, 0, 0)
        back = row(at("07:40", AFTER))
        assert (back.group, back.step) == (QueueGroup.OVERDUE, NextStep.CHECK)
        log(cast, at("07:45", AFTER), found, CallResult.HOME_BETTER, by="nora")
        assert row(at("07:46", AFTER)).step is not NextStep.CHECK

    def test_a_call_in_it_is_kept_and_the_next_is_due_before_class(self, cast: Cast) -> None:
        take(cast, at("08:10", EVE), {3: ILL})
        found = only(cast.students["3-1"][2])
        log(cast, at("10:00", HOLIDAY), found, CallResult.HOME_BETTER, by="nora")
        assert only(found.student_id).due_at == at("07:50", AFTER)
        assert row(at("07:40", AFTER)).step is NextStep.CHECK

    def test_absent_over_it_is_one_absence(self, cast: Cast) -> None:
        take(cast, at("08:10", EVE), {3: ILL})
        take(cast, at("08:10", AFTER), {3: UNKNOWN})
        found = only(cast.students["3-1"][2])
        assert (found.first_on, found.last_absent_on, found.reason) == (EVE, AFTER, ILL)

    def test_a_suspended_class_rests_alone(self, cast: Cast) -> None:
        take(cast, at("08:10"), {3: ILL})
        take(cast, at("08:10"), {1: ILL}, by="carl", place="4-2")
        for day in days_between(TUE, EVE):
            set_day(day, DayType.SUSPENDED, Scope.CLASS, cast.classes["3-1"])
        now = at("10:00", NEXT_MON)
        groups = queue_queries.queue(None, now, NEXT_MON, reviewer=True)
        names = {group: [one.found.student.name for one in rows] for group, rows in groups.items() if rows}
        assert names == {QueueGroup.OVERDUE: ["Child 4-2 01"], QueueGroup.RESTING: ["Child 3-1 03"]}
        assert queue_queries.queue_counts(None, now, NEXT_MON) == QueueCounts(0, 1, 0, 0)


class TestTermsEnd:
    def test_in_the_middle_of_an_absence_the_nurse_closes_it_with_the_term(self, cast: Cast) -> None:
        take(cast, at("08:10", LAST_DAY), {3: ILL})
        found = only(cast.students["3-1"][2])
        assert not row(at("17:00", LAST_DAY)).may_end
        assert row(at("10:00", LAST_DAY + timedelta(days=1))).may_end
        closed = close(cast, at("10:00", LAST_DAY + timedelta(days=1)), found)
        assert (closed.ended_how, closed.ended_on) == (EndedHow.TERM_ENDED, LAST_DAY)
        assert closed.ended_half is HalfDay.AFTERNOON

    @pytest.mark.parametrize(("absent", "opened"), [({}, 0), ({3: ILL}, 1)])
    def test_left_open_the_first_sheet_of_the_next_term_closes_it(
        self, cast: Cast, absent: dict[int, Any], opened: int
    ) -> None:
        open_spring()
        take(cast, at("08:10", LAST_DAY), {3: ILL})
        take(cast, at("08:10", SPRING[0]), absent)
        old, *new = episodes(cast.students["3-1"][2])
        assert (old.state, old.ended_how, old.ended_on) == (
            EpisodeState.CLOSED,
            EndedHow.TERM_ENDED,
            LAST_DAY,
        )
        assert [one.first_on for one in new] == [SPRING[0]] * opened
        undo(cast, at("08:15", SPRING[0]))
        old, *new = episodes(cast.students["3-1"][2])
        assert (old.state, old.ended_how) == (EpisodeState.OPEN, None)
        assert [one.state for one in new] == [EpisodeState.VOID] * opened

    def test_what_the_nurse_has_not_read_goes_on(self, cast: Cast) -> None:
        open_spring()
        take(cast, at("08:10", LAST_DAY), {3: ILL})
        log(cast, at("09:00", LAST_DAY), only(cast.students["3-1"][2]), CallResult.HOME_ILL)
        take(cast, at("08:10", SPRING[0]))
        assert only(cast.students["3-1"][2]).state is EpisodeState.TO_REVIEW

    def test_seen_again_on_the_last_day_and_absent_on_the_first_are_two(self, cast: Cast) -> None:
        open_spring()
        take(cast, at("08:10", LAST_DAY), {3: ILL})
        take(cast, at("13:50", LAST_DAY), session="noon")
        take(cast, at("08:10", SPRING[0]), {3: ILL})
        old, new = episodes(cast.students["3-1"][2])
        assert (old.ended_how, old.ended_on, old.ended_half) == (
            EndedHow.RETURNED,
            LAST_DAY,
            HalfDay.AFTERNOON,
        )
        assert new.first_on == SPRING[0]


def test_who_left_while_it_was_open_is_called_by_nobody(cast: Cast) -> None:
    take(cast, at("08:10"), {3: UNKNOWN})
    found = only(cast.students["3-1"][2])
    with transaction():
        db.session.execute(
            sa.update(Enrolment).where(Enrolment.student_id == found.student_id).values(ends=MON)
        )
    gone = row(at("09:00", TUE))
    assert (gone.group, gone.step, gone.may_end) == (QueueGroup.BACK, NextStep.CLOSE, True)
    assert queue_queries.queue_counts(None, at("09:00", TUE), TUE) == QueueCounts(0, 0, 0, 1)
    closed = close(cast, at("09:00", WED), found)
    assert (closed.ended_how, closed.ended_on) == (EndedHow.LEFT_SCHOOL, MON)


@pytest.mark.parametrize("reason", [AbsenceReason.UNREGISTERED, AbsenceReason.SUSPENDED])
def test_on_the_first_day_who_is_not_registered_opens_nothing(cast: Cast, reason: AbsenceReason) -> None:
    take(cast, at("08:10"), {3: reason})
    assert episodes(cast.students["3-1"][2]) == []


def test_who_is_on_leave_is_called_about_when_not_back_after_it(cast: Cast) -> None:
    from tracker.absence.models import Leave

    child = cast.students["3-1"][2]
    with transaction() as session:
        session.add(
            Leave(
                student_id=child,
                from_on=MON,
                from_half=HalfDay.MORNING,
                to_on=TUE,
                to_half=HalfDay.AFTERNOON,
                kind=LeaveKind.PERSONAL,
                by=cast.users["ann"],
                at=at("07:00"),
            )
        )
    take(cast, at("08:10"), {3: LEAVE, 4: LEAVE})
    assert only(child).due_at == at("08:40", WED)
    assert only(cast.students["3-1"][3]).due_at is None
