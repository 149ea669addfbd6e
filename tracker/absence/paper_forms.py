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
from tracker.words import word

ACCEPT = "image/*,application/pdf"

WORDS: dict[PaperRefusal, Any] = {
    PaperRefusal.NO_FILE: _l("Please choose a photograph or a PDF."),
    PaperRefusal.EMPTY: _l("This file is empty."),
    PaperRefusal.TOO_LARGE: _l("This file is larger than 10 MB. Please make it smaller."),
    PaperRefusal.NOT_A_PAPER: _l("This is neither a picture (JPEG, PNG, WebP) nor a PDF, by its content."),
    PaperRefusal.HEIC: _l(
        "This is an iPhone's HEIC picture. Please send a screenshot of it, or set Camera, Formats to "
        "“Most Compatible” and take it again."
    ),
    PaperRefusal.TOO_MANY_PIXELS: _l("This picture has too many pixels. Please photograph the paper again."),
    PaperRefusal.UNREADABLE: _l("This file is broken and cannot be read. Please take the photograph again."),
    PaperRefusal.LOCKED: _l("This PDF asks for a password. Please photograph the paper instead."),
    PaperRefusal.TOO_MANY_PAGES: _l("A PDF of 1 to %(most)s pages, please."),
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
