"""Own devices that stay signed in for the term, and the PIN they ask for: the only writers of them."""

import secrets
from datetime import date, datetime
from hashlib import sha256

import sqlalchemy as sa
from werkzeug.security import check_password_hash, generate_password_hash

from tracker.accounts.models import Device, User
from tracker.audit import service as audit
from tracker.db import db


def token_hash(token: str) -> str:
    """What the database knows of what a device's cookie holds."""
    return sha256(token.encode()).hexdigest()


def keep_signed_in(at: datetime, user_id: int, name: str, today: date, ends_on: date) -> str:
    """Let a device stay signed in to a day; the token its cookie is to hold."""
    token = secrets.token_urlsafe(32)
    device = Device(
        user_id=user_id,
        token_hash=token_hash(token),
        name=name,
        signed_in_at=at,
        last_seen_on=today,
        ends_on=ends_on,
    )
    db.session.add(device)
    db.session.flush()  # its id
    audit.record(user_id, at, "account.keep_device", "device", device.id)
    return token


def note_seen(device_id: int, today: date) -> None:
    """Remember that a device was used on a day."""
    db.session.execute(sa.update(Device).where(Device.id == device_id).values(last_seen_on=today))


def revoke(by: int, at: datetime, device_id: int) -> None:
    """Sign a device out, wherever it lies; nothing where it is out already."""
    device = db.session.get_one(Device, device_id)
    if device.revoked_at is None:
        device.revoked_at = at
        audit.record(by, at, "account.revoke_device", "device", device_id)


def hash_pin(pin: str) -> str:
    """A PIN as it is stored."""
    return generate_password_hash(pin)


def set_pin(by: int, at: datetime, pin_hash: str) -> None:
    """One's own PIN, new or instead of a forgotten one."""
    db.session.get_one(User, by).pin_hash = pin_hash
    audit.record(by, at, "account.pin", "user", by)


def is_pin(user_id: int, pin: str) -> bool:
    """Whether a PIN is the person's own.  Reads only, and takes its time on purpose."""
    kept = db.session.scalar(sa.select(User.pin_hash).where(User.id == user_id))
    return kept is not None and check_password_hash(kept, pin)
