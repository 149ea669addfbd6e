"""What the page of one absence shows of the return to class: the rule, the check, the papers."""

from datetime import date
from typing import Any

from tracker.absence import clearance_queries, paper_queries
from tracker.absence import return_forms as forms
from tracker.absence.models import Clearance
from tracker.absence.paper_forms import PaperForm
from tracker.absence.paper_queries import PaperSeen
from tracker.absence.queries import Followed
from tracker.absence.return_rules import Return, wrong_anchors
from tracker.absence.standing_queries import HORIZON
from tracker.school.class_day_queries import class_school_days
from tracker.templating import format_moment
from tracker.words import word


def values(
    found: Followed,
    today: date,
    *,
    clear_form: forms.ClearForm | None = None,
    paper_form: PaperForm | None = None,
) -> dict[str, Any]:
    """The values the templates `_clearance.html` and `_papers.html` are made of."""
    one = found.episode
    back = clearance_queries.return_of(one.id, today)
    papers = paper_queries.papers(one.id)
    asked = back.rule.papers if back else ()
    seen = clearance_queries.clearances(Clearance.episode_id == one.id)
    if back and back.word is None:
        is_new = clear_form is None
        if clear_form is None:
            clear_form = forms.ClearForm(formdata=None)
            clear_form.suit(back, paper_words(papers))
        else:
            typed = back.with_days(clear_form.days)
            wrong = wrong_anchors(typed.known, today)
            back = typed.with_days(dict.fromkeys(wrong))
        clear_form.proposed = None if back.missing else first_day(back, today, found.class_id)
        if is_new:
            clear_form.fill(back)
    return {
        "back": back,
        "return_stage": back.stage(today) if back else None,
        "wait_words": forms.wait_words,
        "clear_form": clear_form,
        "clearances": seen,
        "word_holds": next(
            (row for row in seen if back and back.word and row.clearance.no == back.word.no), None
        ),
        "parents_words": forms.parents_words(back) if back else "",
        "papers": papers,
        "paper_form": paper_form or PaperForm.new(asked, {paper.kind for paper in papers}),
    }


def first_day(back: Return, today: date, class_id: int) -> date | None:
    """The first school day the rule allows, as far as is known; None where there is none for long."""
    first = max(today, back.earliest) if back.earliest else today
    return next(iter(class_school_days(class_id, first, first + HORIZON)), None)


def paper_words(papers: list[PaperSeen]) -> list[tuple[int, str]]:
    """The attached papers as they are ticked."""
    return [
        (paper.id, f"{word(paper.kind)} · {format_moment(paper.at)} · {paper.by_name}") for paper in papers
    ]
