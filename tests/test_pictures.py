"""The README's pictures are true: what their pages said when they were taken is what they say now."""

import re
from itertools import product
from pathlib import Path

import pytest

from docs.pictures import FOLDER, LANGUAGES, PICTURES, school, text_of

ROOT = Path(__file__).parents[1]
TAKEN = list(product(PICTURES, LANGUAGES))


def test_every_picture_shows_what_its_page_says():
    then = {
        (one.name, language): (FOLDER / f"{one.name}.{language}.txt").read_text(encoding="utf-8")
        for one, language in TAKEN
    }
    with school() as app:
        now = {(one.name, language): text_of(app, one, language) for one, language in TAKEN}
    assert now == then, "take them again: python -m docs.pictures"


def test_nothing_else_lies_beside_the_pictures_and_all_are_small():
    files = {file.name: file.stat().st_size for file in FOLDER.iterdir()}
    wanted = {f"{one.name}.{language}.{kind}" for one, language in TAKEN for kind in ("png", "txt")}
    assert set(files) == wanted
    assert sum(files.values()) < 600_000


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_shows_pictures_in_its_language(readme):
    shown = re.findall(r"docs/pictures/([\w.]+)", (ROOT / readme).read_text(encoding="utf-8"))
    language = "zh" if "zh" in readme else "en"
    assert {f"sheet.{language}.png", f"chart.{language}.png"} <= set(shown)
    assert all((FOLDER / name).exists() and name.endswith(f".{language}.png") for name in shown)
