"""The term as sheets and calls tell it, day by day: rows for `school` to write, each with its id."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tracker import clock
from tracker.absence import call_rules
from tracker.absence.due_queries import instant, wall
from tracker.absence.models import Call, Clearance, Episode
from tracker.absence.return_defaults import SHIPPED_RULES
from tracker.absence.return_rules import Rule
from tracker.absence.rules import CallResult, CallWay, EndedHow, EpisodeState
from tracker.audit.models import Trail
from tracker.db import Model
from tracker.demo.illness import LATE, WARM, Left, Spell
from tracker.facts.rules import Certainty, ObservationKind, SourceKind
from tracker.facts.service import Fact
from tracker.school.models import Excuse
from tracker.school.rules import ExcuseCode
from tracker.screening.line_service import said_by
from tracker.screening.models import Entry, Fever, Reading, Sheet, SheetVersion
from tracker.screening.queries import ClassSession
from tracker.screening.rules import (
    FIRST_CALL_MINUTES,
    FOLLOWED_REASONS,
    HALF_OF,
    ILL_REASONS,
    NORMAL_LINE,
    PRESENT,
    AbsenceReason,
    FeverSource,
    FeverState,
    Line,
    SessionCode,
    State,
    VersionKind,
    counts_of,
    excused_sessions,
)

Row = dict[str, Any]
ORDER = list(SessionCode)


@dataclass(frozen=True)
class Pupils:
    """A class as its sheets need it."""

    members: Sequence[int]
    roster_id: int
    teacher: int
    diligence: float
    """The share of its sheets that come on time."""


def line_of(spell: Spell, number: int, code: SessionCode) -> Line:
    """What a sheet says of a child who has a spell that day."""
    cause = spell.cause
    if spell.is_absent(number):
        reason = cause.reason
        if number == spell.first and code is SessionCode.ARRIVAL and spell.luck < 0.35:
            if spell.luck < 0.2:
                return Line(State.NOT_HERE)
            reason = AbsenceReason.UNKNOWN
        return Line(State.ABSENT, reason, onset=spell.onset if reason in ILL_REASONS else None)
    found = spell.found
    if number != spell.first or found is None or ORDER.index(code) < ORDER.index(found):
        return NORMAL_LINE
    if code is not found:
        if cause.reason:
            return Line(State.LEFT)
        return Line(State.SYMPTOMATIC, symptoms=frozenset(spell.signs)) if spell.signs else NORMAL_LINE
    if cause is LATE:
        return Line(State.NOT_HERE)
    if cause is WARM:
        return Line(State.MEASURED, first=spell.tenths, retest=None if spell.left is Left.UNRETESTED else 367)
    retest = spell.tenths + 1 if spell.tenths else None
    return Line(State.SYMPTOMATIC, None, spell.tenths, retest, frozenset(spell.signs), spell.onset)


class Telling:
    """Takes the sheets of the days one after the other, and follows the absences they show."""

    def __init__(self, random: Random, days: Sequence[date], today: int, now: datetime, nurse: int) -> None:
        self.random, self.days, self.today, self.now, self.nurse = random, days, today, now, nurse
        # Readings name their chain: it is written before them.
        self.rows: dict[type[Model], list[Row]] = defaultdict(list, {Fever: []})
        self.facts: list[Fact] = []
        self.excused: dict[tuple[int, date, str], Row] = {}
        """Duties of classes that cared for a child: late at no cost."""
        self.live: dict[int, tuple[Row, Spell]] = {}
        self.rules = {rule.disease: rule for rule in SHIPPED_RULES}

    def take_day(
        self, number: int, pupils: Pupils, sessions: Sequence[ClassSession], spells: Sequence[Spell]
    ) -> None:
        """A class's sheets of a day; then its teacher calls, and the nurse closes."""
        last: datetime | None = None
        for session in sessions:
            at = self._taken_at(number, pupils, session, last)
            if at is not None:
                last = at + timedelta(minutes=2)
                self._take(number, pupils, session, at, spells)
        if number < self.today:
            self._close(number, sessions[0].class_id)
            self._call_all(number, pupils, sessions[0].class_id)

    def end(self) -> None:
        """Leave the absences as they stand on the demo's morning."""
        self.rows[Excuse] = [
            {"class_id": class_id, "day": day, "duty": duty, "code": ExcuseCode.CARE, **values}
            for (class_id, day, duty), values in self.excused.items()
        ]
        unread = {call["episode_id"] for call in self.rows[Call] if call["reviewed_at"] is None}
        for episode, _ in self.live.values():
            if episode["id"] in unread:
                episode["state"] = EpisodeState.TO_REVIEW
            elif episode["back_on"]:
                episode["state"] = EpisodeState.BACK

    def add(self, model: type[Model], **values: Any) -> Row:
        """One more row, with the next id where the table counts its rows."""
        row = {"id": len(self.rows[model]) + 1, **values} if hasattr(model, "id") else values
        self.rows[model].append(row)
        return row

    def tell(self, by: int, at: datetime, deed: str, kind: str, subject: int, **changes: Any) -> None:
        """One deed more in the trail."""
        student = changes.pop("student_id", None)
        self.rows[Trail].append(
            {
                "at": at, "by": by, "via": "command", "deed": deed, "kind": kind, "subject_id": subject,
                "student_id": student, "request_id": None, "changes": changes,
            }
        )  # fmt: skip

    def _minutes(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=round(self.random.uniform(least * 60, most * 60)))

    def _taken_at(
        self, number: int, pupils: Pupils, session: ClassSession, last: datetime | None
    ) -> datetime | None:
        """When a sheet came; None: never."""
        assert session.plan
        day, plan, luck = self.days[number], session.plan, self.random.random()
        opens, deadline = clock.at(day, plan.opens), clock.at(day, plan.deadline)
        last = last or opens
        if number == self.today:
            at = max(opens, last) + (self.now - max(opens, last)) * self.random.uniform(0.15, 0.95)
        elif luck < pupils.diligence:
            at = opens + (deadline - opens) * self.random.triangular(0.08, 0.97, 0.6)
        elif luck < pupils.diligence + (1 - pupils.diligence) * 0.75:
            at = min(deadline + self._minutes(1, 25), clock.at(day, plan.closes))
        else:
            return None
        return max(at, last).replace(microsecond=0)

    def _take(
        self, number: int, pupils: Pupils, session: ClassSession, at: datetime, spells: Sequence[Spell]
    ) -> None:
        assert session.plan
        of_whom = {spell.student: spell for spell in spells}
        lines = {student: line_of(spell, number, session.code) for student, spell in of_whom.items()}
        everybody = [lines.get(student, NORMAL_LINE) for student in pupils.members]
        counts = counts_of(everybody, trigger=session.trigger, retest_trigger=session.retest_trigger)
        sheet = self.add(Sheet, class_id=session.class_id, day=session.day, session=session.code, head=1)[
            "id"
        ]
        self.add(
            SheetVersion,
            sheet_id=sheet,
            no=1,
            roster_id=pupils.roster_id,
            at=at,
            by=pupils.teacher,
            kind=VersionKind.SUBMIT,
            how=session.plan.how,
            plan_from=session.plan.valid_from,
            deadline=clock.at(session.day, session.plan.deadline),
            key=UUID(int=self.random.getrandbits(128), version=4),
            **counts.stored(),
        )
        changed = {student: line for student, line in lines.items() if line != NORMAL_LINE}
        chains = {
            student: self._chain(pupils.teacher, at, session, sheet, student, line)
            for student, line in changed.items()
            if (line.first or 0) >= session.trigger
        }
        said = said_by(pupils.teacher, at, session, sheet, 1, changed, changed, chains)
        self.rows[Entry] += said.entries
        self.rows[Reading] += said.readings
        self.facts += said.facts
        self.tell(pupils.teacher, at, "screening.submit", "sheet", sheet, no=1, students=sorted(changed))
        if any(line.state is State.SYMPTOMATIC for line in lines.values()):
            for code in excused_sessions(session.plans.values(), clock.local(at).time()):
                self.excused[session.class_id, session.day, code.value] = {"by": pupils.teacher, "at": at}
        for student in pupils.members:
            self._follow(session, at, student, lines.get(student, NORMAL_LINE), of_whom.get(student))

    def _chain(
        self, by: int, at: datetime, session: ClassSession, sheet: int, student: int, line: Line
    ) -> int:
        """The retest chain of a reading at or over the trigger."""
        state = line.fever_state(trigger=session.trigger, retest_trigger=session.retest_trigger)
        is_decided = state is not FeverState.WAITING
        fever = self.add(
            Fever,
            student_id=student,
            day=session.day,
            source=FeverSource.SHEET,
            source_id=sheet,
            state=state,
            opened_at=at,
            decided_at=at if is_decided else None,
            decided_by=by if is_decided else None,
        )
        return int(fever["id"])

    def _follow(
        self, session: ClassSession, at: datetime, student: int, line: Line, spell: Spell | None
    ) -> None:
        """Open, continue or end an absence by what a sheet says of the child."""
        assert session.plan
        episode, _ = self.live.get(student, (None, None))
        if episode and line.state in PRESENT and episode["back_on"] is None:
            episode |= {"back_on": session.day, "due_at": None}
        if line.state is not State.ABSENT or line.reason not in FOLLOWED_REASONS or spell is None:
            return
        if episode:
            episode["last_absent_on"] = session.day
            if episode["reason"] is AbsenceReason.UNKNOWN:
                episode["reason"] = line.reason
            return
        first_call = clock.at(session.day, session.plan.deadline) + timedelta(minutes=FIRST_CALL_MINUTES)
        due = call_rules.first_due(line.reason, session.day, wall(at), wall(max(first_call, at)))
        opened = self.add(
            Episode,
            student_id=student,
            class_id=session.class_id,
            first_on=session.day,
            first_half=HALF_OF[session.code],
            last_absent_on=session.day,
            back_on=None,
            ended_on=None,
            ended_how=None,
            state=EpisodeState.OPEN,
            reason=line.reason,
            diagnosis=None,
            due_at=instant(due),
            opened_at=at,
            closed_at=None,
        )
        self.live[student] = opened, spell

    def _close(self, number: int, class_id: int) -> None:
        """The nurse ends what the day's sheets saw the end of."""
        for student, (episode, _) in list(self.live.items()):
            if episode["class_id"] == class_id and episode["back_on"]:
                at = clock.at(self.days[number], time(14, 40)) + self._minutes(0, 90)
                episode |= {
                    "state": EpisodeState.CLOSED,
                    "ended_on": episode["back_on"],
                    "ended_how": EndedHow.RETURNED,
                    "closed_at": at,
                }
                if rule := self.rules.get(episode["diagnosis"]):
                    self._clear(number, episode, rule)
                self.tell(self.nurse, at, "absence.close", "episode", episode["id"], student_id=student)
                del self.live[student]

    def _clear(self, number: int, episode: Row, rule: Rule) -> None:
        """The nurse has checked before class what the illness asks for."""
        day = self.days[number]
        at = clock.at(day, time(7, 30)) + self._minutes(0, 15)
        self.add(
            Clearance,
            episode_id=episode["id"],
            no=1,
            earliest_on=day if rule.waits else None,
            rule_from=self.days[0],
            returns_on=day,
            conditions=sorted(one.value for one in rule.conditions),
            papers=[{"kind": kind.value, "attachment": None} for kind in sorted(rule.papers)],
            note=None,
            by=self.nurse,
            at=at,
            struck_at=None,
        )
        self.tell(
            self.nurse,
            at,
            "absence.clear",
            "episode",
            episode["id"],
            student_id=episode["student_id"],
            no=1,
            returns_on=day.isoformat(),
        )

    def _call_all(self, number: int, pupils: Pupils, class_id: int) -> None:
        """The teacher calls about whom a call is due, the nurse reads it; rarely it is forgotten."""
        tonight = clock.at(self.days[number], time(23, 59))
        for episode, spell in self.live.values():
            if episode["class_id"] != class_id or episode["due_at"] is None or episode["due_at"] > tonight:
                continue
            left = spell.left if number == self.today - 1 else None
            if left is Left.UNCALLED or (spell.left is None and self.random.random() < 0.04):
                continue
            at = max(clock.at(self.days[number], time(8, 35)), episode["opened_at"]) + self._minutes(2, 150)
            if self.random.random() < 0.12:
                self._call(number, pupils, episode, spell, at, CallResult.NOT_REACHED)
                at += self._minutes(30, 90)
            result = _result(number, episode, spell)
            self._call(number, pupils, episode, spell, at, result, read=left is not Left.UNREAD)

    def _call(
        self,
        number: int,
        pupils: Pupils,
        episode: Row,
        spell: Spell,
        at: datetime,
        result: CallResult,
        *,
        read: bool = True,
    ) -> None:
        day = self.days[number]
        reached = result is not CallResult.NOT_REACHED
        is_ill = result in (CallResult.HOME_ILL, CallResult.HOME_BETTER, CallResult.DOCTOR)
        next_on = self.days[number + 1] if result is CallResult.RECOVERED else None
        tenths = max(366, spell.tenths - 4 * (number - spell.first)) if is_ill and spell.tenths else None
        diagnosis = spell.cause.diagnosis if result is CallResult.DOCTOR else None
        read_at = at + self._minutes(10, 90) if read else None
        call = self.add(
            Call,
            episode_id=episode["id"],
            at=at,
            by=pupils.teacher,
            way=self.random.choice([CallWay.PHONE, CallWay.PHONE, CallWay.MESSAGE]),
            result=result,
            tenths=tenths,
            diagnosis=diagnosis,
            next_on=next_on,
            reviewed_by=self.nurse if read else None,
            reviewed_at=read_at,
        )["id"]
        before = episode["reason"]
        if reached:
            episode |= {"reason": spell.cause.reason, "diagnosis": diagnosis or episode["diagnosis"]}
        due = call_rules.next_due(
            result, episode["reason"], wall(at), self.days[number : number + 5], next_on=next_on
        )
        episode["due_at"] = instant(due)
        student, episode_id = spell.student, episode["id"]
        said: list[tuple[ObservationKind, str | None, Row]] = []
        if is_ill and number == spell.first:
            said += [(ObservationKind.SYMPTOM, sign.value, {}) for sign in spell.signs]
        if tenths and tenths >= 373:
            said.append((ObservationKind.FEVER, None, {"tenths": tenths}))
        if diagnosis:
            said.append((ObservationKind.DIAGNOSIS, diagnosis.value, {"certainty": Certainty.CONFIRMED}))
        if reached and before is AbsenceReason.UNKNOWN and episode["reason"] in ILL_REASONS:
            said.append((ObservationKind.ILL_ABSENCE, episode["reason"].value, {}))
        self.facts += [
            Fact(student, kind, code, day, spell.onset, at, SourceKind.CALL, call, 0, **more)
            for kind, code, more in said
        ]
        self.tell(
            pupils.teacher, at, "absence.call", "episode", episode_id, student_id=student, result=result.value
        )
        if read_at:
            self.tell(self.nurse, read_at, "absence.review", "episode", episode_id, student_id=student)


def _result(number: int, episode: Row, spell: Spell) -> CallResult:
    """What a call brings that reaches somebody."""
    if spell.cause.reason not in ILL_REASONS:
        return CallResult.NOT_ILL
    if number >= spell.last and (number > spell.first or spell.luck < 0.3):
        return CallResult.RECOVERED
    if spell.cause.diagnosis and not episode["diagnosis"] and (spell.luck < 0.6 or number > spell.first):
        return CallResult.DOCTOR
    return CallResult.HOME_BETTER if number > spell.first + 1 else CallResult.HOME_ILL
