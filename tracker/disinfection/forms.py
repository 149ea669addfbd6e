"""What is typed into the pages of zones, and how a refusal is said."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TimeField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
)

from tracker import clock
from tracker.disinfection.rules import Refusal, ZoneType
from tracker.edge import Form
from tracker.templating import format_moment
from tracker.words import word


def _limit(instant: datetime) -> str:
    """The end of a span: midnight is 24:00 of the day that ends."""
    ends = clock.local(instant)
    if ends.time() == time():
        return f"{ends - timedelta(days=1):%m-%d} 24:00"
    return format_moment(instant)


WORDS: Mapping[Refusal, Callable[[Mapping[str, Any]], str]] = {
    Refusal.NOT_OPEN: lambda of: _("This task opens %(moment)s.", moment=format_moment(of["opens"])),
    Refusal.MISSED: lambda of: _("This task could be recorded until %(moment)s.", moment=_limit(of["until"])),
    Refusal.CORRECTION_OVER: lambda of: _(
        "This record could be corrected until %(moment)s.", moment=_limit(of["until"])
    ),
    Refusal.REASON_NEEDED: lambda of: _("Please choose why it was not done."),
    Refusal.ITEMS_OPEN: lambda of: ngettext(
        "One item has no answer yet.", "%(num)s items have no answer yet.", of["count"]
    ),
    Refusal.NOT_OF_TASK: lambda of: _("The checklist has changed. Please look at it again."),
    Refusal.NAME_TAKEN: lambda of: _("There is a department of this name already."),
    Refusal.IN_PAST: lambda of: _("Please choose today or a later day."),
    Refusal.TIMES_ORDER: lambda of: _("It would end before it starts."),
    Refusal.SLOT_TAKEN: lambda of: _("One of these is done at that hour already."),
    Refusal.SOURCE_GONE: lambda of: _("Please choose from the list."),
    Refusal.BATCH_OLD: lambda of: _("This batch was too old by then. Please choose another."),
    Refusal.LOT_EXPIRED: lambda of: _("This lot had expired by then. Please choose another."),
    Refusal.SAFETY_UNREAD: lambda of: _("Please read the safety rules first."),
    Refusal.VERIFIED: lambda of: _("It was verified already. Who verified it can give it back."),
    Refusal.OWN_WORK: lambda of: _("This is for somebody who neither did it nor has to."),
    Refusal.OWN_GROUP: lambda of: _("This is for somebody without a class in the same ranking group."),
    Refusal.NOTHING_DONE: lambda of: _("There is nothing done that could be verified."),
    Refusal.VERIFY_OVER: lambda of: _("It could be verified until %(moment)s.", moment=_limit(of["until"])),
    Refusal.WHY_NEEDED: lambda of: _("Please write what is to be done again."),
    Refusal.PHOTO_NEEDED: lambda of: ngettext(
        "A photograph of one item is asked for.", "Photographs of %(num)s items are asked for.", of["count"]
    ),
    Refusal.ZONES_EXIST: lambda of: _("The school has zones already."),
}


def refusal_words(reason: StrEnum, details: Mapping[str, Any]) -> str:
    """Why something is refused, in a sentence."""
    return WORDS[Refusal(reason)](details)


_NEEDED = _l("Please fill this in.")


def _readable(message: Any) -> Callable[[Form, Any], None]:
    """What a date or an hour that cannot be read is answered with, in our own words."""

    def check(_form: Form, field: Any) -> None:
        if field.process_errors:
            field.errors[:] = []
            raise StopValidation(message)

    return check


_A_DAY = _readable(_l("Please enter a day."))
_AN_HOUR = _readable(_l("Please enter a time such as 15:40."))


class StartForm(Form):
    """From when the tasks of new zones are asked for."""

    starts = DateField(_l("Tasks from"), validators=[InputRequired(_NEEDED), _A_DAY])

    @property
    def day(self) -> date:
        """The day that was typed."""
        assert self.starts.data is not None
        return self.starts.data

    def refuse_past(self, today: date) -> bool:
        """Whether the day lies before today; the form then says so."""
        past = bool(self.starts.data and self.starts.data < today)
        if past:
            self.refuse("starts", WORDS[Refusal.IN_PAST]({}))
        return past


def _name(label: Any) -> StringField:
    return StringField(
        label,
        filters=[lambda text: (text or "").strip()],
        validators=[DataRequired(_NEEDED), Length(max=64, message=_l("At most 64 characters, please."))],
    )


class ZoneForm(StartForm):
    """A new zone."""

    name = _name(_l("Name"))
    type = SelectField(_l("Kind"), choices=lambda: [(kind.value, word(kind)) for kind in ZoneType])
    owner = SelectField(_l("Kept by"))
    floor = IntegerField(
        _l("Storey"),
        validators=[
            Optional(),
            _readable(_l("Please enter a number.")),
            NumberRange(-5, 50, message=_l("Please enter a number from -5 to 50.")),
        ],
    )

    def offer(self, classes: Sequence[tuple[int, str]], departments: Sequence[tuple[int, str]]) -> None:
        """The classes and departments a zone can be given to, with their names."""
        self.owner.choices = [(f"class:{id}", name) for id, name in classes] + [
            (f"department:{id}", name) for id, name in departments
        ]

    @property
    def owner_id(self) -> tuple[str, int]:
        """`class` or `department`, and its id."""
        kind, _, id = self.owner.data.partition(":")
        return kind, int(id)


class DepartmentForm(Form):
    """A new department."""

    name = _name(_l("Name"))


class SlotForm(Form):
    """The hours of one slot of a zone."""

    active = BooleanField(_l("Is asked for"))
    starts = TimeField(_l("From"), validators=[InputRequired(_NEEDED), _AN_HOUR])
    until = TimeField(_l("Until"), validators=[InputRequired(_NEEDED), _AN_HOUR])
    next_day_until = TimeField(_l("Or until, on the next school day"), validators=[Optional(), _AN_HOUR])

    @property
    def hours(self) -> tuple[time, time]:
        """From when until when, as typed."""
        assert self.starts.data is not None and self.until.data is not None
        return self.starts.data, self.until.data
