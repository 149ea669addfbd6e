"""Filing the school's papers and logging its deeds."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit import attachment_service as attachments
from tracker.audit import service as audit
from tracker.audit.rules import AttachmentState
from tracker.audit.upload_rules import CleanFile
from tracker.db import db
from tracker.deeds.models import SchoolDeed, SchoolPaper
from tracker.deeds.rules import DeedKind, DeedRefusal, SchoolPaperKind
from tracker.errors import Rejected


@dataclass(frozen=True)
class Filed:
    """A paper as it is filed."""

    kind: SchoolPaperKind
    title: str
    version: str
    adopted_by: str
    valid_from: date


def file_paper(by: int, at: datetime, filed: Filed, file: CleanFile) -> int:
    """File a version of a paper; its number.  Rejected if this version is there already."""
    there = sa.exists().where(
        SchoolPaper.title == filed.title,
        SchoolPaper.version == filed.version,
        SchoolPaper.withdrawn_at.is_(None),
    )
    if db.session.scalar(sa.select(there)):
        raise Rejected(DeedRefusal.SAME_VERSION, "version")
    kept = attachments.keep(by, at, file.type, file.content, AttachmentState.KEPT)
    one = SchoolPaper(**vars(filed), attachment_id=kept.id, by=by, at=at)
    db.session.add(one)
    db.session.flush()  # its id
    audit.record(
        by, at, "school.paper", "school_paper", one.id, changes={"kind": filed.kind.value, "size": kept.size}
    )
    return one.id


def withdraw_paper(by: int, at: datetime, paper_id: int) -> None:
    """Take a paper away that was filed by mistake; that it was there stays."""
    one = db.session.get_one(SchoolPaper, paper_id, with_for_update=True, populate_existing=True)
    if one.withdrawn_at is not None:
        raise Rejected(DeedRefusal.STRUCK_ALREADY)
    one.withdrawn_at = at
    attachments.remove(one.attachment_id)
    audit.record(by, at, "school.paper_withdrawn", "school_paper", paper_id)


@dataclass(frozen=True)
class Done:
    """A drill, a training or a lesson as it is entered."""

    on: date
    kind: DeedKind
    what: str
    led_by: str
    audience: str
    people: int | None
    minutes: int | None


def log_deed(by: int, at: datetime, today: date, done: Done) -> int:
    """Log a deed; its number.  Rejected if it has not happened yet."""
    if done.on > today:
        raise Rejected(DeedRefusal.IN_FUTURE, "on")
    one = SchoolDeed(**vars(done), by=by, at=at)
    db.session.add(one)
    db.session.flush()  # its id
    audit.record(by, at, "school.deed", "school_deed", one.id, changes={"kind": done.kind.value})
    return one.id


def strike_deed(by: int, at: datetime, deed_id: int) -> None:
    """Strike out a deed that was entered by mistake."""
    one = db.session.get_one(SchoolDeed, deed_id, with_for_update=True, populate_existing=True)
    if one.struck_at is not None:
        raise Rejected(DeedRefusal.STRUCK_ALREADY)
    one.struck_at = at
    audit.record(by, at, "school.deed_struck", "school_deed", deed_id)
