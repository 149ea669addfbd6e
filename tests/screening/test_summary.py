"""The day's sums: they close, count every child once, and name who has not reported."""

from dataclasses import fields
from datetime import time

import pytest

from tests.absence.town import ILL, LEAVE, UNKNOWN, at, take
from tests.cast import TODAY
from tracker import clock
from tracker.db import db, transaction
from tracker.facts import service as facts
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.facts.service import Fact
from tracker.school.models import CalendarDay
from tracker.school.rules import DayType, Scope
from tracker.screening.rules import AbsenceReason, SessionCode, State
from tracker.screening.summary_queries import day_summary
from tracker.screening.summary_rules import Said, Sums, states_of_day

NORMAL, HOT, GONE, LATE, OUT, NOTHING = (
    State.NORMAL,
    State.SYMPTOMATIC,
    State.ABSENT,
    State.NOT_HERE,
    State.LEFT,
    State.UNSET,
)


@pytest.mark.parametrize(
    "morning, noon, counted",
    [
        (NORMAL, NORMAL, NORMAL),
        (GONE, GONE, GONE),
        (GONE, NORMAL, NORMAL),  # came late: was at school
        (NORMAL, GONE, NORMAL),  # went home at noon: was at school
        (NORMAL, OUT, NORMAL),
        (LATE, GONE, GONE),  # the last word holds
        (LATE, NOTHING, LATE),  # nothing recorded is no word
        (NOTHING, NOTHING, NOTHING),  # and never normal
        (NOTHING, NORMAL, NORMAL),
        (NORMAL, HOT, HOT),
        (HOT, NORMAL, HOT),  # a sign of the morning is not forgotten
        (HOT, OUT, HOT),
    ],
)
def test_what_two_sheets_of_a_day_say_of_a_child(morning, noon, counted):
    def said(code, state):
        return Said(code, [1], {} if state is NORMAL else {1: (state, None)})

    sheets = [said(SessionCode.NOON, noon), said(SessionCode.MORNING, morning)]
    assert states_of_day(sheets)[1][0] is counted


def test_sums_add_up_column_by_column():
    one = Sums(*range(1, len(fields(Sums)) + 1))
    assert one + one == Sums(*(2 * n for n in range(1, len(fields(Sums)) + 1)))
    assert Sums().closes and not Sums(expected=1).closes


def test_a_day_with_no_sheet_is_missing_everywhere_and_zero_nowhere_invented(app, cast):
    summary = day_summary(TODAY)
    assert summary.total == Sums()
    assert [(one.code, one.due, one.reported, len(one.missing)) for one in summary.sessions] == [
        (code, 2, 0, 2) for code in (SessionCode.ARRIVAL, SessionCode.MORNING, SessionCode.NOON)
    ]
    assert [one.class_id for one in summary.silent] == [cast.classes["3-1"], cast.classes["4-2"]]


def test_what_has_not_opened_yet_is_not_missing(app):
    summary = day_summary(TODAY, time(8, 5), today=True)
    assert [(one.code, one.due) for one in summary.sessions] == [("arrival", 2), ("morning", 2), ("noon", 0)]
    assert [one.code for one in summary.missing] == ["arrival", "morning"]


def test_the_sums_close_by_class_by_session_and_over_the_day(app, cast):
    absent = {1: ILL, 2: LEAVE, 3: State.NOT_HERE, 4: State.SYMPTOMATIC, 5: State.UNSET, 6: State.AWAY}
    take(cast, at("08:05"), absent, session="arrival")
    take(cast, at("08:10"), {**absent, 3: UNKNOWN, 7: State.IN_ROOM})
    take(cast, at("08:12"), {1: ILL}, session="arrival", place="4-2", by="carl")
    take(cast, at("13:50"), {1: ILL, 7: State.LEFT}, session="noon")
    summary = day_summary(TODAY, time(13, 55), today=True)
    for one in [*summary.sheets, *summary.sessions]:
        assert one.sums.closes
    by_code = {one.code: one for one in summary.sessions}
    arrival = by_code[SessionCode.ARRIVAL]
    assert (arrival.sums.expected, arrival.sums.checked, arrival.sums.absent) == (18, 12, 3)
    assert arrival.reasons == {ILL: 2, LEAVE: 1}
    assert [one.id for one in by_code[SessionCode.NOON].missing] == [cast.classes["4-2"]]
    assert summary.total.closes
    assert summary.total == Sums(expected=18, checked=16, absent=2, symptomatic=1)
    assert (summary.reasons, summary.ill, summary.silent) == ({ILL: 2}, 2, [])


def test_a_version_keeps_the_same_sums_as_the_summary(app, cast):
    take(cast, at("08:05"), {1: ILL, 2: LEAVE, 3: State.NOT_HERE, 4: State.SYMPTOMATIC}, session="arrival")
    (kept,) = [one for one in day_summary(TODAY).sheets if one.version]
    assert {one.name: getattr(kept.version, one.name) for one in fields(Sums)} == {
        one.name: getattr(kept.sums, one.name) for one in fields(Sums)
    }


def test_fevers_and_symptoms_count_children_not_sheets(sign_in, cast):
    hot = cast.students["3-1"][0]
    ann = sign_in("ann")
    for session, when in (("arrival", "08:05"), ("morning", "08:15")):
        clock.freeze(at(when))
        page = ann.get(f"/screening/2024-1/2026-09-21/{session}")
        ann.send(page, "#sheet", **{f"t1__{hot}": "38.1", f"t2__{hot}": "38.0", f"sym__{hot}": "cough"})
    summary = day_summary(TODAY)
    assert [one.sums.fever for one in summary.sessions] == [1, 1, 0]
    assert (summary.total.fever, summary.symptoms) == (1, {Symptom.FEVER: 1, Symptom.COUGH: 1})


def test_what_was_recorded_counts_though_the_day_no_longer_asks_for_it(app, cast):
    take(cast, at("08:05"), {1: AbsenceReason.INJURY}, session="arrival")
    db.session.add(
        CalendarDay(
            day=TODAY,
            scope=Scope.CLASS,
            scope_id=cast.classes["3-1"],
            day_type=DayType.SUSPENDED,
            source="page",
        )
    )
    db.session.commit()
    summary = day_summary(TODAY)
    assert (summary.total.expected, summary.reasons) == (10, {AbsenceReason.INJURY: 1})
    assert all(cast.classes["3-1"] not in {one.id for one in found.missing} for found in summary.sessions)


def test_what_is_signed_holds_codes_numbers_and_classes_only(app, cast):
    take(cast, at("08:05"), {1: ILL}, session="arrival")
    kept = day_summary(TODAY).stored()
    assert kept["reasons"] == {"illness": 1} and kept["total"]["absent"] == 1
    assert kept["sessions"]["arrival"]["missing"] == [cast.classes["4-2"]]
    assert "Child" not in str(kept)


def test_the_summary_takes_seven_statements(app, cast, statements):
    take(cast, at("08:05"), {1: ILL}, session="arrival")
    with statements() as done:
        day_summary(TODAY)
    assert len(done) <= 7, list(done)


def test_a_fever_that_the_retest_has_cleared_counts_no_more(sign_in, cast):
    hot = cast.students["3-1"][0]
    ann, nora = sign_in("ann"), sign_in("nora")
    ann.send(ann.get("/screening/2024-1/2026-09-21/arrival"), "#sheet", **{f"t1__{hot}": "37.8"})
    waiting = day_summary(TODAY)
    assert [one.sums.fever for one in waiting.sessions] == [1, 0, 0] and waiting.total.fever == 1
    clock.freeze(at("08:20"))
    nora.send(nora.get("/screening/fevers"), "form[action^='/screening/fevers/']", temperature="36.6")
    cleared = day_summary(TODAY)
    assert [one.sums.fever for one in cleared.sessions] == [0, 0, 0] and cleared.total.fever == 0


def test_who_was_seen_ill_in_the_observation_room_alone_counts_among_the_ill(app, cast):
    take(cast, at("08:05"), session="arrival")
    child = cast.students["3-1"][0]
    with transaction():
        facts.observe(
            at("10:00"),
            [
                Fact(
                    child, ObservationKind.SYMPTOM, Symptom.VOMITING.value, TODAY, TODAY, at("10:00"),
                    SourceKind.STAY, 1, 0,
                )
            ],
        )  # fmt: skip
    summary = day_summary(TODAY)
    assert (summary.total.symptomatic, summary.symptoms) == (1, {Symptom.VOMITING: 1})
