"""Writing what a sheet says of its students: entries, readings, and what they say of health."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.facts import service as facts
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.facts.service import Fact
from tracker.screening import fever_service as fevers
from tracker.screening.fever_rules import SHEET_FIRST, SHEET_RETEST, LiveChain
from tracker.screening.models import Entry, Reading
from tracker.screening.queries import ClassSession
from tracker.screening.rules import COUNTED_FEVERS, ILL_REASONS, NORMAL_LINE, Line, State


def keep_lines(
    by: int,
    at: datetime,
    session: ClassSession,
    sheet_id: int,
    no: int,
    changed: Mapping[int, Line],
    before: Mapping[int, Line],
    joined: Mapping[int, LiveChain] | None = None,
) -> None:
    """Write who is not plain normal, their readings and what they say of health.

    What was said of the corrected before ends with this version: nothing is overwritten.
    """
    corrected = set(changed) & set(before)
    reread = {
        student: line
        for student, line in changed.items()
        if student not in before
        or (line.first, line.retest) != (before[student].first, before[student].retest)
    }
    struck: set[int] = set()
    if corrected:
        db.session.execute(
            sa.update(Entry)
            .where(Entry.sheet_id == sheet_id, Entry.student_id.in_(corrected), Entry.until_no.is_(None))
            .values(until_no=no)
            .execution_options(synchronize_session=False)
        )
        struck = set(
            db.session.scalars(
                sa.update(Reading)
                .where(
                    Reading.sheet_id == sheet_id,
                    Reading.student_id.in_(corrected & set(reread)),
                    Reading.struck_at.is_(None),
                )
                .values(struck_at=at)
                .returning(Reading.fever_id)
                .execution_options(synchronize_session=False)
            )
        )
        facts.retract(at, SourceKind.SHEET, sheet_id, corrected)
    chains = fevers.follow_sheet(by, at, session, sheet_id, reread, joined or {})
    told = said_by(by, at, session, sheet_id, no, changed, reread, chains)
    if told.entries:
        db.session.execute(sa.insert(Entry), told.entries, execution_options={"render_nulls": True})
    if told.readings:
        db.session.execute(sa.insert(Reading), told.readings, execution_options={"render_nulls": True})
    facts.observe(at, told.facts)
    fevers.release(by, at, {one for one in struck if one} - set(chains.values()))


@dataclass(frozen=True)
class Said:
    """What lines of a sheet come to, as rows: who is not plain normal, readings, facts of health."""

    entries: list[dict[str, Any]]
    readings: list[dict[str, Any]]
    facts: list[Fact]


def said_by(
    by: int,
    at: datetime,
    session: ClassSession,
    sheet_id: int,
    no: int,
    lines: Mapping[int, Line],
    reread: Mapping[int, Line],
    chains: Mapping[int, int],
) -> Said:
    """The rows that a version of a sheet adds for these lines; nothing is written here.

    `reread` are the lines whose readings are new, `chains` the retest chains these belong to.
    """
    entries = [
        {
            "sheet_id": sheet_id,
            "student_id": student,
            "since_no": no,
            "until_no": None,
            "state": line.state,
            "reason": line.reason,
            "onset": line.onset,
            "note": line.note,
        }
        for student, line in lines.items()
        if line != NORMAL_LINE
    ]
    readings = [
        {
            "student_id": student,
            "taken_at": at,
            "seq": seq,
            "tenths": tenths,
            "site": instrument.site,
            "device": instrument.device,
            "by": by,
            "sheet_id": sheet_id,
            "fever_id": chains.get(student),
            "struck_at": None,
        }
        for student, line in reread.items()
        for seq, tenths, instrument in ((1, line.first, SHEET_FIRST), (2, line.retest, SHEET_RETEST))
        if tenths is not None
    ]
    found = [
        fact
        for student, line in lines.items()
        for fact in _facts_of(student, line, session, at, sheet_id, no)
    ]
    return Said(entries, readings, found)


def _facts_of(
    student: int, line: Line, session: ClassSession, at: datetime, sheet_id: int, no: int
) -> list[Fact]:
    """What a line of a sheet says of a student's health."""

    def fact(kind: ObservationKind, code: str | None, tenths: int | None = None) -> Fact:
        return Fact(
            student,
            kind,
            code,
            session.day,
            line.onset or session.day,
            at,
            SourceKind.SHEET,
            sheet_id,
            no,
            tenths=tenths,
        )

    order = list(Symptom)
    found = [
        fact(ObservationKind.SYMPTOM, symptom.value) for symptom in sorted(line.symptoms, key=order.index)
    ]
    if line.fever_state(trigger=session.trigger, retest_trigger=session.retest_trigger) in COUNTED_FEVERS:
        found.append(fact(ObservationKind.FEVER, None, max(line.first or 0, line.retest or 0)))
    if line.state is State.ABSENT and line.reason in ILL_REASONS:
        found.append(fact(ObservationKind.ILL_ABSENCE, line.reason.value if line.reason else None))
    return found
