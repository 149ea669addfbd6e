"""Notices: their kinds.  No database, no web."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice tells; the numbers are those of the school's list of notices."""

    SHEET_DUE = "sheet_due"
    """To the homeroom teacher, ten minutes before the deadline."""
    SHEET_MISSING_CLASS = "sheet_missing_class"
    """To the class's other teachers, five minutes after it."""
    SHEET_MISSING_GRADE = "sheet_missing_grade"
    """To the grade head, ten minutes after it."""
    SHEET_MISSING_SCHOOL = "sheet_missing_school"
    """To the teaching office and the nurse, twenty minutes after it."""
    NOT_HERE = "not_here"
    UNACCOUNTED = "unaccounted"
    ON_THE_WAY = "on_the_way"
    RETEST_WAITING = "retest_waiting"
    CALLS_DUE = "calls_due"
    QUEUE = "queue"
    DAY_NOT_CLOSED = "day_not_closed"
