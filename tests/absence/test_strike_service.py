"""A call that is struck out stays to be seen, and nothing of what it said stays true."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.absence.test_call_service import facts
from tests.absence.town import ILL, UNKNOWN, at, log, meanwhile, only, take
from tests.cast import TODAY, Cast
from tracker import clock
from tracker.absence import strike_service
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, EpisodeState, Refusal
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.rules import Diagnosis, ObservationKind, Symptom
from tracker.screening.rules import AbsenceReason

MON, TUE, WED = TODAY, date(2026, 9, 22), date(2026, 9, 23)
R = CallResult


@pytest.fixture
def missed(app: Flask, cast: Cast) -> Episode:
    """The third child of 3(1), absent since Monday's morning check; nobody knows why."""
    take(cast, at("08:10"), {3: UNKNOWN})
    return only(cast.students["3-1"][2])


def strike(cast: Cast, when: Any, call_id: int, why: str | None = None, by: str = "nora") -> None:
    clock.freeze(when)
    with transaction():
        call = db.session.get_one(Call, call_id)
        strike_service.strike(cast.users[by], when, call.episode_id, call_id, why, reviewer=by == "nora")


def test_what_it_said_is_taken_back(cast: Cast, missed: Episode) -> None:
    number = log(
        cast,
        at("08:45"),
        missed,
        R.DOCTOR,
        symptoms=frozenset({Symptom.FEVER}),
        diagnosis=Diagnosis.INFLUENZA,
        hospital="District hospital",
    )
    strike(cast, at("08:50"), number, by="ann")
    found = only(missed.student_id)
    assert (found.state, found.reason, found.diagnosis) == (EpisodeState.OPEN, UNKNOWN, None)
    assert found.due_at == at("08:50")  # as if it had just been noticed
    assert facts(missed.student_id) == []
    assert len(facts(missed.student_id, live=False)) == 3
    call = db.session.get_one(Call, number)
    assert (call.struck_by, call.struck_at) == (cast.users["ann"], at("08:50"))
    assert call.hospital == "District hospital"
    assert db.session.scalars(sa.select(Trail).where(Trail.deed == "absence.strike")).one().by == call.by


def test_the_calls_before_it_say_when_to_call(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:45"), missed, R.HOME_ILL, next_on=WED, by="nora")
    number = log(cast, at("09:00"), missed, R.NOT_REACHED, by="nora")
    assert only(missed.student_id).due_at == at("09:30")
    strike(cast, at("09:05"), number)
    found = only(missed.student_id)
    assert (found.due_at, found.reason, found.state) == (at("12:00", WED), ILL, EpisodeState.OPEN)


def test_one_before_the_newest_changes_no_day(cast: Cast, missed: Episode) -> None:
    number = log(cast, at("08:45"), missed, R.NOT_REACHED, by="nora")
    log(cast, at("09:00"), missed, R.HOME_ILL, by="nora")
    strike(cast, at("09:05"), number)
    assert only(missed.student_id).due_at == at("12:00", TUE)


def test_a_reason_somebody_has_set_since_stands(cast: Cast, missed: Episode) -> None:
    number = log(cast, at("08:45"), missed, R.HOME_ILL, by="nora")
    log(cast, at("09:00"), missed, R.NOT_ILL, reason=AbsenceReason.INJURY, by="nora")
    strike(cast, at("09:05"), number)
    assert only(missed.student_id).reason is AbsenceReason.INJURY


@pytest.mark.usefixtures("app")
def test_days_that_were_no_illness_are_illness_again(cast: Cast) -> None:
    take(cast, at("08:10"), {4: ILL})
    found = only(cast.students["3-1"][3])
    number = log(cast, at("09:00"), found, R.NOT_ILL, reason=AbsenceReason.PERSONAL)
    assert facts(found.student_id) == []
    strike(cast, at("09:05"), number, by="ann")
    assert only(found.student_id).reason is ILL
    assert [(fact[0], fact[4]) for fact in facts(found.student_id)] == [(ObservationKind.ILL_ABSENCE, MON)]


@pytest.mark.parametrize(
    ("sheet", "state", "back"), [(False, EpisodeState.OPEN, None), (True, EpisodeState.BACK, MON)]
)
def test_an_arrival_that_was_none(
    cast: Cast, missed: Episode, sheet: bool, state: EpisodeState, back: date | None
) -> None:
    number = log(cast, at("09:00"), missed, R.ARRIVED, by="nora")
    if sheet:
        take(cast, at("13:50"), session="noon")
    strike(cast, at("14:00"), number)
    found = only(missed.student_id)
    assert (found.state, found.back_on) == (state, back)
    assert (found.due_at is None) is sheet


@pytest.mark.parametrize(
    ("by", "when", "why", "no"),
    [
        ("ann", at("09:00"), None, None),  # the own one, on its day
        ("bo", at("09:00"), "not so", Refusal.NOT_YOURS),
        ("ann", at("09:00", TUE), "not so", Refusal.NOT_YOURS),
        ("nora", at("09:00", TUE), None, Refusal.WHY_NEEDED),
        ("nora", at("09:00", TUE), "wrong child", None),
    ],
)
def test_who_may_strike_out_what(
    cast: Cast, missed: Episode, by: str, when: Any, why: str | None, no: Refusal | None
) -> None:
    number = log(cast, at("08:45"), missed, R.HOME_ILL)
    if no:
        with pytest.raises(Rejected, match=no):
            strike(cast, when, number, why, by)
    else:
        strike(cast, when, number, why, by)
    db.session.rollback()
    assert (db.session.get_one(Call, number).struck_at is None) is bool(no)


def test_it_is_struck_out_once(cast: Cast, missed: Episode) -> None:
    number = log(cast, at("08:45"), missed, R.HOME_ILL)
    strike(cast, at("08:50"), number, by="ann")
    with pytest.raises(Rejected, match=Refusal.STRUCK):
        strike(cast, at("08:51"), number, "again")


def test_the_nurse_strikes_out_a_call_of_a_closed_absence(cast: Cast, missed: Episode) -> None:
    from tests.absence.test_call_service import close

    number = log(cast, at("08:45"), missed, R.HOME_ILL, symptoms=frozenset({Symptom.RASH}), by="nora")
    take(cast, at("08:10", TUE))
    close(cast, missed, day=TUE)
    strike(cast, at("10:00", TUE), number, "another child")
    found = only(missed.student_id)
    assert (found.state, found.due_at) == (EpisodeState.CLOSED, None)
    assert not [fact for fact in facts(missed.student_id) if fact[0] is ObservationKind.SYMPTOM]


def test_without_its_only_call_a_correction_of_the_sheet_makes_it_void(cast: Cast, missed: Episode) -> None:
    number = log(cast, at("08:45"), missed, R.HOME_ILL)
    strike(cast, at("08:50"), number, by="ann")
    take(cast, at("08:55"), base=1)
    assert only(missed.student_id).state is EpisodeState.VOID


def test_struck_out_and_called_at_once_loses_neither(
    either_app: tuple[Flask, Cast], request: pytest.FixtureRequest
) -> None:
    app, cast = either_app
    take(cast, at("08:10"), {3: UNKNOWN})
    missed = only(cast.students["3-1"][2])
    number = log(cast, at("08:45"), missed, R.NOT_REACHED, by="nora")
    clock.freeze(at("09:00"))
    deed: Callable[[], object] = lambda: log(cast, at("09:00"), missed.id, R.HOME_ILL)  # noqa: E731
    with transaction():
        strike_service.strike(cast.users["nora"], at("09:00"), missed.id, number, None, reviewer=True)
        thread = meanwhile(app, deed)
    thread.join()
    found = only(missed.student_id)
    assert (found.state, found.reason, found.due_at) == (EpisodeState.TO_REVIEW, ILL, at("12:00", TUE))
    assert sorted(one.struck_at is None for one in db.session.scalars(sa.select(Call))) == [False, True]
