"""Making and changing accounts: the only writers of them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from werkzeug.security import check_password_hash, generate_password_hash

from tracker.accounts import queries
from tracker.accounts.models import Assignment, SignInFailure, User, UserRole
from tracker.accounts.rules import Duty, Refusal, Role
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected

# Checked when no account has the name, so that the answer takes as long either way.
_NOBODY = "scrypt:32768:8:1$nobody$" + "0" * 128


def hash_password(password: str) -> str:
    """A password as it is stored."""
    return generate_password_hash(password)


def opened_by(username: str, password: str) -> User | None:
    """The account these credentials open, or None.

    Reads only, and takes its time on purpose: asked before the transaction, so that nobody waits for it.
    """
    user = queries.user_named(username)
    right = check_password_hash(user.password_hash if user else _NOBODY, password)
    return user if user and right and user.disabled_at is None else None


def note_sign_in(at: datetime, user_id: int, username: str, address: str) -> None:
    """An account was opened: its earlier failures from this address are forgotten."""
    db.session.execute(
        sa.delete(SignInFailure).where(
            SignInFailure.username == queries.failing_name(username), SignInFailure.address == address
        )
    )
    audit.record(user_id, at, "account.sign_in", "user", user_id)


def note_failure(at: datetime, username: str, address: str) -> None:
    """Credentials, or the code of the set-up, opened nothing.  What is too old to count is forgotten."""
    forget_failures(at)
    db.session.add(SignInFailure(at=at, username=queries.failing_name(username), address=address[:64]))


def forget_failures(at: datetime) -> None:
    """Forget refused sign-ins after a day."""
    db.session.execute(sa.delete(SignInFailure).where(SignInFailure.at < at - timedelta(days=1)))


def create(
    by: int | None,
    at: datetime,
    *,
    username: str,
    name: str,
    password_hash: str,
    roles: Iterable[Role],
    language: str | None = None,
) -> User:
    """A new account with its roles.  Rejected if the name is taken."""
    if queries.user_named(username):
        raise Rejected(Refusal.USERNAME_TAKEN, "username")
    user = User(
        username=username.strip(),
        name=name.strip(),
        password_hash=password_hash,
        language=language,
        session_epoch=0,
    )
    db.session.add(user)
    db.session.flush()  # its id
    roles = sorted(set(roles))
    db.session.add_all(UserRole(user_id=user.id, role=role) for role in roles)
    audit.record(by, at, "account.create", "user", user.id, changes={"roles": [role.value for role in roles]})
    return user


def change_roles(by: int | None, at: datetime, user_id: int, name: str, roles: Iterable[Role]) -> None:
    """Give an account exactly these roles, and its person this name."""
    roles = set(roles)
    if Role.ADMIN not in roles and not queries.other_administrators(user_id):
        raise Rejected(Refusal.LAST_ADMINISTRATOR, "roles")
    user = db.session.get_one(User, user_id)
    before = set(db.session.scalars(sa.select(UserRole.role).where(UserRole.user_id == user_id)))
    db.session.execute(
        sa.delete(UserRole).where(UserRole.user_id == user_id, UserRole.role.in_(before - roles))
    )
    db.session.add_all(UserRole(user_id=user_id, role=role) for role in roles - before)
    user.name = name.strip()
    audit.record(
        by, at, "account.roles", "user", user_id, changes={"from": sorted(before), "to": sorted(roles)}
    )


def set_password(by: int | None, at: datetime, user_id: int, password_hash: str) -> User:
    """A new password; every device signed in with the old one must sign in again.  The PIN is forgotten."""
    user = db.session.get_one(User, user_id)
    user.password_hash = password_hash
    user.pin_hash = None
    user.session_epoch += 1
    audit.record(by, at, "account.password", "user", user_id)
    return user


def change_own_password(by: int, at: datetime, old: str, password_hash: str) -> User:
    """One's own new password.  Rejected if the old one is wrong."""
    user = db.session.get_one(User, by)
    if not check_password_hash(user.password_hash, old):
        raise Rejected(Refusal.WRONG_PASSWORD, "old")
    return set_password(by, at, by, password_hash)


def set_disabled(by: int | None, at: datetime, user_id: int, disabled: bool) -> None:
    """Close an account, which ends its sessions at once, or open it again; nothing where it is so already."""
    if disabled and not queries.other_administrators(user_id):
        raise Rejected(Refusal.LAST_ADMINISTRATOR)
    user = db.session.get_one(User, user_id)
    if (user.disabled_at is not None) == disabled:
        return
    user.disabled_at = at if disabled else None
    user.session_epoch += 1
    audit.record(by, at, "account.disable" if disabled else "account.enable", "user", user_id)


def set_language(by: int, at: datetime, language: str) -> None:
    """The language of one's own account, wherever it signs in."""
    db.session.get_one(User, by).language = language
    audit.record(by, at, "account.language", "user", by, changes={"to": language})


def assign(
    by: int | None,
    at: datetime,
    user_id: int,
    what: Duty,
    *,
    class_id: int | None = None,
    entry_year: int | None = None,
    department_id: int | None = None,
    starts: date,
    ends: date | None = None,
) -> Assignment:
    """Give a person a duty from a day on, in the place its kind asks for: see `PLACE_OF`.

    A class has one homeroom teacher at a time.
    """
    if ends and ends < starts:
        raise Rejected(Refusal.ENDS_BEFORE_START, "ends")
    if what is Duty.HOMEROOM and db.session.scalar(
        sa.select(
            sa.exists().where(
                Assignment.what == Duty.HOMEROOM,
                Assignment.class_id == class_id,
                sa.or_(Assignment.ends.is_(None), Assignment.ends >= starts),
                sa.true() if ends is None else Assignment.starts <= ends,
            )
        )
    ):
        raise Rejected(Refusal.CLASS_HAS_HOMEROOM, "homeroom")
    duty = Assignment(
        user_id=user_id,
        what=what,
        class_id=class_id,
        entry_year=entry_year,
        department_id=department_id,
        starts=starts,
        ends=ends,
    )
    db.session.add(duty)
    db.session.flush()  # its id
    changes = {"user": user_id, "what": what.value}
    audit.record(by, at, "account.assign", "assignment", duty.id, changes=changes)
    return duty


def end_assignment(by: int | None, at: datetime, assignment_id: int, last_day: date) -> None:
    """End a duty on a day; one that has not begun by then is removed.

    Rejected if it ends earlier: somebody else may have the class since.
    """
    duty = db.session.get_one(Assignment, assignment_id)
    if duty.ends is not None and last_day > duty.ends:
        raise Rejected(Refusal.ENDED_BEFORE, "last_day", day=duty.ends)
    audit.record(by, at, "account.unassign", "assignment", duty.id, changes={"user": duty.user_id})
    if duty.starts > last_day:
        db.session.delete(duty)
    else:
        duty.ends = last_day
