"""Makes of an uploaded file a picture or a PDF that may be kept and shown, or refuses it.

Nothing of the upload is kept as it came: pictures are decoded and written anew, of a PDF only its pages.
"""

import io
from threading import Lock
from typing import Any

from tracker.audit.upload_rules import (
    JPEG,
    LONGEST_SIDE,
    MOST_BYTES,
    MOST_PAGES,
    MOST_PIXELS,
    PDF,
    CleanFile,
    FileRefusal,
    Kind,
    kind_of,
)
from tracker.errors import Rejected

_FIELD = "file"
_one_at_a_time = Lock()
"""Decoding the largest picture takes a few hundred megabytes for a moment: not eight times at once."""


def clean(content: bytes, most_pages: int = MOST_PAGES) -> CleanFile:
    """A file as it may be kept.  Rejected where it is none we take, told from its content alone."""
    if not content:
        raise Rejected(FileRefusal.EMPTY, _FIELD)
    if len(content) > MOST_BYTES:
        raise Rejected(FileRefusal.TOO_LARGE, _FIELD)
    kind = kind_of(content[:16])
    if kind is Kind.HEIC:
        raise Rejected(FileRefusal.HEIC, _FIELD)
    if kind is None:
        raise Rejected(FileRefusal.NOT_A_PAPER, _FIELD)
    with _one_at_a_time:
        if kind is Kind.PDF:
            return CleanFile(PDF, _pages_alone(content, most_pages))
        return CleanFile(JPEG, _written_anew(content, kind))


def clean_picture(content: bytes) -> CleanFile:
    """A photograph as it may be kept.  Rejected where it is none, a PDF as well."""
    if content and kind_of(content[:16]) in (None, Kind.PDF):
        raise Rejected(FileRefusal.NOT_A_PICTURE, _FIELD)
    return clean(content)


def clean_pdf(content: bytes, most_pages: int) -> CleanFile:
    """A PDF as it may be kept.  Rejected where it is none, a photograph as well."""
    if content and kind_of(content[:16]) is not Kind.PDF:
        raise Rejected(FileRefusal.NOT_A_PDF, _FIELD)
    return clean(content, most_pages)


def _written_anew(content: bytes, kind: Kind) -> bytes:
    """A picture's pixels, upright, on white, not larger than needed, as JPEG and nothing else."""
    from PIL import Image, ImageOps

    try:
        picture: Any = Image.open(io.BytesIO(content), formats=[kind.name])
        # Only the header was read so far.
        if picture.width * picture.height > MOST_PIXELS:
            raise Rejected(FileRefusal.TOO_MANY_PIXELS, _FIELD)
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        picture = picture.convert("RGBA")
        page = Image.new("RGB", picture.size, "white")
        page.paste(picture, mask=picture.getchannel("A"))
        out = io.BytesIO()
        page.save(out, "JPEG", quality=85)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Rejected(FileRefusal.TOO_MANY_PIXELS, _FIELD) from None
    except Rejected:
        raise
    except Exception:  # whatever a decoder says of a broken file, it says it in many ways
        raise Rejected(FileRefusal.UNREADABLE, _FIELD) from None
    return out.getvalue()


_OF_A_PAGE = ("/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group")
_OF_A_MARK = ("/Subtype", "/Rect", "/AP", "/AS", "/F")
_MARKS = {"/Stamp", "/Widget", "/FreeText", "/Ink", "/Square", "/Circle", "/Line", "/Highlight"}
"""Marks on a page that only show something: a hospital's seal is one."""


def _pages_alone(content: bytes, most_pages: int) -> bytes:
    """A PDF's pages and the seals on them; scripts, actions, forms and attached files stay behind."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    try:
        reader = PdfReader(io.BytesIO(content))
        # Who may only not change it can read it without a password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Rejected(FileRefusal.LOCKED, _FIELD)
        if not 1 <= len(reader.pages) <= most_pages:
            raise Rejected(FileRefusal.TOO_MANY_PAGES, _FIELD, most=most_pages)
        writer = PdfWriter()
        for page in reader.pages:
            box = page.mediabox
            kept = writer.add_blank_page(float(box.width), float(box.height))
            for name in _OF_A_PAGE:
                if name in page:
                    kept[NameObject(name)] = page.raw_get(name).clone(writer)
            marks = ArrayObject()
            for mark in page.get("/Annots") or ():
                found = mark.get_object()
                if found.get("/Subtype") in _MARKS and "/AP" in found:
                    shown = [name for name in _OF_A_MARK if name in found]
                    plain = {NameObject(name): found.raw_get(name).clone(writer) for name in shown}
                    marks.append(writer._add_object(DictionaryObject(plain)))
            if marks:
                kept[NameObject("/Annots")] = marks
        out = io.BytesIO()
        writer.write(out)
    except Rejected:
        raise
    except Exception:  # a broken PDF breaks in many ways
        raise Rejected(FileRefusal.UNREADABLE, _FIELD) from None
    if len(out.getvalue()) > MOST_BYTES:
        raise Rejected(FileRefusal.TOO_LARGE, _FIELD)
    return out.getvalue()
