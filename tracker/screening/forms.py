"""A sheet as it is typed: from the form to lines or complaints, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from tracker.addresses import LARGEST_ID
from tracker.facts.rules import Symptom
from tracker.fields import temperature_words
from tracker.screening.rules import (
    NORMAL_LINE,
    AbsenceReason,
    Affirmation,
    FeverState,
    Line,
    Mode,
    Refusal,
    State,
)
from tracker.screening.service import Submission
from tracker.screening.temperature_rules import TemperatureProblem, is_unlikely, read_temperature
from tracker.words import word

CHOICES: list[str] = [
    State.NORMAL,
    State.SYMPTOMATIC,
    State.NOT_HERE,
    "absent:illness",
    "absent:personal",
    "absent:unknown",
    "absent:injury",
    "absent:recovering",
    "absent:watch",
    "absent:unregistered",
    State.AWAY,
    State.IN_ROOM,
    State.LEFT,
    State.UNSET,
]
"""What a student can be on a sheet, in the order of the buttons; absence is chosen with its reason."""

KNOWN = "known"
"""On a classroom's screen, of whom something is known already: it holds, and is not shown."""

FIRST_CHOICES = 6
"""How many of them are offered at once; the others stand behind *more*."""


def choices_of(mode: Mode) -> list[str]:
    """The choices of a way of entering: where every temperature is entered, *measured* asks for its value."""
    return CHOICES if mode is Mode.EXCEPTIONS else [State.MEASURED, *CHOICES]


WORDS: dict[Refusal, Any] = {
    Refusal.NO_SCHOOL_DAY: _l("This is no school day for the class: no sheet is asked for."),
    Refusal.IN_FUTURE: _l("This day has not come yet."),
    Refusal.NOT_ASKED_FOR: _l("This session is not asked of the class on this day."),
    Refusal.NOT_OPEN: _l("This session opens at %(opens)s. Nothing was saved yet."),
    Refusal.CLOSED: _l("This session closed at %(closes)s. Please ask the school nurse to enter the sheet."),
    Refusal.CORRECTION_OVER: _l("The day is over. Please ask the school nurse to correct the sheet."),
    Refusal.NOT_OF_CLASS: _l("The sheet names a student who was never of this class. Please open it anew."),
    Refusal.NO_STUDENTS: _l("Nobody was enrolled in this class on this day."),
    Refusal.REASON_NEEDED: _l("Please give the reason for entering the sheet afterwards."),
    Refusal.UNDO_OVER: _l("It can no longer be undone. Please correct the sheet instead."),
    Refusal.CHECKED: _l(
        "The school nurse has checked this sheet: it still takes bad news, but only she takes any back."
    ),
    Refusal.CHECKED_IN_FUTURE: _l("The class cannot have been looked at later than now."),
    Refusal.NOT_MISSING: _l("This student is already accounted for."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal, its times as the wall clock shows them."""
    shown = {key: value.strftime("%H:%M") for key, value in details.items() if isinstance(value, time)}
    return str(WORDS[reason]) % shown if shown else str(WORDS[reason])


@dataclass(frozen=True)
class Typed:
    """What the form holds of one student, as text: kept as typed until it can be read."""

    choice: str = State.NORMAL
    first: str = ""
    retest: str = ""
    symptoms: frozenset[str] = frozenset()
    onset: str = ""
    sure: bool = False
    problems: tuple[tuple[str, str], ...] = ()
    """(the field's name: `t1`, `t2` or `choice`; the sentence)."""

    def problem_at(self, name: str) -> str | None:
        """The complaint at a field, if any."""
        return next((sentence for field, sentence in self.problems if field == name), None)

    @property
    def is_unlikely(self) -> bool:
        """Whether a reading is to be confirmed."""
        readings = (read_temperature(text) for text in (self.first, self.retest))
        return any(problem is TemperatureProblem.UNLIKELY for _tenths, problem in readings)

    @property
    def is_open(self) -> bool:
        """Whether there is anything to show but plain normal or unset."""
        return self != Typed() and self != Typed(choice=State.UNSET)


def typed_of(line: Line, mode: Mode) -> Typed:
    """A line as the form shows it."""

    def text(tenths: int | None) -> str:
        return "" if tenths is None else f"{tenths // 10}.{tenths % 10}"

    choice = f"absent:{line.reason}" if line.state is State.ABSENT else line.state.value
    return Typed(
        State.NORMAL if choice == State.MEASURED and mode is Mode.EXCEPTIONS else choice,
        text(line.first),
        text(line.retest),
        frozenset(symptom.value for symptom in line.symptoms),
        line.onset.isoformat() if line.onset else "",
        sure=any(is_unlikely(tenths) for tenths in (line.first, line.retest) if tenths is not None),
    )


def line_words(line: Line | None, trigger: int, retest_trigger: int) -> str:
    """A line in words, as receipts and comparisons show it."""
    if line is None:
        return _("Not on the list")
    parts = [str(choice_word(f"absent:{line.reason}") if line.reason else word(line.state))]
    if line.state is State.MEASURED:
        parts = []
    if line.first is not None:
        parts.append(f"{line.first // 10}.{line.first % 10} ℃")
    if line.retest is not None:
        parts.append(_("retest %(celsius)s ℃", celsius=f"{line.retest // 10}.{line.retest % 10}"))
    fever = line.fever_state(trigger=trigger, retest_trigger=retest_trigger)
    if fever is not FeverState.NONE:
        parts.append(str(word(fever)))
    parts += [str(word(symptom)) for symptom in Symptom if symptom in line.symptoms]
    if line.onset:
        parts.append(_("since %(day)s", day=line.onset.strftime("%m-%d")))
    return " · ".join(parts)


def choice_word(choice: str) -> Any:
    """What a choice is called on its button."""
    if choice == KNOWN:
        return _l("Known already")
    if choice.startswith("absent:"):
        return {
            "absent:illness": _l("Absent: illness"),
            "absent:personal": _l("Absent: personal leave"),
            "absent:unknown": _l("Absent: reason unknown"),
            "absent:injury": _l("Absent: injury"),
            "absent:recovering": _l("At home until cleared"),
            "absent:watch": _l("At home, watched"),
            "absent:unregistered": _l("Not registered yet"),
        }.get(choice, word(AbsenceReason(choice.removeprefix("absent:"))))
    return word(State(choice))


@dataclass(frozen=True)
class SheetForm:
    """A whole form as it came in."""

    key: UUID
    base: int
    mode: Mode
    how: Affirmation
    reason: str
    typed: dict[int, Typed]
    lines: dict[int, Line]
    told_by: str = ""
    checked: str = ""
    """When the class was looked at, as it was typed: `08:05`."""
    checked_time: time | None = None
    checked_problem: str | None = None
    as_kept: frozenset[int] = frozenset()
    """Students of whom what is kept was chosen."""
    fills: bool = False
    """Whether *all others are normal* was pressed."""

    @property
    def is_readable(self) -> bool:
        """Whether nothing has to be mended before a rule can look at it."""
        return not self.checked_problem and not any(one.problems for one in self.typed.values())

    def filled(self) -> "SheetForm":
        """The form with whoever is unset made normal, and nobody else."""
        unset = [student for student, line in self.lines.items() if line.state is State.UNSET]
        return replace(
            self,
            typed=self.typed | {one: replace(self.typed[one], choice=State.NORMAL) for one in unset},
            lines=self.lines | dict.fromkeys(unset, NORMAL_LINE),
        )

    def covered(self, known: Mapping[int, Line]) -> "SheetForm":
        """The form with what is known already of some students, which a classroom's screen does not show."""
        typed = dict.fromkeys(known, Typed(choice=KNOWN))
        return replace(self, typed=self.typed | typed, lines=self.lines | dict(known))

    def complained(self, students: Iterable[int], field: str, sentence: str) -> "SheetForm":
        """The form with one complaint more at each of these students."""
        more = {
            one: replace(self.typed[one], problems=(*self.typed[one].problems, (field, sentence)))
            for one in students
            if one in self.typed
        }
        return replace(self, typed=self.typed | more)

    def asks_for(self, student: int, trigger: int) -> bool:
        """Whether something is still to be done about a student: to mend, or to measure again."""
        if self.typed[student].choice == KNOWN:
            return False
        line = self.lines[student]
        hot = line.first is not None and line.first >= trigger
        waits = hot and line.retest is None and line.fever in (None, FeverState.WAITING)
        return bool(self.typed[student].problems) or waits

    def submission(self, checked_at: datetime | None) -> Submission:
        """The form as the service takes it; `checked_at` is the instant of `checked`."""
        return Submission(
            self.key,
            self.base,
            self.how,
            self.lines,
            self.reason or None,
            told_by=self.told_by or None,
            checked_at=checked_at,
            as_kept=self.as_kept,
        )


def fields_of(form: SheetForm) -> list[tuple[str, str]]:
    """The form as a browser would send it."""
    fields = [
        ("key", str(form.key)),
        ("base", str(form.base)),
        ("mode", form.mode.value),
        ("how", form.how.value),
        ("roster", ",".join(map(str, form.typed))),
    ]
    for student, one in form.typed.items():
        fields += [
            (f"state-{student}", one.choice),
            (f"t1-{student}", one.first),
            (f"t2-{student}", one.retest),
            (f"onset-{student}", one.onset),
            *((f"sym-{student}", symptom) for symptom in one.symptoms),
            *([(f"sure-{student}", "on")] if one.sure else []),
        ]
    return fields


def read_sheet(form: MultiDict[str, str], day: date) -> SheetForm | None:
    """The form of a sheet; None if it is not one that our page made."""
    try:
        students = [int(text) for text in form.get("roster", "").split(",") if text]
        key, base = UUID(form["key"]), int(form.get("base", "0"))
        mode, how = Mode(form.get("mode", Mode.EXCEPTIONS)), Affirmation(form["how"])
    except (KeyError, ValueError):
        return None
    if (
        len(set(students)) != len(students)
        or not 0 <= base < LARGEST_ID
        or max(students, default=0) > LARGEST_ID
    ):
        return None
    read = {student: read_line(form, student, mode, day) for student in students}
    checked = form.get("checked", "").strip()[:16]
    checked_time, problem = _wall_time(checked)
    return SheetForm(
        key,
        base,
        mode,
        how,
        form.get("reason", "").strip()[:255],
        {student: typed for student, (typed, _line) in read.items()},
        {student: line for student, (_typed, line) in read.items()},
        told_by=form.get("told_by", "").strip()[:64],
        checked=checked,
        checked_time=checked_time,
        checked_problem=problem,
        as_kept=frozenset(one for one in students if form.get(f"pick-{one}") == "theirs"),
        fills="fill" in form,
    )


def _wall_time(text: str) -> tuple[time | None, str | None]:
    if not text:
        return None, None
    try:
        return time.fromisoformat(text.replace("：", ":")).replace(tzinfo=None), None
    except ValueError:
        return None, _("Please enter a time, such as 08:05.")


def read_line(form: MultiDict[str, str], student: int, mode: Mode, day: date) -> tuple[Typed, Line]:
    """What a form holds of one student, and the line it comes to."""
    default = State.NORMAL if mode is Mode.EXCEPTIONS else State.UNSET
    choice = form.get(f"state-{student}", default)
    if choice not in choices_of(mode):
        choice = default
    typed = Typed(
        choice,
        form.get(f"t1-{student}", "").strip()[:16],
        form.get(f"t2-{student}", "").strip()[:16],
        frozenset(code for code in form.getlist(f"sym-{student}") if code in Symptom.__members__.values()),
        form.get(f"onset-{student}", "")[:10],
        f"sure-{student}" in form,
    )
    problems: list[tuple[str, str]] = []
    first = _temperature(typed, "t1", typed.first, problems)
    retest = _temperature(typed, "t2", typed.retest, problems)
    if typed.retest and not typed.first:
        problems.append(("t1", temperature_words(TemperatureProblem.RETEST_WITHOUT_FIRST, "")))
    if choice == State.MEASURED and not typed.first:
        problems.append(("t1", temperature_words(TemperatureProblem.MISSING, "")))
    onset = _onset(typed, day, problems)
    line = line_of(choice, first, retest, typed.symptoms, onset)
    if (typed.first or typed.retest) and line.state in (State.ABSENT, State.NOT_HERE, State.AWAY):
        problems.append(("t1", temperature_words(TemperatureProblem.NOT_PRESENT, "")))
    return replace(typed, problems=tuple(problems)), line


def _temperature(typed: Typed, name: str, text: str, problems: list[tuple[str, str]]) -> int | None:
    tenths, problem = read_temperature(text)
    if problem and not (problem is TemperatureProblem.UNLIKELY and typed.sure):
        problems.append((name, temperature_words(problem, text)))
    return tenths


def _onset(typed: Typed, day: date, problems: list[tuple[str, str]]) -> date | None:
    if not typed.onset:
        return None
    try:
        onset = date.fromisoformat(typed.onset)
    except ValueError:
        problems.append(("onset", _("Please give the onset date as 2026-09-21")))
        return None
    if onset > day:
        problems.append(("onset", _("The onset cannot lie after the day of the sheet")))
    return onset


def line_of(
    choice: str, first: int | None, retest: int | None, symptoms: Iterable[str], onset: date | None
) -> Line:
    """What was chosen and typed, as one state: a value makes *measured*, a tick makes *symptomatic*."""
    state, _colon, reason = choice.partition(":")
    signs = frozenset(Symptom(code) for code in symptoms)
    kind = State(state)
    if kind in (State.NORMAL, State.MEASURED, State.UNSET, State.SYMPTOMATIC):
        if signs:
            kind = State.SYMPTOMATIC
        elif kind is not State.SYMPTOMATIC and first is not None:
            kind = State.MEASURED
    line = Line(kind, AbsenceReason(reason) if reason else None, first, retest, signs)
    has_sign = bool(signs) or line.state in (State.ABSENT, State.SYMPTOMATIC) or first is not None
    return replace(line, onset=onset if has_sign else None)


def starting_line(mode: Mode) -> Line:
    """What a student is before anybody has said anything: unset where every temperature is entered."""
    return NORMAL_LINE if mode is Mode.EXCEPTIONS else Line(State.UNSET)


def is_exception(line: Line, trigger: int) -> bool:
    """Whether a receipt names a line: all but who is normal or measured below the trigger."""
    return line.state is not State.NORMAL and not (
        line.state is State.MEASURED and (line.first or 0) < trigger
    )
