"""Which file may import which: the layers of every feature, held without an exception."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "tracker").rglob("*.py"))
ORDER = [
    "audit",
    "deeds",
    "facts",
    "operations",
    "accounts",
    "notices",
    "school",
    "absence",
    "room",
    "screening",
    "gate",
    "history",
    "nurse",
    "supplies",
    "disinfection",
    "inspection",
    "surveillance",
    "assessment",
    "privacy",
]
WEB = {"flask", "flask_login", "flask_wtf", "flask_babel", "wtforms", "werkzeug"}
HEAVY = {
    "pandas",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pypinyin",
    "chinese_calendar",
    "alembic",
    "PIL",
    "pypdf",
}
LAYERS = ("rules", "models", "queries", "frames", "service", "forms", "views")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path, *, top_level: bool = False) -> set[str]:
    """What a file imports, as dotted names; `from a import b` gives `a.b` and `a`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # What is imported for its name in an annotation alone is not used.
    tree.body = [node for node in tree.body if not _is_type_checking(node)]
    nodes = tree.body if top_level else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def feature_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 2 and parts[0] == "tracker" else None


def layer_of(name: str) -> str | None:
    """The layer a module stands in; a verb or a query split by noun keeps its kind at the end of its name."""
    parts = name.split(".")
    if len(parts) < 3 or parts[0] != "tracker":
        return None
    return next((layer for layer in LAYERS if parts[2] == layer or parts[2].endswith(f"_{layer}")), None)


def of_layer(layer: str) -> list[Path]:
    return [path for path in FILES if layer_of(module_of(path)) == layer]


def outside(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", of_layer("rules"), ids=module_of)
def test_rules_know_neither_the_web_nor_the_database(path):
    names = imports_of(path)
    assert not outside(names) & (WEB | HEAVY | {"sqlalchemy"})
    assert all(layer_of(name) in ("rules", None) for name in names if name.startswith("tracker."))
    assert not {name for name in names if name in ("tracker.db", "tracker.clock")}


@pytest.mark.parametrize("path", of_layer("models"), ids=module_of)
def test_models_import_rules_and_the_database_only(path):
    names = {name for name in imports_of(path) if name.startswith("tracker.")}
    assert all(name.startswith("tracker.db") or layer_of(name) == "rules" for name in names)


@pytest.mark.parametrize("path", of_layer("queries") + of_layer("frames"), ids=module_of)
def test_queries_and_frames_never_write(path):
    names = imports_of(path)
    assert all(layer_of(name) not in ("service", "forms", "views") for name in names)
    source = path.read_text(encoding="utf-8")
    for verb in (
        "session.add",
        "session.commit",
        "session.delete",
        "sa.insert",
        "sa.update",
        "sa.delete",
        "transaction(",
    ):
        assert verb not in source, verb


@pytest.mark.parametrize("path", of_layer("service"), ids=module_of)
def test_services_write_their_own_tables_and_call_only_services_below(path):
    me = module_of(path)
    mine = feature_of(me)
    for name in imports_of(path):
        feature, layer = feature_of(name), layer_of(name)
        assert layer not in ("forms", "views"), name
        if layer == "models":
            assert feature == mine, f"{me} writes another feature's tables: {name}"
        if layer == "service" and feature != mine and mine in ORDER:
            assert ORDER.index(feature) < ORDER.index(mine), f"{me} calls upwards: {name}"
    assert "transaction(" not in path.read_text(encoding="utf-8"), "only edges open a transaction"


@pytest.mark.parametrize("path", of_layer("forms"), ids=module_of)
def test_forms_ask_nobody(path):
    names = imports_of(path)
    assert all(layer_of(name) not in ("queries", "models", "views", "frames") for name in names)
    assert "tracker.db" not in names


def test_nobody_imports_views_but_the_application():
    for path in FILES:
        if path == ROOT / "tracker" / "__init__.py":
            continue
        mine = feature_of(module_of(path)) if layer_of(module_of(path)) == "views" else None
        wrong = {name for name in imports_of(path) if layer_of(name) == "views" and feature_of(name) != mine}
        assert not wrong, f"{module_of(path)} imports {wrong}"


def test_the_everyday_pages_load_no_heavy_library():
    for path in FILES:
        module = module_of(path)
        if layer_of(module) == "frames" or module == "tracker.frames" or ".migrations" in module:
            continue
        if feature_of(module) == "charts" or module in (
            "tracker.assessment.indicators",
            "tracker.assessment.scoring",
            "tracker.assessment.duties",
        ):
            continue
        heavy = outside(imports_of(path, top_level=True)) & HEAVY
        assert not heavy, f"{module} loads {heavy} at once"


def test_views_are_short_and_files_are_not_long():
    for path in FILES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if ".migrations" in module_of(path) or module_of(path) == "tracker.words":  # one row a code
            continue
        most = 250 if layer_of(module_of(path)) == "views" else 400
        assert lines <= most, f"{module_of(path)}: {lines} lines; split it by noun"


def test_every_module_says_what_a_reader_finds():
    for path in FILES:
        source = path.read_text(encoding="utf-8").strip()
        assert not source or ast.get_docstring(ast.parse(source)), module_of(path)


def test_nothing_asks_the_time_but_the_clock():
    for path in FILES:
        if path.name == "clock.py":
            continue
        source = path.read_text(encoding="utf-8")
        for asked in ("datetime.now(", "date.today(", "utcnow(", "func.now(", "CURRENT_"):
            assert asked not in source, f"{module_of(path)} asks {asked}"


@pytest.mark.parametrize("path", of_layer("views"), ids=module_of)
def test_no_page_is_handed_what_every_template_has_already(app, path):
    """A page's `now` would hide the clock's, which the frame around every page asks."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    pages = [call for call in calls if _name_of(call) in ("page", "render_template")]
    handed = {keyword.arg for call in pages for keyword in call.keywords}
    assert not handed & (set(app.jinja_env.globals) - {"session"})  # Flask's, which no template reads


def _name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
