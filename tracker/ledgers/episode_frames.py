"""The ledgers of absences, of the observation room and of returns, as frames."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.absence.models import Call, Episode
from tracker.absence.queries import CallSeen, Followed, calls_where, followed, standing
from tracker.absence.return_rules import Condition
from tracker.absence.rules import CallResult, PaperKind
from tracker.absence.sign_queries import NO_SIGNS, signs_of
from tracker.ledgers import queries
from tracker.ledgers.frames import Filled, day_sums, filled
from tracker.ledgers.rules import (
    ABSENCE_COLUMNS,
    CAUSE_COLUMNS,
    RETURN_COLUMNS,
    ROOM_COLUMNS,
    SUMS,
    Column,
    Kind,
    Ledger,
    Mark,
    age_on,
)
from tracker.room.models import Stay
from tracker.room.queries import measured_before, readings_of, stays_where
from tracker.room.queries import signs_of as stay_signs
from tracker.room.rules import StayEnd
from tracker.school.models import SchoolClass
from tracker.school.queries import school_days
from tracker.screening.rules import AbsenceReason

DOCTOR = (CallResult.DOCTOR, CallResult.HOSPITAL)
PERIOD_SUMS = [Column(name, Kind.COUNT) for name in ("expected", "checked", "absent", "ill")]


def _found(
    since: date, until: date, today: date, *where: sa.ColumnElement[bool]
) -> tuple[list[Followed], dict[int, list[CallSeen]]]:
    """The absences of a period with the calls that count."""
    found = followed(today, *queries.during(since, until), *where)
    ids = [one.episode.id for one in found]
    calls: dict[int, list[CallSeen]] = {}
    for call in standing(calls_where(Call.episode_id.in_(ids))):
        calls.setdefault(call.episode_id, []).append(call)
    return found, calls


def _who(no: int, one: Followed) -> dict[str, Any]:
    return {
        "no": no,
        "school_class": one.school_class,
        "student": one.student.name,
        "sex": one.student.sex,
    }


def absences(since: date, until: date, today: date, class_id: int | None = None) -> Filled:
    """A row an absence that touches the period, by class and seat; of one class, or of all."""
    where = [SchoolClass.id == class_id] if class_id else []
    found, calls = _found(since, until, today, *where)
    touched = Episode.id.in_([one.episode.id for one in found])
    ids = [one.student.id for one in found]
    signs, onsets, phones = signs_of(touched), queries.onsets(touched), queries.masked_phones(ids)
    left = queries.left_early(ids, min([since, *(one.episode.first_on for one in found)]), until)
    rows = []
    for no, one in enumerate(found, 1):
        episode, made = one.episode, calls.get(one.episode.id, [])
        seen = signs.get(episode.id, NO_SIGNS)
        hospital = next((call.hospital for call in reversed(made) if call.hospital), None)
        has_seen = any(call.result in DOCTOR for call in made)
        rows.append(
            {
                **_who(no, one),
                "age": age_on(one.student.birth_date, today),
                "phone": phones.get(one.student.id),
                "first_on": episode.first_on,
                "reason": episode.reason,
                "onset": onsets.get(episode.id),
                "symptoms": tuple(seen.symptoms) or None,
                "tenths": seen.tenths,
                "doctor": hospital or ("✓" if has_seen else None),
                "diagnosis": episode.diagnosis,
                "left_at": left.get((one.student.id, episode.first_on)),
                "calls": made,
                "follower": made[-1].by_name if made else one.caller_name,
                "back_on": episode.back_on,
            }
        )
    return filled(Ledger.ABSENCES, ABSENCE_COLUMNS, rows, beside=_sums(since, until, today, class_id))


def _sums(since: date, until: date, today: date, class_id: int | None) -> Filled:
    """Expected, present, absent and ill in the period: in student-days, from the sheets that came."""
    days = school_days(since, min(until, today))
    sums = day_sums(days, class_id)[[*SUMS, "ill"]].sum(min_count=1)
    row = {column.name: sums[column.name] for column in PERIOD_SUMS}
    return filled(Ledger.ABSENCES, PERIOD_SUMS, [row])


def causes(since: date, until: date, today: date) -> Filled:
    """A row an absence that nobody knew the reason of at first: who asked, when, and what was learned."""
    found, calls = _found(since, until, today, queries.unknown_at_first())
    rows = []
    for no, one in enumerate(found, 1):
        episode, made = one.episode, calls.get(one.episode.id, [])
        is_known = episode.reason is not AbsenceReason.UNKNOWN
        told = [call for call in made if call.result is not CallResult.NOT_REACHED]
        learned = told[0] if is_known and told else None
        rows.append(
            {
                **_who(no, one),
                "first_on": episode.first_on,
                "half": episode.first_half,
                "asked_at": made[0].at if made else None,
                "way": made[0].way if made else None,
                "tries": len(made),
                "learned_at": learned.at if learned else None,
                "learned_by": learned.by_name if learned else None,
                "reason": episode.reason,
                "result": learned.result if learned else None,
                "reviewed_at": learned.reviewed_at if learned else None,
            }
        )
    return filled(Ledger.CAUSES, CAUSE_COLUMNS, rows)


def room(since: date, until: date, today: date) -> Filled:
    """A row a stay that was reported in the period, the oldest first; who never came is left out."""
    first, last = queries.span(since, until)
    found = stays_where(
        today,
        Stay.reported_at >= first,
        Stay.reported_at < last,
        Stay.ended_how.is_distinct_from(StayEnd.NEVER_CAME),
    )
    ids = [one.id for one in found]
    signs, readings, calls = stay_signs(ids), readings_of(ids), queries.stay_calls(ids)
    before = measured_before([one.stay for one in found])
    students = queries.students([one.stay.student_id for one in found])
    rows = []
    for no, one in enumerate(found, 1):
        stay = one.stay
        taken = [each.tenths for each in readings.get(one.id, []) if not each.is_struck]
        rows.append(
            {
                "no": no,
                "school_class": one.school_class,
                "student": one.name,
                "sex": students[stay.student_id].sex,
                "reported_at": stay.reported_at,
                "trouble": stay.trouble,
                "place": stay.place or Mark.OWN_CLASSROOM,
                "arrived_at": stay.arrived_at,
                "brought_by": stay.brought_by,
                "room": stay.room,
                "readings": _readings([*(each.tenths for each in before[one.id]), *taken]),
                "symptoms": signs.get(one.id) or None,
                "onset": stay.onset_on,
                "seats_beside": stay.seats_beside,
                "calls": calls.get(one.id, []),
                "ended_at": stay.ended_at,
                "ended_how": stay.ended_how,
                "handed_to": " ".join(part for part in (one.handed_to, stay.relation) if part) or None,
                "where_to": stay.where_to,
                "cleaned_at": stay.cleaned_at,
            }
        )
    return filled(Ledger.ROOM, ROOM_COLUMNS, rows)


def _readings(taken: Sequence[int]) -> str | None:
    return " · ".join(f"{tenths // 10}.{tenths % 10}" for tenths in taken) or None


def returns(since: date, until: date, today: date) -> Filled:
    """A row a word of the nurse that was given in the period and stands, by class and seat."""
    rows = [
        {
            "no": no,
            "school_class": one.school_class,
            "student": one.student.name,
            "sex": one.student.sex,
            "diagnosis": one.episode.diagnosis,
            "first_on": one.episode.first_on,
            "earliest_on": one.clearance.earliest_on,
            "returns_on": one.clearance.returns_on,
            "conditions": tuple(map(Condition, one.clearance.conditions)) or None,
            "papers": tuple(PaperKind(paper["kind"]) for paper in one.clearance.papers) or None,
            "cleared_by": one.by_name,
            "cleared_at": one.clearance.at,
            "back_on": one.episode.back_on,
            "note": one.clearance.note,
        }
        for no, one in enumerate(queries.cleared(since, until, today), 1)
    ]
    return filled(Ledger.RETURNS, RETURN_COLUMNS, rows)
