"""What is typed about what others did: a verdict on it, or why it counts as fulfilled."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import AnyOf

from tracker.edge import Form
from tracker.fields import Line, offered
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


class ExcuseForm(Form):
    """Why a task counts as fulfilled."""

    code = SelectField(_l("Counts as fulfilled because"))

    def offer(self, *, care: bool) -> None:
        """The reasons to choose from; with `care`, that somebody looked after a child: the nurse knows."""
        known = [code for code in ExcuseCode if care or code is not ExcuseCode.CARE]
        self.code.choices = offered([("", _l("Not excused")), *((code.value, word(code)) for code in known)])

    @property
    def given(self) -> ExcuseCode | None:
        """The reason that was chosen; None takes it back."""
        return ExcuseCode(self.code.data) if self.code.data else None
