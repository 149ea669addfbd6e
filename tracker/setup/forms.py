"""What the set-up page asks, and what is said where a rule refuses."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.accounts import forms as accounts
from tracker.accounts.rules import Refusal as AccountRefusal
from tracker.edge import Form
from tracker.fields import Day, Line
from tracker.school import forms as school
from tracker.school.rules import Refusal as SchoolRefusal
from tracker.setup.rules import Refusal

WORDS: dict[Refusal, Any] = {
    Refusal.ALREADY_SET_UP: _l("The school is set up already. Please sign in."),
    Refusal.WRONG_CODE: _l("This is not the code. It stands in the console and in the data folder."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal, be it of the set-up, of the account or of the term."""
    if isinstance(reason, AccountRefusal):
        return accounts.refusal_words(reason, details)
    if isinstance(reason, SchoolRefusal):
        return school.refusal_words(reason, details)
    return str(WORDS[reason])


class SetupForm(Form):
    """The school, its term and its administrator."""

    code = Line(
        _l("One-time code"),
        description=_l("It stands in the console of the server, and in setup-code.txt in the data folder."),
    )
    school = Line(_l("Name of the school"), most=128)
    term = Line(_l("Name of the term"))
    starts = Day(_l("First day of the term"))
    ends = Day(_l("Last day of the term"))
    username = accounts.username_line()
    name = Line(_l("Your name"))
    password = accounts.new_password()
    again = accounts.password_again()
