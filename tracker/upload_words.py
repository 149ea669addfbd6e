"""What is said where a file is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.audit.upload_rules import FileRefusal

WORDS: dict[FileRefusal, Any] = {
    FileRefusal.NO_FILE: _l("Please choose a photograph or a PDF."),
    FileRefusal.EMPTY: _l("This file is empty."),
    FileRefusal.TOO_LARGE: _l("This file is larger than 10 MB. Please make it smaller."),
    FileRefusal.NOT_A_PAPER: _l("This is neither a picture (JPEG, PNG, WebP) nor a PDF, by its content."),
    FileRefusal.NOT_A_PICTURE: _l("This is no photograph (JPEG, PNG, WebP), by its content."),
    FileRefusal.NOT_A_PDF: _l("This is no PDF, by its content."),
    FileRefusal.HEIC: _l(
        "This is an iPhone's HEIC picture. Please send a screenshot of it, or set Camera, Formats to "
        "“Most Compatible” and take it again."
    ),
    FileRefusal.TOO_MANY_PIXELS: _l("This picture has too many pixels. Please photograph the paper again."),
    FileRefusal.UNREADABLE: _l("This file is broken and cannot be read. Please take the photograph again."),
    FileRefusal.LOCKED: _l("This PDF asks for a password. Please photograph the paper instead."),
    FileRefusal.TOO_MANY_PAGES: _l("A PDF of 1 to %(most)s pages, please."),
}
