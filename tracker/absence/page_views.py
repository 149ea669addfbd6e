"""The page of one absence, as every deed on it shows it again, and how a deed leads on."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from flask import flash, g, request, url_for

from tracker import clock, edge
from tracker.absence import (
    forms,
    guardian_queries,
    household_queries,
    queries,
    queue_queries,
    return_page,
    sign_queries,
    step_queries,
)
from tracker.absence.queries import Followed
from tracker.absence.rules import LIVE, QUICK_RESULTS, CallWay
from tracker.accounts.guards import ask_for_pin, needs_pin
from tracker.errors import Rejected
from tracker.permissions import Permission, permits
from tracker.templating import class_label


def episode(episode_id: int) -> Followed | None:
    """What an absence's address names."""
    return queries.episode(episode_id, clock.today())


def reviews() -> bool:
    """Whether whoever asks reviews calls."""
    return permits(g.identity, Permission.EPISODE_REVIEW)


def do(deed: str, found: Followed, form: Any, verb: Callable[[], None], location: str) -> Any:
    """Do it once and lead on; where a rule says no, the absence's page says why."""

    def done() -> str:
        verb()
        return location

    try:
        return edge.once(deed, done)
    except Rejected as no:
        form.refuse_every(no.every, forms.refusal_words)
    again = episode(found.episode.id) or found
    if isinstance(form, forms.CallForm):
        return episode_page(again, form)
    return episode_page(again, refused=form)


def tell(answer: Any, sentence: str) -> None:
    """Say what was done, on the page that a carried-out form leads to."""
    if getattr(answer, "status_code", None) == 303:
        flash(sentence)


def episode_address(found: Followed) -> str:
    """The page of one absence."""
    return url_for("absence.follow_up", episode_id=found.episode.id)


def queue_address(found: Followed) -> str:
    """Back to where the button stood: the queue, or the absence's own page."""
    if request.args.get("from") == "page":
        return episode_address(found)
    only: dict[str, Any] = {"class": ref} if (ref := request.args.get("class")) else {}
    return url_for("absence.queue", **only, _anchor=f"e{found.episode.id}")


def siblings_to_call(found: Followed) -> list[tuple[int, str]]:
    """The absences of brothers and sisters whoever asks may log a call in."""
    return [
        (one.episode_id, f"{one.name} {class_label(one.school_class)}")
        for one in household_queries.household(found.episode.student_id, clock.today())
        if one.episode_id and permits(g.identity, Permission.EPISODE_FOLLOW, one)
    ]


def _may_strike(call: queries.CallSeen, today: date) -> bool:
    own = call.by == g.identity.user_id and clock.local(call.at).date() == today
    return call.struck_at is None and (own or reviews())


def step_forms(refused: edge.Form | None) -> dict[str, edge.Form]:
    """The small forms of the page, empty; the refused one as it was typed."""
    kinds = {"ask": forms.AskForm, "reason": forms.ReasonForm, "reopen": forms.ReopenForm}
    return {
        name: refused if isinstance(refused, kind) else kind(formdata=None) for name, kind in kinds.items()
    }


def episode_page(
    found: Followed,
    form: forms.CallForm | None = None,
    *,
    refused: edge.Form | None = None,
    shown_phone: dict[int, str] | None = None,
    **of_return: Any,
) -> Any:
    """The page of one absence, with refused forms as they were sent; that it was read is logged."""
    if needs_pin():  # a refused form shows the history too
        return ask_for_pin()
    one, today = found.episode, clock.today()
    calls = queries.calls_of(one.id)
    if form is None:
        form = forms.CallForm(formdata=None, upto=max((call.id for call in calls), default=0))
        form.offer(siblings_to_call(found))
    row = queue_queries.row_of(found, clock.now(), today, reviewer=reviews(), me=g.identity.user_id)
    page = edge.page(
        "absence/episode.html",
        code=422 if refused else None,
        found=found,
        row=row,
        form=form,
        refused=refused,
        form_has_errors=bool(refused or form.complaints),
        timeline=sorted([*calls, *step_queries.steps_of(one.id)], key=lambda done: done.at, reverse=True),
        household=household_queries.household(one.student_id, today),
        may_strike=[call.id for call in calls if _may_strike(call, today)],
        step_forms=step_forms(refused),
        symptoms_of=sign_queries.symptoms_of_calls([call.id for call in calls]) if calls else {},
        guardians=guardian_queries.guardians(one.student_id),
        shown_phone=shown_phone or {},
        upto=row.upto,
        my_id=g.identity.user_id,
        by_parent=any(call.way is CallWay.PARENT_CALLED and call.at == one.opened_at for call in calls),
        live=one.state in LIVE,
        quick_results=QUICK_RESULTS,
        new_key=uuid4,
        **return_page.values(found, today, **of_return),
    )
    edge.log_reading("absence", one.id, student_id=one.student_id)
    return page
