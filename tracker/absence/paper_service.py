"""Attaching papers to an absence, and removing what was attached by mistake."""

from datetime import datetime

from tracker.absence import paper_queries
from tracker.absence.models import Episode, EpisodePaper
from tracker.absence.paper_rules import MOST_PAPERS, PaperRefusal
from tracker.absence.rules import LIVE, PaperKind
from tracker.audit import attachment_service as attachments
from tracker.audit import service as audit
from tracker.audit.rules import AttachmentState
from tracker.audit.upload_rules import CleanFile
from tracker.db import db
from tracker.errors import Rejected


def keep_for_later(by: int, at: datetime, file: CleanFile) -> int:
    """Keep a good file of a form that was refused, so that it need not be chosen again; its number."""
    return attachments.keep(by, at, file.type, file.content, AttachmentState.PENDING).id


def attach(
    by: int, at: datetime, episode_id: int, kind: PaperKind, file: CleanFile | None, kept: int | None
) -> int:
    """Attach a paper to an absence: a file of just now, or one that was kept; its number."""
    episode = db.session.get_one(Episode, episode_id, with_for_update=True, populate_existing=True)
    if episode.state not in LIVE:
        raise Rejected(PaperRefusal.CLOSED)
    there = paper_queries.papers(episode_id)
    if len(there) >= MOST_PAPERS:
        raise Rejected(PaperRefusal.TOO_MANY_PAPERS, "file", most=MOST_PAPERS)
    if file is not None:
        paper = attachments.keep(by, at, file.type, file.content, AttachmentState.KEPT)
    else:
        waiting = attachments.take_pending(by, kept or 0)
        if waiting is None:
            raise Rejected(PaperRefusal.KEPT_GONE, "file")
        paper = waiting
    if paper.sha256 in {one.sha256 for one in there}:
        raise Rejected(PaperRefusal.ATTACHED_ALREADY, "file")
    db.session.add(EpisodePaper(episode_id=episode_id, attachment_id=paper.id, kind=kind))
    audit.record(
        by,
        at,
        "absence.paper",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={"paper": paper.id, "kind": kind.value, "type": paper.type, "size": paper.size},
    )
    return paper.id


def remove(by: int, at: datetime, episode_id: int, paper_id: int, *, reviewer: bool) -> None:
    """Remove a paper: the nurse any that no word of hers rests on, others their own, not yet checked."""
    episode = db.session.get_one(Episode, episode_id, with_for_update=True, populate_existing=True)
    paper = next((one for one in paper_queries.papers(episode_id) if one.id == paper_id), None)
    if paper is None:
        raise Rejected(PaperRefusal.KEPT_GONE)
    if paper.checked_at is not None or not (reviewer or paper.by == by):
        raise Rejected(PaperRefusal.NOT_YOURS)
    attachments.remove(paper_id)
    audit.record(
        by,
        at,
        "absence.paper_removed",
        "episode",
        episode_id,
        student_id=episode.student_id,
        changes={"paper": paper_id, "kind": paper.kind.value},
    )
