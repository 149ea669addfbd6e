from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import PASSWORD, TODAY
from tests.conftest import Visitor
from tracker.accounts import queries
from tracker.accounts.models import Assignment, User
from tracker.accounts.rules import Duty, Role
from tracker.audit.models import Trail
from tracker.db import db


def roles_of(username):
    user = queries.user_named(username)
    return set(queries.account(user.id, TODAY).roles)


def make(ada, expect=303, url="/admin/accounts/new", **values):
    given = {"username": "zoe", "name": "Zoe New", "password": "invented", "again": "invented", **values}
    return ada.send(ada.get(url), expect=expect, **given)


def end(cast, username, day=date(2026, 9, 20)):
    db.session.execute(
        sa.update(Assignment).where(Assignment.user_id == cast.users[username]).values(ends=day)
    )
    db.session.commit()


def test_the_list_of_accounts(sign_in, statements):
    ada = sign_in("ada")
    with statements() as done:
        page = ada.get("/admin/")
    assert len(done) <= 10
    text = page.select_one("main").text
    assert "Ann Teacher" in text and "Homeroom teacher · 3(1)" in text and "General affairs" in text
    for word in ("fever", "℃", "Child"):
        assert word not in text


def test_an_account_is_made_with_several_roles(sign_in, app):
    ada = sign_in("ada")
    make(ada, roles=["teacher", "inspector"])
    assert roles_of("zoe") == {Role.TEACHER, Role.INSPECTOR}
    zoe = Visitor(app)
    page = zoe.get("/login")
    zoe.send(page, username="zoe", password="invented")
    zoe.get("/screening/")


def test_a_homeroom_teacher_is_made_together_with_the_class(sign_in, cast):
    end(cast, "carl")
    ada = sign_in("ada")
    page = ada.get("/admin/accounts/new?class=2023-2")
    assert page.select_one("#homeroom option[selected]")["value"] == "2023-2"
    assert page.select_one("#starts")["value"] == "2026-09-01"
    assert page.select_one("input[value=teacher]").has_attr("checked")
    make(ada, 422, url="/admin/accounts/new?class=2023-2")  # Carl had it until yesterday
    make(ada, url="/admin/accounts/new?class=2023-2", starts="2026-09-21")
    zoe = queries.account(queries.user_named("zoe").id, TODAY)
    assert zoe.roles == (Role.TEACHER,)
    assert [(duty.what, duty.class_id, duty.starts) for duty in zoe.assignments] == [
        (Duty.HOMEROOM, cast.classes["4-2"], TODAY)
    ]


@pytest.mark.parametrize("values, field", [
    ({"username": "ANN"}, "username"),
    ({"username": "a"}, "username"),
    ({"username": "two words"}, "username"),
    ({"username": ""}, "username"),
    ({"name": "  "}, "name"),
    ({"password": "short", "again": "short"}, "password"),
    ({"again": "different"}, "again"),
])  # fmt: skip
def test_an_account_that_cannot_be_keeps_what_was_typed(sign_in, values, field):
    ada = sign_in("ada")
    page = make(ada, 422, **values)
    assert page.select_one(f"#{field}-error")
    assert page.select_one("#name")["value"] == values.get("name", "Zoe New").strip()
    assert not page.select_one("#password").get("value")
    assert queries.user_named("zoe") is None


def test_roles_are_changed_and_hold_at_once(sign_in, cast):
    ada, sam = sign_in("ada"), sign_in("sam")
    sam.get("/admin/", 403)
    page = ada.get(f"/admin/accounts/{cast.users['sam']}")
    ada.send(page, name="Sam Cleaner", roles=["staff", "admin"])
    assert roles_of("sam") == {Role.STAFF, Role.ADMIN}
    sam.get("/admin/")
    row = db.session.scalars(sa.select(Trail).where(Trail.deed == "account.roles")).one()
    assert row.changes == {"from": ["staff"], "to": ["admin", "staff"]}


def test_the_last_administrator_stays(sign_in, cast):
    ada = sign_in("ada")
    page = ada.get(f"/admin/accounts/{cast.users['ada']}")
    page = ada.send(page, expect=422, roles=None)
    assert "last administrator" in page.text
    page = ada.send(ada.get(f"/admin/accounts/{cast.users['ada']}/disable"), expect=422)
    assert "last administrator" in page.text
    ada.get("/admin/")


def test_an_account_is_disabled_and_opened_again(sign_in, cast, app):
    ada, ann = sign_in("ada"), sign_in("ann")
    where = f"/admin/accounts/{cast.users['ann']}/disable"
    ada.send(ada.get(where))
    ann.get("/", 302)
    assert "disabled" in ada.get("/admin/").text
    ada.send(ada.get(where))
    Visitor(app).sign_in("ann").get("/")
    ann.get("/", 302)  # the old device stays out


def test_a_forgotten_password_is_replaced(sign_in, cast, app):
    ada, ann = sign_in("ada"), sign_in("ann")
    page = ada.get(f"/admin/accounts/{cast.users['ann']}/password")
    ada.send(page, password="quite another", again="quite another")
    ann.get("/", 302)
    visitor = Visitor(app)
    visitor.send(visitor.get("/login"), username="ann", password="quite another")
    hashes = db.session.scalar(sa.select(User.password_hash).where(User.username == "ann"))
    assert "quite another" not in hashes


def test_a_duty_is_assigned_and_opens_the_class_from_its_day(sign_in, cast):
    ada, carl = sign_in("ada"), sign_in("carl")
    carl.get("/screening/2024-1/2026-09-21/arrival", 404)
    page = ada.get(f"/admin/accounts/{cast.users['carl']}/assign")
    place = f"class:{cast.classes['3-1']}"
    ada.send(page, duty="stand_in", place=place, starts="2026-09-21", ends="2026-09-22")
    carl.get("/screening/2024-1/2026-09-21/arrival")
    assert "until 2026-09-22" in ada.get(f"/admin/accounts/{cast.users['carl']}").text


@pytest.mark.parametrize("values, field", [
    ({"duty": "homeroom"}, "form"),                                   # Ann has the class
    ({"duty": "deputy", "starts": "2026-09-21", "ends": "2026-09-20"}, "ends"),
    ({"duty": "department"}, "place"),
    ({"duty": "stand_in", "place": "department:1"}, "place"),
    ({"duty": "stand_in", "place": "class:999"}, "place"),
    ({"duty": "grade_head"}, "place"),
    ({"duty": "deputy", "place": ""}, "place"),
    ({"duty": "deputy", "place": "school:0"}, "place"),
    ({"duty": "king"}, "duty"),
    ({"duty": "deputy", "starts": "soon"}, "starts"),
])  # fmt: skip
def test_a_duty_that_cannot_be(sign_in, cast, values, field):
    ada = sign_in("ada")
    page = ada.get(f"/admin/accounts/{cast.users['carl']}/assign")
    page = ada.send(page, expect=422, **{"place": f"class:{cast.classes['3-1']}", **values})
    assert page.select_one(".alert-danger li")
    if field != "form":
        assert page.select_one(f"#{field}-error")


@pytest.mark.parametrize("duty, place, label", [
    ("grade_head", "grade:2024", "Grade head · Grade 3"),
    ("gate", "", "Gate duty · The whole school"),
    ("duty_leader", "", "Duty leader · The whole school"),
    ("second_reporter", "", "Second outbreak reporter · The whole school"),
])  # fmt: skip
def test_duties_may_be_for_a_grade_or_for_the_whole_school(sign_in, cast, duty, place, label):
    ada = sign_in("ada")
    ada.send(ada.get(f"/admin/accounts/{cast.users['carl']}/assign"), duty=duty, place=place)
    assert label in " ".join(ada.get(f"/admin/accounts/{cast.users['carl']}").text.split())


def test_a_class_without_a_teacher_belongs_to_its_grade_head(sign_in, cast):
    carl = sign_in("carl")
    db.session.add(
        Assignment(user_id=cast.users["carl"], what=Duty.GRADE_HEAD, entry_year=2024, starts=TODAY)
    )
    db.session.commit()
    carl.get("/screening/2024-1/2026-09-21/arrival", 404)  # Ann and Bo have it
    db.session.execute(
        sa.update(Assignment)
        .where(Assignment.class_id == cast.classes["3-1"])
        .values(ends=TODAY - timedelta(days=1))
    )
    db.session.commit()
    carl.get("/screening/2024-1/2026-09-21/arrival")


def test_a_duty_ends_after_a_day_and_one_that_never_began_goes_away(sign_in, cast):
    ada = sign_in("ada")
    duty = db.session.scalars(sa.select(Assignment).filter_by(user_id=cast.users["ann"])).one().id
    page = ada.get(f"/admin/assignments/{duty}/end")
    ada.send(page, last_day="2026-09-21")
    assert db.session.scalar(sa.select(Assignment.ends).filter_by(id=duty)) == TODAY
    page = ada.send(ada.get(f"/admin/assignments/{duty}/end"), expect=422, last_day="2026-09-22")
    assert "ends on 2026-09-21 already" in page.select_one("#last_day-error").text  # never over a successor
    ada.send(ada.get(f"/admin/assignments/{duty}/end"), last_day="2026-08-31")
    assert db.session.scalar(sa.select(Assignment.id).filter_by(id=duty)) is None


def test_a_class_duty_without_the_role_is_pointed_out(sign_in, cast):
    db.session.add(
        Assignment(user_id=cast.users["ivy"], what=Duty.DEPUTY, class_id=cast.classes["3-1"], starts=TODAY)
    )
    db.session.commit()
    assert "opens nothing" in sign_in("ada").get(f"/admin/accounts/{cast.users['ivy']}").text


@pytest.mark.parametrize("url", [
    "/admin/accounts/999", "/admin/accounts/999/disable", "/admin/accounts/999/password",
    "/admin/accounts/999/assign", "/admin/assignments/999/end",
    *(f"/admin/{path}" for number in (0, 2**31, "9" * 20, "9" * 5000)
      for path in (f"accounts/{number}", f"accounts/{number}/disable", f"accounts/{number}/password",
                   f"accounts/{number}/assign", f"assignments/{number}/end")),
    f"/admin/accounts/{2**31 - 1}",
], ids=lambda url: url[:40])  # fmt: skip
def test_what_is_not_there(sign_in, url):
    sign_in("ada").get(url, 404)


@pytest.mark.parametrize("who", ["ann", "nora", "pia", "lou", "asa", "stranger"])
def test_nobody_else_administers(sign_in, cast, who):
    visitor = sign_in(who)
    for url in ("/admin/accounts/new", "/admin/accounts/1", "/admin/assignments/1/end"):
        visitor.get(url, 403)


def test_the_same_form_twice_makes_one_account(sign_in):
    ada = sign_in("ada")
    page = ada.get("/admin/accounts/new")
    values = {"username": "zoe", "name": "Zoe", "password": PASSWORD, "again": PASSWORD}
    ada.send(page, **values)
    ada.send(page, **values)
    assert ada.location == "/admin/"


@pytest.mark.parametrize("url", [
    "/admin/", "/admin/accounts/new", "/admin/accounts/1", "/admin/accounts/1/disable", "/admin/accounts/1/password",
    "/admin/accounts/1/assign", "/admin/assignments/1/end", "/account/password", "/account/language",
])  # fmt: skip
def test_the_pages_in_chinese(sign_in, url):
    sign_in("ada").get(f"{url}?lang=zh_Hans")


def test_an_account_is_made_before_there_is_any_class(empty_app):
    from tests.cast import NOW
    from tracker.accounts import service
    from tracker.db import transaction

    with transaction():
        service.create(
            None,
            NOW,
            username="ada",
            name="Ada",
            password_hash=service.hash_password(PASSWORD),
            roles=[Role.ADMIN],
        )
    ada = Visitor(empty_app).sign_in("ada")
    assert not ada.get("/admin/accounts/new").select_one("#homeroom")
    make(ada, roles=["nurse"])
    assert roles_of("zoe") == {Role.NURSE}


def test_disabling_twice_from_pages_opened_before_does_not_open_it_again(sign_in, cast, app):
    ada = sign_in("ada")
    where = f"/admin/accounts/{cast.users['ann']}/disable"
    first, second = ada.get(where), ada.get(where)
    ada.send(first)
    since = queries.user_named("ann").disabled_at
    ada.send(second)
    db.session.expire_all()
    assert queries.user_named("ann").disabled_at == since is not None
    opening, again = ada.get(where), ada.get(where)
    ada.send(opening)
    device = Visitor(app).sign_in("ann")
    ada.send(again)
    device.get("/")
    ada.send(ada.get(where), expect=422, intent="king")
    device.get("/")


def test_a_cleaner_is_made_together_with_the_department(sign_in, cast):
    ada = sign_in("ada")
    make(ada, 422, department=cast.department, starts="")
    make(ada, 422, department=999)
    make(ada, department=cast.department, starts="2026-09-21")
    zoe = queries.account(queries.user_named("zoe").id, TODAY)
    assert zoe.roles == (Role.STAFF,)
    assert [(duty.what, duty.department_id, duty.starts) for duty in zoe.assignments] == [
        (Duty.DEPARTMENT, cast.department, TODAY)
    ]


def test_a_duty_holds_on_its_last_day_and_not_on_the_next(either_app):
    _, cast = either_app
    end(cast, "ann", TODAY)
    end(cast, "sam", TODAY)
    ann, sam = cast.users["ann"], cast.users["sam"]
    assert queries.identity_of(ann, 0, TODAY).classes == {cast.classes["3-1"]}
    assert queries.identity_of(sam, 0, TODAY).departments == {cast.department}
    assert queries.homeroom_names([cast.classes["3-1"]], TODAY) == {cast.classes["3-1"]: "Ann Teacher"}
    tomorrow = TODAY + timedelta(days=1)
    assert queries.identity_of(ann, 0, tomorrow).classes == frozenset()
    assert queries.identity_of(sam, 0, tomorrow).departments == frozenset()
    assert queries.homeroom_names([cast.classes["3-1"]], tomorrow) == {}
