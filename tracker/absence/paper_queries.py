"""Reading the papers of an absence: certificates, and photographs of them.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from tracker.absence import queries
from tracker.absence.models import EpisodePaper
from tracker.absence.queries import Followed
from tracker.absence.rules import PaperKind
from tracker.accounts.models import User
from tracker.audit.models import Attachment
from tracker.audit.rules import AttachmentState
from tracker.db import db

_KEPT = sa.and_(Attachment.id == EpisodePaper.attachment_id, Attachment.state == AttachmentState.KEPT)


@dataclass(frozen=True)
class PaperSeen:
    """One paper as the page of an absence lists it."""

    id: int
    kind: PaperKind
    type: str
    size: int
    sha256: str
    by: int
    by_name: str
    at: datetime
    checked_at: datetime | None

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at in the page; else it is a PDF, to be opened apart."""
        return self.type.startswith("image/")


def papers(episode_id: int) -> list[PaperSeen]:
    """The papers of an absence, oldest first."""
    rows = db.session.execute(
        sa.select(
            Attachment.id,
            EpisodePaper.kind,
            Attachment.type,
            Attachment.size,
            Attachment.sha256,
            Attachment.by,
            User.name,
            Attachment.at,
            EpisodePaper.checked_at,
        )
        .join(Attachment, _KEPT)
        .join(User, User.id == Attachment.by)
        .where(EpisodePaper.episode_id == episode_id)
        .order_by(Attachment.id)
    )
    return [PaperSeen(*row) for row in rows]


def kinds_of(episode_id: int) -> dict[int, PaperKind]:
    """The papers of an absence, what each is by its number."""
    rows = db.session.execute(
        sa.select(EpisodePaper.attachment_id, EpisodePaper.kind)
        .join(Attachment, _KEPT)
        .where(EpisodePaper.episode_id == episode_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Paper:
    """One paper with the absence it belongs to."""

    found: Followed
    kind: PaperKind
    checked_at: datetime | None
    attachment: Attachment

    @property
    def class_id(self) -> int:
        """The class whose teacher may look at it."""
        return self.found.class_id


def paper(episode_id: int, attachment_id: int, today: date) -> Paper | None:
    """A paper by its address, with its content."""
    found = queries.episode(episode_id, today)
    row = db.session.execute(
        sa.select(EpisodePaper.kind, EpisodePaper.checked_at, Attachment)
        .join(Attachment, _KEPT)
        .where(EpisodePaper.episode_id == episode_id, EpisodePaper.attachment_id == attachment_id)
        .options(undefer(Attachment.content))
    ).one_or_none()
    return Paper(found, *row) if found and row else None
