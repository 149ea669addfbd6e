"""Verified, given back, excused, or its turn taken: the same in a page's task as in a frame's row."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some

from tests.assessment.school import record
from tests.cast import NOW, TODAY, ZONE, count
from tracker import clock
from tracker.accounts.queries import identity_of
from tracker.audit.models import Trail
from tracker.db import db, transaction
from tracker.disinfection import queries, service, verdict_queries, verdict_service
from tracker.disinfection.list_queries import excusable
from tracker.disinfection.models import Record, Verification, Zone, ZoneOwner
from tracker.disinfection.queries import TaskName
from tracker.disinfection.rules import (
    Answer,
    ItemResult,
    NotDoneReason,
    Refusal,
    Said,
    TaskState,
    TaskTimes,
    ZoneType,
    outcome_of,
)
from tracker.errors import Rejected
from tracker.school.rules import ExcuseCode

CORRIDOR = TaskName("zone2", TODAY, time(7, 30))
ROOM = TaskName("zone0", TODAY, time(15, 40))
PAGE = "/disinfection/zone2/2026-09-21/07:30"
NINE = datetime(2026, 9, 21, 9, 0, tzinfo=ZONE)
TUESDAY, WEDNESDAY = date(2026, 9, 22), date(2026, 9, 23)


def at(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), ZONE)


def do(verb, *args, **more):
    with transaction():
        return verb(*args, **more)


def verify(cast, who="lou", when=NINE, name=CORRIDOR, **more):
    do(
        verdict_service.verify,
        identity_of(cast.users[who], 0, TODAY),
        when,
        name,
        **{"accepted": True, **more},
    )


def excuse(cast, code, who="lou", when=NINE, name=CORRIDOR):
    do(verdict_service.excuse, identity_of(cast.users[who], 0, TODAY), when, name, code)


def finish(cast, who="sam", when=NOW, name=CORRIDOR):
    do(service.finish_all, cast.users[who], when, name)


def state(name=CORRIDOR, when=NINE) -> TaskState:
    return queries.task(name, when).outcome.state


class TestVerified:
    def test_the_months_frame_says_the_same_on_either_database(self, either_app):
        from tracker.disinfection.frames import tasks_frame
        from tracker.disinfection.outcome_frames import states

        _, cast = either_app
        finish(cast)
        verify(cast)
        for why in ("", "dusty"):
            if why:
                verify(cast, accepted=False, why=why)
            frame = tasks_frame(TODAY, TODAY)
            found = frame.assign(state=states(frame, NINE)).set_index(["zone_id", "slot"])
            row = found.loc[cast.zones["corridor"], "07:30"]
            page = queries.task(CORRIDOR, NINE)
            assert (row["state"], row["done"]) == (page.outcome.state, page.outcome.done)
            assert (None if why else row["finished"]) == page.finished

    def test_by_somebody_who_did_not_do_it(self, either_app):
        _, cast = either_app
        finish(cast)
        verify(cast)
        verify(cast)
        one = db.session.scalars(sa.select(Verification)).one()
        assert (one.no, one.accepted, one.finished, one.by) == (1, True, NOW, cast.users["lou"])
        assert state() is TaskState.VERIFIED
        with pytest.raises(Rejected) as no:
            finish(cast)
        assert no.value.reason is Refusal.VERIFIED

    def test_given_back_it_is_due_again_and_done_late(self, either_app):
        _, cast = either_app
        finish(cast)
        verify(cast, accepted=False, why="sills are dusty", when=at(TUESDAY, "10:00"))
        # Its own time ends with Tuesday; given back on Tuesday it may be done until the end of Wednesday.
        assert state(when=at(WEDNESDAY, "23:59")) is TaskState.REJECTED
        assert state(when=at(date(2026, 9, 24), "00:01")) is TaskState.MISSED
        finish(cast, when=at(WEDNESDAY, "08:00"))
        assert state(when=at(WEDNESDAY, "09:00")) is TaskState.LATE
        verify(cast, when=at(WEDNESDAY, "10:00"))
        assert state(when=at(WEDNESDAY, "10:00")) is TaskState.VERIFIED
        verify(cast, accepted=False, why="again", when=at(WEDNESDAY, "11:00"))
        assert count(Verification) == 3 and state(when=at(WEDNESDAY, "11:00")) is TaskState.REJECTED

    @pytest.mark.parametrize("who, when, more, refusal, field", [
        ("sam", NINE, {}, Refusal.OWN_WORK, ""),
        ("nora", NINE, {}, Refusal.OWN_WORK, ""),                    # has answered one item
        ("lou", NINE, {"accepted": False}, Refusal.WHY_NEEDED, "why"),
        ("lou", NINE, {"name": ROOM}, Refusal.NOTHING_DONE, ""),
        ("lou", NINE, {"name": TaskName("zone2", TODAY, time(8))}, Refusal.NOT_OF_TASK, ""),
        ("lou", NOW + timedelta(days=7, minutes=1), {}, Refusal.VERIFY_OVER, ""),
    ])  # fmt: skip
    def test_is_refused(self, app, cast, who, when, more, refusal, field):
        floor = queries.task(CORRIDOR, NOW).items[0].object_id
        do(service.answer, cast.users["nora"], NOW, CORRIDOR, floor, Answer(ItemResult.DONE))
        finish(cast)
        with pytest.raises(Rejected) as no:
            verify(cast, who, when, **more)
        assert (no.value.reason, no.value.field, count(Verification)) == (refusal, field, 0)

    @pytest.mark.parametrize("classes, departments, refusal", [
        ((), (), None),
        (("4-2",), (), Refusal.OWN_GROUP),       # grades 3 and 4 are ranked together
        (("3-1",), (), Refusal.OWN_WORK),
        ((), ("department",), None),             # the corridor's, not the room's
    ])  # fmt: skip
    def test_the_room_of_a_class_by_nobody_with_a_class_of_its_ranking_group(
        self, app, cast, classes, departments, refusal
    ):
        when = at(TODAY, "16:00")
        finish(cast, "ann", when, ROOM)
        who = replace(
            identity_of(cast.users["ivy"], 0, TODAY),
            classes=frozenset(cast.classes[one] for one in classes),
            departments=frozenset(cast.department for _ in departments),
        )
        task = queries.task(ROOM, when)
        assert verdict_queries.refusal_to_verify(who, task) is refusal
        if refusal is None:
            do(verdict_service.verify, who, when, ROOM, accepted=True)
            assert state(ROOM, when) is TaskState.VERIFIED
        else:
            with pytest.raises(Rejected) as no:
                do(verdict_service.verify, who, when, ROOM, accepted=False, why="dusty")
            assert (no.value.reason, count(Verification)) == (refusal, 0)

    def test_what_was_not_done_is_not_verified(self, app, cast):
        for item in queries.task(CORRIDOR, NOW).items:
            skipped = Answer(ItemResult.NOT_DONE, NotDoneReason.FORGOTTEN)
            do(service.answer, cast.users["sam"], NOW, CORRIDOR, item.object_id, skipped)
        do(service.finish, cast.users["sam"], NOW, CORRIDOR)
        with pytest.raises(Rejected) as no:
            verify(cast)
        assert no.value.reason is Refusal.NOTHING_DONE


class TestExcused:
    def test_whatever_became_of_it_and_taken_back(self, either_app):
        _, cast = either_app
        excuse(cast, ExcuseCode.SUPPLY)
        assert state() is TaskState.EXCUSED
        finish(cast)
        task = queries.task(CORRIDOR, NINE)
        assert (task.recorded.by, task.recorded.excused_by) == ("Sam Cleaner", "Lou Logistics")
        assert db.session.scalars(sa.select(Record)).one().started == NOW
        excuse(cast, None)
        assert state() is TaskState.DONE
        told = db.session.scalars(
            sa.select(Trail.changes).filter_by(deed="disinfection.excuse").order_by(Trail.id)
        ).all()
        assert told == [{"from": None, "to": "supply"}, {"from": "supply", "to": None}]

    def test_an_excused_task_may_still_be_done_within_its_time(self, app, cast):
        excuse(cast, ExcuseCode.OUTAGE)
        with pytest.raises(Rejected) as no:
            finish(cast, when=at(WEDNESDAY, "00:01"))
        assert no.value.reason is Refusal.MISSED

    def test_not_by_who_has_to_do_it(self, app, cast):
        with transaction():
            zone = db.session.scalars(sa.select(Zone).filter_by(public_code="zone2")).one()
            db.session.add(ZoneOwner(zone_id=zone.id, valid_from=TODAY, class_id=cast.classes["3-1"]))
        with pytest.raises(Rejected) as no:
            excuse(cast, ExcuseCode.SUPPLY, who="ann")
        assert (no.value.reason, count(Record)) == (Refusal.OWN_WORK, 0)


def test_a_terminal_disinfection_of_the_room_takes_the_turn_of_that_days_disinfection(either_app):
    _, cast = either_app
    zone = cast.zones["corridor"]
    with transaction():
        db.session.get_one(Zone, zone).type = ZoneType.OBSERVATION_ROOM
        record(zone, TODAY, slot="stay:4", finished="10:00")
        record(zone, date(2026, 9, 18), slot="spill:4", finished="10:00")  # on the spot, not the room
    assert state(when=NINE) is TaskState.EXCUSED and queries.task(CORRIDOR, NINE).turn_taken
    assert state(TaskName("zone2", date(2026, 9, 18), time(7, 30))) is TaskState.MISSED
    assert of_frames(TODAY, NINE)[zone, "07:30"] == "excused"


def of_frames(day: date, now: datetime) -> dict:
    from tracker.disinfection.frames import tasks_frame
    from tracker.disinfection.outcome_frames import outcomes

    frame = outcomes(tasks_frame(day, day), now)
    return {(row.zone_id, row.slot): row.state for row in frame.itertuples()}


def test_pages_and_frames_agree_on_what_others_said(either_app):
    _, cast = either_app
    evening = at(TODAY, "16:00")
    finish(cast)
    verify(cast, accepted=False, why="dusty")
    finish(cast, "ann", evening, ROOM)
    verify(cast, when=evening, name=ROOM)
    excuse(cast, ExcuseCode.CLOSED, name=TaskName("zone1", TODAY, time(15, 40)))
    for now in (NINE, evening, at(WEDNESDAY, "00:01")):
        pages = {
            (one.zone.id, one.code): one.outcome.state
            for one in queries.tasks([TODAY], now, queries.around(TODAY))
        }
        assert of_frames(TODAY, now) == pages
    assert sorted(pages.values()) == ["excused", "missed", "verified"]


MOMENTS = some.integers(0, 60).map(lambda hours: at(TODAY, "00:00") + timedelta(hours=hours))
ANSWERS = some.lists(
    some.one_of(
        some.none(),
        some.just(Answer(ItemResult.DONE)),
        some.just(Answer(ItemResult.NOT_APPLICABLE)),
        some.sampled_from(NotDoneReason).map(lambda why: Answer(ItemResult.NOT_DONE, why)),
    ),
    min_size=1,
    max_size=3,
)
TIMES = TaskTimes(at(TODAY, "15:40"), at(TODAY, "18:00"), at(WEDNESDAY, "00:00"))
SAID = some.builds(Said, some.booleans(), some.booleans(), some.one_of(some.none(), MOMENTS))


def row(answers, finished, now, said):
    """A task as `tasks_frame` tells it, from the same facts."""
    from tracker.disinfection.frames import TASKS

    out = outcome_of(TIMES, answers, finished, now, said)
    until = max(TIMES.late_until, said.redo_until or TIMES.late_until)
    return TASKS.frame([(
        *(5, 1, None, TODAY, "15:40", TIMES.opens, TIMES.on_time_until, until, finished),
        *(out.applicable, out.done, out.not_done, out.not_done_excused),
        *(said.excused, said.verified, bool(said.redo_until) and finished is None),
    )])  # fmt: skip


@given(ANSWERS, some.one_of(some.none(), MOMENTS), MOMENTS, SAID)
def test_the_frame_tells_every_state_as_the_rule_does(answers, finished, now, said):
    from tracker.disinfection.outcome_frames import OUTCOMES, outcomes

    [found] = outcomes(row(answers, finished, now, said), now).itertuples()
    assert found.state == outcome_of(TIMES, answers, finished, now, said).state
    assert sum(getattr(found, name) for name in OUTCOMES) == 1


@given(ANSWERS, some.one_of(some.none(), MOMENTS), MOMENTS, SAID)
def test_no_score_falls_through_an_excuse(answers, finished, now, said):
    from tracker.assessment.duties import duties
    from tracker.assessment.indicators import earned
    from tracker.school.frames import EXCUSES
    from tracker.screening.frames import SUBMISSIONS

    def worth(excused: bool) -> Fraction | None:
        """None: it does not count yet."""
        tasks = row(answers, finished, now, replace(said, excused=excused))
        found = earned(duties(SUBMISSIONS.frame(), tasks, EXCUSES.frame(), now))
        return Fraction(int(found["num"].iloc[0]), int(found["den"].iloc[0])) if len(found) else None

    assert worth(True) == 1 and (worth(False) or 0) <= 1


class TestOnThePage:
    def test_who_did_it_sees_it_given_back_with_the_reason_and_does_it_again(self, sign_in, cast):
        finish(cast)
        clock.freeze(NINE)
        lou, sam = sign_in("lou"), sign_in("sam")
        page = lou.get("/disinfection/")
        assert "to verify 1" in page.select_one("#done").text
        assert page.select_one("main a[href='#done']").text == "To be verified 1 ↓"
        assert "to verify" not in sam.get("/disinfection/").select_one("#done").text
        page = lou.send(lou.get(PAGE), "form:has([value=give_back])", 422, why=" ")
        assert "Please write what is to be done again." in page.select_one("#why-error").text
        lou.send(lou.get(PAGE), "form:has([value=give_back])", why="Sills are dusty")
        assert "Given back" in sam.get("/disinfection/").select_one("#now ~ ul").text
        notice = "Corridor, 07:30: given back, to be done again."
        assert [notice in visitor.get("/").text for visitor in (sam, lou)] == [True, False]
        assert sam.get("/").find("a", string=notice)["href"] == PAGE
        page = sam.get(PAGE)
        assert "Sills are dusty" in page.text and "Lou Logistics" in page.text
        sam.send(page, ".finish", do="finish")
        lou.send(lou.get(PAGE), "section form", do="take")
        assert "Verified by Lou Logistics" in sam.get(PAGE).text
        assert not sam.get(PAGE).select(".answers, [aria-labelledby=verify]")

    def test_a_room_that_was_closed_all_day_is_excused_at_once(self, sign_in, cast):
        lou, address = sign_in("lou"), f"/disinfection/excuse/{TODAY}"
        page = lou.get(f"{address}?zone=zone2")
        ticked = [box["value"] for box in page.select("input[name=which][checked]")]
        assert ticked == ["zone2 07:30"]
        page = lou.get(address)
        assert not page.select("input[name=which][checked]")
        page = lou.send(page, expect=422)
        assert {error.text.strip() for error in page.select(".field-error")} == {
            "Please tick at least one task.",
            "Please choose a reason.",
        }
        assert "Please tick" in lou.send(page, expect=422, code="closed").select_one("#which-error").text
        gone = lou.send(page, expect=422, which="zone9 07:30", code="closed")
        assert "Please tick" in gone.select_one("#which-error").text
        lou.send(page, which=["zone2 07:30", "zone0 15:40"], code="closed")
        assert state() is state(name=ROOM) is TaskState.EXCUSED
        assert [box["value"] for box in lou.get(address).select("input[name=which]")] == ["zone1 15:40"]
        assert "All tasks of this zone" in sign_in("asa").get("/disinfection/zone1/2026-09-21/15:40").text

    def test_nobody_excuses_several_of_the_own_tasks(self, sign_in, cast):
        for day, code in (("2026-09-22", 404), ("yesterday", 404)):
            sign_in("lou").get(f"/disinfection/excuse/{day}", code)
        own = identity_of(cast.users["ann"], 0, TODAY)
        assert all(task.class_id != cast.classes["3-1"] for task in excusable(TODAY, NOW, own))

    def test_who_may_excuse_and_who_may_not(self, sign_in):
        form = "form[action$='/excuse']"
        for who, may in {"lou": True, "nora": True, "asa": True, "pia": False, "sam": False}.items():
            assert bool(sign_in(who).get(PAGE).select(form)) is may, who
        asa = sign_in("asa")
        asa.send(asa.get(PAGE), form, code="no_teacher")
        assert "Counts as fulfilled: No teacher assigned · Asa" in " ".join(asa.get(PAGE).text.split())
        nora = sign_in("nora")
        nora.send(nora.get(PAGE), form, code="care")
        told = {
            who: sign_in(who).get(PAGE).select_one("main").text
            for who in ("nora", "sam", "lou", "asa", "pia")
        }
        assert {who for who, text in told.items() if "Care of a student ·" in text} == {"nora", "sam"}
        assert all("Counts as fulfilled" in text for text in told.values())
        assert not asa.get(PAGE).select(form)
        sam = sign_in("sam")
        token = sam.token(sam.get(PAGE))
        for deed in ("excuse", "verdict"):
            sam.post(f"{PAGE}/{deed}", {"csrf_token": token, "code": "supply", "do": "take"}, 403)
