"""Session plans and their exceptions as they are typed, and what is said where a rule refuses."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import AnyOf, NumberRange
from wtforms.widgets import HiddenInput

from tracker.edge import Form
from tracker.fields import Day, MaybeWall, Ticks, Wall, offered
from tracker.school import forms as school
from tracker.school.rules import Level
from tracker.screening.rules import Affirmation, Mode, Plan, RecordedBy, SessionCode
from tracker.screening.session_rules import EVERY, GRADES, ExceptionRow, PlanRefusal, PlanRow, Times
from tracker.templating import WEEKDAYS
from tracker.words import word

WORDS: dict[PlanRefusal, Any] = {
    PlanRefusal.TIMES_OUT_OF_ORDER: _l("This lies before %(before)s. Please check the order of the times."),
    PlanRefusal.TIMES_MISSING: _l("Please fill in all four times."),
    PlanRefusal.TOO_SOON: _l("Today's sheets keep their plan. Please choose tomorrow or a later day."),
    PlanRefusal.NO_SUCH_GRADE: _l("Please choose from the list."),
    PlanRefusal.ALREADY_BEGUN: _l("It has begun already. Please make a new change."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal, of a plan or of a level."""
    if not isinstance(reason, PlanRefusal):
        return school.refusal_words(reason, details)
    shown = {key: value.strftime("%H:%M") for key, value in details.items()}
    return str(WORDS[reason]) % shown if shown else str(WORDS[reason])


def _times_of(form: Any) -> list[time | None]:
    return [form[name].data for name in Times._fields]


class PlanForm(Form):
    """How a session is run, from a day on."""

    active = BooleanField(_l("This session is run"))
    recorded = SelectField(
        _l("Recorded"), choices=lambda: offered((one.value, word(one)) for one in reversed(RecordedBy))
    )
    opens = Wall(_l("Opens at"))
    starts = Wall(_l("Starts at"))
    deadline = Wall(_l("Due by"))
    closes = Wall(_l("Taken until"))
    mode = SelectField(_l("What is entered"), choices=lambda: offered((one.value, word(one)) for one in Mode))
    how = SelectField(
        _l("How the others were checked"),
        choices=lambda: offered((one.value, word(one)) for one in Affirmation),
    )
    valid_from = Day(_l("Valid from"))

    def row(self, code: SessionCode, level: Level) -> PlanRow:
        """The plan that was typed."""
        plan = Plan(
            code,
            self.valid_from.data,
            RecordedBy(self.recorded.data),
            self.opens.data,
            self.starts.data,
            self.deadline.data,
            self.closes.data,
            Mode(self.mode.data),
            Affirmation(self.how.data),
        )
        return PlanRow(level, bool(self.active.data), plan)


def plan_form(row: PlanRow, valid_from: date) -> PlanForm:
    """The form of a plan as it is, to be changed from a day on."""
    plan = row.plan
    return PlanForm(
        active=row.active,
        recorded=plan.recorded.value,
        opens=plan.opens,
        starts=plan.starts,
        deadline=plan.deadline,
        closes=plan.closes,
        mode=plan.mode.value,
        how=plan.how.value,
        valid_from=valid_from,
    )


class ExceptionForm(Form):
    """How a session differs on a weekday, for grades, or both."""

    code = SelectField(_l("Session"), choices=lambda: offered((one.value, word(one)) for one in SessionCode))
    weekday = SelectField(
        _l("Weekday"),
        choices=lambda: offered(
            [(str(EVERY), _l("Every day")), *((str(n), words) for n, words in enumerate(WEEKDAYS, 1))]
        ),
    )
    grades = Ticks(_l("Grades (none ticked: all)"))
    what = RadioField(
        _l("The session"),
        choices=lambda: offered([("dropped", _l("is not run")), ("moved", _l("is run at other times"))]),
        default="dropped",
    )
    opens = MaybeWall(_l("Opens at"))
    starts = MaybeWall(_l("Starts at"))
    deadline = MaybeWall(_l("Due by"))
    closes = MaybeWall(_l("Taken until"))
    valid_from = Day(_l("Valid from"))

    def offer(self, grades: Sequence[tuple[int, str]]) -> None:
        """The grades of the school."""
        self.grades.choices = offered((str(grade), words) for grade, words in grades)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything can be read; other times are all four or none."""
        good = super().validate(extra_validators)
        missing = [name for name, wall in zip(Times._fields, _times_of(self), strict=True) if wall is None]
        if self.what.data == "moved":
            for name in missing:
                if not self[name].errors:
                    self.refuse(name, WORDS[PlanRefusal.TIMES_MISSING])
        return good and not self.errors

    @property
    def times(self) -> Times | None:
        """The other times; None where the session is not run."""
        walls = [wall for wall in _times_of(self) if wall is not None]
        return Times(*walls) if self.what.data == "moved" else None


class EndForm(Form):
    """Which exception ends."""

    code = HiddenField(validators=[AnyOf(list(SessionCode))])
    weekday = IntegerField(validators=[NumberRange(EVERY, 7)], widget=HiddenInput())
    grade = IntegerField(validators=[NumberRange(EVERY, GRADES[-1])], widget=HiddenInput())

    @property
    def key_of_row(self) -> tuple[SessionCode, int, int]:
        """What the exception is known by."""
        return SessionCode(self.code.data or ""), self.weekday.data or EVERY, self.grade.data or EVERY


class TakeBackForm(school.PlaceForm):
    """Which level that has not begun is taken back."""

    valid_from = Day("")


def exception_words(row: ExceptionRow, grade_words: Mapping[int, str]) -> str:
    """An exception in one line: Wed · Grade 1."""
    day = str(WEEKDAYS[row.weekday - 1]) if row.weekday else str(_l("Every day"))
    grade = grade_words.get(row.grade, str(row.grade)) if row.grade else str(_l("All grades"))
    return f"{day} · {grade}"
