"""What the nurse does about a return to class: she enters the days, clears, and takes her word back."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from tracker import clock
from tracker.absence import clearance_queries as queries
from tracker.absence import paper_queries, rules
from tracker.absence import queries as absences
from tracker.absence.models import Clearance, Episode, EpisodeAnchor, EpisodePaper
from tracker.absence.return_rules import Anchor, Check, Return, ReturnRefusal, refusals, wrong_anchors
from tracker.absence.rules import PaperKind
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected
from tracker.school.class_day_queries import class_school_days
from tracker.screening.fever_queries import newest_chain
from tracker.screening.rules import FeverState


def _held(episode_id: int, day: date) -> tuple[Episode, Return]:
    """An absence whose return is checked, locked until the transaction ends."""
    episode = db.session.get_one(Episode, episode_id, with_for_update=True, populate_existing=True)
    if episode.state not in rules.LIVE:
        raise Rejected(rules.Refusal.NOT_LIVE)
    back = queries.return_of(episode_id, day)
    if back is None:
        raise Rejected(ReturnRefusal.NO_RULE)
    return episode, back


def enter_days(
    by: int, at: datetime, episode_id: int, days: Mapping[Anchor, date | None]
) -> Mapping[Anchor, date]:
    """Enter the days that a return is counted from; None: what was known is not true.

    Gives all that is known now.  Rejected for a day in the future, or before the illness began.
    """
    today = clock.local(at).date()
    episode, back = _held(episode_id, today)
    known = back.with_days(days).known
    Rejected.unless_empty(_wrong_days(known, today))
    _keep_days(by, at, episode, back.known, days)
    return known


def _wrong_days(known: Mapping[Anchor, date], today: date) -> list[Rejected]:
    onset = known.get(Anchor.ONSET)
    return [
        Rejected(reason, f"day_{anchor.value}", onset=onset)
        for anchor, reason in wrong_anchors(known, today).items()
    ]


def _keep_days(
    by: int,
    at: datetime,
    episode: Episode,
    known: Mapping[Anchor, date],
    days: Mapping[Anchor, date | None],
) -> None:
    changed = {anchor: on for anchor, on in days.items() if on != known.get(anchor)}
    if not changed:
        return
    rows = db.session.execute(
        sa.select(EpisodeAnchor.anchor, sa.func.max(EpisodeAnchor.no))
        .where(EpisodeAnchor.episode_id == episode.id)
        .group_by(EpisodeAnchor.anchor)
    )
    numbers = {row[0]: row[1] for row in rows}
    db.session.add_all(
        EpisodeAnchor(
            episode_id=episode.id, anchor=anchor, no=numbers.get(anchor, 0) + 1, on=on, by=by, at=at
        )
        for anchor, on in changed.items()
    )
    audit.record(
        by,
        at,
        "absence.return_days",
        "episode",
        episode.id,
        student_id=episode.student_id,
        changes={anchor.value: on.isoformat() if on else None for anchor, on in changed.items()},
    )
    db.session.flush()


def wrong(
    back: Return,
    check: Check,
    days: Mapping[Anchor, date | None],
    today: date,
    *,
    ticked: Collection[int] = (),
    seen: Collection[PaperKind] = (),
) -> list[Rejected]:
    """All that keeps a check, with the days entered beside it, from clearing a child, each at its field."""
    known = dict(back.with_days(days).known)
    found = _wrong_days(known, today)
    for no in found:
        known.pop(Anchor(no.field.removeprefix("day_")), None)
    kinds = paper_queries.kinds_of(back.episode_id)
    gone = not set(ticked) <= set(kinds)
    if gone:
        found.append(Rejected(ReturnRefusal.PAPER_GONE, "papers"))
    held = frozenset({*(kinds[number] for number in ticked if number in kinds), *seen})
    child, on = absences.episode(back.episode_id, today), check.returns_on
    school_days = class_school_days(child.class_id, on, on) if child and on else []
    check = replace(check, papers=held)
    earliest = replace(back, known=known).earliest
    chain = newest_chain(back.student_id, today)
    waits = chain is not None and chain.day == today and chain.state is FeverState.WAITING
    refused = refusals(back.rule, known, check, today=today, school_days=school_days, retest_waits=waits)
    for field, reason in refused.items():
        name = f"day_{field}" if reason is ReturnRefusal.ANCHOR_MISSING else field
        if name not in {no.field for no in found}:
            lacking = [kind for kind in back.rule.papers if kind not in held]
            onset = known.get(Anchor.ONSET)
            found.append(
                Rejected(
                    reason,
                    name,
                    onset=onset,
                    earliest=earliest,
                    papers=lacking,
                    reading=chain.first if chain else None,
                )
            )
    return found


def clear(
    by: int,
    at: datetime,
    episode_id: int,
    check: Check,
    *,
    days: Mapping[Anchor, date | None] | None = None,
    ticked: Collection[int] = (),
    seen: Collection[PaperKind] = (),
) -> Clearance:
    """Say that a child may be back in class: what was seen, and from which day on.

    `days` are entered with it, see `enter_days`; `ticked` are the attached papers that were looked at,
    `seen` the kinds of papers held in the hand.  Rejected where the rule asks for more; her word is
    final over the day and the conditions, with a reason, never over the papers.
    """
    today, days = clock.local(at).date(), days or {}
    episode, back = _held(episode_id, today)
    if back.word is not None:
        raise Rejected(ReturnRefusal.ALREADY_CLEARED, day=back.word.returns_on)
    Rejected.unless_empty(wrong(back, check, days, today, ticked=ticked, seen=seen))
    _keep_days(by, at, episode, back.known, days)
    back = back.with_days(days)
    kinds, returns_on = paper_queries.kinds_of(episode_id), check.returns_on
    assert returns_on is not None
    if back.cleared is not None:  # it has lapsed: the child was missed again since
        _strike(episode_id, back.cleared.no, at)
    db.session.execute(
        sa.update(EpisodePaper)
        .where(EpisodePaper.episode_id == episode_id, EpisodePaper.attachment_id.in_(ticked))
        .values(checked_by=by, checked_at=at)
        .execution_options(synchronize_session=False)
    )
    clearance = Clearance(
        episode_id=episode_id,
        no=queries.last_number(episode_id) + 1,
        earliest_on=back.earliest,
        rule_from=back.rule_from,
        returns_on=returns_on,
        conditions=sorted(one.value for one in check.conditions),
        papers=[
            *({"kind": kinds[number].value, "attachment": number} for number in sorted(ticked)),
            *({"kind": kind.value, "attachment": None} for kind in sorted(seen)),
        ],
        note=check.reason,
        by=by,
        at=at,
    )
    db.session.add(clearance)
    audit.record(
        by,
        at,
        "absence.clear",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={
            "no": clearance.no,
            "returns_on": returns_on.isoformat(),
            "earliest_on": back.earliest.isoformat() if back.earliest else None,
            "conditions": clearance.conditions,
            "papers": clearance.papers,
        },
    )
    return clearance


def take_back(by: int, at: datetime, episode_id: int) -> None:
    """Take the nurse's word back: the child is not cleared."""
    episode, back = _held(episode_id, clock.local(at).date())
    if back.cleared is None:
        raise Rejected(ReturnRefusal.NOT_CLEARED)
    _strike(episode_id, back.cleared.no, at)
    audit.record(
        by,
        at,
        "absence.take_clearance_back",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={"no": back.cleared.no},
    )


def _strike(episode_id: int, no: int, at: datetime) -> None:
    db.session.execute(
        sa.update(Clearance)
        .where(Clearance.episode_id == episode_id, Clearance.no == no, Clearance.struck_at.is_(None))
        .values(struck_at=at)
        .execution_options(synchronize_session=False)
    )
