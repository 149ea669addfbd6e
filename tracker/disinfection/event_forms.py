"""What is typed about a disinfection that could not wait, and what is said where a rule refuses."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired, NumberRange

from tracker.disinfection.event_rules import Refusal
from tracker.edge import Form
from tracker.fields import Line, MaybeWall, Needed, Whole, offered
from tracker.templating import format_hhmm, format_moment

WORDS: Mapping[Refusal, Callable[[Mapping[str, Any]], Any]] = {
    Refusal.GONE: lambda of: _("This is no longer asked for."),
    Refusal.ZONE_NEEDED: lambda of: _("Please choose in which zone the place lies."),
    Refusal.NOT_BEGUN: lambda of: _("Please begin first."),
    Refusal.DONE_BEFORE: lambda of: _("Somebody else has finished this already."),
    Refusal.IN_FUTURE: lambda of: _("This time lies in the future."),
    Refusal.BEFORE_EVENT: lambda of: _("It was reported later than this."),
    Refusal.TOO_SOON: lambda of: _(
        "It has not acted long enough: until %(time)s.", time=format_hhmm(of["until"])
    ),
    Refusal.NO_STRENGTH: lambda of: _("Please choose a batch, or enter the concentration."),
    Refusal.BATCH_OLD: lambda of: _("This batch is too old. Please mix a new one."),
    Refusal.TOO_WEAK: lambda of: _("Too weak here: at least %(least)s mg/L.", least=f"{of['least']:,}"),
    Refusal.TOO_STRONG: lambda of: _(
        "More than twice what is needed (%(most)s mg/L). Please check.", most=f"{of['most']:,}"
    ),
    Refusal.TOO_SHORT: lambda of: _("Too short here: at least %(minutes)s minutes.", minutes=of["minutes"]),
    Refusal.NOT_DONE: lambda of: _("It is not finished yet."),
    Refusal.CORRECTION_OVER: lambda of: _(
        "This record could be corrected until %(moment)s.", moment=format_moment(of["until"])
    ),
    Refusal.NOTHING_CHANGED: lambda of: _("Nothing is different from what the record says."),
    Refusal.ROOM_OCCUPIED: lambda of: _("There is still a student in this room."),
}


def refusal_words(reason: StrEnum, details: Mapping[str, Any]) -> str:
    """Why something is refused, in a sentence."""
    return str(WORDS[Refusal(reason)](details))


def _number(value: str | None) -> int | None:
    return int(value) if value else None


class BeginForm(Form):
    """Somebody trained is there."""

    zone = SelectField(_l("In which zone?"), coerce=_number, default="")
    started = MaybeWall(_l("Begun at"), description=_l("Left empty: now."))
    read = BooleanField(
        _l("I have read what to do and the safety rules, and wear gloves and a mask"),
        validators=[DataRequired(_l("Please read the rules, and tick this."))],
    )

    def offer(self, zones: Sequence[tuple[int, str]]) -> None:
        """The zones a place can lie in; none where it is known."""
        if zones:
            self.zone.choices = offered([("", _l("Please choose")), *((str(id), name) for id, name in zones)])
        else:
            del self.zone


class FinishForm(Form):
    """How it was done."""

    batch = SelectField(_l("Batch"), coerce=_number, default="")
    mg_per_l = Whole(
        _l("Concentration, mg/L"),
        description=_l("For what comes from no batch, such as a spill kit."),
    )
    minutes = Whole(
        _l("Dwell time, minutes"),
        validators=[Needed(), NumberRange(1, 1440, message=_l("Please enter a number from 1 to 1440."))],
    )
    helper = Line(_l("Second person"), needed=False)
    note = Line(_l("Note"), most=255, needed=False)

    why = Line(_l("Why it is corrected"), most=255)

    def offer(self, batches: Sequence[tuple[int, str]]) -> None:
        """The working solutions that can be chosen."""
        self.batch.choices = offered([*((str(id), name) for id, name in batches), ("", _l("No batch"))])
