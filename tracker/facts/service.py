"""Writing observations of health: sheets and calls hand them in, nobody changes them afterwards."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.facts.models import Observation
from tracker.facts.rules import OF_SHEETS, Certainty, ObservationKind, SourceKind


@dataclass(frozen=True)
class Fact:
    """One observation of one student, as it is handed in."""

    student_id: int
    kind: ObservationKind
    code: str | None
    """The symptom, the diagnosis, or the reason of the absence; None for a fever."""
    on: date
    """The school's day it was true."""
    onset_on: date
    """The day it began; the day itself where nobody said."""
    known_at: datetime
    """When the school knew."""
    source_kind: SourceKind
    source_id: int
    """The sheet or the call it was read from."""
    source_no: int
    """The version of the sheet; 0 where the source has none."""
    certainty: Certainty | None = None
    """Of a diagnosis."""
    tenths: int | None = None
    """Of a fever, in tenths of a degree Celsius."""


def observe(at: datetime, facts: Iterable[Fact]) -> None:
    """Add observations, recorded at `at`: one statement for all of them, none for none.

    The deed they belong to is written to the trail by the verb that made them.
    """
    rows = [{**vars(fact), "recorded_at": at, "retracted_at": None} for fact in facts]
    if rows:
        # Without `render_nulls` rows are sorted into one statement per set of empty columns.
        db.session.execute(sa.insert(Observation), rows, execution_options={"render_nulls": True})


def retract(
    at: datetime,
    source_kind: SourceKind,
    source_id: int,
    student_ids: Collection[int] | None = None,
    *,
    kind: ObservationKind | None = None,
) -> None:
    """Take back what a source said: of these students, or (None) of all it named; of one kind, or of all.

    One statement at most.  What an import said of a sheet goes with the sheet.
    """
    if student_ids is not None and not student_ids:
        return
    statement = (
        sa.update(Observation)
        .where(
            Observation.source_kind.in_(OF_SHEETS if source_kind in OF_SHEETS else [source_kind]),
            Observation.source_id == source_id,
            Observation.retracted_at.is_(None),
        )
        .values(retracted_at=at)
        .execution_options(synchronize_session=False)
    )
    if student_ids is not None:
        statement = statement.where(Observation.student_id.in_(student_ids))
    if kind is not None:
        statement = statement.where(Observation.kind == kind)
    db.session.execute(statement)


def retract_fevers(at: datetime, student_id: int, sources: Collection[tuple[SourceKind, int]]) -> date | None:
    """Take back the fevers these sources told of a student; the earliest onset among them, if any."""
    onsets = db.session.scalars(
        sa.update(Observation)
        .where(
            Observation.student_id == student_id,
            Observation.kind == ObservationKind.FEVER,
            sa.tuple_(Observation.source_kind, Observation.source_id).in_(sources),
            Observation.retracted_at.is_(None),
        )
        .values(retracted_at=at)
        .returning(Observation.onset_on)
        .execution_options(synchronize_session=False)
    ).all()
    return min(onsets, default=None)


def retract_ill_absence(at: datetime, student_id: int, since: date) -> None:
    """Take back that a student's absence since a day was through illness, whoever said so."""
    db.session.execute(
        sa.update(Observation)
        .where(
            Observation.student_id == student_id,
            Observation.kind == ObservationKind.ILL_ABSENCE,
            Observation.on >= since,
            Observation.retracted_at.is_(None),
        )
        .values(retracted_at=at)
        .execution_options(synchronize_session=False)
    )
