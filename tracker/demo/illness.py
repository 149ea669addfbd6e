"""Who is away, when and why: ordinary illness, leave, and one wave of influenza.

Everything is drawn from the random numbers handed in; nothing here knows of a database.  The wave
rises within a week and falls within three; it begins in few classes and hits some harder.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from tracker.facts.rules import Diagnosis, Symptom
from tracker.screening.rules import AbsenceReason, SessionCode


@dataclass(frozen=True)
class Cause:
    """Something that keeps children at home, or only shows at the door."""

    reason: AbsenceReason | None
    """None: nobody stays at home for it."""
    days: tuple[int, int] = (1, 1)
    """Least and most calendar days away."""
    symptoms: tuple[Symptom, ...] = ()
    tenths: tuple[int, int] | None = None
    """Lowest and highest temperature, where there is a fever."""
    diagnosis: Diagnosis | None = None


ILL = AbsenceReason.ILLNESS
FLU = Cause(ILL, (4, 7), (Symptom.COUGH, Symptom.SORE_THROAT), (380, 395), Diagnosis.INFLUENZA)
COLD = Cause(ILL, (1, 3), (Symptom.COUGH, Symptom.FATIGUE), (375, 383))
HIGH = Cause(ILL, (1, 3), (Symptom.HEADACHE, Symptom.FATIGUE), (380, 392), Diagnosis.FEVER_UNDIAGNOSED)
STOMACH = Cause(ILL, (1, 2), (Symptom.VOMITING, Symptom.ABDOMINAL_PAIN))
LEAVE = Cause(AbsenceReason.PERSONAL, (1, 2))
COUGH = Cause(None, symptoms=(Symptom.COUGH,))
WARM = Cause(None, tenths=(373, 375))
"""A forehead warm from running, normal when measured again."""
LATE = Cause(None)
"""Not here yet at the gate, here at the morning check."""

ORDINARY: Sequence[tuple[Cause, float]] = [
    (COLD, 0.0027),
    (HIGH, 0.0012),
    (STOMACH, 0.0015),
    (Cause(ILL, (3, 5), (Symptom.RED_EYES,), None, Diagnosis.CONJUNCTIVITIS), 0.0001),
    (Cause(ILL, (7, 9), (Symptom.RASH,), (376, 385), Diagnosis.CHICKENPOX), 0.00006),
    (Cause(AbsenceReason.INJURY, (3, 6)), 0.00008),
    (LEAVE, 0.0014),
    (COUGH, 0.0016),
    (WARM, 0.0005),
    (LATE, 0.0012),
]
"""What begins for a child on a school day, with its chance."""

ATTACK = 0.12
"""The share of a class the wave takes, on average."""
RISE, SPREAD = 3, 8
"""School days from the wave's beginning in a class to its height, and from the first class to the last."""
REST = timedelta(days=8)
"""After a spell nothing new begins for so long."""


class Left(StrEnum):
    """Work that was left for the demo's morning."""

    UNCALLED = "uncalled"
    """Nobody has called since yesterday."""
    UNREAD = "unread"
    """The nurse has not read what the teacher wrote yesterday."""
    UNRETESTED = "unretested"
    """A warm forehead has not been measured again."""


@dataclass(frozen=True)
class Spell:
    """One child's trouble.  Days are numbers of school days of the term."""

    student: int
    cause: Cause
    onset: date
    first: int
    """The first day it touches school."""
    last: int
    """The last day of absence; before `first` for none."""
    found: SessionCode | None = None
    """Noticed at school, in this session of the first day; absent from the day after."""
    tenths: int | None = None
    luck: float = 0.5
    """Decides small things, such as whether the parents had called before the sheet was taken."""
    left: Left | None = None
    """What the school has left undone about it by the demo's morning."""

    @property
    def signs(self) -> tuple[Symptom, ...]:
        """The symptoms as they are ticked, fever among them."""
        return (*([Symptom.FEVER] if self.tenths and self.cause.reason else []), *self.cause.symptoms)

    def is_absent(self, day: int) -> bool:
        """Whether the child stays at home on a school day."""
        return self.first + (self.found is not None) <= day <= self.last


def spell_of(random: Random, student: int, cause: Cause, days: Sequence[date], first: int) -> Spell:
    """A spell that touches school first on a school day, and may have begun on the free days before it."""
    day = days[first]
    free = (day - days[first - 1]).days - 1 if first and cause.diagnosis else 0
    onset = day - timedelta(days=random.randint(0, free))
    away = random.randint(*cause.days)
    last = bisect_left(days, max(onset + timedelta(days=away), day + timedelta(days=1))) - 1
    found = None
    if cause.reason is None:
        last = first - 1
        found = SessionCode.MORNING if cause is COUGH else SessionCode.ARRIVAL
    elif cause.symptoms and random.random() < 0.25:
        found = random.choice([SessionCode.ARRIVAL, SessionCode.MORNING, SessionCode.NOON])
    tenths = random.randint(*cause.tenths) if cause.tenths else None
    return Spell(student, cause, onset, first, last, found, tenths, random.random())


def wave(random: Random, classes: Sequence[Sequence[int]], count: int) -> dict[int, int]:
    """Who catches influenza on which school day of a term: who is hit first is hit hardest."""
    order = random.sample(range(len(classes)), len(classes))
    begins = round(count * 2 / 3) - RISE - 3
    caught = {}
    for place, index in enumerate(order):
        share = (place + 0.5) / len(order)
        for student in random.sample(
            classes[index], round(len(classes[index]) * ATTACK * (1.6 - 1.2 * share))
        ):
            caught[student] = begins + round(SPREAD * share) + int(random.gammavariate(2, RISE))
    return caught


def spells(random: Random, classes: Sequence[Sequence[int]], days: Sequence[date], count: int) -> list[Spell]:
    """What befalls the children of all classes on the first `count` of the term's school days."""
    caught = wave(random, classes, count)
    well_from = {student: date.min for members in classes for student in members}
    found = []
    for number, day in enumerate(days[:count]):
        mood = max(0.3, random.gauss(1.25 if day.weekday() == 0 else 0.95, 0.25))
        for student, well in well_from.items():
            cause = _drawn(random, mood)
            if caught.get(student) == number:
                cause = FLU
            if cause and well <= day:
                spell = spell_of(random, student, cause, days, number)
                found.append(spell)
                well_from[student] = days[max(spell.first, spell.last)] + REST
    return found


def _drawn(random: Random, mood: float) -> Cause | None:
    """What begins for a child on an ordinary day: mostly nothing."""
    luck = random.random() / mood
    for cause, chance in ORDINARY:
        luck -= chance
        if luck < 0:
            return cause
    return None


def of_this_morning(
    random: Random, own: Sequence[int], reported: Sequence[Sequence[int]], days: Sequence[date], today: int
) -> list[Spell]:
    """What the people of the demo find to do at the beginning of its day, whatever chance brought.

    In the class of the account `teacher` (`own`) a child is back since yesterday, so that its sheet can
    begin with everybody present.  In classes whose arrival is in: one absent for an unknown reason, one
    ill, one back, one nobody called about yesterday, one whose call nobody has read, one to measure again,
    one who came after influenza before the nurse had checked.
    """

    def spell(index: int, seat: int, cause: Cause, first: int, last: int, **more: Any) -> Spell:
        members = own if index == 0 else reported[index % len(reported)]
        drawn = spell_of(random, members[seat % len(members)], cause, days, first)
        return replace(drawn, **({"found": None, "last": last} | more))

    return [
        spell(0, 5, COLD, today - 3, today - 2),
        spell(1, 2, STOMACH, today, today, luck=0.3),
        spell(2, 8, COLD, today, today + 1, luck=0.9),
        spell(3, 11, COLD, today - 2, today - 1),
        spell(4, 14, STOMACH, today - 2, today, left=Left.UNCALLED),
        spell(5, 17, FLU, today - 1, today + 2, left=Left.UNREAD),
        spell(6, 20, FLU, today - 4, today - 1, luck=0.3),
        spell(6, 20, WARM, today, today - 1, found=SessionCode.ARRIVAL, tenths=375, left=Left.UNRETESTED),
    ]
