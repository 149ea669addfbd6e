"""What every page that writes does the same way: its key, its one transaction, its refusal."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Response, abort, g, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField

from tracker import clock
from tracker.audit import queries as receipts
from tracker.audit import service as audit
from tracker.db import db, transaction
from tracker.errors import Rejected, RunAgain


class Form(FlaskForm):
    """A form that writes: with its token, and with the key that lets it be sent twice."""

    key = HiddenField(default=lambda: str(uuid4()))

    def refuse(self, field: str, sentence: Any) -> None:
        """Put a rule's no at a field, or above the form where it has none."""
        if field and field in self:
            self[field].errors = [*self[field].errors, sentence]
        else:
            self.form_errors.append(sentence)

    def refuse_every(
        self, refusals: Iterable[Rejected], words: Callable[[Any, Mapping[str, Any]], str]
    ) -> None:
        """Put each no at its field; a field that has a complaint already keeps to that."""
        for no in refusals:
            if no.field not in self or not self[no.field].errors:
                self.refuse(no.field, words(no.reason, no.details))

    @property
    def complaints(self) -> list[tuple[str | None, Any]]:
        """What is wrong, in the order of the fields: (the id to link to, or None; the sentence)."""
        at_fields = [
            (field.id, _("%(field)s: %(problem)s", field=field.label.text, problem=error))
            for field in self
            for error in field.errors
        ]
        return [(None, error) for error in self.form_errors] + at_fields


def form_key() -> UUID:
    """The key that came with the form.  A form without one is refused."""
    try:
        return UUID(request.form["key"])
    except (KeyError, ValueError):
        abort(400)


def once(deed: str, verb: Callable[[], str]) -> BaseResponse:
    """Do what a form asks, once for its key and in one transaction, and lead on to where `verb` says.

    A form that was already taken leads to where it led then; somebody else's key is a 404, and one that
    was used for another deed is no key.
    """
    key = form_key()
    by = g.identity.user_id if g.identity else None
    for attempt in (1, 2):
        try:
            with transaction():
                location = _where_it_led(key, by, deed)
                if location is None:
                    location = verb()
                    audit.take_form(by, clock.now(), deed, key, location)
                    db.session.flush()
            return redirect(location, 303)
        except Rejected:
            # A rule may refuse what the same form, sent at the same moment, has just done.
            db.session.rollback()
            if (location := _where_it_led(key, by, deed)) is None:
                raise
            return redirect(location, 303)
        except (sa.exc.IntegrityError, RunAgain):
            # Two at once: the second finds what the first has kept, or fails the same way again.
            if attempt == 2:
                raise
    raise AssertionError


def _where_it_led(key: UUID, by: int | None, deed: str) -> str | None:
    """Where a form that was taken has led; None for one that was not."""
    taken = receipts.form_receipt(key)
    if taken is None:
        return None
    if taken.user_id != by:
        abort(404)
    if taken.deed != deed:
        abort(400)
    return taken.location


def taken(
    form: Form,
    deed: str,
    verb: Callable[[], str],
    words: Callable[[Any, Mapping[str, Any]], str],
    *,
    wrong: Callable[[], Iterable[Rejected]] = tuple,
) -> BaseResponse | None:
    """Do once what a form asks; None where it must be shown, because it is new, unreadable or refused.

    `wrong` is what the rules say of what could be read where something could not: all is told at once.
    """
    if not form.is_submitted():
        return None
    if not form.validate():
        form.refuse_every(wrong(), words)
        return None
    try:
        return once(deed, verb)
    except Rejected as no:
        form.refuse_every(no.every, words)
        return None


def page(template: str, *, code: int | None = None, **values: Any) -> Response | tuple[str, int]:
    """A page; 422 when its form holds a complaint."""
    form = values.get("form")
    wrong = form is not None and (form.errors or form.form_errors)
    values.setdefault("form_has_errors", bool(wrong))
    return render_template(template, **values), code or (422 if wrong else 200)


def log_reading(page_name: str, subject_id: int, *, student_id: int | None = None) -> None:
    """Count the signed-in person's reading of a page that shows health, after the page was made."""
    with transaction():
        audit.log_reading(
            g.identity.user_id, clock.now(), clock.today(), page_name, subject_id, student_id=student_id
        )
