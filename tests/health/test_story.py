"""A student's page: everything that was recorded of one student, in order, for those who may read it."""

from datetime import date, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from tests.cast import NOW
from tests.history.history import history_file
from tracker import clock
from tracker.audit.models import ReadLog
from tracker.charts.style import NARROW, WIDE
from tracker.charts.temperature import temperatures
from tracker.charts.words import Words
from tracker.db import db, transaction
from tracker.health.forms import CHART_PHRASES
from tracker.health.frames import TEMPERATURES
from tracker.health.rules import Moment, MomentKind, told
from tracker.history import files
from tracker.history.plan import Options
from tracker.history.service import import_history
from tracker.room.models import Stay
from tracker.room.rules import Room, StayEnd, Trouble

SHEET = "/screening/2024-1/2026-09-21/morning"


def lines(page):
    return [" ".join(item.text.split()) for item in page.select("li.story")]


def place(found, words):
    return next(n for n, line in enumerate(found) if words in line)


@pytest.fixture
def ill(sign_in, cast):
    """A child with 37.8 and a cough in the morning, absent with illness at noon; its id."""
    child, ann = cast.students["3-1"][0], sign_in("ann")
    ann.send(
        ann.get(SHEET), "#sheet", **{f"t1__{child}": "37.8", f"t2__{child}": "38.1", f"sym__{child}": "cough"}
    )
    clock.freeze(NOW + timedelta(hours=6))
    ann.send(ann.get(SHEET.replace("morning", "noon")), "#sheet", **{f"state__{child}": "absent:illness"})
    return child


def test_the_page_tells_what_was_recorded_the_newest_first(sign_in, ill):
    page = sign_in("ann").get(f"/students/{ill}")
    assert page.h1.text == "Child 3-1 01"
    found = lines(page)
    assert found[place(found, "Noon check")].startswith("14:05 Noon check · Absent: illness")
    assert "Cough" in found[place(found, "Morning check")]
    assert "Armpit 38.1 ℃ · retest" in " ".join(found) and "Forehead 37.8 ℃" in " ".join(found)
    assert place(found, "Noon check") < place(found, "37.8")
    assert page.select("img[src$='temperatures.svg']")


def test_what_was_corrected_stays_crossed_out(sign_in, ill):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{ill}": "36.8", f"t2__{ill}": None, f"sym__{ill}": None})
    crossed = " ".join(one.text for one in ann.get(f"/students/{ill}").select("li.story s"))
    assert "37.8" in crossed and "36.8" not in crossed


def test_a_stay_in_the_observation_room_is_told_from_its_report_to_its_end(sign_in, cast):
    child = cast.students["3-1"][2]
    db.session.add(
        Stay(
            student_id=child, reported_at=NOW, reported_by=cast.users["ivy"], trouble=Trouble.VOMITING, place="Music room",
            soiled=True, room=Room.MAIN, arrived_at=NOW + timedelta(minutes=4), ended_at=NOW + timedelta(minutes=50),
            ended_how=StayEnd.FETCHED, ended_by=cast.users["nora"], relation="mother",
        )
    )  # fmt: skip
    db.session.commit()
    clock.freeze(NOW + timedelta(hours=1))
    ended, came, reported = lines(sign_in("nora").get(f"/students/{child}"))
    assert "mother" in ended and "Nora Nurse" in ended
    assert came.startswith("08:09") and reported.startswith("08:05 Reported") and "Music room" in reported


def test_nothing_but_normal_checks_is_said_in_one_line(sign_in, cast):
    page = sign_in("nora").get(f"/students/{cast.students['4-2'][0]}")
    assert "Nothing was recorded but normal checks" in page.text and not page.select("main img")


@pytest.mark.parametrize("who, code", [
    ("ann", 200), ("bo", 200), ("nora", 200), ("carl", 404), ("sam", 403), ("ivy", 403), ("lou", 403),
    ("asa", 403), ("pia", 403), ("ada", 403), ("stranger", 403),
])  # fmt: skip
def test_who_reads_it(sign_in, cast, who, code):
    child = cast.students["3-1"][0]
    for path in (f"/students/{child}", f"/students/{child}/temperatures.svg"):
        sign_in(who).get(path, code)


def test_every_reading_of_the_page_is_logged_with_the_student(sign_in, cast):
    nora, child = sign_in("nora"), cast.students["3-1"][0]
    nora.get(f"/students/{child}")
    nora.get(f"/students/{child}")
    nora.get(f"/students/{child}/temperatures.svg")
    rows = db.session.execute(sa.select(ReadLog.page, ReadLog.student_id, ReadLog.times))
    assert sorted(rows) == [("student", child, 2), ("temperatures", child, 1)]
    readers = nora.get(f"/students/{child}").select_one("#readers")
    assert readers is None or "as a chart" in readers.text


def test_its_statements_do_not_grow_with_what_is_told(sign_in, cast, ill, statements):
    nora, done = sign_in("nora"), []
    for child in (ill, cast.students["4-2"][0]):
        with statements() as told_by:
            nora.get(f"/students/{child}")
        done.append(len(told_by))
    assert done[0] == done[1] <= 20


def test_moments_of_one_instant_are_told_in_the_order_in_which_they_happen():
    opened, called = (Moment(NOW, kind, None, {}) for kind in (MomentKind.OPENED, MomentKind.CALL))
    earlier = Moment(NOW - timedelta(days=1), MomentKind.CALL, None, {})
    assert told([earlier, called, opened]) == [called, opened, earlier]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("tenths", [[], [365], [372, 378, 381, 366, 365, 364, 365, 366]])
def test_the_temperatures_are_drawn_in_both_languages(app, language, size, tenths):
    start = pd.Timestamp("2026-09-21 00:10", tz="UTC")
    frame = TEMPERATURES.frame(
        (start + pd.Timedelta(hours=n), 1, value, ("forehead", "axillary")[n % 2])
        for n, value in enumerate(tenths)
    )
    with app.test_request_context(), force_locale(language):
        words = Words(language, {key: str(phrase) for key, phrase in CHART_PHRASES.items()}, {})
        figure = temperatures(frame, words, size)
        figure.draw_without_rendering()
    if tenths:
        drawn = {round(float(y), 1) for line in figure.axes[0].lines for y in line.get_ydata()}
        assert drawn == {value / 10 for value in tenths}


def test_the_picture_is_served_and_never_kept(sign_in, ill):
    nora = sign_in("nora")
    nora.get(f"/students/{ill}/temperatures.svg")
    assert nora.response.mimetype == "image/svg+xml" and nora.response.headers["Cache-Control"] == "no-store"


def test_what_was_imported_stands_on_its_own_day_with_temperature_and_diagnosis(sign_in, cast):
    child, day = cast.students["3-1"][0], date(2026, 9, 7)
    row = (day, "morning", "T2024101", "absent", "illness", "cough", "38.2", "", "influenza")
    table, options = files.read_table(history_file(row)), Options()
    with transaction():
        import_history(cast.users["nora"], NOW, clock.today(), table, "0" * 64, options)
    page = sign_in("nora").get(f"/students/{child}")
    assert [one["id"] for one in page.select("main h2")] == ["d2026-09-08", "d2026-09-07"]
    (told,) = [one for one in lines(page) if "Morning check" in one]
    assert told.startswith("16:30") and all(said in told for said in ("Cough", "38.2 ℃", "Influenza"))
