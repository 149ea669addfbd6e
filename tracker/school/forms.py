"""Terms, days and rosters as they are typed, and what is said where a rule refuses."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, SelectField, ValidationError

from tracker.edge import Form
from tracker.fields import Day, Line, MaybeWall, Needed, Whole, offered
from tracker.i18n import language
from tracker.school.roster_forms import both_names
from tracker.school.rules import DayType, Level, Refusal, Scope, Stage, grade_of
from tracker.templating import GRADES, WEEKDAYS, class_label
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.TERM_ENDS_BEFORE_START: _l("The last day lies before the first."),
    Refusal.TERM_TOO_LONG: _l("A term has at most %(most)s days. Please check both days."),
    Refusal.TERM_OVERLAPS: _l("These days overlap %(name)s (%(first)s to %(last)s)."),
    Refusal.IMPOSSIBLE_YEAR: _l("Please check the year."),
    Refusal.NAME_MISSING: _l("Please fill this in."),
    Refusal.OUTSIDE_TERM: _l("This day lies in no term. Please choose another, or add the term first."),
    Refusal.NO_TERM: _l("There is no term yet. Please add it first."),
    Refusal.NO_SUCH_PLACE: _l("Please choose from the list."),
    Refusal.STANDS_FOR_MISSING: _l("Please choose the weekday whose timetable it follows."),
    Refusal.IN_PAST: _l("This day has passed. Please choose today or a later day."),
    Refusal.ALREADY_BEGUN: _l("It has begun already. Please make a new change."),
    Refusal.SCHOOL_HAS_A_LEVEL: _l("Please choose a level for the school."),
    Refusal.MINUTES_MISSING: _l("Please give by how many minutes, from %(least)s to %(most)s."),
    Refusal.END_MISSING: _l("Please give the time at which the children go home."),
    Refusal.END_TOO_EARLY: _l(
        "A day that ends before %(earliest)s is no school day. Please choose another kind of day."
    ),
    Refusal.REASON_MISSING: _l("Please give the reason."),
    Refusal.STAY_BEGAN_LATER: _l(
        "The present class or dormitory began on %(day)s. Please choose that day or a later one."
    ),
    Refusal.FILE_EMPTY: _l("The file is empty."),
    Refusal.FILE_TOO_LARGE: _l("The file is larger than %(megabytes)s MB. Please upload the roster alone."),
    Refusal.FILE_UNPACKS_TOO_LARGE: _l(
        "The workbook unpacks to more than %(megabytes)s MB. Please copy the roster into a new workbook."
    ),
    Refusal.FILE_IS_OLD_EXCEL: _l(
        "This is an old .xls workbook or one with a password. Please save it as .xlsx without a password."
    ),
    Refusal.FILE_IS_NO_ROSTER: _l("This is no roster. Please upload an .xlsx or .csv file."),
    Refusal.FILE_DAMAGED: _l("The file is damaged and cannot be read. Please save it again."),
    Refusal.WRONG_ENCODING: _l("The text cannot be read. Please save it as “CSV UTF-8” or as .xlsx."),
    Refusal.MISSING_COLUMNS: lambda columns: _(
        "These columns are missing: %(names)s. The template has them all.", names=both_names(columns)
    ),
    Refusal.COLUMN_TWICE: lambda columns: _(
        "These columns stand there twice: %(names)s. Please delete one of each.", names=both_names(columns)
    ),
    Refusal.NO_ROWS: _l("There is a header, but no student below it."),
    Refusal.TOO_MANY_ROWS: _l("There are more than %(most)s rows. Please divide the file."),
    Refusal.WRONG_ROWS: lambda count: ngettext(
        "%(num)s row is wrong. Nothing was imported.", "%(num)s rows are wrong. Nothing was imported.", count
    ),
    Refusal.NUMBER_TAKEN: _l("Another student has this number."),
    Refusal.SEAT_TAKEN: _l("Another student of this class has this seat."),
    Refusal.UPLOAD_GONE: _l("This upload is no longer kept. Please upload the file again."),
    Refusal.ROSTER_CHANGED: _l(
        "The roster changed since this page was made. Nothing was imported; please look through it again."
    ),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    words = WORDS[reason]
    return str(words(**details) if callable(words) and details else words % details if details else words)


HOLIDAYS: dict[str, Any] = {
    "New Year's Day": _l("New Year's Day"),
    "Spring Festival": _l("Spring Festival"),
    "Tomb-sweeping Day": _l("Tomb-sweeping Day"),
    "Labour Day": _l("Labour Day"),
    "Dragon Boat Festival": _l("Dragon Boat Festival"),
    "National Day": _l("National Day"),
    "Mid-autumn Festival": _l("Mid-autumn Festival"),
}
"""The holidays' names as the official calendar keeps them."""


def day_reason(reason: str | None) -> str:
    """Why a day is what it is: a holiday in the page's language, or what somebody wrote."""
    return str(HOLIDAYS.get(reason, reason)) if reason else ""


def grade_label(stage: Stage, entry_year: int, day: date) -> str:
    """A grade as people call it on a day: 三年级, or grade 3."""
    grade = grade_of(stage, entry_year, day)
    if grade is None:
        return str(_("%(year)s entry", year=entry_year))
    return str(
        _("Grade %(grade)s", grade=GRADES[grade] if language() == "zh_Hans" and grade <= 10 else grade)
    )


SHORT: dict[DayType, Any] = {
    DayType.NORMAL: "",
    DayType.MAKEUP: _l("make-up"),
    DayType.HALF: _l("half day"),
    DayType.EXAM: _l("exam"),
    DayType.EVENT: _l("outing"),
    DayType.REGISTRATION: _l("reg. day"),
    DayType.CLOSING: _l("closing"),
    DayType.LATE_START: _l("later"),
    DayType.EARLY_CLOSE: _l("shorter"),
    DayType.SUSPENDED: _l("suspend."),
    DayType.HOME: _l("at home"),
    DayType.OFF: _l("day off"),
}
"""What fits into a day of the month's page."""


class TermForm(Form):
    """A term."""

    term = Line(_l("Name of the term"))
    starts = Day(_l("First day"))
    ends = Day(_l("Last day"))


class DayForm(Form):
    """What a day is, for whom, and why."""

    place = SelectField(_l("For"))
    day_type = SelectField(
        _l("The day is"), choices=lambda: offered((kind.value, word(kind)) for kind in DayType)
    )
    stands_for = SelectField(
        _l("Timetable of (make-up day only)"),
        choices=lambda: offered([("", "–"), *((str(n), words) for n, words in enumerate(WEEKDAYS, 1))]),
    )
    later_minutes = Whole(_l("Later by so many minutes (late start only)"))
    ends_at = MaybeWall(_l("Children go home at (early close only)"))
    reason = Line(_l("Reason"), most=255)

    def offer(self, places: Sequence[tuple[str, str]]) -> None:
        """The places that may be chosen."""
        self.place.choices = offered(places)

    @property
    def hours(self) -> dict[str, Any]:
        """What belongs to some kinds of day only."""
        return {
            "stands_for": int(self.stands_for.data) if self.stands_for.data else None,
            "later_minutes": self.later_minutes.data,
            "ends_at": self.ends_at.data,
        }

    @property
    def scope(self) -> tuple[Scope, int]:
        """For whom the day is changed."""
        return read_place(self.place.data or "")


class ChangeForm(DayForm):
    """A change of today or of a day soon to come."""

    day_type = SelectField(
        _l("The day is"),
        choices=lambda: offered([("", "–"), *((kind.value, word(kind)) for kind in DayType)]),
        validators=[Needed()],
    )
    day = Day(_l("Day"))


class LevelForm(Form):
    """From when a level holds, for whom, and why."""

    place = SelectField(_l("For"))
    level = SelectField(
        _l("Level"),
        choices=lambda: offered(
            [*((one.value, word(one)) for one in Level), (FOLLOW, _l("As the school (grade or class only)"))]
        ),
    )
    valid_from = Day(_l("Valid from"))
    reason = Line(_l("Reason"), most=255)

    def offer(self, places: Sequence[tuple[str, str]]) -> None:
        """The places that may be chosen."""
        self.place.choices = offered(places)

    @property
    def scope(self) -> tuple[Scope, int]:
        """For whom the level is set."""
        return read_place(self.place.data or "")

    @property
    def chosen(self) -> Level | None:
        """The level; None: as the school."""
        return None if self.level.data == FOLLOW else Level(self.level.data)


FOLLOW = "follow"


def day_words(what: Any) -> str:
    """What a day is, with its hours: Late start, 40 minutes later."""
    if what.day_type is DayType.LATE_START and what.later_minutes:
        return _("Late start: %(minutes)s minutes later", minutes=what.later_minutes)
    if what.day_type is DayType.EARLY_CLOSE and what.ends_at:
        return _("Early close: until %(time)s", time=what.ends_at.strftime("%H:%M"))
    if what.day_type is DayType.MAKEUP and what.stands_for:
        return _("Make-up day: timetable of %(weekday)s", weekday=WEEKDAYS[what.stands_for - 1])
    return str(word(what.day_type))


def places(classes: Sequence[Any], day: date) -> list[tuple[str, str]]:
    """For whom a day or a level can be changed: the school, its grades, its classes."""
    grades = {one.entry_year: grade_label(one.stage, one.entry_year, day) for one in classes}
    return [
        (write_place(Scope.SCHOOL, 0), _("The whole school")),
        *((write_place(Scope.GRADE, year), label) for year, label in grades.items()),
        *((write_place(Scope.CLASS, one.id), class_label(one, day)) for one in classes),
    ]


def write_place(scope: Scope, scope_id: int) -> str:
    """A scope as the form carries it."""
    return f"{scope.value}:{scope_id}"


def read_place(text: str) -> tuple[Scope, int]:
    """The scope a form carries.  ValidationError if it is none."""
    scope, _colon, number = text.partition(":")
    if scope not in set(Scope) or not re.fullmatch("[0-9]{1,9}", number):
        raise ValidationError(_l("Please choose from the list."))
    return Scope(scope), int(number)


class PlaceForm(Form):
    """Which grade or class follows the school's day again."""

    place = HiddenField(validators=[Needed()])

    def validate_place(self, field: Any) -> None:
        """It must name a scope."""
        read_place(field.data or "")

    @property
    def scope(self) -> tuple[Scope, int]:
        """Which grade or class."""
        return read_place(self.place.data or "")


class LeaveForm(Form):
    """A student leaves."""

    last_day = Day(_l("Last day at school"))
