"""What is typed about what others did: a verdict on it, or why it counts as fulfilled."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired

from tracker.edge import Form
from tracker.fields import Line, Ticks, offered
from tracker.school.rules import ExcuseCode
from tracker.words import word


class VerdictForm(Form):
    """Taken, or given back with what is wrong."""

    do = StringField(validators=[AnyOf(["take", "give_back"])])
    why = Line(_l("What is to be done again"), most=255, needed=False)

    @property
    def accepted(self) -> bool:
        """Whether it was taken."""
        return bool(self.do.data == "take")


def _codes(*, care: bool) -> list[tuple[str, Any]]:
    known = [code for code in ExcuseCode if care or code is not ExcuseCode.CARE]
    return [(code.value, word(code)) for code in known]


class ExcuseForm(Form):
    """Why a task counts as fulfilled."""

    code = SelectField(_l("Counts as fulfilled because"))

    def offer(self, *, care: bool) -> None:
        """The reasons to choose from; with `care`, that somebody looked after a child: the nurse knows."""
        self.code.choices = offered([("", _l("Not excused")), *_codes(care=care)])

    @property
    def given(self) -> ExcuseCode | None:
        """The reason that was chosen; None takes it back."""
        return ExcuseCode(self.code.data) if self.code.data else None


class ExcusesForm(Form):
    """Why several tasks of a day count as fulfilled, such as those of a place that was closed."""

    which = Ticks(
        _l("Tasks"), validate_choice=False, validators=[DataRequired(_l("Please tick at least one task."))]
    )
    code = SelectField(
        _l("Count as fulfilled because"), validators=[InputRequired(_l("Please choose a reason."))]
    )

    def offer(self, names: Sequence[str], *, care: bool) -> None:
        """The tasks and the reasons to choose from, see `ExcuseForm.offer`."""
        self.which.choices = offered((name, name) for name in names)
        # What was done meanwhile is not excused any more.
        self.which.data = [name for name in self.which.data or () if name in names]
        self.code.choices = offered([("", "–"), *_codes(care=care)])
