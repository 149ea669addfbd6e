"""Own phones signed in for the term, their PIN, shared computers, and the classroom's screen."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, PASSWORD, TERM
from tests.conftest import Visitor
from tracker import clock
from tracker.absence.models import Episode
from tracker.accounts.models import Device, User
from tracker.accounts.rules import device_name
from tracker.audit.models import Trail
from tracker.db import db

PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile"


def signed_in_on(app, use, username="ann"):
    """Somebody who signs in by the page and says whose the device is."""
    visitor = Visitor(app)
    visitor.client.environ_base["HTTP_USER_AGENT"] = PHONE
    visitor.send(visitor.get("/login"), username=username, password=PASSWORD, use=use)
    return visitor


def later(**more):
    clock.freeze(clock.now() + timedelta(**more))


@pytest.fixture
def phone(app):
    return signed_in_on(app, "own")


@pytest.fixture
def episode(sign_in, cast):
    """An absence of class 3(1) as a sheet opens it; its id."""
    ann, student = sign_in("ann"), cast.students["3-1"][0]
    page = ann.get("/screening/2024-1/2026-09-21/arrival")
    ann.send(page, "#sheet", **{f"state__{student}": "absent:illness"})
    return db.session.scalar(sa.select(Episode.id))


@pytest.mark.parametrize("agent, name", [
    (PHONE, "Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)", "iPhone"),
    ("Mozilla/5.0 (Phone; OpenHarmony 5.0) HarmonyOS", "HarmonyOS"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64)", "Windows"),
    ("", "?"),
])  # fmt: skip
def test_a_device_is_named_by_what_its_browser_says(agent, name):
    assert device_name(agent) == name


def test_a_phone_is_offered_to_stay_signed_in_and_a_computer_is_not(app):
    visitor = Visitor(app)
    assert visitor.get("/login").select_one("input[name=use][checked]")["value"] == "shared"
    visitor.client.environ_base["HTTP_USER_AGENT"] = PHONE
    assert visitor.get("/login").select_one("input[name=use][checked]")["value"] == "own"


def test_an_own_phone_stays_signed_in_until_the_term_ends(phone):
    later(days=60)
    phone.get("/")
    clock.freeze(NOW + (TERM[1] - NOW.date()))
    phone.get("/")
    later(days=1)
    phone.get("/", 302)


def test_a_shared_computer_signs_out_after_an_hour_without_use(app):
    computer = signed_in_on(app, "shared")
    later(minutes=59)
    computer.get("/")
    later(minutes=59)
    computer.get("/")
    later(minutes=61)
    computer.get("/", 302)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Device)) == 0


def test_devices_are_listed_and_signed_out_from_elsewhere(app, phone):
    computer = signed_in_on(app, "shared")
    page = computer.get("/account/devices")
    assert "Android" in page.text
    computer.send(page, "main form")
    phone.get("/", 302)
    computer.get("/")
    assert "No device stays signed in" in computer.get("/account/devices").text
    deeds = set(db.session.scalars(sa.select(Trail.deed)))
    assert {"account.keep_device", "account.revoke_device"} <= deeds


def test_nobody_signs_out_anothers_device(sign_in, phone):
    device = db.session.scalar(sa.select(Device.id))
    carl = sign_in("carl")
    token = carl.token(carl.get("/account/devices"))
    carl.post(f"/account/devices/{device}/revoke", {"csrf_token": token}, 404)
    phone.get("/")


def test_signing_out_takes_the_phone_off_the_list(phone):
    phone.send(phone.get("/"), "form[data-leave]")
    assert db.session.scalar(sa.select(Device.revoked_at)) is not None


def test_a_new_password_ends_every_device_and_forgets_the_pin(app, phone, sign_in, cast):
    set_pin(phone)
    ada = sign_in("ada")
    ada.send(
        ada.get(f"/admin/accounts/{cast.users['ann']}/password"),
        password="quite another",
        again="quite another",
    )
    phone.get("/", 302)
    assert db.session.scalar(sa.select(User.pin_hash).filter_by(username="ann")) is None


def test_the_day_of_last_use_is_kept_once_a_day(phone):
    later(days=3)
    phone.get("/")
    assert str(db.session.scalar(sa.select(Device.last_seen_on))) == "2026-09-24"


def set_pin(phone, pin="2468", **more):
    page = phone.get("/account/pin/new")
    return phone.send(page, **{"old": PASSWORD, "pin": pin, "again": pin} | more)


@pytest.mark.parametrize(
    ("pin", "is_taken"),
    [
        ("1111", False),
        ("1234", False),
        ("987654", False),
        ("8901", False),
        ("2468", True),
        ("1212", True),
        ("123", False),
    ],
)
def test_a_pin_that_is_tried_first_is_not_taken(sign_in, pin, is_taken):
    ann = sign_in("ann")
    page = ann.send(
        ann.get("/account/pin/new"), old=PASSWORD, pin=pin, again=pin, expect=303 if is_taken else 422
    )
    told = page.select_one("#pin-error")
    assert (told is None) is is_taken and ("easy to guess" in str(told)) is (
        pin.isdigit() and len(pin) > 3 and not is_taken
    )


def test_a_childs_history_asks_an_own_phone_for_the_pin_and_then_for_ten_minutes_not_again(phone, episode):
    phone.get(f"/absences/{episode}", 302)
    assert phone.location.startswith("/account/pin?next=")
    phone.get(phone.location, 302)  # none is set yet
    page = phone.get(phone.location)
    phone.send(page, old=PASSWORD, pin="2468", again="2468")
    assert phone.location == f"/absences/{episode}"
    phone.get(f"/absences/{episode}")
    later(minutes=9)
    phone.get(f"/absences/{episode}")
    later(minutes=11)
    phone.get(f"/absences/{episode}", 302)
    page = phone.get(phone.location)
    assert "not your PIN" in phone.send(page, pin="1111", expect=422).text
    phone.send(page, pin="2468")
    phone.get(phone.location)


def test_a_password_typed_just_now_asks_for_no_pin(app, episode):
    signed_in_on(app, "shared").get(f"/absences/{episode}")


@pytest.mark.parametrize("values, field", [
    ({"pin": "12", "again": "12"}, "pin"),
    ({"pin": "1234567", "again": "1234567"}, "pin"),
    ({"pin": "abcd", "again": "abcd"}, "pin"),
    ({"again": "1357"}, "again"),
    ({"old": "wrong"}, "old"),
])  # fmt: skip
def test_a_pin_that_cannot_be(phone, values, field):
    page = set_pin(phone, expect=422, **values)
    assert page.select_one(f"#{field}-error")


def test_who_guesses_the_pin_five_times_is_signed_out(phone):
    set_pin(phone)
    later(minutes=11)
    for _ in range(5):
        phone.send(phone.get("/account/pin"), pin="1111", expect=422)
    phone.send(phone.get("/account/pin"), pin="2468")
    assert phone.location.startswith("/login")
    phone.get("/", 302)
    assert db.session.scalar(sa.select(Device.revoked_at)) is not None


def test_a_classroom_screen_opens_nothing_but_the_sheet_and_ends_after_three_minutes(app, episode):
    screen = signed_in_on(app, "classroom")
    screen.get("/")
    screen.get("/screening/2024-1/2026-09-21/morning")
    for path in (f"/absences/{episode}", "/absences/", "/meeting/", "/charts/illness-absence.svg"):
        screen.get(path, 403)
    later(minutes=2)
    screen.get("/")
    later(minutes=2)
    screen.post("/account/alive", {"csrf_token": screen.token(screen.get("/"))}, 204)
    later(minutes=4)
    screen.get("/", 302)


@pytest.mark.parametrize("whose, code", [
    ("ann", 200), ("sam", 200), ("lou", 200), ("nora", 404), ("pia", 404), ("ada", 404),
])  # fmt: skip
def test_the_assessment_office_gives_new_passwords_where_they_open_no_health(sign_in, cast, whose, code):
    asa = sign_in("asa")
    asa.get(f"/admin/accounts/{cast.users[whose]}/password", code)
    listed = asa.get("/admin/passwords")
    link = f"/admin/accounts/{cast.users[whose]}/password"
    assert bool(listed.select(f'a[href="{link}"]')) == (code == 200)


def test_a_forgotten_password_is_replaced_by_the_assessment_office(app, sign_in, cast):
    asa = sign_in("asa")
    page = asa.get(f"/admin/accounts/{cast.users['ann']}/password")
    asa.send(page, password="quite another", again="quite another")
    assert asa.location == "/admin/passwords"
    visitor = Visitor(app)
    visitor.send(visitor.get("/login"), username="ann", password="quite another")
    visitor.get("/")


def test_a_child_s_history_papers_and_numbers_ask_for_the_pin_wherever_they_stand(app):
    asked = {
        rule.rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "pin", 0)
    }
    assert asked == {
        "/absences/<id:episode_id>",
        "/absences/<id:episode_id>/calls/<id:call_id>/strike",
        "/absences/<id:episode_id>/papers/<id:paper_id>",
        "/absences/<id:episode_id>/phone",
        "/absences/<id:episode_id>/reason",
        "/ledgers/<any(absences, causes, room, returns):name>",
        "/ledgers/class/<ref>",
        "/ledgers/class/<ref>/absences",
        "/room/<id:stay_id>",
        "/room/<id:stay_id>/phone",
        "/screening/<ref>/<day>/<code>/<id:student>/phone",
        "/students/<id:student_id>",
        "/students/<id:student_id>/data",
        "/students/<id:student_id>/temperatures.svg",
    }


@pytest.mark.parametrize("name", ["absences", "causes", "room", "returns"])
def test_a_page_that_is_no_one_child_s_asks_for_the_pin_too(app, name):
    phone = signed_in_on(app, "own", "nora")
    phone.get(f"/ledgers/{name}", 302)
    assert phone.location == f"/account/pin?next=/ledgers/{name}"


def test_a_form_that_meets_the_pin_is_kept_and_goes_on_afterwards(phone, episode):
    set_pin(phone)
    page = phone.get(f"/absences/{episode}")
    later(minutes=11)
    asks = phone.send(page, "#call-form", expect=401, result="home_ill", note="coughs a little")
    assert "coughs" not in str(asks) and "Child" not in asks.text
    kept = phone.send(asks, pin="2468", expect=200)
    phone.send(kept)
    assert "coughs a little" in phone.get(f"/absences/{episode}").text


def test_a_refused_form_shows_no_history_before_the_pin(app, episode):
    phone = signed_in_on(app, "own", "nora")
    set_pin(phone)
    page = phone.get(f"/absences/{episode}")
    later(minutes=11)
    asks = phone.send(page, f'form[action="/absences/{episode}/ask"]', expect=401)
    assert "Child" not in asks.text
    again = phone.send(phone.send(asks, pin="2468", expect=200), expect=422)
    assert "Child 3-1 01" in again.text


def test_a_refused_form_of_the_observation_room_shows_nobody_before_the_pin(app, cast):
    phone = signed_in_on(app, "own", "nora")
    set_pin(phone)
    phone.send(phone.get("/report/2024-1"), ".report", student=cast.students["3-1"][0], trouble="fever")
    stay = phone.location
    page = phone.get(stay)
    later(minutes=11)
    phone.get(stay, 302)
    assert "Child" not in phone.send(page, f'form[action="{stay}/end"]', expect=401).text


def test_a_number_of_the_observation_room_asks_for_the_pin(app, cast):
    phone = signed_in_on(app, "own", "nora")
    set_pin(phone)
    phone.send(phone.get("/report/2024-1"), ".report", student=cast.students["3-1"][0], trouble="fever")
    stay = phone.location
    token = phone.token(phone.get(stay))
    later(minutes=11)
    phone.post(f"{stay}/phone", {"csrf_token": token, "seq": "1"}, 401)
