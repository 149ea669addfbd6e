"""The forms of kept data, and what tables, columns and pages are called there."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import NumberRange

from tracker import clock
from tracker.edge import Form
from tracker.fields import Line, Needed, Whole
from tracker.privacy.rules import MOST_DAYS, YEARS, Refusal
from tracker.words import word

WORDS: dict[Refusal, Any] = {
    Refusal.AT_SCHOOL: _l("This child is still at the school. Only who has left can be removed."),
    Refusal.STILL_OPEN: _l("The school nurse has not finished with this child yet. Please ask there."),
    Refusal.REMOVED_ALREADY: _l("This was done already."),
    Refusal.WRONG_NUMBER: _l("This is not the number of this child."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return str(WORDS[reason] % details if details else WORDS[reason])


def _between(low: int, high: int) -> list[Any]:
    return [Needed(), NumberRange(low, high, message=_l("Between %(min)s and %(max)s, please."))]


class RetentionForm(Form):
    """How long the school keeps what."""

    readings_days = Whole(
        _l("Normal temperatures: so many days after the term’s end"),
        validators=_between(0, MOST_DAYS),
        description=_l("Then only their counts stay, by day and device."),
        render_kw={"inputmode": "numeric"},
    )
    years = Whole(
        _l("Cases and the trail of deeds: so many years"),
        validators=_between(YEARS.start, YEARS.stop - 1),
        description=_l("From the end of the term. Then cases are nobody’s: counts, charts and scores stay."),
        render_kw={"inputmode": "numeric"},
    )


class RemovalForm(Form):
    """The word of whoever removes a child: its number, typed again."""

    number = Line(_l("Type the student number again"), most=32)


PAGES: dict[str, Any] = {
    "absence": _l("An absence"),
    "absences": _l("The queue of absences"),
    "coughing": _l("Who coughs"),
    "fevers": _l("Retests"),
    "gate": _l("The gate"),
    "here": _l("Who is here now"),
    "history": _l("Imported history"),
    "leaves": _l("Leave"),
    "ledger": _l("A ledger"),
    "not_here": _l("Not here yet"),
    "nurse": _l("Nurse's day"),
    "paper": _l("A paper"),
    "report": _l("A report of a case"),
    "return-slip": _l("A return slip"),
    "returns": _l("Returns"),
    "room": _l("Observation room"),
    "sheet": _l("A sheet"),
    "stay": _l("A stay in the observation room"),
    "student": _l("A student’s page"),
    "temperatures": _l("A student’s temperatures, as a chart"),
    "student-data": _l("A student’s data, as a file"),
}


def page_words(page: str) -> Any:
    """What a kind of page is called."""
    return PAGES.get(page.partition(".")[0], page)


TABLES: dict[str, Any] = {
    "student": _l("Student"),
    "guardian": _l("Guardians"),
    "enrolment": _l("Classes"),
    "residence": _l("Dormitories"),
    "entry": _l("Lines of sheets"),
    "reading": _l("Temperatures"),
    "fever": _l("Retests"),
    "not_here_call": _l("Calls of who was not here"),
    "gate_pass": _l("At the gate"),
    "observation": _l("Signs of illness"),
    "episode": _l("Absences"),
    "call": _l("Calls about absences"),
    "episode_step": _l("Steps of absences"),
    "episode_anchor": _l("Days the return is counted from"),
    "episode_paper": _l("Papers"),
    "clearance": _l("Clearances"),
    "leave": _l("Leave"),
    "parent_call": _l("Calls from guardians"),
    "stay": _l("Observation room"),
    "stay_call": _l("Calls from the observation room"),
    "trail": _l("Trail of deeds"),
    "read_log": _l("Who has read"),
    "readings": _l("Normal temperatures"),
    "photographs": _l("Photographs of disinfection"),
    "notes": _l("Notes at the day's close and at disinfection"),
    "removed": _l("Students who have left"),
}


def table_words(name: str) -> Any:
    """What a table is called."""
    return TABLES.get(name, name)


COLUMNS: dict[str, Any] = {
    "at": _l("When"),
    "taken_at": _l("When"),
    "by": _l("By"),
    "user_id": _l("By"),
    "day": _l("Day"),
    "on": _l("Day"),
    "note": _l("Note"),
    "name": _l("Name"),
    "name_enc": _l("Name"),
    "phone_enc": _l("Phone"),
    "number": _l("Student number"),
    "sex": _l("Sex"),
    "birth_date": _l("Date of birth"),
    "pinyin": _l("Pinyin"),
    "relation": _l("Relation"),
    "class_id": _l("Class"),
    "seat": _l("Seat"),
    "starts": _l("From"),
    "ends": _l("Until"),
    "from_on": _l("From"),
    "to_on": _l("Until"),
    "until_on": _l("Until"),
    "dormitory": _l("Dormitory"),
    "sheet_id": _l("Sheet of"),
    "state": _l("State"),
    "reason": _l("Reason"),
    "onset": _l("Onset"),
    "onset_on": _l("Onset"),
    "tenths": _l("Temperature"),
    "site": _l("Site"),
    "device": _l("Device"),
    "kind": _l("What it is"),
    "code": _l("Sign"),
    "diagnosis": _l("Diagnosis"),
    "hospital": _l("Hospital"),
    "result": _l("Result"),
    "page": _l("Page"),
    "times": _l("Times"),
    "last_at": _l("Last time"),
    "deed": _l("Deed"),
    "changes": _l("Changes"),
    "handed_to_enc": _l("Fetched by"),
    "struck_at": _l("Struck out"),
    "retracted_at": _l("Struck out"),
    "text": _l("Text"),
}


def column_words(name: str) -> Any:
    """What a column is called; a technical one by its own name."""
    return COLUMNS.get(name, name.removesuffix("_enc").replace("_", " "))


def cell_words(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        try:
            return str(word(value))
        except KeyError:
            return value.value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return ", ".join(map(str, value.items() if isinstance(value, dict) else value))
    return str(value)
