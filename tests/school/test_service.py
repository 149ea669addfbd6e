from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TERM, TODAY, count
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.school import queries, service
from tracker.school.models import CalendarDay, Enrolment, Residence, Setting, Term
from tracker.school.rules import DayType, Refusal, Scope, days_between


def refused(verb, *args, **more):
    with pytest.raises(Rejected) as no, transaction():
        verb(*args, **more)
    return no.value


def kind_of(day, school_class=None):
    return queries.day_type_for(queries.day_types(day), school_class)


def test_a_term_brings_its_days_with_holidays_and_make_up_days(either_app):
    _, cast = either_app
    with transaction():
        service.add_term(cast.users["ada"], NOW, " Spring 2026 ", date(2026, 3, 2), date(2026, 7, 3))
    term = queries.terms()[-1]
    assert (term.name, term.starts, term.ends) == ("Spring 2026", date(2026, 3, 2), date(2026, 7, 3))
    rows = queries.calendar_rows(term.starts, term.ends)
    assert [row.day for row in rows] == days_between(term.starts, term.ends)
    labour = next(row for row in rows if row.day == date(2026, 5, 1))
    assert (labour.day_type, labour.reason) == (DayType.OFF, "Labour Day")
    worked = next(row for row in rows if row.day == date(2026, 5, 9))
    assert (worked.day_type, worked.stands_for) == (DayType.MAKEUP, 2)
    assert all(row.source.startswith("chinesecalendar") for row in rows)


def test_a_term_beyond_the_known_years_says_so_on_every_day(app, cast):
    with transaction():
        service.add_term(None, NOW, "Far", date(2031, 9, 1), date(2032, 1, 10))
    assert {row.source for row in queries.calendar_rows(date(2031, 9, 1), date(2032, 1, 10))} == {"weekday"}


@pytest.mark.parametrize("name, starts, ends, refusal, field", [
    ("Spring", date(2027, 3, 1), date(2027, 2, 28), Refusal.TERM_ENDS_BEFORE_START, "ends"),
    ("Spring", date(2027, 1, 20), date(2027, 7, 1), Refusal.TERM_OVERLAPS, "starts"),
    ("Spring", date(2026, 3, 1), date(2026, 9, 1), Refusal.TERM_OVERLAPS, "starts"),
    ("Spring", date(2027, 3, 1), date(2028, 3, 1), Refusal.TERM_TOO_LONG, "ends"),
    ("Spring", date(206, 3, 1), date(206, 7, 1), Refusal.IMPOSSIBLE_YEAR, "starts"),
    (" ", date(2027, 3, 1), date(2027, 7, 1), Refusal.NAME_MISSING, "term"),
])  # fmt: skip
def test_no_such_term(app, name, starts, ends, refusal, field):
    no = refused(service.add_term, None, NOW, name, starts, ends)
    assert (no.reason, no.field) == (refusal, field)
    assert count(Term) == 1


def test_a_changed_term_gains_and_loses_days_and_keeps_what_was_said_of_the_others(app, cast):
    term = queries.terms()[0]
    with transaction():
        service.change_day(None, NOW, TODAY, Scope.SCHOOL, 0, DayType.HALF, "heat")
        service.change_term(cast.users["ada"], NOW, term.id, "Autumn", date(2026, 8, 31), date(2027, 1, 15))
    assert kind_of(date(2026, 8, 31)) is DayType.NORMAL
    assert kind_of(date(2027, 1, 18)) is None
    assert kind_of(TODAY) is DayType.HALF


def test_the_narrower_scope_wins_and_a_grade_can_follow_the_school_again(either_app):
    _, cast = either_app
    by, one = cast.users["asa"], queries.class_named("2024-1")
    other = queries.class_named("2023-2")
    with transaction():
        service.change_day(by, NOW, TODAY, Scope.GRADE, 2024, DayType.EXAM, "mid-term")
        service.change_day(by, NOW, TODAY, Scope.CLASS, one.id, DayType.SUSPENDED, "as advised")
    assert (kind_of(TODAY, one), kind_of(TODAY, other), kind_of(TODAY)) == (
        DayType.SUSPENDED, DayType.NORMAL, DayType.NORMAL
    )  # fmt: skip
    with transaction():
        service.clear_day(by, NOW, TODAY, Scope.CLASS, one.id)
    assert kind_of(TODAY, one) is DayType.EXAM


def test_a_day_is_changed_twice_in_its_own_row(app, cast):
    for kind, stands_for in ((DayType.OFF, None), (DayType.MAKEUP, 5), (DayType.NORMAL, 5)):
        with transaction():
            service.change_day(None, NOW, TODAY, Scope.SCHOOL, 0, kind, "weather", stands_for=stands_for)
    (row,) = queries.calendar_rows(TODAY, TODAY)
    assert (row.day_type, row.stands_for, row.reason, row.source) == (DayType.NORMAL, None, "weather", "page")


@pytest.mark.parametrize("day, scope, scope_id, kind, reason, refusal", [
    (date(2026, 8, 1), Scope.SCHOOL, 0, DayType.OFF, "x", Refusal.OUTSIDE_TERM),
    (TODAY, Scope.SCHOOL, 0, DayType.OFF, " ", Refusal.REASON_MISSING),
    (TODAY, Scope.SCHOOL, 0, DayType.MAKEUP, "x", Refusal.STANDS_FOR_MISSING),
    (TODAY, Scope.SCHOOL, 5, DayType.OFF, "x", Refusal.NO_SUCH_PLACE),
    (TODAY, Scope.GRADE, 1999, DayType.OFF, "x", Refusal.NO_SUCH_PLACE),
    (TODAY, Scope.CLASS, 999, DayType.OFF, "x", Refusal.NO_SUCH_PLACE),
])  # fmt: skip
def test_no_such_day(app, day, scope, scope_id, kind, reason, refusal):
    assert refused(service.change_day, None, NOW, day, scope, scope_id, kind, reason).reason is refusal


def test_the_schools_name_is_set_twice_on_one_day(either_app):
    for name in ("First", "Second"):
        with transaction():
            service.set_school_name(None, NOW, TODAY, name)
    assert queries.setting("school.name", TODAY) == "Second"
    assert queries.setting("school.name", TERM[0]) == "Invented School"
    assert count(Setting) == 2


def test_a_student_leaves_and_the_history_stays(app, cast):
    student = cast.students["3-1"][0]
    with transaction():
        service.end_enrolment(cast.users["ada"], NOW, TODAY, student, TODAY)
    stay = db.session.scalars(sa.select(Enrolment).filter_by(student_id=student)).one()
    assert (stay.starts, stay.ends) == (TERM[0], TODAY)
    assert len(queries.roster_lines(cast.classes["3-1"], TODAY)) == 10
    assert len(queries.roster_lines(cast.classes["3-1"], date(2026, 9, 22))) == 9


def test_every_deed_is_in_the_trail_without_a_name(app, cast):
    by = cast.users["ada"]
    with transaction():
        service.set_school_name(by, NOW, TODAY, "Secret Name")
        service.change_day(by, NOW, TODAY, Scope.SCHOOL, 0, DayType.HALF, "heat")
        service.end_enrolment(by, NOW, TODAY, cast.students["3-1"][0], TODAY)
        service.add_term(by, NOW, "Spring", date(2027, 3, 1), date(2027, 7, 1))
    rows = db.session.scalars(sa.select(Trail)).all()
    assert {"school.name", "school.day", "student.leave", "school.term"} <= {row.deed for row in rows}
    assert "Secret" not in str([row.changes for row in rows]) and "Child" not in str(
        [row.changes for row in rows]
    )
    assert count(CalendarDay) > 200


NOVEMBER, OCTOBER = date(2026, 11, 2), date(2026, 10, 30)


def lay_stays(cast, *spans):
    """A student's enrolments and residences alike, in the place of those of the cast."""
    student = cast.students["3-1"][0]
    classes = [cast.classes["3-1"], cast.classes["4-2"]]
    with transaction():
        db.session.execute(sa.delete(Enrolment).filter_by(student_id=student))
        for number, (starts, ends) in enumerate(spans):
            row = {"student_id": student, "starts": starts, "ends": ends}
            db.session.add(Enrolment(class_id=classes[number], **row))
            db.session.add(Residence(dormitory=f"House {number}", **row))
    return student


def stays_of(model, student):
    rows = db.session.scalars(sa.select(model).filter_by(student_id=student).order_by(model.starts))
    return [(row.starts, row.ends) for row in rows]


@pytest.mark.parametrize("spans, last_day, left", [
    ([(TERM[0], None)], TODAY, [(TERM[0], TODAY)]),
    ([(TERM[0], None)], NOVEMBER, [(TERM[0], NOVEMBER)]),
    # a move to come: both are over
    ([(TERM[0], OCTOBER), (NOVEMBER, None)], TODAY, [(TERM[0], TODAY)]),
    ([(TERM[0], OCTOBER), (NOVEMBER, None)], OCTOBER, [(TERM[0], OCTOBER)]),
    ([(TERM[0], OCTOBER), (NOVEMBER, None)], NOVEMBER, [(TERM[0], OCTOBER), (NOVEMBER, NOVEMBER)]),
    # a move that was made
    ([(TERM[0], date(2026, 9, 14)), (date(2026, 9, 15), None)], date(2026, 9, 18),
     [(TERM[0], date(2026, 9, 14)), (date(2026, 9, 15), date(2026, 9, 18))]),
    # never came
    ([(TODAY + timedelta(days=1), None)], TODAY, []),
    # left before, nothing to end
    ([(TERM[0], date(2026, 9, 14))], TODAY, [(TERM[0], date(2026, 9, 14))]),
])  # fmt: skip
def test_whoever_leaves_is_nowhere_afterwards(either_app, spans, last_day, left):
    _, cast = either_app
    student = lay_stays(cast, *spans)
    with transaction():
        service.end_enrolment(cast.users["ada"], NOW, TODAY, student, last_day)
    assert stays_of(Enrolment, student) == stays_of(Residence, student) == left


@pytest.mark.parametrize("spans, last_day, since", [
    ([(TERM[0], None)], date(2026, 8, 31), TERM[0]),
    ([(TODAY, None)], date(2026, 9, 20), TODAY),
    ([(TERM[0], date(2026, 9, 14)), (date(2026, 9, 15), None)], date(2026, 9, 10), date(2026, 9, 15)),
])  # fmt: skip
def test_what_was_lived_is_never_taken_away(app, cast, spans, last_day, since):
    student = lay_stays(cast, *spans)
    no = refused(service.end_enrolment, cast.users["ada"], NOW, TODAY, student, last_day)
    assert (no.reason, no.field, no.details) == (Refusal.STAY_BEGAN_LATER, "last_day", {"day": since})
    assert stays_of(Enrolment, student) == stays_of(Residence, student) == spans
