"""What is said about privacy is true of the tables, and every paper has its other language."""

import re
from pathlib import Path

import pytest

from tracker.db import db
from tracker.privacy import tables

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOLD = (DOCS / "privacy.md").read_text(encoding="utf-8")


def test_every_table_that_holds_something_of_a_student_is_named(app):
    named = set(re.findall(r"`(\w+)`", TOLD))
    waiting = {column.table.name for column in tables.encrypted()}
    missing = {*tables.held(), *waiting} - named
    assert missing == set(), "please add these to docs/privacy.md: what, why, who sees it"


def test_every_table_it_names_is_there(app):
    table_rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", TOLD, re.M)
    named = {name for row in table_rows for name in re.findall(r"`(\w+)`", row)}
    assert named - set(db.metadata.tables) == set()


@pytest.mark.parametrize("name", ["notice", "impact", "who-sees-what"])
def test_every_paper_stands_in_both_languages_with_the_same_gaps_to_fill(name):
    chinese = (DOCS / "papers" / f"{name}.zh-CN.md").read_text(encoding="utf-8")
    english = (DOCS / "papers" / f"{name}.en.md").read_text(encoding="utf-8")
    index = (DOCS / "papers" / "README.md").read_text(encoding="utf-8")
    assert f"{name}.zh-CN.md" in index and f"{name}.en.md" in index
    assert chinese.count("\n|") == english.count("\n|")
    assert "〔" in chinese and "〔" in english
