"""What scores are made of, read from the database: duties, and who takes part.  Nothing about health."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from tracker.assessment.duties import duties
from tracker.assessment.rules import Scheme
from tracker.assessment.scoring import PLACES, parts_of, scores
from tracker.disinfection.frames import tasks_frame
from tracker.school.frames import AT_SCHOOL, days_frame, excuses_frame
from tracker.school.models import SchoolClass
from tracker.school.rules import DayType, grade_of
from tracker.screening.frames import submissions_frame


def duties_frame(since: date, until: date, now: datetime) -> pd.DataFrame:
    """One row per class, school day and duty, as it stands at `now`: see DUTIES."""
    tasks = tasks_frame(since, until, of_scores=True)
    return duties(submissions_frame(since, until, of_scores=True), tasks, excuses_frame(since, until), now)


def places_frame(classes: Sequence[SchoolClass], monday: date, today: date, scheme: Scheme) -> pd.DataFrame:
    """One row per class of a ranking group in the week that begins on `monday`: see PLACES.

    `days` are its school days until `today`; a class with a suspended day in the week is exempt.
    """
    days = days_frame(monday, monday + timedelta(days=6))
    at_school = days["day_type"].isin(AT_SCHOOL) & (days["on"] <= pd.Timestamp(today))
    by_class = (
        days.assign(days=at_school, exempt=days["day_type"] == DayType.SUSPENDED)
        .groupby("class_id")
        .agg(days=("days", "sum"), exempt=("exempt", "max"))
    )
    groups = pd.DataFrame(
        {
            "class_id": [one.id for one in classes],
            "group": [scheme.group_of(grade_of(one.stage, one.entry_year, monday)) for one in classes],
        }
    ).astype({"class_id": "Int64"})
    return PLACES.shape(groups.dropna().merge(by_class, on="class_id"))


@dataclass(frozen=True)
class WeekScores:
    """A week's scores with all they are made of."""

    duties: pd.DataFrame
    parts: pd.DataFrame
    scores: pd.DataFrame


def week_scores(
    classes: Sequence[SchoolClass], monday: date, today: date, now: datetime, scheme: Scheme
) -> WeekScores:
    """The scores of the week that begins on `monday`, from what was due by `now`."""
    owed = duties_frame(monday, monday + timedelta(days=6), now)
    parts = parts_of(owed, scheme)
    return WeekScores(owed, parts, scores(parts, places_frame(classes, monday, today, scheme), scheme))
