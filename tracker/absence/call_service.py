"""What people do about absences: they log calls, review, close, and look up a number.

What sheets make of them stands in `service.py`; nobody else writes episodes and calls.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker import clock
from tracker.absence import call_rules as calls
from tracker.absence import clearance_queries, queries, rules, standing_queries
from tracker.absence.due_queries import instant, wall
from tracker.absence.models import Call, Episode
from tracker.absence.rules import CallResult, CallWay, EndedHow, EpisodeState, Refusal
from tracker.absence.service import closed
from tracker.absence.standing_queries import HORIZON
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.facts import service as facts
from tracker.facts.rules import Certainty, Diagnosis, ObservationKind, SourceKind, Symptom
from tracker.facts.service import Fact
from tracker.screening.rules import ILL_REASONS, AbsenceReason, HalfDay


@dataclass(frozen=True)
class Report:
    """What a call brought, as it is logged."""

    way: CallWay
    result: CallResult
    called_at: datetime
    symptoms: frozenset[Symptom] = frozenset()
    tenths: int | None = None
    """Measured at home, in tenths of a degree Celsius."""
    diagnosis: Diagnosis | None = None
    hospital: str | None = None
    """Where the doctor was seen."""
    confirmed: bool = False
    """Whether a doctor has confirmed the diagnosis; else it is suspected."""
    onset_on: date | None = None
    reason: AbsenceReason | None = None
    """Why the student is absent, where the call told."""
    next_on: date | None = None
    """The day that was agreed on: of the next call, or of the return."""
    note: str | None = None

    def for_sibling(self) -> "Report":
        """What of it holds for a brother or sister too: no sign, no diagnosis."""
        reason = self.reason if self.result is CallResult.NOT_ILL else None
        return Report(self.way, self.result, self.called_at, reason=reason, next_on=self.next_on)


def record_calls(
    by: int, at: datetime, episode_id: int, report: Report, also: Collection[int], *, reviewer: bool
) -> None:
    """Log one call about one absence, and about those of brothers and sisters: for all, or not at all."""
    for number in sorted([episode_id, *also]):
        live(number)
    record_call(by, at, episode_id, report, reviewer=reviewer)
    for number in also:
        try:
            record_call(by, at, number, report.for_sibling(), reviewer=reviewer)
        except Rejected:
            raise Rejected(Refusal.NOT_FOR_BOTH, "also") from None


def record_call(by: int, at: datetime, episode_id: int, report: Report, *, reviewer: bool) -> Call:
    """Log a call.  A reviewer's own is read at once; a teacher's waits for the nurse.

    Rejected where a rule says no.  A call that is logged after a later one adds to the record and
    changes neither the reason nor when to call next.
    """
    episode = live(episode_id)
    called = wall(report.called_at)
    today = clock.local(at).date()
    earlier = queries.standing(queries.calls_of(episode_id))
    newest = all(one.at <= report.called_at for one in earlier)
    days = school_days_of(episode, called.day, today, report.next_on)
    Rejected.unless_empty(_wrong(episode, report, at, today, called.day, days))
    before = episode.reason
    if newest:
        _continue(episode, report, called, days)
        episode.question = None
    unread = not reviewer or any(one.reviewed_at is None for one in earlier)
    episode.state = rules.moved(
        episode.state, EpisodeState.TO_REVIEW if unread else rules.after_review(episode.back_on)
    )
    call = Call(
        episode_id=episode_id,
        at=report.called_at,
        by=by,
        way=report.way,
        result=report.result,
        tenths=report.tenths,
        diagnosis=report.diagnosis,
        hospital=report.hospital,
        reason_before=before if episode.reason is not before else None,
        reason_after=episode.reason if episode.reason is not before else None,
        next_on=report.next_on,
        note=report.note,
        reviewed_by=by if reviewer else None,
        reviewed_at=at if reviewer else None,
    )
    db.session.add(call)
    db.session.flush()  # its id
    heard_before = any(one.result in rules.TELLS_ILLNESS for one in earlier)
    # Who calls before the first day missed tells of the day of the call.
    onset = report.onset_on or (called.day if heard_before else min(episode.first_on, called.day))
    facts.observe(at, _facts_of(episode, call, report, called.day, onset, before, days))
    if before in ILL_REASONS and episode.reason not in ILL_REASONS:
        facts.retract_ill_absence(at, episode.student_id, episode.first_on)
    audit.record(
        by,
        at,
        "absence.call",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={
            "call": call.id,
            "result": report.result.value,
            "reason": [before.value, episode.reason.value],
        },
    )
    return call


def live(episode_id: int) -> Episode:
    """An episode that still stands in the queue, locked until the transaction ends."""
    episode = db.session.get_one(Episode, episode_id, with_for_update=True, populate_existing=True)
    if episode.state not in rules.LIVE:
        raise Rejected(Refusal.NOT_LIVE)
    return episode


def school_days_of(episode: Episode, called: date, today: date, next_on: date | None = None) -> list[date]:
    """The school days of the student's own class, from the first of the absence to months ahead."""
    since, until = min(episode.first_on, called), max(called + HORIZON, next_on or called)
    return standing_queries.own_days(episode.student_id, since, until, today)


def _wrong(
    episode: Episode, report: Report, at: datetime, today: date, called: date, days: Sequence[date]
) -> list[Rejected]:
    """All that keeps a call from being logged, each at its field."""
    found = []
    if report.called_at > at:
        found.append(Rejected(Refusal.CALL_IN_FUTURE, "called_at"))
    elif called < episode.first_on and report.way is not CallWay.PARENT_CALLED:
        found.append(Rejected(Refusal.CALL_BEFORE_ABSENCE, "called_at", first_on=episode.first_on))
    ill_or_unknown = report.reason is None or report.reason in {*ILL_REASONS, AbsenceReason.UNKNOWN}
    if report.result is CallResult.NOT_ILL and ill_or_unknown:
        found.append(Rejected(Refusal.REASON_NEEDED, "reason"))
    if report.result not in rules.TELLS_HEALTH:
        heard = {
            "symptoms": report.symptoms,
            "temperature": report.tenths,
            "diagnosis": report.diagnosis,
            "hospital": report.hospital,
        }
        found += [Rejected(Refusal.NOTHING_HEARD, name) for name, told in heard.items() if told]
    if report.confirmed and report.diagnosis is None:
        found.append(Rejected(Refusal.DIAGNOSIS_NEEDED, "diagnosis"))
    if report.onset_on and report.onset_on > called:
        found.append(Rejected(Refusal.ONSET_IN_FUTURE, "onset_on"))
    if report.next_on and report.next_on < today:
        found.append(Rejected(Refusal.NEXT_IN_PAST, "next_on"))
    elif report.next_on and report.next_on not in days:
        found.append(Rejected(Refusal.NEXT_NO_SCHOOL_DAY, "next_on"))
    return found


def _continue(episode: Episode, report: Report, called: calls.Wall, days: Sequence[date]) -> None:
    """What the newest call makes of an episode: its reason, its diagnosis, when to call next."""
    episode.reason = rules.reason_after_call(episode.reason, report.result, report.reason)
    episode.diagnosis = report.diagnosis or episode.diagnosis
    if report.result is CallResult.ARRIVED and episode.back_on is None:
        episode.back_on = max(called.day, episode.last_absent_on)
    due = calls.next_due(report.result, episode.reason, called, days, next_on=report.next_on)
    episode.due_at = None if episode.back_on else instant(due)


def _facts_of(
    episode: Episode,
    call: Call,
    report: Report,
    on: date,
    onset: date,
    before: AbsenceReason,
    days: Sequence[date],
) -> list[Fact]:
    """What a call says of a student's health: signs, a diagnosis, and days that were illness after all."""

    def fact(kind: ObservationKind, code: str | None, day: date = on, **more: Any) -> Fact:
        return Fact(
            episode.student_id, kind, code, day, onset, report.called_at, SourceKind.CALL, call.id, 0, **more
        )

    found = [
        fact(ObservationKind.SYMPTOM, symptom.value) for symptom in Symptom if symptom in report.symptoms
    ]
    if report.tenths is not None and report.tenths >= queries.home_fever_trigger(on):
        found.append(fact(ObservationKind.FEVER, None, tenths=report.tenths))
    if report.diagnosis:
        certainty = Certainty.CONFIRMED if report.confirmed else Certainty.SUSPECTED
        found.append(fact(ObservationKind.DIAGNOSIS, report.diagnosis.value, certainty=certainty))
    if episode.reason in ILL_REASONS and before not in ILL_REASONS:
        missed = [day for day in days if episode.first_on <= day <= episode.last_absent_on]
        found += [fact(ObservationKind.ILL_ABSENCE, episode.reason.value, day) for day in missed]
    return found


def review(by: int, at: datetime, episode_id: int, upto: int) -> None:
    """Mark the calls of an episode as read, up to the last one the reader was shown."""
    episode = live(episode_id)
    if episode.state is not EpisodeState.TO_REVIEW:
        raise Rejected(Refusal.NOTHING_TO_REVIEW)
    read = db.session.scalars(
        sa.update(Call)
        .where(
            Call.episode_id == episode_id,
            Call.id <= upto,
            Call.reviewed_at.is_(None),
            Call.struck_at.is_(None),
        )
        .values(reviewed_by=by, reviewed_at=at)
        .returning(Call.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not queries.has_unread_calls(episode_id):
        episode.state = rules.moved(episode.state, rules.after_review(episode.back_on))
    audit.record(
        by,
        at,
        "absence.review",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={"calls": sorted(read)},
    )


def close(by: int, at: datetime, episode_id: int, upto: int) -> None:
    """End an episode: the student was seen at school again, or has left the school.

    Calls the closer was shown are read by that; Rejected if there is one more.
    """
    episode = live(episode_id)
    today = clock.local(at).date()
    how = _ending(episode, today)
    if how is None:
        raise Rejected(Refusal.NOT_BACK)
    if how is EndedHow.RETURNED and clearance_queries.needs_clearance([episode_id], today):
        raise Rejected(Refusal.NOT_CLEARED)
    if episode.state is EpisodeState.TO_REVIEW:
        review(by, at, episode_id, upto)
        if queries.has_unread_calls(episode_id):
            raise Rejected(Refusal.UNREAD)
    rules.moved(episode.state, EpisodeState.CLOSED)
    for name, value in closed(at, *_last_half(episode, how, today), how).items():
        setattr(episode, name, value)
    audit.record(
        by,
        at,
        "absence.close",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={"how": how.value},
    )


def _ending(episode: Episode, today: date) -> EndedHow | None:
    """How an episode may be closed now."""
    found = queries.episode(episode.id, today)
    if found is None:
        return None
    made = queries.standing(queries.calls_of(episode.id))
    last = made[-1].result if made else None
    stand = standing_queries.standings([found], {}, today)[episode.id]
    return rules.ending(episode.back_on, last, enrolled=found.is_enrolled(today), term_over=stand.term_over)


def _last_half(episode: Episode, how: EndedHow, today: date) -> tuple[date, HalfDay]:
    """On which day, and in which half of it, an episode came to its end."""
    student = episode.student_id
    if episode.back_on is not None:
        return episode.back_on, standing_queries.half_back([student], episode.back_on)[student]
    if how is EndedHow.TERM_ENDED:
        days = standing_queries.own_days(student, episode.last_absent_on, today, today)
        return max(days, default=episode.last_absent_on), HalfDay.AFTERNOON
    left = standing_queries.enrolment_end(student)
    return (left if left and left < today else today), HalfDay.AFTERNOON
