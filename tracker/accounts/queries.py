"""Reading accounts.  Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.accounts.models import Assignment, Device, SignInFailure, User, UserRole
from tracker.accounts.rules import CLASS_DUTIES, FAILURE_WINDOW_MINUTES, Duty, Identity, Role, is_locked
from tracker.db import built_once, db
from tracker.school.models import SchoolClass


def identity_of(user_id: int, epoch: int, today: date, *, token_hash: str | None = None) -> Identity | None:
    """Who a signed-in device belongs to; None if it must sign in again.

    `token_hash` is what an own device is known by that stays signed in: it must not be revoked or over.
    One statement; a grade head's takes one more.  A class without a teacher belongs to the grade head.
    """
    asked = {"user_id": user_id, "epoch": epoch} | ({"token_hash": token_hash} if token_hash else {})
    rows = db.session.execute(_signed_in(today, bool(token_hash)), asked).all()
    if not rows:
        return None
    user: User = rows[0][0]
    grades = frozenset(row.entry_year for row in rows if row.what is Duty.GRADE_HEAD)
    classes = frozenset(row.class_id for row in rows if row.what in CLASS_DUTIES)
    return Identity(
        user_id=user.id,
        username=user.username,
        name=user.name,
        roles=frozenset(row.role for row in rows if row.role),
        classes=classes | _without_teacher(grades, today) if grades else classes,
        departments=frozenset(row.department_id for row in rows if row.what is Duty.DEPARTMENT),
        duties=frozenset(row.what for row in rows if row.what),
        grades=grades,
        language=user.language,
        device_id=rows[0].device_id,
    )


@built_once
def _signed_in(today: date, on_own_device: bool) -> "sa.Select[*tuple[Any, ...]]":
    """The account `user_id` in its `epoch`, once for each role and duty; on the device with `token_hash`."""
    on_duty = sa.and_(
        Assignment.user_id == User.id,
        Assignment.starts <= today,
        sa.or_(Assignment.ends.is_(None), Assignment.ends >= today),
    )
    holds = sa.and_(
        Device.token_hash == sa.bindparam("token_hash"),
        Device.user_id == User.id,
        Device.revoked_at.is_(None),
        Device.ends_on >= today,
    )
    query = (
        sa.select(
            User,
            UserRole.role,
            Assignment.what,
            Assignment.class_id,
            Assignment.entry_year,
            Assignment.department_id,
            Device.id.label("device_id") if on_own_device else sa.null().label("device_id"),
        )
        .select_from(User)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .outerjoin(Assignment, on_duty)
        .where(
            User.id == sa.bindparam("user_id"),
            User.session_epoch == sa.bindparam("epoch"),
            User.disabled_at.is_(None),
        )
    )
    return query.join(Device, holds) if on_own_device else query


def _without_teacher(entry_years: Collection[int], today: date) -> frozenset[int]:
    """The classes of these grades that nobody is assigned to today: their grade head's."""
    assigned = sa.exists().where(
        Assignment.class_id == SchoolClass.id,
        Assignment.starts <= today,
        sa.or_(Assignment.ends.is_(None), Assignment.ends >= today),
    )
    return frozenset(
        db.session.scalars(
            sa.select(SchoolClass.id).where(SchoolClass.entry_year.in_(entry_years), sa.not_(assigned))
        )
    )


def user_named(username: str) -> User | None:
    """The account with this name, however its letters are cased."""
    return db.session.scalars(
        sa.select(User).where(sa.func.lower(User.username) == username.strip().lower())
    ).one_or_none()


def failing_name(username: str) -> str:
    """What was typed as the name, as failures keep it."""
    return username.strip().lower()[:64]


def is_locked_out(username: str, address: str, now: datetime) -> bool:
    """Whether failed sign-ins of the last minutes refuse the next one, for this name and address."""
    same_name = SignInFailure.username == failing_name(username)
    same_address = SignInFailure.address == address
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(sa.and_(same_name, same_address)),
            sa.func.count().filter(same_name),
            sa.func.count().filter(same_address),
        ).where(SignInFailure.at > now - timedelta(minutes=FAILURE_WINDOW_MINUTES))
    ).one()
    return is_locked(pair=row[0], account=row[1], address=row[2])


def any_account() -> bool:
    """Whether the school was set up."""
    return db.session.scalar(sa.select(sa.exists().where(User.id.is_not(None)))) or False


@dataclass(frozen=True)
class Account:
    """An account as the list of accounts shows it."""

    user: User
    roles: tuple[Role, ...]
    assignments: tuple[Assignment, ...]


def accounts(today: date, *, only: int | None = None) -> list[Account]:
    """All accounts by name, or one, with their roles and what they are assigned to now or later."""
    these = sa.true() if only is None else User.id == only
    users = db.session.scalars(
        sa.select(User).where(these).order_by(User.disabled_at.is_not(None), User.username)
    ).all()
    roles: dict[int, list[Role]] = {}
    for row in db.session.scalars(sa.select(UserRole).join(User, User.id == UserRole.user_id).where(these)):
        roles.setdefault(row.user_id, []).append(row.role)
    duties: dict[int, list[Assignment]] = {}
    for duty in db.session.scalars(
        sa.select(Assignment)
        .join(User, User.id == Assignment.user_id)
        .where(these, sa.or_(Assignment.ends.is_(None), Assignment.ends >= today))
        .order_by(Assignment.starts, Assignment.id)
    ):
        duties.setdefault(duty.user_id, []).append(duty)
    order = list(Role)
    return [
        Account(user, tuple(sorted(roles.get(user.id, []), key=order.index)), tuple(duties.get(user.id, [])))
        for user in users
    ]


def account(user_id: int, today: date) -> Account | None:
    """One account."""
    return next(iter(accounts(today, only=user_id)), None)


def assignment(assignment_id: int) -> Assignment | None:
    """One duty of a person."""
    return db.session.get(Assignment, assignment_id)


def other_administrators(user_id: int) -> bool:
    """Whether somebody else can administer the accounts."""
    return (
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    UserRole.role == Role.ADMIN,
                    UserRole.user_id != user_id,
                    User.id == UserRole.user_id,
                    User.disabled_at.is_(None),
                )
            )
        )
        or False
    )


def user_with(user_id: int) -> User | None:
    """An account by its id."""
    return db.session.get(User, user_id)


def without_homeroom(classes: list[SchoolClass], day: date) -> list[SchoolClass]:
    """Those of some classes that nobody is homeroom teacher of on a day."""
    taken = homeroom_names([one.id for one in classes], day)
    return [one for one in classes if one.id not in taken]


def homeroom_names(class_ids: list[int], day: date) -> dict[int, str]:
    """The homeroom teacher's name of each class on a day."""
    rows = db.session.execute(
        sa.select(Assignment.class_id, User.name)
        .join(User, User.id == Assignment.user_id)
        .where(
            Assignment.what == Duty.HOMEROOM,
            Assignment.class_id.in_(class_ids),
            Assignment.starts <= day,
            sa.or_(Assignment.ends.is_(None), Assignment.ends >= day),
        )
    )
    return {row.class_id: row.name for row in rows if row.class_id}


def devices(user_id: int, today: date) -> list[Device]:
    """A person's own devices that are signed in, the newest first."""
    return list(
        db.session.scalars(
            sa.select(Device)
            .where(Device.user_id == user_id, Device.revoked_at.is_(None), Device.ends_on >= today)
            .order_by(Device.signed_in_at.desc())
        )
    )


def device(device_id: int) -> Device | None:
    """One device that stays signed in."""
    return db.session.get(Device, device_id)


def has_pin(user_id: int) -> bool:
    """Whether a person has set a PIN."""
    return db.session.scalar(sa.select(User.pin_hash).where(User.id == user_id)) is not None
