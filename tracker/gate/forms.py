"""The gate's forms, and what is said there where a rule refuses."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from tracker.edge import Form
from tracker.fields import Needed, offered, temperature_words
from tracker.gate.rules import LANES, PassOutcome, Refusal
from tracker.screening.fever_forms import ThermometerField
from tracker.screening.temperature_rules import TemperatureProblem, read_temperature
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.NO_SCHOOL_DAY: _l("There is no school today."),
    Refusal.NOT_OPENED: _l("Please choose lane and device first."),
    Refusal.READING_NEEDED: _l("Please enter the reading."),
    Refusal.BELOW_TRIGGER: _l(
        "%(tenths)s lies below %(trigger)s: the child may go in, nothing is entered. "
        "If it looks ill, please press that button."
    ),
    Refusal.NOT_LATE: _l("It is not late yet: the child may go in, nothing is entered."),
    Refusal.ENTERED_BEFORE: _l("You have entered this child for the same already."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal, its temperatures in degrees."""
    shown = {key: f"{value // 10}.{value % 10} ℃" for key, value in details.items() if isinstance(value, int)}
    return str(WORDS[reason] % shown) if reason is Refusal.BELOW_TRIGGER else str(WORDS[reason])


class OpenForm(Form):
    """Where somebody stands, and with what; asked once."""

    lane = SelectField(
        _l("Lane"), choices=offered((str(n), str(n)) for n in range(1, LANES + 1)), validators=[Needed()]
    )
    instrument = ThermometerField(_l("Device"), validators=[Needed()])


class PassForm(Form):
    """One child at the gate: a reading, and which of the buttons was pressed."""

    temperature = StringField(
        _l("Temperature, ℃"), validators=[Length(max=16, message=_l("Please shorten this."))]
    )
    sure = BooleanField(_l("Measured again: it is right"))
    outcome = SelectField(
        choices=offered((one.value, word(one)) for one in PassOutcome), validators=[Needed()]
    )

    tenths: int | None = None
    """What the temperature was read as."""
    is_unlikely = False
    """Whether the temperature is to be confirmed."""

    def validate_temperature(self, field: Any) -> None:
        """Read the temperature as a sheet does."""
        typed = field.data or ""
        self.tenths, problem = read_temperature(typed)
        self.is_unlikely = problem is TemperatureProblem.UNLIKELY
        if problem and not (self.is_unlikely and self.sure.data):
            raise ValidationError(temperature_words(problem, typed))


class DeedForm(Form):
    """A deed that needs no more than its button."""
