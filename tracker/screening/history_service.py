"""Writing sheets of days gone by as a file tells them: many at once, in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tracker import clock
from tracker.db import db, insert
from tracker.errors import RunAgain
from tracker.facts import service as facts
from tracker.facts.rules import Certainty, Diagnosis, ObservationKind, SourceKind, Symptom
from tracker.facts.service import Fact
from tracker.screening.fever_rules import INSTRUMENT_OF, SHEET_FIRST
from tracker.screening.models import (
    Entry,
    Fever,
    FeverTrigger,
    Reading,
    Roster,
    Sheet,
    SheetVersion,
)
from tracker.screening.rules import (
    ILL_REASONS,
    NORMAL_LINE,
    PRESENT,
    FeverSource,
    FeverState,
    Line,
    Plan,
    SessionCode,
    Site,
    State,
    VersionKind,
    counts_of,
)
from tracker.screening.service import roster_digest
from tracker.screening.trigger_queries import SHIPPED

SheetKey = tuple[int, date, SessionCode]


@dataclass(frozen=True)
class PastSheet:
    """What is written of one class in one session of a day gone by."""

    class_id: int
    day: date
    session: SessionCode
    plan: Plan
    members: tuple[int, ...]
    said: Mapping[int, Line]
    rest: Line
    """What everybody else of the class was."""
    diagnoses: Mapping[int, Diagnosis]
    key: UUID
    withdrawn: bool
    """Whether there is a sheet already, without a version that holds."""


@dataclass
class _Rows:
    versions: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    fevers: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


def keep_past(by: int, at: datetime, sheets: Sequence[PastSheet]) -> None:
    """Write sheets of days gone by, in the same few statements for any number.

    They are known since the close of their sessions, and were all in by the deadline as far as anybody
    can tell.  A temperature at or over its trigger was not retested as far as anybody knows.
    RunAgain where somebody has reported one of them meanwhile.
    """
    if not sheets:
        return
    rosters = _keep_rosters({sheet.members for sheet in sheets})
    claimed = _claim(sheets)
    triggers = _Triggers()
    rows = _Rows()
    for sheet in sheets:
        sheet_id, no = claimed[sheet.class_id, sheet.day, sheet.session]
        _tell(rows, by, at, sheet, sheet_id, no, rosters[sheet.members], triggers)
    _write(SheetVersion, rows.versions)
    _write(Entry, rows.entries)
    _write(Fever, rows.fevers)
    chains = _chains(rows.fevers)
    for reading in rows.readings:
        reading["fever_id"] = chains.get((reading["sheet_id"], reading["student_id"]))
    _write(Reading, rows.readings)
    facts.observe(at, rows.facts)


def _write(model: Any, rows: list[dict[str, Any]]) -> None:
    # Into the table itself: the mapper would look at each of the 130,000 readings of a term.
    if rows:
        db.session.execute(sa.insert(model.__table__), rows)


def _keep_rosters(members: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    digests = {roster_digest(one): one for one in members}
    db.session.execute(
        insert(Roster).on_conflict_do_nothing(),
        [{"digest": digest, "members": list(one)} for digest, one in digests.items()],
    )
    known = {row.digest: row.id for row in db.session.execute(sa.select(Roster.digest, Roster.id))}
    return {one: known[digest] for digest, one in digests.items()}


def _claim(sheets: Sequence[PastSheet]) -> dict[SheetKey, tuple[int, int]]:
    """The id of every sheet and the number of its version: new ones, and those that were withdrawn."""
    days = [sheet.day for sheet in sheets]
    new = [
        {"class_id": sheet.class_id, "day": sheet.day, "session": sheet.session, "head": 1}
        for sheet in sheets
        if not sheet.withdrawn
    ]
    if new:
        db.session.execute(insert(Sheet).on_conflict_do_nothing(), new)
    last = (
        sa.select(SheetVersion.sheet_id, sa.func.max(SheetVersion.no).label("no"))
        .group_by(SheetVersion.sheet_id)
        .subquery()
    )
    rows = {
        (row.class_id, row.day, row.session): row
        for row in db.session.execute(
            sa.select(Sheet.id, Sheet.class_id, Sheet.day, Sheet.session, Sheet.head, last.c.no)
            .outerjoin(last, last.c.sheet_id == Sheet.id)
            .where(Sheet.day.between(min(days), max(days)))
        )
    }
    claimed = {}
    heads = []
    for sheet in sheets:
        at = (sheet.class_id, sheet.day, sheet.session)
        row = rows[at]
        if (row.head is not None) if sheet.withdrawn else (row.no is not None):
            raise RunAgain
        claimed[at] = row.id, (row.no or 0) + 1
        if sheet.withdrawn:
            heads.append({"id": row.id, "head": claimed[at][1]})
    if heads:
        db.session.execute(sa.update(Sheet), heads)
    return claimed


def _chains(fevers: list[dict[str, Any]]) -> dict[tuple[int, int], int]:
    """The id of each chain just written, by sheet and student."""
    if not fevers:
        return {}
    days = [fever["day"] for fever in fevers]
    rows = db.session.execute(
        sa.select(Fever.source_id, Fever.student_id, Fever.id).where(
            Fever.source == FeverSource.SHEET, Fever.day.between(min(days), max(days))
        )
    )
    return {(sheet_id, student): fever_id for sheet_id, student, fever_id in rows}


class _Triggers:
    """What counted as a fever on days gone by; before the first trigger of all, as that one says."""

    def __init__(self) -> None:
        self.rows = list(db.session.scalars(sa.select(FeverTrigger).order_by(FeverTrigger.valid_from)))
        self.known: dict[tuple[Site, date], int] = {}

    def on(self, site: Site, day: date) -> int:
        """From how many tenths a reading asks for a retest."""
        if (site, day) not in self.known:
            device = INSTRUMENT_OF[site].device
            of_site = [one for one in self.rows if one.site is site and one.device == device]
            holding = [one for one in of_site if one.valid_from <= day] or of_site[:1]
            self.known[site, day] = holding[-1].tenths if holding else SHIPPED[site]
        return self.known[site, day]


def _tell(
    rows: _Rows,
    by: int,
    at: datetime,
    sheet: PastSheet,
    sheet_id: int,
    no: int,
    roster_id: int,
    triggers: _Triggers,
) -> None:
    """Add the rows of one sheet."""
    plan = sheet.plan
    deadline, closed = clock.at(sheet.day, plan.deadline), clock.at(sheet.day, plan.closes)
    forehead, armpit = (triggers.on(site, sheet.day) for site in (Site.FOREHEAD, Site.AXILLARY))
    # Two sessions may end at the same time, and a reading is known by student and time.
    taken_at = deadline + timedelta(microseconds=list(SessionCode).index(sheet.session))
    counts = counts_of(
        (sheet.said.get(student, sheet.rest) for student in sheet.members),
        trigger=forehead,
        retest_trigger=armpit,
    )
    rows.versions.append(
        {
            "sheet_id": sheet_id,
            "no": no,
            "roster_id": roster_id,
            "at": at,
            "by": by,
            "kind": VersionKind.IMPORT,
            "how": plan.how,
            "reason": None,
            "told_by": None,
            "checked_at": closed,
            "plan_from": plan.valid_from,
            "deadline": deadline,
            "key": sheet.key,
            **counts.stored(),
        }
    )
    for student in sheet.members:
        line = sheet.said.get(student, sheet.rest)
        if line == NORMAL_LINE:
            continue
        rows.entries.append(
            {
                "sheet_id": sheet_id,
                "student_id": student,
                "since_no": no,
                "until_no": None,
                "state": line.state,
                "reason": line.reason,
                "onset": line.onset,
                "note": None,
            }
        )
        here = line.state in PRESENT
        is_fever = line.first is not None and line.first >= (forehead if here else armpit)
        if here and line.first is not None:
            rows.readings.append(
                {
                    "student_id": student,
                    "taken_at": taken_at,
                    "seq": 1,
                    "tenths": line.first,
                    "site": _SITE,
                    "device": _DEVICE,
                    "by": by,
                    "sheet_id": sheet_id,
                    "fever_id": None,
                    "struck_at": None,
                }
            )
        if here and is_fever:
            rows.fevers.append(
                {
                    "student_id": student,
                    "day": sheet.day,
                    "source": FeverSource.SHEET,
                    "source_id": sheet_id,
                    "state": FeverState.UNRETESTED,
                    "opened_at": taken_at,
                    "decided_at": closed,
                    "decided_by": None,
                }
            )
        for kind, code, tenths in _facts(line, sheet.diagnoses.get(student), is_fever):
            rows.facts.append(
                Fact(
                    student,
                    kind,
                    code,
                    sheet.day,
                    line.onset or sheet.day,
                    closed,
                    SourceKind.IMPORT,
                    sheet_id,
                    no,
                    Certainty.CONFIRMED if kind is ObservationKind.DIAGNOSIS else None,
                    tenths,
                )
            )


_ORDER = list(Symptom)
_SITE, _DEVICE = SHEET_FIRST.site, SHEET_FIRST.device


def _facts(
    line: Line, diagnosis: Diagnosis | None, is_fever: bool
) -> Iterable[tuple[ObservationKind, str | None, int | None]]:
    """What a row says of a student's health; a temperature of an absent child was measured at home."""
    for symptom in sorted(line.symptoms, key=_ORDER.index):
        yield ObservationKind.SYMPTOM, symptom.value, None
    if is_fever:
        yield ObservationKind.FEVER, None, line.first
    if line.state is State.ABSENT and line.reason in ILL_REASONS:
        yield ObservationKind.ILL_ABSENCE, line.reason.value if line.reason else None, None
    if diagnosis:
        yield ObservationKind.DIAGNOSIS, diagnosis.value, None
