"""The school's papers, and the log of its drills, trainings and lessons."""

import contextlib
from typing import Any

from flask import Blueprint, Response, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.audit import upload_file
from tracker.audit.models import Attachment
from tracker.audit.upload_rules import MOST_BYTES, CleanFile, FileRefusal
from tracker.deeds import forms, queries, service
from tracker.deeds.models import SchoolDeed, SchoolPaper
from tracker.deeds.rules import MOST_PAGES, DeedKind, SchoolPaperKind
from tracker.errors import Rejected
from tracker.permissions import Permission

bp = Blueprint("deeds", __name__, url_prefix="/school")


@bp.get("/papers")
@requires(Permission.DEEDS_READ)
def shelf() -> Any:
    """The papers that hold, and what was done."""
    return _shelf(edge.Form())


def _shelf(button: edge.Form) -> Any:
    return edge.page(
        "deeds/shelf.html",
        form=button,
        papers=queries.papers(clock.today()),
        deeds=queries.deeds(),
    )


@bp.route("/papers/new", methods=["GET", "POST"])
@requires(Permission.DEEDS_KEEP)
def new_paper() -> Any:
    """File a version of a paper."""
    form = forms.PaperForm()
    form.validate()
    file = _read(form) if form.is_submitted() else None
    if form.is_submitted() and file and not form.complaints:
        filed = service.Filed(
            SchoolPaperKind(form.kind.data),
            form.title.data,
            form.version.data,
            form.adopted_by.data,
            form.valid_from.data,
        )

        def verb() -> str:
            service.file_paper(g.identity.user_id, clock.now(), filed, file)
            return url_for(".shelf")

        try:
            answer = edge.once("school.paper", verb)
        except Rejected as no:
            form.refuse(no.field, forms.refusal_words(no.reason, no.details))
        else:
            flash(_("The paper is filed."))
            return answer
    if not form.is_submitted():
        form = forms.PaperForm(formdata=None, valid_from=clock.today())
    return edge.page("deeds/paper.html", form=form)


def _read(form: forms.PaperForm) -> CleanFile | None:
    """The PDF that came with a form, fit to be kept; before any transaction, as it takes its time."""
    if not form.file.data:
        form.refuse("file", forms.refusal_words(FileRefusal.NO_FILE, {}))
        return None
    with contextlib.closing(form.file.data) as upload:
        content = upload.read(MOST_BYTES + 1)
    try:
        return upload_file.clean_pdf(content, MOST_PAGES)
    except Rejected as no:
        form.refuse(no.field, forms.refusal_words(no.reason, no.details))
        return None


@bp.get("/papers/<id:paper_id>.pdf")
@requires(Permission.DEEDS_READ, of=queries.paper)
def look(one: tuple[SchoolPaper, Attachment]) -> Response:
    """A paper itself, to be downloaded."""
    paper, kept = one
    answer = Response(kept.content or b"", mimetype=kept.type)
    answer.headers["Content-Disposition"] = f"attachment; filename=school-paper-{paper.id}.pdf"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return answer


@bp.post("/papers/<id:paper_id>/withdraw")
@requires(Permission.DEEDS_KEEP, of=queries.filed)
def withdraw(one: SchoolPaper) -> Any:
    """Take a paper away that was filed by mistake."""
    number = one.id
    return _pressed(
        "school.paper_withdrawn",
        lambda: service.withdraw_paper(g.identity.user_id, clock.now(), number),
        _("The paper is withdrawn."),
    )


@bp.route("/deeds/new", methods=["GET", "POST"])
@requires(Permission.DEEDS_KEEP)
def new_deed() -> Any:
    """Log a drill, a training, a lesson."""
    form = forms.DeedForm(on=clock.today())

    def verb() -> str:
        done = service.Done(
            form.on.data,
            DeedKind(form.kind.data),
            form.what.data,
            form.led_by.data,
            form.audience.data,
            form.people.data,
            form.minutes.data,
        )
        service.log_deed(g.identity.user_id, clock.now(), clock.today(), done)
        flash(_("It is logged."))
        return url_for(".shelf", _anchor="deeds")

    return edge.taken(form, "school.deed", verb, forms.refusal_words) or edge.page(
        "deeds/deed.html", form=form
    )


@bp.post("/deeds/<id:deed_id>/strike")
@requires(Permission.DEEDS_KEEP, of=queries.deed)
def strike(one: SchoolDeed) -> Any:
    """Strike out what was logged by mistake."""
    number = one.id
    return _pressed(
        "school.deed_struck",
        lambda: service.strike_deed(g.identity.user_id, clock.now(), number),
        _("It is struck out."),
    )


def _pressed(deed: str, verb: Any, told: str) -> Any:
    """Do what a button asks, or show the page again with what is wrong."""
    form = edge.Form()

    def done() -> str:
        verb()
        flash(told)
        return url_for(".shelf")

    return edge.taken(form, deed, done, forms.refusal_words) or _shelf(form)
