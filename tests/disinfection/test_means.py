"""With what an item is done: what is proposed, what is kept, what is refused, and what is warned of."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, ZONE, count
from tests.disinfection.store import alcohol, batch, chlorine, lamp, reads
from tracker import clock
from tracker.db import db, transaction
from tracker.disinfection import service
from tracker.disinfection.means_rules import Means, Source, SourceKind, proposed
from tracker.disinfection.models import RecordItem, Schedule
from tracker.disinfection.queries import TaskName, task
from tracker.disinfection.rules import Agent, Answer, ItemResult, Method, Refusal
from tracker.errors import Rejected
from tracker.supplies.models import Equipment

CORRIDOR = "/disinfection/zone2/2026-09-21/07:30"
NAME = TaskName("zone2", TODAY, time(7, 30))
DONE = Answer(ItemResult.DONE)


def morning(text: str) -> datetime:
    return datetime.combine(TODAY, time.fromisoformat(text), ZONE)


def plan(method=Method.WIPE, agent=Agent.CHLORINE, mg_per_l=500, minutes=30) -> Schedule:
    return Schedule(method=method, agent=agent, mg_per_l=mg_per_l, minutes=minutes)


def solution(number: int, mg_per_l: int, mixed="07:00") -> Source:
    at = morning(mixed)
    return Source(SourceKind.BATCH, number, "Store", 1, mg_per_l, at, at + timedelta(hours=24))


LOT = Source(SourceKind.LOT, 7, "75 % alcohol · L1", 2)
LAMP = Source(SourceKind.LAMP, 9, "UV-1 · Nurse", burned_minutes=60_000, most_hours=1000)


@pytest.mark.parametrize("asked, there, means", [
    (plan(), [solution(1, 1000), solution(2, 500)], Means((SourceKind.BATCH, 1), 1000, 30)),  # at most twice
    (plan(), [solution(1, 1001), solution(2, 500)], Means((SourceKind.BATCH, 2), 500, 30)),
    (plan(), [solution(1, 499)], Means(minutes=30)),
    (plan(), [], Means(minutes=30)),
    (plan(agent=Agent.ALCOHOL, mg_per_l=None, minutes=3), [solution(1, 500), LOT], Means((SourceKind.LOT, 7), None, 3)),
    (plan(Method.LAMP, Agent.NONE, None), [solution(1, 500), LAMP], Means((SourceKind.LAMP, 9), None, 30)),
    (plan(Method.AIRING, Agent.NONE, None), [solution(1, 500), LOT, LAMP], Means(minutes=30)),
])  # fmt: skip
def test_what_is_proposed_is_the_newest_that_is_as_strong_as_asked(asked, there, means):
    assert proposed(asked, there, NOW) == means


def test_a_solution_older_than_a_day_is_not_proposed():
    assert proposed(plan(), [solution(1, 500)], morning("07:00") + timedelta(hours=24, minutes=1)) == Means(
        minutes=30
    )


def test_a_lamp_is_to_have_its_tube_replaced_after_its_hours():
    assert LAMP.is_burned_out
    assert not Source(SourceKind.LAMP, 9, "", burned_minutes=59_999, most_hours=1000).is_burned_out


def kept() -> list[tuple]:
    columns = ("result", "batch_id", "lot_id", "device_id", "mg_per_l", "minutes")
    rows = db.session.scalars(sa.select(RecordItem).order_by(RecordItem.object_id))
    return [tuple(getattr(row, one) for one in columns) for row in rows]


def answer(cast, using: Means, at=NOW, given=DONE, item=0) -> None:
    with transaction():
        object_id = task(NAME, at).items[item].object_id
        service.answer(cast.users["sam"], at, NAME, object_id, given, None, using)


class TestWhatIsKept:
    def test_a_batch_says_itself_how_strong_it_is(self, either_app):
        _, cast = either_app
        one = batch(cast, 600, morning("07:00"))
        reads(cast, "sam")
        answer(cast, Means((SourceKind.BATCH, one), 9_999, 25))
        assert kept() == [(ItemResult.DONE, one, None, None, 600, 25)]

    def test_all_done_takes_what_is_proposed(self, app, cast):
        batch(cast, 250, morning("07:30"))
        fits = batch(cast, 500, morning("06:00"))
        reads(cast, "sam")
        with transaction():
            service.finish_all(cast.users["sam"], NOW, NAME)
        assert kept() == [(ItemResult.DONE, fits, None, None, 500, 30)] * 2

    def test_without_a_batch_nobody_knows_how_strong_it_was_unless_it_is_typed(self, app, cast):
        answer(cast, Means(None, None, 30))
        assert kept() == [(ItemResult.DONE, None, None, None, None, 30)]
        answer(cast, Means(None, 450, 30))
        assert kept() == [(ItemResult.DONE, None, None, None, 450, 30)]

    def test_what_was_not_done_was_done_with_nothing(self, app, cast):
        answer(cast, Means(None, 500, 30), given=Answer(ItemResult.NOT_APPLICABLE))
        assert kept() == [(ItemResult.NOT_APPLICABLE, None, None, None, None, None)]


@pytest.mark.parametrize("using, refusal", [
    (lambda cast: (SourceKind.BATCH, batch(cast, 500, morning("07:29") - timedelta(hours=24))), Refusal.BATCH_OLD),
    (lambda cast: (SourceKind.BATCH, batch(cast, 500, morning("08:06"))), Refusal.BATCH_OLD),  # not mixed yet
    (lambda cast: (SourceKind.BATCH, 999), Refusal.SOURCE_GONE),
    (lambda cast: (SourceKind.LOT, alcohol(cast)), Refusal.SOURCE_GONE),  # chlorine is asked for
    (lambda cast: (SourceKind.LAMP, lamp()), Refusal.SOURCE_GONE),
])  # fmt: skip
def test_what_an_item_was_not_done_with_is_refused_and_nothing_is_kept(app, cast, using, refusal):
    source = using(cast)
    reads(cast, "sam")
    with pytest.raises(Rejected) as no:
        answer(cast, Means(source, None, 30))
    assert (no.value.reason, no.value.field, count(RecordItem)) == (refusal, "source", 0)


@pytest.mark.parametrize(
    "expires, refusal", [(TODAY, None), (TODAY - timedelta(days=1), Refusal.LOT_EXPIRED)]
)
def test_an_expired_lot_of_alcohol_is_refused(app, cast, expires, refusal):
    with transaction():
        db.session.execute(sa.update(Schedule).values(agent=Agent.ALCOHOL, mg_per_l=None))
    one = alcohol(cast, expires)
    reads(cast, "sam")
    if refusal is None:
        answer(cast, Means((SourceKind.LOT, one), None, 3))
        assert kept() == [(ItemResult.DONE, None, one, None, None, 3)]
        return
    with pytest.raises(Rejected) as no:
        answer(cast, Means((SourceKind.LOT, one), None, 3))
    assert (no.value.reason, no.value.field, count(RecordItem)) == (refusal, "source", 0)


class TestOnThePage:
    def test_the_safety_rules_are_asked_for_once_and_again_for_another_product(self, app, cast, sign_in):
        batch(cast, 500, morning("07:00"))
        sam = sign_in("sam")
        page = sam.get(CORRIDOR)
        assert not page.select(".answers") and page.select_one("details.safety[open]")
        sam.send(page, "form.send", do="finish_all", expect=422)
        sam.send(page, "form.send", do="read")
        page = sam.get(CORRIDOR)
        assert len(page.select(".answers")) == 2 and not page.select_one("details.safety[open]")
        clock.freeze(NOW + timedelta(minutes=5))
        batch(cast, 500, NOW, lot=chlorine("Tablets"))
        assert not sam.get(CORRIDOR).select(".answers")

    def test_todays_batch_is_proposed_and_stands_at_the_answer(self, app, cast, sign_in):
        batch(cast, 500, morning("07:00"))
        weak = batch(cast, 200, morning("07:10"))
        reads(cast, "sam")
        sam = sign_in("sam")
        page = sam.get(CORRIDOR)
        assert [one.summary.text for one in page.select(".with")] == [
            "500 mg/L · 09-21 07:00 Store · 30 min"
        ] * 2
        form = page.select_one(".items form")
        hidden = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
        sam.post(form["action"], hidden | {"do": "done", "source": f"batch:{weak}", "minutes": "10"})
        first = sam.get(CORRIDOR).select_one(".with").summary.text
        assert first == "200 mg/L (too weak) · 09-21 07:10 Store · 10 min · too short"

    @pytest.mark.parametrize("typed, field", [
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "-3"}, "minutes"),
        ({"minutes": "half"}, "minutes"),
        ({"mg_per_l": "0"}, "mg_per_l"),
        ({"mg_per_l": "50000"}, "mg_per_l"),
        ({"source": "batch:999"}, "source"),
        ({"source": "nonsense"}, "source"),
    ])  # fmt: skip
    def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(self, app, cast, sign_in, typed, field):
        sam = sign_in("sam")
        form = sam.get(CORRIDOR).select_one(".items form")
        hidden = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
        page = sam.post(form["action"], hidden | {"do": "done", "minutes": "30"} | typed, 422)
        told = page.select_one(f"[id^={field}-][id$=-error]")
        assert told and told.find_parent("details").has_attr("open") and count(RecordItem) == 0
        assert page.select_one(".with [name=minutes]")["value"] == ({"minutes": "30"} | typed)["minutes"]

    def test_where_nothing_is_mixed_it_says_so(self, app, cast, sign_in):
        page = sign_in("sam").get(CORRIDOR)
        assert page.select_one(".with").summary.text == "No solution as strong as asked · 30 min"
        assert page.select_one(".with a")["href"] == "/supplies/mix"


def test_a_lamp_burns_as_long_as_was_recorded_since_its_tube_was_new(app, cast):
    from tracker.disinfection.means_queries import lamps

    one = lamp(minutes=600, since=date(2026, 9, 18))
    with transaction():
        db.session.execute(sa.update(Schedule).values(method=Method.LAMP, agent=Agent.NONE, mg_per_l=None))
    for name, minutes in (("2026-09-17", 100), ("2026-09-18", 30), ("2026-09-21", 45)):
        on = TaskName("zone2", date.fromisoformat(name), time(7, 30))
        at = datetime.combine(on.day, time(9), ZONE)
        with transaction():
            first = task(on, at).items[0].object_id
            service.answer(
                cast.users["sam"], at, on, first, DONE, None, Means((SourceKind.LAMP, one), None, minutes)
            )
            service.answer(cast.users["sam"], at, on, task(on, at).items[1].object_id, DONE)
            service.finish(cast.users["sam"], at, on)
    assert [seen.minutes for seen in lamps()] == [600 + 30 + 45]


def test_a_tube_s_hours_are_shown_and_begin_anew_when_it_is_replaced(app, cast, sign_in):
    lou = sign_in("lou")
    values = {"number": "UV-1", "kind": "lamp", "name": "Lamp", "room": "Corridor", "keeper": "Sam"}
    lou.send(lou.get("/supplies/devices/new"), most_hours="", burned_hours="1000", **values)
    row = lou.get("/supplies/").select_one("#devices + ul li").text
    assert "1000 of 1000 h" in row and "replace the tube" in row
    one = db.session.scalar(sa.select(Equipment.id))
    page = lou.get(f"/supplies/devices/{one}")
    lou.send(page, "form[action$='/tube']")
    row = lou.get("/supplies/").select_one("#devices + ul li").text
    assert "0 of 1000 h" in row and "replace the tube" not in row
    lou.send(lou.get(f"/supplies/devices/{one}"), burned_hours="7")
    assert "0 of 1000 h" in lou.get("/supplies/").select_one("#devices + ul li").text
