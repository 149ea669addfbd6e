"""What the school has in stock, and the ledger of each supply."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.accounts.queries import accounts
from tracker.disinfection.means_queries import lamps
from tracker.edge import Form, page, taken
from tracker.fields import offered
from tracker.permissions import Permission
from tracker.school import queries as school
from tracker.supplies import forms, queries, service
from tracker.supplies.models import Move, Supply
from tracker.supplies.rules import NEEDS_PERSON, SIGN, Category, Measure, MoveKind, Shelf
from tracker.supplies.service import Line

bp = Blueprint("supplies", __name__, url_prefix="/supplies")


@bp.get("/")
@requires(Permission.SUPPLY_READ)
def stock() -> Any:
    """What there is, for how long it lasts, what expires, what is lent, and what the term cost."""
    today = clock.today()
    term = school.term_on(today)
    return page(
        "supplies/stock.html",
        stocks=queries.stocks(today),
        expiring=[one for one in queries.lots(today) if one.balance and one.shelf is not Shelf.GOOD],
        cost=forms.yuan(queries.cost_cents(term.starts, term.ends)) if term else None,
        term=term,
        amount=forms.amount,
        button=Form(formdata=None),
        devices=queries.equipment(),
        lamps={one.lamp.id: one for one in lamps()},
    )


@bp.post("/opening")
@requires(Permission.SUPPLY_KEEP)
def opening() -> Any:
    """Begin with the usual list."""

    def ship() -> str:
        service.ship_opening(g.identity.user_id, clock.now(), clock.today())
        return url_for(".stock")

    return taken(Form(), "supplies.opening", ship, forms.refusal_words) or abort(400)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SUPPLY_KEEP)
def new() -> Any:
    """Something the school keeps from now on."""
    form = forms.SupplyForm()

    def add() -> str:
        made = service.add_supply(
            g.identity.user_id,
            clock.now(),
            name=form.name.data,
            category=Category(form.category.data),
            unit=Measure(form.unit.data),
            minimum=form.minimum.number or 0,
            keeper=form.keeper.data,
            licence=form.licence.data or None,
        )
        return url_for(".ledger", supply_id=made.id)

    return taken(form, "supplies.add", add, forms.refusal_words) or page("supplies/new.html", form=form)


def supply_of(supply_id: int) -> Supply | None:
    """The supply an address names."""
    return queries.supply(supply_id)


@bp.get("/<id:supply_id>")
@requires(Permission.SUPPLY_READ, of=supply_of)
def ledger(supply: Supply) -> Any:
    """The ledger of one supply, its lots, and what can be written."""
    return page(
        "supplies/ledger.html",
        supply=supply,
        balance=queries.balance(supply.id),
        lots=queries.lots(clock.today(), supply_id=supply.id),
        moves=queries.ledger(supply.id),
        kinds=[kind for kind in MoveKind if kind not in (MoveKind.MIX, MoveKind.APPROVE, MoveKind.RETURN)],
        amount=forms.amount,
        yuan=forms.yuan,
    )


@bp.route("/<id:supply_id>/lots/new", methods=["GET", "POST"])
@requires(Permission.SUPPLY_KEEP, of=supply_of)
def new_lot(supply: Supply) -> Any:
    """A delivery under one number."""
    form, supply_id = forms.LotForm(), supply.id
    if supply.category is not Category.CHLORINE:
        del form.percent, form.tablet_mg
    elif supply.unit is Measure.TABLET:
        del form.percent
    else:
        del form.tablet_mg

    def add() -> str:
        service.add_lot(
            g.identity.user_id,
            clock.now(),
            clock.today(),
            supply,
            code=form.code.data,
            strength_mg_per_l=form.strength_mg_per_l if "percent" in form else None,
            tablet_mg=form.tablet_mg.number if "tablet_mg" in form else None,
            expires_on=form.expires_on.data,
        )
        return url_for(".ledger", supply_id=supply_id)

    return taken(form, "supplies.lot", add, forms.refusal_words) or page(
        "supplies/lot.html", form=form, supply=supply
    )


def _move_form(supply: Supply, kind: MoveKind, before: Move | None) -> forms.MoveForm:
    """The form of a line: only what its kind asks for, with what the line it answers says."""
    form = forms.MoveForm(quantity=str(before.quantity) if before else None)
    lots = [one for one in queries.lots(clock.today(), supply_id=supply.id) if one.shelf is not Shelf.EXPIRED]
    if kind is MoveKind.SCRAP:
        lots = queries.lots(clock.today(), supply_id=supply.id)
    needs_lot = supply.category is Category.CHLORINE
    if not lots or SIGN.get(kind) == 0:
        del form.lot
    else:
        choices = [(str(one.lot.id), one.lot.code) for one in lots]
        form.lot.choices = offered(choices if needs_lot else [("", "–"), *choices])
    if kind not in NEEDS_PERSON:
        del form.person
    if kind is MoveKind.ACCEPT:
        form.buyer.choices = offered(
            [(str(one.user.id), one.user.name) for one in accounts(clock.today()) if not one.user.disabled_at]
        )
    else:
        del form.buyer, form.price
    if supply.unit is Measure.ML:
        form.quantity.label.text = _("How much, mL")
    form.quantity.least = 0 if kind is MoveKind.COUNT else 1
    return form


@bp.route(
    "/<id:supply_id>/<any(request, accept, issue, borrow, transfer, scrap, count):kind>",
    methods=["GET", "POST"],
)
@bp.route("/<id:supply_id>/<any(approve, accept, return):kind>/<id:refers_to>", methods=["GET", "POST"])
@requires(Permission.SUPPLY_KEEP, of=lambda supply_id, **more: _asked(supply_id, **more))
def move(asked: "tuple[Supply, MoveKind, int | None]") -> Any:
    """Write a line of the ledger."""
    supply, kind, refers_to = asked
    before = queries.move(refers_to) if refers_to else None
    form, supply_id = _move_form(supply, kind, before), supply.id
    if supply.category is Category.CHLORINE and SIGN.get(kind) != 0 and "lot" not in form:
        flash(_("Please add the lot of the delivery first."), "warning")
        return redirect(url_for(".new_lot", supply_id=supply_id))

    def write() -> str:
        line = Line(
            kind,
            form.quantity.number or 0,
            lot_id=form.lot_id,
            refers_to=refers_to,
            buyer_id=int(form.buyer.data) if "buyer" in form else None,
            price_cents=form.price_cents,
            person=form.person.data if "person" in form else None,
            note=form.note.data or None,
        )
        service.write(g.identity.user_id, clock.now(), clock.today(), supply_id, line)
        flash(_("It stands in the ledger."))
        return url_for(".ledger", supply_id=supply_id)

    return taken(form, f"supplies.{kind.value}", write, forms.refusal_words) or page(
        "supplies/move.html",
        form=form,
        supply=supply,
        kind=kind,
        balance=queries.balance(supply_id),
        amount=forms.amount,
    )


def _asked(
    supply_id: int, *, kind: str, refers_to: int | None = None
) -> "tuple[Supply, MoveKind, int | None] | None":
    found = queries.supply(supply_id)
    return (found, MoveKind(kind), refers_to) if found else None
