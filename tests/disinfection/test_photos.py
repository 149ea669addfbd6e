"""Photographs of what was done: where one is asked for, what is taken, and who may look."""

import io
from datetime import time

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.cast import TODAY, count
from tracker.audit.models import Attachment
from tracker.db import db, transaction
from tracker.disinfection.models import RecordItem, ZoneObject
from tracker.disinfection.queries import TaskName

CORRIDOR = "/disinfection/zone2/2026-09-21/07:30"
NAME = TaskName("zone2", TODAY, time(7, 30))


def picture(kind: str = "JPEG", size=(3000, 900)) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Telephone"
    Image.new("RGB", size, "white").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.fixture
def asked(app, cast) -> int:
    """The corridor's floor is done only with a photograph."""
    with transaction():
        thing = db.session.scalars(
            sa.select(ZoneObject).filter_by(zone_id=cast.zones["corridor"]).order_by(ZoneObject.id)
        ).first()
        thing.photo = True
        return thing.id


def press(visitor, item: int, do: str, expect=303, photo: bytes | None = None, name="floor.jpg", **more):
    form = visitor.get(CORRIDOR).select_one(f"#answer-{item}")
    data = {one["name"]: one["value"] for one in form.select("input[type=hidden]")} | {"do": do} | more
    if photo is not None:
        data["photo"] = (io.BytesIO(photo), name)
    return visitor.post(CORRIDOR, data, expect, content_type="multipart/form-data")


def test_a_photograph_is_kept_small_and_without_what_the_camera_wrote(sign_in, asked):
    sam = sign_in("sam")
    press(sam, asked, "done", photo=picture())
    kept = db.session.scalars(sa.select(Attachment)).one()
    seen = Image.open(io.BytesIO(kept.content))
    assert (kept.type, max(seen.size), dict(seen.getexif())) == ("image/jpeg", 2000, {})
    look = sam.get(CORRIDOR).select_one(".photo a")["href"]
    sam.get(look)
    assert sam.response.mimetype == "image/jpeg" and sam.response.data == kept.content
    assert "sandbox" in sam.response.headers["Content-Security-Policy"]


def test_it_is_done_only_with_one_and_not_all_at_once(sign_in, asked):
    sam = sign_in("sam")
    page = press(sam, asked, "done", 422)
    assert "A photograph of one item is asked for." in page.select_one(f"#photo-{asked}-error").text
    page = sam.send(sam.get(CORRIDOR), ".finish", 422, do="finish_all")
    assert "A photograph of one item is asked for." in page.select_one("[role=alert]").text
    press(sam, asked, "not_applicable")
    sam.send(sam.get(CORRIDOR), ".finish", do="finish_all")
    assert count(Attachment) == 0


@pytest.mark.parametrize("content, name, said", [
    (b"MZ\x90\x00 a program", "floor.jpg", "This is no photograph"),
    (b"%PDF-1.4 a paper", "floor.jpg", "This is no photograph"),
    (b"\xff\xd8\xff broken", "floor.jpg", "broken and cannot be read"),
    (b"", "floor.jpg", "This file is empty."),
])  # fmt: skip
def test_a_photo_that_is_none_is_told_at_its_field_and_nothing_is_kept(sign_in, asked, content, name, said):
    page = press(sign_in("sam"), asked, "done", 422, photo=content, name=name)
    assert said in page.select_one(f"#photo-{asked}-error").text
    assert count(Attachment) == count(RecordItem) == 0


def test_a_new_one_takes_the_place_of_the_old_which_is_emptied(sign_in, asked):
    sam = sign_in("sam")
    press(sam, asked, "done", photo=picture())
    press(sam, asked, "done", photo=picture("PNG", (40, 40)))
    press(sam, asked, "done", minutes="20")
    old, new = db.session.scalars(sa.select(Attachment).order_by(Attachment.id))
    assert (old.content, old.state.value) == (None, "removed") and new.content
    item = db.session.scalars(sa.select(RecordItem)).one()
    assert (item.attachment_id, item.minutes) == (new.id, 20)


@pytest.mark.parametrize(
    "who, code", [("sam", 200), ("lou", 200), ("nora", 200), ("ann", 404), ("ivy", 200), ("ada", 403)]
)
def test_who_may_look_at_it(sign_in, asked, who, code):
    press(sign_in("sam"), asked, "done", photo=picture(size=(40, 40)))
    sign_in(who).get(f"{CORRIDOR}/photo/{asked}", code)
    sign_in(who).get(f"{CORRIDOR}/photo/{asked + 1}", 403 if code == 403 else 404)


def test_logistics_says_of_what_one_is_asked_for(sign_in, cast):
    lou = sign_in("lou")
    page = lou.get("/disinfection/zones/zone2/photos")
    first = page.select_one("[name=objects]")["value"]
    lou.send(page, objects=[first])
    assert db.session.scalars(sa.select(ZoneObject.id).filter_by(photo=True)).all() == [int(first)]
    assert lou.get("/disinfection/zones/zone2/photos").select_one("[name=objects]").has_attr("checked")
    lou.send(lou.get("/disinfection/zones/zone2/photos"), objects=None)
    assert not db.session.scalars(sa.select(ZoneObject.id).filter_by(photo=True)).all()
