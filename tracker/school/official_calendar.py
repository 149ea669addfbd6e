"""What the official calendar says: the only place that asks `chinesecalendar`, once for each term."""

from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

from tracker.school.rules import DayFact, DayType, plain_week

# A day off in lieu and the weekend day worked for it lie this near to each other.
_NEAR_DAYS = 45


def known_years() -> range:
    """The calendar years the package knows."""
    from chinese_calendar.constants import holidays

    return range(min(holidays).year, max(holidays).year + 1)


def official_days(days: Sequence[date]) -> list[DayFact]:
    """What each day is: public holidays and weekends are off, make-up days are on.

    A holiday's English name is its reason, as the package has it.  Days of years which the package does
    not know are told by their weekday only, and say so as their source.
    """
    from chinese_calendar.constants import holidays, workdays

    years = known_years()
    source = f"chinesecalendar {version('chinesecalendar')}"
    stands_for = _weekdays_made_up()
    facts = []
    for day in days:
        if day.year not in years:
            facts += plain_week([day])
        elif day in workdays and day.weekday() >= 5:
            facts.append(DayFact(day, DayType.MAKEUP, source, workdays[day], stands_for.get(day)))
        elif day in holidays:
            facts.append(DayFact(day, DayType.OFF, source, holidays[day]))
        else:
            kind = DayType.OFF if day.weekday() >= 5 and day not in workdays else DayType.NORMAL
            facts.append(DayFact(day, kind, source))
    return facts


def _weekdays_made_up() -> dict[date, int]:
    """The ISO weekday each make-up day stands for.

    The official notice does not pair them.  Schools take the days off in lieu of one holiday in their
    order: the first Saturday worked follows the timetable of the first of them.
    """
    from chinese_calendar.constants import in_lieu_days, workdays

    free = sorted(in_lieu_days)
    pairs = {}
    for worked in sorted(workdays):
        off = next(
            (
                day
                for day in free
                if in_lieu_days[day] == workdays[worked] and abs((day - worked).days) <= _NEAR_DAYS
            ),
            None,
        )
        if off is not None:
            free.remove(off)
            pairs[worked] = off.isoweekday()
    return pairs
