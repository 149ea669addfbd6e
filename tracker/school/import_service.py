"""What an import leaves at the school: its run, and the days it opened."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import db
from tracker.school.models import CalendarDay, ImportRun
from tracker.school.rules import DayType, Scope

SOURCE = "import"
"""Where a calendar row comes from that an import has changed."""


def record_run(by: int | None, at: datetime, kind: str, sha256: str, counts: Mapping[str, int]) -> ImportRun:
    """Keep that a file was imported, and what came of it."""
    run = ImportRun(kind=kind, sha256=sha256, by=by, at=at, counts=dict(counts))
    db.session.add(run)
    db.session.flush()  # its id
    audit.record(by, at, f"{kind}.import", "import_run", run.id, changes=dict(counts))
    return run


def open_days(by: int | None, at: datetime, days: Iterable[tuple[date, Scope, int]]) -> None:
    """Let days of terms be school days, for whom they were none.  One statement a place, one deed."""
    places: dict[tuple[Scope, int], list[date]] = {}
    for day, scope, scope_id in days:
        places.setdefault((scope, scope_id), []).append(day)
    for (scope, scope_id), opened in places.items():
        db.session.execute(
            sa.update(CalendarDay)
            .where(CalendarDay.scope == scope, CalendarDay.scope_id == scope_id, CalendarDay.day.in_(opened))
            .values(
                day_type=DayType.NORMAL,
                stands_for=None,
                later_minutes=None,
                ends_at=None,
                reason=None,
                source=SOURCE,
            )
            .execution_options(synchronize_session=False)
        )
        told = {"days": [str(day) for day in opened], "scope": scope.value, "scope_id": scope_id}
        audit.record(by, at, "school.open", "calendar_day", None, changes={**told, "to": DayType.NORMAL})
