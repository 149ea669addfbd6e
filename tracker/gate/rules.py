"""The gate: its codes.  No database, no web."""

from enum import StrEnum


class PassOutcome(StrEnum):
    """Why the gate entered a child."""

    HOT = "hot"
    """A reading at or over the trigger."""
    ILL = "ill"
    """Looks ill."""
    LATE = "late"
    """Came after the session's deadline, screened here."""
