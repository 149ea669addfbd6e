"""Why a school is not set up.  No database, no web."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a school is not set up."""

    ALREADY_SET_UP = "already_set_up"
    WRONG_CODE = "wrong_code"
