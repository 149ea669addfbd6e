"""Reads every line the application logs while the tests run, as the JSON a school's log file would hold."""

import json
import logging
import re

from tests.cast import PASSWORD, PEOPLE
from tests.privacy.life import WORDS
from tracker.requestlog import JsonLines

NAMES = (*(name for name, _, _ in PEOPLE.values()), *WORDS, PASSWORD, "Child ")
SECRETS = {
    "a name": re.compile("|".join(map(re.escape, NAMES))),
    # Our lines are English: whatever is Chinese was typed by somebody.
    "Chinese text": re.compile(r"[\u3400-\u9fff]"),
    "a phone": re.compile(r"(?<!\d)1[3-9]\d([ -]?\d{4}){2}(?!\d)"),
    "a student's or an identity number": re.compile(r"\bT20\d{5}\b|(?<!\d)\d{17}[\dXx]\b"),
    "a temperature": re.compile(r"(?<![\d.])(3[2-9]|4[0-3])[.,]\d(?![\d.])|℃|(?<=[(\[, ])3[5-9]\d(?=[,)\]])"),
    "a token": re.compile(r"(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])\b[\w-]{24,}|(?<!\w)[0-9a-f]{24,}|gAAAA|scrypt:|pbkdf2:"),
    "a form's key": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}  # fmt: skip
OUR_NUMBERS = {"at", "ms", "status", "statements", "user", "request"}


class LogWatch(logging.Handler):
    """Keeps what no line may hold, by what it is."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonLines())
        self.lines, self.leaks = 0, list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += 1
        self.leaks += leaks_of(self.format(record))


def leaks_of(line: str) -> list[str]:
    """What a line of the log must not hold."""
    told = json.loads(line)
    if "request" in told:
        # Milliseconds and counts stand in the message too, in their places.
        told["message"] = re.sub(r" \d+ \d+ms \d+ statements user (\d+|-)$", "", told["message"])
    texts = [str(value) for name, value in told.items() if name not in OUR_NUMBERS]
    return [f"{what}: {line}" for what, shape in SECRETS.items() if any(shape.search(text) for text in texts)]
