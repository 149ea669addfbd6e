import pytest

from tests.cast import TODAY
from tests.cli.runner import invoke
from tests.conftest import Visitor
from tracker.accounts import queries
from tracker.accounts.rules import Duty, Role


@pytest.fixture
def run(app):
    return lambda *words, **more: invoke(app, *words, **more)


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password.txt"
    file.write_text("invented one\n")
    return file


def account(username):
    return queries.account(queries.user_named(username).id, TODAY)


def test_an_account_is_made_given_duties_disabled_and_opened(run, app, cast, password_file):
    run(
        "user-create",
        "zoe",
        "--name",
        "Zoe",
        "--role",
        "teacher",
        "--role",
        "staff",
        "--password-file",
        password_file,
    )
    assert account("zoe").roles == (Role.TEACHER, Role.STAFF)
    run("user-assign", "zoe", "stand_in", "--class", "2024-1", "--to", "2026-09-30")
    run("user-assign", "zoe", "department", "--department", "General affairs", "--from", "2026-09-01")
    run("user-assign", "zoe", "grade_head", "--grade", "2024")
    run("user-assign", "zoe", "gate")
    assert [(duty.what, duty.class_id or duty.entry_year) for duty in account("zoe").assignments] == [
        (Duty.DEPARTMENT, None), (Duty.STAND_IN, cast.classes["3-1"]), (Duty.GRADE_HEAD, 2024), (Duty.GATE, None)
    ]  # fmt: skip
    visitor = Visitor(app)
    visitor.send(visitor.get("/login"), username="zoe", password="invented one")
    visitor.get("/")
    run("user-disable", "zoe")
    visitor.get("/", 302)
    run("user-enable", "ZOE")
    assert account("zoe").user.disabled_at is None


def test_a_password_is_replaced(run, app, password_file):
    run("user-password", "ann", "--password-file", password_file)
    visitor = Visitor(app)
    visitor.send(visitor.get("/login"), username="ann", password="invented one")


def test_roles_are_replaced(run):
    run("user-roles", "ann", "--role", "nurse")
    assert account("ann").roles == (Role.NURSE,)


@pytest.mark.parametrize("words, said", [
    (("user-disable", "nobody"), "no account"),
    (("user-disable", "ada"), "last administrator"),
    (("user-roles", "ada", "--role", "teacher"), "last administrator"),
    (("user-assign", "carl", "homeroom", "--class", "2024-1"), "has a homeroom teacher"),
    (("user-assign", "carl", "deputy", "--class", "2019-1"), "no class"),
    (("user-assign", "carl", "department", "--department", "None"), "no department"),
    (("user-create", "ann", "--name", "Ann"), "already"),
    (("user-create", "a b", "--name", "Ann"), "no blank"),
])  # fmt: skip
def test_what_cannot_be_is_one_clear_line(run, password_file, words, said):
    more = ("--password-file", password_file) if words[0] == "user-create" else ()
    assert said in run(*words, *more, code=1)


@pytest.mark.parametrize("words", [
    ("user-assign", "carl", "deputy"),
    ("user-assign", "carl", "department", "--class", "2024-1"),
    ("user-assign", "carl", "gate", "--class", "2024-1"),
    ("user-assign", "carl", "grade_head"),
    ("user-assign", "carl", "king", "--class", "2024-1"),
    ("user-create", "zoe", "--name", "Zoe", "--role", "king"),
    ("user-create", "zoe", "--name", "Zoe", "--password", "x"),
])  # fmt: skip
def test_what_cannot_be_read_is_a_usage_error(run, words):
    run(*words, code=2)


def test_no_command_takes_a_password_as_an_argument(app):
    for command in app.cli.commands.values():
        names = [name for option in command.params for name in option.opts]
        assert not {"--password", "-p"} & set(names), command.name
