"""Every route wears a guard, and the table of permissions holds from outside, for everybody."""

import re

import pytest
from flask import Flask, url_for
from werkzeug.routing.converters import AnyConverter, NumberConverter

from tests.browser.pages import NO_PAGES, PAGES
from tests.cast import PEOPLE
from tests.conftest import Visitor
from tracker.accounts.guards import PUBLIC
from tracker.permissions import PERMISSIONS, Permission


def routes(app: Flask):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_page_is_walked_in_the_browser(app):
    """A page that is new is put among those of `tests/browser/pages.py`."""
    urls = app.url_map.bind("")
    walked = {
        urls.match(re.sub(r"{\w+}", "1", path.split("?")[0]))[0]
        for paths in (*PAGES.values(), *NO_PAGES.values())
        for path in paths
    }
    assert {rule.endpoint for rule in routes(app) if "GET" in rule.methods} - walked == set()


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
    "/screening/fevers": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/screening/triggers": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/screening/2024-1/2026-09-21/arrival/paste": [200, 404, 200, 403, 403, 403, 403, 403, 403, 403],
    "/screening/2024-1/emergency": [200, 404, 200, 403, 403, 403, 403, 403, 403, 403],
    "/screening/not-here": [200, 200, 200, 403, 403, 403, 403, 403, 403, 403],
    "/gate/": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/leave/2024-1": [200, 404, 200, 403, 403, 403, 403, 403, 403, 403],
    "/absences/": [200, 200, 200, 403, 403, 403, 403, 403, 403, 403],
    "/absences/returns": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/absences/return-rules/": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/absences/return-rules/measles": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/nurse/": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/nurse/close": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/absences/parent-call": [200, 200, 200, 403, 403, 403, 200, 403, 403, 403],
    "/report/": [200] * 9 + [403],
    "/report/2023-2": [200] * 9 + [403],
    "/room/": [403, 403, 200] + [403] * 7,
    "/gate/slips": [403, 403, 200] + [403] * 7,
    "/here/": [200, 200, 200, 403, 403, 403, 403, 200, 403, 403],
    "/ledgers/": [200, 200, 200, 403, 403, 200, 403, 200, 403, 403],
    "/ledgers/day": [403, 403, 200, 403, 403, 403, 403, 200, 403, 403],
    "/ledgers/class/2024-1": [200, 404, 200, 403, 403, 403, 403, 403, 403, 403],
    "/ledgers/class/2024-1/absences": [200, 404, 200, 403, 403, 403, 403, 403, 403, 403],
    "/ledgers/absences": [403, 403, 200] + [403] * 7,
    "/ledgers/disinfection": [403, 403, 200, 403, 403, 200, 403, 200, 403, 403],
    "/ledgers/stock": [403, 403, 200, 403, 403, 200, 403, 200, 403, 403],
    "/ledgers/room": [403, 403, 200] + [403] * 7,
    "/disinfection/": [200, 200, 200, 200, 200, 200, 200, 200, 403, 403],
    "/disinfection/rota": [403] * 5 + [200] + [403] * 4,
    "/disinfection/excuse/2026-09-21": [403, 403, 200, 403, 403, 200, 200, 403, 403, 403],
    "/disinfection/kinds-of-day": [403] * 5 + [200] + [403] * 4,
    "/disinfection/timetable": [200, 200, 200, 200, 200, 200, 200, 200, 403, 403],
    "/disinfection/zones/zone2/schedules/new": [403] * 5 + [200] + [403] * 4,
    "/disinfection/zones/zone2/keeper": [403] * 5 + [200] + [403] * 4,
    "/disinfection/doors": [403] * 5 + [200] + [403] * 4,
    "/disinfection/zones/zone2/photos": [403] * 5 + [200] + [403] * 4,
    "/disinfection/now/": [403, 403, 200, 403, 403, 200, 403, 403, 403, 403],
    "/assessment/": [200, 200, 403, 403, 200, 403, 200, 200, 403, 403],
    "/assessment/2024-1/2026-W39": [200, 404, 403, 403, 403, 403, 200, 200, 403, 403],
    "/meeting/": [200, 200, 200, 200, 200, 200, 200, 200, 403, 403],
    "/charts/illness-absence.svg": [200, 200, 200, 403, 403, 403, 200, 200, 403, 403],
    "/charts/class-scores.svg": [200, 200, 200, 200, 200, 200, 200, 200, 403, 403],
    "/school/": [403, 403, 200, 403, 403, 200, 200, 200, 200, 403],
    "/school/sessions": [403, 403, 200, 403, 403, 403, 200, 403, 200, 403],
    "/school/sessions/noon/epidemic": [403, 403, 200, 403, 403, 403, 200, 403, 200, 403],
    "/school/changes": [403, 403, 200, 403, 403, 403, 200, 403, 200, 403],
    "/school/calendar/2026-09-22": [403, 403, 403, 403, 403, 403, 200, 403, 200, 403],
    "/school/import": [403, 403, 403, 403, 403, 403, 403, 403, 200, 403],
    "/school/history": [403, 403, 200, 403, 403, 403, 403, 403, 403, 403],
    "/school/classes/2024-1": [403, 403, 403, 403, 403, 403, 403, 403, 200, 403],
    "/admin/": [403, 403, 403, 403, 403, 403, 403, 403, 200, 403],
    "/admin/passwords": [403, 403, 403, 403, 403, 403, 200, 403, 200, 403],
    "/admin/reads": [403] * 8 + [200, 403],
    "/admin/retention": [403] * 8 + [200, 403],
    "/admin/removal": [403] * 8 + [200, 403],
    "/admin/operations": [403] * 7 + [200, 200, 403],
    "/school/papers": [403, 403, 200, 403, 403, 403, 200, 200, 200, 403],
    "/school/deeds/new": [403, 403, 200, 403, 403, 403, 200, 403, 200, 403],
    "/account/devices": [200] * 10,
    "/nothing/here": [404] * 10,
}


@pytest.mark.parametrize("who", WHO)
def test_who_gets_which_page(sign_in, who):
    visitor = sign_in(who)
    found = {}
    for path in TABLE:
        found[path] = visitor.status(path)
    assert found == {path: expected[WHO.index(who)] for path, expected in TABLE.items()}


def test_who_stands_at_the_gate_gets_the_gate_and_nothing_else(sign_in):
    gus = sign_in("gus")
    open_to_all = {path for path, expected in TABLE.items() if set(expected) == {200}}
    for path in TABLE:
        if path != "/nothing/here":
            wanted = 200 if path.startswith("/gate/") or path in open_to_all else 403
            assert gus.status(path) == wanted, path


# Who has a role for which deed: every route, with every method, is refused to all others.
HOLDERS = {
    Permission.ACCOUNT_OWN: "ann carl nora sam ivy lou asa pia ada stranger gus",
    Permission.GATE_RECORD: "nora gus",
    Permission.ACCOUNTS_MANAGE: "ada",
    Permission.PASSWORD_RESET: "asa ada",
    Permission.SCHOOL_READ: "nora lou asa pia ada",
    Permission.ROSTER_MANAGE: "ada",
    Permission.HISTORY_IMPORT: "nora",
    Permission.BACKUP_SEE: "pia ada",
    Permission.CALENDAR_MANAGE: "asa ada",
    Permission.SESSIONS_MANAGE: "nora asa ada",
    Permission.SHEET_SUBMIT: "ann carl nora",
    Permission.SHEET_READ: "ann carl nora",
    Permission.SHEET_CHECK: "nora",
    Permission.SCREENING_LIST: "ann carl nora pia",
    Permission.SCREENING_OVERVIEW: "nora pia",
    Permission.FEVERS_FOLLOW: "nora",
    Permission.TRIGGERS_MANAGE: "nora",
    Permission.LEAVE_LIST: "ann carl nora",
    Permission.LEAVE_ENTER: "ann carl nora",
    Permission.QUEUE_READ: "ann carl nora",
    Permission.EPISODE_FOLLOW: "ann carl nora",
    Permission.NOTE_PARENT_CALL: "ann carl nora asa",
    Permission.PARENT_CALL_READ: "ann carl nora",
    Permission.STUDENT_READ: "ann carl nora",
    Permission.EPISODE_REVIEW: "nora",
    Permission.EPISODE_CLEAR: "nora",
    Permission.RETURNS_READ: "nora",
    Permission.RETURN_RULES: "nora",
    Permission.NURSE_DAY: "nora",
    Permission.CASE_REPORT: "ann carl nora sam ivy lou asa pia ada",
    Permission.ROOM_KEEP: "nora",
    Permission.SLIP_TICK: "nora gus",
    Permission.HERE_READ: "ann carl nora pia",
    Permission.TASKS_READ: "ann carl nora sam ivy lou asa pia",
    Permission.TASK_READ: "ann carl nora sam ivy lou asa pia",
    Permission.TASK_RECORD: "ann carl nora sam",
    Permission.TASK_VERIFY: "nora ivy lou",
    Permission.TASK_EXCUSE: "nora lou asa",
    Permission.EVENTS_READ: "nora lou",
    Permission.EVENT_TREAT: "nora",
    Permission.ZONES_MANAGE: "lou",
    Permission.SUPPLY_READ: "nora lou pia",
    Permission.SUPPLY_KEEP: "nora lou",
    Permission.SUPPLY_MIX: "nora sam lou",
    Permission.LEDGERS_LIST: "ann carl nora lou pia",
    Permission.LEDGER_HYGIENE: "nora lou pia",
    Permission.LEDGER_SCHOOL: "nora pia",
    Permission.LEDGER_CLASS: "ann carl nora",
    Permission.LEDGER_NURSE: "nora",
    Permission.SCORES_READ: "ann carl ivy asa pia",
    Permission.DUTIES_READ: "ann carl asa pia",
    Permission.READS_SEE: "ada",
    Permission.DATA_EXPORT: "nora",
    Permission.RETENTION_MANAGE: "ada",
    Permission.OPERATIONS_READ: "pia ada",
    Permission.DEEDS_READ: "nora asa pia ada",
    Permission.DEEDS_KEEP: "nora asa ada",
    Permission.MEETING_READ: "ann carl nora sam ivy lou asa pia",
}


def _any_value(rule, name):
    converter = rule._converters[name]
    if isinstance(converter, NumberConverter):
        return 1
    return min(converter.items) if isinstance(converter, AnyConverter) else "x"


@pytest.mark.parametrize("who", [*WHO, "gus"])
def test_every_route_refuses_whom_no_role_lets_in(app, sign_in, who):
    visitor = sign_in(who)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        for rule in routes(app):
            guard = app.view_functions[rule.endpoint].guard
            if guard == PUBLIC or who in HOLDERS[guard].split():
                continue
            values = {name: _any_value(rule, name) for name in rule.arguments}
            with app.test_request_context():
                path = url_for(rule.endpoint, **values)
            for method in rule.methods & {"GET", "POST"}:
                assert visitor.status(path, method) == 403, (method, path)
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_every_answer_is_hardened(sign_in):
    ann = sign_in("ann")
    ann.get("/")
    headers = ann.response.headers
    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'"
    )
    assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"
    cookie = ann.client.get_cookie("tracker")
    assert cookie.http_only and cookie.same_site == "Lax"


def test_the_log_has_a_line_without_ids_or_names(sign_in, caplog, cast):
    ann = sign_in("ann")
    with caplog.at_level("INFO", "tracker.request"):
        ann.get("/screening/2024-1/2026-09-21/arrival?mode=full")
        ann.get("/nobody/knows/2024-1", 404)
    line, unknown = [one.getMessage() for one in caplog.records]
    assert "GET - 404" in unknown
    assert "GET /screening/<ref>/<day>/<code> 200" in line
    assert line.endswith(f"statements user {cast.users['ann']}")
    assert "2024-1" not in line and "mode" not in line and "ann" not in line


def test_the_table_speaks_of_everybody():
    assert set(WHO) | {"bo", "gus"} == set(PEOPLE)


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
