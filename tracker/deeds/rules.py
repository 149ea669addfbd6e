"""What the school keeps of papers and deeds, and why one is refused.  No database, no web."""

from enum import StrEnum

MOST_PAGES = 200
"""Of a plan with its annexes."""


class SchoolPaperKind(StrEnum):
    """What a paper of the school is."""

    PLAN = "plan"
    DUTY_CHART = "duty_chart"
    APPOINTMENT = "appointment"
    RULE = "rule"
    OTHER = "other"


class DeedKind(StrEnum):
    """What was done."""

    DRILL = "drill"
    TRAINING = "training"
    LESSON = "lesson"
    OTHER = "other"


class DeedRefusal(StrEnum):
    """Why a paper or a deed is refused."""

    SAME_VERSION = "same_version"
    IN_FUTURE = "in_future"
    STRUCK_ALREADY = "struck_already"
