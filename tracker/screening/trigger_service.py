"""Changing the triggers: a new row from the next day on, with its source."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.errors import Rejected
from tracker.screening.fever_rules import HIGHEST_TRIGGER, LOWEST_TRIGGER, Instrument, Refusal
from tracker.screening.models import FeverTrigger
from tracker.screening.trigger_queries import trigger_on


def change_trigger(
    by: int, at: datetime, today: date, instrument: Instrument, tenths: int, source: str
) -> None:
    """Let an instrument have another trigger, or another source of it, from tomorrow on.

    What was measured until then was judged by the old one, and stays as it was.
    """
    if not LOWEST_TRIGGER <= tenths <= HIGHEST_TRIGGER:
        raise Rejected(Refusal.NOT_PLAUSIBLE, "temperature")
    tomorrow = today + timedelta(days=1)
    held = db.session.scalars(
        sa.select(FeverTrigger)
        .filter_by(site=instrument.site, device=instrument.device)
        .where(FeverTrigger.valid_from <= tomorrow)
        .order_by(FeverTrigger.valid_from.desc())
        .limit(1)
    ).one_or_none()
    if held and (held.tenths, held.source) == (tenths, source):
        raise Rejected(Refusal.UNCHANGED, "temperature")
    before = db.session.scalar(sa.select(trigger_on(tomorrow, instrument)))
    row = insert(FeverTrigger).values(
        site=instrument.site, device=instrument.device, valid_from=tomorrow, tenths=tenths, source=source
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["site", "device", "valid_from"],
            set_={"tenths": row.excluded.tenths, "source": row.excluded.source},
        )
    )
    audit.record(
        by,
        at,
        "fever.trigger",
        "fever_trigger",
        None,
        changes={"instrument": instrument.value, "from": before, "to": tenths, "valid_from": str(tomorrow)},
    )
