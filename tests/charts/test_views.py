"""Charts as files: who gets them, what is refused, what is remembered."""

import sys

import pytest


def test_a_chart_comes_as_svg_and_png(sign_in):
    nora = sign_in("nora")
    nora.get("/charts/illness-absence.svg")
    assert nora.response.mimetype == "image/svg+xml"
    assert b"<svg" in nora.response.data
    nora.get("/charts/illness-absence.png?size=narrow")
    assert nora.response.mimetype == "image/png"
    assert nora.response.data.startswith(b"\x89PNG")


def test_a_picture_that_has_not_changed_is_not_sent_again(sign_in):
    nora = sign_in("nora")
    nora.get("/charts/class-scores.svg?week=2026-W38")
    tag = nora.response.headers["ETag"]
    assert nora.response.headers["Cache-Control"] == "private, no-cache"
    unless = {"If-None-Match": tag}
    with nora._outside():
        again = nora.client.get("/charts/class-scores.svg?week=2026-W38", headers=unless)
    assert (again.status_code, again.data) == (304, b"")
    with nora._outside():
        chinese = nora.client.get("/charts/class-scores.svg?week=2026-W38&lang=zh_Hans", headers=unless)
    assert chinese.status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/charts/attendance.svg", 404),
        ("/charts/class-scores.pdf", 404),
        ("/charts/class-scores.svg?week=2026-W53", 404),
        ("/charts/class-scores.svg?week=2026-W40", 404),
        ("/charts/class-scores.svg?week=week%204", 404),
        ("/charts/class-scores.svg?week=9999-W52", 404),
        ("/charts/class-scores.svg?lang=fr", 400),
        ("/charts/class-scores.svg?size=huge", 400),
    ],
)
def test_what_is_not_there_is_refused(sign_in, path, code):
    sign_in("nora").get(path, code)


@pytest.mark.parametrize(
    ("who", "code"), [("pia", 200), ("asa", 200), ("sam", 403), ("ivy", 403), ("lou", 403)]
)
def test_illness_is_not_for_everybody(sign_in, who, code):
    sign_in(who).get("/charts/illness-absence.svg?size=narrow", code)


@pytest.mark.parametrize("name", ["illness-absence", "disinfection-compliance", "class-scores"])
def test_every_chart_is_drawn_in_an_empty_term(sign_in, name):
    sign_in("pia").get(f"/charts/{name}.svg?size=narrow&week=2026-W36")


def test_the_font_s_carrier_is_never_imported(sign_in):
    sign_in("nora").get("/charts/class-scores.svg?size=narrow")
    assert "zhplot" not in sys.modules
    assert "matplotlib.pyplot" not in sys.modules
