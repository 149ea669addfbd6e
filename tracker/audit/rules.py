"""The codes of what is kept beside the deeds.  No database, no web."""

from enum import StrEnum


class AttachmentState(StrEnum):
    """Whether a file belongs to something yet, and whether its content is still kept."""

    PENDING = "pending"
    """Handed in with a form that was refused: kept so that it need not be chosen again."""
    KEPT = "kept"
    REMOVED = "removed"
