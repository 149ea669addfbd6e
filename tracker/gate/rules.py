"""The gate: its codes, and what is refused there.  No database, no web."""

from enum import StrEnum


class PassOutcome(StrEnum):
    """Why the gate entered a child."""

    HOT = "hot"
    """A reading at or over the trigger."""
    ILL = "ill"
    """Looks ill."""
    LATE = "late"
    """Came after the session's deadline, screened here."""


class SentTo(StrEnum):
    """Where the gate sends a child it has entered."""

    RETEST = "retest"
    NURSE = "nurse"
    """First to the nurse, who has not cleared the return; why, the gate does not learn."""
    CLASS = "class"


class Refusal(StrEnum):
    """Why the gate's record is not opened, or a child is not entered."""

    NO_SCHOOL_DAY = "no_school_day"
    NOT_OPENED = "not_opened"
    READING_NEEDED = "reading_needed"
    BELOW_TRIGGER = "below_trigger"
    NOT_LATE = "not_late"
    ENTERED_BEFORE = "entered_before"


LANES = 4
"""So many lanes a gate may have."""


def refusal_of(
    outcome: PassOutcome, tenths: int | None, *, trigger: int, is_late: bool, entered: bool
) -> Refusal | None:
    """Why a child is not entered; None if it is.

    Only who is too warm, looks ill or comes late is: a child below the trigger simply goes in.
    """
    if entered:
        return Refusal.ENTERED_BEFORE
    if outcome is PassOutcome.HOT and tenths is None:
        return Refusal.READING_NEEDED
    if outcome is PassOutcome.HOT and tenths is not None and tenths < trigger:
        return Refusal.BELOW_TRIGGER
    if outcome is PassOutcome.LATE and not is_late:
        return Refusal.NOT_LATE
    return None


def sent_to(outcome: PassOutcome, tenths: int | None, *, trigger: int, is_uncleared: bool) -> SentTo:
    """Where a child goes from the gate: a retest before the nurse's check, that before class."""
    if outcome is not PassOutcome.LATE or (tenths is not None and tenths >= trigger):
        return SentTo.RETEST
    return SentTo.NURSE if is_uncleared else SentTo.CLASS
