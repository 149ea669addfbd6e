"""Care never costs a class anything: the promise of the assessment, tried with invented weeks.

The same sheets come at the same times, once with every child well and once with illness found; then
calls, episodes and corrections are added.  Duties stay the same to the row, outcomes change from late or
missed to excused only, and no score falls.
"""

from datetime import date, datetime, time
from uuid import uuid4

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import ZONE
from tracker import clock
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, CallWay
from tracker.accounts.rules import Identity, Role
from tracker.assessment.frames import week_scores
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import Diagnosis, ObservationKind, SourceKind, Symptom
from tracker.school.queries import classes_on
from tracker.screening import queries, service
from tracker.screening.models import SheetVersion
from tracker.screening.rules import AbsenceReason, Affirmation, Line, SessionCode, State, VersionKind

MONDAY = date(2026, 9, 14)
DAYS = [date(2026, 9, 14), date(2026, 9, 15)]
EVENING = datetime(2026, 9, 20, 20, tzinfo=ZONE)

WELL = Line()
LINES = st.one_of(
    st.just(WELL),
    st.builds(Line, st.just(State.ABSENT), st.sampled_from(list(AbsenceReason))),
    st.builds(
        Line,
        st.just(State.SYMPTOMATIC),
        symptoms=st.sets(st.sampled_from(list(Symptom)), min_size=1).map(frozenset),
    ),
    st.builds(
        Line, st.just(State.MEASURED), first=st.integers(365, 395), retest=st.none() | st.integers(365, 395)
    ),
    st.sampled_from([Line(State.NOT_HERE), Line(State.AWAY), Line(State.IN_ROOM), Line(State.UNSET)]),
)
CAME = {
    SessionCode.ARRIVAL: ["07:40", "08:25", "08:40", None],
    SessionCode.MORNING: ["08:00", "08:30", "08:45", "10:30", None],
    SessionCode.NOON: ["13:50", "14:20", "15:30", None],
}
WEEKS = st.fixed_dictionaries(
    {(day, code): st.sampled_from(hours) for day in DAYS for code, hours in CAME.items()}
)
FINDINGS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(list(CAME)), st.integers(0, 7), LINES), max_size=8
)


def submit(class_id: int, ref: str, when: dict, findings: list) -> None:
    """The week's sheets of a class, in order, by the verb that takes them."""
    ann = Identity(1, "ann", "Ann", frozenset({Role.TEACHER}), frozenset({class_id}))
    for (day, code), hour in sorted(when.items(), key=lambda item: (item[0][0], item[1] or "")):
        if hour is None:
            continue
        at = datetime.combine(day, time.fromisoformat(hour), ZONE)
        clock.freeze(at)
        session = queries.class_session(ref, day, code)
        students = queries.roster(class_id, day)
        lines = {student.id: WELL for student in students}
        for found_on, found_in, seat, line in findings:
            if (found_on, found_in) == (day, code):
                lines[students[seat].id] = line
        form = service.Submission(key=uuid4(), base=0, how=Affirmation.LOOKED, lines=lines)
        service.submit(ann, service.Moment(at, day, at.time()), session, form)
    db.session.flush()


def more_about_the_ill(students: list[int]) -> None:
    """Calls about every episode, a diagnosis of every child, and a later correction of every sheet."""
    at = EVENING
    for episode in db.session.scalars(sa.select(Episode)):
        call = Call(
            episode_id=episode.id, at=at, by=1, way=CallWay.PHONE, result=CallResult.DOCTOR, tenths=390,
            diagnosis=Diagnosis.INFLUENZA,
        )  # fmt: skip
        db.session.add(call)
    for number, student in enumerate(students):
        db.session.add(
            Observation(
                student_id=student, kind=ObservationKind.DIAGNOSIS, code="influenza", on=DAYS[0],
                onset_on=DAYS[0], known_at=at, recorded_at=at,
                source_kind=SourceKind.CALL, source_id=1, source_no=number,
            )
        )  # fmt: skip
    for version in db.session.scalars(sa.select(SheetVersion).where(SheetVersion.no == 1)).all():
        columns = {column.key: getattr(version, column.key) for column in SheetVersion.__table__.columns}
        db.session.add(
            SheetVersion(**{**columns, "no": 2, "at": at, "kind": VersionKind.CORRECT, "key": uuid4()})
        )
    db.session.flush()


def the_week():
    clock.freeze(EVENING)
    return week_scores(classes_on(MONDAY), MONDAY, EVENING.date(), EVENING, DEFAULT_SCHEME)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=WEEKS, findings=FINDINGS, of=st.sampled_from(["3-1", "4-2"]))
def test_a_class_loses_nothing_by_being_ill_or_by_saying_so(app, cast, when, findings, of):
    class_id, ref = cast.classes[of], cast.refs[of]
    try:
        submit(class_id, ref, when, [])
        well = the_week()
        db.session.rollback()
        submit(class_id, ref, when, findings)
        more_about_the_ill(cast.students[of])
        sick = the_week()
    finally:
        db.session.rollback()

    assert sick.duties.drop(columns="outcome").equals(well.duties.drop(columns="outcome"))
    changed = sick.duties["outcome"].astype("str") != well.duties["outcome"].astype("str")
    assert set(well.duties.loc[changed, "outcome"]) <= {"late", "missed"}
    assert set(sick.duties.loc[changed, "outcome"]) <= {"excused"}
    assert (sick.scores["score"].dropna() >= well.scores["score"].dropna()).all()
    assert sick.scores["standing"].equals(well.scores["standing"])


def test_who_finds_a_case_in_time_is_excused_for_the_sheet_that_comes_late(app, cast):
    when = {(DAYS[0], SessionCode.ARRIVAL): "08:10", (DAYS[0], SessionCode.MORNING): "08:45"}
    fever = (DAYS[0], SessionCode.ARRIVAL, 0, Line(State.MEASURED, first=385))
    submit(cast.classes["3-1"], "2024-1", when, [fever])
    owed = the_week().duties
    theirs = owed[(owed["class_id"] == cast.classes["3-1"]) & (owed["kind"] == "screening")]
    assert list(theirs["outcome"])[:3] == ["on_time", "excused", "missed"]
