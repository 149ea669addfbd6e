"""What the front door says is true."""

import re
from pathlib import Path

import pytest

from tracker import __version__
from tracker.config import SETTINGS, SettingError, read_settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_every_setting_as_it_is():
    rows = re.findall(r"^\| `TRACKER_(\w+)` \| (?:`([^`]*)`)? \| (.*) \|$", README, re.M)
    assert rows == [(one.name, one.default, one.help) for one in SETTINGS]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/operations.md"])
def test_every_file_the_papers_name_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", text) + re.findall(r'src="([^"]+)"', text):
        assert (ROOT / target).exists(), target


def test_both_readmes_give_the_same_commands():
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    for block in re.findall(r"```\n((?:python3|py) .*?)```", README, re.S):
        assert block in chinese


def test_the_readme_names_every_command(app):
    listed = {name for name in app.cli.commands if name in README}
    assert {"setup", "import-roster", "upgrade", "backup", "restore", "check", "copy-database"} <= listed


def test_the_operations_page_names_only_commands_and_settings_there_are(app):
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"flask(?:\.exe)? --app \S+ ([a-z-]+)", page)) <= set(app.cli.commands)
    assert set(re.findall(r"TRACKER_(\w+)", page)) <= {one.name for one in SETTINGS}


def test_the_changelog_speaks_of_this_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "given",
    [
        {"PORT": "http"}, {"PORT": "70000"}, {"LANGUAGE": "de"}, {"TIMEZONE": "Mars/Base"}, {"NOW": "soon"},
        {"DATABASE_URL": "mysql://x"}, {"DATABASE_URL": "::"}, {"THREADS": "0"}, {"NO_SUCH": "1"},
        {"LOG": "loud"},
    ],
)  # fmt: skip
def test_a_malformed_setting_is_one_clear_line(given):
    with pytest.raises(SettingError) as told:
        read_settings(given)
    assert "\n" not in str(told.value) and next(iter(given)) in str(told.value)


def test_the_environment_comes_after_what_is_given_and_before_the_default(monkeypatch):
    monkeypatch.setenv("TRACKER_PORT", "9001")
    assert read_settings({})["PORT"] == 9001
    assert read_settings({"PORT": "9002"})["PORT"] == 9002
    monkeypatch.delenv("TRACKER_PORT")
    assert read_settings({})["PORT"] == 8000


def test_nothing_in_the_tree_names_a_machine_or_a_registry():
    found = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        if not path.is_file() or path.suffix not in (
            ".py",
            ".md",
            ".toml",
            ".txt",
            ".in",
            ".html",
            ".js",
            ".css",
            ".po",
        ):
            continue
        if any(
            (part.startswith(".") and part != ".ci") or part in ("vendor", "data") for part in inside.parts
        ):
            continue
        text = path.read_text(encoding="utf-8")
        if (
            re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)
            and inside.name != "test_docs.py"
            and "test_third" not in inside.name
        ):
            found.append(str(inside))
    assert found == []
