"""The codes of health facts, one list for sheets, calls, imports and surveillance."""

from enum import StrEnum


class Symptom(StrEnum):
    """The daily check's list: WS/T 772-2020, and jaundice from GB 28932-2012."""

    FEVER = "fever"
    COUGH = "cough"
    HEADACHE = "headache"
    SORE_THROAT = "sore_throat"
    PAROTID_SWELLING = "parotid_swelling"
    ABDOMINAL_PAIN = "abdominal_pain"
    DIARRHOEA = "diarrhoea"
    VOMITING = "vomiting"
    RASH = "rash"
    DIZZINESS = "dizziness"
    FATIGUE = "fatigue"
    RED_EYES = "red_eyes"
    JAUNDICE = "jaundice"


class Diagnosis(StrEnum):
    """The diseases whose return to class has a rule, and two for what has none."""

    INFLUENZA = "influenza"
    CHICKENPOX = "chickenpox"
    HFMD = "hfmd"
    MUMPS = "mumps"
    NOROVIRUS = "norovirus"
    SCARLET_FEVER = "scarlet_fever"
    CONJUNCTIVITIS = "conjunctivitis"
    MEASLES = "measles"
    RUBELLA = "rubella"
    PERTUSSIS = "pertussis"
    TUBERCULOSIS = "tuberculosis"
    DYSENTERY = "dysentery"
    HEPATITIS_A = "hepatitis_a"
    COVID19 = "covid19"
    FEVER_UNDIAGNOSED = "fever_undiagnosed"
    OTHER = "other"


class ObservationKind(StrEnum):
    """What an observation states."""

    SYMPTOM = "symptom"
    FEVER = "fever"
    DIAGNOSIS = "diagnosis"
    ILL_ABSENCE = "ill_absence"


class Certainty(StrEnum):
    """How sure a diagnosis is."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


class SourceKind(StrEnum):
    """What kind of record an observation was read from."""

    SHEET = "sheet"
    CALL = "call"
    STAY = "stay"
    FEVER = "fever"
    IMPORT = "import"
    EPISODE = "episode"
    """A deed in an absence that is no call: its number is that of the step."""


OF_SHEETS = (SourceKind.SHEET, SourceKind.IMPORT)
"""What stands on a sheet, be it submitted or imported: the source is the sheet."""
