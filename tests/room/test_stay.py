"""The observation room as the nurse keeps it: from the arrival to the disinfection, and the exit slip."""

import pytest
import sqlalchemy as sa

from tests.absence.town import at, only, take
from tests.cast import Cast, count
from tests.room.house import MOTHER, arrive, guardian, leave, report, stays
from tracker import clock
from tracker.absence.models import Episode
from tracker.absence.rules import EpisodeState
from tracker.accounts.models import Assignment
from tracker.accounts.rules import Duty
from tracker.audit.models import ReadLog, Trail
from tracker.datafolder import decrypt
from tracker.db import db, transaction
from tracker.errors import Rejected
from tracker.facts.models import Observation
from tracker.room import queries, service
from tracker.room.models import Stay, StayCall
from tracker.room.rules import HandedTo, Refusal, Room, RoomState, StayEnd, Trouble
from tracker.school.models import Student
from tracker.screening.models import Reading
from tracker.screening.rules import AbsenceReason, HalfDay, State

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def child(cast: Cast) -> int:
    """The third child of 3(1)."""
    return cast.students["3-1"][2]


@pytest.fixture
def coming(app, cast: Cast) -> int:
    """The child's stay: reported 10:00, on the way."""
    return report(cast, at("10:00")).stay_id


@pytest.fixture
def here(cast: Cast, coming: int, child: int) -> int:
    """The child's stay: in the room since 10:05; it has a mother."""
    guardian(child)
    arrive(cast, at("10:05"), coming)
    return coming


def act(visitor, stay_id, deed, expect=303, **data):
    page = visitor.get(f"/room/{stay_id}")
    form = f"form[action='/room/{stay_id}/{deed}']"
    return visitor.send(page, form, expect, **data)


def live_signs(stay_id):
    db.session.rollback()
    return queries.signs_of([stay_id])[stay_id]


class TestTheBoard:
    def test_it_shows_who_is_on_the_way_and_for_how_long(self, sign_in, coming):
        clock.freeze(at("10:07"))
        page = sign_in("nora").get("/room/")
        row = page.select_one(f"#s{coming}").get_text(" ", strip=True)
        assert "Child 3-1 03" in row and "7 min" in row and "Floor soiled" in row
        assert db.session.query(ReadLog).filter_by(page="room").count() == 1

    def test_one_tap_brings_the_child_in(self, sign_in, coming):
        nora = sign_in("nora")
        page = nora.get("/room/")
        nora.send(page, f"#s{coming} form", room="spare")
        assert db.session.get_one(Stay, coming).room is Room.SPARE

    def test_a_room_is_free_only_after_its_disinfection(self, sign_in, cast, here):
        leave(cast, at("10:40"), here)
        nora = sign_in("nora")
        page = nora.get("/room/")
        assert "Waiting for disinfection" in page.select_one(".room-to_clean").text
        nora.send(page, "form[action='/room/clean']")
        assert queries.rooms() == {Room.MAIN: RoomState.FREE, Room.SPARE: RoomState.FREE}
        stay = db.session.get_one(Stay, here)
        assert stay.cleaned_by == cast.users["nora"]
        nora.send(page, "form[action='/room/clean']", key="11111111-1111-1111-1111-111111111111", expect=422)

    def test_the_free_room_is_proposed(self, sign_in, cast, here):
        other = report(cast, at("10:05"), 4).stay_id
        page = sign_in("nora").get(f"/room/{other}")
        assert [one["value"] for one in page.select("input[name=room][checked]")] == ["spare"]

    def test_after_an_hour_without_a_guardian_it_is_overdue(self, sign_in, here):
        nora = sign_in("nora")
        clock.freeze(at("10:36"))
        assert "try the second guardian" in nora.get("/room/").text
        clock.freeze(at("11:06"))
        assert "tell the duty leader" in nora.get("/room/").text
        act(nora, here, "call", reached="yes", guardian="1")
        assert "Guardian reached" in nora.get("/room/").text


class TestDeeds:
    def test_a_temperature_and_its_striking(self, sign_in, here):
        nora = sign_in("nora")
        act(nora, here, "reading", site="axillary", temperature="38.1")
        (reading,) = db.session.query(Reading).all()
        assert (reading.tenths, reading.site, reading.stay_id) == (381, "axillary", here)
        act(nora, here, "reading/strike")
        db.session.refresh(reading)
        assert reading.struck_at
        assert "38.1 ℃" in nora.get(f"/room/{here}").select_one("s").text

    def test_readings_of_one_minute_are_two_and_are_struck_one_by_one(self, sign_in, here, child):
        nora = sign_in("nora")
        typed = {"taken_at": "2026-09-21T10:05"}
        act(nora, here, "reading", site="forehead", temperature="37.9", **typed)
        act(nora, here, "reading", site="axillary", temperature="39.1", **typed)  # the retest, mistyped
        act(nora, here, "reading", site="axillary", temperature="38.1", **typed)
        page = nora.get(f"/room/{here}")
        wrong = next(item for item in page.select("li.row-link") if "39.1" in item.text)
        nora.send(page, "form[action$='/reading/strike']", taken=wrong.select_one("[name=taken]")["value"])
        act(nora, here, "reading", site="axillary", temperature="38.2", **typed)
        rows = db.session.query(Reading).filter_by(student_id=child, stay_id=here)
        assert sorted((row.tenths, row.struck_at is not None) for row in rows) == [
            (379, False), (381, False), (382, False), (391, True)
        ]  # fmt: skip

    def test_signs_are_corrected_by_retracting_and_adding(self, sign_in, here):
        nora = sign_in("nora")
        act(nora, here, "signs", signs=["vomiting", "fever"], onset_on="2026-09-20")
        assert live_signs(here) == ("fever", "vomiting")
        act(nora, here, "signs", signs=["fever"], onset_on="2026-09-20")
        assert live_signs(here) == ("fever",)
        assert count(Observation) == 4  # nothing was overwritten
        last = db.session.query(Observation).order_by(Observation.id.desc()).first()
        assert last.onset_on.isoformat() == "2026-09-20"

    def test_who_sits_beside_is_noted_by_seat_and_shown_by_name(self, sign_in, here):
        nora = sign_in("nora")
        act(nora, here, "signs", signs=["vomiting"], seats_beside="4、2")
        assert db.session.get_one(Stay, here).seats_beside == "2 4"
        assert "2 Child 3-1 02 · 4 Child 3-1 04" in nora.get(f"/room/{here}").text
        assert "2 4" in nora.get("/ledgers/room").select_one("tbody").get_text(" ")
        for typed, sentence in (("3", "No classmate has seat 3."), ("99 x", "Please write seat numbers")):
            page = act(nora, here, "signs", 422, seats_beside=typed, onset_on="2026-09-22")
            assert sentence in page.select_one("#seats_beside-error").text
        assert db.session.get_one(Stay, here).seats_beside == "2 4"

    def test_a_call_is_struck_not_deleted(self, sign_in, here, child):
        nora = sign_in("nora")
        act(nora, here, "call", reached="yes", guardian="1")
        act(nora, here, "call/strike")
        (call,) = db.session.query(StayCall).all()
        assert call.struck_at
        assert "Guardian" in sign_in("nora").get(f"/students/{child}").select_one("li.story s").text
        assert not queries.stay(here, clock.today()).reached

    def test_a_number_is_masked_and_shown_once_with_a_trace(self, sign_in, here, child):
        nora = sign_in("nora")
        assert "000-0000-1234" not in nora.get(f"/room/{here}").text
        page = act(nora, here, "phone", 200)
        assert "000-0000-1234" in page.text
        shown = db.session.query(Trail).filter_by(deed="guardian.phone_shown").one()
        assert (shown.student_id, shown.changes) == (child, {"stay": here})

    def test_the_page_is_logged_as_read(self, sign_in, here, child):
        sign_in("nora").get(f"/room/{here}")
        assert db.session.query(ReadLog).filter_by(page="stay", student_id=child).count() == 1

    @pytest.mark.parametrize(
        ("deed", "data", "sentence"),
        [
            ("reading", {"temperature": ""}, "The reading is missing"),
            ("reading", {"temperature": "99"}, "Fahrenheit"),
            ("reading", {"temperature": "37", "taken_at": "2026-09-21T23:00"}, "lies in the future"),
            ("call", {"reached": None}, "whether somebody was reached"),
            ("call", {"reached": "no", "called_at": "2026-09-20T09:00"}, "before the day of the report"),
            ("signs", {"onset_on": "2026-09-22"}, "cannot have begun after today"),
            ("end", {}, "Please choose."),
            ("end", {"how": "fetched"}, "Please choose who fetches"),
            ("end", {"how": "fetched", "to": "other", "name": "Al"}, "how this person is related"),
            ("end", {"how": "fetched", "to": "1"}, "Please look at who fetches"),
            ("end", {"how": "fetched", "to": "7", "checked": "y"}, "Please choose who fetches"),
            ("end", {"how": "never_came"}, "has already arrived"),
            ("end", {"how": "back_to_class", "left_for": ""}, "Because of: Please choose from the list."),
        ],
    )
    def test_bad_input_is_refused_with_its_reason(self, sign_in, here, deed, data, sentence):
        nora = sign_in("nora")
        page = act(nora, here, deed, 422, **data)
        assert sentence in page.select_one(".alert-danger").text

    @pytest.mark.parametrize(
        ("deed", "data", "fields"),
        [
            ("reading", {"temperature": "hot", "taken_at": "2026-09-21T23:00"}, "temperature taken_at"),
            ("reading", {"temperature": "37", "taken_at": "2026-09-20T10:00"}, "taken_at"),
            ("call", {"reached": None, "called_at": "2026-09-21T23:00"}, "reached called_at"),
            ("end", {"how": "fetched", "ended_at": "2026-09-21T23:00"}, "ended_at to checked"),
            (
                "end",
                {"how": "fetched", "left_for": "", "to": "other", "where_to": "x" * 65, "ended_at": "soon"},
                "where_to left_for ended_at name relation checked",
            ),
            ("end", {"how": "fetched", "to": "7", "ended_at": "2026-09-21T23:00"}, "ended_at to checked"),
        ],
    )
    def test_all_that_is_wrong_is_told_at_once_at_its_field_and_kept(self, sign_in, here, deed, data, fields):
        nora = sign_in("nora")
        page = act(nora, here, deed, 422, **data)
        told = [link["href"][1:] for link in page.select(".alert-danger li a")]
        assert sorted(told) == sorted(fields.split())
        form = page.select_one(f"form[action='/room/{here}/{deed}']")
        for name, typed in data.items():
            field = form.select_one(f"input[type=text][name={name}], input[type=datetime-local][name={name}]")
            assert field is None or field["value"] == typed
        assert count(StayCall) == count(Reading) == 0

    def test_two_at_once_on_one_stay_the_second_is_told(self, cast, coming):
        arrive(cast, at("10:05"), coming)
        with pytest.raises(Rejected) as no:
            arrive(cast, at("10:05"), coming, Room.SPARE)
        assert no.value.reason is Refusal.HAS_ARRIVED
        leave(cast, at("10:30"), coming, StayEnd.BACK_TO_CLASS)
        with pytest.raises(Rejected) as no:
            leave(cast, at("10:31"), coming, StayEnd.AMBULANCE)
        assert no.value.reason is Refusal.CHANGED

    def test_a_room_with_a_child_in_it_is_not_disinfected(self, cast, here):
        with pytest.raises(Rejected) as no, transaction():
            service.clean(cast.users["nora"], at("10:30"), Room.MAIN)
        assert no.value.reason is Refusal.ROOM_OCCUPIED


class TestLeaving:
    def test_fetched_by_the_mother(self, sign_in, cast, here, child):
        nora = sign_in("nora")
        clock.freeze(at("10:40"))
        act(nora, here, "end", how="fetched", to="1", checked="y", where_to="Hospital")
        (stay,) = stays(child)
        assert (stay.ended_how, stay.relation, stay.where_to) == (StayEnd.FETCHED, "Mother", "Hospital")
        assert "Mia" not in stay.handed_to_enc and decrypt(stay.handed_to_enc) == "Mia Mother"
        trail = db.session.query(Trail).filter_by(deed="room.end").one()
        assert "Mia" not in str(trail.changes)

    def test_fetched_by_somebody_else(self, sign_in, here, child):
        nora = sign_in("nora")
        act(nora, here, "end", how="fetched", to="other", name="Al Aunt", relation="Aunt", checked="y")
        (stay,) = stays(child)
        assert (decrypt(stay.handed_to_enc), stay.relation) == ("Al Aunt", "Aunt")

    def test_of_two_of_one_name_every_slip_says_the_seat(self, sign_in, cast, here, child):
        twin = cast.students["3-1"][3]
        db.session.execute(sa.update(Student).where(Student.id.in_([child, twin])).values(name="Same Name"))
        db.session.commit()
        leave(cast, at("10:40"), here)
        nora = sign_in("nora")
        for path in ("/room/", f"/room/{here}/slip", "/gate/slips"):
            found = nora.get(path).select_one("main").get_text(" ", strip=True)
            assert "Same Name" in found and "seat 3" in found, path
        assert "seat 3" in sign_in("carl").get(f"/report/receipt/{here}").text

    def test_who_never_came_was_not_ill(self, sign_in, coming, child):
        nora = sign_in("nora")
        act(nora, coming, "end", how="never_came")
        assert live_signs(coming) == ()
        assert queries.rooms()[Room.MAIN] is RoomState.FREE
        assert count(Episode) == 0

    @pytest.mark.parametrize(
        ("left", "reason", "due"),
        [
            ("10:40", AbsenceReason.ILLNESS, at("12:40")),
            ("15:30", AbsenceReason.INJURY, at("17:30")),
            ("16:30", AbsenceReason.ILLNESS, at("08:40").replace(day=22)),
            ("10:40", AbsenceReason.PERSONAL, None),
        ],
    )
    def test_who_is_sent_home_is_followed_up(self, cast, here, child, left, reason, due):
        leave(cast, at(left), here, reason=reason)
        if due is None:
            assert count(Episode) == 0
            return
        episode = only(child)
        assert (episode.state, episode.reason, episode.due_at) == (EpisodeState.OPEN, reason, due)
        assert episode.first_half is HalfDay.AFTERNOON

    def test_a_sheet_that_saw_the_child_before_does_not_end_that(self, cast, child):
        take(cast, at("08:10"))
        stay = report(cast, at("10:00")).stay_id
        guardian(child)
        arrive(cast, at("10:05"), stay)
        leave(cast, at("10:40"), stay)
        take(cast, at("11:00"), base=1)  # the morning's sheet is corrected
        take(cast, at("13:50"), {3: State.LEFT}, session="noon")
        assert only(child).state is EpisodeState.OPEN
        assert only(child).back_on is None
        take(cast, at("08:10").replace(day=22))
        assert only(child).state is EpisodeState.BACK

    def test_an_absence_goes_on_where_the_child_came_back_this_morning(self, cast, child):
        take(cast, at("08:10").replace(day=18), {3: AbsenceReason.ILLNESS})
        take(cast, at("08:10"))
        stay = report(cast, at("10:00")).stay_id
        guardian(child)
        leave(cast, at("10:40"), stay)
        episode = only(child)
        assert (episode.state, episode.back_on) == (EpisodeState.OPEN, None)
        assert episode.last_absent_on == at("10:40").date()

    def test_an_end_by_mistake_is_taken_back_with_its_absence(self, sign_in, cast, here, child):
        leave(cast, at("10:40"), here)
        clock.freeze(at("10:42"))
        act(sign_in("nora"), here, "reopen")
        (stay,) = stays(child)
        assert (stay.ended_at, stay.handed_to_enc) == (None, None)
        assert only(child).state is EpisodeState.VOID

    def test_a_child_can_be_reported_again_after_it_left(self, cast, here, child):
        leave(cast, at("10:40"), here, StayEnd.BACK_TO_CLASS)
        assert report(cast, at("11:00"), trouble=Trouble.FEVER).is_new
        assert len(stays(child)) == 2


class TestTheSlip:
    @pytest.fixture
    def gone(self, cast: Cast, here: int) -> int:
        """The child was fetched at 10:40."""
        leave(cast, at("10:40"), here, to=MOTHER)
        return here

    @pytest.fixture
    def gate(self, cast: Cast) -> str:
        """Sam stands at the gate today."""
        with transaction():
            db.session.add(Assignment(user_id=cast.users["sam"], what=Duty.GATE, starts=clock.today()))
        return "sam"

    def test_it_says_who_fetches_whom_and_no_illness(self, sign_in, gone):
        page = sign_in("nora").get(f"/room/{gone}/slip")
        text = page.select_one("main").text
        assert "Child 3-1 03" in text and "Mia Mother" in text and "10:40" in text
        assert "omit" not in text

    def test_there_is_none_for_who_was_not_fetched(self, sign_in, here):
        sign_in("nora").get(f"/room/{here}/slip", 404)

    def test_the_gate_ticks_it_off_once(self, sign_in, cast, gone, gate):
        sam = sign_in(gate)
        page = sam.get("/gate/slips")
        assert "Mia Mother" in page.text and "omit" not in page.text
        sam.send(page)
        stay = db.session.get_one(Stay, gone)
        assert stay.left_gate_by == cast.users["sam"]
        sam.send(page, key="11111111-1111-1111-1111-111111111111", expect=422)

    def test_the_gate_sees_nothing_of_the_room(self, sign_in, gone, gate):
        sam = sign_in(gate)
        for address in ("/room/", f"/room/{gone}", f"/room/{gone}/slip", "/here/"):
            sam.get(address, 403)


def test_nobody_fetches_without_a_name(app, cast, here):
    with pytest.raises(Rejected) as no:
        leave(cast, at("10:40"), here, to=HandedTo(None, "", "", checked=True))
    assert [one.field for one in no.value.every] == ["name", "relation"]


def test_all_that_an_end_lacks_is_told_at_its_field(sign_in, here):
    nora = sign_in("nora")
    typed = {"how": "fetched", "ended_at": "2026-09-21T23:59"}
    page = nora.send(nora.get(f"/room/{here}"), f'form[action="/room/{here}/end"]', 422, **typed)
    fields = {link["href"] for link in page.select(".alert-danger li a")}
    assert fields == {"#to", "#checked", "#ended_at"} and "choose who fetches" in page.select_one("#to").text


def test_who_is_hurt_goes_to_the_nurses_room_which_nobody_disinfects(sign_in, child):
    ann = sign_in("ann")
    ann.send(ann.get("/report/"), "form.report", student=child, trouble="injury", place="Yard")
    assert "to the nurse's room" in ann.get(ann.location).text
    (stay,) = stays(child)
    nora = sign_in("nora")
    nora.send(nora.get("/room/"), "#way ~ .card-row form", room="nurse")
    nora.send(nora.get(f"/room/{stay.id}"), f'form[action="/room/{stay.id}/end"]', how="back_to_class")
    page = nora.get("/room/")
    assert (
        "Waiting for disinfection" not in page.text and "Child 3-1 03" in page.select_one("#gone").parent.text
    )


def test_the_board_costs_the_same_for_any_number(sign_in, cast, statements):
    nora = sign_in("nora")
    for seat in range(1, 9):
        report(cast, at("10:00"), seat)
    with statements() as done:
        nora.get("/room/")
    assert len(done) <= 8, "\n".join(done)


def test_a_day_holds_its_stays(app, cast, here):
    assert [one.id for one in queries.stays_of_day(clock.today())] == [here]
    assert [one.id for one in queries.live_stays(clock.today())] == [here]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
