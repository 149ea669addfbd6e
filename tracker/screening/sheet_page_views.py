"""How a sheet is shown: opened, with its complaints, or beside the version somebody else has sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.facts.rules import Symptom
from tracker.screening import forms, prefill_queries, queries, service, version_queries
from tracker.screening.check_rules import bad_news
from tracker.screening.queries import ClassSession, KeptSheet, RosterStudent
from tracker.screening.rules import (
    NORMAL_LINE,
    Affirmation,
    Difference,
    Line,
    Mode,
    SessionCode,
    counts_of,
    differences,
    merged,
)
from tracker.templating import class_ref
from tracker.words import word


def moment() -> service.Moment:
    """This moment, by the school's clock."""
    now = clock.now()
    return service.Moment(now, clock.today(), clock.local(now).time().replace(microsecond=0))


def address(session: ClassSession, endpoint: str, **more: Any) -> str:
    """The address of a page of a sheet."""
    return url_for(
        endpoint, ref=class_ref(session.school_class), day=session.day, code=session.code.value, **more
    )


def roster(session: ClassSession) -> list[RosterStudent]:
    """The students of a sheet as whoever asks may see them: others look at a classroom's screen."""
    students = queries.roster(session.class_id, session.day)
    if g.identity.on_classroom_screen:
        return [one.nameless(place) for place, one in enumerate(students, 1)]
    return students


def with_known(session: ClassSession, form: forms.SheetForm, sent: Mapping[str, str]) -> forms.SheetForm:
    """The form with what a classroom's screen has not shown, where it was left to hold."""
    asked = [
        one
        for one, typed in form.typed.items()
        if sent.get(f"state-{one}") == forms.KNOWN and not (typed.first or typed.retest or typed.symptoms)
    ]
    if not asked:
        return form
    kept = queries.kept_sheets(session.class_id, session.day)
    known = prefill_queries.prefilled(session.code, session.day, kept, roster(session))
    form = form.covered({one: known[one] for one in asked if one in known})
    words = _("What was known of this student has changed. Please look once more.")
    return form.complained([one for one in asked if one not in known], "choice", words)


def opened(
    session: ClassSession,
    kept: Mapping[SessionCode, KeptSheet],
    students: list[RosterStudent],
    chosen_mode: str | None,
    undone_no: int | None = None,
) -> forms.SheetForm:
    """The form as it is opened: what is kept, or what is known of the day and was on the undone version."""
    here = kept.get(session.code)
    default = session.plan.mode if session.plan else Mode.EXCEPTIONS
    mode = Mode.FULL if (chosen_mode or default) == Mode.FULL else Mode.EXCEPTIONS
    start = forms.starting_line(Mode.EXCEPTIONS if here else mode)
    if here:
        lines = here.lines
    else:
        lines = prefill_queries.prefilled(session.code, session.day, kept, students)
        if undone_no:
            undone = version_queries.undone_lines(session.class_id, session.day, session.code, undone_no)
            lines |= {one: line for one, line in undone.items() if line != start}
    form = forms.SheetForm(
        key=uuid4(),
        base=here.version.no if here else 0,
        mode=mode,
        how=here.version.how if here else session.plan.how if session.plan else Affirmation.LOOKED,
        reason="",
        typed={one.id: forms.typed_of(lines.get(one.id, start), mode) for one in students},
        lines={one.id: lines.get(one.id, start) for one in students},
    )
    if g.identity.on_classroom_screen:
        form = form.covered({one: line for one, line in lines.items() if line not in (start, NORMAL_LINE)})
    return form


def shown(
    session: ClassSession,
    form: forms.SheetForm,
    students: list[RosterStudent] | None = None,
    *,
    refused: str | None = None,
    here: KeptSheet | None = None,
    theirs: dict[str, Any] | None = None,
    notes: list[str] | None = None,
) -> str:
    """The page of a sheet."""
    students = students if students is not None else roster(session)
    now, plan = moment(), session.plan
    listed = [one for one in students if one.id in form.typed]
    complaints = [
        (f"{field}-{one.id}", _("%(student)s: %(problem)s", student=one.label, problem=sentence))
        for one in listed
        for field, sentence in form.typed[one.id].problems
    ]
    if form.checked_problem:
        complaints.append(("checked", form.checked_problem))
    late = plan is not None and session.day == now.today and now.wall > plan.deadline
    return render_template(
        "screening/sheet.html",
        session=session,
        plan=plan,
        form=form,
        students=listed,
        counts=counts_of(form.lines.values(), trigger=session.trigger, retest_trigger=session.retest_trigger),
        choices=forms.choices_of(form.mode),
        first_choices=forms.FIRST_CHOICES + (form.mode is Mode.FULL),
        words_of={
            choice: str(forms.choice_word(choice)) for choice in (*forms.choices_of(Mode.FULL), forms.KNOWN)
        }
        | {symptom: str(word(symptom)) for symptom in Symptom},
        symptoms=Symptom,
        modes=Mode,
        opened={one.id for one in listed if form.asks_for(one.id, session.trigger)},
        complaints=complaints,
        form_has_errors=bool(complaints or refused),
        refused=refused,
        here=here,
        theirs=theirs,
        notes=notes or [],
        late=late and not form.base,
        asks_reason=plan is not None
        and (session.day < now.today or (not form.base and now.wall > plan.closes))
        and g.identity.is_nurse,
        may_send=bool(listed) and (refused is None or request.method == "POST"),
    )


@dataclass(frozen=True)
class Contested:
    """A student of whom the kept version and one's own say different things."""

    student_id: int
    label: str
    theirs: str
    mine: str
    pick: str
    """Which of the two is proposed, `theirs` or `mine`."""


def stale(session: ClassSession, form: forms.SheetForm) -> str:
    """Both versions side by side; what was typed stays in the form, now made from the newer version."""
    students = roster(session)
    here = queries.kept_sheets(session.class_id, session.day, [session.code]).get(session.code)
    start = forms.starting_line(form.mode)
    mine = {one.id: form.lines.get(one.id, start) for one in students}
    again = replace(
        form,
        key=uuid4(),
        base=here.version.no if here else 0,
        typed={one.id: form.typed.get(one.id) or forms.typed_of(start, form.mode) for one in students},
        lines=mine,
        as_kept=frozenset(),
    )
    names = {one.id: one.label for one in students}
    base = version_queries.lines_at(here.sheet.id, form.base) if here and form.base else {}
    rows = [
        _contested(session, one, names.get(one.student_id, "–"), base.get(one.student_id))
        for one in (differences(here.lines, mine) if here else [])
    ]
    theirs = {
        "kept": here,
        "rows": rows,
        "joined": [names[one.id] for one in students if one.id not in form.lines],
        "left": len(set(form.lines) - set(names)),
    }
    return shown(session, again, students, here=here, theirs=theirs)


def _contested(session: ClassSession, one: Difference, label: str, base: Line | None) -> Contested:
    triggers = session.trigger, session.retest_trigger

    def news(line: Line) -> int:
        return len(bad_news(line, trigger=session.trigger, retest_trigger=session.retest_trigger))

    return Contested(
        one.student_id,
        label,
        forms.line_words(one.theirs, *triggers),
        forms.line_words(one.mine, *triggers),
        merged(one, base, news),
    )
