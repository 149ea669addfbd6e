"""The school's papers with their versions, and the log of what was done."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.absence.test_papers import pdf, picture
from tests.cast import NOW, count
from tracker import clock
from tracker.audit import upload_file
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, {"en": "Please choose a PDF.", "zh_Hans": "请选择 PDF 文件。"}),
        (b"", {"en": "This file is empty.", "zh_Hans": "文件为空。"}),
        (picture(), {"en": "This is no PDF, by its content.", "zh_Hans": "文件内容不是 PDF。"}),
        (pdf(password="x"), {"en": "This PDF asks for a password. Please save it without one.",
                             "zh_Hans": "此 PDF 设有密码，请另存为不带密码的文件。"}),
        (b"%PDF-1.7 and no document", {"en": "This PDF is broken and cannot be read. Please save it anew.",
                                       "zh_Hans": "此 PDF 已损坏，无法读取，请重新保存。"}),
        (b"%PDF-1.7" + bytes(300_000), {"en": "This file is larger than 10 MB. Please make it smaller.",
                                           "zh_Hans": "文件超过 10 MB，请缩小后再上传。"}),
        (pdf(201), {"en": "A PDF of 1 to 200 pages, please.", "zh_Hans": "请上传 1 至 200 页的 PDF。"}),
    ],
    ids=["nothing", "empty", "a picture", "locked", "broken", "too large", "too long"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_a_file_that_is_refused_says_why_in_the_user_s_language(
    sign_in, monkeypatch, language, content, said
):
    # What is larger would go through a file of the test client's.
    monkeypatch.setattr(upload_file, "MOST_BYTES", 300_000)
    asa = sign_in("asa")
    asa.get(f"/?lang={language}")
    page = file(asa, content, 422)
    assert page.select_one("#file-error").text.strip() == said[language]
    assert said[language] in page.select_one("[role=alert]").text


def test_a_long_plan_is_filed(sign_in):
    file(sign_in("asa"), pdf(60))


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
    asa.send(asa.get("/school/papers"), "#deeds ~ ul form")
    assert db.session.scalars(sa.select(SchoolDeed)).one().struck_at == NOW
    deeds = db.session.scalars(
        sa.select(Trail.deed).where(Trail.kind == "school_deed").order_by(Trail.id)
    ).all()
    assert deeds == ["school.deed", "school.deed_struck"]
