"""What is typed about a child in the observation room, and what is said where a rule refuses."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import HiddenInput

from tracker.addresses import LARGEST_ID
from tracker.edge import Form
from tracker.facts.rules import Symptom
from tracker.fields import Line, MaybeDay, MaybeMoment, Ticks, offered, temperature_words
from tracker.room.rules import ISOLATION, LEFT_FOR, HandedTo, Refusal, Room, StayEnd, Trouble
from tracker.screening.rules import AbsenceReason, Site
from tracker.screening.temperature_rules import TemperatureProblem, read_temperature
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.CHANGED: _l("Somebody else has changed this in the meantime. Please look at it once more."),
    Refusal.IN_FUTURE: _l("This time lies in the future."),
    Refusal.BEFORE_REPORT: _l("This time lies before the day of the report."),
    Refusal.ONSET_IN_FUTURE: _l("The illness cannot have begun after today."),
    Refusal.NOT_CHECKED: _l("Please look at who fetches the student, and tick it."),
    Refusal.NOBODY_CHOSEN: _l("Please choose who fetches the student."),
    Refusal.NAME_NEEDED: _l("Please say who fetches the student."),
    Refusal.RELATION_NEEDED: _l("Please say how this person is related to the student."),
    Refusal.NOT_ARRIVED: _l("The student has not arrived here yet."),
    Refusal.HAS_ARRIVED: _l("The student has already arrived here."),
    Refusal.ROOM_OCCUPIED: _l("There is still a student in this room."),
    Refusal.NOTHING_TO_CLEAN: _l("This room is already disinfected."),
    Refusal.HAS_LEFT: _l("This exit slip is already ticked off."),
    Refusal.NO_SUCH_SEAT: _l("No classmate has seat %(seat)s."),
    Refusal.REPORTED_AGAIN: _l("This student was reported once more. Please look at the list."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details if details else WORDS[reason])


def _choices(kind: Any, **words: Any) -> list[Any]:
    return offered([(member.value, words.get(member.value, word(member))) for member in kind])


class Temperature(StringField):
    """A temperature as a sheet reads it; `tenths` is what it was read as."""

    tenths: int | None = None
    is_unlikely = False
    """Whether it is to be confirmed."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(
            label,
            validators=[Length(max=16, message=_l("Please shorten this."))],
            render_kw={"inputmode": "decimal", "autocomplete": "off"},
            **more,
        )

    def read(self, *, sure: bool) -> None:
        """Read what was typed; ValidationError where it cannot be taken."""
        typed = self.data or ""
        self.tenths, problem = read_temperature(typed)
        self.is_unlikely = problem is TemperatureProblem.UNLIKELY
        if problem and not (self.is_unlikely and sure):
            raise ValidationError(temperature_words(problem, typed))


def _left_for_words(reason: AbsenceReason) -> Any:
    return _l("Neither: no follow-up") if reason is AbsenceReason.PERSONAL else word(reason)


def _note() -> Any:
    return Line(_l("Note"), most=255, needed=False)


def _moment(label: Any) -> MaybeMoment:
    return MaybeMoment(label, format="%Y-%m-%dT%H:%M", description=_l("Left empty: now."))


class Chosen(RadioField):
    """One of a few, as buttons; `missing` is said where none is chosen, None where none need be."""

    def __init__(self, label: Any, choices: list[Any], *, missing: Any = None, **more: Any) -> None:
        super().__init__(label, choices=choices, **more)
        self.missing = missing

    def pre_validate(self, form: Any) -> None:
        """None chosen is no wrong choice."""
        if self.data:
            super().pre_validate(form)
        elif self.missing:
            raise StopValidation(self.missing)


def _number(missing: Any = None) -> IntegerField:
    first = [DataRequired(missing)] if missing else [Optional()]
    return IntegerField(widget=HiddenInput(), validators=[*first, NumberRange(0, LARGEST_ID)])


class ReportForm(Form):
    """One child, and what somebody saw."""

    q = HiddenField()
    """What was searched for, so that a refused form shows the same children."""
    student = IntegerField(
        _l("Student"),
        validators=[DataRequired(_l("Please choose the student.")), NumberRange(1, LARGEST_ID)],
    )
    trouble = Chosen(_l("What is it?"), _choices(Trouble), missing=_l("Please choose what it is."))
    place = Line(_l("Where?"), needed=False)
    soiled = Chosen(_l("Is the floor soiled?"), offered([("yes", _l("Yes")), ("no", _l("No"))]))
    temperature = Temperature(_l("Temperature, ℃"))
    sure = BooleanField(_l("The temperature is right"))
    note = _note()

    def validate_temperature(self, field: Any) -> None:
        """Read the temperature."""
        field.read(sure=self.sure.data)

    @property
    def said_soiled(self) -> bool | None:
        """Whether the floor was said to be soiled; None: not said."""
        return {"yes": True, "no": False}.get(self.soiled.data or "")


class ArriveForm(Form):
    """A child has come into a room."""

    room = Chosen(_l("Room"), _choices(Room), missing=_l("Please choose the room."))
    brought_by = Line(_l("Brought by"), needed=False)
    arrived_at = _moment(_l("Time of arrival"))


SEATS_APART = r"[\s,;.，；、。]+"


class SignsForm(Form):
    """Signs of illness, since when, and who sits beside the child."""

    signs = Ticks(_l("Signs of illness"), choices=_choices(Symptom))
    onset_on = MaybeDay(_l("Ill since"))
    seats_beside = Line(_l("Seats beside, such as 6 8"), most=32, needed=False)

    @property
    def seats(self) -> list[int]:
        """The seats as numbers; validated before they are asked for."""
        return [int(seat) for seat in re.split(SEATS_APART, self.seats_beside.data) if seat]

    def validate_seats_beside(self, field: Any) -> None:
        """Only numbers are seats."""
        if not all(re.fullmatch(r"[0-9]{0,3}", seat) for seat in re.split(SEATS_APART, field.data)):
            raise ValidationError(_l("Please write seat numbers, such as 6 8."))


class ReadingForm(Form):
    """One temperature."""

    site = Chosen(_l("Measured at"), _choices(Site), default=Site.AXILLARY.value)
    temperature = Temperature(_l("Temperature, ℃"))
    sure = BooleanField(_l("The temperature is right"))
    taken_at = _moment(_l("Time of the reading"))

    def validate_temperature(self, field: Any) -> None:
        """Read the temperature; here it is what the form is for."""
        if not (field.data or "").strip():
            raise ValidationError(temperature_words(TemperatureProblem.MISSING, ""))
        field.read(sure=self.sure.data)


class StayCallForm(Form):
    """A guardian was called."""

    guardian = _number()
    """Which of the list; empty: somebody else."""
    reached = Chosen(
        _l("Reached?"),
        offered([("yes", _l("Reached, will come")), ("no", _l("Not reached"))]),
        missing=_l("Please choose whether somebody was reached."),
    )
    called_at = _moment(_l("Time of the call"))
    note = _note()


class EndForm(Form):
    """How a child leaves."""

    how = Chosen(_l("How did the student leave?"), _choices(StayEnd), missing=_l("Please choose."))
    to = Chosen(_l("Handed over to"), [], validate_choice=False)
    """A guardian's number, or `other`."""
    name = Line(_l("Name of this person"), needed=False)
    relation = Line(_l("Related how"), most=32, needed=False)
    checked = BooleanField(_l("I have looked at who this is (identification, or known to me)"))
    where_to = Line(_l("Where to"), needed=False)
    left_for = Chosen(
        _l("Because of"),
        offered([(reason.value, _left_for_words(reason)) for reason in LEFT_FOR]),
        default=LEFT_FOR[0].value,
        missing=_l("Please choose from the list."),
    )
    ended_at = _moment(_l("Time of leaving"))

    @property
    def handed_to(self) -> HandedTo | None:
        """Who fetches the child; None where nobody was chosen or named."""
        chosen = self.to.data or ""
        seq = int(chosen) if chosen.isdecimal() and len(chosen) < 3 else None
        to = HandedTo(seq, self.name.data, self.relation.data, self.checked.data)
        return to if chosen or to.name or to.relation else None


class NumberForm(Form):
    """One of a list: a guardian, a call, a reading."""

    no = _number(_l("Please choose."))


class StrikeForm(Form):
    """Which reading is struck: when it was taken."""

    taken = HiddenField()

    @property
    def moment(self) -> datetime:
        """When it was taken; validated before it is asked."""
        return datetime.fromisoformat(self.taken.data or "")

    def validate_taken(self, field: Any) -> None:
        """Only a moment with its time zone is one."""
        try:
            good = datetime.fromisoformat(field.data or "").tzinfo is not None
        except ValueError:
            good = False
        if not good:
            raise ValidationError(str(WORDS[Refusal.CHANGED]))


class RoomForm(Form):
    """One of the rooms."""

    room = Chosen(_l("Room"), _choices(ISOLATION), missing=_l("Please choose the room."))
