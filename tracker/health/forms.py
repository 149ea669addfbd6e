"""What happened to a student, in words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.health.rules import Moment, MomentKind
from tracker.screening.forms import line_words
from tracker.screening.rules import Site
from tracker.templating import format_celsius
from tracker.words import word

CHART_PHRASES = {
    "title": _l("Temperatures"),
    "nothing": _l("No temperature was recorded."),
    "headline": _l("Highest measured at school: %(celsius)s ℃"),
    "subtitle": _l("Each reading in its order, ℃"),
    **{site.value: word(site) for site in Site},
}


def moment_words(moment: Moment) -> str:
    """One moment as a line of the page: what kind of record, and what it says."""
    told = moment.details
    match moment.kind:
        case MomentKind.LEAVE:
            parts = [_("Leave entered"), word(told["kind"]), f"{told['from_on']} – {told['to_on']}"]
        case MomentKind.PARENT_CALL:
            parts = [_("A guardian called"), word(told["what"]), told["note"]]
        case MomentKind.GATE:
            parts = [_("At the gate"), word(told["outcome"]), format_celsius(told["tenths"])]
        case MomentKind.SHEET:
            parts = [word(told["session"]), line_words(told["line"], 0, 0)]
            parts += [*map(format_celsius, told["tenths"]), *map(word, told["diagnoses"])]
        case MomentKind.READING:
            parts = [
                f"{word(told['site'])} {format_celsius(told['tenths'])}",
                _("retest") if told["retest"] else "",
            ]
        case MomentKind.FEVER:
            parts = [_("Retest decided"), word(told["state"])]
        case MomentKind.REPORTED:
            parts = [_("Reported"), word(told["trouble"]), told["place"], told["note"]]
        case MomentKind.ARRIVED:
            brought = _("brought by %(who)s", who=told["from"]) if told["from"] else ""
            parts = [_("Came to"), word(told["room"]), brought]
        case MomentKind.STAY_CALL:
            reached = _("reached") if told["reached"] else _("not reached")
            parts = [_("Guardian called"), reached, told["note"]]
        case MomentKind.STAY_ENDED:
            parts = [_("Left the observation room"), word(told["how"]), told["relation"], told["where_to"]]
        case MomentKind.OPENED:
            parts = [_("Absent since %(day)s", day=told["first_on"]), word(told["reason"])]
        case MomentKind.CALL:
            parts = _call_parts(told)
        case MomentKind.PAPER:
            parts = [_("Paper handed in"), word(told["kind"])]
        case MomentKind.CLEARED:
            parts = [_("Cleared to return on %(day)s", day=told["returns_on"])]
        case MomentKind.ENDED:
            parts = [_("Absence closed"), word(told["how"])]
    return " · ".join(str(part) for part in parts if part)


def _call_parts(told: Any) -> list[Any]:
    return [
        word(told["way"]),
        word(told["result"]),
        format_celsius(told["tenths"]),
        word(told["diagnosis"]) if told["diagnosis"] else "",
        told["hospital"],
        told["note"],
    ]
