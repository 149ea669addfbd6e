"""Signing in, passwords, accounts and duties as they are typed, and what is said where a rule refuses."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, ValidationError
from wtforms.validators import AnyOf, EqualTo, Length, Regexp
from wtforms.widgets import ListWidget

from tracker.accounts.rules import (
    MINIMUM_PASSWORD,
    PIN_PATTERN,
    PLACE_OF,
    USERNAME_PATTERN,
    DeviceUse,
    Duty,
    Place,
    Refusal,
    Role,
    is_guessable,
)
from tracker.edge import Form
from tracker.fields import Day, Line, MaybeDay, Password, Ticks, offered
from tracker.i18n import NAMES
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.WRONG_CREDENTIALS: _l("User name or password is wrong."),
    Refusal.TOO_MANY_FAILURES: _l(
        "Too many attempts. Please wait a quarter of an hour, or ask the administrator."
    ),
    Refusal.WRONG_PASSWORD: _l("This is not your present password."),
    Refusal.USERNAME_TAKEN: _l("Somebody has this user name already. Please choose another."),
    Refusal.LAST_ADMINISTRATOR: _l("This is the last administrator. Please make another one first."),
    Refusal.CLASS_HAS_HOMEROOM: _l(
        "The class has a homeroom teacher in this time. Please end that assignment first."
    ),
    Refusal.ENDS_BEFORE_START: _l("The last day lies before the first."),
    Refusal.WRONG_PIN: _l("This is not your PIN."),
    Refusal.ENDED_BEFORE: _l(
        "The assignment ends on %(day)s already. Please choose that day or an earlier one."
    ),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details if details else WORDS[reason])


def local_path(address: str | None) -> str | None:
    """An address to go on to after signing in, if it is a path of ours; None for everything else."""
    if not address or not address.startswith("/") or re.search(r"[\\\s\x00-\x1f]", address):
        return None
    parts = urlsplit(address)
    # A browser takes what follows two slashes for another host.
    return None if parts.scheme or parts.netloc or address.startswith("//") else address


USES: dict[DeviceUse, Any] = {
    DeviceUse.SHARED: _l("Others use it too: sign out after an hour without use"),
    DeviceUse.OWN: _l("My own: stay signed in until the term ends"),
    DeviceUse.CLASSROOM: _l("Classroom screen: seat numbers only, sign out after three minutes"),
}


class LoginForm(FlaskForm):
    """Signing in.  It has no key: what is sent twice signs in twice."""

    username = Line(_l("User name"), most=255, render_kw={"autocomplete": "username"})
    password = Password(_l("Password"), present=True)
    use = RadioField(
        _l("This device"),
        choices=lambda: offered((use.value, USES[use]) for use in DeviceUse),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    next = HiddenField()
    kept = HiddenField()

    @property
    def device_use(self) -> DeviceUse:
        """Whose the device is; where nobody said, others use it too."""
        return DeviceUse(self.use.data) if self.use.data in set(DeviceUse) else DeviceUse.SHARED

    complaints = Form.complaints
    refuse = Form.refuse


def new_password() -> Password:
    """A new password."""
    at_least = _l("At least %(count)s characters.", count=MINIMUM_PASSWORD)
    return Password(
        _l("New password"),
        Length(min=MINIMUM_PASSWORD, message=at_least),
        Length(max=128, message=_l("Please shorten this.")),
        description=at_least,
    )


def password_again() -> Password:
    """The same password once more."""
    return Password(_l("New password again"), EqualTo("password", message=_l("The two passwords differ.")))


def username_line() -> Line:
    """The name somebody signs in with."""

    def check(_form: Any, field: Any) -> None:
        if field.data and not re.fullmatch(USERNAME_PATTERN, field.data):
            raise ValidationError(_l("2 to 64 letters or digits; also . - _ @, and no blank."))

    return Line(_l("User name"), validators=[check], render_kw={"autocomplete": "off"})


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = new_password()
    again = password_again()


class OwnPasswordForm(Form):
    """One's own new password."""

    old = Password(_l("Present password"), present=True)
    password = new_password()
    again = password_again()


class PinForm(FlaskForm):
    """The PIN of an own device.  It has no key: what is sent twice is asked twice."""

    pin = Password(_l("PIN"), present=True)
    next = HiddenField()
    kept = HiddenField()

    complaints = Form.complaints
    refuse = Form.refuse


def _hard_to_guess(_form: Any, field: Any) -> None:
    if re.fullmatch(PIN_PATTERN, field.data) and is_guessable(field.data):
        raise ValidationError(_("Too easy to guess: not one digit again and again, nor digits in a row."))


class NewPinForm(Form):
    """A new PIN, with the password: so that a found phone cannot choose one."""

    old = Password(_l("Present password"), present=True)
    pin = Password(
        _l("New PIN"),
        Regexp(rf"^{PIN_PATTERN}$", message=_l("4 to 6 digits.")),
        _hard_to_guess,
        description=_l("4 to 6 digits."),
    )
    again = Password(_l("New PIN again"), EqualTo("pin", message=_l("The two PINs differ.")))
    next = HiddenField()


class KeyForm(Form):
    """A button."""


class LanguageForm(Form):
    """One's own language."""

    language = SelectField(_l("Language"), choices=offered(NAMES.items()))


def _roles() -> list[Any]:
    return offered((role.value, word(role)) for role in Role)


class AccountForm(Form):
    """Who somebody is, and what the account may be used for."""

    name = Line(_l("Full name"))
    roles = Ticks(_l("Roles"), choices=_roles)

    @property
    def chosen_roles(self) -> set[Role]:
        """The roles that were ticked."""
        return {Role(role) for role in self.roles.data or []}


class NewAccountForm(Form):
    """A new account, and at once the class of a homeroom teacher or the department of staff."""

    username = username_line()
    name = Line(_l("Full name"))
    roles = Ticks(_l("Roles"), choices=_roles)
    homeroom = SelectField(_l("Homeroom teacher of"))
    department = SelectField(_l("Department"))
    starts = MaybeDay(_l("First day"))
    password = new_password()
    again = password_again()

    @property
    def chosen_roles(self) -> set[Role]:
        """The roles that were ticked; a homeroom teacher is a teacher, a department's member is staff."""
        ticked = {Role(role) for role in self.roles.data or []}
        if self.class_ref:
            ticked.add(Role.TEACHER)
        if self.department_id:
            ticked.add(Role.STAFF)
        return ticked

    @property
    def class_ref(self) -> str:
        """The class that was chosen, as its address names it; empty for none."""
        return str(self.homeroom.data or "") if "homeroom" in self else ""

    @property
    def department_id(self) -> int | None:
        """The department that was chosen."""
        return int(self.department.data) if "department" in self and self.department.data else None

    def offer(self, classes: Sequence[tuple[str, str]], departments: Sequence[tuple[int, str]]) -> None:
        """What may be chosen: classes by reference, departments by id.  Without any, none is asked for."""
        if classes:
            self.homeroom.choices = offered([("", _l("No class")), *classes])
        else:
            del self.homeroom
        if departments:
            self.department.choices = offered(
                [("", _l("No department")), *((str(number), name) for number, name in departments)]
            )
        else:
            del self.department
        if not classes and not departments:
            del self.starts

    def validate_starts(self, field: Any) -> None:
        """A class or a department is taken from a day on."""
        if (self.class_ref or self.department_id) and not field.data and not field.errors:
            raise ValidationError(_l("Please fill this in."))


class SwitchForm(Form):
    """Closing an account or opening it again: whichever the page has shown, whatever happened since."""

    intent = HiddenField(
        validators=[AnyOf(["disable", "enable"], message=_l("Please choose from the list."))]
    )


class AssignForm(Form):
    """A duty in a class, a grade, a department, or for the whole school, which is no place to choose."""

    duty = SelectField(_l("Assignment"), choices=lambda: offered((duty.value, word(duty)) for duty in Duty))
    place = SelectField(_l("Place"))
    starts = Day(_l("First day"))
    ends = MaybeDay(_l("Last day"), description=_l("Empty: until it is ended."))

    def offer(self, places: Mapping[tuple[str, int], str]) -> None:
        """The places that may be chosen, by kind and id."""
        named = [(f"{kind}:{number}", label) for (kind, number), label in places.items()]
        self.place.choices = offered([("", "–"), *named])
        self.place.render_kw = {"data-follows": self.duty.id, "data-kinds": json.dumps(PLACE_OF)}

    def validate_place(self, field: Any) -> None:
        """Each kind of duty is in its kind of place; one for the whole school asks for none."""
        asked = PLACE_OF[Duty(self.duty.data)] if self.duty.data in set(Duty) else Place.SCHOOL
        if asked is not Place.SCHOOL and self._chosen[0] != asked:
            raise ValidationError(PLACE_ASKED[asked])

    @property
    def class_id(self) -> int | None:
        """The class that was chosen."""
        return self._number(Place.CLASS)

    @property
    def entry_year(self) -> int | None:
        """The grade that was chosen, by its entry year."""
        return self._number(Place.GRADE)

    @property
    def department_id(self) -> int | None:
        """The department that was chosen."""
        return self._number(Place.DEPARTMENT)

    @property
    def _chosen(self) -> tuple[str, str]:
        kind, _colon, number = str(self.place.data).partition(":")
        return kind, number

    def _number(self, asked: Place) -> int | None:
        return int(self._chosen[1]) if PLACE_OF[Duty(self.duty.data)] is asked else None


PLACE_ASKED: dict[Place, Any] = {
    Place.CLASS: _l("Please choose a class for this assignment."),
    Place.GRADE: _l("Please choose a grade for this assignment."),
    Place.DEPARTMENT: _l("Please choose a department for this assignment."),
}


class EndForm(Form):
    """The end of a duty."""

    last_day = Day(_l("Last day"))
