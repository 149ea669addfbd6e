"""The sessions and triggers a new school begins with; it changes them by date."""

from datetime import time
from typing import Any

from tracker.school.rules import Level
from tracker.screening.rules import Affirmation, Mode, RecordedBy, SessionCode, Site


def _plan(
    code: SessionCode, level: Level, active: bool, mode: Mode, times: str, how: Affirmation
) -> dict[str, object]:
    opens, starts, deadline, closes = (time.fromisoformat(wall) for wall in times.split())
    return {
        "code": code,
        "level": level.value,
        "active": active,
        "recorded": RecordedBy.CLASS,
        "opens": opens,
        "starts": starts,
        "deadline": deadline,
        "closes": closes,
        "mode": mode,
        "how": how,
    }


def shipped_plans(arrival: RecordedBy) -> list[dict[str, object]]:
    """The sessions a new school begins with; the school changes them by date.  Times are our choice.

    `arrival` says who records the arrival screening.
    """
    routine, epidemic, some, full = Level.ROUTINE, Level.EPIDEMIC, Mode.EXCEPTIONS, Mode.FULL
    plans = [
        _plan(code, level, active, mode, times, how)
        for code, times, of_levels in (
            (
                SessionCode.ARRIVAL,
                "07:20 07:20 08:25 09:00",
                ((routine, True, some, Affirmation.MEASURED), (epidemic, True, some, Affirmation.MEASURED)),
            ),
            (
                SessionCode.MORNING,
                "07:50 07:50 08:30 16:30",
                ((routine, True, some, Affirmation.LOOKED), (epidemic, True, full, Affirmation.MEASURED)),
            ),
            (
                SessionCode.NOON,
                "13:40 13:40 14:10 16:30",
                ((routine, True, some, Affirmation.LOOKED), (epidemic, True, full, Affirmation.MEASURED)),
            ),
            (
                SessionCode.EVENING,
                "15:50 15:50 16:15 17:40",
                ((routine, False, some, Affirmation.LOOKED), (epidemic, True, some, Affirmation.LOOKED)),
            ),
        )
        for level, active, mode, how in of_levels
    ]
    return [plan | {"recorded": arrival} if plan["code"] is SessionCode.ARRIVAL else plan for plan in plans]


SHIPPED_TRIGGERS: list[dict[str, Any]] = [
    {"site": Site.FOREHEAD, "device": "infrared", "tenths": 373, "source": "common practice of schools"},
    {"site": Site.EAR, "device": "infrared", "tenths": 375, "source": "to be confirmed per device"},
    {"site": Site.AXILLARY, "device": "electronic", "tenths": 373, "source": "common practice of schools"},
]
"""Readings at or over which a retest is asked for, in tenths; the school changes them by date."""
