"""Leave as it is typed, and what is said where a rule refuses."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length

from tracker.absence.leave_rules import Half, LeaveRefusal
from tracker.absence.rules import LeaveKind
from tracker.edge import Form
from tracker.fields import Day, MaybeDay, Needed, offered
from tracker.screening.rules import HalfDay
from tracker.words import word

WORDS: dict[LeaveRefusal, Any] = {
    LeaveRefusal.ENDS_BEFORE_START: _l("The leave ends before it begins."),
    LeaveRefusal.IN_PAST: _l("This day has gone by. Please correct the sheet of that day instead."),
    LeaveRefusal.TOO_LONG: _l("This is longer than a term. Please ask the office to end the enrolment."),
    LeaveRefusal.OVERLAPS: _l(
        "There is a leave from %(from_on)s to %(to_on)s already. Please cancel it first."
    ),
    LeaveRefusal.NOT_ENROLLED: _l("The student is not in this class on that day."),
    LeaveRefusal.NO_SCHOOL_DAY: _l("There is no school on any of these days."),
    LeaveRefusal.OVER: _l("This leave is over, or was cancelled already."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details if details else WORDS[reason])


FROM = offered(
    [
        (HalfDay.MORNING.value, _l("in the morning")),
        (HalfDay.AFTERNOON.value, _l("at noon: morning at school")),
    ]
)
UNTIL = offered(
    [
        (HalfDay.MORNING.value, _l("at noon: afternoon at school")),
        (HalfDay.AFTERNOON.value, _l("in the evening")),
    ]
)


def _number(text: Any) -> int:
    return int(text) if text and str(text).isascii() and str(text).isdigit() else 0


class LeaveForm(Form):
    """One leave."""

    student = SelectField(_l("Student"), coerce=_number)
    kind = SelectField(
        _l("Leave for"),
        choices=offered([(kind.value, word(kind)) for kind in LeaveKind]),
        default=LeaveKind.PERSONAL.value,
        validators=[Needed()],
    )
    from_on = Day(_l("First day"))
    from_half = SelectField(_l("The leave begins"), choices=FROM, default=HalfDay.MORNING.value)
    to_on = MaybeDay(_l("Last day (empty: the same day)"))
    to_half = SelectField(_l("The leave ends"), choices=UNTIL, default=HalfDay.AFTERNOON.value)
    note = StringField(
        _l("Note"),
        validators=[Length(max=255, message=_l("Please shorten this."))],
        render_kw={"maxlength": 255, "autocomplete": "off"},
    )

    def offer(self, students: list[tuple[int, str]]) -> None:
        """Whose leave can be entered."""
        self.student.choices = [(0, str(_l("Please choose"))), *students]

    def validate_student(self, field: Any) -> None:
        """Somebody has to be chosen."""
        if not field.data:
            from wtforms import ValidationError

            raise ValidationError(_l("Please choose the student."))

    @property
    def halves(self) -> tuple[Half, Half] | None:
        """Its first and its last half-day; None where they cannot be read."""
        edges = self.from_on, self.from_half, self.to_on, self.to_half
        if not self.from_on.data or any(edge.errors for edge in edges if edge.name != "to_on" or edge.data):
            return None
        return (
            Half.of(self.from_on.data, HalfDay(self.from_half.data)),
            Half.of(self.last_day, HalfDay(self.to_half.data)),
        )

    @property
    def last_day(self) -> date:
        """The last day; that of the beginning where none was typed."""
        day: date | None = self.to_on.data
        return day or self.from_on.data
