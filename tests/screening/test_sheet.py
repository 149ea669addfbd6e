"""The sheet through the real application: taken, received, corrected, met by somebody else's."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, ZONE, count
from tests.conftest import Visitor
from tracker import clock
from tracker.absence.models import Episode
from tracker.audit.models import ReadLog, Trail
from tracker.db import db
from tracker.facts.models import Observation
from tracker.school.models import CalendarDay, Enrolment, Excuse
from tracker.school.rules import DayType, Scope
from tracker.screening.models import Entry, Reading, Roster, Sheet, SheetVersion

SHEET = "/screening/2024-1/2026-09-21/arrival"


def at(text: str) -> None:
    """Let the school's clock show another time of the cast's day."""
    hours, minutes = text.split(":")
    clock.freeze(NOW.replace(hour=int(hours), minute=int(minutes)))


def newest() -> SheetVersion:
    return db.session.scalars(
        sa.select(SheetVersion).order_by(SheetVersion.at.desc(), SheetVersion.no.desc())
    ).first()


def main_text(page) -> str:
    return " ".join(page.select_one("main").text.split())


def test_an_all_normal_class_is_one_link_and_one_button(sign_in, cast):
    ann = sign_in("ann")
    home = ann.get("/")
    card = home.select_one(".tile.now a.btn-primary")
    page = ann.get(card["href"])
    ann.send(page, "#sheet")
    assert ann.location == f"{SHEET}/1"
    assert "Submitted 08:05" in main_text(ann.get(ann.location))
    assert count(Entry) == count(Reading) == count(Observation) == 0, "no reading is invented"
    version = newest()
    assert (version.expected, version.checked, version.unset) == (10, 10, 0)


def test_one_fever_and_one_absence_leave_what_they_say(sign_in, cast):
    hot, gone = cast.students["3-1"][:2]
    ann = sign_in("ann")
    ann.send(
        ann.get(SHEET),
        "#sheet",
        **{
            f"t1__{hot}": "378",
            f"t2__{hot}": "38，1",
            f"sym__{hot}": "cough",
            f"state__{gone}": "absent:illness",
        },
    )
    version = newest()
    assert (version.expected, version.checked, version.absent, version.fever, version.symptomatic) == (
        10,
        9,
        1,
        1,
        1,
    )
    readings = db.session.execute(
        sa.select(Reading.student_id, Reading.seq, Reading.tenths).order_by(Reading.seq)
    ).all()
    assert readings == [(hot, 1, 378), (hot, 2, 381)]
    facts = db.session.execute(
        sa.select(Observation.student_id, Observation.kind, Observation.code, Observation.tenths)
    ).all()
    assert set(facts) == {
        (hot, "symptom", "cough", None),
        (hot, "fever", None, 381),
        (gone, "ill_absence", "illness", None),
    }
    page = ann.get(ann.location)
    receipt = main_text(page)
    assert "please report the child and bring it to the observation room 01 Child 3-1 01" in receipt
    assert page.select_one('.alert a[href="/report/2024-1"]')
    assert "37.8 ℃ · retest 38.1 ℃ · Confirmed fever · Cough" in receipt
    assert "Absent: illness" in receipt


def test_the_absentee_is_in_the_queue_and_the_class_no_longer_missing(sign_in, cast):
    gone = cast.students["3-1"][1]
    nora = sign_in("nora")
    assert "3(1)" in nora.get("/").select_one("section[aria-labelledby=missing]").text
    ann = sign_in("ann")
    for session in ("arrival", "morning"):
        ann.send(ann.get(SHEET.replace("arrival", session)), "#sheet", **{f"state__{gone}": "absent:unknown"})
    assert "3(1)" not in nora.get("/").select_one("section[aria-labelledby=missing]").text
    assert "Child 3-1 02" in main_text(nora.get("/absences/"))
    assert count(Episode) == 1
    deed = db.session.scalars(sa.select(Trail).where(Trail.deed == "screening.submit")).first()
    assert (deed.by, deed.kind, deed.via) == (cast.users["ann"], "sheet", "page")


def test_the_same_request_again_changes_nothing_and_gives_the_same_receipt(sign_in, cast):
    ann = sign_in("ann")
    page = ann.get(SHEET)
    ann.send(page, "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"})
    first = ann.location
    ann.send(page, "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"})
    assert ann.location == first
    assert count(SheetVersion) == 1 and count(Entry) == 1 and count(Episode) == 1


def test_the_same_request_after_the_close_still_gives_its_receipt(sign_in):
    ann = sign_in("ann")
    page = ann.get(SHEET)
    ann.send(page, "#sheet")
    at("09:01")
    ann.send(page, "#sheet")
    assert ann.location == f"{SHEET}/1"


def test_a_key_is_good_for_one_sheet_and_for_one_person(sign_in):
    ann, bo = sign_in("ann"), sign_in("bo")
    page = ann.get(SHEET)
    key = page.select_one("input[name=key]")["value"]
    ann.send(page, "#sheet")
    ann.send(ann.get(SHEET.replace("arrival", "morning")), "#sheet", expect=404, key=key)
    bo.send(bo.get(SHEET), "#sheet", expect=404, key=key, base="0")
    assert count(SheetVersion) == 1


def test_the_key_of_a_sheet_that_was_undone_says_so(sign_in):
    ann = sign_in("ann")
    page = ann.get(SHEET)
    ann.send(page, "#sheet")
    ann.send(ann.get(ann.location), "form[action$=undo]")
    ann.send(page, "#sheet", expect=410)


def test_an_old_receipt_undoes_nobody_elses_sheet(sign_in):
    ann, bo = sign_in("ann"), sign_in("bo")
    ann.send(ann.get(SHEET), "#sheet")
    receipt = ann.get(ann.location)
    ann.send(receipt, "form[action$=undo]")
    ann.send(receipt, "form[action$=undo]")
    bo.send(bo.get(SHEET), "#sheet")
    ann.send(receipt, "form[action$=undo]", key="00000000-0000-0000-0000-000000000077")
    assert db.session.scalars(sa.select(Sheet.head)).all() == [3]


def test_undoing_a_sheet_takes_its_excuses_along(sign_in, cast):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{cast.students['3-1'][0]}": "38.0"})
    assert count(Excuse) == 2
    receipt = ann.get(ann.location)
    told = "Please bring to the retest point; it is measured again in 5 to 10 minutes 01 Child 3-1 01"
    assert told in main_text(receipt)
    ann.send(receipt, "form[action$=undo]")
    assert count(Excuse) == 0


@pytest.mark.parametrize("path", [
    "/screening/?day=0001-01-05", "/screening/?day=9999-12-31", "/screening/?day=x",
    "/screening/2024-1/0001-01-01/arrival", "/screening/2024-1/9999-12-31/arrival", "/screening/2024-1/x/arrival",
    "/screening/2024-1/2026-09-21/lunch", "/screening/2024-99/2026-09-21/arrival", "/screening/x/2026-09-21/arrival",
    "/screening/2024-1/2026-09-21/arrival/99999999999999999999", "/screening/2024-1/2026-09-21/arrival/1",
])  # fmt: skip
def test_an_address_that_names_nothing_is_not_there(sign_in, path):
    sign_in("ann").get(path, 404)


def test_a_correction_keeps_every_version_and_overwrites_nothing(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{one}": "38.0", f"sym__{one}": ["cough", "rash"]})
    at("08:12")
    page = ann.get(SHEET)
    assert page.select_one(f"#t1-{one}")["value"] == "38.0"
    ann.send(page, "#sheet", **{f"t1__{one}": "36.8", f"sym__{one}": None})
    assert ann.location == f"{SHEET}/2"
    assert [
        (e.since_no, e.until_no) for e in db.session.scalars(sa.select(Entry).order_by(Entry.since_no))
    ] == [(1, 2), (2, None)]
    assert db.session.scalar(sa.select(sa.func.count()).where(Observation.retracted_at.is_(None))) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(Reading.struck_at.is_not(None))) == 1
    old = main_text(ann.get(f"{SHEET}/1"))
    assert "This version was corrected since" in old


def test_a_correction_to_normal_voids_the_absence_nobody_has_called_about(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{one}": "absent:unknown"})
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{one}": "normal"})
    assert db.session.scalars(sa.select(Episode.state)).all() == ["void"]


def test_a_stale_edit_shows_both_versions_and_keeps_what_was_typed(sign_in, cast):
    first, second, third = cast.students["3-1"][:3]
    ann, bo = sign_in("ann"), sign_in("bo")
    anns, bos = ann.get(SHEET), bo.get(SHEET)
    ann.send(anns, "#sheet", **{f"state__{first}": "absent:illness"})
    page = bo.send(
        bos, "#sheet", expect=409, **{f"t1__{second}": "37.9", f"state__{third}": "absent:personal"}
    )
    rows = [
        [" ".join(cell.text.split()) for cell in row.select("th, td")]
        for row in page.select(".contested tbody tr")
    ]
    assert rows == [
        ["01 Child 3-1 01", "Absent: illness", "Normal"],
        ["02 Child 3-1 02", "Normal", "37.9 ℃ · Awaiting retest"],
        ["03 Child 3-1 03", "Normal", "Absent: personal leave"],
    ]
    assert page.select_one(f"#t1-{second}")["value"] == "37.9"
    assert count(SheetVersion) == 1, "nothing was overwritten"
    proposed = {field["name"]: field["value"] for field in page.select(".contested input[checked]")}
    assert proposed == {f"pick-{first}": "theirs", f"pick-{second}": "mine", f"pick-{third}": "mine"}
    bo.send(page, "#sheet", **{f"pick__{third}": "theirs"})
    assert bo.location == f"{SHEET}/2"
    assert count(SheetVersion) == 2
    states = db.session.execute(
        sa.select(Entry.student_id, Entry.state).where(Entry.until_no.is_(None))
    ).all()
    assert set(states) == {(first, "absent"), (second, "measured")}, "each student as it was chosen"


def test_a_student_who_moved_away_or_came_makes_the_edit_stale(sign_in, cast):
    ann = sign_in("ann")
    page = ann.get(SHEET)
    mover = cast.students["3-1"][3]
    row = db.session.get(Enrolment, (mover, date(2026, 9, 1)))
    row.ends = TODAY - timedelta(days=1)
    db.session.commit()
    answer = ann.send(page, "#sheet", expect=409)
    assert "no longer of this class" in main_text(answer)
    joined = cast.students["4-2"][0]
    db.session.get(Enrolment, (joined, date(2026, 9, 1))).ends = TODAY - timedelta(days=1)
    db.session.add(Enrolment(student_id=joined, starts=TODAY, class_id=cast.classes["3-1"], seat=40))
    db.session.commit()
    answer = ann.send(answer, "#sheet", expect=409)
    assert "New on the list: 40 Child 4-2 01" in main_text(answer)
    ann.send(answer, "#sheet")


def test_a_student_who_was_never_of_the_class_is_refused(sign_in, cast):
    ann = sign_in("ann")
    page = ann.get(SHEET)
    ids = ",".join(str(one) for one in [*cast.students["3-1"], cast.students["4-2"][0]])
    answer = ann.send(page, "#sheet", expect=422, roster=ids)
    assert "never of this class" in main_text(answer)
    assert count(Sheet) == 0


@pytest.mark.parametrize(
    "first, retest, complaint",
    [
        ("ab", "", "“ab” is not a temperature"),
        ("3.67", "", "“3.67” does not"),
        ("100.4", "", "that would be 38.0 ℃"),
        ("44", "", "between 32.0 and 43.0"),
        ("34.2", "", "unusual"),
        ("", "37.0", "no first reading"),
    ],
)
def test_a_wrong_temperature_is_told_at_its_field_and_nothing_is_lost(
    sign_in, cast, first, retest, complaint
):
    one, two = cast.students["3-1"][:2]
    ann = sign_in("ann")
    page = ann.send(
        ann.get(SHEET),
        "#sheet",
        expect=422,
        **{f"t1__{one}": first, f"t2__{one}": retest, f"state__{two}": "absent:illness"},
    )
    assert page.title.text.startswith("Error: ")
    link = page.select_one("[role=alert] a")
    field = page.select_one(link["href"])
    assert field["aria-invalid"] == "true"
    assert complaint in link.text
    assert complaint in page.find(id=field["aria-describedby"]).text
    assert page.select_one(f"#t1-{one}")["value"] == first
    assert page.select_one(f"input[name=state-{two}][checked]")["value"] == "absent:illness"
    assert count(Sheet) == 0


def test_an_unusual_temperature_is_taken_once_it_was_measured_again(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    page = ann.send(ann.get(SHEET), "#sheet", expect=422, **{f"t1__{one}": "34.2"})
    ann.send(page, "#sheet", **{f"sure__{one}": "on"})
    assert db.session.scalar(sa.select(Reading.tenths)) == 342


def test_a_reading_of_a_student_who_is_not_at_school_is_asked_about(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    page = ann.send(
        ann.get(SHEET), "#sheet", expect=422, **{f"t1__{one}": "36.5", f"state__{one}": "absent:personal"}
    )
    assert "said not to be at school" in main_text(page)


def test_in_the_full_grid_who_is_left_empty_stays_unset(sign_in, cast):
    ids = cast.students["3-1"]
    ann = sign_in("ann")
    page = ann.get(SHEET + "?mode=full")
    ann.send(
        page, "#sheet", **{f"t1__{one}": "36.5" for one in ids[:7]}, **{f"state__{ids[7]}": "absent:illness"}
    )
    version = newest()
    assert (version.checked, version.absent, version.unset) == (7, 1, 2)
    states = db.session.execute(sa.select(Entry.state, sa.func.count()).group_by(Entry.state)).all()
    assert dict(states) == {"measured": 7, "absent": 1, "unset": 2}


def test_measured_without_a_value_is_asked_for_it(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    page = ann.send(ann.get(SHEET + "?mode=full"), "#sheet", expect=422, **{f"state__{one}": "measured"})
    assert page.find(id=f"t1-{one}-error").text == "The reading is missing."
    ann.send(page, "#sheet", **{f"t1__{one}": "36.6"})
    assert (newest().checked, newest().unset) == (1, 9)


@pytest.mark.parametrize(
    "path, wall, sentence",
    [
        ("/screening/2024-1/2026-09-25/arrival", "08:05", "has not come"),
        ("/screening/2024-1/2026-09-19/arrival", "08:05", "no school day"),
        ("/screening/2024-1/2026-08-01/arrival", "08:05", None),
        ("/screening/2024-1/2026-09-21/noon", "08:05", "opens at 13:40"),
        ("/screening/2024-1/2026-09-21/arrival", "09:01", "closed at 09:00"),
        ("/screening/2024-1/2026-09-18/arrival", "08:05", "closed"),
        ("/screening/2024-1/2026-09-21/evening", "16:00", "not asked"),
    ],
)
def test_a_sheet_at_the_wrong_time_is_refused_with_the_reason(sign_in, path, wall, sentence):
    ann = sign_in("ann")
    page = ann.get(SHEET)
    at(wall)
    data = {
        name: page.select_one(f"input[name={name}]")["value"]
        for name in ("csrf_token", "key", "base", "mode", "roster")
    }
    if sentence is None:  # before any plan or enrolment: there is no such sheet
        ann.get(path, 404)
        ann.post(path, data | {"how": "looked"}, 404)
    else:
        assert sentence in main_text(ann.get(path))
        assert sentence in main_text(ann.post(path, data | {"how": "looked"}, 422))
    assert count(Sheet) == 0


def test_the_nurse_enters_a_closed_sheet_with_a_reason(sign_in, cast):
    nora = sign_in("nora")
    at("09:30")
    page = nora.get(SHEET)
    assert nora.send(page, "#sheet", expect=422).select_one("#reason")
    nora.send(page, "#sheet", reason="Told by Ann Teacher")
    assert newest().reason == "Told by Ann Teacher"


def test_after_midnight_a_teacher_corrects_no_more(sign_in):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet")
    page = ann.get(SHEET)
    clock.freeze(datetime(2026, 9, 22, 0, 0, tzinfo=ZONE))
    assert "ask the school nurse" in main_text(ann.send(page, "#sheet", expect=422))
    clock.freeze(datetime(2026, 9, 21, 23, 59, tzinfo=ZONE))
    ann.send(page, "#sheet")


@pytest.mark.parametrize(
    "who, expect",
    [("carl", 404), ("stranger", 403), ("sam", 403), ("ada", 403), ("lou", 403), ("pia", 403), ("asa", 403)],
)
def test_nobody_else_reaches_the_sheet(sign_in, who, expect):
    sign_in(who).get(SHEET, expect)


def test_a_visitor_is_led_to_the_sign_in_and_back(visitor):
    visitor.get(SHEET, 302)
    assert visitor.location == f"/login?next={SHEET}"


@pytest.mark.parametrize(
    "spoil",
    [
        {"csrf_token": None},
        {"key": None},
        {"key": "1"},
        {"how": "guessed"},
        {"base": "-1"},
        {"base": "9" * 30},
        {"roster": "9" * 30},
        {"base": "9" * 30},
        {"roster": "9" * 30},
    ],
)
def test_a_form_without_token_or_key_is_refused(sign_in, spoil):
    ann = sign_in("ann")
    ann.app.config["WTF_CSRF_ENABLED"] = True
    ann.send(ann.get(SHEET), "#sheet", expect=400, **spoil)
    assert count(Sheet) == 0


def test_a_later_session_starts_with_who_is_known_to_be_absent(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{one}": "absent:illness"})
    page = ann.get(SHEET.replace("arrival", "morning"))
    assert page.select_one(f"input[name=state-{one}][checked]")["value"] == "absent:illness"
    assert [mark.text for mark in page.select(".state-mark") if mark.text] == ["Absent: illness"]


def test_not_here_yet_is_no_absence_and_opens_no_episode(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{one}": "not_here"})
    assert (newest().not_here, newest().absent, count(Episode)) == (1, 0, 0)


def test_undo_within_ten_minutes_makes_the_class_missing_again(sign_in, cast):
    one = cast.students["3-1"][0]
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"state__{one}": "absent:illness"})
    ann.send(ann.get(ann.location), "form[action$=undo]")
    assert db.session.scalars(sa.select(Sheet.head)).all() == [None]
    assert db.session.scalars(sa.select(Episode.state)).all() == ["void"]
    assert "has not reported" in main_text(ann.get("/screening/2024-1/2026-09-21/arrival/1"))
    page = ann.get(SHEET)
    ann.send(page, "#sheet")
    assert ann.location == f"{SHEET}/3", "a number is never given twice"


@pytest.mark.parametrize("mode, checked", [("", 9), ("?mode=full", 1)])
def test_what_was_typed_on_an_undone_sheet_stands_on_it_again(sign_in, cast, mode, checked):
    ill, hot = cast.students["3-1"][:2]
    ann = sign_in("ann")
    typed = {f"state__{ill}": "absent:illness", f"t1__{hot}": "38.0", f"sym__{hot}": "cough"}
    ann.send(ann.get(SHEET + mode), "#sheet", **typed)
    clock.freeze(NOW + timedelta(minutes=1))
    ann.send(ann.get(ann.location), "form[action$=undo]")
    ann.send(ann.get(ann.location + mode.replace("?", "&")), "#sheet")
    now = newest()
    assert (now.no, now.absent, now.fever, now.symptomatic, now.checked) == (3, 1, 1, 1, checked)


def test_a_case_excuses_the_class_without_naming_anybody(sign_in, cast):
    ann = sign_in("ann")
    ann.send(ann.get(SHEET), "#sheet", **{f"t1__{cast.students['3-1'][0]}": "38.0"})
    assert db.session.execute(sa.select(Excuse.class_id, Excuse.day, Excuse.duty, Excuse.code)).all() == [
        (cast.classes["3-1"], TODAY, "arrival", "care"),
        (cast.classes["3-1"], TODAY, "morning", "care"),
    ]


def test_a_day_off_for_one_class_asks_nothing_of_it(sign_in, cast):
    db.session.add(
        CalendarDay(
            day=TODAY,
            scope=Scope.CLASS,
            scope_id=cast.classes["3-1"],
            day_type=DayType.SUSPENDED,
            source="page",
        )
    )
    db.session.commit()
    ann = sign_in("ann")
    assert "no school day" in main_text(ann.get(SHEET))
    assert "No school on this day" in main_text(ann.get("/screening/"))


def test_reading_a_sheet_with_health_on_it_is_logged(sign_in, cast):
    ann = sign_in("ann")
    ann.get(SHEET)
    assert count(ReadLog) == 0
    ann.send(ann.get(SHEET), "#sheet")
    nora = sign_in("nora")
    nora.get(SHEET)
    nora.get(SHEET)
    row = db.session.scalars(sa.select(ReadLog).where(ReadLog.user_id == cast.users["nora"])).one()
    assert (row.page, row.day, row.times) == ("sheet", TODAY, 2)


def test_statements_do_not_grow_with_the_class(app, cast, sign_in, statements):
    ann = sign_in("ann")
    counted = []
    for seats in (10, 66):
        for seat in range(11, seats + 1):
            from tracker.school.models import Student

            student = Student(number=f"more{seat}", name=f"More {seat}", pinyin="more")
            db.session.add(student)
            db.session.flush()
            db.session.add(
                Enrolment(
                    student_id=student.id, starts=date(2026, 9, 1), class_id=cast.classes["3-1"], seat=seat
                )
            )
        db.session.commit()
        session = "arrival" if seats == 10 else "morning"
        with statements() as opened:
            page = ann.get(SHEET.replace("arrival", session))
        hot, gone = page.select_one("input[name=roster]")["value"].split(",")[-2:]
        with statements() as sent:
            ann.send(
                page,
                "#sheet",
                **{
                    f"t1__{hot}": "38.1",
                    f"t2__{hot}": "38.3",
                    f"sym__{hot}": "cough",
                    f"state__{gone}": "absent:illness",
                },
            )
        with statements() as corrected:
            ann.get(SHEET.replace("arrival", session))
        counted.append((len(opened), len(sent), len(corrected)))
    assert max(one[0] for one in counted) <= 10 and max(one[2] for one in counted) <= 10, counted
    assert max(one[1] for one in counted) <= 14, counted


def test_rosters_are_shared_by_the_sheets_that_saw_the_same_class(sign_in):
    ann = sign_in("ann")
    for session in ("arrival", "morning"):
        ann.send(ann.get(SHEET.replace("arrival", session)), "#sheet")
    assert (count(Sheet), count(Roster)) == (2, 1)


def test_without_a_class_the_page_says_so(sign_in):
    page = sign_in("carl").get("/screening/")
    assert "4(2)" in main_text(page) and "3(1)" not in main_text(page)


def test_the_whole_thing_in_chinese(app, sign_in, cast):
    ann: Visitor = sign_in("ann")
    page = ann.get(SHEET + "?lang=zh_Hans")
    assert page.select_one("h1").text == "入校体温筛查 · 三(1)班"
    ann.send(page, "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"})
    assert "因病缺勤" in main_text(ann.get(ann.location))
