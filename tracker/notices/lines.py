"""A notice as one line and where it leads: made when it is read, in the reader's language.

No child's name; no illness with a class.
"""

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.notices.queries import Told, unread
from tracker.notices.rules import NoticeKind
from tracker.permissions import Permission
from tracker.screening.rules import SessionCode
from tracker.templating import class_label, class_ref, may
from tracker.words import word


@dataclass(frozen=True)
class Line:
    """A notice as the page shows it."""

    id: int
    at: datetime
    sentence: str
    href: str | None


def lines(user_id: int, day: date) -> list[Line]:
    """What somebody was told today and has not marked as seen, newest first."""
    return [
        Line(one.notice.id, one.notice.at, sentence_of(one), href_of(one)) for one in unread(user_id, day)
    ]


def sentence_of(told: Told) -> str:
    """What a notice says."""
    about = told.notice.details
    n = about.get("n", len(told.classes))
    names = _(", ").join(class_label(one, told.notice.day) for one in told.classes)
    session = str(word(SessionCode(about["session"]))) if "session" in about else ""
    match told.notice.kind:
        case NoticeKind.SHEET_DUE:
            return _(
                "%(session)s of %(names)s is not in yet; due %(time)s.",
                session=session,
                names=names,
                time=about["deadline"],
            )
        case NoticeKind.SHEET_MISSING_CLASS:
            return _(
                "%(session)s of %(names)s is missing; please enter it for the class.",
                session=session,
                names=names,
            )
        case NoticeKind.SHEET_MISSING_GRADE:
            return ngettext(
                "%(session)s: %(num)s class of your grade is missing, %(names)s. Please see to it.",
                "%(session)s: %(num)s classes of your grade are missing, %(names)s. Please see to it.",
                n,
                session=session,
                names=names,
            )
        case NoticeKind.SHEET_MISSING_SCHOOL:
            return ngettext(
                "%(session)s not submitted by %(num)s class: %(names)s. The nurse may enter it.",
                "%(session)s not submitted by %(num)s classes: %(names)s. The nurse may enter them.",
                n,
                session=session,
                names=names,
            )
        case NoticeKind.NOT_HERE:
            return ngettext(
                "One child of your class is not here and not excused; please call the guardian.",
                "%(num)s children of your class are not here and not excused; please call the guardians.",
                n,
            )
        case NoticeKind.UNACCOUNTED:
            return ngettext(
                "One child is unaccounted for; please act at once.",
                "%(num)s children are unaccounted for; please act at once.",
                n,
            )
        case NoticeKind.ON_THE_WAY:
            return _("One child is on the way to the nurse.")
        case NoticeKind.RETEST_WAITING:
            return _("One child has waited %(minutes)s minutes for a retest.", minutes=about["minutes"])
        case NoticeKind.CALLS_DUE:
            return ngettext("One call is due by 12:00.", "%(num)s calls are due by 12:00.", n)
        case NoticeKind.QUEUE:
            return _(
                "Follow-up: %(to_review)s to review, %(overdue)s past their time, %(to_clear)s to clear.",
                **about,
            )
        case NoticeKind.DAY_NOT_CLOSED:
            return _("Today's summary is not signed yet.")
        case NoticeKind.SPILL:
            return _(
                "%(place)s: spill to be treated now. Clear the room first; no pupils; closed until done.",
                place=f"{names} {about['place']}".strip(),
            )
        case NoticeKind.PARENT_CALLED:
            return _("A guardian has called about one child of your class or of the school.")
        case NoticeKind.GIVEN_BACK:
            return _(
                "%(place)s, %(time)s: given back, to be done again.",
                place=f"{names} {about['place']}".strip(),
                time=about["slot"],
            )


def href_of(told: Told) -> str | None:
    """Where a notice leads; nowhere for who may not open it."""
    match told.notice.kind:
        case NoticeKind.SHEET_DUE | NoticeKind.SHEET_MISSING_CLASS:
            return url_for(
                "screening.sheet",
                ref=class_ref(told.classes[0]),
                day=told.notice.day,
                code=told.notice.details["session"],
            )
        case NoticeKind.CALLS_DUE | NoticeKind.QUEUE | NoticeKind.PARENT_CALLED:
            return url_for("absence.queue")
        case NoticeKind.GIVEN_BACK:
            task = {name: told.notice.details[name] for name in ("public_code", "day", "slot")}
            return url_for("disinfection.checklist", **task)
        case NoticeKind.SPILL:
            return url_for("events.overview") if may(Permission.EVENTS_READ) else None
        case NoticeKind.NOT_HERE:
            return url_for("missing.not_here")
        case NoticeKind.UNACCOUNTED:
            if may(Permission.NURSE_DAY):
                return url_for("missing.not_here")
            return url_for("here.here") if may(Permission.HERE_READ) else None
        case NoticeKind.SHEET_MISSING_GRADE:
            return None
        case NoticeKind.DAY_NOT_CLOSED:
            return url_for("close.close_day") if may(Permission.NURSE_DAY) else None
        case _:
            return url_for("nurse.day") if may(Permission.NURSE_DAY) else None
