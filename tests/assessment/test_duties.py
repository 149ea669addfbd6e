"""How a duty turned out: a table, and the same words as the pages that record it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.assessment.duties import duties
from tracker.assessment.indicators import earned
from tracker.assessment.rules import Outcome
from tracker.disinfection.frames import TASKS
from tracker.disinfection.rules import (
    NOT_THE_CLASS,
    Answer,
    ItemResult,
    NotDoneReason,
    TaskState,
    TaskTimes,
    outcome_of,
)
from tracker.school.frames import EXCUSES
from tracker.screening.frames import SUBMISSIONS
from tracker.screening.rules import is_on_time

DAY = date(2026, 9, 21)
NOTHING_SAID = False, False, False
"""Not excused, not verified, not given back."""
START = datetime(2026, 9, 21, tzinfo=UTC)


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


OPENS, DUE, LATE_UNTIL = hour(1), hour(2), hour(16)


def sheet(done_at: datetime | None):
    return SUBMISSIONS.frame([(1, DAY, "morning", OPENS, DUE, LATE_UNTIL, done_at)])


def task(done_at: datetime | None, applicable=3, done=3, not_done=0, school=0):
    counts = (applicable, done, not_done, school) if done_at else (3, 0, 0, 0)
    return TASKS.frame([(5, 1, None, DAY, "15:40", DUE, DUE, LATE_UNTIL, done_at, *counts, *NOTHING_SAID)])


def the_duty(owed_sheets=None, owed_tasks=None, *, excused=(), now=20):
    """The one duty there is, with what it earns."""
    found = duties(
        SUBMISSIONS.frame() if owed_sheets is None else owed_sheets,
        TASKS.frame() if owed_tasks is None else owed_tasks,
        EXCUSES.frame([(1, DAY, duty, "care") for duty in excused]),
        hour(now),
    )
    worth = earned(found)
    return found["outcome"].iloc[0], None if worth.empty else (worth["num"] / worth["den"]).iloc[0]


@pytest.mark.parametrize(
    ("done_at", "excused", "now", "outcome", "counts"),
    [
        (1.5, False, 20, "on_time", 1),
        (2.0, False, 20, "on_time", 1),  # the deadline itself is on time
        (2.1, False, 20, "late", 0.5),
        (16.1, False, 20, "missed", 0),  # another day: not late any more
        (None, False, 20, "missed", 0),
        (None, False, 3, "missed", 0),  # due and not here, though it may still come late
        (None, False, 1.5, "pending", None),
        (2.1, True, 20, "excused", 1),
        (16.1, True, 20, "excused", 1),
        (None, True, 20, "excused", 1),
        (None, True, 1.5, "pending", None),
        (1.5, True, 20, "on_time", 1),
    ],
)
def test_a_session(done_at, excused, now, outcome, counts):
    owed = sheet(None if done_at is None else hour(done_at))
    assert the_duty(owed, excused=["morning"] if excused else [], now=now) == (outcome, counts)


@pytest.mark.parametrize(
    ("done_at", "items", "outcome", "counts"),
    [
        (1.5, {}, "on_time", 1),
        (2.1, {}, "late", 1 / 2),
        (1.5, {"done": 2, "not_done": 1}, "on_time", 5 / 6),
        (2.1, {"done": 2, "not_done": 1}, "late", 5 / 12),
        (1.5, {"done": 2, "not_done": 1, "school": 1}, "on_time", 1),
        (1.5, {"done": 0, "not_done": 3}, "not_done", 1 / 2),
        (2.1, {"done": 0, "not_done": 3}, "not_done", 1 / 4),
        (1.5, {"done": 0, "not_done": 3, "school": 1}, "not_done", 2 / 3),
        (2.1, {"done": 0, "not_done": 3, "school": 3}, "excused", 1),
        (1.5, {"applicable": 0, "done": 0}, "on_time", 1),
        (1.5, {"done": 2}, "on_time", 2 / 3),  # an item without an answer earns nothing
        (16.1, {}, "missed", 0),
        (None, {}, "missed", 0),
    ],
)
def test_a_task(done_at, items, outcome, counts):
    found, worth = the_duty(owed_tasks=task(None if done_at is None else hour(done_at), **items))
    assert found == outcome
    assert worth == pytest.approx(counts)


def test_an_excused_task_is_named_by_its_zone_and_slot():
    assert the_duty(owed_tasks=task(None), excused=["zone:5:15:40"]) == ("excused", 1)
    assert the_duty(owed_tasks=task(None), excused=["zone:5:10:00"]) == ("missed", 0)


def test_a_department_s_task_is_no_class_s_duty():
    frame = TASKS.frame([(5, None, 9, DAY, "15:40", DUE, DUE, LATE_UNTIL, None, 1, 0, 0, 0, *NOTHING_SAID)])
    assert duties(SUBMISSIONS.frame(), frame, EXCUSES.frame(), hour(20)).empty


MOMENTS = st.floats(0, 20).map(lambda number: hour(round(number, 2)))


@given(st.one_of(st.none(), MOMENTS), MOMENTS)
def test_a_session_is_on_time_where_the_sheet_says_so(done_at, now):
    outcome, _ = the_duty(sheet(done_at), now=(now - START) / timedelta(hours=1))
    assert (outcome == Outcome.ON_TIME) == (done_at is not None and is_on_time(done_at, DUE))


STATES = {
    TaskState.SOON: Outcome.PENDING,
    TaskState.DUE: Outcome.PENDING,
    TaskState.OVERDUE: Outcome.MISSED,
    TaskState.DONE: Outcome.ON_TIME,
    TaskState.LATE: Outcome.LATE,
    TaskState.NOT_DONE: Outcome.NOT_DONE,
    TaskState.EXCUSED: Outcome.EXCUSED,
    TaskState.MISSED: Outcome.MISSED,
}
ANSWERS = st.one_of(
    st.none(),
    st.sampled_from([Answer(ItemResult.DONE), Answer(ItemResult.NOT_APPLICABLE)]),
    st.sampled_from(NotDoneReason).map(lambda reason: Answer(ItemResult.NOT_DONE, reason)),
)


@given(st.lists(ANSWERS, min_size=1, max_size=5), st.one_of(st.none(), MOMENTS), MOMENTS)
def test_a_task_turned_out_as_its_page_says(answers, finished, now):
    """The rule of the page and the columns of the score are one truth, said twice."""
    page = outcome_of(TaskTimes(OPENS, DUE, LATE_UNTIL), answers, finished, now)
    given_answers = [answer for answer in answers if answer] if finished else []
    left_out = [answer for answer in given_answers if answer.result is ItemResult.NOT_DONE]
    counts = (
        len(answers) - sum(answer.result is ItemResult.NOT_APPLICABLE for answer in given_answers),
        sum(answer.result is ItemResult.DONE for answer in given_answers),
        len(left_out),
        sum(answer.reason in NOT_THE_CLASS for answer in left_out),
    )
    assert counts == (page.applicable, page.done, page.not_done, page.not_done_excused)
    owed = TASKS.frame([(5, 1, None, DAY, "15:40", DUE, DUE, LATE_UNTIL, finished, *counts, *NOTHING_SAID)])
    found = duties(SUBMISSIONS.frame(), owed, EXCUSES.frame(), now)
    assert found["outcome"].iloc[0] == STATES[page.state]
