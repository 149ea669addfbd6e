"""Days and rosters unlike others, as tables: who stands on the sheet, and what it starts with."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import TERM, TODAY, ZONE
from tests.screening.test_sheet import SHEET, main_text
from tracker import clock
from tracker.absence.models import Episode
from tracker.db import db
from tracker.school.models import CalendarDay, Enrolment, Student
from tracker.school.rules import DayType, Scope
from tracker.screening.models import SheetVersion

YESTERDAY = TODAY - timedelta(days=1)  # a make-up Sunday of the cast's calendar


def at(day: date, wall: str) -> None:
    clock.freeze(datetime.fromisoformat(f"{day}T{wall}").replace(tzinfo=ZONE))


def path(day: date, session: str = "arrival", ref: str = "2024-1") -> str:
    return f"/screening/{ref}/{day}/{session}"


def on_sheet(visitor, address: str) -> list[int]:
    return [int(one) for one in visitor.get(address).select_one("input[name=roster]")["value"].split(",")]


def enrol(student: int, class_id: int, starts: date, seat: int | None) -> None:
    """Move a child of the cast to a class from a day on."""
    before = db.session.get(Enrolment, (student, TERM[0]))
    before.ends = starts - timedelta(days=1)
    db.session.add(Enrolment(student_id=student, starts=starts, class_id=class_id, seat=seat))
    db.session.commit()


def test_a_child_who_changes_class_stands_on_each_days_own_sheet_and_keeps_its_absence(sign_in, cast):
    mover = cast.students["3-1"][2]
    nora = sign_in("nora")
    at(YESTERDAY, "08:05")
    nora.send(nora.get(path(YESTERDAY)), "#sheet", **{f"state__{mover}": "absent:illness"})
    enrol(mover, cast.classes["4-2"], TODAY, 40)
    at(TODAY, "08:05")
    assert mover not in on_sheet(nora, path(TODAY))
    new = nora.get(path(TODAY, ref="2023-2"))
    assert new.select_one(f"input[name=state-{mover}][checked]")["value"] == "absent:illness"
    # The old sheet shows the class as it was, and its correction touches nobody else.
    assert mover in on_sheet(nora, path(YESTERDAY))
    nora.send(nora.get(path(YESTERDAY)), "#sheet", reason="Told by Ann")
    nora.send(new, "#sheet")
    episode = db.session.scalars(sa.select(Episode)).one()
    assert (episode.first_on, episode.last_absent_on) == (YESTERDAY, TODAY)


def test_a_child_who_came_from_elsewhere_is_on_the_sheet_from_the_day_of_coming(sign_in, cast):
    child = Student(number="L0001", is_provisional=True, name="Child 3-1 01", pinyin="child")
    db.session.add(child)
    db.session.flush()
    db.session.add(Enrolment(student_id=child.id, starts=TODAY, class_id=cast.classes["3-1"], seat=None))
    db.session.commit()
    ann = sign_in("ann")
    page = ann.get(SHEET)
    assert on_sheet(ann, SHEET)[-1] == child.id
    labels = [chip.text for chip in page.select(".chip > summary")]
    assert any("01 Child 3-1 01" in one for one in labels)
    assert any("L0001" in one for one in labels), "without a seat, two of one name are told by the number"
    assert child.id not in on_sheet(sign_in("nora"), path(date(2026, 9, 18)))


DAYS = [
    (DayType.HALF, ["arrival", "morning"]),
    (DayType.EXAM, ["arrival", "morning"]),
    (DayType.REGISTRATION, ["arrival"]),
    (DayType.MAKEUP, ["arrival", "morning", "noon"]),
    (DayType.EARLY_CLOSE, ["arrival", "morning", "noon"]),
    (DayType.SUSPENDED, []),
    (DayType.OFF, []),
]


@pytest.mark.parametrize("kind, sessions", DAYS)
def test_a_day_asks_for_the_sessions_of_its_kind(sign_in, cast, kind, sessions):
    row = CalendarDay(
        day=TODAY, scope=Scope.CLASS, scope_id=cast.classes["3-1"], day_type=kind, source="page",
        stands_for=5 if kind is DayType.MAKEUP else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    at(TODAY, "13:45")
    nora = sign_in("nora")
    found = [
        session
        for session in ("arrival", "morning", "noon", "evening")
        if nora.get(path(TODAY, session)).select_one("#sheet")
    ]
    assert found == sessions


def test_a_sheet_taken_before_the_day_was_cut_short_stays_and_can_be_corrected(sign_in, cast):
    ann = sign_in("ann")
    at(TODAY, "13:45")
    ann.send(ann.get(path(TODAY, "noon")), "#sheet")
    db.session.add(
        CalendarDay(
            day=TODAY, scope=Scope.CLASS, scope_id=cast.classes["3-1"],
            day_type=DayType.HALF, source="page",
        )
    )  # fmt: skip
    db.session.commit()
    ann.send(
        ann.get(path(TODAY, "noon")), "#sheet", **{f"state__{cast.students['3-1'][0]}": "absent:illness"}
    )
    assert [one.no for one in db.session.scalars(sa.select(SheetVersion))] == [1, 2]


def test_on_the_first_day_who_is_not_registered_yet_is_no_absence(sign_in, cast):
    first, one = TERM[0], cast.students["3-1"][0]
    at(first, "08:05")
    ann = sign_in("ann")
    page = ann.get(path(first))
    assert len(page.select(".chip")) == 10
    ann.send(page, "#sheet", **{f"state__{one}": "absent:unregistered"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Episode)) == 0
    assert "Not registered yet" in main_text(ann.get(ann.location))
    # The next session of the day knows it still.
    noon = ann.get(path(first, "morning"))
    assert noon.select_one(f"input[name=state-{one}][checked]")["value"] == "absent:unregistered"
