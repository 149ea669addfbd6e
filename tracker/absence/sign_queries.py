"""Reading the signs of illness in absences, from sheets and calls.  Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker import clock
from tracker.absence.models import Episode
from tracker.absence.queries import of_class_now
from tracker.absence.sign_rules import Cough, cough_since
from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.queries import class_order, enrolled_on


@dataclass(frozen=True)
class Signs:
    """What is known of a student's health in one absence."""

    symptoms: Sequence[Symptom]
    tenths: int | None


NO_SIGNS = Signs((), None)


def signs_of(*episodes: sa.ColumnElement[bool]) -> dict[int, Signs]:
    """The symptoms and the highest temperature of each of these episodes, from sheets and calls."""
    rows = db.session.execute(
        sa.select(Episode.id, Observation.kind, Observation.code, sa.func.max(Observation.tenths))
        .join(
            Observation,
            sa.and_(Observation.student_id == Episode.student_id, Observation.on >= Episode.first_on),
        )
        .where(
            Observation.retracted_at.is_(None),
            Observation.kind.in_((ObservationKind.SYMPTOM, ObservationKind.FEVER)),
            *episodes,
        )
        .group_by(Episode.id, Observation.kind, Observation.code)
    )
    symptoms: dict[int, set[Symptom]] = {}
    fevers: dict[int, int | None] = {}
    for episode_id, kind, code, tenths in rows:
        told = symptoms.setdefault(episode_id, set())
        if kind is ObservationKind.SYMPTOM and code:
            told.add(Symptom(code))
        else:
            fevers[episode_id] = tenths
    return {
        episode_id: Signs(tuple(one for one in Symptom if one in told), fevers.get(episode_id))
        for episode_id, told in symptoms.items()
    }


def symptoms_of_calls(call_ids: Collection[int]) -> dict[int, list[Symptom]]:
    """The symptoms each call told of."""
    rows = db.session.execute(
        sa.select(Observation.source_id, Observation.code).where(
            Observation.source_kind == SourceKind.CALL,
            Observation.source_id.in_(call_ids),
            Observation.kind == ObservationKind.SYMPTOM,
            Observation.retracted_at.is_(None),
        )
    ).all()
    told: dict[int, list[Symptom]] = {}
    for symptom in Symptom:
        for call, code in rows:
            if code == symptom:
                told.setdefault(call, []).append(symptom)
    return told


LOOK_BACK = timedelta(days=90)


def long_coughs(student_ids: Collection[int] | None, today: date) -> dict[int, datetime]:
    """Since when students are known to cough for over two weeks; who does not, or no longer, is not in it.

    Of some students, or (None) of all.
    """
    rows = db.session.execute(
        sa.select(Observation.student_id, Observation.on, Observation.onset_on, Observation.known_at)
        .where(
            sa.true() if student_ids is None else Observation.student_id.in_(student_ids),
            Observation.on >= today - LOOK_BACK,
            Observation.kind == ObservationKind.SYMPTOM,
            Observation.code == Symptom.COUGH,
            Observation.retracted_at.is_(None),
        )
        .order_by(Observation.on, Observation.known_at)
    )
    coughs: dict[int, list[Cough]] = {}
    for student, on, onset_on, known_at in rows:
        coughs.setdefault(student, []).append(Cough(on, onset_on, known_at))
    return {student: since for student, told in coughs.items() if (since := cough_since(told, today))}


@dataclass(frozen=True)
class Coughing:
    """A student who has coughed for over two weeks, at school or at home."""

    student: Student
    school_class: SchoolClass
    since: date


def coughing(today: date) -> list[Coughing]:
    """Who coughs for over two weeks, by class: to be shown the way to the tuberculosis clinic.

    Two statements, one where nobody does.  Source: the usual practice of schools under GB 28932-2012.
    """
    since = long_coughs(None, today)
    if not since:
        return []
    rows = db.session.execute(
        sa.select(Student, SchoolClass)
        .select_from(Student)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, of_class_now(today)))
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Student.id.in_(since), *enrolled_on(today))
        .order_by(*class_order(), Enrolment.seat)
    )
    return [Coughing(student, of, clock.local(since[student.id]).date()) for student, of in rows]
