"""A teacher's morning in a real browser: how many taps it takes, and that it works without a script."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import TERM
from tracker.db import db
from tracker.school.models import Enrolment, Student
from tracker.screening.models import Sheet, SheetVersion

pytestmark = pytest.mark.browser

SHEET = "/screening/2024-1/2026-09-21/arrival"


@pytest.fixture
def served(served):
    """The class 3(1) is as large as classes are: 45 students."""
    with served.app.app_context():
        for seat in range(11, 46):
            student = Student(number=f"B{seat}", name=f"Child 3-1 {seat}", pinyin=f"child {seat}")
            db.session.add(student)
            db.session.flush()
            db.session.add(
                Enrolment(
                    student_id=student.id, starts=TERM[0], class_id=served.cast.classes["3-1"], seat=seat
                )
            )
        db.session.commit()
        db.session.remove()
    return served


class Taps:
    """Counts every tap."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def __call__(self, selector: str) -> None:
        self.page.tap(selector)
        self.count += 1


def kept(served, what):
    with served.app.app_context():
        return db.session.scalar(what)


def test_two_taps_submit_an_all_normal_class_and_the_same_request_again_changes_nothing(visit, served):
    page = visit("ann", PHONE).open("/")
    tap = Taps(page)
    tap(".tile.now .btn-primary")
    expect(page.locator("#submit")).to_have_text("提交：45 人全部正常")
    page.evaluate(
        "window.body = new URLSearchParams(new FormData(document.getElementById('sheet'))).toString()"
    )
    body = page.evaluate("window.body")
    tap("#submit")
    page.wait_for_selector(".receipt .ok")
    assert tap.count == 2
    receipt = page.url
    answer = page.request.post(
        served.base + SHEET, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.url == receipt
    assert kept(served, sa.select(sa.func.count()).select_from(SheetVersion)) == 1


def test_one_fever_and_one_absence_take_at_most_eight_taps_and_two_numbers(visit, served):
    hot, gone = served.cast.students["3-1"][1], served.cast.students["3-1"][5]
    page = visit("ann", PHONE).open("/")
    tap = Taps(page)
    tap(".tile.now .btn-primary")
    tap(f"[data-student='{hot}'] > summary")
    tap(f"#t1-{hot}")
    page.keyboard.type("378")
    tap(f"#t2-{hot}")
    page.keyboard.type("38.1")
    tap(f"[data-student='{gone}'] > summary")
    tap(f"label[for=c{gone}-3]")
    expect(page.locator("#submit")).to_have_text("提交：2 人异常，其余 43 人正常")
    sums = page.locator(".sums").inner_text().split()
    assert sums == ["应到", "45", "实到", "44", "缺勤", "1", "发热", "1", "有症状", "0"]
    tap("#submit")
    page.wait_for_selector(".receipt .ok")
    assert tap.count <= 8
    with served.app.app_context():
        version = db.session.scalars(sa.select(SheetVersion)).one()
        assert (version.expected, version.checked, version.absent, version.fever) == (45, 44, 1, 1)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_without_a_script_the_sheet_is_taken_mended_and_corrected(visit, served, device):
    hot, gone = served.cast.students["3-1"][1], served.cast.students["3-1"][5]
    page = visit("ann", device, script=False).open("/")
    page.click(".tile.now .btn-primary")
    page.click(f"[data-student='{hot}'] > summary")
    page.fill(f"#t1-{hot}", "ab")
    page.click(f"[data-student='{gone}'] > summary")
    page.click(f"label[for=c{gone}-3]")
    page.click("#submit")
    assert "“ab”不像体温" in page.inner_text("[role=alert]")
    assert page.input_value(f"#t1-{hot}") == "ab"
    page.fill(f"#t1-{hot}", "37.9")
    page.click("#submit")
    assert "37.9 ℃ · 待复测" in page.inner_text(".receipt")
    page.click("text=更正")
    page.fill(f"#t2-{hot}", "36.9")
    page.click("#submit")
    assert "复测正常" in page.inner_text(".receipt")


def test_the_grid_takes_a_pasted_column(visit, served):
    page = visit("ann", DESKTOP).open(SHEET + "?mode=full")
    first = served.cast.students["3-1"][0]
    page.evaluate(
        """id => {
            const data = new DataTransfer();
            data.setData('text', Array.from({length: 45}, (_, n) => '36.' + n % 10).join('\\n'));
            document.getElementById(id).dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        f"t1-{first}",
    )
    page.click("#submit")
    page.wait_for_selector(".receipt .ok")
    assert kept(served, sa.select(SheetVersion.unset)) == 0


def test_a_reload_loses_nothing_and_the_receipt_ends_the_draft(visit, served):
    one = served.cast.students["3-1"][2]
    page = visit("ann", PHONE).open(SHEET)
    page.tap(f"[data-student='{one}'] > summary")
    page.fill(f"#t1-{one}", "37.7")
    page.reload()
    assert page.input_value(f"#t1-{one}") == "37.7"
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "Child" not in stored, "no name is kept in the browser"
    page.tap("#submit")
    page.wait_for_selector(".receipt .ok")
    assert page.evaluate("localStorage.length") == 0


def test_signing_out_takes_the_drafts_along(visit, served):
    one = served.cast.students["3-1"][2]
    page = visit("ann", PHONE).open(SHEET)
    page.tap(f"[data-student='{one}'] > summary")
    page.fill(f"#t1-{one}", "37.7")
    page.tap(".menu-box > summary")
    page.tap("form[data-leave] button")
    page.wait_for_url("**/login*")
    assert page.evaluate("localStorage.length") == 0


def test_two_at_one_sheet_meet_without_loss(visit, served):
    hot, gone = served.cast.students["3-1"][1], served.cast.students["3-1"][5]
    anns, bos = visit("ann", PHONE).open(SHEET), visit("bo", PHONE).open(SHEET)
    anns.tap(f"[data-student='{gone}'] > summary")
    anns.tap(f"label[for=c{gone}-3]")
    anns.tap("#submit")
    anns.wait_for_selector(".receipt .ok")
    bos.tap(f"[data-student='{hot}'] > summary")
    bos.fill(f"#t1-{hot}", "38.2")
    bos.tap("#submit")
    bos.wait_for_selector(".contested")
    assert bos.input_value(f"#t1-{hot}") == "38.2"
    bos.tap("#submit")
    bos.wait_for_selector(".receipt .ok")
    assert kept(served, sa.select(Sheet.head)) == 2


def test_the_first_load_of_the_sheet_stays_small(visit, served):
    watched = visit("ann", PHONE)
    sizes = []
    watched.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    watched.open(SHEET)
    watched.page.wait_for_load_state("networkidle")
    assert 20_000 < sum(sizes) < 60_000, sizes
