from datetime import date, datetime, time

import pytest
import sqlalchemy as sa

from tests.absence import town
from tests.cast import NOW, TODAY, count
from tests.history.history import history_file
from tracker import clock
from tracker.absence.models import Episode
from tracker.absence.rules import EpisodeState
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind
from tracker.history import files, queries, service
from tracker.history.plan import Options
from tracker.school.models import CalendarDay, Enrolment, ImportRun
from tracker.school.rules import DayType, Scope
from tracker.screening import queries as screening
from tracker.screening.models import Entry, Fever, Reading, Roster, SessionException, Sheet, SheetVersion
from tracker.screening.rules import AbsenceReason, FeverState, SessionCode, State, VersionKind

COMPLETE = Options(assume_complete=True)
ANNS, CARLS = "T2024101", "T2023201"
"""The first child of 3(1), and of 4(2)."""
MON, TUE, WED, FRI = (date(2026, 9, n) for n in (7, 8, 9, 11))
TABLES = (Sheet, SheetVersion, Entry, Reading, Fever, Observation, Episode, Roster)


def look_at(content, options=COMPLETE, today=TODAY):
    return queries.history_plan(files.read_table(content), options, today)


def bring_in(content, options=COMPLETE, by=None, seen=None):
    with transaction():
        run_id = service.import_history(
            by, NOW, TODAY, files.read_table(content), "0" * 64, options, seen=seen
        )
    return db.session.get_one(ImportRun, run_id).counts


def wrong(content, options=COMPLETE):
    return [(cell.row, cell.column.value, cell.reason.value) for cell in look_at(content, options).wrong]


def episodes():
    rows = db.session.scalars(sa.select(Episode).order_by(Episode.first_on))
    return [(one.first_on, one.last_absent_on, one.state.value, one.ended_on) for one in rows]


def sheet(cast, day, session="morning", place="3-1"):
    return screening.kept_sheets(cast.classes[place], day, [SessionCode(session)]).get(SessionCode(session))


def test_a_week_as_a_file_tells_it(either_app):
    _app, cast = either_app
    counts = bring_in(history_file(
        (MON, "morning", ANNS, "absent", "illness", "fever;cough", "38.5", "2026-09-06", "influenza"),
        (TUE, "morning", ANNS, "absent", "", "cough"),
        (TUE, "noon", "T2024102", "symptomatic", "", "vomiting"),
        (FRI, "morning", CARLS, "measured", "", "", "37.8"),
    ))  # fmt: skip
    assert counts == {
        "rows": 4, "sheets": 2 * 2 * 5, "unchanged": 0, "kept": 0, "absences": 1, "opened": 0, "wrong": 0,
    }  # fmt: skip
    monday = sheet(cast, MON)
    assert monday.version.kind is VersionKind.IMPORT
    assert (monday.version.expected, monday.version.checked, monday.version.absent) == (10, 9, 1)
    child = cast.students["3-1"][0]
    assert monday.lines[child].state is State.ABSENT and len(monday.lines[child].symptoms) == 2
    assert sheet(cast, FRI, place="4-2").version.fever == 1
    assert sheet(cast, WED, "noon").version.checked == 10  # nobody is named: all were normal
    assert sheet(cast, MON, "arrival") is None  # the file does not name this session
    assert count(Roster) == 2
    (one,) = db.session.scalars(sa.select(Episode))
    assert (one.first_on, one.last_absent_on, one.back_on, one.diagnosis) == (MON, TUE, TUE, "influenza")
    assert one.state is EpisodeState.CLOSED and one.ended_on == TUE  # seen again at noon
    # A temperature measured at home is no reading of the school, but it tells of a fever.
    assert [(one.student_id, one.tenths) for one in db.session.scalars(sa.select(Reading))] == [
        (cast.students["4-2"][0], 378)
    ]
    assert db.session.scalars(sa.select(Fever.state)).all() == [FeverState.UNRETESTED]


def test_facts_are_known_since_the_close_of_their_session(app, cast):
    bring_in(history_file((MON, "noon", ANNS, "absent", "illness", "cough", "", "2026-09-05")))
    for fact in db.session.scalars(sa.select(Observation)):
        assert fact.known_at == clock.at(MON, time(16, 30)) and fact.recorded_at == NOW
        assert fact.source_kind is SourceKind.IMPORT and fact.onset_on == date(2026, 9, 5)
    assert count(Observation) == 2


def test_without_the_assumption_all_others_are_not_recorded(app, cast):
    counts = bring_in(history_file((MON, "morning", ANNS, "absent")), Options())
    assert counts["sheets"] == 1
    version = sheet(cast, MON).version
    assert (version.absent, version.checked, version.unset) == (1, 0, 9)


def test_the_same_file_again_changes_nothing(app, cast):
    content = history_file((MON, "morning", ANNS, "absent", "illness"), (FRI, "noon", CARLS, "absent"))
    bring_in(content)
    before = {table: count(table) for table in TABLES}
    plan = look_at(content)
    assert plan.is_empty and plan.unchanged == 20 and not plan.wrong
    bring_in(content)
    assert {table: count(table) for table in TABLES} == before


def test_the_same_file_again_after_the_nurse_has_corrected_a_sheet(app, cast):
    content = history_file((MON, "morning", ANNS, "absent", "illness", "cough"))
    bring_in(content)
    town.take(cast, NOW, {}, base=1, day=MON, by="nora", reason="mistaken")
    assert sheet(cast, MON).version.absent == 0
    live = sa.select(Observation).where(Observation.retracted_at.is_(None))
    assert db.session.scalars(live).all() == []
    assert look_at(content).is_empty


def test_a_sheet_that_people_submitted_is_never_changed(app, cast):
    town.take(cast, datetime(2026, 9, 7, 8, 0, tzinfo=clock.zone()), {})
    clock.freeze(NOW)
    assert wrong(history_file((MON, "morning", ANNS, "absent"))) == [(2, "session", "submitted")]
    # Where the file says nothing of it, it stays and the rest is taken.
    counts = bring_in(history_file((MON, "morning", CARLS, "absent")))
    assert (counts["sheets"], counts["kept"]) == (1, 1)
    assert sheet(cast, MON).version.kind is VersionKind.SUBMIT


def test_another_file_does_not_change_what_was_imported(app):
    bring_in(history_file((MON, "morning", ANNS, "absent")))
    assert wrong(history_file((MON, "morning", ANNS, "absent", "illness"))) == [
        (2, "session", "imported_otherwise")
    ]


def test_nothing_is_imported_where_a_row_is_wrong(app):
    content = history_file((MON, "morning", ANNS, "absent"), (MON, "morning", "X1", "absent"))
    with pytest.raises(Rejected):
        bring_in(content)
    assert [count(table) for table in (*TABLES, ImportRun)] == [0] * 9


@pytest.mark.parametrize("row, column, reason", [
    (("2026-09-07", "morning", "X1", "absent"), "student_number", "unknown_number"),
    (("2026-09-07", "morning", "0T2024101", "absent"), "student_number", "zeros_lost"),
    (("2026-08-31", "morning", ANNS, "absent"), "student_number", "before_enrolment"),
    (("2026-09-12", "morning", ANNS, "absent"), "date", "no_school_day"),
    (("2026-09-07", "morning", "T2024102", "absent"), "student_number", "after_enrolment"),
    (("2026-09-21", "arrival", ANNS, "absent"), "date", "day_not_over"),
    (("2027-09-06", "morning", ANNS, "absent"), "date", "day_not_over"),
    (("2026-09-09", "noon", ANNS, "absent"), "session", "not_asked_for"),
])  # fmt: skip
def test_a_row_that_does_not_fit_the_school(app, cast, row, column, reason):
    leaver = db.session.scalars(sa.select(Enrolment).filter_by(student_id=cast.students["3-1"][1])).one()
    leaver.ends = date(2026, 9, 4)
    half = db.session.scalars(sa.select(CalendarDay).filter_by(day=WED)).one()
    half.day_type = DayType.HALF
    db.session.commit()
    assert wrong(history_file(row)) == [(2, column, reason)]


def test_a_half_day_has_no_noon_to_assume(app, cast):
    half = db.session.scalars(sa.select(CalendarDay).filter_by(day=TUE)).one()
    half.day_type = DayType.HALF
    db.session.commit()
    bring_in(history_file((MON, "noon", ANNS, "absent"), (WED, "morning", ANNS, "absent")))
    assert sheet(cast, TUE, "morning") and not sheet(cast, TUE, "noon")


def test_a_session_that_is_dropped_on_a_weekday_is_not_assumed(app, cast):
    where = {"code": SessionCode.NOON, "weekday": 2, "grade": 0}
    db.session.add(SessionException(**where, valid_from=date(2026, 9, 1), active=False))
    db.session.commit()
    bring_in(history_file((MON, "noon", ANNS, "absent"), (WED, "noon", ANNS, "absent")))
    assert sheet(cast, MON, "noon") and not sheet(cast, TUE, "noon")


def test_days_are_opened_only_where_it_is_asked_for(app, cast):
    saturday = date(2026, 9, 12)
    content = history_file((FRI, "morning", ANNS, "absent"), (saturday, "morning", ANNS, "absent"))
    assert wrong(content) == [(3, "date", "no_school_day")]
    counts = bring_in(content, Options(assume_complete=True, open_days=True))
    assert (counts["opened"], counts["sheets"]) == (1, 4)
    row = db.session.scalars(sa.select(CalendarDay).filter_by(day=saturday)).one()
    assert (row.scope, row.day_type, row.source) == (Scope.SCHOOL, DayType.NORMAL, "import")
    assert episodes() == [(FRI, saturday, "closed", date(2026, 9, 14))]


def test_a_day_that_was_off_for_one_class_is_opened_for_that_class(app, cast):
    where = {"day": MON, "scope": Scope.CLASS, "scope_id": cast.classes["3-1"]}
    db.session.add(CalendarDay(**where, day_type=DayType.SUSPENDED, source="page"))
    db.session.commit()
    content = history_file((MON, "morning", CARLS, "absent"))
    assert bring_in(content)["sheets"] == 1  # the suspended class has nothing to assume
    content = history_file((MON, "morning", ANNS, "absent"))
    assert bring_in(content, Options(open_days=True))["opened"] == 1
    rows = db.session.execute(sa.select(CalendarDay.scope, CalendarDay.source).filter_by(day=MON)).all()
    assert sorted(rows) == [(Scope.CLASS, "import"), (Scope.SCHOOL, "tests")]


def test_who_is_still_missing_is_to_be_called_about(app, cast):
    bring_in(history_file(("2026-09-18", "noon", ANNS, "absent"), ("2026-09-20", "noon", ANNS, "absent")))
    (one,) = db.session.scalars(sa.select(Episode))
    assert (one.state, one.back_on, one.due_at) == (EpisodeState.OPEN, None, NOW)
    students = screening.roster(cast.classes["3-1"], TODAY)
    assert students[0].episode.is_missing  # and today's sheet begins with it


def test_past_absences_do_not_hide_the_one_that_goes_on(app, cast):
    child = cast.students["3-1"][0]
    town.take(cast, NOW, {child: AbsenceReason.ILLNESS}, session="arrival")
    counts = bring_in(history_file((MON, "noon", ANNS, "absent"), ("2026-09-18", "noon", ANNS, "absent")))
    assert counts["absences"] == 2
    (first, *_others) = screening.roster(cast.classes["3-1"], TODAY)
    assert first.episode.first_on == TODAY and first.episode.is_live


def test_an_absence_the_school_knows_stays_as_it_is(app, cast):
    child = cast.students["3-1"][0]
    town.take(cast, datetime(2026, 9, 7, 8, 0, tzinfo=clock.zone()), {child: AbsenceReason.INJURY})
    clock.freeze(NOW)
    before = episodes()
    counts = bring_in(history_file((MON, "noon", ANNS, "absent"), (TUE, "noon", ANNS, "absent")))
    assert counts["absences"] == 0 and episodes() == before


def test_who_left_the_school_did_not_come_back(app, cast):
    leaver = db.session.scalars(sa.select(Enrolment).filter_by(student_id=cast.students["3-1"][0])).one()
    leaver.ends = TUE
    db.session.commit()
    bring_in(history_file((TUE, "noon", ANNS, "absent")))
    (one,) = db.session.scalars(sa.select(Episode))
    assert (one.ended_how, one.ended_on, one.back_on) == ("left_school", TUE, None)


def test_a_student_who_moved_stands_on_the_sheets_of_both_classes(app, cast):
    child = cast.students["3-1"][0]
    stay = db.session.scalars(sa.select(Enrolment).filter_by(student_id=child)).one()
    stay.ends = MON
    db.session.add(Enrolment(student_id=child, starts=TUE, class_id=cast.classes["4-2"], seat=20))
    db.session.commit()
    bring_in(history_file((MON, "noon", ANNS, "absent"), (TUE, "noon", ANNS, "absent")))
    assert sheet(cast, MON, "noon").version.absent == sheet(cast, TUE, "noon", "4-2").version.absent == 1
    assert sheet(cast, TUE, "noon").version.expected == 9
    assert [(first, last) for first, last, *_ in episodes()] == [(MON, TUE)]


def test_what_was_shown_must_be_what_is_done(app, cast):
    content = history_file((MON, "morning", ANNS, "absent"))
    seen = look_at(content).digest
    town.take(cast, datetime(2026, 9, 7, 8, 0, tzinfo=clock.zone()), {}, place="4-2", by="carl")
    clock.freeze(NOW)
    with pytest.raises(Rejected, match="school_changed"):
        bring_in(content, seen=seen)


def test_a_withdrawn_sheet_can_be_imported(app, cast):
    from tests.cast import key

    child = cast.students["3-1"][0]
    at = datetime(2026, 9, 7, 8, 0, tzinfo=clock.zone())
    town.take(cast, at, {child: AbsenceReason.INJURY})
    from tracker.screening import service as sheets

    session = screening.class_session("2024-1", MON, "morning")
    with transaction():
        sheets.withdraw(town.who(cast), at, session, 1, key(77))
    clock.freeze(NOW)
    bring_in(history_file((MON, "morning", ANNS, "absent", "illness")))
    found = sheet(cast, MON)
    assert (found.sheet.head, found.version.kind) == (3, VersionKind.IMPORT)
    assert found.lines[child].reason is AbsenceReason.ILLNESS


def test_nobody_is_late_for_a_day_that_was_imported(app, cast):
    from tracker.screening.frames import submissions_frame

    bring_in(history_file((MON, "morning", ANNS, "absent")))
    frame = submissions_frame(MON, MON)
    morning = frame[frame["session"] == "morning"]
    assert (morning["submitted_at"] <= morning["due"]).all() and len(morning) == 2


def test_the_trail_tells_who_of_whom_and_how_much(app, cast):
    bring_in(history_file((MON, "morning", ANNS, "absent"), (TUE, "morning", ANNS, "absent")))
    rows = db.session.scalars(sa.select(Trail).order_by(Trail.id)).all()
    run, student = [row for row in rows if "history" in row.deed]
    assert (run.deed, run.by, run.via, run.changes["sheets"]) == ("history.import", None, "command", 4)
    assert (student.student_id, student.changes) == (cast.students["3-1"][0], {"sheets": 2})
    assert db.session.scalar(sa.select(SheetVersion.by).limit(1)) == cast.users["nora"]


def test_a_term_takes_no_more_statements_than_a_day(app, cast, statements):
    numbers = [f"T2024{seat}" for seat in range(101, 111)]
    days = [date(2026, 9, n) for n in (1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18)]
    few = history_file((MON, "morning", ANNS, "measured", "", "", "37.9"), (MON, "noon", ANNS, "absent"))
    many = history_file(
        *((day, session, number, "measured", "", "", "37.9" if number == ANNS else "36.5")
          for day in days[:3] for session in ("morning", "noon") for number in numbers[:9]),
        *((day, "noon", numbers[9], "absent", "illness", "cough") for day in days[:3]),
    )  # fmt: skip
    with statements() as for_few:
        bring_in(few)
    with statements() as for_many:
        bring_in(many)
    assert len(for_many) == len(for_few) <= 30
    fevers = sa.select(sa.func.count()).where(Observation.kind == ObservationKind.FEVER)
    assert db.session.scalar(fevers) == 7
