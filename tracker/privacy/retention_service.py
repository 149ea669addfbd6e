"""What is old enough: normal temperatures become counts, cases nobody's, and the trail of deeds ends.

A case that is old enough is not deleted: it goes over, with the class and the days it happened in, to a
pupil who never was.  Every count, chart and score of those days stays what it was, and names nobody.
"""

import random
import secrets
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.privacy import forget_service, queries, tables
from tracker.privacy.models import ReadingCount, RetentionRun
from tracker.privacy.rules import Due, due
from tracker.screening.service import roster_digest

_MOVED_BY_HAND = {"enrolment", "residence", "guardian", "trail", "read_log", "student"}
_ENDING = ("trail", "read_log")
"""What proves who did and read what: it goes when the audit's time is over."""
_BESIDE = ("day_close", "record_item", "verification", "event_record", "event_struck")
"""What is written beside the cases, at the day's close and at disinfection: somebody may be named there."""
_shuffle = random.SystemRandom().shuffle


def run(at: datetime, *, by: int | None = None, dry_run: bool = False) -> dict[str, int]:
    """Let go of what is old enough; how many rows of which kind.

    Whoever has something open is left alone as a whole.  A dry run counts and changes nothing.
    """
    today = clock.local(at).date()
    until = due(queries.retention(today), queries.term_ends(), today)
    spared = queries.open_students()
    counts = Counter[str]()
    if until.readings:
        counts["readings"] = _thin_readings(until.readings, spared, dry_run)
    if until.cases:
        counts.update(_let_go(at, until.cases, spared, dry_run))
        counts["photographs"] = _end_photographs(until.cases, dry_run)
        counts["notes"] = sum(_empty_notes(name, until.cases, dry_run) for name in _BESIDE)
    for name in _ENDING:
        counts[name] = _end(name, until, dry_run)
    counts = Counter({kind: number for kind, number in counts.items() if number})
    if counts and not dry_run:
        db.session.add(RetentionRun(at=at, by=by, counts=dict(counts)))
        audit.record(by, at, "retention.run", "retention", None, changes=dict(counts))
    return dict(counts)


def _thin_readings(until: date, spared: Collection[int], dry_run: bool) -> int:
    reading, sheet = tables.table("reading"), tables.table("sheet")
    normal = sa.and_(queries.of_day("reading", until), _is_normal(), reading.c.student_id.not_in(spared))
    if dry_run:
        return _number("reading", normal)
    rows = db.session.execute(
        sa.select(sheet.c.day, reading.c.taken_at, reading.c.site, reading.c.device, reading.c.tenths)
        .select_from(reading.outerjoin(sheet, sheet.c.id == reading.c.sheet_id))
        .where(normal, reading.c.struck_at.is_(None))
    )
    found = Counter(
        (day or clock.local(taken_at).date(), site, device, tenths)
        for day, taken_at, site, device, tenths in rows
    )
    if found:
        statement = insert(ReadingCount)
        keys = ("day", "site", "device", "tenths")
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=keys, set_={"number": ReadingCount.number + statement.excluded.number}
            ),
            [dict(zip(keys, key, strict=True)) | {"number": number} for key, number in found.items()],
        )
    return _deleted("reading", normal)


def _is_normal() -> sa.ColumnElement[bool]:
    """Below every trigger, and no part of a fever or of a stay in the observation room."""
    reading, trigger = tables.table("reading"), tables.table("fever_trigger")
    lowest = sa.select(sa.func.coalesce(sa.func.min(trigger.c.tenths), 370)).scalar_subquery()
    return sa.and_(reading.c.fever_id.is_(None), reading.c.stay_id.is_(None), reading.c.tenths < lowest)


def _let_go(at: datetime, until: date, spared: Collection[int], dry_run: bool) -> Counter[str]:
    """Give the cases until a day to pupils who never were, and remove who has left by then."""
    enrolment, student = tables.table("enrolment"), tables.table("student")
    of_old = sa.and_(enrolment.c.starts <= until, enrolment.c.student_id.not_in(spared))
    still_named = student.c.removed_at.is_(None)
    people = list(
        db.session.scalars(
            sa.select(enrolment.c.student_id)
            .distinct()
            .join(student, student.c.id == enrolment.c.student_id)
            .where(of_old, still_named)
        )
    )
    moving = [name for name in tables.of_students() if name not in _MOVED_BY_HAND]
    counts = Counter[str]()
    for some in queries.parts(people):
        for name in moving:
            where = sa.and_(tables.rows_of(name, some), queries.of_day(name, until))
            counts[name] += _number(name, sa.and_(where, ~_is_normal()) if name == "reading" else where)
    later = sa.select(enrolment.c.student_id).where(
        sa.or_(enrolment.c.ends.is_(None), enrolment.c.ends > until)
    )
    stay = set(db.session.scalars(later))
    left = [one for one in people if one not in stay]
    counts["removed"] = len(left)
    if dry_run or not people:
        return counts
    for one in left:
        forget_service.remove(None, at, until + timedelta(days=1), one)
    past = _pupils_who_never_were(at, [one for one in people if one in stay])
    pairs = [{"was": was, "is": now} for was, now in past.items()]
    if pairs:
        for name in moving:
            _hand_over(name, queries.of_day(name, until), pairs)
        for name in ("enrolment", "residence"):
            _divide(name, until, pairs)
        _rewrite_rosters(until, past)
        forget_service.strike_texts(sorted(past.values()))
        seats = sa.update(enrolment).values(seat=None)
        db.session.connection().execute(seats.where(enrolment.c.student_id == sa.bindparam("is")), pairs)
    return counts


def _pupils_who_never_were(at: datetime, people: list[int]) -> dict[int, int]:
    """For every student a new row without a person; their order tells nothing."""
    _shuffle(people)
    found = {}
    for one in people:
        values = {"number": f"past-{secrets.token_hex(8)}", "name": forget_service.NOBODY, "pinyin": ""}
        found[one] = _added("student", **values, is_provisional=False, removed_at=at)
    return found


def _hand_over(name: str, where: Any, pairs: list[dict[str, int]]) -> None:
    column = tables.table(name).c.student_id
    statement = sa.update(tables.table(name)).where(column == sa.bindparam("was"), where)
    db.session.connection().execute(statement.values(student_id=sa.bindparam("is")), pairs)


def _divide(name: str, until: date, pairs: list[dict[str, int]]) -> None:
    """Divide the time in a class or a dormitory: until the day, and from the next on."""
    place = tables.table(name)
    lasting = sa.select(place).where(
        place.c.starts <= until, sa.or_(place.c.ends.is_(None), place.c.ends > until)
    )
    past = {pair["was"]: pair["is"] for pair in pairs}
    cut = []
    for row in db.session.execute(lasting).mappings():
        if row["student_id"] in past:
            cut.append({**row, "student_id": past[row["student_id"]], "ends": until})
    _hand_over(name, sa.and_(place.c.ends.is_not(None), place.c.ends <= until), pairs)
    connection = db.session.connection()
    connection.execute(
        sa.update(place)
        .where(place.c.student_id == sa.bindparam("was"), place.c.starts <= until)
        .values(starts=until + timedelta(days=1)),
        [{"was": pair["was"]} for pair in pairs],
    )
    if cut:
        connection.execute(sa.insert(place), cut)


def _rewrite_rosters(until: date, past: dict[int, int]) -> None:
    """Let old sheets name the pupils who never were; newer sheets keep the roster they saw."""
    roster, version, sheet = (tables.table(name) for name in ("roster", "sheet_version", "sheet"))
    old = version.c.sheet_id.in_(sa.select(sheet.c.id).where(sheet.c.day <= until))
    used = sa.select(version.c.roster_id).where(old)
    newer = set(db.session.scalars(sa.select(version.c.roster_id).where(~old).distinct()))
    for roster_id, members in db.session.execute(
        sa.select(roster.c.id, roster.c.members).where(roster.c.id.in_(used))
    ).all():
        now = [past.get(one, one) for one in members]
        if now == members:
            continue
        values = {"members": now, "digest": roster_digest(now)}
        if roster_id in newer:
            made = _added("roster", **values)
            db.session.execute(
                sa.update(version).where(old, version.c.roster_id == roster_id).values(roster_id=made)
            )
        else:
            db.session.execute(sa.update(roster).where(roster.c.id == roster_id).values(**values))


def _end_photographs(until: date, dry_run: bool) -> int:
    """Empty the photographs of disinfection: somebody may be seen there."""
    item, attachment = tables.table("record_item"), tables.table("attachment")
    old = sa.and_(_of_record_until("record_item", until), item.c.attachment_id.is_not(None))
    number = _number("record_item", old)
    if number and not dry_run:
        shown = attachment.c.id.in_(sa.select(item.c.attachment_id).where(old))
        db.session.execute(sa.update(attachment).where(shown).values(forget_service.EMPTIED))
        db.session.execute(sa.update(item).where(old).values(attachment_id=None))
    return number


def _empty_notes(name: str, until: date, dry_run: bool) -> int:
    """Empty what people wrote freely into the rows of a table that is nobody's; in how many rows."""
    place, nobody = tables.table(name), forget_service.NOBODY
    texts = tables.free_columns(name)
    written = sa.and_(_of_record_until(name, until), sa.or_(*(text != nobody for text in texts)))
    number = _number(name, written)
    if number and not dry_run:
        emptied = {text.name: sa.case((text.is_not(None), nobody)) for text in texts}
        db.session.execute(sa.update(place).where(written).values(emptied))
    return number


def _of_record_until(name: str, until: date) -> Any:
    place, record = tables.table(name), tables.table("record")
    if "record_id" in place.c:
        return place.c.record_id.in_(sa.select(record.c.id).where(record.c.day <= until))
    return place.c.day <= until


def _end(name: str, until: Due, dry_run: bool) -> int:
    where = queries.of_day(name, until.trail - timedelta(days=1))
    return _number(name, where) if dry_run else _deleted(name, where)


def _added(name: str, /, **values: Any) -> int:
    done: Any = db.session.execute(sa.insert(tables.table(name)).values(**values))
    return int(done.inserted_primary_key[0])


def _number(name: str, where: Any) -> int:
    found = sa.select(sa.func.count()).select_from(tables.table(name)).where(where)
    return int(db.session.scalar(found) or 0)


def _deleted(name: str, where: Any) -> int:
    done: Any = db.session.execute(sa.delete(tables.table(name)).where(where))
    return int(done.rowcount)
