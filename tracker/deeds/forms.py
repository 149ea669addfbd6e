"""The forms of the school's papers and deeds, and what is said where one is refused."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.validators import NumberRange, Optional

from tracker.audit.upload_rules import FileRefusal
from tracker.deeds.rules import DeedKind, DeedRefusal, SchoolPaperKind
from tracker.edge import Form
from tracker.fields import Day, Line, Whole, offered
from tracker.upload_words import WORDS as FILE_WORDS
from tracker.words import word

WORDS: dict[Any, Any] = {
    **FILE_WORDS,
    FileRefusal.NO_FILE: _l("Please choose a PDF."),
    FileRefusal.LOCKED: _l("This PDF asks for a password. Please save it without one."),
    FileRefusal.UNREADABLE: _l("This PDF is broken and cannot be read. Please save it anew."),
    DeedRefusal.SAME_VERSION: _l(
        "This version of this paper is filed already. Please give it another version."
    ),
    DeedRefusal.IN_FUTURE: _l("This day has not come yet. Please log it when it was done."),
    DeedRefusal.STRUCK_ALREADY: _l("This was struck out already."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details if details else WORDS[reason])


def _count(label: Any) -> Whole:
    few = NumberRange(1, 9999, message=_l("Between %(min)s and %(max)s, please."))
    return Whole(label, validators=[Optional(), few], render_kw={"inputmode": "numeric"})


class PaperForm(Form):
    """A version of a paper of the school."""

    kind = SelectField(
        _l("What it is"), choices=lambda: offered([(one.value, word(one)) for one in SchoolPaperKind])
    )
    title = Line(_l("Title"), most=128)
    version = Line(_l("Version"), most=32)
    adopted_by = Line(_l("Adopted by"), most=128)
    valid_from = Day(_l("Valid from"))
    file = FileField("PDF", description=_l("At most 10 MB."), render_kw={"accept": "application/pdf"})


class DeedForm(Form):
    """A drill, a training, a lesson."""

    on = Day(_l("Day"))
    kind = SelectField(
        _l("What it was"), choices=lambda: offered([(one.value, word(one)) for one in DeedKind])
    )
    what = Line(_l("About what"), most=255)
    led_by = Line(_l("Led by"))
    audience = Line(_l("For whom"), most=128)
    people = _count(_l("How many took part"))
    minutes = _count(_l("Minutes"))
