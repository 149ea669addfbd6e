"""One student's temperatures, as a frame."""

from datetime import date, time

import pandas as pd
import sqlalchemy as sa

from tracker import clock
from tracker.frames import Schema, read_frame
from tracker.screening.models import Reading
from tracker.screening.rules import Site

TEMPERATURES = Schema(
    "one row per reading that holds",
    ("taken_at", "seq"),
    {"taken_at": "datetime64[us, UTC]", "seq": "int64", "tenths": "int64", "site": Site},
)


def temperatures_frame(student_id: int, since: date) -> pd.DataFrame:
    """One row per reading of a student since a day; struck ones are left out: see TEMPERATURES."""
    statement = sa.select(Reading.taken_at, Reading.seq, Reading.tenths, Reading.site).where(
        Reading.student_id == student_id,
        Reading.taken_at >= clock.at(since, time()),
        Reading.struck_at.is_(None),
    )
    return read_frame(statement, TEMPERATURES)
