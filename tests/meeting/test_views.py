"""The meeting: the charts one may see, each with its sentence and its table, and no child's name."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from tests.cast import ZONE
from tracker import clock
from tracker.db import db
from tracker.school.models import Student


def test_each_chart_has_its_sentence_its_table_and_its_files(sign_in):
    page = sign_in("pia").get("/meeting/")
    sections = page.select("section")
    assert [section.h2["id"] for section in sections] == [
        "illness-absence",
        "disinfection-compliance",
        "disinfection-zones",
        "disinfection-departments",
        "class-scores",
    ]
    for section in sections:
        sentence = section.p.text.strip()
        assert section.img["alt"] == sentence
        table = section.select_one("details table")
        assert table.caption and all(cell["scope"] == "col" for cell in table.select("thead th"))
        assert all(cell["scope"] == "row" for cell in table.select("tbody th"))
        links = [link["href"].partition("?")[0] for link in section.select("a")]
        assert links == [f"/charts/{section.h2['id']}.svg", f"/charts/{section.h2['id']}.png"]


def test_a_phone_gets_the_narrow_drawing(sign_in):
    page = sign_in("pia").get("/meeting/")
    source = page.select_one("picture source")
    assert "max-width" in source["media"]
    assert source["srcset"].endswith("size=narrow")


@pytest.mark.parametrize(
    ("who", "charts"),
    [
        (
            "ann",
            [
                "illness-absence",
                "disinfection-compliance",
                "disinfection-zones",
                "disinfection-departments",
                "class-scores",
            ],
        ),
        (
            "sam",
            ["disinfection-compliance", "disinfection-zones", "disinfection-departments", "class-scores"],
        ),
    ],
)
def test_everybody_sees_the_charts_they_may_see(sign_in, who, charts):
    page = sign_in(who).get("/meeting/")
    assert [section.h2["id"] for section in page.select("section")] == charts


def test_no_child_is_named(sign_in):
    text = sign_in("pia").get("/meeting/").text
    assert not [name for name in db.session.scalars(sa.select(Student.name)) if name in text]


def test_a_week_is_chosen_from_those_that_have_come(sign_in):
    pia = sign_in("pia")
    page = pia.get("/meeting/")
    assert [(one["value"], one.text) for one in page.select("#week option")] == [
        ("2026-W39", "Week 4"),
        ("2026-W38", "Week 3"),
        ("2026-W37", "Week 2"),
        ("2026-W36", "Week 1"),
    ]
    assert page.select_one("#week option[selected]")["value"] == "2026-W38", "on a Monday, last week"
    clock.freeze(datetime(2026, 9, 24, 9, tzinfo=ZONE))
    page = pia.get("/meeting/")
    assert page.select_one("#week option[selected]")["value"] == "2026-W39"
    page = pia.get(page.select_one("a[rel=prev]")["href"])
    assert page.select_one("#week option[selected]")["value"] == "2026-W38"
    assert page.select_one("a[rel=next]")["href"] == "/meeting/?week=2026-W39"
    assert "week=2026-W38" in page.select_one("img[alt]:not([alt=''])")["src"]


@pytest.mark.parametrize("week", ["2026-W40", "2025-W01", "nonsense", "2026-W39-1"])
def test_an_unknown_week_is_not_there(sign_in, week):
    sign_in("pia").get(f"/meeting/?week={week}", 404)


def test_before_the_first_school_day_the_page_says_so(sign_in):
    clock.freeze(datetime(2026, 8, 20, 9, tzinfo=ZONE))
    page = sign_in("pia").get("/meeting/")
    assert "No school day of a term has come yet" in page.text


def test_the_number_of_statements_is_small(sign_in, statements):
    pia = sign_in("pia")
    with statements() as done:
        pia.get("/meeting/")
    assert len(done) <= 44
