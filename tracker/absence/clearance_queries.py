"""Reading who may be back in class: whose diagnosis asks for a check, and where each return stands.

Nothing here writes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from tracker.absence.models import Call, Clearance, Episode, EpisodeAnchor, ReturnRule
from tracker.absence.queries import Followed, followed
from tracker.absence.return_queries import rule_holds, rule_of
from tracker.absence.return_rules import CAME, Anchor, Cleared, Return, ReturnStage
from tracker.absence.rules import LIVE, CallResult, LiveEpisode
from tracker.accounts.models import User
from tracker.db import db
from tracker.facts.models import Observation
from tracker.screening.rules import AbsenceReason

_HEARD, _AGREED = "heard", "agreed"


def returns(day: date, *episodes: sa.ColumnElement[bool]) -> dict[int, Return]:
    """The live absences whose diagnosis's rule asks for a check, by number.  One statement.

    When the illness began is what sheets and calls told, unless the nurse has entered it.
    """
    days = _days_of(*episodes).subquery()
    rows = db.session.execute(
        sa.select(Episode, ReturnRule, Clearance.no, Clearance.returns_on, days.c.code, days.c.day)
        .select_from(Episode)
        .join(ReturnRule, sa.and_(ReturnRule.disease == Episode.diagnosis, rule_holds(day)))
        .outerjoin(Clearance, sa.and_(Clearance.episode_id == Episode.id, Clearance.struck_at.is_(None)))
        .outerjoin(days, days.c.episode_id == Episode.id)
        .where(Episode.state.in_(LIVE), *episodes)
        .order_by(Episode.id, days.c.no)
    ).all()
    found = {}
    for number, told in groupby(rows, key=lambda row: row.Episode.id):
        lines = list(told)
        one, rule = lines[0].Episode, rule_of(lines[0].ReturnRule)
        if rule.asks:
            known, agreed_on = _known(lines)
            found[number] = Return(
                episode_id=number,
                student_id=one.student_id,
                rule=rule,
                rule_from=lines[0].ReturnRule.valid_from,
                known=known,
                cleared=Cleared(lines[0].no, lines[0].returns_on) if lines[0].no else None,
                agreed_on=agreed_on,
                last_absent_on=one.last_absent_on,
                back_on=one.back_on,
            )
    return found


def _known(lines: Iterable[Any]) -> tuple[dict[Anchor, date], date | None]:
    """The days one return is counted from, and the day of return that was agreed on last."""
    known: dict[Anchor, date] = {}
    agreed_on = None
    for line in lines:
        if line.code == _AGREED:
            agreed_on = line.day
        elif line.code == _HEARD:
            known[Anchor.ONSET] = line.day
        elif line.code is not None and line.day is None:
            known.pop(Anchor(line.code), None)
        elif line.code is not None:
            known[Anchor(line.code)] = line.day
    return known, agreed_on


def _days_of(*episodes: sa.ColumnElement[bool]) -> sa.CompoundSelect[Any]:
    """What is known of live absences day by day; of one code the highest number holds."""
    live = sa.and_(Episode.state.in_(LIVE), *episodes)
    heard = (
        sa.select(
            Episode.id.label("episode_id"),
            sa.literal(_HEARD).label("code"),
            sa.literal(0).label("no"),
            sa.func.min(Observation.onset_on).label("day"),
        )
        .join(
            Observation,
            sa.and_(Observation.student_id == Episode.student_id, Observation.on >= Episode.first_on),
        )
        .where(live, Observation.retracted_at.is_(None))
        .group_by(Episode.id)
    )
    entered = (
        sa.select(
            EpisodeAnchor.episode_id,
            sa.type_coerce(EpisodeAnchor.anchor, sa.String()),
            EpisodeAnchor.no,
            EpisodeAnchor.on,
        )
        .join(Episode, Episode.id == EpisodeAnchor.episode_id)
        .where(live)
    )
    agreed = (
        sa.select(Call.episode_id, sa.literal(_AGREED), Call.id, Call.next_on)
        .join(Episode, Episode.id == Call.episode_id)
        .where(
            live,
            Call.result == CallResult.RECOVERED,
            Call.next_on.is_not(None),
            Call.struck_at.is_(None),
        )
    )
    return sa.union_all(heard, entered, agreed)


def return_of(episode_id: int, day: date) -> Return | None:
    """Where the return of one absent child stands; None where no check is asked for."""
    return returns(day, Episode.id == episode_id).get(episode_id)


def needs_clearance(episode_ids: Collection[int], day: date) -> set[int]:
    """The live absences among these whose child may not be in class on a day before the nurse clears."""
    found = returns(day, Episode.id.in_(episode_ids))
    return {number for number, one in found.items() if not one.is_cleared(day)}


@dataclass(frozen=True)
class Returning:
    """One child whose return is checked, with the absence and the class it belongs to."""

    found: Followed
    back: Return
    stage: ReturnStage


def returning(day: date, class_ids: Collection[int] | None = None) -> list[Returning]:
    """Everybody whose return is checked, by class and seat; None: of all classes.  Two statements."""
    known = returns(day)
    if not known:
        return []
    rows = followed(day, Episode.id.in_(known))
    return [
        Returning(row, known[row.episode.id], known[row.episode.id].stage(day))
        for row in rows
        if class_ids is None or row.class_id in class_ids
    ]


def came_without(day: date, class_ids: Collection[int] | None = None) -> list[Returning]:
    """Who was seen present without being cleared for this day: the nurse sees them first."""
    return [one for one in returning(day, class_ids) if one.stage in CAME]


def expected_back(day: date, class_ids: Collection[int] | None = None) -> list[Returning]:
    """Who is expected back on a day: cleared for it and not seen yet, or to be checked before class."""
    return [
        one
        for one in returning(day, class_ids)
        if one.stage is ReturnStage.TO_CLEAR
        or (one.stage is ReturnStage.CLEARED and one.found.episode.back_on is None)
    ]


def not_admitted(day: date, class_ids: Collection[int] | None = None) -> list[Returning]:
    """Who may not be in class on a day."""
    return [one for one in returning(day, class_ids) if one.stage is not ReturnStage.CLEARED]


def for_sheet(episodes: Iterable[LiveEpisode | None], day: date) -> Mapping[int, LiveEpisode]:
    """Absences as a sheet of this day starts with them, where their return is checked, by number.

    Who is expected back and not yet cleared stays at home until cleared; who is cleared for the day is
    expected in class.  One statement; none where nobody missing has a diagnosis.
    """
    missing = {one.id: one for one in episodes if one and one.is_missing and one.diagnosis}
    if not missing:
        return {}
    found = {}
    for number, back in returns(day, Episode.id.in_(missing)).items():
        stage = back.stage(day)
        if stage is ReturnStage.CLEARED:
            found[number] = replace(missing[number], back_on=day)
        elif stage in (ReturnStage.TO_CLEAR, ReturnStage.CLEARED_LATER):
            found[number] = replace(missing[number], reason=AbsenceReason.RECOVERING)
    return found


@dataclass(frozen=True)
class ClearanceSeen:
    """One word of the nurse, as the page of an absence and the ledger show it."""

    clearance: Clearance
    by_name: str


def clearances(*where: sa.ColumnElement[bool]) -> list[ClearanceSeen]:
    """The nurse's words, struck ones too, newest first."""
    rows = db.session.execute(
        sa.select(Clearance, User.name)
        .join(User, User.id == Clearance.by)
        .where(*where)
        .order_by(Clearance.at.desc(), Clearance.no.desc())
    )
    return [ClearanceSeen(*row) for row in rows]


def last_number(episode_id: int) -> int:
    """The number of the newest word about an absence, struck or not; 0 for none."""
    newest = sa.select(sa.func.max(Clearance.no)).where(Clearance.episode_id == episode_id)
    return db.session.scalar(newest) or 0
