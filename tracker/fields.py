"""Form fields that take text as people type it and complain in our own words."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DateTimeField,
    DateTimeLocalField,
    IntegerField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.school.rules import PLAUSIBLE_YEARS
from tracker.screening.temperature_rules import TemperatureProblem, celsius_of


def offered(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Values and their words, as a field for choosing takes them."""
    return [SelectChoice(value, words) for value, words in pairs]


class Needed(InputRequired):
    """The field cannot stay empty; blanks alone fill nothing but a password."""

    def __init__(self) -> None:
        super().__init__(_l("Please fill this in."))

    def __call__(self, form: Any, field: Any) -> None:
        """Complains where nothing was sent."""
        sent = [text.strip() if isinstance(text, str) else text for text in field.raw_data or ()]
        if not isinstance(field, PasswordField) and not any(sent):
            field.raw_data = []
        super().__call__(form, field)


class Line(StringField):
    """One line of text, without blanks around it; needed unless said otherwise."""

    data: str

    def __init__(self, label: Any, *, most: int = 64, needed: bool = True, **more: Any) -> None:
        checks = [*more.pop("validators", []), Length(max=most, message=_l("Please shorten this."))]
        super().__init__(
            label,
            validators=[Needed(), *checks] if needed else checks,
            filters=[lambda text: (text or "").strip()],
            **more,
        )


class Password(PasswordField):
    """A password as it is typed: its blanks belong to it."""

    data: str

    def __init__(self, label: Any, *validators: Any, present: bool = False, **more: Any) -> None:
        # Browsers and their password keepers ask which of the two it is.
        kind = {"autocomplete": "current-password" if present else "new-password"}
        super().__init__(label, validators=[Needed(), *validators], render_kw=kind, **more)


class _Maybe(DateTimeField):
    """A day or a moment of the calendar, or none."""

    unreadable: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was typed; an empty field is none."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
            if self.data and self.data.year not in PLAUSIBLE_YEARS:
                raise ValueError
        except ValueError:
            raise ValueError(str(self.unreadable)) from None


class MaybeDay(_Maybe, DateField):
    """A day of the calendar, or none."""

    unreadable = _l("Please enter a day, such as 2026-09-21.")


class MaybeMoment(_Maybe, DateTimeLocalField):
    """A moment by the school's wall clock, or none."""

    unreadable = _l("Please enter day and time, such as 2026-09-21T08:05.")


class Whole(IntegerField):
    """A whole number, or none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was typed; an empty field is none."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please enter a number."))) from None


class MaybeWall(TimeField):
    """A time by the school's wall clock, or none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was typed, with the colon of either keyboard; an empty field is none."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].strip().replace("：", ":")])
        except ValueError:
            raise ValueError(str(_l("Please enter a time, such as 08:30."))) from None

    def _value(self) -> str:
        return " ".join(self.raw_data) if self.raw_data else self.data.strftime("%H:%M") if self.data else ""


class Wall(MaybeWall):
    """A time by the school's wall clock; needed."""

    data: time  # type: ignore[assignment]

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, validators=[Needed()], **more)


class Day(MaybeDay):
    """A day of the calendar; needed."""

    data: date  # type: ignore[assignment]

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, validators=[Needed()], **more)


class Ticks(SelectMultipleField):
    """Several of a few, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.type = "SelectMultipleField"  # as the template's macro knows it


def temperature_words(problem: TemperatureProblem, typed: str) -> str:
    """The sentence of a temperature that cannot be taken."""
    match problem:
        case TemperatureProblem.UNREADABLE:
            return _("“%(typed)s” is not a temperature. Please type it like 36.5.", typed=typed)
        case TemperatureProblem.OUT_OF_RANGE:
            return _("A temperature lies between 32.0 and 43.0 ℃; “%(typed)s” does not.", typed=typed)
        case TemperatureProblem.FAHRENHEIT:
            return _(
                "“%(typed)s” looks like Fahrenheit; that would be %(celsius)s ℃.",
                typed=typed,
                celsius=celsius_of(typed),
            )
        case TemperatureProblem.UNLIKELY:
            return _("“%(typed)s” is unusual. Please measure again, or tick that it is right.", typed=typed)
        case TemperatureProblem.RETEST_WITHOUT_FIRST:
            return _("There is a retest, but no first reading.")
        case TemperatureProblem.MISSING:
            return _("The reading is missing.")
        case TemperatureProblem.NOT_PRESENT:
            return _("There is a reading, but the student is said not to be at school.")
