"""The floor: a bare Flask view over `sqlite3` that keeps the same rows of a sheet, with the same durability.

It knows nobody, checks nothing, reads nothing, and is told what the application has to find out.
"""

import os
import sqlite3
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000")
AT, DEADLINE, FIRST_CALL = (f"2026-09-21 {time}:00.000000" for time in ("00:05", "00:25", "04:00"))
"""08:05, 08:25 and 12:00 at the school."""


def create_floor(path: Path, user_id: int) -> tuple[Flask, sqlite3.Connection]:
    """The bare application over a database that has the application's schema, and its one connection."""
    app = Flask("floor")
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        database.execute(f"PRAGMA {pragma}")

    @app.post("/<int:class_id>/<day>/<session>")
    def sheet(class_id: int, day: str, session: str) -> Response:
        database.execute("BEGIN IMMEDIATE")
        _keep(database, user_id, class_id, day, session)
        database.execute("COMMIT")
        return redirect(f"/{class_id}/{day}/{session}/1", 303)

    return app, database


def _keep(database: sqlite3.Connection, user_id: int, class_id: int, day: str, session: str) -> None:
    form = request.form
    members = [int(text) for text in form["roster"].split(",")]
    fevers: dict[int, list[int]] = {}
    ill: dict[int, list[str]] = {}
    absent: dict[int, str] = {}
    for pupil in members:
        if first := form[f"t1-{pupil}"]:
            fevers[pupil] = [int(text.replace(".", "")) for text in (first, form[f"t2-{pupil}"])]
        if symptoms := form.getlist(f"sym-{pupil}"):
            ill[pupil] = symptoms
        if (state := form[f"state-{pupil}"]) != "normal":
            absent[pupil] = state.partition(":")[2]
    listed = f"[{', '.join(map(str, members))}]"
    [roster_id] = database.execute(
        "INSERT INTO roster (digest, members) VALUES (?, ?) RETURNING id",
        (sha256(listed.encode()).hexdigest(), listed),
    ).fetchone()
    [sheet_id] = database.execute(
        "INSERT INTO sheet (class_id, day, session, head) VALUES (?, ?, ?, 1) RETURNING id",
        (class_id, day, session),
    ).fetchone()
    database.execute(
        'INSERT INTO sheet_version (sheet_id, no, roster_id, at, "by", kind, how, plan_from, deadline,'
        " expected, checked, absent, not_here, away, in_room, left_early, unset, fever, symptomatic, key)"
        " VALUES (?, 1, ?, ?, ?, 'submit', ?, '2026-09-01', ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?, ?)",
        (
            sheet_id, roster_id, AT, user_id, form["how"], DEADLINE, len(members), len(members) - len(absent),
            len(absent), len(fevers), len(ill), UUID(form["key"]).hex,
        ),
    )  # fmt: skip
    database.executemany(
        "INSERT INTO entry (sheet_id, student_id, since_no, state, reason) VALUES (?, ?, 1, ?, ?)",
        [(sheet_id, pupil, "measured", None) for pupil in fevers]
        + [(sheet_id, pupil, "symptomatic", None) for pupil in ill]
        + [(sheet_id, pupil, "absent", reason) for pupil, reason in absent.items()],
    )
    chains = {
        pupil: database.execute(
            "INSERT INTO fever (student_id, day, source, source_id, state, opened_at, decided_at, decided_by)"
            " VALUES (?, ?, 'sheet', ?, 'confirmed', ?, ?, ?) RETURNING id",
            (pupil, day, sheet_id, AT, AT, user_id),
        ).fetchone()[0]
        for pupil in fevers
    }
    database.executemany(
        'INSERT INTO reading (student_id, taken_at, seq, tenths, site, device, "by", sheet_id, fever_id)'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (pupil, AT, seq, tenths, site, device, user_id, sheet_id, chains[pupil])
            for pupil, (first, retest) in fevers.items()
            for seq, tenths, site, device in (
                (1, first, "forehead", "infrared"),
                (2, retest, "axillary", "electronic"),
            )
        ],
    )
    facts: list[tuple[int, str, str | None, int | None]] = [
        *((pupil, "fever", None, max(found)) for pupil, found in fevers.items()),
        *((pupil, "symptom", code, None) for pupil, codes in ill.items() for code in codes),
        *((pupil, "ill_absence", reason, None) for pupil, reason in absent.items()),
    ]
    database.executemany(
        'INSERT INTO observation (student_id, kind, code, tenths, "on", onset_on, known_at, recorded_at,'
        " source_kind, source_id, source_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sheet', ?, 1)",
        [(*fact, day, day, AT, AT, sheet_id) for fact in facts],
    )
    database.executemany(
        "INSERT INTO episode (student_id, class_id, first_on, first_half, last_absent_on, state, reason,"
        " due_at, opened_at) VALUES (?, ?, ?, 'morning', ?, 'open', ?, ?, ?)",
        [(pupil, class_id, day, day, reason, FIRST_CALL, AT) for pupil, reason in absent.items()],
    )
    told = f'{{"no": 1, "students": {sorted([*fevers, *ill, *absent])}}}'
    database.execute(
        'INSERT INTO trail (at, "by", via, deed, kind, subject_id, request_id, changes)'
        " VALUES (?, ?, 'page', 'screening.submit', 'sheet', ?, ?, ?)",
        (AT, user_id, sheet_id, os.urandom(4).hex(), told),
    )
    database.executemany(
        'INSERT INTO excuse (class_id, day, duty, code, "by", at) VALUES (?, ?, ?, ?, ?, ?)',
        [(class_id, day, duty, "care", user_id, AT) for duty in ("arrival", "morning")],
    )
