"""The form of a paper that is attached, and what is said where one is refused."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField

from tracker.absence.paper_rules import PaperRefusal
from tracker.absence.rules import PaperKind
from tracker.edge import Form
from tracker.fields import Needed, offered
from tracker.upload_words import WORDS as FILE_WORDS
from tracker.words import word

ACCEPT = "image/*,application/pdf"

WORDS: dict[Any, Any] = {
    **FILE_WORDS,
    PaperRefusal.TOO_MANY_PAPERS: _l("There are %(most)s papers already; more cannot be attached."),
    PaperRefusal.ATTACHED_ALREADY: _l("This very paper is attached already."),
    PaperRefusal.KEPT_GONE: _l("This paper is no longer there. Please choose it again."),
    PaperRefusal.CLOSED: _l("This absence is already closed."),
    PaperRefusal.NOT_YOURS: _l(
        "This paper was attached by somebody else, or the nurse has checked it: it stays."
    ),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details if details else WORDS[reason])


class PaperForm(Form):
    """A paper, and what it is."""

    kind = SelectField(
        _l("What it is"),
        choices=offered([("", _l("Please choose")), *((kind.value, word(kind)) for kind in PaperKind)]),
        validators=[Needed()],
    )
    file = FileField(
        _l("Photograph or PDF"),
        description=_l("At most 10 MB. On an iPhone: a screenshot, or Camera, Formats, “Most Compatible”."),
        render_kw={"accept": ACCEPT},
    )
    kept = HiddenField()

    @classmethod
    def new(cls, asked: Sequence[PaperKind], there: Collection[PaperKind]) -> "PaperForm":
        """The form as it begins: the first kind that is asked for and not there yet."""
        form = cls(formdata=None)
        form.kind.data = next((kind.value for kind in asked if kind not in there), "")
        return form

    @property
    def kept_id(self) -> int | None:
        """The number of the file that was kept from a refused form."""
        typed = self.kept.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
