"""What the codes of disinfection that cannot wait are called."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.disinfection.event_rules import DisinfectionKind, EventPlace, EventState

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Any]] = {
    EventPlace: {
        EventPlace.FLOOR: _l("Spill (vomit)"),
        EventPlace.ROOM: _l("After a stay"),
        EventPlace.DESK: _l("One desk and its neighbours"),
    },
    EventState: {
        EventState.TO_TREAT: _l("To be treated now"),
        EventState.BEGUN: _l("Being treated"),
        EventState.AIRING: _l("Treated, being aired"),
        EventState.DONE: _l("Treated"),
    },
    DisinfectionKind: {
        DisinfectionKind.PREVENTIVE: _l("Preventive disinfection"),
        DisinfectionKind.ON_THE_SPOT: _l("On-the-spot disinfection"),
        DisinfectionKind.TERMINAL: _l("Terminal disinfection"),
    },
}
