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
    language: Mapped[str | None] = mapped_column(sa.String(16))
    disabled_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("uq_user_username_lower", sa.text("lower(username)"), unique=True),)


class UserRole(Model):
    """A role a person holds."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


class Assignment(Model):
    """A person's duty in a class or a department, from a day to a day (both included)."""

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    what: Mapped[Duty]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    starts: Mapped[date]
    ends: Mapped[date | None]

    __table_args__ = (
        sa.CheckConstraint("(class_id IS NULL) <> (department_id IS NULL)", name="one_place"),
        sa.CheckConstraint("ends IS NULL OR ends >= starts", name="order"),
        sa.Index(
            "uq_assignment_open_homeroom",
            "class_id",
            unique=True,
            sqlite_where=sa.text("what = 'homeroom' AND ends IS NULL"),
            postgresql_where=sa.text("what = 'homeroom' AND ends IS NULL"),
        ),
    )


class SignInFailure(Model):
    """One refused sign-in: what was typed as the name, and from where."""

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(index=True)
    username: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))
