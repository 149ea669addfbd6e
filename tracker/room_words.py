"""What the codes of the observation room, and of who is here now, are called; see `words.py`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from tracker.here.rules import Place
from tracker.room.rules import Room, RoomState, StayEnd, Trouble

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Any]] = {
    Room: {
        Room.MAIN: _l("Observation room"),
        Room.SPARE: _l("Spare observation room"),
        Room.NURSE: _l("Nurse's room"),
    },
    RoomState: {
        RoomState.FREE: _l("Free"),
        RoomState.OCCUPIED: _l("Occupied"),
        RoomState.TO_CLEAN: _l("Waiting for disinfection"),
    },
    Trouble: {
        Trouble.VOMITING: _l("Vomiting"),
        Trouble.FEVER: _l("Fever"),
        Trouble.RASH: _l("Rash"),
        Trouble.INJURY: _lp("trouble", "Injury"),
        Trouble.OTHER: _l("Something else"),
    },
    StayEnd: {
        StayEnd.FETCHED: _l("Fetched"),
        StayEnd.AMBULANCE: _l("Ambulance"),
        StayEnd.BACK_TO_CLASS: _l("Back to class"),
        StayEnd.NEVER_CAME: _l("Stayed in class"),
    },
    Place: {
        Place.PRESENT: _l("Present"),
        Place.ELSEWHERE: _l("Elsewhere for the school"),
        Place.ROOM: _l("With the nurse, or on the way"),
        Place.LEFT: _l("Left"),
        Place.NOT_HERE: _l("Not here yet"),
        Place.ABSENT: _l("Absent"),
        Place.UNKNOWN: _l("Nobody has said"),
    },
}
