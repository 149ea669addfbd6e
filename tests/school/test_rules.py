from datetime import date

import pytest

from tracker.school.forms import WORDS, refusal_words
from tracker.school.official_calendar import known_years, official_days
from tracker.school.roster_cells import Column, Reason
from tracker.school.roster_forms import COLUMN_WORDS, REASONS
from tracker.school.rules import (
    TEACHING,
    DayType,
    Refusal,
    Stage,
    days_between,
    is_grade_class,
    is_school_day,
    months_of,
    weeks_of_month,
)


@pytest.mark.parametrize("year, day, possible", [
    (2024, date(2026, 9, 21), True),
    (2021, date(2026, 9, 21), True),     # grade six
    (2020, date(2026, 9, 21), False),    # has left
    (2020, date(2026, 7, 31), True),     # the school year turns in August
    (2027, date(2026, 9, 21), True),     # enters next
    (2028, date(2026, 9, 21), False),
])  # fmt: skip
def test_entry_years_of_a_primary_school(year, day, possible):
    assert is_grade_class(Stage.PRIMARY, year, day) is possible


def test_a_month_is_shown_in_whole_weeks_from_monday():
    weeks = weeks_of_month(date(2026, 9, 1))
    assert [week[0] for week in weeks] == [date(2026, 8, 31), date(2026, 9, 7), date(2026, 9, 14),
                                           date(2026, 9, 21), date(2026, 9, 28)]  # fmt: skip
    assert all(len(week) == 7 for week in weeks)
    assert weeks[-1][-1] == date(2026, 10, 4)


def test_the_months_of_a_term():
    assert months_of(date(2026, 11, 15), date(2027, 1, 20)) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
    ]  # fmt: skip


@pytest.mark.parametrize("day, kind, reason, stands_for", [
    (date(2026, 9, 21), DayType.NORMAL, None, None),
    (date(2026, 9, 19), DayType.OFF, None, None),                      # a plain Saturday
    (date(2026, 9, 20), DayType.MAKEUP, "National Day", 2),            # for Tuesday 10-06
    (date(2026, 10, 10), DayType.MAKEUP, "National Day", 3),           # for Wednesday 10-07
    (date(2026, 10, 1), DayType.OFF, "National Day", None),
    (date(2026, 9, 25), DayType.OFF, "Mid-autumn Festival", None),
    (date(2024, 2, 4), DayType.MAKEUP, "Spring Festival", 4),
])  # fmt: skip
def test_the_official_calendar(day, kind, reason, stands_for):
    (fact,) = official_days([day])
    assert (fact.day_type, fact.reason, fact.stands_for) == (kind, reason, stands_for)
    assert fact.source.startswith("chinesecalendar ")


def test_beyond_its_years_only_the_weekday_is_known_and_said():
    beyond = known_years().stop
    facts = official_days(days_between(date(beyond, 10, 1), date(beyond, 10, 7)))
    assert {fact.source for fact in facts} == {"weekday"}
    assert [fact.day_type is DayType.OFF for fact in facts] == [fact.day.weekday() >= 5 for fact in facts]


def test_every_make_up_day_stands_for_a_weekday():
    from chinese_calendar.constants import workdays

    assert all(1 <= fact.stands_for <= 5 for fact in official_days(sorted(workdays)))


def test_every_refusal_column_and_reason_has_its_words(app):
    assert set(WORDS) == set(Refusal)
    assert set(COLUMN_WORDS) == set(Column)
    assert set(REASONS) == set(Reason)
    assert "student_number" in refusal_words(Refusal.MISSING_COLUMNS, {"columns": [Column.STUDENT_NUMBER]})


def test_one_rule_says_what_a_school_day_is():
    assert set(DayType) - set(TEACHING) == {DayType.OFF, DayType.SUSPENDED, DayType.HOME}
    assert [kind for kind in DayType if is_school_day(kind)] == list(TEACHING)
    assert not is_school_day(None)
