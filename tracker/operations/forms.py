"""What a job of the night says it did, in the reader's language.  No health, nobody's name."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from jinja2.filters import do_filesizeformat

from tracker.operations.rules import Cause, JobKind
from tracker.privacy.forms import TABLES

DETAILS: Mapping[JobKind, Mapping[str, Any]] = {
    JobKind.BACKUP: {"file": _l("File"), "size": _lp("file", "Size"), "removed": _l("Older ones removed")},
    JobKind.LEFTOVERS: {
        "uploads": _l("Uploads nobody finished"),
        "attachments": _l("Files nobody finished"),
        "forms": _l("Keys of old forms"),
    },
    JobKind.NOTICES: {"removed": _l("Old notices removed"), "sent": _l("Sent")},
    JobKind.RETENTION: TABLES,
}
"""What stands in a job's details, by its kind, in the order it is shown; nothing is said of a zero."""


CAUSES: Mapping[str, Any] = {
    Cause.FULL: _l("The disk is full. Please make room."),
    Cause.NO_FOLDER: _l("The place for it is a file, not a folder."),
    Cause.NOT_ALLOWED: _l("This program may not write there."),
    Cause.DAMAGED: _l("The database is damaged. Please restore a backup."),
    Cause.TOOLS: _l("PostgreSQL's client tools are missing or too old."),
    Cause.INTERRUPTED: _l("It was interrupted."),
}
"""What a failure's cause is called; of others only the message is known."""


def details(kind: JobKind, told: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """What a job did, or why it failed: a name and a value each."""
    shown = {name: do_filesizeformat(value) if name == "size" else value for name, value in told.items()}
    found = [(words, shown[name]) for name, words in DETAILS[kind].items() if shown.get(name)]
    if reason := CAUSES.get(shown.get("cause", "")):
        found.append((_l("Reason"), reason))
    return [*found, (_lp("job", "Message"), shown["problem"])] if "problem" in shown else found
