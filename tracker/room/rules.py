"""The observation room: its codes.  No database, no web."""

from enum import StrEnum


class Room(StrEnum):
    """The observation room and its spare."""

    MAIN = "main"
    SPARE = "spare"


class Trouble(StrEnum):
    """What somebody saw who reports a child: the large buttons of the page."""

    VOMITING = "vomiting"
    FEVER = "fever"
    RASH = "rash"
    INJURY = "injury"
    OTHER = "other"


class StayEnd(StrEnum):
    """How a child left the observation room."""

    FETCHED = "fetched"
    AMBULANCE = "ambulance"
    BACK_TO_CLASS = "back_to_class"
    NEVER_CAME = "never_came"
    """Reported by mistake: the child was well and stayed in class."""
