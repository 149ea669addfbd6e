"""Closing the day, as it is typed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from tracker.edge import Form
from tracker.fields import Line
from tracker.nurse.rules import Refusal

WORDS: dict[Refusal, Any] = {
    Refusal.NOTHING_ASKED: _l("No school on this day: nothing is asked of any class."),
    Refusal.IN_FUTURE: _l("This day has not come yet."),
    Refusal.STILL_OPEN: _l("Something is still open. Please tick this to sign all the same."),
    Refusal.CHILDREN_OPEN: _l("Children are still open. Please see to them, or give the reason."),
    Refusal.SUMS_CHANGED: _l("Something has changed since you opened this page. Please look at it again."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details)


class CloseForm(Form):
    """The nurse's signature under the day's sums."""

    seen = HiddenField()
    anyway = BooleanField(_l("Sign although this is still open"))
    reason = Line(_l("Reason, and who looks after these children"), most=255, needed=False)
