"""The ledgers: each a page to print on A4, and the same as a workbook."""

import io
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, request, send_file
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.guards import requires
from tracker.accounts.rules import Identity
from tracker.edge import log_reading, page
from tracker.ledgers.rules import NO_HEALTH, Column, Kind, Ledger
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.school.models import SchoolClass
from tracker.school.table_file import XLSX
from tracker.templating import class_label
from tracker.words import word

bp = Blueprint("ledgers", __name__, url_prefix="/ledgers")


class OfClass:
    """A class as the guard asks about it."""

    def __init__(self, school_class: SchoolClass) -> None:
        self.school_class = school_class
        self.class_id = school_class.id


def named(ref: str) -> OfClass | None:
    """The class an address names."""
    found = school.class_named(ref)
    return OfClass(found) if found else None


def _own_classes(who: Identity) -> list[SchoolClass]:
    """The classes whose ledgers this person may open."""
    return [
        one for one in school.classes_on(clock.today()) if permits(who, Permission.LEDGER_CLASS, OfClass(one))
    ]


@bp.get("/")
@requires(Permission.LEDGERS_LIST)
def index() -> Any:
    """The ledgers this person may open, for the days that are chosen."""
    from tracker.ledgers.forms import PeriodForm

    form = PeriodForm(request.args)
    since, until = form.period(clock.today())
    return page(
        "ledgers/index.html",
        form=form,
        since=since,
        until=until,
        Ledger=Ledger,
        classes=_own_classes(g.identity),
        hygiene_ledgers=[Ledger.DISINFECTION, Ledger.KEEPERS],
        nurse_ledgers=[Ledger.ABSENCES, Ledger.CAUSES, Ledger.ROOM, Ledger.RETURNS],
    )


@bp.get("/day")
@requires(Permission.LEDGER_SCHOOL)
def day() -> Any:
    """The school's daily summary: numbers by class, no name."""
    from tracker.ledgers import frames
    from tracker.ledgers.forms import DayForm

    form = DayForm(request.args)
    chosen = form.chosen(clock.today())
    now = clock.local(clock.now())
    ledger = frames.daily(chosen, now.time(), now.date())
    return _answer(ledger, form, chosen, chosen)


@bp.get("/class/<ref>")
@requires(Permission.LEDGER_CLASS, of=named, pin=True)
def class_sheet(one: OfClass) -> Any:
    """The sheets of a class on a day, a row a student."""
    from tracker.ledgers import frames
    from tracker.ledgers.forms import DayForm

    form = DayForm(request.args)
    chosen = form.chosen(clock.today())
    now = clock.local(clock.now())
    ledger = frames.class_sheet(one.school_class, chosen, now.time(), now.date())
    return _answer(ledger, form, chosen, chosen, one.school_class)


@bp.get("/class/<ref>/absences")
@requires(Permission.LEDGER_CLASS, of=named, pin=True)
def class_absences(one: OfClass) -> Any:
    """The absences of one class."""
    from tracker.ledgers import episode_frames
    from tracker.ledgers.forms import PeriodForm

    form = PeriodForm(request.args)
    since, until = form.period(clock.today())
    ledger = episode_frames.absences(since, until, clock.today(), one.class_id)
    return _answer(ledger, form, since, until, one.school_class)


@bp.get("/<any(absences, causes, room, returns):name>")
@requires(Permission.LEDGER_NURSE, pin=True)
def school_ledger(name: str) -> Any:
    """A ledger over the whole school that names children."""
    from tracker.ledgers import episode_frames
    from tracker.ledgers.forms import PeriodForm

    form = PeriodForm(request.args)
    since, until = form.period(clock.today())
    make = {
        Ledger.ABSENCES: episode_frames.absences,
        Ledger.CAUSES: episode_frames.causes,
        Ledger.ROOM: episode_frames.room,
        Ledger.RETURNS: episode_frames.returns,
    }[Ledger(name)]
    return _answer(make(since, until, clock.today()), form, since, until)


@bp.get("/<any(disinfection, keepers):name>")
@requires(Permission.LEDGER_HYGIENE)
def hygiene(name: str) -> Any:
    """What was disinfected in a period, and how the tasks of each keeper turned out."""
    from tracker.ledgers import hygiene_frames
    from tracker.ledgers.forms import PeriodForm

    form = PeriodForm(request.args)
    since, until = form.period(clock.today())
    is_record = Ledger(name) is Ledger.DISINFECTION
    make = hygiene_frames.disinfections if is_record else hygiene_frames.keepers
    return _answer(make(since, until, clock.today()), form, since, until)


@bp.get("/stock")
@requires(Permission.LEDGER_HYGIENE)
def stock() -> Any:
    """What is in stock now, to count it by."""
    from tracker.ledgers import hygiene_frames
    from tracker.ledgers.forms import TodayForm

    today = clock.today()
    return _answer(hygiene_frames.stock(today), TodayForm(request.args), today, today)


def _answer(ledger: Any, form: Any, since: date, until: date, school_class: SchoolClass | None = None) -> Any:
    """The page of a ledger, or its workbook: from the one frame."""
    from tracker.ledgers.forms import COUNTED, SIGNED_BY, Words, moment_words, period_words
    from tracker.screening.rules import Site
    from tracker.screening.trigger_queries import triggers_on

    triggers = triggers_on(until)
    words = Words(until, triggers[Site.FOREHEAD], triggers[Site.AXILLARY])
    title = str(word(ledger.ledger))
    lines = [
        _("School: %(name)s", name=school.school_name()),
        *([_("Class: %(name)s", name=class_label(school_class, until))] if school_class else []),
        _("Days: %(period)s", period=period_words(since, until)),
        *([_("Sums in student-days")] if ledger.ledger is Ledger.ABSENCES and since != until else []),
        *([_("Counted: %(how)s", how=COUNTED[ledger.ledger])] if ledger.ledger in COUNTED else []),
        _("Made: %(at)s", at=moment_words(clock.now())),
    ]
    signed_by = [str(one) for one in SIGNED_BY[ledger.ledger]]
    wants_file = request.args.get("file") == "xlsx" and not form.errors
    if wants_file:
        from tracker.ledgers.workbook import workbook

        content = workbook(title, lines, ledger, words, _("All together"), signed_by)
        name = f"{title} {since}{'' if since == until else f'–{until}'}.xlsx"
        answer: Any = send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)
    else:
        answer = page(
            "ledgers/ledger.html",
            form=form,
            title=title,
            lines=lines,
            ledger=ledger,
            tables=_tables(ledger, words),
            signed_by=signed_by,
            classes=_own_classes(g.identity) if school_class else [],
            school_class=school_class,
            file_url=f"?{urlencode(_asked(since, until, form))}",
            code=422 if form.errors else None,
        )
    if ledger.ledger not in NO_HEALTH:
        log_reading(f"ledger.{ledger.ledger}", school_class.id if school_class else 0)
    return answer


def _asked(since: date, until: date, form: Any) -> dict[str, str]:
    if not list(form):
        return {"file": "xlsx"}
    if "day" in form:
        return {"day": since.isoformat(), "file": "xlsx"}
    return {"since": since.isoformat(), "until": until.isoformat(), "file": "xlsx"}


def _tables(ledger: Any, words: Any) -> list[dict[str, Any]]:
    """The tables of a ledger as the page shows them: headers, rows and sums in words."""
    from tracker.frames import rows
    from tracker.ledgers.forms import GROUPS, header, is_missing

    def cells(line: Any, columns: Sequence[Column]) -> list[list[Any]]:
        """Words, whether a count is missing, the column, and over how many the cell goes."""
        found: list[list[Any]] = []
        for column in columns:
            value = None if column.kind is Kind.SIGN else getattr(line, column.name)
            text = words.text(value, column)
            bare = column.kind is Kind.COUNT and is_missing(value) and bool(text)
            if bare and found and found[-1][1] and found[-1][2].group is column.group:
                found[-1][3] += 1
            else:
                found.append([text, bare, column, 1])
        return found

    return [
        {
            "groups": [
                (GROUPS[group] if group else "", len(list(columns)))
                for group, columns in groupby(one.columns, key=lambda column: column.group)
            ],
            "columns": [(header(column), column) for column in one.columns],
            "rows": [cells(line, one.columns) for line in rows(one.frame)],
            "totals": one.totals
            and [
                words.text(one.totals[column.name], column) if column.name in one.totals else ""
                for column in one.columns
            ],
        }
        for one in (ledger.beside, ledger)
        if one is not None
    ]
