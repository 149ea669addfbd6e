"""Accounts, their roles, what they are assigned to, and failed sign-ins."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.accounts.rules import Duty, Role
from tracker.db import Model, pk


class User(Model):
    """One person's account."""

    id: Mapped[pk]
    username: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(64))
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Grows when every signed-in device must sign in again."""
    pin_hash: Mapped[str | None] = mapped_column(sa.String(255))
    """Of the short PIN that a device signed in for the term asks for again."""
    language: Mapped[str | None] = mapped_column(sa.String(16))
    disabled_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("uq_user_username_lower", sa.text("lower(username)"), unique=True),)


class UserRole(Model):
    """A role a person holds."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


class Assignment(Model):
    """A person's duty in a class, grade, department or the school, from a day to a day: both included."""

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    what: Mapped[Duty]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"), index=True)
    entry_year: Mapped[int | None]
    """Of the grade a person heads."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    starts: Mapped[date]
    ends: Mapped[date | None]

    __table_args__ = (
        sa.CheckConstraint(
            "(class_id IS NOT NULL) = (what IN ('homeroom', 'deputy', 'stand_in'))"
            " AND (entry_year IS NOT NULL) = (what = 'grade_head')"
            " AND (department_id IS NOT NULL) = (what = 'department')",
            name="place",
        ),
        sa.CheckConstraint("ends IS NULL OR ends >= starts", name="order"),
        sa.Index(
            "uq_assignment_open_homeroom",
            "class_id",
            unique=True,
            sqlite_where=sa.text("what = 'homeroom' AND ends IS NULL"),
            postgresql_where=sa.text("what = 'homeroom' AND ends IS NULL"),
        ),
    )


class Device(Model):
    """A person's own phone that stays signed in for the term, known by the hash of what its cookie holds."""

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    signed_in_at: Mapped[datetime]
    last_seen_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day it may be used without the password."""
    revoked_at: Mapped[datetime | None]


class SignInFailure(Model):
    """One refused sign-in: what was typed as the name, and from where."""

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(index=True)
    username: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))
