"""The first start of a school: the one-time code, and everything a new school begins with."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tracker import datafolder
from tracker.absence import return_service as returns
from tracker.accounts import queries as account_queries
from tracker.accounts import service as accounts
from tracker.accounts.rules import Role
from tracker.audit import service as audit
from tracker.errors import Rejected
from tracker.school import service as school
from tracker.screening import service as screening
from tracker.setup.rules import Refusal

CODE_FILE = "setup-code.txt"
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another


@dataclass(frozen=True)
class Beginning:
    """What a new school begins with."""

    school: str
    username: str
    name: str
    password_hash: str
    term: str
    starts: date
    ends: date


def setup_code(folder: Path) -> str:
    """The code that opens the set-up page, made once and kept readable for the owner alone.

    Empty, and forgotten, once there is an account.
    """
    if account_queries.any_account():
        forget_code(folder)
        return ""
    return datafolder.kept(folder / CODE_FILE, _new_code)


def _new_code() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def opens(folder: Path, typed: str) -> bool:
    """Whether what was typed is the code, however its letters are cased and parted."""

    def plain(code: str) -> bytes:
        return "".join(c for c in code.upper() if c.isalnum()).encode()

    return hmac.compare_digest(plain(setup_code(folder)), plain(typed))


def forget_code(folder: Path) -> None:
    """The code opens nothing any more."""
    (folder / CODE_FILE).unlink(missing_ok=True)


def set_up(by: None, at: datetime, today: date, beginning: Beginning) -> None:
    """Make the administrator, the school's name, its term, and what every school begins with.

    Rejected if there is an account already, or if the term cannot be taken.
    """
    if account_queries.any_account():
        raise Rejected(Refusal.ALREADY_SET_UP)
    administrator = accounts.create(
        by,
        at,
        username=beginning.username,
        name=beginning.name,
        password_hash=beginning.password_hash,
        roles=[Role.ADMIN],
    )
    first = min(today, beginning.starts)
    school.set_school_name(administrator.id, at, first, beginning.school)
    school.add_term(administrator.id, at, beginning.term, beginning.starts, beginning.ends)
    screening.ship_defaults(administrator.id, at, first)
    returns.ship_defaults(administrator.id, at, first)
    audit.record(administrator.id, at, "school.set_up", "school", None)
