"""Observations of health: the only table that surveillance and the illness charts read."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Model, pk
from tracker.facts.rules import Certainty, ObservationKind, SourceKind


class Observation(Model):
    """One symptom, fever, diagnosis or absence through illness of one student.

    Never changed or deleted: a correction retracts the row and adds another.
    """

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    kind: Mapped[ObservationKind]
    code: Mapped[str | None] = mapped_column(sa.String(32))
    """The symptom, the diagnosis, or the reason of the absence."""
    certainty: Mapped[Certainty | None]
    tenths: Mapped[int | None]
    """Of a fever: its temperature in tenths of a degree Celsius."""
    on: Mapped[date]
    onset_on: Mapped[date]
    known_at: Mapped[datetime]
    """When the school knew; for an imported row the close of that day's session."""
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    source_kind: Mapped[SourceKind]
    source_id: Mapped[int]
    source_no: Mapped[int]

    __table_args__ = (
        sa.CheckConstraint("tenths BETWEEN 320 AND 430", name="tenths"),
        sa.Index("ix_observation_source", "source_kind", "source_id", "student_id"),
        sa.Index("ix_observation_on_kind", "on", "kind"),
        sa.Index("ix_observation_student_id_on", "student_id", "on"),
    )
