"""One child's way from the gate to the day it is back, through everybody's browser: what the school sees of it."""

import io
import re
from datetime import datetime

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import ZONE
from tracker import clock
from tracker.absence.models import Episode
from tracker.db import db
from tracker.school.models import Guardian, Student

pytestmark = pytest.mark.browser


def at(day: int, time: str) -> None:
    """Let the school's clock show a time of September 2026, and run on."""
    clock.shift_to(datetime.fromisoformat(f"2026-09-{day:02}T{time}").replace(tzinfo=ZONE))


@pytest.fixture
def child(served):
    """Child 3-1 03 with a name of its own, and a mother to call; its id."""
    with served.app.app_context():
        one = db.session.get(Student, served.cast.students["3-1"][2])
        one.name, one.pinyin = "虚小舟", "xu xiao zhou"
        from tracker.datafolder import encrypt, phone_hash

        phone = "13800000003"
        db.session.add(
            Guardian(
                student_id=one.id, seq=1, relation="mother", name_enc=encrypt("虚妈妈"), phone_enc=encrypt(phone),
                phone_hash=phone_hash(phone),
            )
        )  # fmt: skip
        db.session.commit()
        found = one.id
        db.session.remove()
    return found


def certificate() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(file, "JPEG")
    return file.getvalue()


def lines(page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("li.story").all_inner_texts()]


def take(page, base, day: int, session: str) -> None:
    """Open a class's sheet and send it as it is filled in."""
    page.goto(f"{base}/screening/2024-1/2026-09-{day:02}/{session}")
    page.press("#submit", "Enter")
    page.wait_for_selector(".receipt .ok")


def test_a_child_with_a_fever_at_the_gate_goes_the_whole_way_until_it_is_back(visit, served, child):
    base = served.base
    at(24, "07:40")
    gate = visit("gus", PHONE, language="en").open("/gate/")
    gate.click("#stand button")
    gate.fill("#text", "xxz")
    gate.press("#text", "Enter")
    gate.click("#found a")
    gate.fill("#temperature", "37.8")
    gate.click("button[value=hot]")
    expect(gate.locator("[aria-labelledby=entered]")).to_contain_text("37.8")

    at(24, "07:48")
    nurse = visit("nora", DESKTOP, language="en").open("/nurse/")
    expect(nurse.locator("main")).to_contain_text("虚小舟")
    nurse.goto(base + "/screening/fevers")
    nurse.fill("input[name=temperature]", "38.3")
    nurse.click(".retest-form button")
    expect(nurse.locator("[aria-labelledby=decided]")).to_contain_text("38.3")

    nurse.goto(base + "/report/2024-1")
    nurse.click(f"label[for=s{child}]")
    nurse.locator("label[for^=trouble]", has_text="Fever").click()
    nurse.click(".send button")
    nurse.click("#arrive ~ form button.btn-primary")
    nurse.click("button[name=reached][value=yes]")
    nurse.locator("#how label", has_text="Fetched").click()
    nurse.locator("#to label", has_text="mother").click()
    nurse.check("#checked")
    nurse.locator("#left_for label", has_text=re.compile("^Illness")).click()
    nurse.locator("section[aria-labelledby=end] button.btn-primary").click()
    nurse.click("text=Print the exit slip")
    nurse.wait_for_url("**/slip")
    slip = nurse.locator("main").inner_text()
    assert "虚小舟" in slip and "虚妈妈" in slip and "ever" not in slip and "38" not in slip
    gate.goto(base + "/gate/slips")
    gate.locator("main form button").first.click()
    expect(gate.locator("main")).to_contain_text("虚小舟")
    assert "38" not in gate.locator("main").inner_text()

    # Friday to Sunday are holidays: the teacher calls on Saturday of her own accord.
    with served.app.app_context():
        episode = db.session.scalar(sa.select(Episode.id))
        db.session.remove()
    at(26, "10:00")
    ann = visit("ann", PHONE, language="en").open(f"/absences/{episode}")
    ann.locator("form button", has_text="At home, better").first.click()
    at(28, "08:10")
    take(ann, base, 28, "arrival")
    ann.goto(f"{base}/absences/{episode}")
    ann.select_option("#result", "doctor")
    ann.select_option("#diagnosis", "influenza")
    ann.check("#confirmed")
    ann.locator("#call-form button.btn-primary").click()
    expect(ann.locator("main")).to_contain_text("Influenza")

    nurse.goto(f"{base}/absences/{episode}")
    nurse.click("text=Mark reviewed")
    ann.goto(f"{base}/absences/{episode}")
    ann.select_option("#paper-form select", "recovery")
    ann.set_input_files(
        "#paper-form input[type=file]", {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": certificate()}
    )
    ann.click("#paper-form button")
    expect(ann.locator("#papers-of a").first).to_be_visible()

    at(29, "08:00")
    nurse.goto(f"{base}/absences/{episode}")
    for field in nurse.locator("#clear-form input[type=date]").all():
        name = field.get_attribute("name")
        field.fill("2026-09-30" if name == "returns_on" else "2026-09-28")
    for box in nurse.locator("#clear-form input[type=checkbox]").all():
        box.check()
    nurse.click("#clear-form button[value=clear]")
    expect(nurse.locator("[aria-labelledby=return]")).to_contain_text("Cleared to return from 2026-09-30")
    nurse.locator("[aria-labelledby=return] a", has_text="Return slip").click()
    nurse.wait_for_url("**/return-slip")
    assert "Influenza" not in nurse.locator("main").inner_text()

    # Sent back a day too early, the child is before the nurse at once.
    at(29, "08:10")
    ann.goto(f"{base}/screening/2024-1/2026-09-29/arrival")
    ann.click(f"[data-student='{child}'] > summary")
    ann.click(f"label[for=c{child}-0]")
    ann.press("#submit", "Enter")
    ann.wait_for_selector(".receipt .ok")
    expect(ann.locator("main")).to_contain_text("nurse first")
    nurse.goto(base + "/nurse/")
    expect(nurse.locator("main")).to_contain_text("Came without clearance")

    at(30, "08:05")
    take(ann, base, 30, "arrival")
    nurse.goto(f"{base}/absences/{episode}")
    nurse.locator(".deeds button", has_text="Close").first.click()
    nurse.goto(f"{base}/students/{child}")
    told = lines(nurse)
    order = ["Absence closed", "Cleared to return", "Paper handed in", "Seen a doctor", "At home, better",
             "Left the observation room", "Guardian called", "38.3 ℃", "37.8 ℃"]  # fmt: skip
    places = [next(n for n, line in enumerate(told) if words in line) for words in order]
    assert places == sorted(places), told
    nurse.goto(base + "/ledgers/absences?since=2026-09-21&until=2026-09-30")
    row = nurse.locator("tbody tr", has_text="虚小舟").first
    expect(row).to_contain_text("Influenza")


def test_a_child_that_vomits_in_the_music_room_is_reported_in_six_taps(visit, served):
    student = served.cast.students["4-2"][3]
    at(24, "10:00")
    page = visit("ivy", PHONE, language="en").open("/report/")
    taps = 0
    for selector in (
        "a[href='/report/2023-2']",
        f"label[for=s{student}]",
        "label[for^=trouble]:has-text('Vomiting')",
    ):
        page.tap(selector)
        taps += 1
    page.tap("#place")
    page.keyboard.type("Music room")
    page.tap(".send button")
    expect(page.locator("main")).to_contain_text("10:0")
    assert taps + 2 <= 6
    nurse = visit("nora", DESKTOP, language="en").open("/nurse/")
    expect(nurse.locator("main")).to_contain_text("Music room")
