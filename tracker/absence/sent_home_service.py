"""What the observation room makes of absences: who is sent home is followed up from then on."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker import clock
from tracker.absence import call_rules as calls
from tracker.absence import queries, rules, standing_queries
from tracker.absence.due_queries import instant, wall
from tracker.absence.models import Call, Episode
from tracker.absence.rules import EndedHow, EpisodeState, LiveEpisode
from tracker.absence.service import change_episode, closed, reopened, voided
from tracker.audit import service as audit
from tracker.db import db
from tracker.school.class_day_queries import class_school_days
from tracker.screening.rules import AbsenceReason, HalfDay

REACH = timedelta(days=70)
"""How far the next school day is looked for: past the longest vacation."""


def follow_sent_home(
    by: int, at: datetime, *, student_id: int, class_id: int, reason: AbsenceReason, left_at: datetime
) -> None:
    """Follow up a student who has left during the day: half a day is missed, an absence may go on.

    The first call is due two hours later, or on the next school day.  RunAgain where the student's
    episode changes at the same moment.
    """
    left = wall(left_at)
    day = left.day
    days = class_school_days(class_id, day, day + REACH)
    due = instant(calls.sent_home_due(left, next((one for one in days if one > day), None)))
    found = _newest(student_id)
    if found and found.is_missing:
        change_episode(found, {"last_absent_on": max(day, found.last_absent_on), "due_at": due})
        episode_id = found.id
    elif found and _goes_on(found, class_id, reason, day):
        again = {"last_absent_on": day, "back_on": None, "due_at": due}
        change_episode(found, reopened(found.state, EpisodeState.OPEN) | again)
        episode_id = found.id
    else:
        if found and found.is_live:
            back_on = found.back_on or day
            half = standing_queries.half_back([student_id], back_on)[student_id]
            change_episode(found, closed(at, back_on, half, EndedHow.RETURNED))
        episode = Episode(
            student_id=student_id,
            class_id=class_id,
            first_on=day,
            first_half=HalfDay.AFTERNOON,
            last_absent_on=day,
            state=EpisodeState.OPEN,
            reason=reason,
            due_at=due,
            opened_at=at,
        )
        db.session.add(episode)
        db.session.flush()  # its id
        episode_id = episode.id
    audit.record(by, at, "absence.sent_home", "episode", episode_id, student_id=student_id)


def _newest(student_id: int) -> LiveEpisode | None:
    """The student's newest episode that is not void."""
    row = db.session.execute(
        sa.select(*queries.live_columns()).select_from(Episode).where(queries.live_join(student_id))
    ).one_or_none()
    return queries.live_of(row) if row else None


def _goes_on(found: LiveEpisode, class_id: int, reason: AbsenceReason, day: date) -> bool:
    """Whether an absence the student was back from goes on; what the nurse has not read is not closed."""
    if found.state is EpisodeState.TO_REVIEW:
        return True
    return rules.goes_on(found, reason, day, class_school_days(class_id, found.back_on or day, day))


def unfollow_sent_home(by: int, at: datetime, *, student_id: int, class_id: int, left_at: datetime) -> None:
    """Take back the absence of a student who was not sent home after all.

    One that somebody has called about, or that a sheet has missed the student in, stays.
    """
    day = clock.local(left_at).date()
    episode = db.session.scalars(
        sa.select(Episode)
        .where(
            Episode.student_id == student_id,
            Episode.state == EpisodeState.OPEN,
            Episode.first_on == day,
            Episode.opened_at >= left_at,
            ~sa.exists().where(Call.episode_id == Episode.id, Call.struck_at.is_(None)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if (
        episode is None
        or queries.sheets_of_day(class_id, day, {student_id})[student_id].last_present is False
    ):
        return
    for name, value in voided(at).items():
        setattr(episode, name, value)
    audit.record(by, at, "absence.not_sent_home", "episode", episode.id, student_id=student_id)
