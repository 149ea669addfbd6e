"""The forms of kept data, and what tables, columns and pages are called there."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from wtforms.validators import NumberRange

from tracker import clock
from tracker.absence.return_rules import Condition
from tracker.absence.rules import CallResult, EndedHow, EpisodeState, LeaveKind, PaperKind, ParentTold
from tracker.edge import Form
from tracker.facts.rules import Diagnosis, Symptom
from tracker.fields import Line, Needed, Whole
from tracker.gate.rules import PassOutcome
from tracker.ledgers.rules import Ledger
from tracker.privacy.rules import MOST_DAYS, YEARS, Refusal
from tracker.room.rules import Room, StayEnd, Trouble
from tracker.screening.missing_rules import TryResult
from tracker.screening.rules import AbsenceReason, FeverState, Site
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
    """What a kind of page is called; of a ledger, which."""
    kind, _dot, of = page.partition(".")
    return word(Ledger(of)) if kind == "ledger" and of in list(Ledger) else PAGES.get(kind, page)


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
    "from": _l("From"),
    "from_on": _l("From"),
    "to_on": _l("Until"),
    "until": _l("Until"),
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
    "kind": _lp("data", "Kind"),
    "code": _l("Sign"),
    "diagnosis": _l("Diagnosis"),
    "how": _lp("data", "How it ended"),
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
    "anchor": _lp("data", "Counted from"),
    "arrived_at": _lp("data", "Arrived"),
    "back_on": _lp("data", "Came back"),
    "brought_by": _lp("data", "Brought by"),
    "caller_id": _lp("data", "Calls the guardians"),
    "cancelled_at": _lp("data", "Cancelled"),
    "cancelled_by": _lp("data", "Cancelled by"),
    "certainty": _lp("data", "How certain"),
    "checked_at": _lp("data", "Checked"),
    "checked_by": _lp("data", "Checked by"),
    "cleaned_at": _lp("data", "Room disinfected"),
    "cleaned_by": _lp("data", "Disinfected by"),
    "closed_at": _lp("data", "Closed"),
    "conditions": _lp("data", "Conditions"),
    "decided_at": _lp("data", "Decided"),
    "decided_by": _lp("data", "Decided by"),
    "due_at": _lp("data", "Due"),
    "earliest_on": _lp("data", "Not before"),
    "ended_at": _lp("data", "Ended"),
    "ended_by": _lp("data", "Ended by"),
    "ended_half": _lp("data", "Until half day"),
    "ended_how": _lp("data", "How it ended"),
    "ended_on": _lp("data", "Ended on"),
    "first_half": _lp("data", "From half day"),
    "first_on": _lp("data", "First day"),
    "from_half": _lp("data", "From half day"),
    "is_provisional": _lp("data", "Provisional number"),
    "known_at": _lp("data", "Known since"),
    "last_absent_on": _lp("data", "Last day absent"),
    "left_gate_at": _lp("data", "Through the gate"),
    "left_gate_by": _lp("data", "Seen at the gate by"),
    "next_on": _lp("data", "Call again"),
    "opened_at": _lp("data", "Opened"),
    "outcome": _lp("data", "Outcome"),
    "papers": _lp("data", "Papers"),
    "place": _lp("data", "Where it was"),
    "question": _lp("data", "Question"),
    "reached": _lp("data", "Reached"),
    "read_at": _lp("data", "Read"),
    "read_by": _lp("data", "Read by"),
    "reason_after": _lp("data", "Reason after it"),
    "reason_before": _lp("data", "Reason before it"),
    "recorded_at": _lp("data", "Recorded"),
    "removed_at": _lp("data", "Removed on"),
    "reported_at": _lp("data", "Reported"),
    "reported_by": _lp("data", "Reported by"),
    "returns_on": _lp("data", "Returns on"),
    "reviewed_at": _lp("data", "Reviewed"),
    "reviewed_by": _lp("data", "Reviewed by"),
    "room": _lp("data", "Room"),
    "rule_from": _lp("data", "Rule of"),
    "seats_beside": _lp("data", "Seats beside"),
    "soiled": _lp("data", "Place soiled"),
    "source": _lp("data", "Found by"),
    "source_kind": _lp("data", "Recorded at"),
    "struck_by": _lp("data", "Struck out by"),
    "struck_reason": _lp("data", "Struck out because"),
    "to_half": _lp("data", "Until half day"),
    "trouble": _lp("data", "Trouble"),
    "way": _lp("data", "Way"),
    "what": _lp("data", "Told"),
    "where_to": _lp("data", "Where to"),
}


DEEDS: dict[str, Any] = {
    "absence.call": _lp("data", "Call about an absence"),
    "absence.clear": _lp("data", "Cleared for return"),
    "absence.close": _lp("data", "Absence closed"),
    "absence.leave": _lp("data", "Leave entered"),
    "absence.leave_cancel": _lp("data", "Leave cancelled"),
    "absence.not_sent_home": _lp("data", "Not sent home"),
    "absence.paper": _lp("data", "Paper handed in"),
    "absence.paper_removed": _lp("data", "Paper removed"),
    "absence.parent_call": _lp("data", "Call from a guardian"),
    "absence.parent_call_read": _lp("data", "Call from a guardian read"),
    "absence.return_days": _lp("data", "Days the return is counted from"),
    "absence.review": _lp("data", "Call reviewed"),
    "absence.sent_home": _lp("data", "Sent home"),
    "absence.strike": _lp("data", "Call struck out"),
    "absence.take_clearance_back": _lp("data", "Clearance taken back"),
    "absence.step": _lp("data", "Step of an absence"),
    "fever.open": _lp("data", "Retest due"),
    "fever.retest": _lp("data", "Retested"),
    "fever.unretested": _lp("data", "Not retested"),
    "gate.enter": _lp("data", "At the gate"),
    "gate.strike": _lp("data", "Struck out at the gate"),
    "guardian.phone_shown": _lp("data", "Phone shown"),
    "room.report": _lp("data", "Reported to the observation room"),
    "room.report_again": _lp("data", "Reported again"),
    "room.arrive": _lp("data", "Arrived in the observation room"),
    "room.signs": _lp("data", "Signs recorded"),
    "room.call": _lp("data", "Call from the observation room"),
    "room.strike_call": _lp("data", "Call struck out"),
    "room.end": _lp("data", "Left the observation room"),
    "room.reopen": _lp("data", "Stay opened again"),
    "room.left_gate": _lp("data", "Left the gate"),
    "room.reading": _lp("data", "Temperature taken"),
    "room.strike_reading": _lp("data", "Temperature struck out"),
    "screening.not_here_call": _lp("data", "Call about who was not here"),
    "student.leave": _lp("data", "Left the school"),
    "student.number": _lp("data", "Number given"),
    "student.remove": _lp("data", "Removed"),
}
"""What the trail's deeds about a student are called in the file for the guardians."""


def deed_words(deed: str) -> Any:
    """What a deed of the trail is called."""
    return DEEDS.get(deed, deed)


def column_words(name: str) -> Any:
    """What a column is called."""
    return COLUMNS[name]


CODES: Mapping[str, tuple[type[StrEnum], ...]] = {
    "code": (Symptom, Diagnosis, AbsenceReason),
    "conditions": (Condition,),
    "papers": (PaperKind,),
    "how": (StayEnd, EndedHow),
    "kind": (PaperKind, LeaveKind),
    "outcome": (PassOutcome,),
    "reason": (AbsenceReason,),
    "result": (CallResult, TryResult),
    "room": (Room,),
    "site": (Site,),
    "state": (FeverState, EpisodeState),
    "trouble": (Trouble,),
    "what": (ParentTold,),
}
"""What a column's codes are of, where they are kept as text."""


def code_words(column: str, code: str) -> str:
    """What a code that is kept as text is called; the text itself where it is none."""
    kind = next((one for one in CODES.get(column, ()) if code in list(one)), None)
    return str(word(kind(code))) if kind else code


DEVICES: Mapping[str, Any] = {"infrared": _l("infrared"), "electronic": _l("electronic")}
"""What a kind of thermometer is called."""


def codes_words(column: str, told: Any) -> str:
    """What codes that are kept as text are called, one or several."""
    return ", ".join(code_words(column, one) for one in (told if isinstance(told, list) else [told]))


def change_words(changes: Mapping[str, Any]) -> str:
    """What a deed of the trail changed; numbers of rows are left out, as they are elsewhere."""
    return ", ".join(
        f"{COLUMNS[name]}: {codes_words(name, told) if name in CODES else cell_words(told)}"
        for name, told in changes.items()
        if name in COLUMNS and told not in ("", None)
    )


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
    if isinstance(value, dict):
        return ", ".join(f"{name}: {cell_words(told)}" for name, told in value.items())
    if isinstance(value, list):
        return ", ".join(cell_words(one) for one in value)
    return str(value)
