"""The triggers of a day: the reading at or over which a retest is asked for.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.db import built_once, db
from tracker.screening.defaults import SHIPPED_TRIGGERS
from tracker.screening.fever_rules import Instrument
from tracker.screening.models import FeverTrigger
from tracker.screening.rules import Site

SHIPPED: dict[Site, int] = {row["site"]: row["tenths"] for row in SHIPPED_TRIGGERS}


@built_once
def trigger_on(day: date, instrument: Instrument) -> sa.ColumnElement[int]:
    """The trigger of an instrument on a day, in tenths, as a column: the newest row not after it."""
    newest = (
        sa.select(FeverTrigger.tenths)
        .where(
            FeverTrigger.site == instrument.site,
            FeverTrigger.device == instrument.device,
            FeverTrigger.valid_from <= day,
        )
        .order_by(FeverTrigger.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(newest, SHIPPED[instrument.site])


def triggers_on(day: date) -> dict[Site, int]:
    """The trigger of every site on a day.  One statement."""
    row = db.session.execute(sa.select(*(trigger_on(day, one) for one in Instrument))).one()
    return {instrument.site: tenths for instrument, tenths in zip(Instrument, row, strict=True)}


@dataclass(frozen=True)
class TriggerSeen:
    """An instrument's trigger on a day, what will follow it, and what held before."""

    instrument: Instrument
    now: FeverTrigger | None
    coming: FeverTrigger | None
    before: list[FeverTrigger]


def triggers(day: date) -> list[TriggerSeen]:
    """The triggers of all instruments with their history, newest first.  One statement."""
    rows = db.session.scalars(sa.select(FeverTrigger).order_by(FeverTrigger.valid_from.desc())).all()
    found = []
    for instrument in Instrument:
        mine = [row for row in rows if (row.site, row.device) == (instrument.site, instrument.device)]
        held = [row for row in mine if row.valid_from <= day]
        coming = next((row for row in mine if row.valid_from > day), None)
        found.append(TriggerSeen(instrument, next(iter(held), None), coming, held[1:]))
    return found
