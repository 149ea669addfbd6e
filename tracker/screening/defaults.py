"""The sessions and triggers a new school begins with; it changes them by date."""

from datetime import time

from tracker.screening.rules import Affirmation, Mode, RecordedBy, SessionCode, Site


def _plan(code: SessionCode, active: bool, times: str, how: Affirmation) -> dict[str, object]:
    opens, starts, deadline, closes = (time.fromisoformat(wall) for wall in times.split())
    return {
        "code": code,
        "level": "routine",
        "active": active,
        "recorded": RecordedBy.CLASS,
        "opens": opens,
        "starts": starts,
        "deadline": deadline,
        "closes": closes,
        "mode": Mode.EXCEPTIONS,
        "how": how,
    }


SHIPPED_PLANS = [
    _plan(SessionCode.ARRIVAL, True, "07:20 07:20 08:25 09:00", Affirmation.MEASURED),
    _plan(SessionCode.MORNING, True, "07:50 07:50 08:30 16:30", Affirmation.LOOKED),
    _plan(SessionCode.NOON, True, "13:40 13:40 14:10 16:30", Affirmation.LOOKED),
    _plan(SessionCode.EVENING, False, "15:50 15:50 16:15 17:40", Affirmation.LOOKED),
]
"""The sessions a new school begins with; the school changes them by date.  Times are our choice."""

SHIPPED_TRIGGERS: list[dict[str, object]] = [
    {"site": Site.FOREHEAD, "device": "infrared", "tenths": 373, "source": "common practice of schools"},
    {"site": Site.EAR, "device": "infrared", "tenths": 375, "source": "to be confirmed per device"},
    {"site": Site.AXILLARY, "device": "electronic", "tenths": 373, "source": "common practice of schools"},
]
"""Readings at or over which a retest is asked for, in tenths; the school changes them by date."""
