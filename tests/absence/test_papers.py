"""Papers of an absence: what is taken and what refused by its content, who may look, what is kept of a file."""

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from tests.absence.test_clearance import GOOD, flu
from tests.cast import Cast
from tracker.absence import paper_views
from tracker.absence.models import Clearance, Episode, EpisodePaper
from tracker.absence.paper_forms import WORDS
from tracker.absence.paper_rules import PaperRefusal
from tracker.absence.rules import PaperKind
from tracker.audit import upload_file
from tracker.audit.models import Attachment, ReadLog, Trail
from tracker.audit.rules import AttachmentState
from tracker.audit.upload_file import clean
from tracker.audit.upload_rules import LONGEST_SIDE, MOST_BYTES, FileRefusal
from tracker.db import db
from tracker.errors import Rejected

SignIn = Callable[[str], Any]
SECRET = b"GPS 39.9042 N"


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """A small picture of a kind; its camera has written down where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = more.pop("orientation", 1)
    mode = more.pop("mode", "RGB")
    Image.new(mode, size, more.pop("colour", "white")).save(out, kind, exif=exif, **more)
    return out.getvalue()


def pdf(
    pages: int = 1, *, nasty: bool = False, password: str | None = None, owner: str | None = None
) -> bytes:
    """A PDF; a nasty one brings a script, an action, a link, an attached file and a form, beside a seal."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    if nasty:
        script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('x')")}
        entry = DictionaryObject({NameObject(key): value for key, value in script.items()})
        tree = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("x"), entry])})
        writer.add_attachment("evil.exe", b"MZ")
        writer.add_metadata({"/Author": SECRET.decode()})
        page = writer.pages[0]
        launch = DictionaryObject(
            {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
        )
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): launch})
        writer._root_object[NameObject("/OpenAction")] = launch
        writer._root_object["/Names"][NameObject("/JavaScript")] = tree
        seal = DecodedStreamObject()
        seal.set_data(b"1 0 0 rg 0 0 9 9 re f")
        seal.update(
            {NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")}
        )
        shown = DictionaryObject({NameObject("/N"): writer._add_object(seal)})
        marks = [
            {"/Subtype": NameObject("/Stamp"), "/AP": shown, "/A": launch},
            {"/Subtype": NameObject("/Link"), "/A": launch},
        ]
        rect = ArrayObject(FloatObject(one) for one in (0, 0, 9, 9))
        page[NameObject("/Annots")] = ArrayObject(
            writer._add_object(
                DictionaryObject({NameObject(key): value for key, value in {**mark, "/Rect": rect}.items()})
            )
            for mark in marks
        )
    if password is not None:
        writer.encrypt(password, owner)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A picture of a few kilobytes whose header promises 400 million pixels."""
    plain = bytearray(picture("PNG", size=(1, 1)))
    plain[16:24] = (20_000).to_bytes(4, "big") * 2
    import zlib

    plain[29:33] = zlib.crc32(bytes(plain[12:29])).to_bytes(4, "big")
    return bytes(plain)


class TestContent:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_a_picture_is_written_anew_without_what_the_camera_wrote(self, kind: str) -> None:
        given = picture(kind)
        assert SECRET in given
        kept = clean(given)
        assert kept.type == "image/jpeg" and SECRET not in kept.content
        again = Image.open(io.BytesIO(kept.content))
        assert again.size == (60, 40) and not again.getexif()

    def test_it_stands_upright_and_is_made_smaller(self) -> None:
        kept = Image.open(io.BytesIO(clean(picture(size=(4000, 1000), orientation=6)).content))
        assert kept.size == (LONGEST_SIDE // 4, LONGEST_SIDE)

    @pytest.mark.parametrize(
        ("mode", "kind"), [("RGBA", "PNG"), ("P", "PNG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("I;16", "PNG")]
    )
    def test_every_kind_of_colour_is_taken(self, mode: str, kind: str) -> None:
        out = io.BytesIO()
        Image.new(mode, (9, 9)).save(out, kind)
        assert Image.open(io.BytesIO(clean(out.getvalue()).content)).mode == "RGB"

    def test_what_is_transparent_becomes_white(self) -> None:
        kept = Image.open(io.BytesIO(clean(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))).content))
        assert kept.getpixel((5, 5)) == (255, 255, 255)

    def test_a_pdf_that_may_only_not_be_changed_is_read_and_kept_open(self) -> None:
        kept = clean(pdf(2, password="", owner="x"))
        reader = PdfReader(io.BytesIO(kept.content))
        assert not reader.is_encrypted and len(reader.pages) == 2

    def test_of_a_pdf_only_its_pages_and_seals_are_kept(self) -> None:
        given = pdf(2, nasty=True)
        kept = clean(given)
        assert kept.type == "application/pdf"
        for trace in (
            b"JavaScript",
            b"Launch",
            b"cmd",
            b"EmbeddedFile",
            b"evil",
            b"OpenAction",
            b"/AA",
            b"/Link",
            SECRET[:6],
        ):
            assert trace in given, trace
            assert trace not in kept.content, trace
        reader = PdfReader(io.BytesIO(kept.content))
        assert len(reader.pages) == 2 and reader.pages[0].mediabox.width == 200
        (seal,) = reader.pages[0]["/Annots"]
        assert seal.get_object()["/Subtype"] == "/Stamp" and "/A" not in seal.get_object()

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", FileRefusal.EMPTY),
            (b"MZ\x90\x00" + bytes(200), FileRefusal.NOT_A_PAPER),
            (b"<html><script>1</script>", FileRefusal.NOT_A_PAPER),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileRefusal.NOT_A_PAPER),
            (b"GIF89a" + bytes(20), FileRefusal.NOT_A_PAPER),
            (b"\x00\x00\x00\x18ftypheic" + bytes(40), FileRefusal.HEIC),
            (b"\xff\xd8\xff\xe0 and no picture", FileRefusal.UNREADABLE),
            (picture()[:-200], FileRefusal.UNREADABLE),
            (b"\xff\xd8\xff" + bytes(MOST_BYTES), FileRefusal.TOO_LARGE),
            (bomb(), FileRefusal.TOO_MANY_PIXELS),
            (b"%PDF-1.7 and no document", FileRefusal.UNREADABLE),
            (pdf(21), FileRefusal.TOO_MANY_PAGES),
            (pdf(0), FileRefusal.TOO_MANY_PAGES),
            (pdf(password="x"), FileRefusal.LOCKED),
        ],
        ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
    )  # fmt: skip
    def test_what_is_none_of_them_is_refused(self, content: bytes, refusal: PaperRefusal) -> None:
        with pytest.raises(Rejected) as no:
            clean(content)
        assert (no.value.reason, no.value.field) == (refusal, "file")
        assert len(bomb()) < 1000


def send(
    visitor: Any,
    episode: Episode,
    content: bytes | None,
    *,
    name: str = "IMG_1.jpg",
    expect: int = 303,
    **typed: Any,
) -> Any:
    """Send the form of a paper as the page shows it."""
    page = visitor.get(f"/absences/{episode.id}")
    return send_page(visitor, page, content, name=name, expect=expect, **typed)


def send_page(
    visitor: Any, page: Any, content: bytes | None, *, name: str = "a.jpg", expect: int = 303, **typed: Any
) -> Any:
    form = page.select_one("#paper-form")
    data: dict[str, Any] = {
        field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")
    }
    chosen = form.select_one("select option[selected]")
    data |= {"kind": chosen["value"] if chosen else ""} | typed
    if content is not None:
        data["file"] = (io.BytesIO(content), name)
    return visitor.post(form["action"].partition("#")[0], data, expect)


def kept() -> list[tuple[PaperKind, AttachmentState]]:
    rows = db.session.execute(
        sa.select(EpisodePaper.kind, Attachment.state)
        .join(Attachment, Attachment.id == EpisodePaper.attachment_id)
        .order_by(Attachment.id)
    )
    return [tuple(row) for row in rows]


class TestAttach:
    def test_the_homeroom_teacher_attaches_a_photograph_and_the_nurse_ticks_it(
        self, cast: Cast, sign_in: SignIn
    ) -> None:
        episode = flu(cast)
        ann, nora = sign_in("ann"), sign_in("nora")
        send(ann, episode, picture())
        assert ann.location == f"/absences/{episode.id}#papers"
        assert kept() == [(PaperKind.RECOVERY, AttachmentState.KEPT)]  # what the rule still asks for
        paper = db.session.scalars(sa.select(Attachment)).one()
        page = nora.get(f"/absences/{episode.id}")
        typed = {**GOOD, "papers": [str(paper.id)]}
        nora.send(page, "#clear-form", **typed, do="clear")
        assert db.session.scalars(sa.select(Clearance)).one().papers == [
            {"kind": "recovery", "attachment": paper.id}
        ]
        checked = db.session.scalars(sa.select(EpisodePaper)).one()
        assert (checked.checked_by, checked.checked_at is not None) == (cast.users["nora"], True)
        deed = db.session.scalars(sa.select(Trail).where(Trail.deed == "absence.paper")).one()
        assert (deed.by, deed.student_id) == (cast.users["ann"], episode.student_id)

    def test_another_paper_does_for_none_that_is_asked_for(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        send(nora, episode, picture(), kind="other")
        paper = db.session.scalar(sa.select(Attachment.id))
        page = nora.get(f"/absences/{episode.id}")
        page = nora.send(page, "#clear-form", expect=422, **{**GOOD, "papers": [str(paper)]}, do="clear")
        assert "The rule asks for this paper" in page.select_one("#papers-error").text

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"MZ" + bytes(100), FileRefusal.NOT_A_PAPER),
            (b"\xff\xd8\xff" + bytes(400_000), FileRefusal.TOO_LARGE),
            (bomb(), FileRefusal.TOO_MANY_PIXELS),
            (None, FileRefusal.NO_FILE),
        ],
        ids=["executable", "too large", "bomb", "nothing"],
    )
    def test_what_is_refused_is_said_at_the_field_and_the_rest_stays(
        self,
        cast: Cast,
        sign_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
        content: bytes | None,
        refusal: PaperRefusal,
    ) -> None:
        # The test's own client leaves a temporary file behind for what is really large.
        for module in (upload_file, paper_views):
            monkeypatch.setattr(module, "MOST_BYTES", 300_000)
        episode = flu(cast)
        page = send(sign_in("ann"), episode, content, kind="diagnosis", expect=422)
        assert page.select_one("#file-error").text.strip() == str(WORDS[refusal])
        assert page.select_one("#paper-form option[selected]")["value"] == "diagnosis"
        assert not db.session.scalars(sa.select(Attachment)).all()

    def test_a_good_file_of_a_refused_form_need_not_be_chosen_again(
        self, cast: Cast, sign_in: SignIn
    ) -> None:
        episode = flu(cast)
        ann = sign_in("ann")
        page = send(ann, episode, picture(), kind="", expect=422)
        assert "need not be chosen again" in page.select_one("#paper-form").text
        assert db.session.scalars(sa.select(Attachment.state)).all() == [AttachmentState.PENDING]
        send_page(ann, page, None, kind="diagnosis")
        assert kept() == [(PaperKind.DIAGNOSIS, AttachmentState.KEPT)]

    def test_nobody_takes_what_was_kept_for_somebody_else(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        send(sign_in("ann"), episode, picture(), kind="", expect=422)
        waiting = db.session.scalar(sa.select(Attachment.id))
        page = send(sign_in("nora"), episode, None, kind="diagnosis", kept=str(waiting), expect=422)
        assert page.select_one("#file-error").text.strip() == str(WORDS[PaperRefusal.KEPT_GONE])

    def test_the_same_form_sent_five_times_attaches_once(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        ann = sign_in("ann")
        page = ann.get(f"/absences/{episode.id}")
        for _ in range(5):
            send_page(ann, page, picture())
        assert len(kept()) == 1
        page = send(ann, episode, picture(), kind="recovery", expect=422)
        assert page.select_one("#file-error").text.strip() == str(WORDS[PaperRefusal.ATTACHED_ALREADY])
        assert len(db.session.scalars(sa.select(Attachment)).all()) == 1


class TestLook:
    def test_a_picture_is_shown_hardened_and_its_reading_logged(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        ann = sign_in("ann")
        send(ann, episode, picture())
        paper = db.session.scalar(sa.select(Attachment.id))
        ann.get(f"/absences/{episode.id}/papers/{paper}")
        headers = ann.response.headers
        assert ann.response.mimetype == "image/jpeg" and SECRET not in ann.response.data
        assert headers["Content-Disposition"] == f"inline; filename=paper-{episode.id}-{paper}.jpg"
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
        read = db.session.scalars(sa.select(ReadLog).where(ReadLog.page == "paper")).one()
        assert (read.subject_id, read.student_id, read.user_id) == (
            paper,
            episode.student_id,
            cast.users["ann"],
        )

    def test_a_pdf_is_downloaded(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        nora = sign_in("nora")
        send(nora, episode, pdf(), name="Child 3-1 03.pdf")
        paper = db.session.scalar(sa.select(Attachment.id))
        nora.get(f"/absences/{episode.id}/papers/{paper}")
        assert nora.response.mimetype == "application/pdf"
        assert nora.response.headers["Content-Disposition"].startswith("attachment; filename=paper-")

    def test_only_the_nurse_and_the_own_class_may(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        send(sign_in("ann"), episode, picture())
        paper = db.session.scalar(sa.select(Attachment.id))
        address = f"/absences/{episode.id}/papers/{paper}"
        for who, code in (
            ("ann", 200),
            ("bo", 200),
            ("nora", 200),
            ("carl", 404),
            ("pia", 403),
            ("ada", 403),
            ("lou", 403),
            ("asa", 403),
        ):
            sign_in(who).get(address, code)
        sign_in("nora").get(f"/absences/{episode.id + 1}/papers/{paper}", 404)

    def test_what_still_waits_for_its_form_is_shown_to_nobody(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        send(sign_in("ann"), episode, picture(), kind="", expect=422)
        waiting = db.session.scalar(sa.select(Attachment.id))
        sign_in("nora").get(f"/absences/{episode.id}/papers/{waiting}", 404)


class TestRemove:
    def test_a_wrong_photograph_is_removed_by_who_took_it(
        self, app: Flask, cast: Cast, sign_in: SignIn
    ) -> None:
        episode = flu(cast)
        ann = sign_in("ann")
        send(ann, episode, picture())
        page = ann.get(f"/absences/{episode.id}")
        paper = db.session.scalar(sa.select(Attachment.id))
        ann.send(page, f'form[action="/absences/{episode.id}/papers/{paper}/remove"]')
        row = db.session.scalars(sa.select(Attachment)).one()
        assert (row.state, row.content) == (AttachmentState.REMOVED, None)
        ann.get(f"/absences/{episode.id}/papers/{paper}", 404)
        assert not ann.get(f"/absences/{episode.id}").select("section[aria-labelledby=papers-head] .row-link")

    def test_what_the_nurse_has_looked_at_stays(self, cast: Cast, sign_in: SignIn) -> None:
        episode = flu(cast)
        ann, nora = sign_in("ann"), sign_in("nora")
        send(ann, episode, picture())
        paper = db.session.scalar(sa.select(Attachment.id))
        page = nora.get(f"/absences/{episode.id}")
        nora.send(page, "#clear-form", **{**GOOD, "papers": [str(paper)]}, do="clear")
        for visitor in (ann, nora):
            page = visitor.get(f"/absences/{episode.id}")
            data = {"csrf_token": visitor.token(page), "key": str(uuid4())}
            page = visitor.post(f"/absences/{episode.id}/papers/{paper}/remove", data, expect=422)
            assert str(WORDS[PaperRefusal.NOT_YOURS]) in page.text
        assert kept() == [(PaperKind.RECOVERY, AttachmentState.KEPT)]
