"""No score falls because the level rose: a week's scores with a change of level, and without."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests.assessment.school import sheet
from tests.cast import NOW, TERM, ZONE
from tracker.assessment.frames import duties_frame, week_scores
from tracker.assessment.rules import DEFAULT_SCHEME
from tracker.db import db, transaction
from tracker.disinfection import queries, service
from tracker.disinfection.models import Schedule, Zone, ZoneObject, ZoneOwner
from tracker.disinfection.zone_service import ship_defaults
from tracker.school.queries import classes_on
from tracker.school.rules import Level, Scope, days_between
from tracker.screening import day_queries, day_service
from tracker.screening.service import Moment

MONDAY = date(2026, 9, 14)
DAYS = days_between(MONDAY, MONDAY + timedelta(days=4))
NEVER_DONE = (DAYS[3], "15:40")
"""What class 3(1) leaves undone; what Tuesday asks for it does on Wednesday at noon."""


@pytest.fixture
def rooms(app, cast):
    """The shipped zones and schedules in place of the cast's."""
    with transaction():
        for table in (Schedule, ZoneObject, ZoneOwner, Zone):
            db.session.execute(sa.delete(table))
        ship_defaults(None, NOW, TERM[0], classes=classes_on(TERM[0]), language="en")
    return cast


def moment(text: str) -> datetime:
    """`wed 09:00` of that week."""
    weekday, hour = text.split()
    day = DAYS[["mon", "tue", "wed", "thu", "fri"].index(weekday)]
    return datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=ZONE)


def work(cast, since: datetime, until: datetime) -> None:
    """Class 3(1) does what it is asked for between two moments, but for NEVER_DONE."""
    class_id = cast.classes["3-1"]
    for day in DAYS:
        for plan in day_queries.asked_of_classes(day)[class_id]:
            at = datetime.combine(day, plan.deadline, ZONE)
            if since <= at < until:
                with transaction():
                    sheet(class_id, day, plan.code, ("submit", f"{plan.deadline:%H:%M}"))
        for task in queries.tasks([day], until, queries.around(day)):
            at = task.times.opens + timedelta(minutes=30)
            if day == DAYS[1]:
                at = datetime.combine(DAYS[2], time(12), ZONE)
            mine = task.class_id == class_id and (day, task.code) != NEVER_DONE
            if mine and since <= at < until:
                with transaction():
                    service.finish_all(cast.users["ann"], at, task.name)


def score(cast, now: datetime) -> Decimal:
    found = week_scores(classes_on(MONDAY), MONDAY, now.date(), now, DEFAULT_SCHEME).scores
    return found.set_index("class_id").loc[cast.classes["3-1"], "score"]


def owed(cast, now: datetime) -> dict[tuple, int]:
    """How many things each duty of class 3(1) asks for."""
    found = duties_frame(DAYS[0], now.date(), now)
    found = found[found["class_id"] == cast.classes["3-1"]]
    return {(row.on, row.duty): row.applicable for row in found.itertuples()}


def change(cast, at: datetime, level: Level, scope: Scope = Scope.SCHOOL) -> None:
    place = {Scope.SCHOOL: 0, Scope.CLASS: cast.classes["3-1"], Scope.GRADE: 2024}[scope]
    with transaction():
        now = Moment(at, at.date(), at.time())
        day_service.set_level(cast.users["ada"], now, (scope, place), level, at.date(), "tried")


WHEN = ["tue 16:30", "wed 09:00", "thu 15:39"]


@pytest.mark.parametrize("scope", [Scope.SCHOOL, Scope.CLASS])
@pytest.mark.parametrize("when", WHEN)
def test_a_rise_changes_no_score_of_what_was_worked_until_then(rooms, when, scope):
    at = moment(when)
    work(rooms, moment("mon 00:00"), at)
    before = score(rooms, at)
    change(rooms, at, Level.EPIDEMIC, scope)
    assert score(rooms, at) == before


@pytest.mark.parametrize("when", [None, *WHEN])
def test_what_a_rise_asks_for_more_lowers_the_score_of_nobody_who_does_it(rooms, when):
    """Without a rise: 15 of 15 sheets; of 10 tasks two late, one missed, 8 of 10; W = (100 + 80) / 2."""
    at, end = moment(when or "fri 23:00"), moment("fri 23:30")
    work(rooms, moment("mon 00:00"), at)
    if when:
        change(rooms, at, Level.EPIDEMIC)
    work(rooms, at, end)
    assert score(rooms, end) == Decimal("90.0") if when is None else score(rooms, end) >= Decimal("90.0")


@pytest.mark.parametrize("scope", [Scope.GRADE, Scope.CLASS])
@pytest.mark.parametrize("school_wide", [Level.ROUTINE, Level.EPIDEMIC])
def test_a_level_of_some_classes_only_adds_no_duty_that_counts(rooms, school_wide, scope):
    start, at, end = moment("mon 00:00"), moment("tue 07:00"), moment("fri 23:00")
    if school_wide is Level.EPIDEMIC:
        change(rooms, start, Level.EPIDEMIC)
    before = owed(rooms, end)
    other = Level.EPIDEMIC if school_wide is Level.ROUTINE else Level.ROUTINE
    change(rooms, at, other, scope)
    after = owed(rooms, end)
    if other is Level.EPIDEMIC:
        assert after == before
        asked = queries.tasks([DAYS[1]], end, queries.around(DAYS[1]), public_code=_code(rooms))
        assert max(len(task.items) for task in asked) > max(
            number for (on, _duty), number in after.items() if on.date() == DAYS[1]
        )
    else:
        assert after != before and all(before[duty] >= number for duty, number in after.items())


def _code(cast) -> str:
    return db.session.scalar(
        sa.select(Zone.public_code).join(ZoneOwner).where(ZoneOwner.class_id == cast.classes["3-1"])
    )
