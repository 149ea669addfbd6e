"""Every page, for whom it is made: no axe violation, no complaint of the browser, nothing too wide."""

import pytest

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

SHEET = "/screening/2024-1/2026-09-21/arrival"
PAGES = {
    None: ["/login"],
    "ann": ["/", "/account/password", "/screening/", SHEET, SHEET + "?mode=full", "/absences/", "/disinfection/",
            "/assessment/", "/assessment/2024-1/2026-W39", "/meeting/"],
    "nora": ["/", "/screening/", "/absences/", "/absences/parent-call", "/disinfection/", "/school/", "/nothing"],
    "sam": ["/", "/disinfection/", "/absences/"],
    "lou": ["/", "/disinfection/zones", "/school/", "/meeting/"],
    "asa": ["/assessment/", "/meeting/", "/school/calendar", "/school/calendar/2026-09-22", "/school/changes",
            "/school/sessions", "/school/sessions/noon/routine", "/school/sessions/level",
            "/school/sessions/exceptions/new"],
    "pia": ["/", "/screening/", "/meeting/"],
    "ada": ["/", "/school/", "/school/import", "/school/calendar", "/school/classes/2024-1", "/admin/", "/admin/accounts/new"],
}  # fmt: skip


@pytest.mark.parametrize(
    "device, language, axe",
    [(PHONE, "zh_Hans", True), (DESKTOP, "en", True), (PHONE, "en", False), (DESKTOP, "zh_Hans", False)],
    ids=["phone Chinese", "desktop English", "phone English: width", "desktop Chinese: width"],
)
def test_every_page_is_for_everybody(visit, device, language, axe):
    found = {}
    for who, paths in PAGES.items():
        watched = visit(who, device, language=language)
        for path in paths:
            page = watched.open(path)
            if axe and (wrong := watched.violations()):
                found[who, path] = wrong
            root = "document.documentElement"
            if (wide := page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")) > 0:
                found[who, path, "too wide"] = wide
        watched.page.close()
    assert found == {}


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_sheet_in_every_state(visit, served, device):
    watched = visit("ann", device)
    page = watched.open(SHEET)
    first, second = served.cast.students["3-1"][:2]
    for student in (first, second):
        page.click(f"[data-student='{student}'] > summary")
    page.fill(f"#t1-{first}", "37.9")
    page.click(f"label[for=c{second}-3]")
    page.click(f"[data-student='{second}'] .more > summary")
    page.hover("#submit")
    assert watched.violations() == []
    page.fill(f"#t1-{first}", "ab")
    page.press("#submit", "Enter")
    page.wait_for_selector("[role=alert]")
    assert watched.violations() == []
    page.fill(f"#t1-{first}", "38.0")
    page.press("#submit", "Enter")
    page.wait_for_selector(".receipt .ok")
    assert watched.violations() == []
    page.click(".menu-box > summary")
    assert watched.violations() == []
    watched.open(SHEET)
    assert watched.violations() == []
