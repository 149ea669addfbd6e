"""How soon `python app.py` answers on an existing database, and how much memory it then idles with.

    python -m bench.start [--rounds 5]

Both are printed with the bound they are meant to keep.
"""

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from bench.submit import school

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
MOST_SECONDS, MOST_MEGABYTES = 2, 120


def start(folder: Path) -> tuple[float, float | None]:
    """Seconds until /healthz answers, and resident megabytes half a second later; None but on Linux."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--data", str(folder), "--port", str(port)]
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            while not _answers(port):
                if server.poll() is not None:
                    raise SystemExit(f"It did not start:\n{server.stderr.read() if server.stderr else ''}")
                time.sleep(0.01)
            took = time.perf_counter() - began
            time.sleep(0.5)
            return took, _megabytes(server.pid)
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _megabytes(pid: int) -> float | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def main() -> None:
    """Measure, and say what was found; being slow is no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench.start")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="tracker-bench-", ignore_cleanup_errors=True) as folder:
        with school(Path(folder), 1):
            pass
        found = [start(Path(folder)) for _ in range(rounds)]
    seconds = [took for took, _ in found]
    print(f"Start on an existing database, {rounds} times")
    print(f"  /healthz {median(seconds):6.2f} s, at best {min(seconds):.2f} s (bound {MOST_SECONDS} s)")
    if memory := [megabytes for _, megabytes in found if megabytes is not None]:
        print(f"  memory   {median(memory):6.0f} MB (bound {MOST_MEGABYTES} MB)")


if __name__ == "__main__":
    main()
