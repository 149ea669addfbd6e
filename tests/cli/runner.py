"""Running a command as somebody at the server does."""

from typing import Any

from flask import Flask

from tracker.db import db


def invoke(app: Flask, *words: Any, code: int = 0, **more: Any) -> str:
    """What a command prints; it ends with `code` and never with a traceback."""
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=[str(word) for word in words], **more)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    db.session.expire_all()
    return result.output
