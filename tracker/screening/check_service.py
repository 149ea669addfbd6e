"""The nurse's check of sheets: from then on the teacher adds bad news and takes none away."""

import sqlalchemy as sa

from tracker.accounts.rules import Identity
from tracker.audit import service as audit
from tracker.db import db
from tracker.screening.check_queries import is_plain
from tracker.screening.models import Sheet, SheetVersion
from tracker.screening.rules import SessionCode
from tracker.screening.service import Moment, Stale


def check(who: Identity, moment: Moment, sheet_id: int, no: int) -> None:
    """Mark a sheet as checked, as the nurse saw it.  Stale where another version holds by now."""
    checked = db.session.execute(
        sa.update(Sheet)
        .where(Sheet.id == sheet_id, Sheet.head == no)
        .values(confirmed_by=who.user_id, confirmed_at=moment.at)
        .returning(Sheet.id)
    ).scalar()
    if checked is None:
        raise Stale
    audit.record(who.user_id, moment.at, "screening.check", "sheet", sheet_id, changes={"no": no})


def check_plain(who: Identity, moment: Moment, code: SessionCode | None = None) -> int:
    """Check all sheets of today on which everybody is well and here; how many they were.

    One session's, or (None) all.  A sheet with anything else on it is looked at by itself.
    """
    # Of the row itself, not of a list read before: who is corrected at this moment is looked at anew.
    plain = (
        sa.select(SheetVersion.no)
        .where(SheetVersion.sheet_id == Sheet.id, SheetVersion.no == Sheet.head, is_plain())
        .correlate(Sheet)
        .exists()
    )
    of_session = Sheet.session == code if code is not None else sa.true()
    checked = sorted(
        db.session.scalars(
            sa.update(Sheet)
            .where(Sheet.day == moment.today, of_session, Sheet.confirmed_at.is_(None), plain)
            .values(confirmed_by=who.user_id, confirmed_at=moment.at)
            .returning(Sheet.id)
            .execution_options(synchronize_session=False)
        )
    )
    if checked:
        audit.record(
            who.user_id, moment.at, "screening.check_plain", "sheet", None, changes={"sheets": checked}
        )
    return len(checked)
