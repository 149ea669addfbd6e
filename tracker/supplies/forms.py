"""Supplies as they are typed, how amounts are shown, and what is said where a rule refuses."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import ngettext
from wtforms import BooleanField, SelectField, ValidationError

from tracker.edge import Form
from tracker.fields import Line, MaybeDay, Needed, offered
from tracker.supplies.dilution_rules import TARGETS_MG_PER_L, Dilution, Warning, strength_of_percent
from tracker.supplies.rules import USUAL_LAMP_HOURS, Category, DeviceKind, Lamp, Measure, Refusal
from tracker.words import word

MOST = 10_000_000

WORDS: dict[Refusal, Any] = {
    Refusal.NOT_A_PERCENTAGE: _l("Please enter the label's percentage, above 0 and at most 100, such as 5."),
    Refusal.NO_STRENGTH: _l("Please enter the strength from the label: it decides how much is mixed."),
    Refusal.TARGET_ABOVE_STOCK: _l("The target lies above what the lot has, or is none. Please check both."),
    Refusal.NO_VOLUME: _l("A bucket holds more than nothing. Please enter its litres, such as 10."),
    Refusal.LOT_EXPIRED: _l("This lot has expired. Please take another, and scrap it."),
    Refusal.LOT_TAKEN: _l("There is such a lot already."),
    Refusal.LOT_NEEDED: _l("Please choose from the list."),
    Refusal.EXPIRES_BEFORE_TODAY: _l("It has expired already and cannot be taken in."),
    Refusal.TOO_LITTLE: _l("There is less than that."),
    Refusal.OWN_REQUEST: _l("Somebody else approves what you have asked for."),
    Refusal.OWN_PURCHASE: _l("Who has bought it does not accept it. Please let somebody else count it."),
    Refusal.NOT_REQUESTED: _l("This request is not there any more. Please load the page again."),
    Refusal.NOT_APPROVED: _l("This approval is not there any more. Please load the page again."),
    Refusal.NOT_LENT: _l("So much was not lent, or it is back already."),
    Refusal.SAFETY_UNREAD: _l("Please read the safety rules first and tick that you have."),
    Refusal.NAME_TAKEN: _l("There is a supply of this name already."),
    Refusal.NUMBER_TAKEN: _l("Another device has this number."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason])


def amount(quantity: int, unit: Measure) -> str:
    """A quantity with its unit: 9.9 L, 100 mL, 12 tablets, 12."""
    match unit:
        case Measure.ML if quantity == 0:
            return "0 L"
        case Measure.ML if abs(quantity) >= 1000:
            return f"{Decimal(quantity) / 1000:f} L"
        case Measure.ML:
            return f"{quantity} mL"
        case Measure.TABLET:
            return str(ngettext("%(num)s tablet", "%(num)s tablets", quantity))
    return str(quantity)


def yuan(cents: int) -> str:
    """Money: 1,234.50."""
    return f"{Decimal(cents) / 100:,.2f}"


def warning_words(warning: Warning | None) -> str:
    """What is to be known of a strength."""
    return {
        None: "",
        Warning.BELOW_TARGET: _("Below the target: it does not do its work."),
        Warning.ABOVE_TWICE: _("More than twice the target: it harms hands and surfaces."),
    }[warning]


def mixed_words(mixed: Dilution) -> str:
    """What to put together, as one line."""
    if mixed.tablets is not None:
        return _(
            "%(tablets)s in %(water)s of water",
            tablets=amount(mixed.tablets, Measure.TABLET),
            water=amount(mixed.water_ml, Measure.ML),
        )
    return _(
        "%(stock)s of the stock and %(water)s of water",
        stock=amount(mixed.stock_ml or 0, Measure.ML),
        water=amount(mixed.water_ml, Measure.ML),
    )


class Whole(Line):
    """A whole number as it is typed; needed unless said otherwise."""

    def __init__(self, label: Any, *, least: int = 1, **more: Any) -> None:
        self.least = least
        super().__init__(label, most=12, render_kw={"inputmode": "numeric"}, **more)

    def pre_validate(self, form: Any) -> None:
        """Digits only, within bounds."""
        super().pre_validate(form)
        plain = unicodedata.normalize("NFKC", self.data or "")
        if plain and not (re.fullmatch(r"\d{1,9}", plain) and self.least <= int(plain) <= MOST):
            raise ValidationError(
                _(
                    "Please enter a whole number from %(least)s to %(most)s.",
                    least=self.least,
                    most=f"{MOST:,}",
                )
            )

    @property
    def number(self) -> int | None:
        """What was typed; None for nothing."""
        return int(unicodedata.normalize("NFKC", self.data)) if self.data else None


def _decimal(text: str, places: int) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", ".")
    return Decimal(plain) if re.fullmatch(rf"-?\d{{1,7}}(\.\d{{1,{places}}})?", plain) else None


class SupplyForm(Form):
    """Something the school keeps in stock."""

    name = Line(_l("Supply"))
    category = SelectField(_l("Kind"), choices=lambda: offered((kind.value, word(kind)) for kind in Category))
    unit = SelectField(
        _l("Counted in"), choices=lambda: offered((unit.value, word(unit)) for unit in Measure)
    )
    minimum = Whole(_l("At least"), least=0)
    keeper = Line(_l("Where it is kept"))
    licence = Line(_l("Registration number of a disinfectant"), needed=False)


class LotForm(Form):
    """A delivery under one number."""

    code = Line(_l("Lot"))
    percent = Line(_l("Strength on the label, %"), needed=False, most=12, render_kw={"inputmode": "decimal"})
    tablet_mg = Whole(_l("or chlorine of one tablet, mg"), needed=False)
    expires_on = MaybeDay(_l("Expires on"))

    def validate_percent(self, field: Any) -> None:
        """A label's percentage lies above 0 and at most at 100."""
        if field.data and strength_of_percent(field.data) is None:
            raise ValidationError(WORDS[Refusal.NOT_A_PERCENTAGE])

    @property
    def strength_mg_per_l(self) -> int | None:
        """The strength from the label."""
        return strength_of_percent(self.percent.data) if self.percent.data else None


class MoveForm(Form):
    """A line of the ledger; what its kind does not ask for is taken out."""

    quantity = Whole(_l("How much"))
    lot = SelectField(_l("Lot"))
    person = Line(_l("To whom, or where to"))
    buyer = SelectField(_l("Bought by"))
    price = Line(_l("Price of all, yuan"), needed=False, most=12, render_kw={"inputmode": "decimal"})
    note = Line(_l("Note"), most=255, needed=False)

    def validate_price(self, field: Any) -> None:
        """An amount of money, or nothing."""
        if field.data and ((price := _decimal(field.data, 2)) is None or price < 0):
            raise ValidationError(_l("Please enter an amount such as 128.50."))

    @property
    def price_cents(self) -> int | None:
        """The price in hundredths; None where nobody said."""
        price = _decimal(self.price.data, 2) if "price" in self and self.price.data else None
        return int(price * 100) if price is not None else None

    @property
    def lot_id(self) -> int | None:
        """The lot that was chosen."""
        return int(self.lot.data) if "lot" in self and self.lot.data else None


class MixForm(Form):
    """A bucket to be mixed."""

    lot = SelectField(_l("Lot"))
    target = SelectField(
        _l("Wanted, mg/L of available chlorine"),
        choices=lambda: offered((str(one), str(one)) for one in TARGETS_MG_PER_L),
        default="500",
    )
    litres = Line(_l("Bucket, litres"), most=8, default="10", render_kw={"inputmode": "decimal"})
    place = Line(_l("Where it stands"))
    safety = BooleanField(_l("I have read the safety rules."))

    def validate_litres(self, field: Any) -> None:
        """Litres with up to three places."""
        if field.data and _decimal(field.data, 3) is None:
            raise ValidationError(WORDS[Refusal.NO_VOLUME])

    def offer(self, lots: Sequence[tuple[int, str]]) -> None:
        """The lots that may be chosen."""
        self.lot.choices = offered((str(number), label) for number, label in lots)

    @property
    def volume_ml(self) -> int:
        """The bucket in millilitres; 0 where it cannot be read."""
        litres = _decimal(self.litres.data or "", 3)
        return int(litres * 1000) if litres is not None else 0


class DeviceForm(Form):
    """A device with a number."""

    number = Line(_l("Number"), most=32)
    kind = SelectField(
        _l("Kind"),
        choices=lambda: offered((one.value, word(one)) for one in DeviceKind),
        validators=[Needed()],
    )
    name = Line(_lp("equipment", "Device"))
    room = Line(_lp("equipment", "Room"))
    keeper = Line(_l("Keeper"))
    next_check_on = MaybeDay(_l("Next check"))
    retired_on = MaybeDay(_l("No longer used since"))
    most_hours = Whole(
        _l("Of an ultraviolet lamp: replace its tube after, hours"),
        needed=False,
        description=_l("Usually 1000."),
    )
    burned_hours = Whole(
        _l("Of an ultraviolet lamp: the tube has burned before, hours"), needed=False, least=0
    )

    @classmethod
    def of(cls, found: Any) -> "DeviceForm":
        """The form of a device, or of a new one."""
        if found is None or found.lamp_hours is None:
            return cls(obj=found)
        burned = str(found.tube_minutes // 60)
        return cls(obj=found, most_hours=str(found.lamp_hours), burned_hours=burned)

    @property
    def lamp(self) -> Lamp | None:
        """What is known of a lamp's tube; None for other devices."""
        if self.kind.data != DeviceKind.LAMP:
            return None
        return Lamp(self.most_hours.number or USUAL_LAMP_HOURS, 60 * (self.burned_hours.number or 0))
