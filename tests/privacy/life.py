"""A child with a row in every table that can name it, whose name, number and guardians stand in every note."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tracker.absence.models import (
    Call,
    Clearance,
    Episode,
    EpisodeAnchor,
    EpisodePaper,
    EpisodeStep,
    Leave,
    ParentCall,
)
from tracker.absence.return_rules import Anchor
from tracker.absence.rules import (
    CallResult,
    CallWay,
    EndedHow,
    EpisodeState,
    LeaveKind,
    PaperKind,
    ParentTold,
    StepKind,
)
from tracker.audit.models import Attachment, ReadLog, Trail
from tracker.audit.rules import AttachmentState
from tracker.datafolder import decrypt, encrypt, phone_hash
from tracker.db import db, transaction
from tracker.facts.models import Observation
from tracker.facts.rules import ObservationKind, SourceKind, Symptom
from tracker.gate.models import GatePass, GateRecord
from tracker.gate.rules import PassOutcome
from tracker.privacy import tables
from tracker.room.models import Stay, StayCall
from tracker.room.rules import Room, StayEnd, Trouble
from tracker.school.models import Enrolment, Guardian, Residence, RosterUpload, Student
from tracker.screening.missing_rules import TryResult
from tracker.screening.models import Entry, Fever, NotHereCall, Reading, Sheet, SheetVersion
from tracker.screening.rules import AbsenceReason, FeverSource, FeverState, HalfDay, Site, State

NAME, NUMBER, MOTHER, PHONE = "Xanthippe Quarrell", "G99887766", "Mabel Quarrell", "138-0000-4321"
TELLING = f"{NAME} ({NUMBER}), her mother {MOTHER} {PHONE}"
WORDS = (NAME, NUMBER, MOTHER, PHONE, "13800004321", "Quarrell")


def live(cast: Cast, seat: int = 3, day: date = TODAY, at: datetime = NOW) -> int:
    """Let the child of a seat of 3(1) have lived through everything on a day that a sheet was taken of."""
    child, ann, nora = cast.students["3-1"][seat - 1], cast.users["ann"], cast.users["nora"]
    add = db.session.add
    with transaction():
        student = db.session.get_one(Student, child)
        student.name, student.number, student.pinyin = NAME, NUMBER, "xanthippe quarrell"
        add(
            Guardian(
                student_id=child,
                seq=1,
                relation="Mother",
                name_enc=encrypt(MOTHER),
                phone_enc=encrypt(PHONE),
                phone_hash=phone_hash(PHONE),
            )
        )
        add(Residence(student_id=child, starts=TODAY - timedelta(days=10), ends=None, dormitory="House 1"))
        sheet = db.session.scalars(
            sa.select(Sheet).where(Sheet.class_id == cast.classes["3-1"], Sheet.day == day)
        ).first()
        assert sheet is not None
        version = db.session.scalars(sa.select(SheetVersion).where(SheetVersion.sheet_id == sheet.id)).first()
        assert version is not None
        version.reason = version.told_by = TELLING[:64]
        other = cast.students["3-1"][seat]
        for one, note in ((child, TELLING), (other, f"sits beside {NAME}")):
            found = db.session.get(Entry, (sheet.id, one, 1))
            if found is None:
                add(
                    Entry(
                        sheet_id=sheet.id,
                        student_id=one,
                        since_no=1,
                        state=State.SYMPTOMATIC,
                        reason=None,
                        onset=day,
                        note=note,
                    )
                )
            else:
                found.note = note
        add(
            NotHereCall(
                sheet_id=sheet.id, student_id=child, no=1, at=at, by=ann, result=next(iter(TryResult))
            )
        )
        fever = Fever(
            student_id=child,
            day=day,
            source=FeverSource.SHEET,
            source_id=sheet.id,
            state=FeverState.CONFIRMED,
            opened_at=at,
            decided_at=at,
        )
        add(fever)
        db.session.flush()
        for number, (tenths, chain) in enumerate(((383, fever.id), (381, fever.id), (366, None)), 1):
            add(
                Reading(
                    student_id=child,
                    taken_at=at + timedelta(minutes=number),
                    seq=number,
                    tenths=tenths,
                    site=Site.FOREHEAD,
                    device="forehead",
                    by=ann,
                    sheet_id=sheet.id,
                    fever_id=chain,
                )
            )
        for kind, code in (
            (ObservationKind.SYMPTOM, Symptom.COUGH.value),
            (ObservationKind.ILL_ABSENCE, AbsenceReason.ILLNESS.value),
        ):
            add(
                Observation(
                    student_id=child,
                    kind=kind,
                    code=code,
                    on=day,
                    onset_on=day,
                    known_at=at,
                    recorded_at=at,
                    source_kind=SourceKind.SHEET,
                    source_id=sheet.id,
                    source_no=1,
                )
            )
        episode = Episode(
            student_id=child,
            class_id=cast.classes["3-1"],
            first_on=day,
            first_half=HalfDay.MORNING,
            last_absent_on=day,
            ended_on=day,
            ended_half=HalfDay.AFTERNOON,
            ended_how=next(iter(EndedHow)),
            state=EpisodeState.CLOSED,
            reason=AbsenceReason.ILLNESS,
            question=TELLING,
            opened_at=at,
            closed_at=at,
        )
        add(episode)
        add(record := GateRecord(day=day, lane=1, device="forehead", by=nora, opened_at=at, closed_at=at))
        paper = Attachment(
            sha256="0" * 64,
            type="image/jpeg",
            size=len(NAME),
            content=TELLING.encode(),
            by=ann,
            at=at,
            state=AttachmentState.KEPT,
        )
        add(paper)
        db.session.flush()
        add(
            GatePass(
                gate_record_id=record.id, student_id=child, at=at, by=nora, outcome=next(iter(PassOutcome))
            )
        )
        stay = Stay(
            student_id=child,
            reported_at=at,
            reported_by=ann,
            trouble=next(iter(Trouble)),
            place=TELLING[:64],
            soiled=False,
            note=TELLING,
            room=next(iter(Room)),
            arrived_at=at,
            brought_by=NAME,
            ended_at=at,
            ended_how=next(iter(StayEnd)),
            handed_to_enc=encrypt(MOTHER),
            relation="Mother",
            where_to=NAME,
        )
        add(stay)
        db.session.flush()
        add(StayCall(stay_id=stay.id, no=1, at=at, by=nora, guardian_seq=1, reached=True, note=TELLING))
        add(
            Call(
                episode_id=episode.id,
                at=at,
                by=ann,
                way=next(iter(CallWay)),
                result=next(iter(CallResult)),
                hospital=NAME,
                note=TELLING,
                struck_at=at,
                struck_reason=TELLING,
            )
        )
        add(EpisodeStep(episode_id=episode.id, no=1, at=at, by=nora, kind=next(iter(StepKind)), text=TELLING))
        add(EpisodeAnchor(episode_id=episode.id, anchor=next(iter(Anchor)), no=1, on=day, by=nora, at=at))
        add(EpisodePaper(episode_id=episode.id, attachment_id=paper.id, kind=next(iter(PaperKind))))
        add(
            Clearance(
                episode_id=episode.id,
                no=1,
                returns_on=day,
                conditions=[],
                papers=[],
                note=TELLING,
                by=nora,
                at=at,
            )
        )
        add(
            Leave(
                student_id=child,
                from_on=day,
                from_half=HalfDay.MORNING,
                to_on=day,
                to_half=HalfDay.AFTERNOON,
                kind=next(iter(LeaveKind)),
                note=TELLING,
                by=ann,
                at=at,
            )
        )
        add(
            ParentCall(
                student_id=child, at=at, by=ann, what=next(iter(ParentTold)), from_on=day, note=TELLING
            )
        )
        for kind, subject, about in (("student", child, None), ("episode", episode.id, child)):
            add(
                Trail(
                    at=at,
                    by=ann,
                    via="page",
                    deed="student.change",
                    kind=kind,
                    subject_id=subject,
                    student_id=about,
                    changes={"name": NAME},
                )
            )
        add(
            ReadLog(
                user_id=ann, page="student", subject_id=child, day=day, student_id=child, times=2, last_at=at
            )
        )
        add(RosterUpload(by=nora, at=at, sha256="0" * 64, table_enc=encrypt(TELLING)))
    return child


def leave_school(child: int, last: date) -> None:
    """The child's time at the school ends."""
    with transaction():
        db.session.execute(
            sa.update(Enrolment)
            .where(Enrolment.student_id == child, Enrolment.ends.is_(None))
            .values(ends=last)
        )


def everything() -> Iterator[tuple[str, Any]]:
    """Every value of every table, as people could read it: (table and column, value)."""
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            for column, value in row.items():
                if value is not None:
                    plain = decrypt(value) if column.endswith("_enc") else value
                    yield f"{table.name}.{column}", plain


def places_naming(words: tuple[str, ...] = WORDS) -> set[str]:
    """Where a word still stands."""
    return {
        place
        for place, value in everything()
        for word in words
        if word.lower() in (value.decode("latin-1") if isinstance(value, bytes) else str(value)).lower()
    }


def rows(name: str, child: int) -> int:
    """How many rows of a table are a child's."""
    of = sa.select(sa.func.count()).select_from(tables.table(name)).where(tables.rows_of(name, [child]))
    return int(db.session.scalar(of) or 0)
