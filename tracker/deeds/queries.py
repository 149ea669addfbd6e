"""Reading the school's papers and its log of deeds.  Nothing here writes."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from tracker.accounts.models import User
from tracker.audit.models import Attachment
from tracker.db import db
from tracker.deeds.models import SchoolDeed, SchoolPaper


@dataclass(frozen=True)
class PaperShelf:
    """A paper of the school: the version that holds, one that will, and those before."""

    now: SchoolPaper | None
    coming: list[SchoolPaper]
    before: list[SchoolPaper]

    @property
    def newest(self) -> SchoolPaper:
        """The version a new one is written from."""
        return [*self.coming, *([self.now] if self.now else []), *self.before][0]


def papers(today: date) -> list[PaperShelf]:
    """The school's papers by kind and title, each with its versions."""
    rows = db.session.scalars(
        sa.select(SchoolPaper)
        .where(SchoolPaper.withdrawn_at.is_(None))
        .order_by(SchoolPaper.kind, SchoolPaper.title, SchoolPaper.valid_from.desc(), SchoolPaper.id.desc())
    )
    shelves: dict[tuple[str, str], list[SchoolPaper]] = {}
    for row in rows:
        shelves.setdefault((row.kind.value, row.title), []).append(row)
    found = []
    for versions in shelves.values():
        coming = [one for one in versions if one.valid_from > today]
        rest = [one for one in versions if one.valid_from <= today]
        found.append(PaperShelf(rest[0] if rest else None, coming, rest[1:]))
    return found


def paper(paper_id: int) -> tuple[SchoolPaper, Attachment] | None:
    """A paper with its content."""
    row = db.session.execute(
        sa.select(SchoolPaper, Attachment)
        .join(Attachment, Attachment.id == SchoolPaper.attachment_id)
        .where(SchoolPaper.id == paper_id, SchoolPaper.withdrawn_at.is_(None))
        .options(undefer(Attachment.content))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def filed(paper_id: int) -> SchoolPaper | None:
    """A paper by its number, withdrawn or not, without its content."""
    return db.session.get(SchoolPaper, paper_id)


def deed(deed_id: int) -> SchoolDeed | None:
    """A deed by its number."""
    return db.session.get(SchoolDeed, deed_id)


def deeds(since: date | None = None) -> list[tuple[SchoolDeed, str]]:
    """The deeds since a day, the newest first, each with who entered it; struck ones too."""
    query = (
        sa.select(SchoolDeed, User.name)
        .join(User, User.id == SchoolDeed.by)
        .order_by(SchoolDeed.on.desc(), SchoolDeed.id.desc())
    )
    if since:
        query = query.where(SchoolDeed.on >= since)
    return [(row[0], row[1]) for row in db.session.execute(query)]
