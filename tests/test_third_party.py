"""THIRD_PARTY.md tells the truth: about the files we ship, and about the packages we ask for."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of THIRD_PARTY.md."""
    text = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


SHIPPED = table("Shipped in this tree")


@pytest.mark.parametrize(("version", "path", "checksum"), [(row[1], row[2], row[4]) for row in SHIPPED])
def test_a_shipped_file_is_the_one_listed(version, path, checksum):
    file = ROOT / path
    assert sha256(file.read_bytes()).hexdigest() == checksum
    assert file.parent.name.endswith(f"-{version}")
    assert file.with_name("LICENSE").exists()


def test_every_shipped_file_is_listed():
    files = {file.relative_to(ROOT) for file in (ROOT / "static/vendor").rglob("*") if file.is_file()}
    assert {file.as_posix() for file in files if file.name != "LICENSE"} == {row[2] for row in SHIPPED}


@pytest.mark.parametrize(
    ("heading", "requirements"),
    [("Installed to run", "requirements.in"), ("Installed to test", "tests/requirements.in")],
)
def test_every_package_asked_for_is_listed(heading, requirements):
    lines = (ROOT / requirements).read_text(encoding="utf-8").splitlines()
    asked_for = {re.match(r"[\w.-]+", line).group() for line in lines if line and line[0] not in "#-"}
    assert {row[0] for row in table(heading)} == asked_for


@pytest.mark.parametrize("compiled", ["requirements.txt", "tests/requirements.txt"])
def test_pinned_packages_name_no_index_and_no_folder(compiled):
    lines = (ROOT / compiled).read_text(encoding="utf-8").splitlines()
    pinned = re.compile(
        r"[a-z0-9-]+(\[[a-z]+\])?==[\w.+-]+( ; [^/]+)? \\| {4}--hash=sha256:[0-9a-f]{64}( \\)?| {4}#.*"
    )
    assert [line for line in lines if not pinned.fullmatch(line)] == []
