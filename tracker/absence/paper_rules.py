"""Why a paper cannot be attached to an absence.  No database, no web."""

from enum import StrEnum

MOST_PAPERS = 12
"""Of one absence."""


class PaperRefusal(StrEnum):
    """Why a paper is refused, whatever file it is."""

    TOO_MANY_PAPERS = "too_many_papers"
    ATTACHED_ALREADY = "attached_already"
    KEPT_GONE = "kept_gone"
    NOT_YOURS = "not_yours"
    CLOSED = "closed"
