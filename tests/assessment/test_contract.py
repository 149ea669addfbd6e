"""The assessment reads whether duties were done, and nothing that is about health."""

import ast
from pathlib import Path

import pytest

from tracker.assessment.duties import DUTIES
from tracker.screening.frames import SUBMISSIONS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tracker" / "assessment").glob("*.py"))
HEALTH = {"absence", "facts", "surveillance"}
SCREENING = {
    "tracker.screening.frames",
    "tracker.screening.frames.submissions_frame",
    "tracker.screening.rules",
    "tracker.screening.rules.SessionCode",
}
"""Of screening: which sheets came when, and what sessions are called."""


def names(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.startswith("tracker.")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_assessment_imports_nothing_about_health(path):
    assert not {name for name in names(path) if name.split(".")[1] in HEALTH}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_of_screening_it_imports_the_submissions_alone(path):
    assert {name for name in names(path) if name.startswith("tracker.screening")} <= SCREENING


def test_what_submissions_are_read_from_is_named_in_full():
    """The module the assessment may import reads plans, sheets and their times, no entry and no reading."""
    source = ast.parse((ROOT / "tracker" / "screening" / "frames.py").read_text(encoding="utf-8"))
    models = {
        alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models")
        for alias in node.names
    }
    assert models == {"Sheet", "SheetVersion"}


@pytest.mark.parametrize("schema", [DUTIES, SUBMISSIONS], ids=["duties", "submissions"])
def test_no_column_names_or_counts_a_student(schema):
    assert set(schema.columns) <= {
        "class_id", "on", "kind", "duty", "session", "opens", "due", "late_until", "submitted_at", "done_at",
        "outcome", "applicable", "done", "not_done", "not_done_excused",
    }  # fmt: skip
