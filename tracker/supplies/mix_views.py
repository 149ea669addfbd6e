"""The mixer's page: what to put into the bucket, and the batches that are good now."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.edge import page, taken
from tracker.permissions import Permission
from tracker.supplies import dilution_rules, forms, queries, service
from tracker.supplies.queries import LotSeen
from tracker.supplies.rules import Category, Shelf

bp = Blueprint("mix", __name__, url_prefix="/supplies")


@bp.route("/mix", methods=["GET", "POST"])
@requires(Permission.SUPPLY_MIX)
def mix() -> Any:
    """Stock and water for a bucket from a lot, computed from the label; and the record of what was mixed."""
    place = queries.last_place(g.identity.user_id) or _("General affairs")
    form, today = forms.MixForm(place=place), clock.today()
    lots = [
        one for one in queries.lots(today) if one.supply.category is Category.CHLORINE and one.balance > 0
    ]
    form.offer([(one.lot.id, _lot_label(one)) for one in lots])
    chosen = next((one for one in lots if str(one.lot.id) == form.lot.data), lots[0] if lots else None)
    asked = chosen is not None and queries.safety_read(g.identity.user_id, chosen.supply.id) is None
    if not asked:
        del form.safety

    def record() -> str:
        batch = service.mix(
            g.identity.user_id,
            clock.now(),
            today,
            lot_id=int(form.lot.data),
            target_mg_per_l=int(form.target.data),
            volume_ml=form.volume_ml,
            place=form.place.data,
            safety="safety" in form and bool(form.safety.data),
        )
        until = clock.local(batch.good_until).strftime("%m-%d %H:%M")
        flash(_("The batch is recorded. It is good until %(time)s.", time=until))
        return url_for(".mix")

    only_shown = "show" in request.form
    answer = None if only_shown else taken(form, "supplies.mix", record, forms.refusal_words)
    return answer or page(
        "supplies/mix.html",
        form=form,
        lots=lots,
        mixed=_mixed(form, chosen),
        batches=queries.batches_good(clock.now()),
        amount=forms.amount,
        code=200 if only_shown and not form.errors else None,
    )


def _lot_label(one: LotSeen) -> str:
    lot = one.lot
    strength = (
        f"{lot.tablet_mg} mg"
        if lot.tablet_mg
        else f"{(lot.strength_mg_per_l or 0) / dilution_rules.MG_PER_L_OF_PERCENT:g} %"
    )
    expired = f" · {_('expired')}" if one.shelf is Shelf.EXPIRED else ""
    return f"{one.supply.name} {strength} · {lot.code}{expired}"


def _mixed(form: forms.MixForm, chosen: LotSeen | None) -> dict[str, Any] | None:
    """What the chosen bucket takes; None where it cannot be mixed, and the form says why."""
    if chosen is None or not str(form.target.data).isdigit():
        return None
    lot, target = chosen.lot, int(form.target.data)
    refused = dilution_rules.refusal_of_mix(
        strength_mg_per_l=lot.strength_mg_per_l,
        tablet_mg=lot.tablet_mg,
        expires_on=lot.expires_on,
        target_mg_per_l=target,
        volume_ml=form.volume_ml,
        today=clock.today(),
    )
    if refused:
        if form.is_submitted() and not form.errors:
            reason, field = refused
            form.refuse(field, forms.refusal_words(reason, {}))
        return None
    mixed = service.dilution_of(lot, target, form.volume_ml)
    parts = dilution_rules.parts_of_water(lot.strength_mg_per_l, target) if lot.strength_mg_per_l else None
    return {
        "words": forms.mixed_words(mixed),
        "parts": None if parts is None else f"1 : {float(parts):.1f}".removesuffix(".0"),
        "reached": mixed.reached_mg_per_l,
        "warning": forms.warning_words(dilution_rules.warning_of(mixed.reached_mg_per_l, target)),
    }
