"""The weeks of a term, the scores of one, and the duties of a class.

Nothing here writes, and nothing is about health.  Frames are made inside functions: only who asks for a
score loads pandas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from tracker.assessment.rules import DutyKind, Indicator, Outcome, RankingGroup, Scheme, Standing
from tracker.db import db
from tracker.disinfection.models import Zone
from tracker.school.models import SchoolClass
from tracker.school.queries import classes_on, school_days, term_on
from tracker.school.rules import week_number, week_of, week_start
from tracker.screening.rules import SessionCode


@dataclass(frozen=True)
class SchoolWeek:
    """A week of a term, as far as it has come, among the term's other weeks."""

    code: str
    """Its ISO week, as addresses name it: 2026-W39."""
    term_days: tuple[date, ...]
    """The term's school days until today."""

    @property
    def days(self) -> tuple[date, ...]:
        """Its school days until today: at least one."""
        return tuple(day for day in self.term_days if week_of(day) == self.code)

    @property
    def monday(self) -> date:
        return week_start(self.code)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def number(self) -> int:
        """The week people speak of."""
        return self.number_of(self.monday)

    @property
    def others(self) -> dict[str, int]:
        """All weeks of the term until today, newest first, with their numbers."""
        return {week_of(day): self.number_of(day) for day in reversed(self.term_days)}

    def number_of(self, day: date) -> int:
        """The number of the week a day of this term lies in."""
        return week_number(day, self.term_days[0])

    def beside(self, step: int) -> str | None:
        """The week before (-1) or after (1) it, if there is one and the term has come to it."""
        codes = list(reversed(self.others))
        at = codes.index(self.code) + step
        return codes[at] if 0 <= at < len(codes) else None


def school_week(code: str | None, today: date) -> SchoolWeek | None:
    """The week with this code, or the newest; None if no school day of it has come.  Two statements."""
    try:
        last = min(week_start(code) + timedelta(days=6), today) if code else today
    except (ValueError, OverflowError):
        return None
    term = term_on(last)
    days = tuple(school_days(term.starts, min(term.ends, today))) if term else ()
    if not days:
        return None
    week = SchoolWeek(code or week_of(days[-1]), days)
    return week if week.code in week.others else None


@dataclass(frozen=True)
class Part:
    """What an indicator found of a class: `n` of `d` duties, and that as a value to four places."""

    n: Fraction
    d: int
    value: Decimal


@dataclass(frozen=True)
class Score:
    """A class's line in its ranking group."""

    school_class: SchoolClass
    group: RankingGroup
    parts: Mapping[Indicator, Part]
    score: Decimal | None
    rank: int | None
    standing: Standing

    @property
    def class_id(self) -> int:
        """The class whose duties it opens: what permissions ask for."""
        return self.school_class.id


@dataclass(frozen=True)
class Duty:
    """Something a class owed on a day, and what it earned of one; None while it is not due."""

    day: date
    kind: DutyKind
    session: SessionCode | None
    zone: str | None
    public_code: str | None
    """The zone's, as addresses name it."""
    slot: str | None
    due: datetime
    done_at: datetime | None
    outcome: Outcome
    applicable: int
    done: int
    earned: Fraction | None


def week_scores(week: SchoolWeek, today: date, now: datetime, scheme: Scheme) -> list[Score]:
    """The scores of a week: by ranking group, then by rank, then in the order of classes."""
    from tracker.assessment import frames

    classes = classes_on(week.days[-1])
    found = frames.week_scores(classes, week.monday, today, now, scheme)
    lines = _scores(found, classes)
    order = list(RankingGroup)
    return sorted(lines, key=lambda line: (order.index(line.group), line.rank is None, line.rank or 0))


def class_week(
    school_class: SchoolClass, week: SchoolWeek, today: date, now: datetime, scheme: Scheme
) -> tuple[Score | None, list[Duty]]:
    """A class's score of a week, with the duties that it adds up from, in order of day."""
    from tracker.assessment import frames

    classes = classes_on(week.days[-1])
    found = frames.week_scores(classes, week.monday, today, now, scheme)
    score = next((line for line in _scores(found, classes) if line.class_id == school_class.id), None)
    return score, _duties(found.duties[found.duties["class_id"] == school_class.id])


def _scores(found: Any, classes: list[SchoolClass]) -> list[Score]:
    from tracker.assessment.scoring import VALUES, half_up
    from tracker.frames import rows

    parts: dict[int, dict[Indicator, Part]] = {}
    for row in rows(found.parts):
        n, value = Fraction(row.num * row.duties, row.den), half_up(VALUES * row.num, row.den)
        parts.setdefault(row.class_id, {})[Indicator(row.indicator)] = Part(
            n, row.duties, Decimal(value).scaleb(-4)
        )
    by_class = {row.class_id: row for row in rows(found.scores)}
    return [
        Score(
            school_class=one,
            group=RankingGroup(row.group),
            parts=parts.get(one.id, {}),
            score=row.score,
            rank=None if row.standing != Standing.RANKED else int(row.rank),
            standing=Standing(row.standing),
        )
        for one in classes
        if (row := by_class.get(one.id)) is not None
    ]


def _duties(owed: Any) -> list[Duty]:
    from tracker.assessment.indicators import earned
    from tracker.frames import rows

    worth = {row.Index: Fraction(row.num, row.den) for row in rows(earned(owed))}
    zones = {zone.id: zone for zone in db.session.execute(sa.select(Zone.id, Zone.name, Zone.public_code))}
    duties = []
    for row in rows(owed):
        kind = DutyKind(row.kind)
        _, zone_id, slot = row.duty.split(":", 2) if kind is DutyKind.HYGIENE else ("", "", None)
        zone = zones[int(zone_id)] if slot else None
        duties.append(
            Duty(
                day=row.on.date(),
                kind=kind,
                session=None if slot else SessionCode(row.duty),
                zone=zone.name if zone else None,
                public_code=zone.public_code if zone else None,
                slot=slot,
                due=row.due.to_pydatetime(),
                done_at=row.done_at.to_pydatetime() if row.done_at == row.done_at else None,
                outcome=Outcome(row.outcome),
                applicable=row.applicable,
                done=row.done,
                earned=worth.get(row.Index),
            )
        )
    return duties
