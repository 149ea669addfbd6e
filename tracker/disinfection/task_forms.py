"""What is typed into a checklist, and with what its items can be done, in words."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from tracker.disinfection.means_rules import (
    MOST_MG_PER_L,
    MOST_MINUTES,
    Means,
    Plan,
    Source,
    SourceKind,
    proposed,
    source_kind_of,
)
from tracker.disinfection.rules import Answer, ItemResult, NotDoneReason, ObjectKind
from tracker.edge import Form
from tracker.fields import Ticks, Whole, offered
from tracker.supplies.dilution_rules import Warning, warning_of
from tracker.templating import format_moment
from tracker.words import word


class Deed(StrEnum):
    """What a button of the checklist asks for."""

    DONE = "done"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"
    FINISH = "finish"
    FINISH_ALL = "finish_all"
    READ = "read"
    """The safety rules were read."""


def _reasons() -> list[tuple[str, Any]]:
    return [("", _l("Please choose"))] + [(reason.value, word(reason)) for reason in NotDoneReason]


def _to(most: int) -> NumberRange:
    return NumberRange(1, most, message=_l("Between %(min)s and %(max)s, please."))


class TaskForm(Form):
    """One button of the checklist, with the item it stands at and what was chosen there."""

    do = StringField(validators=[InputRequired(), AnyOf(list(Deed))])
    item = IntegerField(validators=[Optional()])
    reason = SelectField(_l("Reason"), choices=_reasons, default="")
    note = StringField(
        _l("Note"),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=255, message=_l("At most 255 characters, please."))],
    )
    source = SelectField(_l("Done with"), choices=[], default="", validate_choice=False)
    mg_per_l = Whole(_l("Concentration without a batch, mg/L"), validators=[Optional(), _to(MOST_MG_PER_L)])
    minutes = Whole(_l("Minutes"), validators=[Optional(), _to(MOST_MINUTES)])
    photo = FileField(
        _l("Photograph"), description=_l("Of the thing, without people."), render_kw={"accept": "image/*"}
    )

    @property
    def given(self) -> Answer:
        """The answer it gives to its item."""
        reason = NotDoneReason(self.reason.data) if self.reason.data else None
        return Answer(ItemResult(str(self.do.data)), reason)

    @property
    def means(self) -> Means:
        """With what and for how long its item was done.  Of a batch, the batch says how strong it is."""
        source = _read(self.source.data)
        return Means(source, None if source else self.mg_per_l.data, self.minutes.data)


def _code(source: tuple[SourceKind, int] | None) -> str:
    """A source as a list of choices names it, such as `batch:3`; empty for none."""
    return f"{source[0].value}:{source[1]}" if source else ""


def _read(code: str | None) -> tuple[SourceKind, int] | None:
    """The source a code names; a code that is none names what does not exist."""
    if not code:
        return None
    kind, _colon, number = code.partition(":")
    if kind not in list(SourceKind) or not number.isdecimal() or len(number) > 9:
        return SourceKind.BATCH, 0
    return SourceKind(kind), int(number)


class ItemPage:
    """An item of the page: its form, and with what it was or will be done."""

    def __init__(
        self,
        object_id: int,
        plan: Plan,
        sources: Sequence[Source],
        *,
        answer: Answer | None,
        note: str | None,
        means: Means,
        wants_photo: bool,
        now: datetime,
    ) -> None:
        self.id, self.plan, self.wants_photo = object_id, plan, wants_photo
        self.sources = [one for one in sources if one.kind is source_kind_of(plan)]
        is_done = answer is not None and answer.result is ItemResult.DONE
        self.means = means if is_done else proposed(plan, self.sources, now)
        self.form = TaskForm(
            formdata=None,
            reason=answer.reason if answer and answer.reason else "",
            note=note or "",
            source=_code(self.means.source),
            mg_per_l=None if self.means.source else self.means.mg_per_l,
            minutes=self.means.minutes,
        )
        self.take(self.form)

    def take(self, form: TaskForm) -> None:
        """Show this form at the item: its fields are told apart by their ids."""
        self.form = form
        for field in (form.reason, form.note, form.source, form.mg_per_l, form.minutes, form.photo):
            field.id = f"{field.short_name}-{self.id}"
            field.label.field_id = field.id
        choices = [(_code((one.kind, one.number)), source_words(one, self.plan)) for one in self.sources]
        form.source.choices = offered([*choices, ("", _l("None of the list"))])

    @property
    def fields(self) -> list[Any]:
        """What can be said of how it is done."""
        form, kind = self.form, source_kind_of(self.plan)
        strength = [form.mg_per_l] if kind is SourceKind.BATCH else []
        return [form.source, *strength, form.minutes] if kind else [form.minutes] if self.plan.minutes else []

    @property
    def words(self) -> str:
        """With what it was or will be done, as one line; empty where nobody has said."""
        source = next((one for one in self.sources if (one.kind, one.number) == self.means.source), None)
        parts = [source_words(source, self.plan)] if source else []
        if source is None and self.means.mg_per_l:
            parts = [_with_warning(self.means.mg_per_l, self.plan)]
        if self.means.minutes:
            short = self.plan.minutes is not None and self.means.minutes < self.plan.minutes
            parts.append(_("%(minutes)s min", minutes=self.means.minutes))
            parts += [_("too short")] if short else []
        return " · ".join(parts)

    @property
    def lacks_batch(self) -> bool:
        """Whether it needs a solution, and none is good."""
        return source_kind_of(self.plan) is SourceKind.BATCH and self.means.source is None


def source_words(one: Source, plan: Plan) -> str:
    """Something an item can be done with, and what is wrong with it."""
    if one.mixed_at is not None and one.mg_per_l is not None:
        return f"{_with_warning(one.mg_per_l, plan)} · {format_moment(one.mixed_at)} {one.name}"
    if one.most_hours is None:
        return one.name
    hours = _("%(hours)s of %(most)s h", hours=one.burned_minutes // 60, most=one.most_hours)
    return " · ".join([one.name, hours] + ([_("replace the tube")] if one.is_burned_out else []))


def _with_warning(mg_per_l: int, plan: Plan) -> str:
    warning = warning_of(mg_per_l, plan.mg_per_l) if plan.mg_per_l else None
    words = {None: "", Warning.BELOW_TARGET: _("too weak"), Warning.ABOVE_TWICE: _("too strong")}[warning]
    return f"{mg_per_l:,} mg/L ({words})" if words else f"{mg_per_l:,} mg/L"


class PhotosForm(Form):
    """Of which objects of a zone a photograph is asked for."""

    objects = Ticks(_l("Only with a photograph"), coerce=int)

    def offer(self, things: Sequence[tuple[int, ObjectKind]], asked: Sequence[int]) -> None:
        """The objects of the zone, and of which a photograph is asked for now."""
        self.objects.choices = offered((id, word(kind)) for id, kind in things)
        if not self.is_submitted():
            self.objects.data = list(asked)
