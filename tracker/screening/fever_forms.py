"""A retest and a trigger as they are typed, and what is said where a rule refuses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from tracker.edge import Form
from tracker.fields import Line, Needed, offered, temperature_words
from tracker.screening.fever_rules import Instrument, Refusal
from tracker.screening.temperature_rules import TemperatureProblem, read_temperature
from tracker.supplies.rules import Numbered
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.NOT_WAITING: _l("This has been decided in the meantime. Please load the page again."),
    Refusal.BEFORE_FIRST: _l("The first reading was taken at %(first)s; the retest cannot lie before it."),
    Refusal.IN_FUTURE: _l("This time has not come yet."),
    Refusal.SAME_SITE: _l("Please measure with another method than the first reading."),
    Refusal.TOO_MANY: _l("It was measured again three times already."),
    Refusal.TOO_SOON: _l("The child rests until %(since)s. Please wait, or tick that it has rested."),
    Refusal.UNCHANGED: _l("This is the trigger already."),
    Refusal.NOT_PLAUSIBLE: _l("A trigger lies between 36.0 and 39.0 ℃."),
}

SHIPPED_SOURCES = {
    "common practice of schools": _l("Common practice of schools"),
    "to be confirmed per device": _l("To be confirmed by the instructions of the device"),
}
"""What the sources of the shipped triggers are called."""


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details)


class TemperatureForm(Form):
    """A form with a temperature, read as a sheet reads it."""

    temperature = StringField(
        _l("Temperature, ℃"),
        validators=[Needed(), Length(max=16, message=_l("Please shorten this."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off", "enterkeyhint": "done"},
    )
    sure = BooleanField(_l("Measured again: it is right"))

    tenths: int = 0
    """What the temperature was read as."""
    is_unlikely = False
    """Whether the temperature is to be confirmed."""

    def validate_temperature(self, field: Any) -> None:
        """Read the temperature as a sheet does."""
        typed = field.data or ""
        tenths, problem = read_temperature(typed)
        self.is_unlikely = problem is TemperatureProblem.UNLIKELY
        if problem and not (self.is_unlikely and self.sure.data):
            raise ValidationError(temperature_words(problem, typed))
        self.tenths = tenths or 0


def thermometers_of(instrument: Instrument, numbered: Iterable[Numbered]) -> list[tuple[str, str]]:
    """What may be chosen for an instrument, value and words: itself, and each of its kind with a number."""
    named = [(f"{instrument.value}#{one.id}", one) for one in numbered if one.kind.value == instrument.site]
    return [
        (instrument.value, str(word(instrument))),
        *((value, f"{word(instrument)} · {one.number}") for value, one in named),
    ]


class ThermometerField(SelectField):
    """What a temperature was taken with: a kind of thermometer, or one of them by its number."""

    def offer(self, numbered: Sequence[Numbered]) -> None:
        """Let the thermometers that have a number be chosen as well."""
        self.choices = offered(pair for one in Instrument for pair in thermometers_of(one, numbered))

    @property
    def instrument(self) -> Instrument:
        """The kind."""
        return Instrument(self.data.partition("#")[0])

    @property
    def equipment_id(self) -> int | None:
        """The device; None where only the kind was named."""
        number = self.data.partition("#")[2]
        return int(number) if number else None


class RetestForm(TemperatureForm):
    """One retest: with what, how much, and when where it was not just now."""

    instrument = ThermometerField(_l("Measured with"), validators=[Needed()])
    taken_at = StringField(_l("Time"), render_kw={"autocomplete": "off"})
    rested = BooleanField(_l("It has rested for 5 minutes"))

    wall: time | None = None
    """When it was measured, by the school's wall clock; None: now."""

    def validate_taken_at(self, field: Any) -> None:
        """Read a time such as 08:15; empty is now."""
        typed = (field.data or "").strip().replace("：", ":")
        if not typed:
            return
        try:
            self.wall = datetime.strptime(typed, "%H:%M").time()
        except ValueError:
            raise ValidationError(_l("Please give the time as 08:15.")) from None


class DecideForm(Form):
    """A deed on a chain that needs no more than its button."""


class TriggerForm(TemperatureForm):
    """A trigger that is to hold from tomorrow on, and where it comes from."""

    instrument = SelectField(
        _l("Measured with"),
        choices=offered((one.value, word(one)) for one in Instrument),
        validators=[Needed()],
    )
    source = Line(_l("Source"), most=255, description=_l("For example: the instructions of the device."))
