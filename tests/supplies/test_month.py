"""A month of a school's store, as it is computed by hand: balances, for how long they last, what they cost."""

from datetime import datetime, time
from itertools import accumulate

import pytest
import sqlalchemy as sa

from tests.cast import TERM, ZONE
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.school.queries import school_days
from tracker.supplies import queries, service
from tracker.supplies.models import Move, Supply
from tracker.supplies.rules import MoveKind, Refusal
from tracker.supplies.service import Line


def test_a_month_of_batches_and_issues(app, cast):
    lou, nora, sam = (cast.users[name] for name in ("lou", "nora", "sam"))
    days = school_days(*TERM)[:20]

    def at(number: int, hour: int) -> datetime:
        return datetime.combine(days[number], time(hour), ZONE)

    with transaction():
        service.ship_opening(lou, at(0, 6), days[0])
    known = {one.name: one for one in db.session.scalars(sa.select(Supply))}
    chlorine, masks = known["84 disinfectant"], known["Mask (N95)"]
    with transaction():
        lot = service.add_lot(
            lou, at(0, 6), days[0], chlorine,
            code="A1", strength_mg_per_l=50_000, tablet_mg=None, expires_on=None,
        )  # fmt: skip
        line = Line(MoveKind.ACCEPT, 6_500, lot_id=lot.id, buyer_id=nora, price_cents=12_850)
        service.write(lou, at(0, 7), days[0], chlorine.id, line)
        lot_id = lot.id

    def mix(number: int, target: int) -> None:
        with transaction():
            service.mix(
                sam, at(number, 8), days[number],
                lot_id=lot_id, target_mg_per_l=target, volume_ml=10_000, place="Store", safety=True,
            )  # fmt: skip

    for number, day in enumerate(days):
        mix(number, 500)
        mix(number, 1000)
        with transaction():
            service.write(nora, at(number, 9), day, masks.id, Line(MoveKind.ISSUE, 4, person="Gate"))

    # Each day 100 mL and 200 mL of the 5 % lot: 6,500 − 20 × 300 = 500 mL; at 300 a day for one day more.
    # Of the hundred masks of the opening list four a day: twenty are left, for five days.
    rows = {one.supply.name: one for of_kind in queries.stocks(days[-1]).values() for one in of_kind}
    assert (rows["84 disinfectant"].balance, rows["84 disinfectant"].lasts) == (500, 1)
    assert (rows["Mask (N95)"].balance, rows["Mask (N95)"].lasts) == (20, 5)
    assert rows["84 disinfectant"].is_low and rows["Small sprayer"].lasts is None
    assert queries.cost_cents(days[0], days[-1]) == 12_850

    mix(19, 1000)
    mix(19, 1000)
    with pytest.raises(Rejected) as no:
        mix(19, 1000)  # 100 mL are left
    assert (no.value.reason, no.value.field) == (Refusal.TOO_LITTLE, "lot")
    with transaction():
        service.write(lou, at(19, 10), days[-1], chlorine.id, Line(MoveKind.SCRAP, 100, lot_id=lot_id))
    for supply in known.values():
        deltas = db.session.scalars(sa.select(Move.delta).filter_by(supply_id=supply.id).order_by(Move.id))
        assert all(balance >= 0 for balance in accumulate(deltas)), supply.name
    assert queries.balance(chlorine.id) == 0
