"""The day's sums as a text to copy: numbers and classes, no name."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import force_locale, pgettext
from flask_babel import gettext as _

from tracker.facts.rules import Symptom
from tracker.school.models import SchoolClass
from tracker.screening.rules import ILL_REASONS, AbsenceReason, SessionCode
from tracker.templating import class_label, format_day
from tracker.words import word

REST = ("not_here", "away", "in_room", "left_early", "unset")
"""Sums that are told only where they are not zero; the others always: zero is a report."""


def texts(stored: Mapping[str, Any], day: date, classes: Mapping[int, SchoolClass]) -> dict[str, str]:
    """The text in every language, by its code."""
    found = {}
    for language in ("zh_Hans", "en"):
        with force_locale(language):
            found[language] = text(stored, day, classes)
    return found


def text(stored: Mapping[str, Any], day: date, classes: Mapping[int, SchoolClass]) -> str:
    """The sums of a day as they were signed, in the page's language."""
    total = stored["total"]
    names = {
        "not_here": _("not here yet"),
        "away": _("away (official)"),
        "in_room": _("in the observation room"),
        "left_early": _("left during the day"),
        "unset": _("not recorded"),
    }
    comma = pgettext("summary", ", ")
    sums = [
        pgettext("summary", "expected %(n)s", n=total["expected"]),
        _("present %(n)s", n=total["checked"]),
        _("absent %(n)s (%(reasons)s)", n=total["absent"], reasons=comma.join(_reasons(stored["reasons"]))),
        _("fever %(n)s", n=total["fever"]),
        _("symptoms %(n)s", n=total["symptomatic"]),
        *(f"{names[name]} {total[name]}" for name in REST if total[name]),
    ]
    lines = [_("%(day)s health checks: %(sums)s.", day=format_day(day), sums=comma.join(sums))]
    # A fever is told above; what was signed before the two were one number is told as it was.
    signs = {
        code: n
        for code, n in stored["symptoms"].items()
        if (code, n) != (Symptom.FEVER.value, total["fever"])
    }
    if signs:
        lines.append(_("Signs: %(signs)s.", signs=comma.join(_signs(signs))))
    lines.append(_("Submitted: %(sessions)s.", sessions=comma.join(_sessions(stored["sessions"]))))
    opened = stored["sessions"].items()
    missing = [
        f"{_inside(SessionCode(code))} {_places(found, day, classes)}"
        for code, found in opened
        if found["missing"] and not found.get("not_open")
    ]
    if missing:
        lines.append(_("Not submitted: %(classes)s.", classes=comma.join(missing)))
    if waiting := [_inside(SessionCode(code)) for code, found in opened if found.get("not_open")]:
        lines.append(_("Not open yet: %(sessions)s.", sessions=comma.join(waiting)))
    return "\n".join(lines)


def _places(found: Mapping[str, Any], day: date, classes: Mapping[int, SchoolClass]) -> str:
    """The classes of a session that have not reported."""
    if len(found["missing"]) == found["asked"]:
        return _("all classes")
    return " ".join(class_label(classes[one], day) for one in found["missing"])


def _reasons(reasons: Mapping[str, int]) -> list[str]:
    """The absent by reason; illness always, as zero too."""
    ill = sum(n for code, n in reasons.items() if AbsenceReason(code) in ILL_REASONS)
    others = {code: n for code, n in reasons.items() if AbsenceReason(code) not in ILL_REASONS}
    return [
        _("through illness %(n)s", n=ill),
        *(f"{_inside(AbsenceReason(code))} {n}" for code, n in others.items()),
    ]


def _signs(symptoms: Mapping[str, int]) -> list[str]:
    return [f"{_inside(Symptom(code))} {n}" for code, n in symptoms.items()]


def _sessions(sessions: Mapping[str, Any]) -> list[str]:
    return [
        _(
            "%(session)s %(done)s of %(due)s classes",
            session=_inside(SessionCode(code)),
            done=found["asked"] - len(found["missing"]),
            due=found["asked"],
        )
        for code, found in sessions.items()
        if not found.get("not_open")
    ]


def _inside(code: StrEnum) -> str:
    """A term inside a sentence."""
    words = str(word(code))
    return words[:1].lower() + words[1:]
