"""What it takes to submit a class of 45, against a floor in the same run.

    python -m bench.submit [--rounds 60]

Application and floor take turns; both get the same bytes and keep the same rows, which is compared.
"""

import argparse
import logging
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from bench.floor import create_floor
from tests import cast
from tracker import clock, create_app, schema
from tracker.accounts.queries import user_named
from tracker.db import db
from tracker.school.models import Enrolment, SchoolClass, Student
from tracker.school.rules import Stage

PUPILS, WARM_UP, ROUNDS = 45, 5, 60
ENTRY_YEAR = 2021
WRITTEN = (
    "roster", "sheet", "sheet_version", "entry", "fever", "reading", "observation", "episode", "trail",
    "excuse",
)  # fmt: skip
NURSE = "nora"


class Unread(logging.Handler):
    """Makes a line of each request, as in earnest, and keeps none."""

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)


@dataclass(frozen=True)
class Form:
    """A filled-in sheet: where the application takes it, where the floor does, and its bytes."""

    path: str
    floor_path: str
    body: bytes


@dataclass(frozen=True)
class Found:
    """Milliseconds of each round, and the tables whose rows differ, which must be none."""

    application: list[float]
    floor: list[float]
    different: list[str]


@contextmanager
def school(folder: Path, classes: int) -> Iterator[tuple[Flask, list[Form]]]:
    """The tests' school with so many classes of 45 more, a sheet for each, and its clock stopped."""
    log, unread = logging.getLogger("tracker"), Unread()
    log.addHandler(unread)
    log.setLevel(logging.INFO)
    app = create_app({"DATA_DIR": str(folder), "DATABASE_URL": "", "TIMEZONE": "Asia/Shanghai"})
    clock.freeze(cast.NOW)
    try:
        with app.app_context():
            schema.upgrade()
            cast.furnish()
            forms = [_filled_in(number) for number in range(1, classes + 1)]
            db.session.commit()
            db.session.remove()
        yield app, forms
    finally:
        with app.app_context():
            db.engine.dispose()
        clock.freeze(None)
        log.removeHandler(unread)


def _filled_in(number: int) -> Form:
    """A new class, and its sheet: a fever with its retest, two with symptoms, one absent."""
    new = SchoolClass(stage=Stage.PRIMARY, entry_year=ENTRY_YEAR, number=number)
    children = [
        Student(number=f"B{number:02}{seat:02}", name=f"Child {number} {seat}", pinyin="child")
        for seat in range(1, PUPILS + 1)
    ]
    db.session.add_all([new, *children])
    db.session.flush()  # their ids
    db.session.add_all(
        Enrolment(student_id=child.id, starts=cast.TERM[0], class_id=new.id, seat=seat)
        for seat, child in enumerate(children, 1)
    )
    ids = [child.id for child in children]
    hot, coughs, aches, gone = ids[3], ids[11], ids[20], ids[34]
    fields = {"key": str(UUID(int=number)), "base": "0", "mode": "exceptions", "how": "looked"}
    fields["roster"] = ",".join(map(str, ids))
    for pupil in ids:
        fields |= {f"state-{pupil}": "normal", f"t1-{pupil}": "", f"t2-{pupil}": "", f"onset-{pupil}": ""}
    fields |= {f"t1-{hot}": "37.9", f"t2-{hot}": "38.1", f"state-{gone}": "absent:illness"}
    fields |= {f"sym-{coughs}": "cough", f"sym-{aches}": "headache"}
    where = f"{cast.TODAY}/arrival"
    return Form(f"/screening/{ENTRY_YEAR}-{number}/{where}", f"/{new.id}/{where}", urlencode(fields).encode())


def sign_in(app: Flask) -> tuple[FlaskClient, bytes]:
    """The nurse's device, come in through the sign-in page, and the token that her forms carry."""
    client = app.test_client()

    def token(path: str) -> str:
        page = client.get(path).get_data(as_text=True)
        return str(re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page)[0])

    fields = {"username": NURSE, "password": cast.PASSWORD, "csrf_token": token("/login")}
    assert client.post("/login", data=fields).status_code == 303
    return client, urlencode({"csrf_token": token("/account/password")}).encode()


def measure(folder: Path, rounds: int) -> Found:
    """Submit so many classes to the application and to the floor, in turns."""
    ours, theirs = folder / "school" / "tracker.db", folder / "floor.db"
    took: tuple[list[float], list[float]] = ([], [])
    with school(ours.parent, rounds + WARM_UP) as (app, forms):
        client, token = sign_in(app)
        with app.app_context():
            nurse = user_named(NURSE)
            assert nurse
        with closing(sqlite3.connect(ours)) as source:
            source.execute("VACUUM INTO ?", (str(theirs),))
        floor, database = create_floor(theirs, nurse.id)
        with closing(database):
            devices = client, floor.test_client()
            for number, form in enumerate(forms):
                for which in (0, 1) if number % 2 else (1, 0):
                    path = (form.path, form.floor_path)[which]
                    took[which].append(_send(devices[which], path, form.body + b"&" + token))
    kept, floors = rows(ours), rows(theirs)
    different = [table for table in WRITTEN if kept[table] != floors[table]]
    return Found(took[0][WARM_UP:], took[1][WARM_UP:], different)


def _send(client: FlaskClient, path: str, body: bytes) -> float:
    began = time.perf_counter()
    answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
    took = time.perf_counter() - began
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return took * 1000


def rows(path: Path) -> dict[str, list[dict[str, object]]]:
    """What the tables hold that a sheet writes, but for the numbers of requests."""
    found = {}
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        for table in WRITTEN:
            kept = [dict(row) for row in database.execute(f"SELECT * FROM {table}")]
            found[table] = sorted(({**row, "request_id": None} for row in kept), key=repr)
    return found


def main() -> None:
    """Measure, and say what was found; being slow is no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench.submit")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="tracker-bench-", ignore_cleanup_errors=True) as folder:
        found = measure(Path(folder), rounds)
    ours, floor = median(found.application), median(found.floor)
    print(f"Submit a class of {PUPILS}, median of {rounds} rounds")
    print(f"  application {ours:7.2f} ms")
    print(f"  floor       {floor:7.2f} ms")
    print(f"  ratio       {ours / floor:7.2f}")
    print(f"  rows        {'differ in ' + ', '.join(found.different) if found.different else 'the same'}")


if __name__ == "__main__":
    main()
