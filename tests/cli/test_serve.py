"""`python app.py` as somebody starts it: what it says, and how it ends."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from tests.cli.runner import invoke
from tests.logwatch import leaks_of
from tracker import requestlog
from tracker.cli import serve

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}


def start(*arguments: str, **settings: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "app.py", *arguments], cwd=ROOT, env=CLEAN | {"TRACKER_LOG": "json"} | settings, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def refused(monkeypatch, capfd):
    """Starts what cannot be, here and not in a process of its own: the one line it ends with."""

    def said(*arguments: str, **settings: str) -> str:
        with monkeypatch.context() as changed:
            for name in os.environ.keys() - CLEAN.keys():
                changed.delenv(name)
            for name, value in settings.items():
                changed.setenv(name, value)
            changed.setattr(requestlog, "to_file", lambda _app: None)
            capfd.readouterr()
            assert serve.main(arguments) == 2
        told = capfd.readouterr().err
        assert len(told.strip().splitlines()) == 1, told
        return told

    return said


def address_of(process: subprocess.Popen) -> tuple[str, str]:
    """Where it serves, and what it said before."""
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"Serving on (http://\S+)", line):
            return found[1], said
    raise AssertionError(said + process.stderr.read())


def end(process: subprocess.Popen, how: int = signal.SIGTERM) -> int:
    process.send_signal(how)
    _, logged = process.communicate(timeout=30)
    # A server of its own is out of the watch's sight: its lines are read here.
    lines = [line if line.startswith("{") else json.dumps({"message": line}) for line in logged.splitlines()]
    assert [leak for line in lines for leak in leaks_of(line)] == []
    return process.returncode


def test_a_first_start_prints_a_code_answers_and_ends_cleanly(tmp_path):
    folder = tmp_path / "data"
    process = start("--data", str(folder), "--port", "0")
    address, said = address_of(process)
    code = (folder / "setup-code.txt").read_text().strip()
    assert code in said
    if os.name == "posix":
        for name in ("secret.key", "guardians.key", "setup-code.txt"):
            assert (folder / name).stat().st_mode & 0o077 == 0, f"{name} is readable by others"
        assert folder.stat().st_mode & 0o077 == 0, "others can read the database"
    with urlopen(f"{address}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
    second = start("--data", str(folder), "--port", "0")
    _out, told = second.communicate(timeout=60)
    assert second.returncode == 2 and "already using" in told and len(told.strip().splitlines()) == 1, told
    assert end(process) == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows has no Ctrl-C for a child")
def test_a_broken_database_is_told_by_the_health_check_and_ctrl_c_ends_without_a_traceback(
    bare, tmp_path, refused
):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(bare, folder / "tracker.db")
    process = start("--data", str(folder), "--port", "0")
    address, _ = address_of(process)
    change(folder, "ALTER TABLE alembic_version RENAME TO away")
    with pytest.raises(HTTPError) as told:
        urlopen(f"{address}/healthz")
    assert told.value.code == 503
    told.value.close()
    process.send_signal(signal.SIGINT)
    _out, said = process.communicate(timeout=30)
    assert process.returncode == 0 and "Traceback" not in said
    change(
        folder,
        "ALTER TABLE away RENAME TO alembic_version",
        "UPDATE alembic_version SET version_num = '9999'",
    )
    assert "newer schema" in refused("--data", str(folder))


def change(folder: Path, *statements: str) -> None:
    engine = sa.create_engine(f"sqlite:///{folder / 'tracker.db'}")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_what_cannot_be_started_says_why_in_one_line(tmp_path, refused):
    (tmp_path / "file").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in refused("--data", str(tmp_path / "a"), "--port", port)
    assert "cannot be used" in refused("--data", str(tmp_path / "file" / "data"))
    assert "TRACKER_PORT" in refused(TRACKER_PORT="http")
    assert "demo school only" in refused("--data", str(tmp_path / "b"), TRACKER_NOW="2026-09-21T08:05")
    assert "on this computer only" in refused("--demo", "--host", "0.0.0.0")
    assert "is none" in refused("--demo", "--data", str(tmp_path / "a"))


def test_a_command_with_a_malformed_setting_is_refused_in_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "upgrade"], cwd=ROOT, text=True, capture_output=True,
        env=CLEAN | {"TRACKER_LANGUAGE": "klingon"}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and "Traceback" not in done.stderr and "TRACKER_LANGUAGE" in done.stderr


def test_the_everyday_start_loads_neither_pandas_nor_matplotlib(tmp_path):
    script = (
        "import sys; from tracker import create_app, schema; app = create_app({'DATA_DIR': sys.argv[1]});\n"
        "with app.app_context(): schema.upgrade()\n"
        "app.test_client().get('/healthz'); app.test_client().get('/login')\n"
        "print(sorted({'pandas', 'matplotlib', 'numpy', 'openpyxl', 'pypinyin'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        env=CLEAN,
        timeout=60,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_a_kept_demo_opens_as_a_demo_alone_and_at_its_own_time(app, tmp_path, refused):
    invoke(app, "demo", "--out", tmp_path / "demo", "--classes", 2, "--days", 5)
    assert "open it with --demo" in refused("--data", str(tmp_path / "demo"))
    process = start("--demo", "--data", str(tmp_path / "demo"), "--port", "0")
    address, said = address_of(process)
    assert "password demo" in said
    with urlopen(f"{address}/login") as page:
        assert "08:05" in page.read().decode()
    assert end(process) == 0
