"""The school's name, its terms and what each day is; a student who leaves: the only writers of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.errors import Rejected
from tracker.school import queries
from tracker.school.models import (
    CalendarDay,
    Enrolment,
    Excuse,
    LevelFrom,
    Residence,
    SchoolClass,
    Setting,
    Term,
)
from tracker.school.official_calendar import official_days
from tracker.school.rules import (
    EARLIEST_CLOSE,
    LATER_MINUTES,
    LONGEST_TERM_DAYS,
    PLAUSIBLE_YEARS,
    DayType,
    ExcuseCode,
    Level,
    Refusal,
    Scope,
    days_between,
)


def set_school_name(by: int | None, at: datetime, valid_from: date, name: str) -> None:
    """The name the school's pages carry from a day on."""
    if not name.strip():
        raise Rejected(Refusal.NAME_MISSING, "school")
    keep_setting(by, at, valid_from, "school.name", name.strip())
    audit.record(by, at, "school.name", "setting", None)


def set_kept(by: int, at: datetime, valid_from: date, values: Mapping[str, int]) -> None:
    """How long the school keeps what, from a day on: numbers by the key of their setting."""
    for key, value in values.items():
        keep_setting(by, at, valid_from, key, value)
    audit.record(by, at, "school.kept", "setting", None, changes=dict(values))


def take_back_settings(key: str, after: date) -> None:
    """What a key was to be set to after a day never begins; whoever calls it records the deed."""
    db.session.execute(sa.delete(Setting).where(Setting.key == key, Setting.valid_from > after))


def keep_setting(by: int | None, at: datetime, valid_from: date, key: str, value: Any) -> None:
    """What a key is set to from a day on; whoever calls it records the deed."""
    row = insert(Setting).values(key=key, valid_from=valid_from, value=value, by=by, at=at)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["key", "valid_from"],
            set_={"value": row.excluded.value, "by": by, "at": row.excluded.at},
        )
    )


def school_mark(at: datetime) -> str:
    """A mark of this school that no other has, made at the first asking: it names the school's backups."""
    key, begin = "school.mark", date.min
    made = insert(Setting).values(key=key, valid_from=begin, value=token_hex(6), by=None, at=at)
    db.session.execute(made.on_conflict_do_nothing())
    return str(db.session.scalars(sa.select(Setting.value).filter_by(key=key, valid_from=begin)).one())


def add_term(by: int | None, at: datetime, name: str, starts: date, ends: date) -> Term:
    """A term, past ones too, and what each of its days is by the official calendar, asked now and kept.

    Rejected if it overlaps another term, ends before it starts, or is longer than a term can be.
    """
    _refuse_term(name, starts, ends)
    term = Term(name=name.strip(), starts=starts, ends=ends)
    db.session.add(term)
    db.session.flush()  # its id
    _keep_official_days(days_between(starts, ends))
    audit.record(by, at, "school.term", "term", term.id, changes={"starts": str(starts), "ends": str(ends)})
    return term


def change_term(by: int, at: datetime, term_id: int, name: str, starts: date, ends: date) -> None:
    """Another name or other days.  Days it gains are asked of the official calendar; those it loses are no
    longer any school day, and what was recorded on them stays."""
    _refuse_term(name, starts, ends, but=term_id)
    term = db.session.get_one(Term, term_id)
    before = (term.starts, term.ends)
    had = set(days_between(*before))
    has = set(days_between(starts, ends))
    if lost := had - has:
        db.session.execute(sa.delete(CalendarDay).where(CalendarDay.day.in_(sorted(lost))))
    _keep_official_days(sorted(has - had))
    term.name, term.starts, term.ends = name.strip(), starts, ends
    audit.record(
        by,
        at,
        "school.term",
        "term",
        term_id,
        changes={"from": [str(day) for day in before], "to": [str(starts), str(ends)]},
    )


def _refuse_term(name: str, starts: date, ends: date, *, but: int | None = None) -> None:
    if not name.strip():
        raise Rejected(Refusal.NAME_MISSING, "term")
    for field, day in (("starts", starts), ("ends", ends)):
        if day.year not in PLAUSIBLE_YEARS:
            raise Rejected(Refusal.IMPOSSIBLE_YEAR, field)
    if ends < starts:
        raise Rejected(Refusal.TERM_ENDS_BEFORE_START, "ends")
    if (ends - starts).days >= LONGEST_TERM_DAYS:
        raise Rejected(Refusal.TERM_TOO_LONG, "ends", most=LONGEST_TERM_DAYS)
    if other := queries.overlapping_term(starts, ends, but=but):
        raise Rejected(Refusal.TERM_OVERLAPS, "starts", name=other.name, first=other.starts, last=other.ends)


def _keep_official_days(days: Iterable[date]) -> None:
    rows = [
        {
            "day": fact.day,
            "scope": Scope.SCHOOL,
            "scope_id": 0,
            "day_type": fact.day_type,
            "stands_for": fact.stands_for,
            "reason": fact.reason,
            "source": fact.source,
        }
        for fact in official_days(list(days))
    ]
    if rows:
        db.session.execute(sa.insert(CalendarDay), rows)


def change_day(
    by: int | None,
    at: datetime,
    day: date,
    scope: Scope,
    scope_id: int,
    day_type: DayType,
    reason: str,
    *,
    stands_for: int | None = None,
    later_minutes: int | None = None,
    ends_at: time | None = None,
) -> None:
    """What a day of a term is from now on, for the school, a grade (its entry year) or a class (its id).

    The narrower scope wins.  A day with sheets may be changed: what was recorded stays.  Each of
    `stands_for`, `later_minutes` and `ends_at` belongs to its kind of day, and is dropped for others.
    """
    if not reason.strip():
        raise Rejected(Refusal.REASON_MISSING, "reason")
    rows = queries.day_types(day)
    if (Scope.SCHOOL, 0) not in rows:
        raise Rejected(Refusal.OUTSIDE_TERM, "day")
    _refuse_place(scope, scope_id)
    if day_type is DayType.MAKEUP and stands_for not in range(1, 8):
        raise Rejected(Refusal.STANDS_FOR_MISSING, "stands_for")
    if day_type is DayType.LATE_START and later_minutes not in LATER_MINUTES:
        raise Rejected(
            Refusal.MINUTES_MISSING, "later_minutes", least=LATER_MINUTES[0], most=LATER_MINUTES[-1]
        )
    if day_type is DayType.EARLY_CLOSE and ends_at is None:
        raise Rejected(Refusal.END_MISSING, "ends_at")
    if day_type is DayType.EARLY_CLOSE and ends_at is not None and ends_at < EARLIEST_CLOSE:
        raise Rejected(Refusal.END_TOO_EARLY, "ends_at", earliest=EARLIEST_CLOSE.strftime("%H:%M"))
    said = ("day_type", "stands_for", "later_minutes", "ends_at", "reason", "source", "set_at")
    row = insert(CalendarDay).values(
        day=day,
        scope=scope,
        scope_id=scope_id,
        day_type=day_type,
        stands_for=stands_for if day_type is DayType.MAKEUP else None,
        later_minutes=later_minutes if day_type is DayType.LATE_START else None,
        ends_at=ends_at if day_type is DayType.EARLY_CLOSE else None,
        reason=reason.strip(),
        source="page",
        set_at=at,
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["day", "scope", "scope_id"],
            set_={name: row.excluded[name] for name in said},
        )
    )
    _record_day(by, at, day, scope, scope_id, rows.get((scope, scope_id)), day_type)


def clear_day(by: int, at: datetime, day: date, scope: Scope, scope_id: int) -> None:
    """Take a change of a day back: a grade or a class follows the school again, the school the official
    calendar."""
    before = queries.day_types(day).get((scope, scope_id))
    if before is None:
        return
    db.session.execute(sa.delete(CalendarDay).filter_by(day=day, scope=scope, scope_id=scope_id))
    if scope is Scope.SCHOOL:
        _keep_official_days([day])
    _record_day(by, at, day, scope, scope_id, before, queries.day_types(day).get((scope, scope_id)))


def set_level(
    by: int | None,
    at: datetime,
    today: date,
    place: tuple[Scope, int],
    level: Level | None,
    valid_from: date,
    reason: str,
) -> None:
    """The level that holds for the school, a grade or a class from today or a later day on, and why.

    None lets a grade or a class follow the school again.
    """
    if valid_from < today:
        raise Rejected(Refusal.IN_PAST, "valid_from")
    if not reason.strip():
        raise Rejected(Refusal.REASON_MISSING, "reason")
    scope, scope_id = place
    _refuse_place(scope, scope_id)
    if scope is Scope.SCHOOL and level is None:
        raise Rejected(Refusal.SCHOOL_HAS_A_LEVEL, "level")
    key = {"valid_from": valid_from, "scope": scope, "scope_id": scope_id}
    replaced = sa.delete(LevelFrom).filter_by(**key)
    if valid_from == today:  # what has begun is kept
        replaced = replaced.where(LevelFrom.at == at)
    db.session.execute(replaced)
    db.session.add(LevelFrom(**key, level=level, by=by, at=at, reason=reason.strip()))
    db.session.flush()
    _record_level(by, at, place, valid_from, level)


def take_back_level(by: int, at: datetime, today: date, place: tuple[Scope, int], valid_from: date) -> None:
    """Take back a level that has not begun."""
    if valid_from <= today:
        raise Rejected(Refusal.ALREADY_BEGUN)
    scope, scope_id = place
    gone = sa.delete(LevelFrom).filter_by(valid_from=valid_from, scope=scope, scope_id=scope_id)
    if db.session.execute(gone.returning(LevelFrom.scope_id)).first():
        _record_level(by, at, place, valid_from, "taken_back")


def _record_level(
    by: int | None, at: datetime, place: tuple[Scope, int], valid_from: date, level: str | None
) -> None:
    changes = {"from": str(valid_from), "scope": place[0].value, "scope_id": place[1], "level": level}
    audit.record(by, at, "school.level", "level", None, changes=changes)


def _refuse_place(scope: Scope, scope_id: int) -> None:
    if scope is Scope.SCHOOL:
        known = scope_id == 0
    else:
        column = SchoolClass.entry_year if scope is Scope.GRADE else SchoolClass.id
        known = bool(db.session.scalar(sa.select(sa.exists().where(column == scope_id))))
    if not known:
        raise Rejected(Refusal.NO_SUCH_PLACE, "place")


def _record_day(
    by: int | None,
    at: datetime,
    day: date,
    scope: Scope,
    scope_id: int,
    before: DayType | None,
    after: DayType | None,
) -> None:
    changes = {"day": str(day), "scope": scope.value, "scope_id": scope_id, "from": before, "to": after}
    audit.record(by, at, "school.day", "calendar_day", None, changes=changes)


def end_enrolment(by: int, at: datetime, today: date, student_id: int, last_day: date) -> None:
    """A student leaves the school after a day; the history stays.  Nothing if it was not enrolled then.

    A move that was still to come goes away.  Rejected if a class or dormitory that was already lived in
    began later than the day.
    """
    for model in (Enrolment, Residence):
        _end_stays(model, today, student_id, last_day)
    audit.record(
        by, at, "student.leave", "student", student_id, student_id=student_id, changes={"on": str(last_day)}
    )


def _end_stays(model: Any, today: date, student_id: int, last_day: date) -> None:
    for stay in db.session.scalars(
        sa.select(model)
        .where(model.student_id == student_id, sa.or_(model.ends.is_(None), model.ends > last_day))
        .order_by(model.starts)
    ):
        if stay.starts <= last_day:
            stay.ends = last_day
        elif stay.starts > today:
            db.session.delete(stay)
        else:
            raise Rejected(Refusal.STAY_BEGAN_LATER, "last_day", day=stay.starts)


def excuse(
    by: int | None, at: datetime, class_id: int, day: date, duties: Collection[str], code: ExcuseCode
) -> None:
    """Let duties of a class count as fulfilled, whatever became of them; once each."""
    if duties:
        rows = [
            {"class_id": class_id, "day": day, "duty": duty, "code": code, "by": by, "at": at}
            for duty in duties
        ]
        db.session.execute(insert(Excuse).on_conflict_do_nothing(), rows)


def take_back_excuses(class_id: int, day: date, code: ExcuseCode, *, given_at: datetime) -> None:
    """Take back what was excused at an instant, with the deed that gave it."""
    db.session.execute(
        sa.delete(Excuse).where(
            Excuse.class_id == class_id, Excuse.day == day, Excuse.code == code, Excuse.at == given_at
        )
    )
