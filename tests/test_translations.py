"""The catalogues are in step with the sources: complete, compiled, and nothing in them is unused."""

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "tracker" / "translations" / "zh_Hans" / "LC_MESSAGES" / "messages.po"


@pytest.fixture(scope="module")
def chinese():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


@pytest.fixture(scope="module")
def said():
    """Every text of the sources: (context, text)."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        method_map, options_map = parse_mapping_cfg(file)
    keywords = DEFAULT_KEYWORDS | {"_l": None, "_lp": ((1, "c"), 2)}
    found = set()
    for _file, _line, message, _comments, context in extract_from_dir(
        ROOT,
        method_map,
        options_map,
        keywords,
        directory_filter=lambda path: Path(path).name not in (".venv", "data", "tests", "bench"),
    ):
        found.add((context, message[0] if isinstance(message, tuple) else message))
    return found


def test_every_text_is_translated(chinese, said):
    known = {
        (entry.context, entry.id[0] if isinstance(entry.id, tuple) else entry.id): entry
        for entry in chinese
        if entry.id
    }
    assert said - set(known) == set(), "new texts"
    assert set(known) - said == set(), "texts nobody says any more"
    empty = [
        key
        for key, entry in known.items()
        if not (entry.string if isinstance(entry.string, str) else all(entry.string))
    ]
    assert empty == []
    assert [entry.id for entry in chinese if entry.fuzzy] == []


def test_placeholders_are_the_same_in_both_languages(chinese):
    for entry in chinese:
        if not entry.id:
            continue
        source = entry.id[-1] if isinstance(entry.id, tuple) else entry.id
        target = entry.string[0] if isinstance(entry.string, tuple) else entry.string
        pattern = r"%\(\w+\)[sd]|\{\w\}"
        assert set(re.findall(pattern, source)) == set(re.findall(pattern, target)), source


def test_the_compiled_catalogue_is_the_written_one(chinese):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for entry in chinese:
        if isinstance(entry.id, tuple):
            assert compiled.ngettext(*entry.id, 2) == entry.string[0]
        elif entry.context:
            assert compiled.pgettext(entry.context, entry.id) == entry.string
        elif entry.id:
            assert compiled.gettext(entry.id) == entry.string


def test_chinese_keeps_its_tone(chinese):
    for entry in chinese:
        text = entry.string[0] if isinstance(entry.string, tuple) else entry.string
        assert "！" not in text and "你" not in text, entry.id
