"""A call as it is typed, and what is said where a rule refuses."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, NumberRange
from wtforms.widgets import HiddenInput

from tracker.absence.rules import QUICK_RESULTS, CallResult, CallWay, Refusal
from tracker.addresses import LARGEST_ID
from tracker.edge import Form
from tracker.facts.rules import Diagnosis, Symptom
from tracker.fields import MaybeDay, MaybeMoment, Needed, Ticks, offered, temperature_words
from tracker.screening.rules import FOLLOWED_REASONS, AbsenceReason
from tracker.screening.temperature_rules import TemperatureProblem, read_temperature
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.CALL_IN_FUTURE: _l("The call cannot lie in the future."),
    Refusal.CALL_BEFORE_ABSENCE: _l("The absence began on %(first_on)s; the call cannot lie before that."),
    Refusal.ONSET_IN_FUTURE: _l("The illness cannot have begun after the call."),
    Refusal.NEXT_IN_PAST: _l("This day has gone by. Please choose a school day to come."),
    Refusal.NEXT_NO_SCHOOL_DAY: _l("This is no school day. Please choose another."),
    Refusal.DIAGNOSIS_NEEDED: _l("Please choose the diagnosis that the doctor confirmed."),
    Refusal.REASON_NEEDED: _l("Please choose the reason, since it is not illness."),
    Refusal.NOTHING_HEARD: _l(
        "This does not go with the result of the call. Please clear it, or choose another result."
    ),
    Refusal.UNREAD: _l("Another call was logged in the meantime. Please read it first."),
    Refusal.NOT_BACK: _l("No sheet has shown the student present again, so this absence goes on."),
    Refusal.NOT_LIVE: _l("This absence is already closed."),
    Refusal.NOTHING_TO_REVIEW: _l("All calls are already reviewed."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    shown = {key: value.isoformat() if isinstance(value, date) else value for key, value in details.items()}
    return str(WORDS[reason] % shown)


def _choices(kind: Any, *, empty: Any = None) -> list[Any]:
    chosen = [(member.value, word(member)) for member in kind]
    return offered(chosen if empty is None else [("", empty), *chosen])


class CallForm(Form):
    """One call, in full."""

    result = SelectField(
        _l("Result"), choices=_choices(CallResult, empty=_l("Please choose")), validators=[Needed()]
    )
    symptoms = Ticks(_l("Signs of illness"), choices=_choices(Symptom))
    temperature = StringField(
        _l("Temperature at home, ℃"),
        validators=[Length(max=16, message=_l("Please shorten this."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    sure = BooleanField(_l("The temperature is right"))
    diagnosis = SelectField(_l("Diagnosis"), choices=_choices(Diagnosis, empty=_l("No diagnosis")))
    confirmed = BooleanField(_l("Confirmed by a doctor"))
    next_on = MaybeDay(_l("Next call, or day of return"))
    way = SelectField(_l("Way"), choices=_choices(CallWay), default=CallWay.PHONE.value)
    called_at = MaybeMoment(
        _l("Time of the call"), format="%Y-%m-%dT%H:%M", description=_l("Left empty: now.")
    )
    onset_on = MaybeDay(_l("Ill since"))
    reason = SelectField(
        _l("Reason of the absence"),
        choices=_choices(
            [reason for reason in AbsenceReason if reason in FOLLOWED_REASONS - {AbsenceReason.UNKNOWN}],
            empty=_l("As before"),
        ),
    )
    note = TextAreaField(
        _l("Note"),
        validators=[Length(max=255, message=_l("Please shorten this."))],
        render_kw={"rows": 2, "maxlength": 255},
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

    @property
    def called_wall(self) -> datetime | None:
        """When the call was made, by the school's wall clock; None: now."""
        return self.called_at.data


class QuickCallForm(Form):
    """A call by telephone just now, of which only the result is told."""

    result = SelectField(choices=_choices(QUICK_RESULTS), validators=[Needed()])


class UptoForm(Form):
    """A deed on an episode as its reader saw it: `upto` is the newest call that was shown."""

    upto = IntegerField(widget=HiddenInput(), validators=[Needed(), NumberRange(0, LARGEST_ID)])


class PhoneForm(Form):
    """Which guardian's number is to be shown."""

    seq = IntegerField(widget=HiddenInput(), validators=[Needed(), NumberRange(0, 99)])
