"""What sheets make of absences: they open, continue and end episodes, in their own transaction.

What people do about them (calls, review, closing) stands in `call_service.py`; nobody else writes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.absence import clearance_queries, queries, rules, standing_queries
from tracker.absence.due_queries import Due, after_leave, calling, wall
from tracker.absence.models import Episode
from tracker.absence.rest_rules import REST_DAYS
from tracker.absence.rules import EndedHow, EpisodeState, LiveEpisode, Seen, Sighting
from tracker.audit import service as audit
from tracker.db import db, insert
from tracker.errors import RunAgain
from tracker.school import queries as school
from tracker.school.class_day_queries import class_school_days
from tracker.screening.rules import FOLLOWED_REASONS, AbsenceReason, HalfDay


def follow_sheet(
    by: int,
    at: datetime,
    *,
    class_id: int,
    day: date,
    half: HalfDay,
    seen: Sequence[Seen],
    live: Mapping[int, LiveEpisode],
    first_call_at: datetime,
) -> None:
    """Open, continue and end episodes by what a sheet says, once its entries are written.

    `live` are the newest episodes of the class's students, by student, read in this transaction.  One
    statement where students are newly absent, none where nothing changes; what is rarer (an episode
    changes, the sheets of a day contradict each other) costs a few more, however many students.

    RunAgain where an episode to be changed is no longer what `live` says.
    """
    sightings = _sightings(class_id, day, seen, live)
    if not sightings:
        return
    reasons = {one.student_id: one.reason for one in seen}
    on_leave = [
        student
        for student, what in sightings.items()
        if what in (Sighting.OPENS, Sighting.OTHER, Sighting.LAPSED)
        and reasons[student] is AbsenceReason.PERSONAL
    ]
    when = Due(day, calling(class_id, day, at), wall(first_call_at), after_leave(class_id, day, on_leave))
    presence = {one.student_id: one.present for one in seen}
    ends = _ends(class_id, day, sightings, live)
    changes: dict[int, dict[str, Any]] = {}
    opened: list[tuple[int, AbsenceReason]] = []
    for student, what in sightings.items():
        reason = _followed(reasons[student])
        missed = what is Sighting.LAPSED and presence[student] is False
        if missed or what in (Sighting.OPENS, Sighting.OTHER):
            opened.append((student, reason))
        if what is not Sighting.OPENS and (
            values := _change(live[student], what, reason, at, when, ends.get(student))
        ):
            changes[live[student].id] = values
    _write(changes, live.values())
    _open(at, class_id, half, opened, when)
    told = {
        what.value: sorted(live[student].id for student, one in sightings.items() if one is what)
        for what in (Sighting.BACK, Sighting.AGAIN, Sighting.OTHER, Sighting.LAPSED, Sighting.VOID)
        if what in sightings.values()
    }
    if told:
        audit.record(by, at, "absence.follow", "school_class", class_id, changes=told)


def unfollow_sheet(
    by: int, at: datetime, *, class_id: int, day: date, since: datetime, students: Collection[int]
) -> None:
    """Take back what a sheet of `since` made of its students' episodes, once it is withdrawn.

    An episode it opened becomes void unless somebody has called about it or another sheet of the day
    misses the student too; the one it had closed for that waits for the nurse again, or goes on where
    it was closed with its term.  One it saw the end of goes on.  One it let go on after a return stays
    open: the day of that return is no longer known, and the next sheet that sees the student ends it.

    RunAgain where one of them changes at the same moment.
    """
    opened = sa.and_(Episode.state == EpisodeState.OPEN, Episode.opened_at >= since, Episode.first_on == day)
    ended = sa.and_(
        Episode.state.in_((EpisodeState.BACK, EpisodeState.TO_REVIEW)),
        Episode.back_on == day,
        sa.not_(queries.arrived_on(day)),
    )
    replaced = sa.and_(
        Episode.state == EpisodeState.CLOSED,
        Episode.closed_at == since,
        Episode.ended_how.in_((EndedHow.RETURNED, EndedHow.TERM_ENDED)),
    )
    rows = db.session.execute(
        sa.select(Episode.student_id, *queries.live_columns())
        .where(Episode.student_id.in_(students), sa.or_(opened, ended, replaced))
        .order_by(Episode.id)
    )
    found = [(row.student_id, episode) for row in rows if (episode := queries.live_of(row))]
    if not found:
        return
    together = queries.sheets_of_day(class_id, day, {student for student, _ in found})
    live = [(student, episode) for student, episode in found if episode.is_live]
    void = {
        student: episode.id
        for student, episode in live
        if episode.back_on is None
        and not episode.has_calls
        and episode.sent_home_on != day
        and together[student].last_present is not False
    }
    again = [
        episode
        for student, episode in live
        if episode.back_on is not None and together[student].last_present is not True
    ]
    others = {student for student, _ in live} - set(void)
    back = [
        episode
        for student, episode in found
        if not episode.is_live and (student in void or (episode.back_on is None and student not in others))
    ]
    # The void ones first: a student has one live episode at most.
    changes: dict[int, dict[str, Any]] = {episode_id: voided(at) for episode_id in void.values()}
    when = Due(day, calling(class_id, day, at), wall(at))
    for episode in back:
        changes[episode.id] = reopened(EpisodeState.CLOSED, rules.after_review(episode.back_on))
        if episode.back_on is None:
            changes[episode.id]["due_at"] = when.first(episode.reason)
    for episode in again:
        changes[episode.id] = {
            "state": _waiting(episode.state, EpisodeState.OPEN),
            "back_on": None,
            "due_at": when.first(episode.reason),
        }
    _write(changes, [episode for _, episode in found])
    if changes:
        told = {
            "void": sorted(void.values()),
            "back": [one.id for one in back],
            "again": sorted(one.id for one in again),
        }
        audit.record(by, at, "absence.unfollow", "school_class", class_id, changes=told)


def _sightings(
    class_id: int, day: date, seen: Sequence[Seen], live: Mapping[int, LiveEpisode]
) -> dict[int, Sighting]:
    """What a sheet makes of each student's episode, where it makes anything of it."""
    found = {one.student_id: rules.follow(live.get(one.student_id), one, day) for one in seen}
    if asked := [student for student, what in found.items() if what is Sighting.ASK]:
        together = queries.sheets_of_day(class_id, day, asked)
        for student in asked:
            found[student] = rules.settle(
                live[student],
                day,
                last_present=together[student].last_present,
                absent_halves=together[student].absent_halves,
            )
        _believe_arrivals(asked, found, together, live)
    _let_lapse(found, seen, live, day)
    reasons = {one.student_id: _followed(one.reason) for one in seen}
    again = {
        student: back
        for student, what in found.items()
        if what is Sighting.AGAIN
        if (back := live[student].back_on)
    }
    if again:
        since = min(again.values())
        days = class_school_days(class_id, since, day) if since < day else []
        unchecked = clearance_queries.needs_clearance([live[student].id for student in again], day)
        for student in again:
            unread = live[student].state is EpisodeState.TO_REVIEW or live[student].id in unchecked
            if not unread and not rules.goes_on(live[student], reasons[student], day, days):
                found[student] = Sighting.OTHER
    return {student: what for student, what in found.items() if what is not Sighting.NOTHING}


def _let_lapse(
    found: dict[int, Sighting], seen: Sequence[Seen], live: Mapping[int, LiveEpisode], day: date
) -> None:
    """Absences of a term gone by do not go on in the next one."""
    long_ago = {
        one.student_id: episode
        for one in seen
        if found[one.student_id] not in (Sighting.NOTHING, Sighting.OPENS)
        if (episode := live[one.student_id]) and (day - episode.last_absent_on).days > REST_DAYS
    }
    term = school.term_on(day) if long_ago else None
    for student, episode in long_ago.items():
        if term and rules.lapsed(episode, term.starts):
            ended = episode.back_on is not None
            found[student] = Sighting.OTHER if ended else Sighting.LAPSED


def _ends(
    class_id: int, day: date, sightings: Mapping[int, Sighting], live: Mapping[int, LiveEpisode]
) -> dict[int, tuple[date, HalfDay]]:
    """On which day, and in which half of it, absences ended that are closed now."""
    ends: dict[int, tuple[date, HalfDay]] = {}
    returned: dict[date, list[int]] = {}
    for student, what in sightings.items():
        episode = live.get(student)
        if episode is None:
            continue
        if what is Sighting.OTHER and episode.is_live:
            returned.setdefault(episode.back_on or day, []).append(student)
        if what is Sighting.LAPSED:
            term = school.term_on(episode.last_absent_on)
            days = class_school_days(class_id, episode.last_absent_on, term.ends) if term else []
            ends[student] = (days[-1] if days else episode.last_absent_on, HalfDay.AFTERNOON)
    for back_on, students in returned.items():
        halves = standing_queries.half_back(students, back_on)
        ends |= {student: (back_on, halves[student]) for student in students}
    return ends


def _believe_arrivals(
    asked: Iterable[int],
    found: dict[int, Sighting],
    together: Mapping[int, queries.DayOfSheets],
    live: Mapping[int, LiveEpisode],
) -> None:
    """Who was logged as arrived after the sheet had missed them is not missed again by its correction."""
    again = [student for student in asked if found[student] is Sighting.AGAIN]
    arrived = queries.arrivals([live[student].id for student in again]) if again else {}
    for student in again:
        said, came = together[student].said_at, arrived.get(live[student].id)
        if said and came and came >= said:
            found[student] = Sighting.NOTHING


def _followed(reason: AbsenceReason | None) -> AbsenceReason:
    """The reason as far as it says something of an episode."""
    return reason if reason in FOLLOWED_REASONS else AbsenceReason.UNKNOWN


def _waiting(state: EpisodeState, to: EpisodeState) -> EpisodeState:
    """Where an episode goes, unless something in it still waits for the nurse."""
    return state if state is EpisodeState.TO_REVIEW else rules.moved(state, to)


def _change(
    episode: LiveEpisode,
    what: Sighting,
    reason: AbsenceReason,
    at: datetime,
    when: Due,
    end: tuple[date, HalfDay] | None,
) -> dict[str, Any]:
    """The columns of an episode that a sighting changes."""
    match what:
        case Sighting.VOID:
            return voided(at)
        case Sighting.BACK:
            return {"state": _waiting(episode.state, EpisodeState.BACK), "back_on": when.day, "due_at": None}
        case Sighting.OTHER:
            return closed(at, *end, EndedHow.RETURNED) if end else {}
        case Sighting.LAPSED:
            return closed(at, *end, EndedHow.TERM_ENDED) if end else {}
    day = when.day
    values: dict[str, Any] = {"last_absent_on": day} if day > episode.last_absent_on else {}
    better = rules.better_reason(episode, reason)
    if better is not episode.reason and day >= episode.last_absent_on:
        values |= {"reason": better, "due_at": when.first(better)}
    if what is Sighting.AGAIN:
        values |= reopened(episode.state, EpisodeState.OPEN)
        values |= {"back_on": None, "due_at": when.first(better)}
    return values


def voided(at: datetime) -> dict[str, Any]:
    """The columns of an episode that was a mistake."""
    return {"state": EpisodeState.VOID, "due_at": None, "ended_how": EndedHow.CORRECTED, "closed_at": at}


def reopened(state: EpisodeState, to: EpisodeState) -> dict[str, Any]:
    """The columns of an episode that goes on."""
    return {
        "state": _waiting(state, to),
        "ended_on": None,
        "ended_half": None,
        "ended_how": None,
        "closed_at": None,
    }


def closed(at: datetime, ended_on: date, half: HalfDay | None, how: EndedHow) -> dict[str, Any]:
    """The columns of an episode that came to its end."""
    return {
        "state": EpisodeState.CLOSED,
        "due_at": None,
        "ended_on": ended_on,
        "ended_half": half,
        "ended_how": how,
        "closed_at": at,
    }


def _hold(seen: Collection[LiveEpisode]) -> None:
    """Keep episodes from others until the transaction ends; RunAgain where one is not what was seen."""
    ids = [one.id for one in seen]
    db.session.execute(
        sa.select(Episode.id).where(Episode.id.in_(ids)).order_by(Episode.id).with_for_update()
    )
    # Two statements: the one that waited for somebody's call would still not see the call itself.
    if queries.live_now(ids) != set(seen):
        raise RunAgain


def change_episode(seen: LiveEpisode, values: dict[str, Any]) -> None:
    """Change one episode that was read in this transaction; RunAgain where it has changed since."""
    _write({seen.id: values}, [seen])


def _write(changes: Mapping[int, dict[str, Any]], seen: Iterable[LiveEpisode]) -> None:
    """Change episodes: one statement for all that change alike, so that their number does not count.

    `seen` are the episodes the changes were decided on; RunAgain where one has changed since.
    """
    if not changes:
        return
    _hold([one for one in seen if one.id in changes])
    alike: dict[frozenset[tuple[str, Any]], list[int]] = {}
    for episode_id, values in changes.items():
        alike.setdefault(frozenset(values.items()), []).append(episode_id)
    for items, ids in alike.items():
        db.session.execute(
            sa.update(Episode)
            .where(Episode.id.in_(ids))
            .values(dict(items))
            .execution_options(synchronize_session=False)
        )


def _open(
    at: datetime,
    class_id: int,
    half: HalfDay,
    absent: Iterable[tuple[int, AbsenceReason]],
    when: Due,
) -> None:
    rows = [
        {
            "student_id": student,
            "class_id": class_id,
            "first_on": when.day,
            "first_half": half,
            "last_absent_on": when.day,
            "state": EpisodeState.OPEN,
            "reason": reason,
            "due_at": when.first(reason, student),
            "opened_at": at,
        }
        for student, reason in absent
    ]
    if rows:
        # Two sessions of one class at the same instant miss the same student: one episode is enough.
        db.session.execute(
            insert(Episode).on_conflict_do_nothing(), rows, execution_options={"render_nulls": True}
        )
