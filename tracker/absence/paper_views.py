"""Papers of an absence: attaching them from the page or the phone, looking at them, removing them."""

import contextlib
from typing import Any

from flask import Blueprint, Response, abort, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import paper_forms, paper_queries
from tracker.absence import paper_service as service
from tracker.absence.page_views import episode, episode_page
from tracker.absence.paper_queries import Paper
from tracker.absence.queries import Followed
from tracker.absence.rules import PaperKind
from tracker.accounts.guards import requires
from tracker.audit import upload_file
from tracker.audit.upload_rules import MOST_BYTES, PDF, CleanFile, FileRefusal
from tracker.db import transaction
from tracker.errors import Rejected
from tracker.permissions import Permission, permits

bp = Blueprint("papers", __name__, url_prefix="/absences")


def paper(episode_id: int, paper_id: int) -> Paper | None:
    """What a paper's address names."""
    return paper_queries.paper(episode_id, paper_id, clock.today())


@bp.post("/<id:episode_id>/papers")
@requires(Permission.EPISODE_FOLLOW, of=episode)
def attach(found: Followed) -> Any:
    """Attach a paper.  A good file of a refused form is kept, and need not be chosen again."""
    by, number = g.identity.user_id, found.episode.id
    form = paper_forms.PaperForm()
    form.validate()
    file = _read(form)
    if not form.complaints:

        def verb() -> str:
            service.attach(by, clock.now(), number, PaperKind(form.kind.data), file, form.kept_id)
            return url_for("absence.follow_up", episode_id=number, _anchor="papers")

        try:
            answer = edge.once("absence.paper", verb)
        except Rejected as no:
            form.refuse(no.field, paper_forms.refusal_words(no.reason, no.details))
            return episode_page(found, refused=form, paper_form=form)
        flash(_("The paper is attached."))
        return answer
    if file is not None:
        with transaction():
            form.kept.data = str(service.keep_for_later(by, clock.now(), file))
    return episode_page(found, refused=form, paper_form=form)


def _read(form: paper_forms.PaperForm) -> CleanFile | None:
    """The file that came with a form, fit to be kept; before any transaction, as it takes its time."""
    if not form.file.data:
        if form.kept_id is None:
            form.refuse("file", paper_forms.refusal_words(FileRefusal.NO_FILE, {}))
        return None
    with contextlib.closing(form.file.data) as upload:
        content = upload.read(MOST_BYTES + 1)
    try:
        return upload_file.clean(content)
    except Rejected as no:
        form.refuse(no.field, paper_forms.refusal_words(no.reason, no.details))
        return None


@bp.get("/<id:episode_id>/papers/<id:paper_id>")
@requires(Permission.EPISODE_FOLLOW, of=paper, pin=True)
def look(one: Paper) -> Response:
    """A paper itself.  A picture opens in the browser; a PDF is downloaded."""
    kept, episode_id = one.attachment, one.found.episode.id
    answer = Response(kept.content or b"", mimetype=kept.type)
    is_pdf = kept.type == PDF
    name = f"paper-{episode_id}-{kept.id}.{'pdf' if is_pdf else 'jpg'}"
    answer.headers["Content-Disposition"] = f"{'attachment' if is_pdf else 'inline'}; filename={name}"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    edge.log_reading("paper", kept.id, student_id=one.found.episode.student_id)
    return answer


@bp.post("/<id:episode_id>/papers/<id:paper_id>/remove")
@requires(Permission.EPISODE_FOLLOW, of=paper)
def remove(one: Paper) -> Any:
    """Remove a paper that was attached by mistake."""
    form, number = edge.Form(), one.found.episode.id
    reviewer = permits(g.identity, Permission.EPISODE_REVIEW, one)

    def verb() -> str:
        service.remove(g.identity.user_id, clock.now(), number, one.attachment.id, reviewer=reviewer)
        return url_for("absence.follow_up", episode_id=number, _anchor="papers")

    try:
        answer = edge.once("absence.paper_removed", verb)
    except Rejected as no:
        form.refuse(no.field, paper_forms.refusal_words(no.reason, no.details))
        return episode_page(episode(number) or abort(404), refused=form)
    flash(_("The paper is removed."))
    return answer
