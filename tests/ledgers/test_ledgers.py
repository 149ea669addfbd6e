import io
from dataclasses import fields
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.absence import town
from tests.cast import NOW, TODAY
from tests.history.history import history_file
from tests.room import house
from tracker import clock, datafolder
from tracker.absence.models import Clearance
from tracker.absence.rules import CallResult
from tracker.audit.models import ReadLog
from tracker.db import db, transaction
from tracker.facts.rules import Symptom
from tracker.history import files, service
from tracker.history.plan import Options
from tracker.ledgers import frames
from tracker.ledgers.rules import DAILY_COLUMNS, SUMS, age_on, three, today
from tracker.room.rules import Trouble
from tracker.school.models import Guardian, Student
from tracker.screening import fever_service
from tracker.screening.fever_rules import Instrument
from tracker.screening.rules import AbsenceReason, FeverSource, State
from tracker.screening.summary_queries import day_summary

ILL, UNKNOWN = AbsenceReason.ILLNESS, AbsenceReason.UNKNOWN
PHONE = "13800001234"


def table(page, place=-1):
    """A table of a ledger's page, header and rows, as text; a cell over several columns once."""
    found = page.select("main table")[place]
    (header,) = found.select("thead tr:last-child")
    heads = [cell.text for cell in header.select("th")]
    return heads, [[cell.text for cell in row.select("td")] for row in found.select("tbody tr")]


def dicts(page, place=-1):
    heads, rows = table(page, place)
    return [dict(zip(heads, row, strict=False)) for row in rows]


def workbook(visitor, url):
    visitor.get(f"{url}{'&' if '?' in url else '?'}file=xlsx")
    return load_workbook(io.BytesIO(visitor.response.data)).active


def bring_in(*rows):
    with transaction():
        service.import_history(
            None, NOW, TODAY, files.read_table(history_file(*rows)), "0" * 64, Options(assume_complete=True)
        )


@pytest.fixture
def week(app, cast):
    """Some days gone by, told by a file: two classes, signs of illness, a late-comer, unknown reasons."""
    bring_in(
        ("2026-09-16", "morning", "T2024101", "absent", "illness", "fever;rash", "", "2026-09-15"),
        ("2026-09-16", "morning", "T2024103", "symptomatic", "", "cough"),
        ("2026-09-17", "morning", "T2024101", "absent", "illness"),
        ("2026-09-17", "noon", "T2024101", "absent", "illness"),
        ("2026-09-17", "morning", "T2024102", "absent", "unknown"),
        ("2026-09-17", "noon", "T2023201", "symptomatic", "", "cough;vomiting", "37.9"),
        ("2026-09-18", "morning", "T2024104", "symptomatic", "", "cough"),
        ("2026-09-18", "noon", "T2023202", "absent", "personal"),
    )


@pytest.fixture
def feverish(week, sign_in, cast):
    """Today: a fever confirmed and one found normal on a sheet, one of the gate, of a class without one."""
    confirmed, normal = cast.students["3-1"][:2]
    ann = sign_in("ann")
    typed = {f"t1__{confirmed}": "378", f"t2__{confirmed}": "381", f"sym__{normal}": "fever",
             f"t1__{normal}": "377", f"t2__{normal}": "366"}  # fmt: skip
    ann.send(ann.get("/screening/2024-1/2026-09-21/arrival"), "#sheet", **typed)
    with transaction():
        fever_service.take_reading(
            cast.users["gus"], NOW, cast.students["4-2"][0], TODAY, 379, Instrument.FOREHEAD, FeverSource.GATE, 1
        )  # fmt: skip


@pytest.mark.parametrize("day", [date(2026, 9, n) for n in (16, 17, 18, 21)])
def test_the_sums_close_from_the_rows_to_the_days_summary(feverish, day):
    ledger = frames.daily(day, time.max, TODAY)
    summary = day_summary(day)
    counts = [column.name for column in DAILY_COLUMNS if column.name in ledger.totals]
    assert {name: ledger.totals[name] for name in counts} == ledger.frame[counts].sum().to_dict()
    assert {name: ledger.totals[name] for name in SUMS} == {
        one.name: getattr(summary.total, one.name) for one in fields(summary.total)
    }
    assert ledger.totals["ill"] == summary.ill
    assert {one: n for one in Symptom if (n := ledger.totals[today(one)])} == summary.symptoms
    assert ledger.totals["fever"] == ledger.totals[today(Symptom.FEVER)] == {17: 1, 21: 2}.get(day.day, 0)
    assert Symptom.RASH not in summary.symptoms, "an absent child was not seen at school"
    frame = ledger.frame[ledger.frame["expected"].notna()]
    assert (frame[[*SUMS[1:8]]].sum(axis=1) == frame["expected"]).all()


def test_page_and_workbook_show_the_same_sums(week, sign_in):
    nora = sign_in("nora")
    page = nora.get("/ledgers/day?day=2026-09-17")
    shown = [cell.text for cell in page.select("tfoot td")]
    sheet = workbook(nora, "/ledgers/day?day=2026-09-17")
    last = max(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "All together")
    kept = [sheet.cell(last, n).value for n in range(1, len(shown) + 1)]
    assert [str(value) if value is not None else "" for value in kept] == shown
    assert shown[1] == "18" and kept[1] == 18  # a number, not a text
    frame = frames.daily(date(2026, 9, 17), time.max, TODAY)
    assert shown[3] == str(frame.totals["expected"]) == "18"


def test_three_school_days_count_a_child_once(week):
    ledger = frames.daily(date(2026, 9, 18), time.max, TODAY)
    (third, fourth) = ledger.frame.to_dict("records")
    assert (third[today(Symptom.COUGH)], third[three(Symptom.COUGH)]) == (1, 2)
    assert (fourth[today(Symptom.COUGH)], fourth[three(Symptom.COUGH)]) == (0, 1)


def test_what_was_not_submitted_is_never_zero(app, cast, sign_in):
    town.take(cast, NOW, {})
    pia = sign_in("pia")
    page = pia.get("/ledgers/day")
    _heads, rows = table(page)
    assert rows[0][:6] == ["3(1)", "10", "1/2", "10", "10", "0"]
    assert rows[1][:4] == ["4(2)", "8", "0/2", "Not submitted"]
    assert "0" not in rows[1]
    assert "Child" not in page.text  # the principal's ledger names nobody
    sheet = workbook(pia, "/ledgers/day")
    values = [cell.value for row in sheet.iter_rows() for cell in row if cell.row == sheet.max_row - 3]
    assert "Not submitted" in values and 0 not in values


def test_normal_unset_missing_and_zero_are_four_things_on_the_class_sheet(app, cast, sign_in):
    first, second = cast.students["3-1"][:2]
    town.take(cast, NOW, {first: ILL, second: State.UNSET}, session="morning")
    rows = dicts(sign_in("ann").get("/ledgers/class/2024-1"))
    assert [row["Morning check"] for row in rows[:3]] == ["Absent: illness", "Not recorded", "Normal"]
    assert rows[0]["Arrival screening"] == "Not submitted" and rows[0]["Noon check"] == "Not due yet"
    sums = dicts(sign_in("ann").get("/ledgers/class/2024-1"), 0)
    assert [
        (row["Session"], row["Expected"], row.get("Absent")) for row in sums if row["Expected"] == "10"
    ] == [("Morning check", "10", "1")]


def test_the_class_sheets_sums_are_those_of_its_rows(week, sign_in, cast):
    ledger = frames.class_sheet(
        db.session.get_one(frames.SchoolClass, cast.classes["3-1"]), date(2026, 9, 17), time.max, TODAY
    )
    for sums in ledger.beside.frame.to_dict("records"):
        lines = [line for line in ledger.frame[sums["session"].value] if hasattr(line, "state")]
        if not lines:
            continue
        assert sums["expected"] == len(lines)
        assert sums["absent"] == sum(line.state is State.ABSENT for line in lines)


def test_absence_tracing_of_the_own_class_with_masked_numbers(app, cast, sign_in):
    child = cast.students["3-1"][0]
    db.session.add(Guardian(student_id=child, seq=1, phone_enc=datafolder.encrypt(PHONE)))
    db.session.get_one(Student, child).name = "=1+1"
    db.session.get_one(Student, child).birth_date = date(2017, 9, 22)
    db.session.commit()
    town.take(cast, NOW, {child: ILL})
    town.log(cast, NOW, town.only(child), CallResult.HOME_ILL)
    clock.freeze(NOW)
    ann = sign_in("ann")
    page = ann.get("/ledgers/class/2024-1/absences")
    (row,) = dicts(page)
    assert (row["Full name"], row["Age"], row["Reason"]) == ("=1+1", "8", "Illness")
    assert row["Guardian's phone"] == "138****1234" and PHONE not in page.text
    assert "At home, no doctor yet" in row["Calls"] and row["Followed up by"] == "Ann Teacher"
    (sums,) = dicts(page, 0)
    assert sums == {"Expected": "10", "Present": "9", "Absent": "1", "of these ill": "1"}
    sheet = workbook(ann, "/ledgers/class/2024-1/absences")
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert cells["=1+1"].data_type == "s" and cells["=1+1"].quotePrefix
    assert cells["138****1234"].number_format == "@" and PHONE not in cells
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.freeze_panes and sheet.print_title_rows
    assert any(isinstance(value, int) for value in cells)
    assert sum(db.session.scalars(sa.select(ReadLog.times))) == 2  # the page and the file


def test_an_absence_stands_in_every_period_it_touches(week, sign_in):
    nora = sign_in("nora")

    def shown(since, until):
        rows = dicts(nora.get(f"/ledgers/absences?since={since}&until={until}"))
        return [row.get("Full name") for row in rows]

    assert shown("2026-09-17", "2026-09-17") == ["Child 3-1 01", "Child 3-1 02"]
    assert shown("2026-09-14", "2026-09-18") == ["Child 3-1 01", "Child 3-1 02", "Child 4-2 02"]
    assert shown("2026-09-01", "2026-09-04") == [None]  # nothing in these days


def test_who_asked_about_an_unknown_reason(app, cast, sign_in):
    child = cast.students["3-1"][2]
    town.take(cast, NOW, {child: UNKNOWN, cast.students["3-1"][3]: ILL})
    nora = sign_in("nora")
    (row,) = dicts(nora.get("/ledgers/causes"))
    assert (row["Full name"], row["Reason"], row["Tries"]) == ("Child 3-1 03", "Reason unknown", "0")
    town.log(cast, NOW, town.only(child), CallResult.HOME_ILL)
    clock.freeze(NOW)
    (row,) = dicts(nora.get("/ledgers/causes"))
    assert (row["Reason"], row["Learned by"], row["Tries"]) == ("Illness", "Ann Teacher", "1")


def test_the_room_and_the_returns(app, cast, sign_in):
    stay = house.report(cast, NOW, 5, Trouble.VOMITING).stay_id
    house.arrive(cast, NOW, stay)
    town.take(cast, NOW, {cast.students["3-1"][5]: ILL})
    clearance = {"conditions": ["symptoms_gone"], "papers": [{"kind": "recovery", "attachment": None}]}
    db.session.add(
        Clearance(
            episode_id=town.only(cast.students["3-1"][5]).id, no=1, returns_on=date(2026, 9, 22),
            by=cast.users["nora"], at=NOW, **clearance,
        )
    )  # fmt: skip
    db.session.commit()
    clock.freeze(NOW)
    nora = sign_in("nora")
    (row,) = dicts(nora.get("/ledgers/room"))
    assert (row["Full name"], row["What was seen"], row["Room"]) == (
        "Child 3-1 05", "Vomiting", "Observation room",
    )  # fmt: skip
    (row,) = dicts(nora.get("/ledgers/returns"))
    assert (row["Cleared from"], row["Cleared by"]) == ("09-22", "Nora Nurse")
    assert row["Conditions seen"] and row["Papers"]


@pytest.mark.parametrize("url, field", [
    ("/ledgers/absences?since=soon", "#since-error"),
    ("/ledgers/absences?since=2026-09-21&until=2026-09-01", "#until-error"),
    ("/ledgers/room?since=2020-09-21&until=2026-09-01", "#until-error"),
    ("/ledgers/absences?since=2027-12-05", "#since-error"),
    ("/ledgers/day?day=soon", "#day-error"),
])  # fmt: skip
def test_a_period_that_cannot_be_is_told_at_its_field(sign_in, url, field):
    assert sign_in("nora").get(url, 422).select_one(field)


def test_the_index_offers_what_one_may_open(sign_in):
    def links(who):
        return [a["href"].partition("?")[0] for a in sign_in(who).get("/ledgers/").select("main a")]

    assert links("ann") == ["/ledgers/class/2024-1", "/ledgers/class/2024-1/absences"]
    hygiene = [f"/ledgers/{name}" for name in ("disinfection", "keepers", "stock")]
    assert links("pia") == ["/ledgers/day", *hygiene]
    assert links("lou") == hygiene
    assert len(links("nora")) == 5 + 3 + 2 * 2


@pytest.mark.parametrize("path", ["", "day", "class/2024-1", "absences", "causes", "room", "returns"])
def test_the_pages_in_chinese(week, sign_in, path):
    nora = sign_in("nora")
    nora.get(f"/ledgers/{path}?lang=zh_Hans")
    if path:
        nora.get(f"/ledgers/{path}?lang=zh_Hans&file=xlsx")


@pytest.mark.parametrize("born, age", [
    (date(2017, 9, 21), 9), (date(2017, 9, 22), 8), (None, None),
])  # fmt: skip
def test_a_childs_age(born, age):
    assert age_on(born, TODAY) == age


def test_ledgers_cost_the_same_for_few_and_many(week, app, cast, statements, sign_in):
    nora = sign_in("nora")
    for path in (
        "day?day=2026-09-17",
        "class/2024-1?day=2026-09-17",
        "absences?since=2026-09-14&until=2026-09-18",
    ):
        with statements() as done:
            nora.get(f"/ledgers/{path}")
        assert len(done) <= 22, (path, len(done))


def test_the_room_says_what_was_measured_before_a_child_was_sent_there(app, cast, sign_in):
    child = cast.students["3-1"][4]
    ann = sign_in("ann")
    ann.send(ann.get("/screening/2024-1/2026-09-21/morning"), "#sheet", **{f"t1__{child}": "37.8"})
    at = NOW + timedelta(minutes=3)
    house.report(cast, at, 5, Trouble.FEVER, place="")
    clock.freeze(at)
    (row,) = dicts(sign_in("nora").get("/ledgers/room"))
    assert (row["Readings ℃"], row["Where"]) == ("37.8", "own classroom")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/ledgers/day", "Counted: every child once; who was seen at school once counts as present"),
        ("/ledgers/absences", "Counted: sums from the sheets, rows from the absences that are followed up"),
        ("/ledgers/room", None),
    ],
)
def test_numbers_that_could_be_taken_for_the_same_say_what_they_count(sign_in, path, told):
    said = sign_in("nora").get(path).text
    assert told in said if told else "Counted" not in said
