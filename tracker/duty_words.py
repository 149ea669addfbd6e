"""What the codes of disinfection and assessment are called; see `words.py`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.assessment.rules import DutyKind, Indicator, Outcome, RankingGroup, Standing
from tracker.disinfection.day_rules import Days
from tracker.disinfection.rules import (
    Agent,
    Group,
    ItemResult,
    Method,
    NotDoneReason,
    ObjectKind,
    TaskState,
    ZoneType,
)

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Any]] = {
    ZoneType: {
        ZoneType.CLASSROOM: _l("Classroom"),
        ZoneType.SPECIAL_ROOM: _l("Special room"),
        ZoneType.CORRIDOR: _l("Corridor and stairs"),
        ZoneType.OFFICE: _l("Office"),
        ZoneType.HALL: _l("Assembly hall"),
        ZoneType.LIBRARY: _l("Library"),
        ZoneType.TOILET: _l("Toilets"),
        ZoneType.WATER: _l("Drinking and washing place"),
        ZoneType.CANTEEN: _l("Canteen"),
        ZoneType.GATE: _l("Gate"),
        ZoneType.OBSERVATION_ROOM: _l("Observation room"),
        ZoneType.NURSE_ROOM: _l("Nurse's room"),
        ZoneType.GYM: _l("Sports equipment"),
        ZoneType.DORMITORY: _l("Dormitory"),
        ZoneType.BUS: _l("School bus"),
        ZoneType.WASTE: _l("Waste point"),
    },
    ObjectKind: {
        ObjectKind.AIR: _l("Air"),
        ObjectKind.FLOOR: _l("Floor"),
        ObjectKind.DESKS: _l("Desks and chairs"),
        ObjectKind.HANDLES: _l("Handles, switches, sills"),
        ObjectKind.RAILS: _l("Rails"),
        ObjectKind.TAPS: _l("Taps"),
        ObjectKind.TOILETS: _l("Toilet bowls"),
        ObjectKind.KEYBOARDS: _l("Keyboards and phones"),
        ObjectKind.SEATS: _l("Seats"),
        ObjectKind.TABLES: _l("Tables and counters"),
        ObjectKind.TABLEWARE: _l("Tableware"),
        ObjectKind.BINS: _l("Bins"),
        ObjectKind.COUCH: _l("Couch"),
        ObjectKind.EQUIPMENT: _l("Equipment"),
        ObjectKind.PESTS: _l("Mosquitoes and flies, grounds"),
    },
    Days: {
        Days.SCHOOL: _l("School days, by weekday"),
        Days.ROTA: _l("School days, by the rota of grades"),
        Days.OFF: _l("Days without school, by weekday"),
        Days.BEFORE_TERM: _l("Before lessons begin again"),
    },
    Method: {
        Method.AIRING: _l("Ventilate"),
        Method.WET_CLEANING: _l("Damp cleaning"),
        Method.WIPE: _l("Wipe"),
        Method.MOP: _l("Mop"),
        Method.SPRAY: _l("Spray"),
        Method.SOAK: _l("Soak"),
        Method.BOIL: _l("Boil or steam"),
        Method.LAMP: _l("Ultraviolet light"),
    },
    Agent: {
        Agent.NONE: _l("No agent"),
        Agent.CHLORINE: _l("Chlorine"),
        Agent.ALCOHOL: _l("Alcohol, 75 per cent"),
        Agent.INSECTICIDE: _l("Insecticide"),
    },
    ItemResult: {
        ItemResult.DONE: _l("Done"),
        ItemResult.NOT_DONE: _l("Not done"),
        ItemResult.NOT_APPLICABLE: _l("Not applicable"),
    },
    NotDoneReason: {
        NotDoneReason.NO_AGENT: _l("Disinfectant not handed out"),
        NotDoneReason.ROOM_IN_USE: _l("Room in use"),
        NotDoneReason.NO_WATER_OR_POWER: _l("No water or power"),
        NotDoneReason.TOOL_BROKEN: _l("Tool broken"),
        NotDoneReason.PLACE_CLOSED: _l("Place closed"),
        NotDoneReason.SEVERE_WEATHER: _l("Not ventilated: severe weather"),
        NotDoneReason.STUDENTS_PRESENT: _l("Students present, no agent used"),
        NotDoneReason.SHORT_OF_HANDS: _l("Short of hands"),
        NotDoneReason.FORGOTTEN: _l("Forgotten"),
        NotDoneReason.OTHER: _l("Other"),
    },
    TaskState: {
        TaskState.SOON: _l("Not open yet"),
        TaskState.DUE: _l("To be done"),
        TaskState.OVERDUE: _l("Past its time"),
        TaskState.DONE: _l("Done on time"),
        TaskState.LATE: _l("Done late"),
        TaskState.NOT_DONE: _l("Not done"),
        TaskState.VERIFIED: _l("Verified"),
        TaskState.REJECTED: _l("Given back"),
        TaskState.EXCUSED: _l("Excused"),
        TaskState.MISSED: _l("Missed"),
    },
    Group: {
        Group.OVERDUE: _l("Past its time"),
        Group.NOW: _l("Now"),
        Group.LATER: _l("Later"),
        Group.DONE: _l("Finished"),
        Group.MISSED: _l("Missed"),
    },
    DutyKind: {
        DutyKind.SCREENING: _l("Screening"),
        DutyKind.HYGIENE: _l("Cleaning, airing and disinfection"),
    },
    Outcome: {
        Outcome.ON_TIME: _l("On time"),
        Outcome.LATE: _l("Late"),
        Outcome.NOT_DONE: _l("Not done, with a reason"),
        Outcome.MISSED: _l("Missed"),
        Outcome.EXCUSED: _l("Excused"),
        Outcome.PENDING: _l("Not due yet"),
    },
    Indicator: {
        Indicator.SCREENING_ON_TIME: _l("Screening submitted on time"),
        Indicator.CLASS_HYGIENE_DONE: _l("Class cleaning, airing and disinfection done"),
    },
    RankingGroup: {
        RankingGroup.LOWER: _l("Lower grades"),
        RankingGroup.MIDDLE: _l("Middle grades"),
        RankingGroup.UPPER: _l("Upper grades"),
        RankingGroup.JUNIOR: _l("Junior grades"),
        RankingGroup.SENIOR: _l("Senior grades"),
    },
    Standing: {
        Standing.RANKED: _l("Ranked"),
        Standing.EXEMPT: _l("Exempt this week"),
        Standing.TOO_FEW_DAYS: _l("Not ranked: too few school days"),
        Standing.NOTHING_DUE: _l("No score: nothing was due yet"),
    },
}
