"""The rules of return and the nurse's check as they are typed, and what is said where a rule refuses."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from tracker.absence.return_rules import (
    MOST_DAYS,
    Anchor,
    Check,
    Condition,
    Return,
    ReturnRefusal,
    Rule,
    Unit,
    Wait,
)
from tracker.absence.rules import PaperKind
from tracker.edge import Form
from tracker.facts.rules import Diagnosis
from tracker.fields import Day, Line, MaybeDay, Ticks, offered
from tracker.templating import format_celsius
from tracker.words import word

WORDS: dict[ReturnRefusal, Any] = {
    ReturnRefusal.NO_RULE: _l("This absence needs no check before the return."),
    ReturnRefusal.DAY_MISSING: _l("Please fill this in."),
    ReturnRefusal.ANCHOR_IN_FUTURE: _l("This day has not come yet."),
    ReturnRefusal.ANCHOR_BEFORE_ONSET: _l("The illness began on %(onset)s; this cannot lie before that."),
    ReturnRefusal.ANCHOR_MISSING: _l(
        "Please enter this day, so that the earliest day of return is known; or give a reason."
    ),
    ReturnRefusal.RETURN_IN_PAST: _l("This day has gone by. Please choose a school day to come."),
    ReturnRefusal.RETURN_NO_SCHOOL_DAY: _l("This is no school day. Please choose another."),
    ReturnRefusal.RETURN_BEFORE_ONSET: _l(
        "The return cannot lie before the illness, which began on %(onset)s."
    ),
    ReturnRefusal.TOO_EARLY: _l(
        "The earliest day by the rule is %(earliest)s. For an earlier one, give a reason."
    ),
    ReturnRefusal.CONDITIONS_OPEN: _l(
        "Please tick what you have seen; where something is missing, give a reason."
    ),
    ReturnRefusal.RETEST_WAITS: _l(
        "Today's %(reading)s still awaits its retest. Please measure again first."
    ),
    ReturnRefusal.PAPER_MISSING: _l(
        "The rule asks for this paper: %(papers)s. Please attach it, or tick it as seen."
    ),
    ReturnRefusal.PAPER_GONE: _l("One of these papers was removed in the meantime."),
    ReturnRefusal.ALREADY_CLEARED: _l("This student is already cleared, for %(day)s."),
    ReturnRefusal.NOT_CLEARED: _l("There is nothing to take back: this student is not cleared."),
    ReturnRefusal.RULE_IN_PAST: _l("A rule can change from today on, not for days gone by."),
}


def refusal_words(reason: Any, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    shown = {key: value.isoformat() if isinstance(value, date) else value for key, value in details.items()}
    shown["reading"] = format_celsius(details.get("reading"))
    if "papers" in details:
        shown["papers"] = str(_(", ")).join(str(word(kind)) for kind in details["papers"])
    return str(WORDS[reason] % shown)


def wait_words(wait: Wait) -> str:
    """A wait as a sentence's part: the anchor and how long after it."""
    if not wait.count:
        return _("from: %(anchor)s", anchor=word(wait.anchor))
    if wait.unit is Unit.HOURS:
        return _("%(anchor)s + %(n)s h", anchor=word(wait.anchor), n=wait.count)
    return _("%(anchor)s + %(n)s days", anchor=word(wait.anchor), n=wait.count)


def parents_words(back: Return) -> str:
    """What the teacher tells the parents: what to bring, where to go first, and the earliest day."""
    papers = str(_(", ")).join(str(word(kind)) for kind in back.rule.papers)
    parts = [
        _("Dear parents, on the day of return please bring: %(papers)s.", papers=papers)
        if papers
        else _("Dear parents, about the day of return:"),
        _("Please come to the school nurse first; she tells when your child may go to class."),
    ]
    if back.earliest:
        parts.append(_("The earliest day is %(day)s.", day=back.earliest.isoformat()))
    return "\n".join(parts)


class MaybeCount(StringField):
    """A whole number, or none."""

    data: Any

    def __init__(self, label: Any, *, most: int, **more: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric", "autocomplete": "off"}, **more)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was typed; an empty field is none."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = typed or None
        if typed:
            if not (typed.isascii() and typed.isdigit() and int(typed[:9]) <= self.most):
                raise ValueError(_("Please enter a whole number from 0 to %(most)s.", most=self.most))
            self.data = int(typed)


def _choices(kind: Any) -> list[Any]:
    return offered([(member.value, word(member)) for member in kind])


class RuleForm(Form):
    """What one disease asks for, from a day on."""

    conditions = Ticks(_l("The nurse must have seen"), choices=_choices(Condition))
    papers = Ticks(_l("Papers asked for"), choices=_choices([PaperKind.DIAGNOSIS, PaperKind.RECOVERY]))
    contacts_days = MaybeCount(_l("Watch close contacts for so many days"), most=MOST_DAYS)
    valid_from = Day(_l("Valid from"))
    source = Line(_l("Which paper says so, or why"), most=255)

    def waits_fields(self) -> list[tuple[Any, Any]]:
        """For each anchor its two fields: how long, and what it is counted in."""
        return [(self[f"count_{anchor.value}"], self[f"unit_{anchor.value}"]) for anchor in Anchor]

    def validate(self, extra_validators: Any = None) -> bool:
        """As usual, and no wait is longer than a rule may let wait."""
        good = bool(super().validate(extra_validators))
        for count, unit in self.waits_fields():
            hours = unit.data == Unit.HOURS
            if isinstance(count.data, int) and count.data > MOST_DAYS * (24 if hours else 1):
                self.refuse(count.name, _("A rule lets wait at most %(most)s days.", most=MOST_DAYS))
                good = False
        return good

    def fill(self, rule: Rule, valid_from: date) -> None:
        """Show a rule as it holds, to be changed."""
        for wait in rule.waits:
            self[f"count_{wait.anchor.value}"].data = wait.count
            self[f"unit_{wait.anchor.value}"].data = wait.unit.value
        self.conditions.data = [one.value for one in rule.conditions]
        self.papers.data = [one.value for one in rule.papers]
        self.contacts_days.data = rule.contacts_days
        self.valid_from.data = valid_from

    def rule(self, disease: Diagnosis) -> Rule:
        """What was typed, as a rule."""
        waits = [
            Wait(anchor, count.data, Unit(unit.data))
            for anchor, (count, unit) in zip(Anchor, self.waits_fields(), strict=True)
            if count.data is not None
        ]
        return Rule(
            disease,
            tuple(waits),
            tuple(Condition(code) for code in self.conditions.data or ()),
            tuple(PaperKind(code) for code in self.papers.data or ()),
            self.contacts_days.data,
        )


for _anchor in Anchor:
    setattr(RuleForm, f"count_{_anchor.value}", MaybeCount(word(_anchor), most=MOST_DAYS * 24))
    setattr(
        RuleForm,
        f"unit_{_anchor.value}",
        SelectField(_l("Counted in"), choices=_choices(Unit), default=Unit.DAYS.value),
    )


def day_field(anchor: Anchor) -> str:
    """The name of the field for a day that a return is counted from."""
    return f"day_{anchor.value}"


class _Days(Form):
    """The days a return is counted from; what is wrong is told in the order of the page."""


for _anchor in Anchor:
    setattr(_Days, day_field(_anchor), MaybeDay(word(_anchor)))


class ClearForm(_Days):
    """The days a return is counted from, and what the nurse has seen."""

    conditions = Ticks(_l("Seen or heard"), choices=_choices(Condition))
    papers = Ticks(_l("Papers looked at"), validate_choice=False)
    returns_on = MaybeDay(_l("May be in class from"))
    proposed: date | None = None
    """The first school day the rule allows."""
    why = Line(_l("Reason, where the day or a condition differs from the rule"), most=255, needed=False)

    def suit(self, back: Return, papers: Sequence[tuple[int, str]]) -> None:
        """Leave the fields that the rule asks for; `papers` are those attached, with their words."""
        asked = [wait.anchor for wait in back.rule.waits]
        for anchor in Anchor:
            if anchor not in asked:
                del self[day_field(anchor)]
        if not back.rule.conditions:
            del self.conditions
        else:
            self.conditions.choices = _choices(back.rule.conditions)
        seen = [
            (f"seen-{kind.value}", _("%(paper)s: original seen", paper=word(kind)))
            for kind in back.rule.papers
        ]
        attached = [(str(number), words) for number, words in papers]
        self.papers.choices = offered([*attached, *seen])
        if not self.papers.choices:
            del self.papers

    @property
    def day_fields(self) -> list[Any]:
        """The fields for the days that are left, in their order."""
        return [self[day_field(anchor)] for anchor in Anchor if day_field(anchor) in self]

    @property
    def days(self) -> dict[Anchor, date | None]:
        """The days as typed."""
        return {anchor: self[day_field(anchor)].data for anchor in Anchor if day_field(anchor) in self}

    def fill(self, back: Return) -> None:
        """Show what is known already, and the day of return where the rule gives one."""
        for anchor in Anchor:
            if day_field(anchor) in self:
                self[day_field(anchor)].data = back.known.get(anchor)
        self.take_proposed()

    def take_proposed(self) -> None:
        """Let the child be back on the first day the rule allows."""
        self.returns_on.data, self.returns_on.raw_data = self.proposed, None

    def again(self) -> None:
        """Make it ready to be sent once more as it was typed."""
        self.key.data = str(uuid4())

    @property
    def check(self) -> Check:
        """What was ticked and typed."""
        ticked = self.conditions.data if "conditions" in self else ()
        return Check(
            self.returns_on.data,
            frozenset(Condition(code) for code in ticked or ()),
            reason=self.why.data or None,
        )

    @property
    def ticked(self) -> list[int]:
        """The numbers of the attached papers that were ticked; one that is none counts as removed."""
        numbers = [code for code in self._codes if not code.startswith("seen-")]
        return [int(code) if code.isascii() and code.isdigit() and len(code) < 10 else 0 for code in numbers]

    @property
    def seen(self) -> list[PaperKind]:
        """The kinds of papers that were seen as originals."""
        known = {f"seen-{kind.value}": kind for kind in PaperKind}
        return [known[code] for code in self._codes if code in known]

    @property
    def _codes(self) -> list[str]:
        return list(self.papers.data or ()) if "papers" in self else []
