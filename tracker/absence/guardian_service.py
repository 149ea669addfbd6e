"""Showing a guardian's number in full, which leaves its trace."""

from datetime import datetime

from tracker.absence import guardian_queries
from tracker.audit import service as audit


def reveal_phone(by: int, at: datetime, student_id: int, seq: int, **shown_on: int) -> str | None:
    """The number of one of a student's guardians; that it was shown, and on what, stays in the trail."""
    number = guardian_queries.phone_of(student_id, seq)
    if number is not None:
        audit.record(by, at, "guardian.phone_shown", "guardian", seq, student_id=student_id, changes=shown_on)
    return number
