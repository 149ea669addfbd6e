"""A schedule's versions by page: what it asks for before and from its day, and what is wrong at its field."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY
from tests.cast import ZONE as CLOCK
from tracker.accounts.queries import identity_of
from tracker.db import db, transaction
from tracker.disinfection import queries
from tracker.disinfection.day_queries import school_sets
from tracker.disinfection.day_rules import rota_weekday
from tracker.disinfection.frames import tasks_frame
from tracker.disinfection.models import Schedule, ZoneObject, ZoneOwner
from tracker.disinfection.rules import ObjectKind
from tracker.disinfection.schedule_forms import WORDS
from tracker.disinfection.schedule_rules import PlanRefusal
from tracker.permissions import Permission, permits
from tracker.school.models import CalendarDay
from tracker.school.rules import DayType

TOMORROW, FRIDAY = TODAY + timedelta(days=1), date(2026, 9, 25)
THURSDAY = date(2026, 9, 24)
ZONE = "/disinfection/zones/zone2"


@pytest.fixture
def handles(cast) -> str:
    """The address of the schedule of the corridor's handles."""
    wanted = sa.select(ZoneObject.id).filter_by(zone_id=cast.zones["corridor"], kind=ObjectKind.HANDLES)
    return f"{ZONE}/schedules/{db.session.scalar(wanted)}/routine/07:30"


def asked(day: date) -> dict[str, str]:
    """What is asked for in the corridor on a day: the hours of each hour's objects, and who does it."""
    return {
        task.code: f"{task.items[0].schedule.until:%H:%M} "
        + " ".join(item.kind.value for item in task.items)
        + (f" by {', '.join(task.done_by.names)}" if task.done_by.names else "")
        for task in queries.tasks([day], NOW, queries.around(day), public_code="zone2")
    }


BEFORE = {"07:30": "11:00 floor handles"}


@pytest.mark.parametrize(
    "changes, tomorrow, thursday",
    [
        ({"mg_per_l": "1000"}, BEFORE, BEFORE),
        ({"active": None}, {"07:30": "11:00 floor"}, {"07:30": "11:00 floor"}),
        ({"active": None, "valid_from": "2026-09-24"}, BEFORE, {"07:30": "11:00 floor"}),
        (
            {"slot": "12:00", "until": "13:00"},
            {"07:30": "11:00 floor", "12:00": "13:00 handles"},
            {"07:30": "11:00 floor", "12:00": "13:00 handles"},
        ),
        ({"weekdays": ["4"]}, {"07:30": "11:00 floor"}, BEFORE),
        ({"days": "off", "weekdays": ["6"]}, {"07:30": "11:00 floor"}, {"07:30": "11:00 floor"}),
        ({"days": "before_term", "days_before": "3"}, {"07:30": "11:00 floor"}, {"07:30": "11:00 floor"}),
    ],
)
def test_a_schedule_changes_from_its_day_and_today_keeps_its_own(
    sign_in, handles, changes, tomorrow, thursday
):
    lou = sign_in("lou")
    lou.send(lou.get(handles), **changes)
    assert lou.location == ZONE
    assert (asked(TODAY), asked(TOMORROW), asked(THURSDAY)) == (BEFORE, tomorrow, thursday)
    lou.get(ZONE)


def test_a_new_version_replaces_what_was_planned_for_later_and_all_versions_are_shown(sign_in, handles):
    lou = sign_in("lou")
    lou.send(lou.get(handles), valid_from="2026-09-24", mg_per_l="800")
    lou.send(lou.get(handles), valid_from="2026-09-22", mg_per_l="600")
    page = lou.get(handles)
    shown = [row.get_text(" ", strip=True) for row in page.select("h2 + ul li")]
    assert [row[5:15] for row in shown] == ["2026-09-22", "2026-09-01"]
    assert "600 mg/L" in shown[0] and "500 mg/L" in shown[1]


def test_people_named_do_the_whole_task_and_may_record_it(sign_in, cast, handles):
    lou = sign_in("lou")
    lou.send(lou.get(handles), doer="people", people=[str(cast.users["carl"])])
    assert asked(TOMORROW) == {"07:30": "11:00 floor handles by Carl Teacher"}
    [task] = queries.tasks([TOMORROW], NOW, queries.around(TOMORROW), public_code="zone2")
    may = [
        permits(identity_of(cast.users[name], 0, TODAY), Permission.TASK_RECORD, task)
        for name in ("carl", "sam")
    ]
    assert may == [True, False]
    assert "Carl Teacher" in lou.get(handles).select("h2 + ul li")[0].text


@pytest.mark.parametrize(
    "changes, field, words",
    [
        ({"until": "07:00"}, "until", "It would end before it starts."),
        ({"until": "24:30"}, "until", "Please enter a time, such as 08:30."),
        ({"slot": ""}, "slot", "Please fill this in."),
        ({"weekdays": None}, "weekdays", "Please tick at least one weekday."),
        ({"days": "before_term"}, "days_before", "Please enter a number of days from 1 to 14."),
        ({"days": "off", "first_month": "5"}, "last_month", "Please choose both months, or neither."),
        ({"agent": "none"}, "mg_per_l", "Only chlorine has a target."),
        ({"mg_per_l": ""}, "mg_per_l", "Please enter the available chlorine"),
        ({"mg_per_l": "20000"}, "mg_per_l", "Please enter a number from 1 to 10000."),
        ({"minutes": "-5"}, "minutes", "Please enter a number of minutes"),
        ({"doer": "people"}, "people", "Please tick who does it."),
        ({"valid_from": "2026-09-21"}, "valid_from", "Today's tasks keep theirs."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_kept(sign_in, handles, changes, field, words):
    lou = sign_in("lou")
    page = lou.send(lou.get(handles), expect=422, **changes)
    assert words in page.select_one(f"#{field}-error").text
    assert asked(TOMORROW) == BEFORE


def test_something_more_is_asked_for_in_a_zone_at_the_epidemic_level_too(sign_in):
    lou = sign_in("lou")
    lou.send(
        lou.get(f"{ZONE}/schedules/new"),
        kind="rails", level="epidemic", slot="15:40", until="17:00", agent="chlorine", mg_per_l="500",
        minutes="30", method="wipe",
    )  # fmt: skip
    assert asked(TOMORROW) == BEFORE  # at the routine level
    page = lou.get(ZONE)
    assert "Rails" in page.text and "Epidemic level" in page.text
    lou.send(lou.get(f"{ZONE}/schedules/new"), kind="rails", level="routine", slot="15:40", until="17:00")
    assert asked(TOMORROW) == BEFORE | {"15:40": "17:00 rails"}
    again = lou.send(lou.get(f"{ZONE}/schedules/new"), kind="rails", slot="15:40", until="17:00", expect=422)
    assert "at that hour already" in again.select_one("#slot-error").text


def test_a_zone_is_given_to_a_class_from_a_day_on(sign_in, cast):
    lou = sign_in("lou")
    page = lou.get(f"{ZONE}/keeper")
    lou.send(page, owner=f"class:{cast.classes['3-1']}", valid_from="2026-09-21", expect=422)
    lou.send(page, owner=f"class:{cast.classes['3-1']}", valid_from="2026-09-23")
    lou.send(
        page,
        owner=f"class:{cast.classes['4-2']}",
        valid_from="2026-09-22",
        key=None or page.select_one("[name=key]")["value"][:-4] + "0000",
    )
    owners = sa.select(ZoneOwner.valid_from, ZoneOwner.class_id).filter_by(zone_id=cast.zones["corridor"])
    assert [tuple(row) for row in db.session.execute(owners.order_by(ZoneOwner.valid_from))] == [
        (date(2026, 9, 1), None),
        (TOMORROW, cast.classes["4-2"]),
    ]
    assert "4(2)" in lou.get(f"{ZONE}/keeper").select("h2 + ul li")[0].text


@pytest.mark.parametrize(
    "address", ["zone9/schedules/new", "zone2/schedules/1/routine/07:30", "zone9/keeper"]
)
def test_a_schedule_that_is_not_there(sign_in, address):
    sign_in("lou").get(f"/disinfection/zones/{address}", expect=404)


def test_versions_stay_in_order_in_the_database(sign_in, handles):
    lou = sign_in("lou")
    lou.send(lou.get(handles), slot="08:00")
    rows = sa.select(Schedule.slot, Schedule.valid_from, Schedule.active).join(ZoneObject)
    of_handles = rows.where(ZoneObject.kind == ObjectKind.HANDLES, ZoneObject.zone_id == 3)
    assert set(db.session.execute(of_handles).all()) == {
        (time(7, 30), date(2026, 9, 1), True),
        (time(7, 30), TOMORROW, False),
        (time(8), TOMORROW, True),
    }


def test_every_refusal_of_a_schedule_has_its_sentence():
    assert set(WORDS) == set(PlanRefusal)


def test_the_rota_gives_each_grade_its_weekday_from_a_day_on(sign_in):
    lou = sign_in("lou")
    assert [one["value"] for one in lou.get("/disinfection/rota").select("option[selected]")] == ["3", "4"]
    lou.send(lou.get("/disinfection/rota"), grade__3="1", valid_from="2026-09-21", expect=422)
    lou.send(lou.get("/disinfection/rota"), grade__3="1", grade__4="9", valid_from="2026-09-28")
    rotas = school_sets().rotas
    assert rotas == [(date(2026, 9, 28), {3: 1, 4: 4})]
    assert [rota_weekday(rotas, 3, day) for day in (date(2026, 9, 27), date(2026, 9, 28))] == [3, 1]


def test_the_school_says_from_a_day_on_what_each_kind_of_day_asks_for(sign_in, cast):
    with transaction():
        for day, kind in ((TOMORROW, DayType.EVENT), (THURSDAY, DayType.EVENT), (FRIDAY, DayType.HALF)):
            db.session.execute(sa.update(CalendarDay).where(CalendarDay.day == day).values(day_type=kind))
    lou, address = sign_in("lou"), "/disinfection/kinds-of-day"
    page = lou.get(address)
    shown = ("half_ends", "registration_ready", "end_of_day")
    assert [page.find(id=one).get("value") for one in shown] == ["12:00", "08:00", "15:00"]
    assert page.select_one("#exam_classes [selected]")["value"] == "eve"
    lou.send(page, valid_from=TODAY.isoformat(), expect=422)
    for wrong, said in (
        ({"half_ends": "noon"}, "Half day: Children go home at: Please enter a time, such as 08:30."),
        ({"half_ready": "12:30"}, "Half day: All done by: It is to be done before the children go home."),
        ({"end_of_day": ""}, "The end of the day begins at: Please fill this in."),
    ):
        page = lou.send(lou.get(address), **wrong, valid_from=THURSDAY.isoformat(), expect=422)
        assert page.select_one("[role=alert] a").text == said
    changes = {"event_departments": None, "event_classes": "day", "half_ends": "09:00"}
    lou.send(lou.get(address), **changes, valid_from=THURSDAY.isoformat())
    # On Tuesday an outing asks as it always did; from Thursday on only the classes are asked.
    assert [asked(day) for day in (TOMORROW, THURSDAY)] == [BEFORE, {}]
    room = [
        queries.tasks([day], NOW, queries.around(day), public_code="zone0") for day in (TOMORROW, THURSDAY)
    ]
    assert [len(tasks) for tasks in room] == [0, 1]
    assert asked(FRIDAY) == BEFORE
    frame = tasks_frame(TOMORROW, FRIDAY)
    assert [
        (row.on.date(), row.due.astimezone(CLOCK).time().hour)
        for row in frame[frame["zone_id"] == cast.zones["corridor"]].itertuples()
    ] == [(TOMORROW, 11), (date(2026, 9, 23), 11), (FRIDAY, 9)]


# The timetable to hang up.


def sheets(page) -> dict[str, list[list[str]]]:
    """Who, and by zone the cells of the week: how many days, and the hours."""
    return {
        section.h2.text: [
            [row.th.text.strip()]
            + [
                f"{cell.get('colspan', 1)}: {' '.join(b.text for b in cell.select('b'))}".strip()
                for cell in row.select("td")
            ]
            for row in section.select("tbody tr")
        ]
        for section in page.select("section.week-sheet")
    }


def test_the_week_of_each_department_hangs_up_as_a_timetable(sign_in, cast, handles):
    lou = sign_in("lou")
    new = lou.get(f"{ZONE}/schedules/new")
    lou.send(new, kind="rails", slot="15:40", until="17:00", weekdays=["2", "4"])
    lou.send(
        lou.get(f"{ZONE}/schedules/new"),
        kind="pests",
        slot="09:00",
        until="10:00",
        days="off",
        weekdays=["6"],
    )
    before = {"days": "before_term", "days_before": "2", "slot": "08:00", "until": "17:00"}
    lou.send(lou.get(f"{ZONE}/schedules/new"), kind="rails", **before)
    assert "within 2 days08:00–17:00" in lou.get("/disinfection/timetable").text
    assert sheets(lou.get("/disinfection/timetable")) == {
        "The classes": [
            ["3(1) Room 3-1", "5: 15:40–18:00", "2:", "1:"],
            ["4(2) Room 4-2", "5: 15:40–18:00", "2:", "1:"],
        ],
        "General affairs": [
            [
                "Corridor",
                "1: 07:30–11:00",
                "1: 07:30–11:00 15:40–17:00",
                "1: 07:30–11:00",
                "1: 07:30–11:00 15:40–17:00",
                "1: 07:30–11:00",
                "1: 09:00–10:00",
                "1:",
                "1: 08:00–17:00",
            ]
        ],
    }
    assert list(sheets(sign_in("sam").get("/disinfection/timetable"))) == ["General affairs"]
    assert sheets(sign_in("ann").get("/disinfection/timetable"))["The classes"][0][0] == "3(1) Room 3-1"


def test_the_timetable_of_the_epidemic_level_shows_what_it_changes(sign_in, handles):
    lou = sign_in("lou")
    lou.send(lou.get(f"{ZONE}/schedules/new"), kind="handles", level="epidemic", slot="15:40", until="17:00")
    week = sheets(lou.get("/disinfection/timetable?level=epidemic"))["General affairs"]
    assert week == [["Corridor", "5: 07:30–11:00 15:40–17:00", "2:", "1:"]]


def test_the_timetable_takes_few_statements(sign_in, statements):
    lou = sign_in("lou")
    lou.get("/disinfection/timetable")
    with statements() as done:
        lou.get("/disinfection/timetable")
    assert len(done) <= 8
