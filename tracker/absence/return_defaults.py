"""What ships as each disease's rule for the return to class; the school edits it by date.

Published tables disagree; these are common defaults, and the paper of the school's own district goes
before them.
"""

from tracker.absence.return_rules import Anchor, Condition, Rule, Unit, Wait
from tracker.absence.rules import PaperKind
from tracker.facts.rules import Diagnosis

SOURCE = "common default of published tables, which disagree"

_BOTH = (PaperKind.DIAGNOSIS, PaperKind.RECOVERY)
_RECOVERY = (PaperKind.RECOVERY,)


def _gone(hours: int, anchor: Anchor = Anchor.SYMPTOMS_GONE) -> Wait:
    return Wait(anchor, hours, Unit.HOURS)


SHIPPED_RULES = (
    Rule(
        Diagnosis.INFLUENZA,
        (_gone(48, Anchor.FEVER_GONE), _gone(48)),
        (Condition.TEMPERATURE_NORMAL, Condition.SYMPTOMS_GONE),
        _RECOVERY,
        4,
    ),
    Rule(Diagnosis.CHICKENPOX, (Wait(Anchor.ONSET, 14),), (Condition.CRUSTED,), _BOTH, 21),
    Rule(
        Diagnosis.HFMD,
        (Wait(Anchor.ONSET, 14), Wait(Anchor.SYMPTOMS_GONE, 7)),
        (Condition.SYMPTOMS_GONE,),
        _BOTH,
        10,
    ),
    Rule(
        Diagnosis.MUMPS,
        (Wait(Anchor.ONSET, 9), Wait(Anchor.SWELLING_GONE, 0)),
        (Condition.SWELLING_GONE,),
        _BOTH,
        21,
    ),
    Rule(Diagnosis.NOROVIRUS, (_gone(72),), (Condition.SYMPTOMS_GONE,), _RECOVERY, 3),
    Rule(
        Diagnosis.SCARLET_FEVER,
        (Wait(Anchor.TREATMENT, 7), Wait(Anchor.SYMPTOMS_GONE, 0)),
        (Condition.SYMPTOMS_GONE,),
        _BOTH,
        7,
    ),
    Rule(
        Diagnosis.CONJUNCTIVITIS,
        (Wait(Anchor.ONSET, 7), Wait(Anchor.SYMPTOMS_GONE, 0)),
        (Condition.SYMPTOMS_GONE,),
        _BOTH,
    ),
    Rule(Diagnosis.MEASLES, (Wait(Anchor.RASH_ONSET, 5),), (Condition.TEMPERATURE_NORMAL,), _BOTH, 21),
    Rule(Diagnosis.RUBELLA, (Wait(Anchor.RASH_ONSET, 5),), (Condition.TEMPERATURE_NORMAL,), _BOTH, 21),
    Rule(Diagnosis.PERTUSSIS, (Wait(Anchor.TREATMENT, 5),), (), _BOTH, 21),
    Rule(Diagnosis.TUBERCULOSIS, (), (), _RECOVERY),
    Rule(Diagnosis.DYSENTERY, (Wait(Anchor.SYMPTOMS_GONE, 7),), (Condition.SYMPTOMS_GONE,), _BOTH, 7),
    Rule(Diagnosis.HEPATITIS_A, (Wait(Anchor.ONSET, 21),), (), _BOTH, 42),
    Rule(Diagnosis.COVID19, (_gone(24, Anchor.FEVER_GONE),), (Condition.BETTER,)),
    Rule(
        Diagnosis.FEVER_UNDIAGNOSED,
        (_gone(24, Anchor.FEVER_GONE),),
        (Condition.TEMPERATURE_NORMAL, Condition.NO_MEDICINE),
    ),
)
