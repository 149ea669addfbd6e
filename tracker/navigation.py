"""The menu, as data."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from tracker.permissions import Permission, has_role_for


@dataclass(frozen=True)
class Item:
    """One entry of the menu, shown to who may open it."""

    endpoint: str
    words: Any
    permission: Permission


MENU = [
    Item("nurse.day", _l("Nurse's day"), Permission.NURSE_DAY),
    Item("home.home", _l("Today"), Permission.ACCOUNT_OWN),
    Item("screening.overview", _l("Screening"), Permission.SCREENING_LIST),
    Item("absence.queue", _l("Absences"), Permission.QUEUE_READ),
    Item("room.board", _l("Observation room"), Permission.ROOM_KEEP),
    Item("gate.gate", _lp("place", "Gate"), Permission.GATE_RECORD),
    Item("here.here", _l("Who is here"), Permission.HERE_READ),
    Item("ledgers.index", _l("Ledgers"), Permission.LEDGERS_LIST),
    Item("disinfection.today", _l("Disinfection"), Permission.TASKS_READ),
    Item("supplies.stock", _l("Supplies"), Permission.SUPPLY_READ),
    Item("assessment.week", _l("Assessment"), Permission.SCORES_READ),
    Item("meeting.meeting", _l("Meeting"), Permission.MEETING_READ),
    Item("school.overview", _l("School"), Permission.SCHOOL_READ),
    Item("admin.accounts", _l("Accounts"), Permission.ACCOUNTS_MANAGE),
    Item("privacy.reads", _l("Data"), Permission.READS_SEE),
]


PART_OF = {
    "mix": "supplies",
    "equipment": "supplies",
    "photos": "disinfection",
    "verdicts": "disinfection",
    "health": "absence",
    "receipts": "screening",
    "close": "nurse",
    "fevers": "screening",
    "missing": "screening",
    "paper": "screening",
    "leave": "absence",
    "return_rules": "absence",
    "absence_steps": "absence",
    "returns": "absence",
    "papers": "absence",
    "parent_calls": "absence",
    "doors": "disinfection",
    "events": "disinfection",
    "zones": "disinfection",
    "schedules": "disinfection",
    "rota": "disinfection",
    "kinds_of_day": "disinfection",
    "timetable": "disinfection",
    "roster": "school",
    "students": "school",
    "days": "school",
    "sessions": "school",
    "stays": "room",
    "slips": "room",
    "history": "school",
    "deeds": "school",
    "operations": "privacy",
    "export": "absence",
}
"""Under which entry of the menu the pages of a blueprint of another name stand."""


def init_app(app: Flask) -> None:
    """Hand the menu of the signed-in person to every page."""

    @app.context_processor
    def menu() -> dict[str, Any]:
        identity = g.get("identity")
        items = [item for item in MENU if identity and has_role_for(identity, item.permission)]
        here = (request.endpoint or "").partition(".")[0]
        return {"menu": items, "menu_here": PART_OF.get(here, here)}
