"""Calls, reviews and closing: what people do about absences, on the real database."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.absence.town import ILL, UNKNOWN, at, log, meanwhile, only, take
from tests.cast import TODAY, Cast
from tracker.absence import call_service as service
from tracker.absence import queries, queue_queries
from tracker.absence.call_rules import QueueGroup
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, EndedHow, EpisodeState, Refusal
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.models import Observation
from tracker.facts.rules import Certainty, Diagnosis, ObservationKind, SourceKind, Symptom
from tracker.school.models import Enrolment
from tracker.screening.rules import AbsenceReason

MON, TUE, WED, THU = TODAY, date(2026, 9, 22), date(2026, 9, 23), date(2026, 9, 24)
HOLIDAY, NEXT_MON = date(2026, 9, 25), date(2026, 9, 28)


@pytest.fixture
def missed(app: Flask, cast: Cast) -> Episode:
    """The third child of 3(1), absent since Monday's morning check; nobody knows why."""
    take(cast, at("08:10"), {3: UNKNOWN})
    return only(cast.students["3-1"][2])


def facts(student_id: int, *, live: bool = True) -> list[tuple[Any, ...]]:
    """What is known of a student's health: (kind, code, tenths, certainty, on, onset)."""
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(Observation)
        .where(
            Observation.student_id == student_id, Observation.retracted_at.is_(None) if live else sa.true()
        )
        .order_by(Observation.id)
        .execution_options(populate_existing=True)
    )
    return [(one.kind, one.code, one.tenths, one.certainty, one.on, one.onset_on) for one in rows]


def test_a_teachers_call_waits_for_the_nurse(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:45"), missed, CallResult.HOME_ILL)
    found = only(missed.student_id)
    assert found.state is EpisodeState.TO_REVIEW
    assert found.due_at == at("12:00", TUE)
    assert found.reason is AbsenceReason.ILLNESS
    call = db.session.scalars(sa.select(Call)).one()
    assert (call.by, call.reviewed_at, call.at) == (cast.users["ann"], None, at("08:45"))


def test_the_nurses_own_call_is_read_at_once(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:45"), missed, CallResult.NOT_REACHED, by="nora")
    found = only(missed.student_id)
    assert (found.state, found.due_at) == (EpisodeState.OPEN, at("09:15"))
    assert db.session.scalars(sa.select(Call)).one().reviewed_by == cast.users["nora"]


def test_the_nurses_own_call_does_not_read_the_teachers(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:45"), missed, CallResult.NOT_REACHED)
    log(cast, at("09:15"), missed, CallResult.HOME_ILL, by="nora")
    assert only(missed.student_id).state is EpisodeState.TO_REVIEW


def test_what_was_heard_becomes_facts(cast: Cast, missed: Episode) -> None:
    log(
        cast,
        at("08:45"),
        missed,
        CallResult.DOCTOR,
        symptoms=frozenset({Symptom.COUGH, Symptom.FEVER}),
        tenths=385,
        diagnosis=Diagnosis.INFLUENZA,
        confirmed=True,
    )
    assert facts(missed.student_id) == [
        (ObservationKind.SYMPTOM, "fever", None, None, MON, MON),
        (ObservationKind.SYMPTOM, "cough", None, None, MON, MON),
        (ObservationKind.FEVER, None, 385, None, MON, MON),
        (ObservationKind.DIAGNOSIS, "influenza", None, Certainty.CONFIRMED, MON, MON),
        (ObservationKind.ILL_ABSENCE, "illness", None, None, MON, MON),
    ]
    rows = db.session.scalars(sa.select(Observation)).all()
    call = db.session.scalars(sa.select(Call)).one()
    assert {(row.source_kind, row.source_id) for row in rows} == {(SourceKind.CALL, call.id)}
    assert only(missed.student_id).diagnosis is Diagnosis.INFLUENZA


@pytest.mark.parametrize(("tenths", "fever"), [(372, False), (373, True)])
def test_a_temperature_at_home_is_a_fever_from_the_armpits_limit(
    cast: Cast, missed: Episode, tenths: int, fever: bool
) -> None:
    log(cast, at("08:45"), missed, CallResult.HOME_ILL, tenths=tenths)
    assert (ObservationKind.FEVER in {fact[0] for fact in facts(missed.student_id)}) is fever
    assert db.session.scalars(sa.select(Call.tenths)).one() == tenths


def test_what_a_later_call_tells_began_on_its_day_unless_it_says_when(cast: Cast, missed: Episode) -> None:
    take(cast, at("08:10", TUE), {3: ILL})
    log(cast, at("09:00", TUE), missed, CallResult.HOME_ILL, symptoms=frozenset({Symptom.COUGH}))
    log(cast, at("10:00", TUE), missed, CallResult.HOME_ILL, symptoms=frozenset({Symptom.RASH}))
    log(
        cast,
        at("11:00", TUE),
        missed,
        CallResult.HOME_ILL,
        symptoms=frozenset({Symptom.VOMITING}),
        onset_on=MON - timedelta(days=2),
    )
    told = {code: (on, onset) for kind, code, *_, on, onset in facts(missed.student_id) if kind == "symptom"}
    assert told == {"cough": (TUE, MON), "rash": (TUE, TUE), "vomiting": (TUE, MON - timedelta(days=2))}


def test_an_unknown_absence_that_was_illness_counts_as_such_from_its_first_day(
    cast: Cast, missed: Episode
) -> None:
    take(cast, at("08:10", TUE), {3: UNKNOWN})
    log(cast, at("09:00", TUE), missed, CallResult.HOME_ILL)
    days = [fact[4] for fact in facts(missed.student_id) if fact[0] is ObservationKind.ILL_ABSENCE]
    assert days == [MON, TUE]


def test_an_absence_that_was_no_illness_counts_as_such_no_longer(app: Flask, cast: Cast) -> None:
    take(cast, at("08:10"), {3: ILL})
    missed = only(cast.students["3-1"][2])
    assert [fact[0] for fact in facts(missed.student_id)] == [ObservationKind.ILL_ABSENCE]
    log(cast, at("09:00"), missed, CallResult.NOT_ILL, reason=AbsenceReason.PERSONAL, next_on=THU)
    assert facts(missed.student_id) == []
    assert len(facts(missed.student_id, live=False)) == 1
    found = only(missed.student_id)
    assert (found.reason, found.due_at) == (AbsenceReason.PERSONAL, at("12:00", THU))


def test_arrived_is_seen_again(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:50"), missed, CallResult.ARRIVED)
    found = only(missed.student_id)
    assert (found.state, found.back_on, found.due_at) == (EpisodeState.TO_REVIEW, MON, None)


def test_a_call_logged_after_a_later_one_changes_neither_reason_nor_date(cast: Cast, missed: Episode) -> None:
    log(cast, at("10:00"), missed, CallResult.HOME_ILL)
    log(cast, at("10:05"), missed, CallResult.NOT_REACHED, called=at("08:45"))
    found = only(missed.student_id)
    assert (found.reason, found.due_at) == (AbsenceReason.ILLNESS, at("12:00", TUE))


@pytest.mark.parametrize(
    ("result", "more", "reason", "field"),
    [
        (CallResult.HOME_ILL, {"called": at("09:01")}, Refusal.CALL_IN_FUTURE, "called_at"),
        (
            CallResult.HOME_ILL,
            {"called": at("20:00", date(2026, 9, 20))},
            Refusal.CALL_BEFORE_ABSENCE,
            "called_at",
        ),
        (CallResult.HOME_ILL, {"next_on": date(2026, 9, 20)}, Refusal.NEXT_IN_PAST, "next_on"),
        (CallResult.HOME_ILL, {"next_on": HOLIDAY}, Refusal.NEXT_NO_SCHOOL_DAY, "next_on"),
        (CallResult.HOME_ILL, {"next_on": date(2030, 1, 1)}, Refusal.NEXT_NO_SCHOOL_DAY, "next_on"),
        (CallResult.HOME_ILL, {"onset_on": TUE}, Refusal.ONSET_IN_FUTURE, "onset_on"),
        (CallResult.DOCTOR, {"confirmed": True}, Refusal.DIAGNOSIS_NEEDED, "diagnosis"),
        (CallResult.NOT_ILL, {}, Refusal.REASON_NEEDED, "reason"),
        (CallResult.NOT_ILL, {"reason": ILL}, Refusal.REASON_NEEDED, "reason"),
        (
            CallResult.NOT_REACHED,
            {"symptoms": frozenset({Symptom.COUGH})},
            Refusal.NOTHING_HEARD,
            "symptoms",
        ),
        (CallResult.WRONG_NUMBER, {"tenths": 370}, Refusal.NOTHING_HEARD, "temperature"),
        (CallResult.DECLINED, {"diagnosis": Diagnosis.MUMPS}, Refusal.NOTHING_HEARD, "diagnosis"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    cast: Cast, missed: Episode, result: CallResult, more: dict[str, Any], reason: Refusal, field: str
) -> None:
    with pytest.raises(Rejected) as no:
        log(cast, at("09:00"), missed, result, **more)
    assert (no.value.reason, no.value.field) == (reason, field)
    assert db.session.scalar(sa.select(sa.func.count(Call.id))) == 0
    assert only(missed.student_id).state is EpisodeState.OPEN


def test_all_that_is_wrong_with_a_call_is_told_at_once(cast: Cast, missed: Episode) -> None:
    told = {"tenths": 370, "confirmed": True, "onset_on": TUE, "next_on": HOLIDAY}
    with pytest.raises(Rejected) as no:
        log(cast, at("09:00"), missed, CallResult.NOT_REACHED, called=at("10:00"), **told)
    fields = ["called_at", "temperature", "diagnosis", "onset_on", "next_on"]
    assert [one.field for one in no.value.every] == fields


@pytest.mark.parametrize("next_on", [MON, TUE, THU, NEXT_MON])
def test_a_school_day_to_come_can_be_agreed_on(cast: Cast, missed: Episode, next_on: date) -> None:
    log(cast, at("09:00"), missed, CallResult.RECOVERED, next_on=next_on)
    assert only(missed.student_id).due_at == at("12:00", next_on)


def review(cast: Cast, episode: Episode, upto: int) -> None:
    with transaction():
        service.review(cast.users["nora"], at("10:00"), episode.id, upto)


def close(cast: Cast, episode: Episode, upto: int = 0, day: date = MON) -> None:
    with transaction():
        service.close(cast.users["nora"], at("10:00", day), episode.id, upto)


def test_the_nurse_reads_what_she_was_shown(cast: Cast, missed: Episode) -> None:
    first = log(cast, at("08:45"), missed, CallResult.NOT_REACHED)
    second = log(cast, at("09:15"), missed, CallResult.HOME_ILL)
    review(cast, missed, first)
    assert only(missed.student_id).state is EpisodeState.TO_REVIEW
    review(cast, missed, second)
    assert only(missed.student_id).state is EpisodeState.OPEN
    with pytest.raises(Rejected, match=Refusal.NOTHING_TO_REVIEW):
        review(cast, missed, second)
    deeds = db.session.scalars(sa.select(Trail.changes).where(Trail.deed == "absence.review")).all()
    assert deeds == [{"calls": [first]}, {"calls": [second]}]


def test_reviewed_when_seen_again_it_is_back(cast: Cast, missed: Episode) -> None:
    call = log(cast, at("08:45"), missed, CallResult.HOME_BETTER)
    take(cast, at("08:10", TUE))
    review(cast, missed, call)
    assert only(missed.student_id).state is EpisodeState.BACK


def test_it_is_closed_only_when_the_student_was_seen_again(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:45"), missed, CallResult.RECOVERED, by="nora")
    with pytest.raises(Rejected, match=Refusal.NOT_BACK):
        close(cast, missed)
    take(cast, at("08:10", TUE))
    close(cast, missed, day=TUE)
    found = only(missed.student_id)
    assert (found.state, found.ended_on, found.ended_how) == (EpisodeState.CLOSED, TUE, EndedHow.RETURNED)
    assert found.closed_at == at("10:00", TUE)
    with pytest.raises(Rejected, match=Refusal.NOT_LIVE):
        close(cast, missed, day=TUE)
    with pytest.raises(Rejected, match=Refusal.NOT_LIVE):
        log(cast, at("11:00", TUE), missed, CallResult.HOME_ILL)


def test_closing_reads_what_was_shown_and_is_refused_for_one_call_more(cast: Cast, missed: Episode) -> None:
    shown = log(cast, at("08:45"), missed, CallResult.ARRIVED)
    later = log(cast, at("09:00"), missed, CallResult.HOME_ILL)
    with pytest.raises(Rejected, match=Refusal.UNREAD):
        close(cast, missed, shown)
    assert only(missed.student_id).state is EpisodeState.TO_REVIEW
    close(cast, missed, later)
    assert only(missed.student_id).state is EpisodeState.CLOSED


def test_who_has_moved_away_is_closed_as_that(cast: Cast, missed: Episode) -> None:
    log(cast, at("08:45"), missed, CallResult.MOVED, by="nora")
    close(cast, missed)
    assert only(missed.student_id).ended_how is EndedHow.LEFT_SCHOOL


def test_who_is_in_no_class_any_more_is_closed_as_that(cast: Cast, missed: Episode) -> None:
    with transaction():
        db.session.execute(
            sa.update(Enrolment).where(Enrolment.student_id == missed.student_id).values(ends=MON)
        )
    with pytest.raises(Rejected, match=Refusal.NOT_BACK):
        close(cast, missed)
    close(cast, missed, day=TUE)
    found = only(missed.student_id)
    assert (found.ended_how, found.ended_on) == (EndedHow.LEFT_SCHOOL, MON)


def test_a_whole_story_on_either_database(either_app: tuple[Flask, Cast]) -> None:
    _app, cast = either_app
    take(cast, at("08:10"), {3: UNKNOWN, 4: ILL})
    third, fourth = (only(cast.students["3-1"][seat - 1]) for seat in (3, 4))
    log(cast, at("08:45"), third, CallResult.NOT_REACHED)
    call = log(cast, at("09:15"), third, CallResult.DOCTOR, tenths=385, symptoms=frozenset({Symptom.COUGH}))
    now = at("09:30")
    rows = queue_queries.queue(None, now, MON, reviewer=True)
    assert {group: [row.found.episode.id for row in found] for group, found in rows.items() if found} == {
        QueueGroup.TO_REVIEW: [third.id],
        QueueGroup.TODAY: [fourth.id],
    }
    row = rows[QueueGroup.TO_REVIEW][0]
    assert (row.signs.symptoms, row.signs.tenths, row.upto) == ((Symptom.COUGH,), 385, call)
    assert queue_queries.queue_counts(None, now, MON) == queue_queries.QueueCounts(1, 0, 1, 0)
    review(cast, third, call)
    take(cast, at("08:10", TUE))
    close(cast, third, call, TUE)
    assert only(third.student_id).state is EpisodeState.CLOSED
    mine = queue_queries.queue({cast.classes["3-1"]}, at("10:30", TUE), TUE, reviewer=False)
    assert [len(mine[group]) for group in (QueueGroup.CLOSED, QueueGroup.BACK)] == [1, 1]


def test_every_deed_is_in_the_trail_with_codes_only(cast: Cast, missed: Episode) -> None:
    call = log(cast, at("08:45"), missed, CallResult.ARRIVED, note="told by grandmother")
    close(cast, missed, call)
    rows = db.session.scalars(sa.select(Trail).where(Trail.kind == "episode").order_by(Trail.id)).all()
    assert [(row.deed, row.student_id, row.changes) for row in rows] == [
        (
            "absence.call",
            missed.student_id,
            {"call": call, "result": "arrived", "reason": ["unknown", "unknown"]},
        ),
        ("absence.review", missed.student_id, {"calls": [call]}),
        ("absence.close", missed.student_id, {"how": "returned"}),
    ]


def test_a_call_logged_while_the_nurse_reviews_waits_for_her(
    either_app: tuple[Flask, Cast], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, cast = either_app
    take(cast, at("08:10"), {3: UNKNOWN})
    found = only(cast.students["3-1"][2])
    first = log(cast, at("08:20"), found, CallResult.NOT_REACHED)
    calling = []
    read = queries.has_unread_calls

    def has_unread_calls(episode_id: int) -> bool:
        unread = read(episode_id)
        calling.append(meanwhile(app, lambda: log(cast, at("08:30"), found.id, CallResult.HOME_ILL)))
        return unread

    monkeypatch.setattr(queries, "has_unread_calls", has_unread_calls)
    with transaction():
        service.review(cast.users["nora"], at("08:30"), found.id, first)
    calling[0].join()
    assert only(found.student_id).state is EpisodeState.TO_REVIEW
    assert read(found.id)
