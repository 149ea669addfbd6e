"""The filters and names templates may use."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker import __version__, clock, i18n
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.school.models import SchoolClass
from tracker.school.queries import class_ref as class_ref
from tracker.school.rules import grade_of
from tracker.words import word

WEEKDAYS = [_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun")]
GRADES = "〇一二三四五六七八九十"


def class_label(school_class: SchoolClass, day: date | None = None) -> str:
    """A class as people call it on a day (today unless told): 三(2)班, or 3(2).

    A class that has not entered yet or has left is called by its entry year.
    """
    grade = grade_of(school_class.stage, school_class.entry_year, day or clock.today())
    if grade is None:
        return _("%(year)s entry, class %(number)s", year=school_class.entry_year, number=school_class.number)
    if i18n.language() == "zh_Hans":
        name = GRADES[grade] if grade <= 10 else "十" + GRADES[grade - 10]
        return f"{name}({school_class.number})班"
    return f"{grade}({school_class.number})"


def format_day(day: date) -> str:
    """A day with its weekday: 2026-09-21 周一."""
    return f"{day.isoformat()} {WEEKDAYS[day.weekday()]}"


def format_hhmm(instant: datetime) -> str:
    """An instant on the school's wall clock: 07:52."""
    return clock.local(instant).strftime("%H:%M")


def format_moment(instant: datetime) -> str:
    """An instant with its day: 09-21 07:52."""
    return clock.local(instant).strftime("%m-%d %H:%M")


def format_celsius(tenths: int | None) -> str:
    """Tenths of a degree as a temperature: 36.5 ℃; nothing for none."""
    return "" if tenths is None else f"{tenths // 10}.{tenths % 10} ℃"


def may(permission: str, what: Any = None) -> bool:
    """Whether the signed-in person may do it, by the same table the guards ask."""
    identity = g.get("identity")
    return identity is not None and permits(identity, Permission(permission), what)


def page_address() -> str:
    """Where this page can be opened again: an address that takes forms only belongs to the one above it."""
    rule = request.url_rule
    if rule is None or rule.methods is None or "GET" in rule.methods:
        return request.path
    return request.path.rpartition("/")[0] or "/"


def init_app(app: Flask) -> None:
    """Give templates their filters and names."""
    versions: dict[str, str] = {}

    def asset(name: str) -> str:
        """The address of one of our own files, which changes when the file does."""
        if name not in versions or app.debug:
            content = (Path(app.static_folder or "") / name).read_bytes()
            versions[name] = hashlib.sha256(content).hexdigest()[:12]
        return url_for("static", filename=name, v=versions[name])

    app.jinja_env.filters.update(
        day=format_day,
        hhmm=format_hhmm,
        moment=format_moment,
        celsius=format_celsius,
        thousands="{:,}".format,
        word=word,
    )
    app.jinja_env.globals.update(
        asset=asset,
        may=may,
        page_address=page_address,
        Permission=Permission,
        class_label=class_label,
        class_ref=class_ref,
        today=clock.today,
        now=clock.now,
        language=i18n.language,
        languages=i18n.NAMES,
        html_lang=lambda: i18n.HTML_LANG[i18n.language()],
        school_name=school.school_name,
        app_version=__version__,
        is_demo=lambda: current_app.config["DEMO"],
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
