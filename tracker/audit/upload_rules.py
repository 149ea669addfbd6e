"""Which files may be handed in, and why one cannot.  No database, no web."""

from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""Of a photograph as a telephone takes it; more is no photograph of a paper."""
LONGEST_SIDE = 2000
"""To so many pixels a picture is made smaller: a page of print stays readable."""
MOST_PAGES = 20
"""Of a certificate or a letter."""

JPEG, PDF = "image/jpeg", "application/pdf"


class FileRefusal(StrEnum):
    """Why a file is refused."""

    NO_FILE = "no_file"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PAPER = "not_a_paper"
    NOT_A_PICTURE = "not_a_picture"
    NOT_A_PDF = "not_a_pdf"
    HEIC = "heic"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    LOCKED = "locked"
    TOO_MANY_PAGES = "too_many_pages"


class Kind(StrEnum):
    """What the first bytes of a file say it is, whatever its name says."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    HEIC = "heic"


_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}


def kind_of(start: bytes) -> Kind | None:
    """What a file is by its first bytes; None for nothing we take."""
    if start.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return Kind.WEBP
    if start.startswith(b"%PDF-"):
        return Kind.PDF
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS:
        return Kind.HEIC
    return None


@dataclass(frozen=True)
class CleanFile:
    """A file as it may be kept: decoded and written anew, without what a camera put beside it."""

    type: str
    content: bytes
