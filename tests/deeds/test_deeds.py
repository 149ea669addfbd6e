"""The school's papers with their versions, and the log of what was done."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.absence.test_papers import pdf, picture
from tests.cast import NOW, count
from tracker import clock
from tracker.audit.models import Attachment, Trail
from tracker.audit.rules import AttachmentState
from tracker.db import db
from tracker.deeds.models import SchoolDeed, SchoolPaper

PLAN = {"kind": "plan", "title": "Emergency plan", "version": "2026-1", "adopted_by": "Staff meeting"}


def file(visitor, content, expect=303, **more):
    page = visitor.get("/school/papers/new")
    upload = (io.BytesIO(content), "plan.pdf") if content is not None else None
    return visitor.send(page, expect=expect, **{**PLAN, "file": upload, **more})


def test_a_new_version_takes_the_place_of_the_old_and_both_are_kept(sign_in):
    asa = sign_in("asa")
    file(asa, pdf(nasty=True))
    clock.freeze(NOW + timedelta(days=1))
    file(asa, pdf(2), version="2026-2")
    page = sign_in("pia").get("/school/papers")
    assert (
        len(page.select("main ul.plain > li")) == 1
        and "Version 2026-1" in page.select_one("main details").text
    )
    link = page.select_one("main li a")
    assert link.text == "Version 2026-2"
    pia = sign_in("pia")
    pia.get(link["href"])
    assert pia.response.headers["Content-Type"] == "application/pdf"
    assert "attachment" in pia.response.headers["Content-Disposition"]
    assert b"JavaScript" not in db.session.scalars(sa.select(Attachment.content)).first()
    assert not page.select("main form")  # the principal only reads


@pytest.mark.parametrize(
    ("content", "more", "field"),
    [
        (picture(), {}, "file"),
        (b"MZ" + bytes(100), {}, "file"),
        (None, {}, "file"),
        (pdf(), {"title": " "}, "title"),
        (pdf(), {"valid_from": "soon"}, "valid_from"),
    ],
)
def test_what_is_no_paper_is_refused_at_its_field_and_nothing_is_kept(sign_in, content, more, field):
    page = file(sign_in("nora"), content, 422, **more)
    assert page.select(f"#{field}-error") and page.select_one("#version")["value"] == "2026-1"
    assert count(SchoolPaper) == count(Attachment) == 0


def test_the_same_version_twice_is_refused_and_one_filed_by_mistake_makes_room(sign_in):
    nora = sign_in("nora")
    file(nora, pdf())
    assert "filed already" in file(nora, pdf(2), 422).text
    page = nora.get("/school/papers")
    nora.send(page, "main form")
    nora.send(page, "main form")  # sent twice
    assert db.session.scalars(sa.select(Attachment.state)).all() == [AttachmentState.REMOVED]
    file(nora, pdf(2))
    assert count(SchoolPaper) == 2


def test_a_drill_is_logged_once_and_struck_never_changed(sign_in):
    asa = sign_in("asa")
    page = asa.get("/school/deeds/new")
    typed = {
        "kind": "drill",
        "what": "Norovirus in class",
        "led_by": "Nora Nurse",
        "audience": "All teachers",
    }
    for _ in range(5):
        asa.send(page, **typed, people="42")
    assert count(SchoolDeed) == 1
    wrong = asa.send(asa.get("/school/deeds/new"), expect=422, **typed, on="2026-09-22", people="0")
    assert wrong.select("#people-error") and wrong.select_one("#what")["value"] == typed["what"]
    late = asa.send(asa.get("/school/deeds/new"), expect=422, **typed, on="2026-09-22")
    assert "has not come yet" in late.select_one("#on-error").text
    asa.send(asa.get("/school/papers"), "main table form")
    assert db.session.scalars(sa.select(SchoolDeed)).one().struck_at == NOW
    deeds = db.session.scalars(
        sa.select(Trail.deed).where(Trail.kind == "school_deed").order_by(Trail.id)
    ).all()
    assert deeds == ["school.deed", "school.deed_struck"]
