"""Every chart there is: what it asks the database, how it is drawn and read, and who may see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l
from matplotlib.figure import Figure

from tracker import i18n
from tracker.assessment.frames import duties_frame, week_scores
from tracker.assessment.rules import DEFAULT_SCHEME, RankingGroup, Standing
from tracker.charts.compliance import (
    compliance,
    disinfection_compliance,
    disinfection_compliance_alt,
    disinfection_compliance_table,
)
from tracker.charts.illness import illness_absence, illness_absence_alt, illness_absence_table, trend
from tracker.charts.queries import Question, departments, zones
from tracker.charts.scores import class_scores, class_scores_alt, class_scores_table, standings
from tracker.charts.style import Size
from tracker.charts.words import Words
from tracker.charts.zones import (
    CLASSES,
    PEOPLE,
    disinfection_departments,
    disinfection_departments_alt,
    disinfection_departments_table,
    keepers,
    zone_days,
)
from tracker.disinfection.frames import tasks_frame
from tracker.disinfection.models import Zone
from tracker.disinfection.outcome_frames import outcomes
from tracker.facts.frames import illness_absence_frame
from tracker.permissions import Permission
from tracker.school.models import SchoolClass
from tracker.templating import class_label
from tracker.words import word

HEAT_DAYS = 20
"""School days on the heat map: four weeks."""


@dataclass(frozen=True)
class Chart:
    """A picture, its sentence and its table, all of one frame; `phrases` are all it says."""

    name: str
    permission: Permission
    frame: Callable[[Question], pd.DataFrame]
    draw: Callable[[pd.DataFrame, Words, Size], Figure]
    alt: Callable[[pd.DataFrame, Words], str]
    table: Callable[[pd.DataFrame, Words], list[list[str]]]
    phrases: Mapping[str, Any]
    names: Callable[[Question], dict[int, str]] | None = None
    """What its rows are called, where these are no classes."""

    def words(self, question: Question) -> Words:
        """What the chart says, in the language in use, as plain text."""
        return Words(
            language=i18n.language(),
            phrases={key: str(phrase) for key, phrase in self.phrases.items()},
            classes=self.names(question)
            if self.names
            else {one.id: class_label(one, question.days[-1]) for one in question.classes},
        )


def _illness(question: Question) -> pd.DataFrame:
    days = illness_absence_frame(question.days[0], question.days[-1])
    # A few classes early in the morning are not the school: today is shown when it is complete.
    waiting = (days["on"] == pd.Timestamp(question.today)) & (days["reported"] < days["due"])
    days = days[~waiting].reset_index(drop=True)
    return trend(days, days["on"].map(lambda day: question.week.number_of(day.date())))


def _compliance(question: Question) -> pd.DataFrame:
    days = question.days[-HEAT_DAYS:]
    duties = duties_frame(days[0], days[-1], question.now)
    return compliance(duties, question.class_ids, _weeks(question, days))


def _weeks(question: Question, days: list[date]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "on": pd.Series(days, dtype="datetime64[s]"),
            "week": [question.week.number_of(day) for day in days],
        }
    )


def _tasks(question: Question) -> pd.DataFrame:
    days = question.days[-HEAT_DAYS:]
    return question.once("tasks", lambda: outcomes(tasks_frame(days[0], days[-1]), question.now))


def _places(question: Question) -> list[tuple[Zone, SchoolClass | None]]:
    return question.once("zones", lambda: zones(question.days[-1]))


def _zones(question: Question) -> pd.DataFrame:
    ids = [zone.id for zone, _class in _places(question)]
    return zone_days(_tasks(question), ids, _weeks(question, question.days[-HEAT_DAYS:]))


def _zone_names(question: Question) -> dict[int, str]:
    day = question.days[-1]
    return {
        zone.id: f"{class_label(school_class, day)} {zone.name}" if school_class else zone.name
        for zone, school_class in _places(question)
    }


def _departments(question: Question) -> dict[int, str]:
    return question.once("departments", departments)


def _keepers(question: Question) -> pd.DataFrame:
    return keepers(_tasks(question), list(_departments(question)))


def _keeper_names(question: Question) -> dict[int, str]:
    return {**_departments(question), CLASSES: str(_l("The classes")), PEOPLE: str(_l("People by name"))}


def _scores(question: Question) -> pd.DataFrame:
    week = week_scores(question.classes, question.week.monday, question.today, question.now, DEFAULT_SCHEME)
    return standings(week.scores, week.parts, question.class_ids, DEFAULT_SCHEME, question.week.number)


HEAT_PHRASES: Mapping[str, Any] = {
    "title": _l("Disinfection by class and day"),
    "nothing": _l("No disinfection task of a class has been due yet."),
    "headline_all": _l("All disinfection tasks due were done on time"),
    "headline_worst": _l("%(share)s done on time; %(class)s left most undone (%(most)s)"),
    "headline_some": _l("%(share)s done on time; done late: %(late)s, not done: %(not_done)s"),
    "subtitle": _l(
        "The classes' scheduled cleaning, airing and disinfection, %(first)s to %(last)s. "
        "Days without school take no room."
    ),
    "source": _l(
        "Source: disinfection records; tasks due: %(due)s, not due yet: %(pending)s. "
        "An excused task counts as done on time."
    ),
    "alt_all": _l("All %(due)s disinfection tasks due were done on time."),
    "alt_worst": _l(
        "Of %(due)s disinfection tasks due %(on_time)s were done on time (%(share)s), "
        "%(late)s late, %(not_done)s not at all; most of these in %(class)s: %(most)s."
    ),
    "alt_some": _l(
        "Of %(due)s disinfection tasks due %(on_time)s were done on time (%(share)s), "
        "%(late)s late, %(not_done)s not at all."
    ),
    "on_time": _l("Done on time"),
    "late": _l("Done late"),
    "not_done": _l("Not done (number)"),
    "not_yet": _l("Not due yet"),
    "nothing_due": _l("Nothing due"),
    "share": _l("On time"),
    "week": _l("Week %(number)s"),
    "class": _l("Class"),
    "due": _l("Due"),
}
"""What the heat map of classes says; that of zones says most of it too."""

CHARTS: Mapping[str, Chart] = {
    chart.name: chart
    for chart in (
        Chart(
            "illness-absence",
            Permission.CHART_ILLNESS,
            _illness,
            illness_absence,
            illness_absence_alt,
            illness_absence_table,
            {
                "title": _l("Absence through illness"),
                "nothing": _l("No class has reported this term yet."),
                "headline_only": _l("Absence through illness: %(rate)s over the last five school days"),
                "headline_about": _l("Absence through illness %(rate)s, about the term's mean (%(mean)s)"),
                "headline_below": _l("Absence through illness %(rate)s, below the term's mean (%(mean)s)"),
                "headline_above": _l("Absence through illness %(rate)s, above the term's mean (%(mean)s)"),
                "subtitle": _l(
                    "Whole school, %(first)s to %(last)s. Grey dots: each school day; blue line: mean of the "
                    "last five, in its 95%% interval; grey ×: no report. Days without school take no room."
                ),
                "source": _l(
                    "Source: screening sheets; %(expected)s students expected a day, "
                    "%(coverage)s of the classes' days reported."
                ),
                "mean": _l("Last five days"),
                "usual": _l("Term's mean"),
                "holiday": _l("Holiday"),
                "week": _l("Week %(number)s"),
                "peak": _l("Peak %(day)s: %(rate)s"),
                "alt_only": _l(
                    "Absence through illness over the last five school days: %(rate)s "
                    "(%(ill)s of %(expected)s student days)."
                ),
                "alt_about": _l(
                    "Absence through illness over the last five school days: %(rate)s "
                    "(%(ill)s of %(expected)s student days), about the term's mean of %(mean)s."
                ),
                "alt_below": _l(
                    "Absence through illness over the last five school days: %(rate)s "
                    "(%(ill)s of %(expected)s student days), below the term's mean of %(mean)s."
                ),
                "alt_above": _l(
                    "Absence through illness over the last five school days: %(rate)s "
                    "(%(ill)s of %(expected)s student days), above the term's mean of %(mean)s."
                ),
                "alt_peak": _l("The five-day mean was highest on %(day)s: %(rate)s."),
                "alt_silent": _l("School days without any report: %(days)s."),
                "on": _l("Day"),
                "reported": _l("Classes reported"),
                "expected": _l("Expected"),
                "ill": _l("Absent through illness"),
                "rate": _l("Share"),
            },
        ),
        Chart(
            "disinfection-compliance",
            Permission.CHART_DUTIES,
            _compliance,
            disinfection_compliance,
            disinfection_compliance_alt,
            disinfection_compliance_table,
            HEAT_PHRASES,
        ),
        Chart(
            "disinfection-zones",
            Permission.CHART_DUTIES,
            _zones,
            disinfection_compliance,
            disinfection_compliance_alt,
            disinfection_compliance_table,
            {
                **HEAT_PHRASES,
                "title": _l("Disinfection by zone and day"),
                "nothing": _l("No disinfection task has been due yet."),
                "subtitle": _l(
                    "All zones' scheduled cleaning, airing and disinfection, %(first)s to %(last)s. "
                    "Days without school take no room."
                ),
                "class": _l("Zone"),
            },
            _zone_names,
        ),
        Chart(
            "disinfection-departments",
            Permission.CHART_DUTIES,
            _keepers,
            disinfection_departments,
            disinfection_departments_alt,
            disinfection_departments_table,
            {
                "title": _l("Disinfection on time by department"),
                "nothing": _l("No disinfection task has been due yet."),
                "headline_all": _l("All disinfection tasks due were done on time"),
                "headline_least": _l("%(share)s done on time; least in %(keeper)s (%(least)s)"),
                "headline_some": _l("%(share)s done on time"),
                "subtitle": _l("Share of the scheduled tasks of the last four weeks that were done on time."),
                "source": _l(
                    "Source: disinfection records; tasks due: %(due)s, not due yet: %(pending)s. "
                    "An excused task counts as done on time."
                ),
                "alt_all": _l("All %(due)s disinfection tasks due were done on time."),
                "alt_least": _l(
                    "Of %(due)s disinfection tasks due %(on_time)s were done on time (%(share)s); "
                    "least in %(keeper)s: %(least)s."
                ),
                "alt_some": _l(
                    "Of %(due)s disinfection tasks due %(on_time)s were done on time (%(share)s)."
                ),
                "of": _l("%(share)s (%(on_time)s of %(due)s)"),
                "keeper": _l("Department"),
                "due": _l("Due"),
                "on_time": _l("Done on time"),
                "late": _l("Done late"),
                "not_done": _l("Not done (number)"),
                "not_yet": _l("Not due yet"),
                "share": _l("On time"),
            },
            _keeper_names,
        ),
        Chart(
            "class-scores",
            Permission.CHART_DUTIES,
            _scores,
            class_scores,
            class_scores_alt,
            class_scores_table,
            {
                "title": _l("Class scores of the week"),
                "nothing": _l("Nothing was due this week yet."),
                "headline_close": _l("Most classes are within one late check of the best in their group"),
                "headline_spread": _l(
                    "%(near)s of %(classes)s classes are within one late check of the best in their group"
                ),
                "headline_unranked": _l("Week %(week)s is not ranked yet"),
                "subtitle": _l(
                    "Routine class assessment, week %(week)s, draft; out of 100. Grey band: no further than "
                    "one late check (%(points)s points) from the best of the group; hollow: not ranked."
                ),
                "source": _l(
                    "Source: when screening sheets were submitted and scheduled hygiene was done. "
                    "Whether anybody was ill makes no difference."
                ),
                "alt_range": _l("The class scores of week %(week)s lie between %(low)s and %(high)s."),
                "alt_best": _l("%(group)s: highest %(classes)s, %(score)s."),
                "alt_unranked": _l("The week is not ranked yet."),
                "both": _l("%(first)s and %(second)s"),
                **{group.value: word(group) for group in RankingGroup},
                "class": _l("Class"),
                "group": _l("Ranking group"),
                "score": _l("Score"),
                "rank": _l("Rank"),
                **{standing.value: word(standing) for standing in Standing},
            },
        ),
    )
}
