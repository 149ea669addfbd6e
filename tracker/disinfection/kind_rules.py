"""What each kind of day asks for of the schedules of school days.  No database, no web."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from tracker.school.rules import DayType

NOON = time(12)


@dataclass(frozen=True)
class DayTasks:
    """What a kind of day asks for of the schedules of school days."""

    of_departments: bool = True
    of_classes: bool = True
    on_the_eve: bool = False
    """Classes do it on the evening of the school day before: what is done at the end of a day, and what that
    day does not ask for itself."""
    in_full: bool = False
    """The full cleaning: also what by weekday or rota has another day for its turn."""
    ready_by: time | None = None
    """Everything is done by this hour, before the children come: each object once."""
    ends_at: time | None = None
    """When the children go home, if it is earlier than on other days; the calendar may say it for a day."""


NOTHING = DayTasks(of_departments=False, of_classes=False)
TASKS_OF_DAY: Mapping[DayType, DayTasks] = {
    DayType.NORMAL: DayTasks(),
    DayType.MAKEUP: DayTasks(),
    DayType.HALF: DayTasks(ends_at=NOON),
    DayType.EXAM: DayTasks(on_the_eve=True),
    DayType.EVENT: DayTasks(of_classes=False),
    DayType.REGISTRATION: DayTasks(ready_by=time(8)),
    DayType.CLOSING: DayTasks(in_full=True),
    DayType.LATE_START: DayTasks(),
    DayType.EARLY_CLOSE: DayTasks(),
    DayType.SUSPENDED: NOTHING,
    DayType.HOME: NOTHING,
    DayType.OFF: NOTHING,
}
"""Where the school has set nothing else.  A day that ends early asks for everything before its end
(`SchoolTasks.hours`); one that starts late gives every task so many minutes more."""


ADJUSTABLE: tuple[DayType, ...] = tuple(
    kind for kind in TASKS_OF_DAY if kind not in (DayType.NORMAL, DayType.MAKEUP)
)
"""The kinds of day of which the school says itself what they ask for; a usual day asks for everything."""


@dataclass(frozen=True)
class KindsOfDay:
    """What the school has set of kinds of day."""

    of: Mapping[DayType, DayTasks]
    """Of those that are not in it the shipped holds."""
    end_of_day: time = time(15)
    """What begins at this hour or later is done at the end of the day."""

    def tasks(self, kind: DayType) -> DayTasks:
        """What a kind of day asks for."""
        return self.of.get(kind) or TASKS_OF_DAY[kind]


SHIPPED = KindsOfDay({})


def kinds_on(kinds: Sequence[tuple[date, KindsOfDay]], day: date) -> KindsOfDay:
    """What holds on a day of what the school has set, oldest first."""
    return next((one for since, one in reversed(kinds) if since <= day), SHIPPED)
