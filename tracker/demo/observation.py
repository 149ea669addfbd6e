"""The observation room on the demo's morning: one child is in it, one on the way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from tracker import clock
from tracker.demo.history import Telling
from tracker.room import service as room
from tracker.room.rules import Room, Trouble
from tracker.room.service import Case
from tracker.school.models import SchoolClass
from tracker.screening import reading_service as readings
from tracker.screening.models import Roster
from tracker.screening.rules import Site


class Laid(Protocol):
    """What of the school is needed here."""

    @property
    def now(self) -> datetime: ...
    @property
    def classes(self) -> Sequence[SchoolClass]: ...
    @property
    def rosters(self) -> Sequence[Roster]: ...
    @property
    def own(self) -> int: ...
    @property
    def nurse(self) -> int: ...


def fill(random: Random, laid: Laid, telling: Telling) -> None:
    """Send two children no sheet of today speaks of: a vomiting one is there, a hurt one is coming."""
    day, by = clock.local(laid.now).date(), laid.nurse
    ailing = {fact.student_id for fact in telling.facts if fact.on == day} | set(telling.live)
    well = [
        (student, one.id)
        for number, (one, roster) in enumerate(zip(laid.classes, laid.rosters, strict=True))
        if number != laid.own
        for student in roster.members
        if student not in ailing
    ]
    there, coming = random.sample(well, 2)

    def ago(minutes: int) -> datetime:
        return laid.now - timedelta(minutes=minutes)

    case = Case(*there, Trouble.VOMITING, soiled=True, place="音美室")
    stay = room.report(by, ago(16), case).stay_id
    room.arrive(by, ago(12), stay, Room.MAIN)
    readings.read_in_stay(by, ago(10), stay, there[0], 368, Site.AXILLARY, taken_at=ago(10))
    room.log_call(by, ago(9), stay, guardian_seq=1, reached=False)
    room.report(by, ago(3), Case(*coming, Trouble.INJURY, soiled=False, place="操场"))
