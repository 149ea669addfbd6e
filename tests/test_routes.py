"""Every route wears a guard, and the table of permissions holds from outside, for everybody."""

import pytest
from flask import Flask

from tests.cast import PEOPLE
from tests.conftest import Visitor
from tracker.accounts.guards import PUBLIC
from tracker.permissions import PERMISSIONS, Permission


def routes(app: Flask):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_wears_a_guard(app):
    bare = [rule.endpoint for rule in routes(app) if not hasattr(app.view_functions[rule.endpoint], "guard")]
    assert bare == []


def test_only_these_are_open_to_everybody(app):
    public = {rule.rule for rule in routes(app) if app.view_functions[rule.endpoint].guard == PUBLIC}
    assert public == {"/healthz", "/login", "/logout", "/setup"}


def test_every_permission_has_a_line_and_a_meaning(app):
    assert set(PERMISSIONS) == set(Permission)
    used = {app.view_functions[rule.endpoint].guard for rule in routes(app)}
    assert used - {PUBLIC} <= set(Permission)


def test_the_names_that_stay(app):
    known = {rule.rule for rule in routes(app)}
    assert {
        "/",
        "/login",
        "/logout",
        "/setup",
        "/healthz",
        "/screening/",
        "/absences/",
        "/disinfection/",
        "/assessment/",
        "/meeting/",
        "/school/",
        "/admin/",
    } <= known


def test_a_visitor_who_is_not_signed_in_is_led_to_the_sign_in_everywhere(app, cast):
    visitor = Visitor(app)
    for rule in routes(app):
        if app.view_functions[rule.endpoint].guard == PUBLIC or "GET" not in rule.methods or rule.arguments:
            continue
        visitor.get(rule.rule, 302)
        assert visitor.location.startswith("/login?next="), rule.rule


# Who gets which page: 200, 403 (no role for it), 404 (somebody else's).  Columns in the order of the cast.
WHO = ["ann", "carl", "nora", "sam", "ivy", "lou", "asa", "pia", "ada", "stranger"]
TABLE = {
    "/": [200] * 10,
    "/account/password": [200] * 10,
    "/screening/": [200, 200, 200, 403, 403, 403, 403, 200, 403, 403],
    "/screening/2024-1/2026-09-21/arrival": [200, 404, 200, 403, 403, 403, 403, 403, 403, 403],
    "/absences/": [200, 200, 200, 403, 403, 403, 403, 403, 403, 403],
    "/disinfection/": [200, 200, 200, 200, 403, 200, 403, 403, 403, 403],
    "/assessment/": [200, 200, 403, 403, 200, 403, 200, 200, 403, 403],
    "/assessment/2024-1/2026-W39": [200, 404, 403, 403, 403, 403, 200, 200, 403, 403],
    "/meeting/": [200, 200, 200, 200, 200, 200, 200, 200, 403, 403],
    "/charts/illness-absence.svg": [200, 200, 200, 403, 403, 403, 200, 200, 403, 403],
    "/charts/class-scores.svg": [200, 200, 200, 200, 200, 200, 200, 200, 403, 403],
    "/school/": [403, 403, 200, 403, 403, 200, 200, 200, 200, 403],
    "/school/import": [403, 403, 403, 403, 403, 403, 403, 403, 200, 403],
    "/school/classes/2024-1": [403, 403, 403, 403, 403, 403, 403, 403, 200, 403],
    "/admin/": [403, 403, 403, 403, 403, 403, 403, 403, 200, 403],
    "/nothing/here": [404] * 10,
}


@pytest.mark.parametrize("who", WHO)
def test_who_gets_which_page(sign_in, who):
    visitor = sign_in(who)
    found = {}
    for path, expected in TABLE.items():
        visitor.get(path, expected[WHO.index(who)])
        found[path] = visitor.response.status_code
    assert found == {path: expected[WHO.index(who)] for path, expected in TABLE.items()}


def test_the_table_speaks_of_everybody():
    assert set(WHO) | {"bo"} == set(PEOPLE)


@pytest.mark.parametrize("path", ["/?lang=fr", "/?lang=zh-CN", "/login?lang=xx"])
def test_an_unknown_language_is_refused(sign_in, path):
    sign_in("ann").get(path, 400)


def test_a_body_over_the_limit_is_refused_unread(sign_in):
    ann = sign_in("ann")
    ann.post("/account/password", data={"old": "x" * (33 * 1024 * 1024)}, expect=413)


def test_the_health_check_tells_version_and_schema(visitor):
    visitor.get("/healthz")
    assert set(visitor.response.json) == {"status", "version", "schema"}
    assert visitor.response.json["status"] == "ok"
