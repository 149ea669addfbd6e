"""Retest chains through the real application: opened by a sheet, decided by the nurse, corrected."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, count
from tracker import clock
from tracker.absence.queries import home_fever_trigger
from tracker.audit.models import ReadLog, Trail
from tracker.db import db, transaction
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind
from tracker.room.models import Stay
from tracker.room.rules import StayEnd, Trouble
from tracker.screening import fever_queries, fever_service
from tracker.screening.fever_rules import Instrument
from tracker.screening.models import Fever, FeverTrigger, Reading, SheetVersion
from tracker.screening.rules import FeverSource, FeverState, Site
from tracker.screening.trigger_queries import triggers_on

SHEET = "/screening/2024-1/2026-09-21/arrival"
MORNING = SHEET.replace("arrival", "morning")
FEVERS = "/screening/fevers"


def later(minutes: int) -> None:
    """Let so many minutes go by since 08:05."""
    clock.freeze(NOW + timedelta(minutes=minutes))


def text_of(page) -> str:
    return " ".join(page.select_one("main").text.split())


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Fever.state).order_by(Fever.id)))


def fevers_known() -> list[int]:
    """The temperatures of the fevers that hold as facts."""
    db.session.rollback()
    return sorted(
        db.session.scalars(
            sa.select(Observation.tenths).where(
                Observation.kind == ObservationKind.FEVER, Observation.retracted_at.is_(None)
            )
        )
    )


def counted(no: int = 1) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(SheetVersion.fever).where(SheetVersion.no == no))


@pytest.fixture
def hot(cast) -> int:
    return cast.students["3-1"][0]


@pytest.fixture
def waits(sign_in, hot):
    """Ann has measured a child too warm at 08:05; now it is 08:12."""
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{hot}": "378"})
    later(7)
    return ann


def retest(nora, expect=303, **values):
    return nora.send(nora.get(FEVERS), ".retest-form", expect, **values)


def test_a_warm_child_waits_before_the_nurse_until_it_is_measured_again(waits, sign_in, cast, hot):
    nora = sign_in("nora")
    page = nora.get(FEVERS)
    assert "Child 3-1 01 3(1) · seat 1 37.8 ℃ Forehead 08:05 · Ann Teacher waiting for 7 min" in text_of(page)
    assert [one["value"] for one in page.select("select[name=instrument] option")] == [
        "axillary/electronic",
        "ear/infrared",
    ]
    retest(nora, instrument="ear/infrared", temperature="386")
    assert states() == ["confirmed"]
    page = nora.get(FEVERS)
    assert "Nobody is waiting" in text_of(page) and "38.6 ℃ Ear 08:12 · Nora Nurse" in text_of(page)
    assert fevers_known() == [386] and counted() == 1
    next_sheet = waits.get(MORNING)
    assert next_sheet.select_one(f"input[name=state-{hot}][checked]")["value"] == "symptomatic"
    waits.send(next_sheet, "#sheet")
    assert "Child 3-1 01 Symptoms · Fever" in text_of(waits.get(f"{MORNING}/1"))
    reading = db.session.scalars(sa.select(Reading).where(Reading.seq == 2)).one()
    assert (reading.site, reading.by, reading.student_id) == ("ear", cast.users["nora"], hot)
    deed = db.session.scalars(sa.select(Trail).where(Trail.deed == "fever.retest")).one()
    assert (deed.student_id, deed.changes) == (hot, {"seq": 2, "state": "confirmed"})
    read = db.session.scalars(sa.select(ReadLog).where(ReadLog.page == "fevers")).one()
    assert (read.user_id, read.times) == (cast.users["nora"], 3)


def test_a_normal_retest_takes_the_fever_back_everywhere(waits, sign_in, hot):
    retest(sign_in("nora"), temperature="36.7")
    assert states() == ["cleared"] and fevers_known() == [] and counted() == 0
    receipt = text_of(waits.get(f"{SHEET}/1"))
    assert "Fever0" in receipt and "37.8 ℃ · Retest normal" in receipt
    correcting = waits.get(SHEET).select_one(f"[data-student='{hot}']")
    assert not correcting.has_attr("open") and "Retest normal" in correcting.text
    waits.send(waits.get(SHEET), "#sheet", **{f"sym__{hot}": "cough"})
    assert counted(2) == 0 and states() == ["cleared"] and fevers_known() == []
    assert "Cough" in text_of(waits.get(f"{SHEET}/2"))


def test_with_other_signs_a_child_is_measured_up_to_three_times(sign_in, hot):
    ann, nora = sign_in("ann"), sign_in("nora")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{hot}": "378", f"sym__{hot}": "cough"})
    for minutes, state in ((6, "waiting"), (12, "waiting"), (18, "cleared")):
        later(minutes)
        retest(nora, temperature="36.8")
        assert states() == [state]
    assert list(db.session.scalars(sa.select(Reading.seq).order_by(Reading.seq))) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"temperature": "warm"}, "“warm” is not a temperature"),
        ({"temperature": ""}, "Please fill this in"),
        ({"temperature": "34.1"}, "“34.1” is unusual"),
        ({"temperature": "36.8", "instrument": "forehead/infrared"}, "another method"),
        ({"temperature": "36.8", "taken_at": "08:04"}, "The first reading was taken at 08:05"),
        ({"temperature": "36.8", "taken_at": "08:13"}, "not come yet"),
        ({"temperature": "36.8", "taken_at": "08:09"}, "The child rests until 08:10"),
        ({"temperature": "36.8", "taken_at": "soon"}, "as 08:15"),
    ],
)
def test_a_retest_that_cannot_be_says_why_and_keeps_what_was_typed(waits, sign_in, values, sentence):
    page = retest(sign_in("nora"), 422, **values)
    assert sentence in text_of(page)
    form = page.select_one(".retest-form")
    assert form.select_one("[name=temperature]")["value"] == values["temperature"]
    assert page.select_one(".alert a")["href"].lstrip("#") in {one["id"] for one in form.select("[id]")}
    assert states() == ["waiting"] and count(Reading) == 1


def test_an_early_retest_is_taken_once_somebody_says_that_the_child_has_rested(waits, sign_in):
    nora = sign_in("nora")
    page = retest(nora, 422, temperature="36.8", taken_at="08:09")
    assert page.select_one("#rested-1") and page.select_one("#rested-1-error")
    nora.send(page, ".retest-form", rested="on")
    assert states() == ["cleared"]
    assert db.session.scalar(sa.select(Trail.changes).where(Trail.deed == "fever.retest"))["early"]


def feverish(nora) -> str:
    """What the nurse's day says of retests."""
    return " ".join(nora.get("/nurse/").select_one("section[aria-labelledby=n-retest]").text.split())


def test_a_confirmed_fever_stays_before_the_nurse_until_the_child_is_sent_to_the_room(waits, sign_in, hot):
    nora = sign_in("nora")
    retest(nora, instrument="ear/infrared", temperature="386")
    assert "Confirmed fever: to the observation room Child 3-1 01 3(1) 38.6 ℃" in feverish(nora)
    page = nora.get(FEVERS)
    nora.send(page, "form[action^='/report/']")
    assert nora.location.startswith("/room/")
    facts = " ".join(nora.get(nora.location).select_one("dl.facts").stripped_strings)
    assert "Measured before 08:05 Forehead 37.8 ℃ · 08:12 Ear 38.6 ℃" in facts
    nora.send(page, "form[action^='/report/']")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
    assert "Confirmed fever" not in feverish(nora)
    assert not nora.get(FEVERS).select("form[action^='/report/']")


def test_who_a_sheet_no_longer_has_in_class_needs_no_sending(waits, sign_in, hot):
    nora = sign_in("nora")
    retest(nora, instrument="ear/infrared", temperature="386")
    waits.send(waits.get(MORNING), "#sheet", **{f"state__{hot}": "left"})
    assert "Confirmed fever" not in feverish(nora)


def test_a_stay_that_ended_before_the_fever_began_does_not_hide_it(waits, sign_in, cast, hot):
    db.session.add(
        Stay(
            student_id=hot, reported_at=NOW - timedelta(minutes=30), reported_by=cast.users["ann"], trouble=Trouble.INJURY,
            place="", soiled=False, ended_at=NOW - timedelta(minutes=10), ended_how=StayEnd.NEVER_CAME,
        )
    )  # fmt: skip
    db.session.commit()
    nora = sign_in("nora")
    retest(nora, instrument="ear/infrared", temperature="386")
    assert "Confirmed fever" in feverish(nora)


def test_an_unusual_retest_is_taken_once_it_is_confirmed(waits, sign_in):
    retest(sign_in("nora"), temperature="34.1", sure="on")
    assert states() == ["cleared"]


def test_the_same_retest_sent_five_times_is_one(waits, sign_in):
    nora = sign_in("nora")
    page = nora.get(FEVERS)
    for _ in range(5):
        nora.send(page, ".retest-form", temperature="36.8")
    assert count(Reading) == 2


def test_who_is_second_learns_that_it_was_decided(waits, sign_in):
    nora = sign_in("nora")
    first, second = nora.get(FEVERS), nora.get(FEVERS)
    nora.send(first, ".retest-form", temperature="36.8")
    page = nora.send(second, ".retest-form", 422, temperature="38.8")
    assert "decided in the meantime" in text_of(page)
    nora.send(second, "form[id^=left]", 422)
    assert states() == ["cleared"] and count(Reading) == 2


def test_a_child_waiting_is_not_forgotten_overnight(waits, sign_in):
    clock.freeze(NOW + timedelta(days=1))
    nora = sign_in("nora")
    page = nora.get(FEVERS)
    assert "since 09-21" in text_of(page)
    nora.send(page, "form[id^=left]")
    assert states() == ["unretested"]
    assert "Not measured again" in text_of(nora.get(FEVERS))
    assert fevers_known() == [378] and counted() == 1, "neither confirmed nor normal: it stays what it was"


def test_the_sheets_own_retest_decides(sign_in, hot, cast):
    cleared = cast.students["3-1"][1]
    ann = sign_in("ann")
    ann.send(
        ann.get(SHEET),
        "#sheet",
        **{f"t1__{hot}": "378", f"t2__{hot}": "38.1", f"t1__{cleared}": "374", f"t2__{cleared}": "36.6"},
    )
    assert sorted(states()) == ["cleared", "confirmed"]
    assert counted() == 1 and fevers_known() == [381]
    assert all(db.session.scalars(sa.select(Reading.fever_id)))
    found = fever_queries.chains_of([hot, cleared], TODAY)
    assert [len(found[one][0].readings) for one in (hot, cleared)] == [2, 2]


def test_a_correction_takes_its_chain_back(waits, hot):
    waits.send(waits.get(SHEET), "#sheet", **{f"t1__{hot}": "36.8"})
    assert states() == ["struck"] and fevers_known() == [] and counted(2) == 0
    assert fever_queries.waiting(TODAY) == []


def test_a_corrected_value_goes_on_with_its_chain(waits, sign_in, hot):
    retest(sign_in("nora"), temperature="36.7")
    later(9)
    waits.send(waits.get(SHEET), "#sheet", **{f"t1__{hot}": "37.5"})
    assert states() == ["cleared"] and counted(2) == 0 and fevers_known() == []


def test_what_the_nurse_has_added_stays_when_the_sheet_is_corrected(waits, sign_in, hot):
    retest(sign_in("nora"), temperature="38.3")
    later(9)
    waits.send(waits.get(SHEET), "#sheet", **{f"t1__{hot}": "36.5"})
    assert states() == ["confirmed"] and counted(2) == 0
    assert fevers_known() == [383]


def test_an_undone_sheet_takes_its_chains_back(waits):
    waits.send(waits.get(f"{SHEET}/1"), "form[action$=undo]")
    assert states() == ["struck"] and fevers_known() == []


def test_a_retest_typed_on_the_next_sheet_decides_and_counts_on_both(waits, hot):
    waits.send(waits.get(MORNING), "#sheet", **{f"t1__{hot}": "375", f"t2__{hot}": "366"})
    assert states() == ["cleared"] and fevers_known() == []
    assert list(db.session.scalars(sa.select(SheetVersion.fever))) == [0, 0]
    later(9)
    waits.send(waits.get(MORNING), "#sheet", **{f"t1__{hot}": "", f"t2__{hot}": ""})
    assert states() == ["waiting"], "the retest was struck: the child waits again"
    assert list(db.session.scalars(sa.select(SheetVersion.fever).order_by(SheetVersion.sheet_id))) == [
        1,
        0,
        0,
    ]
    assert fevers_known() == [378]


def test_a_warm_child_of_a_later_session_begins_another_chain(waits, sign_in, hot):
    retest(sign_in("nora"), temperature="36.7")
    clock.freeze(NOW + timedelta(hours=6))
    waits.send(waits.get(SHEET.replace("arrival", "noon")), "#sheet", **{f"t1__{hot}": "37.8"})
    assert states() == ["cleared", "waiting"]


def test_old_sheets_without_chains_stay_readable(waits, hot):
    db.session.execute(sa.update(Reading).values(fever_id=None))
    db.session.execute(sa.delete(Fever))
    db.session.commit()
    assert "37.8 ℃ · Awaiting retest" in text_of(waits.get(f"{SHEET}/1"))
    waits.send(waits.get(SHEET), "#sheet", **{f"t2__{hot}": "36.6"})
    assert states() == ["cleared"] and counted(2) == 0


def test_a_reading_of_the_observation_room_opens_a_chain_or_decides_it(either_app):
    _, cast = either_app
    by, child = cast.users["nora"], cast.students["3-1"][0]
    stay = FeverSource.STAY, 1

    def take(minutes: int, tenths: int, instrument: Instrument) -> int | None:
        with transaction():
            return fever_service.take_reading(
                by, NOW + timedelta(minutes=minutes), child, TODAY, tenths, instrument, *stay
            )

    assert take(0, 368, Instrument.EAR) is None
    opened = take(1, 379, Instrument.FOREHEAD)
    assert take(2, 380, Instrument.FOREHEAD) == opened, "the same method is no retest"
    assert states() == ["waiting"]
    assert take(8, 384, Instrument.AXILLARY) == opened
    assert states() == ["confirmed"] and fevers_known() == [384]


def test_two_sheets_at_once_open_one_chain(either_app):
    _, cast = either_app
    row = {"student_id": cast.students["3-1"][0], "day": TODAY, "source": FeverSource.GATE, "source_id": 1}
    more = {"state": FeverState.WAITING, "opened_at": NOW, "decided_at": None, "decided_by": None}
    db.session.execute(sa.insert(Fever), row | more)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Fever), row | more)
    db.session.rollback()


def test_the_triggers_are_shown_with_their_sources_and_changed_from_tomorrow(sign_in, cast):
    nora = sign_in("nora")
    page = nora.get("/screening/triggers")
    assert [one.text for one in page.select("tbody td.text-nowrap:nth-child(2)")] == [
        "≥ 37.3 ℃",
        "≥ 37.5 ℃",
        "≥ 37.3 ℃",
    ]
    change = {"instrument": "forehead/infrared", "temperature": "37.0", "source": "The gun's leaflet"}
    nora.send(page, **change)
    shown = text_of(nora.get("/screening/triggers"))
    assert "from tomorrow ≥ 37.0 ℃2026-09-22The gun's leaflet" in shown
    assert triggers_on(TODAY)[Site.FOREHEAD] == 373
    assert triggers_on(date(2026, 9, 22)) == {Site.FOREHEAD: 370, Site.EAR: 375, Site.AXILLARY: 373}
    nora.send(nora.get("/screening/triggers"), **change | {"temperature": "37.1"})
    assert count(FeverTrigger) == 4, "a change that has not begun is replaced"
    again = nora.send(nora.get("/screening/triggers"), expect=422, **change | {"temperature": "37.1"})
    assert "This is the trigger already" in text_of(again)
    wrong = nora.send(nora.get("/screening/triggers"), expect=422, **change | {"temperature": "42"})
    assert "between 36.0 and 39.0" in text_of(wrong) or "unusual" in text_of(wrong)


def test_one_trigger_holds_everywhere(app, cast):
    db.session.add(
        FeverTrigger(site=Site.AXILLARY, device="electronic", valid_from=TODAY, tenths=371, source="tests")
    )
    db.session.add(
        FeverTrigger(site=Site.AXILLARY, device="mercury", valid_from=TODAY, tenths=380, source="x")
    )
    db.session.commit()
    assert home_fever_trigger(TODAY) == 371 == triggers_on(TODAY)[Site.AXILLARY]
    assert triggers_on(date(2020, 1, 1))[Site.EAR] == 375, "before any row: what is shipped"


def test_the_page_costs_few_statements(sign_in, cast, statements, waits):
    nora = sign_in("nora")
    with statements() as done:
        nora.get(FEVERS)
    assert len(done) <= 12
