"""The data folder: the keys kept there, and the lock that lets one server use it."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from filelock import FileLock, Timeout
from flask import Flask, current_app

from tracker.config import SettingError


class FolderError(SettingError):
    """The data folder cannot be used; the message is one line for whoever runs the server."""


def init_app(app: Flask) -> None:
    """Make the folder and its keys where they are missing."""
    folder: Path = app.config["DATA_DIR"]
    os.umask(0o077)  # health data and keys are written here: nobody else on the computer reads them
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o700)
        app.config["SECRET_KEY"] = kept(folder / "secret.key", lambda: secrets.token_hex(32))
        if not app.config["SECRET_KEY"]:
            raise ValueError
        app.config["GUARDIAN_KEY"] = _guardian_key(folder / "guardians.key")
    except ValueError:
        raise FolderError(
            f"{folder / 'secret.key'} is damaged: remove it; everybody then signs in again, nothing else"
        ) from None
    except OSError as problem:
        raise FolderError(f"The data folder {folder} cannot be used: {problem.strerror}") from None


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text of a file only its owner can read, made at the first call."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made := make())
    except OSError:
        path.unlink()  # a key cut off by a full disk would be taken for one
        raise
    return made


def _guardian_key(path: Path) -> str:
    """The key of guardians' names and phones in a file, made at the first call."""
    try:
        key = kept(path, lambda: Fernet.generate_key().decode())
        Fernet(key)
    except ValueError:
        raise FolderError(
            f"{path} is no key: put its copy back. Where there is none, move it away: all but guardians' "
            "names and phones can be read without it"
        ) from None
    return key


def can_read(stored: str) -> bool:
    """Whether the key is here that a stored value was encrypted with."""
    return stored.partition(":")[0] in key_ids()


def shown(stored: str) -> str:
    """What `encrypt` was given, for a page: where its key is lost, four question marks stand in its place."""
    return decrypt(stored) if can_read(stored) else "????"


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Use a folder alone; whoever has it may take it again.  Raises FolderError where another has it."""
    taken = FileLock(folder / "server.lock", is_singleton=True)
    try:
        taken.acquire(timeout=0)
    except Timeout:
        raise FolderError(f"A server is already using the data folder {folder}: stop it first") from None
    except OSError as problem:
        raise FolderError(f"The data folder {folder} cannot be used: {problem.strerror}") from None
    try:
        yield
    finally:
        taken.release()


def encrypt(plain: str) -> str:
    """A guardian's name or phone as it is stored: the key's id, then the token."""
    return _encrypted(current_app.config["GUARDIAN_KEY"], plain)


def decrypt(stored: str) -> str:
    """What `encrypt` was given, by whichever key the value names."""
    key_id, _, token = stored.partition(":")
    key = current_app.config["GUARDIAN_KEY"]
    if key_id != _key_id(key):
        # Another process may have changed the key since, or be about to.
        key = next((one for one in _keys_there() if _key_id(one) == key_id), key)
    return Fernet(key).decrypt(token.encode()).decode()


def key_ids() -> set[str]:
    """The ids of the keys that are here: what was encrypted with another cannot be read."""
    return {_key_id(key) for key in (current_app.config["GUARDIAN_KEY"], *_keys_there())}


def phone_hash(phone: str) -> str:
    """A keyed hash of a phone's digits: finds the same number without reading any."""
    return _phone_hash(current_app.config["GUARDIAN_KEY"], phone)


class NewKey:
    """A new key that takes the place of the one in use once everything is encrypted with it.

    Until then both files stand in the folder and either's values can be read, so that whoever is
    interrupted at any moment loses nothing and runs it again.
    """

    def __init__(self) -> None:
        self._file = _key_files()[1]
        self._key = _guardian_key(self._file)

    def is_of(self, stored: str) -> bool:
        """Whether a value is encrypted with the new key already."""
        return stored.partition(":")[0] == _key_id(self._key)

    def encrypt(self, plain: str) -> str:
        """A value, encrypted with the new key."""
        return _encrypted(self._key, plain)

    def phone_hash(self, phone: str) -> str:
        """The hash of a phone's digits, by the new key."""
        return _phone_hash(self._key, phone)

    def take_over(self) -> None:
        """Forget the old key: nothing needs it any longer."""
        os.replace(self._file, _key_files()[0])
        current_app.config["GUARDIAN_KEY"] = self._key


def _key_files() -> tuple[Path, Path]:
    folder: Path = current_app.config["DATA_DIR"]
    return folder / "guardians.key", folder / "guardians.key.new"


def _keys_there() -> list[str]:
    return [path.read_text(encoding="ascii").strip() for path in _key_files() if path.exists()]


def _encrypted(key: str, plain: str) -> str:
    return f"{_key_id(key)}:{Fernet(key).encrypt(plain.encode()).decode()}"


def _phone_hash(key: str, phone: str) -> str:
    digits = "".join(c for c in phone if c.isdigit())
    return hmac.new(base64.urlsafe_b64decode(key), digits.encode(), hashlib.sha256).hexdigest()


def _key_id(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]
