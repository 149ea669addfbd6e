"""Supplies by page: the ledger never goes below nothing, who buys does not accept, who mixes reads the rules."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, count
from tracker import clock
from tracker.db import db
from tracker.supplies import queries
from tracker.supplies.models import Batch, Lot, Move, Supply
from tracker.supplies.rules import MoveKind


@pytest.fixture
def lou(sign_in):
    return sign_in("lou")


@pytest.fixture
def chlorine(lou, cast):
    """84 disinfectant with a lot of 5 %, ten litres accepted, bought by the nurse; (supply, lot)."""
    lou.send(
        lou.get("/supplies/new"), name="84", category="chlorine", unit="ml", minimum="5000", keeper="Store"
    )
    supply = db.session.scalar(sa.select(Supply.id))
    lou.send(lou.get(f"/supplies/{supply}/lots/new"), code="A1", percent="5", expires_on="2027-01-31")
    lot = db.session.scalar(sa.select(Lot.id))
    page = lou.get(f"/supplies/{supply}/accept")
    lou.send(page, quantity="10000", lot=str(lot), buyer=str(cast.users["nora"]), price="128.50")
    return supply, lot


def masks(lou, balance="100"):
    lou.send(
        lou.get("/supplies/new"),
        name="Masks",
        category="protection",
        unit="piece",
        minimum="50",
        keeper="Nurse",
    )
    supply = db.session.scalar(sa.select(Supply.id).filter_by(name="Masks"))
    lou.send(lou.get(f"/supplies/{supply}/count"), quantity=balance)
    return supply


def test_an_empty_school_begins_with_the_usual_list(lou):
    page = lou.get("/supplies/")
    lou.send(page)
    rows = {
        row.th.text.strip(): row.td.text.split() for row in lou.get("/supplies/").select("tbody tr") if row.td
    }
    assert rows["Infrared thermometer"] == ["2", "low"] and rows["Mask (N95)"] == ["100"]
    assert rows["84 disinfectant"] == ["0", "L", "low"]


def test_stock_and_water_stand_on_the_mixer_s_page_and_the_batch_draws_from_its_lot(sign_in, chlorine):
    supply, lot = chlorine
    sam = sign_in("sam")
    page = sam.get("/supplies/mix")
    assert "100 mL of the stock and 9.9 L of water" in page.select_one("[role=status]").text
    assert "1 : 99" in page.text
    page = sam.send(page, target="1000", show="1", expect=200)
    assert "200 mL of the stock and 9.8 L of water" in page.text and count(Batch) == 0
    page = sam.send(page, expect=422)
    assert page.select_one("#safety-error") or "safety rules" in page.select_one(".alert-danger").text
    sam.send(page, safety="y", place="Bucket room")
    batch = db.session.scalars(sa.select(Batch)).one()
    assert (batch.mg_per_l, batch.volume_ml, batch.place) == (1000, 10_000, "Bucket room")
    assert queries.balance(supply) == queries.balance(supply, lot) == 9_800
    assert not sam.get("/supplies/mix").select("#safety")  # read once
    clock.freeze(NOW + timedelta(hours=25))
    assert "Nothing is mixed now" in sam.get("/supplies/mix").text


@pytest.mark.parametrize("values, field", [
    ({"litres": "-5"}, "litres"),
    ({"litres": "0"}, "litres"),
    ({"litres": "much"}, "litres"),
    ({"litres": "5000"}, "lot"),          # 50 litres of stock: there are ten
    ({"target": "70000"}, "target"),
])  # fmt: skip
def test_a_bucket_that_cannot_be_mixed_is_told_at_its_field(sign_in, chlorine, values, field):
    sam = sign_in("sam")
    page = sam.send(sam.get("/supplies/mix"), expect=422, safety="y", **values)
    assert page.select_one(f"#{field}-error"), page.select_one(".alert-danger")
    assert count(Batch) == 0


def test_a_target_above_the_stock_is_told_at_its_field(lou, sign_in, chlorine, cast):
    supply, _lot = chlorine
    lou.send(lou.get(f"/supplies/{supply}/lots/new"), code="weak", percent="0.1")
    weak = db.session.scalar(sa.select(Lot.id).filter_by(code="weak"))
    page = lou.get(f"/supplies/{supply}/accept")
    lou.send(page, quantity="10000", lot=str(weak), buyer=str(cast.users["nora"]))
    sam = sign_in("sam")
    page = sam.send(sam.get("/supplies/mix"), expect=422, safety="y", lot=str(weak), target="5000")
    assert "above what the lot has" in page.select_one("#target-error").text and count(Batch) == 0


def test_an_expired_lot_is_mixed_no_more(sign_in, chlorine):
    clock.freeze(NOW + timedelta(days=200))
    sam = sign_in("sam")
    page = sam.get("/supplies/mix")
    page = sam.send(page, expect=422, safety="y")
    assert "expired" in page.select_one("#lot-error").text
    assert "Expired" in sign_in("lou").get("/supplies/").select_one("section.alert").text


@pytest.mark.parametrize("values, field", [
    ({"percent": ""}, "percent"),
    ({"percent": "0"}, "percent"),
    ({"percent": "120"}, "percent"),
    ({"expires_on": "2026-09-20"}, "expires_on"),
    ({"code": "A1"}, "code"),
    ({"code": ""}, "code"),
])  # fmt: skip
def test_a_lot_that_cannot_be(lou, chlorine, values, field):
    page = lou.get(f"/supplies/{chlorine[0]}/lots/new")
    page = lou.send(page, expect=422, **{"code": "B2", "percent": "5", "expires_on": "2027-06-30"} | values)
    assert page.select_one(f"#{field}-error") and count(Lot) == 1


def test_who_has_bought_it_does_not_accept_it(lou, chlorine, cast):
    page = lou.get(f"/supplies/{chlorine[0]}/accept")
    page = lou.send(page, expect=422, quantity="500", buyer=str(cast.users["lou"]))
    assert page.select_one("#buyer-error") and queries.balance(chlorine[0]) == 10_000


def test_nobody_approves_an_own_request_and_each_is_answered_once(sign_in, lou, cast):
    supply, nora = masks(lou), sign_in("nora")
    lou.send(lou.get(f"/supplies/{supply}/request"), quantity="200")
    request = db.session.scalar(sa.select(Move.id).filter_by(kind=MoveKind.REQUEST))
    page = lou.send(lou.get(f"/supplies/{supply}/approve/{request}"), expect=422, quantity="200")
    assert "Somebody else" in page.text
    again = nora.get(f"/supplies/{supply}/approve/{request}")
    nora.send(nora.get(f"/supplies/{supply}/approve/{request}"), quantity="150")
    assert "not there any more" in nora.send(again, expect=422, quantity="150").text
    approval = db.session.scalar(sa.select(Move.id).filter_by(kind=MoveKind.APPROVE))
    page = lou.get(f"/supplies/{supply}/accept/{approval}")
    assert page.select_one("#quantity")["value"] == "150", "as much as was approved is proposed"
    lou.send(page, buyer=str(cast.users["nora"]), price="75")
    assert queries.balance(supply) == 250


def test_balances_are_as_computed_by_hand_and_never_below_nothing(lou):
    supply = masks(lou)
    lou.send(lou.get(f"/supplies/{supply}/issue"), quantity="30", person="Class 3(1)")
    lou.send(lou.get(f"/supplies/{supply}/borrow"), quantity="20", person="Gate")
    loan = db.session.scalar(sa.select(Move.id).filter_by(kind=MoveKind.BORROW))
    page = lou.send(lou.get(f"/supplies/{supply}/issue"), expect=422, quantity="51", person="Class 3(1)")
    assert page.select_one("#quantity-error") and page.select_one("#person")["value"] == "Class 3(1)"
    lou.send(lou.get(f"/supplies/{supply}/return/{loan}"), quantity="20")
    assert (
        "not lent" in lou.send(lou.get(f"/supplies/{supply}/return/{loan}"), expect=422, quantity="20").text
    )
    lou.send(lou.get(f"/supplies/{supply}/scrap"), quantity="5")
    lou.send(lou.get(f"/supplies/{supply}/transfer"), quantity="10", person="Spare room")
    assert queries.balance(supply) == 100 - 30 - 20 + 20 - 5
    lou.send(lou.get(f"/supplies/{supply}/count"), quantity="60")
    assert queries.balance(supply) == 60 and "-5" in lou.get(f"/supplies/{supply}").text


def test_how_long_it_lasts_and_what_the_term_cost(lou, chlorine):
    supply = masks(lou)
    for days in range(3):
        clock.freeze(NOW + timedelta(days=days))
        lou.send(lou.get(f"/supplies/{supply}/issue"), quantity="10", person="Class 3(1)")
    page = lou.get("/supplies/")
    row = next(row for row in page.select("tbody tr") if "Masks" in row.text)
    assert row.select("td")[2].text == "23"  # 70 left, 30 used on the last ten school days
    assert "128.50 yuan" in page.text


def test_the_same_form_twice_is_one_line(lou):
    supply = masks(lou)
    page = lou.get(f"/supplies/{supply}/issue")
    lou.send(page, quantity="30", person="Class 3(1)")
    lou.send(page, quantity="30", person="Class 3(1)")
    assert queries.balance(supply) == 70


def test_a_device_has_a_number_of_its_own_and_a_next_check(lou):
    values = {
        "kind": "forehead",
        "name": "Infrared thermometer",
        "room": "Gate",
        "keeper": "Gus",
        "next_check_on": "2026-09-01",
    }
    lou.send(lou.get("/supplies/devices/new"), number="T-01", **values)
    assert "due" in lou.get("/supplies/").select_one("#devices + ul").text
    page = lou.send(lou.get("/supplies/devices/new"), expect=422, number="T-01", **values)
    assert page.select_one("#number-error")


def test_a_reading_names_the_thermometer_it_was_taken_with(lou, sign_in, cast):
    device = {"name": "Thermometer", "room": "Gate", "keeper": "Gus"}
    for kind, number in (("forehead", "T-01"), ("axillary", "T-02"), ("lamp", "L-01")):
        lou.send(lou.get("/supplies/devices/new"), kind=kind, number=number, **device)
    gus, nora, child = sign_in("gus"), sign_in("nora"), cast.students["3-1"][2]
    page = gus.get("/gate/")
    offered = {one.text: one["value"] for one in page.select("[name=instrument] option")}
    assert [one for one in offered if "-0" in one] == [
        "Forehead, infrared · T-01",
        "Armpit, electronic · T-02",
    ]
    gus.send(page, "#stand", instrument=offered["Forehead, infrared · T-01"])
    gus.send(gus.get(f"/gate/students/{child}"), "#stop", outcome="hot", temperature="37.9")
    page = nora.get("/screening/fevers")
    offered = {one.text: one["value"] for one in page.select("[name=instrument] option")}
    assert list(offered) == ["Armpit, electronic", "Armpit, electronic · T-02", "Ear, infrared"]
    nora.send(page, ".retest-form", instrument="axillary/electronic#999", temperature="36.8", expect=422)
    nora.send(
        page, ".retest-form", instrument=offered["Armpit, electronic · T-02"], temperature="36.8", rested="y"
    )
    told = nora.get("/screening/fevers").select_one("#decided + ul").text
    assert "Forehead T-01" in told and "Armpit T-02" in told


def test_the_list_costs_few_statements_however_long_it_is(lou, statements):
    lou.send(lou.get("/supplies/"))
    with statements() as done:
        lou.get("/supplies/")
    assert len(done) <= 11
