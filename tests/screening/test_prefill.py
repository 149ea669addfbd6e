"""What a sheet starts with: a table of cases, and once through the database with everything at hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.cast import NOW, TODAY
from tracker.absence.models import Leave
from tracker.absence.rules import EpisodeState, LeaveKind, LiveEpisode
from tracker.db import db
from tracker.facts.rules import Symptom
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.room.models import Stay
from tracker.room.rules import StayEnd, Trouble
from tracker.screening.fever_rules import LiveChain
from tracker.screening.prefill_rules import (
    Earlier,
    Known,
    PassToday,
    StayToday,
    starting_point,
    with_fever,
)
from tracker.screening.rules import (
    AbsenceReason,
    FeverSource,
    FeverState,
    HalfDay,
    Line,
    SessionCode,
    State,
)

SHEET = "/screening/2024-1/2026-09-21/arrival"
AM, PM = HalfDay.MORNING, HalfDay.AFTERNOON
EIGHT, TEN = NOW.replace(hour=8, minute=0), NOW.replace(hour=10, minute=0)

NORMAL, NOT_HERE = Line(), Line(State.NOT_HERE)
IN_ROOM, LEFT, AWAY = Line(State.IN_ROOM), Line(State.LEFT), Line(State.AWAY)
ILL = Line(State.ABSENT, AbsenceReason.ILLNESS)
PERSONAL = Line(State.ABSENT, AbsenceReason.PERSONAL)
UNKNOWN = Line(State.ABSENT, AbsenceReason.UNKNOWN)
HOT = PassToday(EIGHT, PassOutcome.HOT, 378)


def missing(reason: AbsenceReason, back_on: date | None = None) -> LiveEpisode:
    return LiveEpisode(
        1, EpisodeState.OPEN, reason, TODAY - timedelta(days=3), AM, TODAY, back_on, None, False
    )


def leave(kind: LeaveKind, *halves: HalfDay) -> Known:
    return Known(leave=dict.fromkeys(halves, kind))


CASES = [
    ("morning", None, None, Known(), None),
    ("morning", NORMAL, None, Known(), None),
    ("noon", ILL, None, Known(), ILL),
    ("noon", NOT_HERE, None, Known(), NOT_HERE),
    ("noon", LEFT, None, Known(), LEFT),
    ("noon", Line(State.UNSET), None, Known(), None),
    ("noon", Line(State.SYMPTOMATIC), None, Known(), None),
    # absences that are followed up
    ("arrival", None, missing(AbsenceReason.ILLNESS), Known(), ILL),
    ("arrival", None, missing(AbsenceReason.ILLNESS, back_on=TODAY), Known(), None),
    ("noon", UNKNOWN, missing(AbsenceReason.ILLNESS), Known(), ILL),  # what a call has brought since
    ("noon", NORMAL, missing(AbsenceReason.ILLNESS), Known(), None),  # seen present since
    ("noon", UNKNOWN, missing(AbsenceReason.UNKNOWN, back_on=TODAY), Known(), None),  # has arrived
    # leave entered ahead
    ("arrival", None, None, leave(LeaveKind.PERSONAL, AM, PM), PERSONAL),
    ("arrival", None, None, leave(LeaveKind.OFFICIAL, AM), AWAY),
    ("arrival", None, None, leave(LeaveKind.ILLNESS, PM), None),
    ("noon", NORMAL, None, leave(LeaveKind.ILLNESS, PM), None),  # in class when seen last: seen is seen
    ("noon", PERSONAL, None, leave(LeaveKind.PERSONAL, AM), NOT_HERE),  # the half day is over
    ("noon", AWAY, None, leave(LeaveKind.OFFICIAL, AM), NOT_HERE),
    ("noon", NORMAL, None, leave(LeaveKind.PERSONAL, AM, PM), None),  # came although on leave
    ("arrival", None, missing(AbsenceReason.ILLNESS), leave(LeaveKind.PERSONAL, AM), ILL),
    ("arrival", None, missing(AbsenceReason.UNKNOWN), leave(LeaveKind.PERSONAL, AM), PERSONAL),
    # the observation room
    ("noon", NORMAL, None, Known(stay=StayToday(None, None)), IN_ROOM),
    ("noon", NORMAL, None, Known(stay=StayToday(TEN, StayEnd.FETCHED)), LEFT),
    ("noon", IN_ROOM, None, Known(stay=StayToday(TEN, StayEnd.AMBULANCE)), LEFT),
    ("noon", IN_ROOM, None, Known(stay=StayToday(TEN, StayEnd.BACK_TO_CLASS)), NORMAL),
    ("noon", IN_ROOM, None, Known(stay=StayToday(TEN, StayEnd.NEVER_CAME)), NORMAL),
    ("noon", LEFT, None, Known(stay=StayToday(EIGHT, StayEnd.FETCHED),
                               gate=PassToday(TEN, PassOutcome.LATE, None)), NORMAL),  # brought back
    # the gate
    ("morning", None, None, Known(gate=HOT), Line(State.MEASURED, first=378)),
    ("morning", None, None, Known(gate=PassToday(EIGHT, PassOutcome.ILL, None)), Line(State.SYMPTOMATIC)),
    ("morning", None, None, Known(gate=PassToday(EIGHT, PassOutcome.LATE, None)), NORMAL),
    ("morning", None, None, Known(gate=PassToday(EIGHT, PassOutcome.LATE, 365)), Line(State.MEASURED, first=365)),
    ("morning", None, missing(AbsenceReason.ILLNESS), Known(gate=HOT), Line(State.MEASURED, first=378)),
    ("morning", None, None, Known(gate=HOT, stay=StayToday(None, None)), IN_ROOM),
    ("noon", NORMAL, None, Known(gate=HOT), None),  # the morning's reading is the morning's
    ("noon", NOT_HERE, None, Known(gate=PassToday(TEN, PassOutcome.LATE, 365)), NORMAL),
    ("noon", None, None, Known(gate=HOT), None),
]  # fmt: skip


@pytest.mark.parametrize("code, earlier, episode, known, line", CASES)
def test_a_sheet_starts_with_who_is_known_not_to_be_in_class(code, earlier, episode, known, line):
    found = starting_point(
        SessionCode(code),
        Earlier(earlier, NOW.replace(hour=9)) if earlier else None,
        is_first=earlier is None,
        episode=episode,
        came_back=episode is not None and episode.back_on == TODAY,
        known=known,
    )
    # Brought back at ten, after the sheet of nine.
    assert found == line


FEVERISH = Line(State.SYMPTOMATIC, symptoms=frozenset({Symptom.FEVER}))


@pytest.mark.parametrize(
    ("start", "state", "days", "stay", "line"),
    [
        (None, "confirmed", 0, None, FEVERISH),
        (NORMAL, "confirmed", 0, None, FEVERISH),
        (Line(State.MEASURED, first=365), "confirmed", 0, None, replace(FEVERISH, first=365)),
        (Line(State.MEASURED, first=378), "confirmed", 0, None, Line(State.MEASURED, first=378)),
        (None, "waiting", 0, None, Line(State.SYMPTOMATIC)),
        (None, "unretested", 0, None, LEFT),
        (None, "cleared", 0, None, None),
        (None, "confirmed", 1, None, None),  # of yesterday
        (ILL, "confirmed", 0, None, ILL),
        (IN_ROOM, "confirmed", 0, StayToday(None, None), IN_ROOM),
        (NORMAL, "confirmed", 0, StayToday(TEN, StayEnd.BACK_TO_CLASS), NORMAL),  # seen to since
        (NORMAL, "confirmed", 0, StayToday(EIGHT - timedelta(hours=1), StayEnd.BACK_TO_CLASS), FEVERISH),
    ],
)
def test_whose_fever_stands_starts_as_a_case(start, state, days, stay, line):
    chain = LiveChain(1, FeverState(state), FeverSource.SHEET, 378, TODAY - timedelta(days=days), EIGHT)
    assert with_fever(start, chain, Known(stay=stay), TODAY) == line


def test_the_sheet_shows_leaves_stays_and_passes_from_the_database(sign_in, cast, statements):
    on_leave, away, in_room, fetched, hot, cancelled, afternoon = cast.students["3-1"][:7]
    ann = cast.users["ann"]
    stay = {"reported_by": ann, "trouble": Trouble.FEVER, "place": "", "soiled": False}
    early = datetime(2026, 9, 21, 7, 30, tzinfo=NOW.tzinfo)
    record = GateRecord(day=TODAY, lane=1, device="infrared", by=ann, opened_at=early)
    db.session.add(record)
    db.session.flush()

    def ahead(student, kind, half=AM, **more):
        return Leave(
            student_id=student, from_on=TODAY, from_half=half, to_on=TODAY + timedelta(days=2),
            to_half=AM, kind=kind, by=ann, at=early, **more,
        )  # fmt: skip

    db.session.add_all([
        ahead(on_leave, LeaveKind.PERSONAL),
        ahead(away, LeaveKind.OFFICIAL),
        ahead(cancelled, LeaveKind.ILLNESS, cancelled_at=early, cancelled_by=ann),
        ahead(afternoon, LeaveKind.INJURY, PM),
        Stay(student_id=in_room, reported_at=early, **stay),
        Stay(student_id=fetched, reported_at=early, ended_at=NOW, ended_how=StayEnd.FETCHED, **stay),
        GatePass(gate_record_id=record.id, student_id=hot, at=early, by=ann, outcome=PassOutcome.HOT, tenths=378),
    ])  # fmt: skip
    db.session.commit()
    visitor = sign_in("ann")
    with statements() as done:
        page = visitor.get(SHEET)
    assert len(done) <= 10
    checked = {
        one: page.select_one(f"input[name=state-{one}][checked]")["value"] for one in cast.students["3-1"]
    }
    assert checked == dict.fromkeys(cast.students["3-1"], "normal") | {
        on_leave: "absent:personal", away: "away", in_room: "in_room", fetched: "left",
    }  # fmt: skip
    assert page.select_one(f"#t1-{hot}")["value"] == "37.8"
