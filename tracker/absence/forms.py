"""A call as it is typed, and what is said where a rule refuses."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from tracker.absence.rules import QUICK_RESULTS, CallResult, CallWay, ParentTold, Refusal
from tracker.addresses import LARGEST_ID
from tracker.edge import Form
from tracker.facts.rules import Diagnosis, Symptom
from tracker.fields import Line, MaybeDay, MaybeMoment, Needed, Ticks, offered, temperature_words
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
    Refusal.NOT_CLEARED: _l("The return is not cleared yet: the school nurse checks first."),
    Refusal.NOTHING_TO_REVIEW: _l("All calls are already reviewed."),
    Refusal.NOT_FOR_BOTH: _l("This call cannot be kept for both. Please log it for each."),
    Refusal.ENDS_BEFORE_START: _l("The last day cannot lie before the first."),
    Refusal.SEEN_TODAY: _l("Today's sheet shows the student present. Please enter the first day of absence."),
    Refusal.ONLY_TODAY: _l("Who comes later does so on a school day, today."),
    Refusal.WHAT_NEEDS_ILLNESS: _l("This goes with an illness only. Please clear it, or choose “Ill”."),
    Refusal.NOT_YOURS: _l("You can strike out your own calls of today. The school nurse strikes out others."),
    Refusal.STRUCK: _l("This call is already struck out."),
    Refusal.WHY_NEEDED: _l("Please say why this call is struck out."),
    Refusal.SAME_REASON: _l("This is already the reason."),
    Refusal.TOO_FEW: _l("There are fewer than three open cases in this class."),
    Refusal.NOT_CLOSED: _l("This absence is not closed."),
    Refusal.OTHER_LIVE: _l("The student has another absence that is followed up."),
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
    hospital = StringField(_l("Hospital"), validators=[Length(max=64, message=_l("Please shorten this."))])
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
    also = Ticks(
        _l("The call was also about"),
        choices=(),
        coerce=int,
        description=_l("Result and day are kept for both; signs and diagnosis for this student only."),
    )
    upto = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(0, LARGEST_ID)])
    """The newest call its maker was shown."""
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

    def offer(self, siblings: Iterable[tuple[int, str]]) -> None:
        """The absences of brothers and sisters the call may also have been about, by number."""
        self.also.choices = offered(siblings)

    @property
    def called_wall(self) -> datetime | None:
        """When the call was made, by the school's wall clock; None: now."""
        return self.called_at.data


class QuickCallForm(Form):
    """A call by telephone just now, of which only the result is told."""

    upto = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(0, LARGEST_ID)])
    result = SelectField(choices=_choices(QUICK_RESULTS), validators=[Needed()])


class UptoForm(Form):
    """A deed on an episode as its reader saw it: `upto` is the newest call that was shown."""

    upto = IntegerField(widget=HiddenInput(), validators=[Needed(), NumberRange(0, LARGEST_ID)])


class AskForm(UptoForm):
    """What the nurse asks the teacher."""

    question = Line(_l("Question to the teacher"), most=255)


class StrikeForm(Form):
    """Why a call is struck out; a teacher's own one of today needs no words."""

    why = Line(_l("Why is it struck out?"), most=255, needed=False)
    call_id = 0
    """Which call it is about."""


class ReasonForm(Form):
    """The reason of an absence, set right."""

    new_reason = SelectField(
        _l("Right reason"),
        choices=_choices(
            [reason for reason in AbsenceReason if reason in FOLLOWED_REASONS - {AbsenceReason.UNKNOWN}],
            empty=_l("Please choose"),
        ),
        validators=[Needed()],
    )


class ReopenForm(Form):
    """Why a closed absence is followed up again."""

    reopen_why = Line(_l("Why is it followed up again?"), most=255)


class ParentCallForm(Form):
    """What a guardian tells the school: first the child is found, then noted about."""

    who = Line(
        _l("Which child"),
        description=_l("Name, pinyin or its initials, or class and seat such as 3-2 7."),
    )
    student = RadioField(_l("This child"), coerce=int, choices=(), validators=[Needed()])
    what = RadioField(_lp("call", "What"), choices=_choices(ParentTold), validators=[Needed()])
    from_on = MaybeDay(_l("First day (left empty: today, or the next school day)"))
    until_on = MaybeDay(_l("Last day, if it is known"))
    onset_on = MaybeDay(_l("Ill since"))
    symptoms = Ticks(_l("Signs of illness"), choices=_choices(Symptom))
    note = Line(_l("Note"), most=255, needed=False)

    def offer(self, children: Iterable[tuple[int, str]]) -> None:
        """Whom the typed text can mean, by id and label."""
        self.student.choices = offered(children)


class PhoneForm(Form):
    """Which guardian's number is to be shown."""

    seq = IntegerField(widget=HiddenInput(), validators=[Needed(), NumberRange(0, 99)])
