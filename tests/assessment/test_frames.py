"""What was due, read from the database: the calendar, the plans and the records of the cast's school."""

from datetime import date, time, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from tests.assessment.school import calendar, objects, record, sheet, wall
from tests.cast import NOW, TERM, TODAY, ZONE
from tracker import clock
from tracker.assessment.frames import duties_frame, places_frame, week_scores
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.db import db
from tracker.disinfection import queries as disinfection
from tracker.disinfection.frames import TASKS, tasks_frame
from tracker.disinfection.models import Schedule, ZoneOwner
from tracker.disinfection.outcome_frames import states
from tracker.disinfection.rules import Agent, Method
from tracker.facts.frames import illness_absence_frame
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind
from tracker.school.frames import days_frame, school_days_frame
from tracker.school.models import Enrolment, SchoolClass
from tracker.school.queries import classes_on, school_days
from tracker.school.rules import DayType, Scope, Stage
from tracker.screening import day_queries as screening
from tracker.screening.frames import submissions_frame
from tracker.screening.models import SessionPlan
from tracker.screening.rules import RecordedBy, SessionCode

FRIDAY = date(2026, 9, 18)
SUNDAY = date(2026, 9, 20)
"""A make-up day that stands for a Friday."""
EVE = date(2026, 9, 24)
"""Thursday before a holiday; the next school day is Monday the 28th."""


def of(frame, **wanted):
    """The rows of a frame with these values."""
    for name, value in wanted.items():
        frame = frame[frame[name] == (pd.Timestamp(value) if type(value) is date else value)]
    return frame


def local(moment) -> str:
    return moment.tz_convert(ZONE).strftime("%m-%d %H:%M")


# School days


def test_the_narrowest_row_of_the_calendar_says_what_a_day_is(app, cast):
    calendar(TODAY, Scope.GRADE, 2024, DayType.HALF)
    calendar(TODAY, Scope.CLASS, cast.classes["4-2"], DayType.SUSPENDED)
    found = days_frame(TODAY, TODAY)
    kinds = dict(zip(found["class_id"].astype(object).fillna(0), found["day_type"], strict=True))
    assert kinds == {0: "normal", cast.classes["3-1"]: "half", cast.classes["4-2"]: "suspended"}
    assert list(school_days_frame(TODAY, TODAY)["class_id"].dropna()) == [cast.classes["3-1"]]


def test_the_school_days_are_those_the_pages_know(app):
    frame = school_days_frame(*TERM)
    own = frame.loc[frame["class_id"].isna(), "on"].dt.date
    assert list(own) == school_days(*TERM)


def test_a_make_up_day_follows_another_weekday(app):
    assert set(school_days_frame(SUNDAY, SUNDAY)["weekday"]) == {5}


def test_a_class_without_students_owes_nothing(app, cast):
    empty = SchoolClass(stage=Stage.PRIMARY, entry_year=2022, number=1)
    db.session.add(empty)
    db.session.execute(
        sa.update(Enrolment).where(Enrolment.class_id == cast.classes["4-2"]).values(ends=FRIDAY)
    )
    assert set(school_days_frame(FRIDAY, FRIDAY)["class_id"].dropna()) == set(cast.classes.values())
    assert set(school_days_frame(TODAY, TODAY)["class_id"].dropna()) == {cast.classes["3-1"]}
    assert set(duties_frame(TODAY, TODAY, NOW)["class_id"]) == {cast.classes["3-1"]}


# Screening


def test_every_session_a_class_records_is_due_by_its_deadline(app, cast):
    found = of(submissions_frame(TODAY, TODAY), class_id=cast.classes["3-1"])
    assert [
        (row.session, local(row.opens), local(row.due), local(row.late_until)) for row in found.itertuples()
    ] == [
        ("arrival", "09-21 07:20", "09-21 08:25", "09-22 00:00"),
        ("morning", "09-21 07:50", "09-21 08:30", "09-22 00:00"),
        ("noon", "09-21 13:40", "09-21 14:10", "09-22 00:00"),
    ]
    assert found["submitted_at"].isna().all()


def test_the_sessions_due_are_those_the_pages_ask_for(app, cast):
    calendar(TODAY, Scope.GRADE, 2023, DayType.HALF)
    for day in (FRIDAY, SUNDAY, TODAY, date(2026, 9, 26)):
        found = submissions_frame(day, day)
        asked = {
            (one.class_id, status.plan.code.value)
            for one in screening.class_days(None, day, time(12))
            for status in one.sessions
        }
        assert set(zip(found["class_id"], found["session"], strict=True)) == asked


@pytest.mark.parametrize(
    ("versions", "head", "came"),
    [
        ([("submit", "08:10")], -1, "08:10"),
        ([("submit", "08:10"), ("correct", "11:00")], -1, "08:10"),
        ([("submit", "08:10"), ("withdraw", "08:15")], None, None),
        ([("submit", "08:10"), ("withdraw", "08:15"), ("submit", "08:40")], -1, "08:40"),
        (
            [("submit", "08:10"), ("withdraw", "08:15"), ("submit", "08:20"), ("correct", "12:00")],
            -1,
            "08:20",
        ),
    ],
)
def test_a_sheet_came_with_its_first_version_that_was_not_withdrawn(app, cast, versions, head, came):
    sheet(cast.classes["3-1"], TODAY, "morning", *versions, head=head)
    [row] = of(submissions_frame(TODAY, TODAY), class_id=cast.classes["3-1"], session="morning").itertuples()
    assert (None if pd.isna(row.submitted_at) else local(row.submitted_at)[6:]) == came


def test_a_changed_plan_holds_from_its_day_and_gate_sessions_are_nobody_s(app, cast):
    def plan(code, **changed):
        old = db.session.get_one(SessionPlan, (SessionCode(code), "routine", TERM[0]))
        columns = {column.key: getattr(old, column.key) for column in SessionPlan.__table__.columns}
        db.session.add(SessionPlan(**{**columns, "valid_from": TODAY, **changed}))

    plan("arrival", recorded=RecordedBy.GATE)
    plan("morning", active=False)
    plan("noon", deadline=time(14, 20))
    db.session.flush()
    found = of(submissions_frame(SUNDAY, TODAY), class_id=cast.classes["3-1"])
    assert [(local(row.due), row.session) for row in found.itertuples()] == [
        ("09-20 08:25", "arrival"),
        ("09-20 08:30", "morning"),
        ("09-20 14:10", "noon"),
        ("09-21 14:20", "noon"),
    ]


# Disinfection


def test_a_task_counts_its_items(app, cast):
    zone = cast.zones["room 3-1"]
    floor, handles = objects(zone)
    record(zone, TODAY, (floor, "done", None), (handles, "not_done", "no_agent"))
    [row] = of(tasks_frame(TODAY, TODAY), zone_id=zone).itertuples()
    assert (row.applicable, row.done, row.not_done, row.not_done_excused) == (2, 1, 1, 1)
    assert (local(row.due), local(row.late_until)) == ("09-22 07:40", "09-23 00:00")
    assert local(row.finished) == "09-21 16:20"


def test_before_a_holiday_the_next_school_day_is_after_it(app, cast):
    [row] = of(tasks_frame(EVE, EVE), zone_id=cast.zones["room 3-1"]).itertuples()
    assert (local(row.due), local(row.late_until)) == ("09-28 07:40", "09-29 00:00")


def test_on_the_term_s_last_day_there_is_no_next_one(app, cast):
    [row] = of(tasks_frame(TERM[1], TERM[1]), zone_id=cast.zones["room 3-1"]).itertuples()
    assert (local(row.due), local(row.late_until)) == ("01-20 18:00", "01-21 00:00")


def test_who_keeps_a_zone_and_its_schedule_change_from_a_day(app, cast):
    zone = cast.zones["room 3-1"]
    handles = objects(zone)[1]
    db.session.add(ZoneOwner(zone_id=zone, valid_from=TODAY, department_id=cast.department))
    db.session.add(
        Schedule(
            object_id=handles, level="routine", slot=time(15, 40), valid_from=TODAY, weekdays=[2],
            until=time(18), method=Method.WIPE, agent=Agent.NONE, active=True,
        )
    )  # fmt: skip
    db.session.flush()
    before, after = of(tasks_frame(SUNDAY, TODAY), zone_id=zone).itertuples()
    assert (before.class_id, before.applicable) == (cast.classes["3-1"], 2)
    assert (pd.isna(after.class_id), after.department_id, after.applicable) == (True, cast.department, 1)


LEFT_OUT = ("zone_id", "on", "slot", "excused", "verified", "rejected")
COMPARED = [*(name for name in TASKS.columns if name not in LEFT_OUT), "state"]


def test_the_tasks_due_are_those_of_the_disinfection_pages(app, cast):
    """Zone by zone, over a make-up Sunday, a holiday and a suspended class: due, late and items alike."""
    calendar(TODAY, Scope.CLASS, cast.classes["4-2"], DayType.SUSPENDED)
    for number, day in enumerate(school_days(FRIDAY, EVE)):
        for zone in cast.zones.values():
            things = objects(zone)
            slot = "07:30" if zone == cast.zones["corridor"] else "15:40"
            if (number + zone) % 3:
                results = [
                    ("done", None),
                    ("not_applicable", None) if number % 2 else ("not_done", "forgotten"),
                ]
                record(
                    zone,
                    day,
                    *((thing, *said) for thing, said in zip(things, results, strict=True)),
                    slot=slot,
                )
    for day in [*school_days(FRIDAY, EVE), TERM[1]]:
        pages = {
            (one.zone.id, one.code): (
                one.class_id, one.department_id, one.times.opens, one.times.on_time_until, one.times.late_until,
                one.recorded.finished if one.recorded else None,
                one.outcome.applicable, one.outcome.done, one.outcome.not_done, one.outcome.not_done_excused,
                one.outcome.state,
            )
            for one in disinfection.tasks([day], NOW, disinfection.around(day))
        }  # fmt: skip
        tasks = tasks_frame(day, day)
        frame = tasks.assign(state=states(tasks, NOW)).astype(object)
        found = frame.where(frame.notna(), None).to_dict("records")
        assert {
            (row["zone_id"], row["slot"]): tuple(row[name] for name in COMPARED) for row in found
        } == pages


# Illness, for the chart


def ill(student_id, day, *, retracted=False, kind=ObservationKind.ILL_ABSENCE, number=1):
    db.session.add(
        Observation(
            student_id=student_id, kind=kind, code="illness", on=day, onset_on=day, known_at=NOW,
            recorded_at=NOW, retracted_at=NOW if retracted else None,
            source_kind=SourceKind.SHEET, source_id=1, source_no=number,
        )
    )  # fmt: skip
    db.session.flush()


def test_a_day_counts_who_was_expected_and_who_was_absent_through_illness(app, cast):
    first, second, third = cast.students["3-1"][:3]
    sheet(cast.classes["3-1"], FRIDAY, "arrival", ("submit", "08:00"), expected=10)
    sheet(cast.classes["3-1"], FRIDAY, "noon", ("submit", "14:00"), ("correct", "14:20"), expected=9)
    ill(first, FRIDAY)
    ill(first, FRIDAY, number=2)
    ill(second, FRIDAY, retracted=True)
    ill(third, FRIDAY, kind=ObservationKind.SYMPTOM)
    ill(cast.students["4-2"][0], FRIDAY)  # of a class that has not reported
    [row] = illness_absence_frame(FRIDAY, FRIDAY).to_dict("records")
    assert (row["due"], row["reported"], row["expected"], row["ill"]) == (2, 1, 9, 1)


def test_a_day_without_a_report_is_missing_not_zero(app, cast):
    [row] = illness_absence_frame(FRIDAY, FRIDAY).itertuples()
    assert (row.due, row.reported, pd.isna(row.expected), pd.isna(row.ill)) == (2, 0, True, True)


def test_a_day_with_a_report_and_nobody_ill_is_zero(app, cast):
    sheet(cast.classes["3-1"], FRIDAY, "arrival", ("submit", "08:00"))
    assert list(illness_absence_frame(FRIDAY, FRIDAY)["ill"]) == [0]


# Who takes part


def test_a_class_with_a_suspended_day_is_exempt_and_days_to_come_do_not_count(app, cast):
    monday = date(2026, 9, 14)
    calendar(date(2026, 9, 18), Scope.CLASS, cast.classes["4-2"], DayType.SUSPENDED)
    frame = places_frame(classes_on(monday), monday, date(2026, 9, 16), DEFAULT_SCHEME)
    assert [(row.group, row.days, row.exempt) for row in frame.itertuples()] == [
        ("middle", 3, False),
        ("middle", 3, True),
    ]


def test_the_number_of_statements_does_not_grow_with_days_or_classes(app, cast, statements):
    with statements() as one_day:
        duties_frame(TODAY, TODAY, NOW)
    for number in range(3, 9):
        added = SchoolClass(stage=Stage.PRIMARY, entry_year=2024, number=number)
        db.session.add(added)
        db.session.flush()
        moved = cast.students["3-1"][number]
        db.session.execute(
            sa.update(Enrolment).where(Enrolment.student_id == moved).values(class_id=added.id)
        )
    with statements() as a_term:
        duties_frame(*TERM, NOW)
    assert len(one_day) == len(a_term) <= 12


@pytest.mark.parametrize("day", [TERM[0] - timedelta(days=9), date(2026, 10, 3)])
def test_where_there_is_no_school_every_frame_is_empty_and_whole(app, day):
    assert duties_frame(day, day, NOW).empty
    assert tasks_frame(day, day).dtypes.to_dict() == TASKS.frame().dtypes.to_dict()
    assert illness_absence_frame(day, day).empty
    assert week_scores([], day - timedelta(days=day.weekday()), day, clock.now(), DEFAULT_SCHEME).scores.empty


def test_the_frames_are_the_same_on_either_database(either_app):
    _, cast = either_app
    class_id, zone = cast.classes["3-1"], cast.zones["room 3-1"]
    sheet(class_id, TODAY, "morning", ("submit", "08:20"), ("withdraw", "08:21"), ("submit", "08:40"))
    record(zone, TODAY, *((thing, "done", None) for thing in objects(zone)))
    ill(cast.students["3-1"][0], TODAY)
    frame = of(duties_frame(TODAY, TODAY, wall(TODAY, "23:00")), class_id=class_id)
    assert list(frame["outcome"]) == ["missed", "late", "missed", "on_time"]
    assert list(illness_absence_frame(TODAY, TODAY)["ill"]) == [1]
