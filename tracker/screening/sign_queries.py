"""The signs of illness that were seen at school: one meaning for every sum.  Nothing here writes."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.facts.models import Observation
from tracker.facts.rules import OF_SHEETS, ObservationKind, SourceKind, Symptom
from tracker.screening.models import Entry, Fever
from tracker.screening.rules import FeverState, State


def seen_at_school(days: Collection[date]) -> sa.Select[Any]:
    """Student, day, kind and sign of everything seen at school: `student_id`, `on`, `kind`, `sign`.

    A fever is one, be it measured or told as a sign; one that a later retest has found normal is none.
    What a call has told, or a sheet of a child that is absent, was not seen at school.
    """
    is_fever = Observation.kind == ObservationKind.FEVER
    of_absent = sa.exists().where(
        Entry.sheet_id == Observation.source_id,
        Entry.student_id == Observation.student_id,
        Entry.until_no.is_(None),
        Entry.state == State.ABSENT,
    )
    found_normal = sa.exists().where(
        Fever.student_id == Observation.student_id,
        Fever.day == Observation.on,
        Fever.state == FeverState.CLEARED,
        Fever.decided_at >= Observation.known_at,
    )
    return sa.select(
        Observation.student_id,
        Observation.on,
        Observation.kind,
        sa.case((is_fever, Symptom.FEVER.value), else_=Observation.code).label("sign"),
    ).where(
        Observation.on.in_(days),
        Observation.kind.in_([ObservationKind.FEVER, ObservationKind.SYMPTOM]),
        Observation.source_kind != SourceKind.CALL,
        Observation.retracted_at.is_(None),
        sa.not_(sa.and_(Observation.source_kind.in_(OF_SHEETS), of_absent)),
        sa.not_(
            sa.and_(
                Observation.kind == ObservationKind.SYMPTOM,
                Observation.code == Symptom.FEVER.value,
                found_normal,
            )
        ),
    )
