"""Whoever leads the school, and the administrator, see when the last backup was, and are warned in time."""

from datetime import timedelta

import pytest

from tests.cast import NOW
from tests.cli.runner import invoke
from tracker import clock


def told(visitor, path):
    section = visitor.get(path).select_one("[aria-labelledby=backup]")
    return " ".join(section.text.split()) if section else None


@pytest.mark.parametrize("who", ["ada", "pia"])
def test_the_last_backup_is_told_and_warned_of_after_two_days(app, sign_in, who, tmp_path):
    visitor = sign_in(who)
    for path in ("/", "/school/"):
        assert "There is no backup yet" in told(visitor, path) and "two days" in told(visitor, path)
    invoke(app, "backup", "--to", tmp_path)
    for path in ("/", "/school/"):
        found = told(visitor, path)
        assert "Last backup: " in found and "08:05" in found and "two days" not in found
    assert "guardians.key" in told(visitor, "/school/")
    clock.freeze(NOW + timedelta(days=2, minutes=1))
    assert "two days" in told(visitor, "/")


@pytest.mark.parametrize("who", ["ann", "nora", "asa", "lou"])
def test_nobody_else_is_told(sign_in, who):
    assert told(sign_in(who), "/") is None


def test_a_failed_backup_is_none(app, sign_in, tmp_path):
    (tmp_path / "file").write_text("")
    invoke(app, "backup", "--to", tmp_path / "file", code=1)
    assert "There is no backup yet" in told(sign_in("ada"), "/")
