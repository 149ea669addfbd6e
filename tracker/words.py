"""What the codes are called: one term each, in the page's language."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from tracker.absence.call_rules import NextStep, QueueGroup
from tracker.absence.return_rules import Anchor, Condition, ReturnStage, Unit
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
from tracker.accounts.rules import Duty, Role
from tracker.duty_words import WORDS as DUTY_WORDS
from tracker.facts.rules import Diagnosis, Symptom
from tracker.gate.rules import PassOutcome
from tracker.nurse.plausibility_rules import Hint
from tracker.room_words import WORDS as ROOM_WORDS
from tracker.school.rules import DayType, ExcuseCode, Level, Sex, Stage
from tracker.screening.fever_rules import Instrument
from tracker.screening.missing_rules import TryResult
from tracker.screening.rules import (
    AbsenceReason,
    Affirmation,
    FeverSource,
    FeverState,
    HalfDay,
    Mode,
    RecordedBy,
    SessionCode,
    SessionState,
    Site,
    State,
    VersionKind,
)

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Any]] = {
    Role: {
        Role.TEACHER: _l("Teacher"),
        Role.NURSE: _l("School nurse"),
        Role.STAFF: _l("Department staff"),
        Role.INSPECTOR: _l("Inspector"),
        Role.LOGISTICS: _l("Head of logistics"),
        Role.ASSESSMENT: _l("Assessment office"),
        Role.PRINCIPAL: _l("Principal"),
        Role.ADMIN: _l("Administrator"),
    },
    Duty: {
        Duty.HOMEROOM: _l("Homeroom teacher"),
        Duty.DEPUTY: _l("Deputy homeroom teacher"),
        Duty.STAND_IN: _l("Stand-in"),
        Duty.DEPARTMENT: _l("Department member"),
        Duty.GRADE_HEAD: _l("Grade head"),
        Duty.GATE: _l("Gate duty"),
        Duty.DUTY_LEADER: _l("Duty leader"),
        Duty.SECOND_REPORTER: _l("Second outbreak reporter"),
        Duty.NURSE_AWAY: _l("Away: the second reporter stands in"),
    },
    Stage: {
        Stage.PRIMARY: _l("Primary school"),
        Stage.JUNIOR: _l("Junior school"),
        Stage.SENIOR: _l("Senior school"),
    },
    Sex: {Sex.MALE: _lp("sex", "Male"), Sex.FEMALE: _lp("sex", "Female")},
    DayType: {
        DayType.NORMAL: _l("School day"),
        DayType.MAKEUP: _l("Make-up day"),
        DayType.HALF: _l("Half day"),
        DayType.EXAM: _l("Exam day"),
        DayType.EVENT: _l("Event or outing"),
        DayType.REGISTRATION: _l("Registration day"),
        DayType.CLOSING: _l("Closing day"),
        DayType.LATE_START: _l("Late start"),
        DayType.EARLY_CLOSE: _l("Early close"),
        DayType.SUSPENDED: _l("Classes suspended"),
        DayType.HOME: _l("Teaching at home"),
        DayType.OFF: _l("No school"),
    },
    Level: {Level.ROUTINE: _l("Routine level"), Level.EPIDEMIC: _l("Epidemic level")},
    ExcuseCode: {
        ExcuseCode.CARE: _l("Care of a student"),
        ExcuseCode.OUTAGE: _l("Server or network outage"),
        ExcuseCode.CHANGED: _l("Day was changed"),
        ExcuseCode.CLOSED: _l("Place closed"),
        ExcuseCode.SUPPLY: _l("Material not delivered"),
        ExcuseCode.NO_TEACHER: _l("No teacher assigned"),
    },
    SessionCode: {
        SessionCode.ARRIVAL: _l("Arrival screening"),
        SessionCode.MORNING: _l("Morning check"),
        SessionCode.NOON: _l("Noon check"),
        SessionCode.EVENING: _l("Evening check"),
    },
    SessionState: {
        SessionState.NOT_YET: _l("Not open yet"),
        SessionState.OPEN: _l("To be taken"),
        SessionState.LATE: _l("Past the deadline"),
        SessionState.CLOSED: _l("Not submitted"),
        SessionState.REPORTED: _l("Submitted"),
    },
    RecordedBy: {RecordedBy.GATE: _l("At the gate"), RecordedBy.CLASS: _l("By the classes")},
    HalfDay: {HalfDay.MORNING: _l("Morning"), HalfDay.AFTERNOON: _l("Afternoon")},
    Mode: {Mode.EXCEPTIONS: _l("Exceptions only"), Mode.FULL: _l("Every temperature")},
    Affirmation: {
        Affirmation.MEASURED: _l("Measured, value not recorded"),
        Affirmation.LOOKED: _l("Looked at and asked"),
    },
    FeverSource: {
        FeverSource.SHEET: _l("from the sheet"),
        FeverSource.GATE: _l("from the gate"),
        FeverSource.STAY: _l("from the observation room"),
    },
    PassOutcome: {
        PassOutcome.HOT: _l("Too warm"),
        PassOutcome.ILL: _l("Looks ill"),
        PassOutcome.LATE: _l("Arrived late"),
    },
    Instrument: {
        Instrument.FOREHEAD: _l("Forehead, infrared"),
        Instrument.EAR: _l("Ear, infrared"),
        Instrument.AXILLARY: _l("Armpit, electronic"),
    },
    Site: {Site.FOREHEAD: _l("Forehead"), Site.EAR: _l("Ear"), Site.AXILLARY: _l("Armpit")},
    State: {
        State.NORMAL: _l("Normal"),
        State.MEASURED: _l("Measured"),
        State.SYMPTOMATIC: _l("Symptoms"),
        State.NOT_HERE: _l("Not here yet"),
        State.ABSENT: _l("Absent"),
        State.IN_ROOM: _l("In the observation room"),
        State.AWAY: _l("Away (official)"),
        State.LEFT: _l("Left during the day"),
        State.UNSET: _l("Not recorded"),
    },
    AbsenceReason: {
        AbsenceReason.ILLNESS: _l("Illness"),
        AbsenceReason.INJURY: _l("Injury"),
        AbsenceReason.PERSONAL: _l("Personal leave"),
        AbsenceReason.RECOVERING: _l("At home until cleared"),
        AbsenceReason.WATCH: _l("At home, watched"),
        AbsenceReason.SUSPENDED: _l("Class suspended"),
        AbsenceReason.UNREGISTERED: _l("Not registered yet"),
        AbsenceReason.UNKNOWN: _l("Reason unknown"),
    },
    FeverState: {
        FeverState.NONE: _l("Below the trigger"),
        FeverState.WAITING: _l("Awaiting retest"),
        FeverState.CONFIRMED: _l("Confirmed fever"),
        FeverState.CLEARED: _l("Retest normal"),
        FeverState.UNRETESTED: _l("Left before the retest"),
        FeverState.STRUCK: _l("Struck"),
    },
    VersionKind: {
        VersionKind.SUBMIT: _l("Submitted"),
        VersionKind.CORRECT: _l("Corrected"),
        VersionKind.TURN: _l("Not here for too long: absent, reason unknown"),
        VersionKind.WITHDRAW: _l("Withdrawn"),
        VersionKind.IMPORT: _l("Imported"),
    },
    TryResult: {
        TryResult.NOT_REACHED: _l("Not reached"),
        TryResult.ON_THE_WAY: _l("On the way"),
    },
    Symptom: {
        Symptom.FEVER: _l("Fever"),
        Symptom.COUGH: _l("Cough"),
        Symptom.HEADACHE: _l("Headache"),
        Symptom.SORE_THROAT: _l("Sore throat"),
        Symptom.PAROTID_SWELLING: _l("Parotid swelling"),
        Symptom.ABDOMINAL_PAIN: _l("Abdominal pain"),
        Symptom.DIARRHOEA: _l("Diarrhoea"),
        Symptom.VOMITING: _l("Vomiting"),
        Symptom.RASH: _l("Rash"),
        Symptom.DIZZINESS: _l("Dizziness"),
        Symptom.FATIGUE: _l("Fatigue"),
        Symptom.RED_EYES: _l("Red eyes"),
        Symptom.JAUNDICE: _l("Jaundice"),
    },
    Diagnosis: {
        Diagnosis.INFLUENZA: _l("Influenza"),
        Diagnosis.CHICKENPOX: _l("Chickenpox"),
        Diagnosis.HFMD: _l("Hand, foot and mouth disease"),
        Diagnosis.MUMPS: _l("Mumps"),
        Diagnosis.NOROVIRUS: _l("Norovirus"),
        Diagnosis.SCARLET_FEVER: _l("Scarlet fever"),
        Diagnosis.CONJUNCTIVITIS: _l("Acute conjunctivitis"),
        Diagnosis.MEASLES: _l("Measles"),
        Diagnosis.RUBELLA: _l("Rubella"),
        Diagnosis.PERTUSSIS: _l("Pertussis"),
        Diagnosis.TUBERCULOSIS: _l("Tuberculosis"),
        Diagnosis.DYSENTERY: _l("Dysentery"),
        Diagnosis.HEPATITIS_A: _l("Hepatitis A"),
        Diagnosis.COVID19: _l("COVID-19"),
        Diagnosis.FEVER_UNDIAGNOSED: _l("Fever without diagnosis"),
        Diagnosis.OTHER: _l("Other illness"),
    },
    EpisodeState: {
        EpisodeState.OPEN: _l("Call due"),
        EpisodeState.TO_REVIEW: _l("To review"),
        EpisodeState.BACK: _l("Seen present again"),
        EpisodeState.CLOSED: _l("Closed"),
        EpisodeState.VOID: _l("Void"),
    },
    EndedHow: {
        EndedHow.RETURNED: _l("Back at school"),
        EndedHow.LEFT_SCHOOL: _l("Left the school"),
        EndedHow.TERM_ENDED: _l("The term ended"),
        EndedHow.CORRECTED: _l("Corrected"),
    },
    LeaveKind: {
        LeaveKind.ILLNESS: _l("Illness"),
        LeaveKind.INJURY: _l("Injury"),
        LeaveKind.PERSONAL: _l("Personal leave"),
        LeaveKind.WATCH: _l("At home, watched"),
        LeaveKind.OFFICIAL: _l("Away (official)"),
    },
    CallWay: {
        CallWay.PHONE: _l("Phone"),
        CallWay.MESSAGE: _l("Message"),
        CallWay.PARENT_CALLED: _l("Parent called"),
        CallWay.IN_PERSON: _l("In person"),
        CallWay.VISIT: _l("Home visit"),
    },
    CallResult: {
        CallResult.HOME_ILL: _l("At home, no doctor yet"),
        CallResult.HOME_BETTER: _l("At home, better"),
        CallResult.DOCTOR: _l("Seen a doctor"),
        CallResult.HOSPITAL: _l("In hospital"),
        CallResult.RECOVERED: _l("Well, day of return set"),
        CallResult.NOT_REACHED: _l("Not reached"),
        CallResult.WRONG_NUMBER: _l("Wrong number"),
        CallResult.DECLINED: _l("Guardian will not say"),
        CallResult.NOT_ILL: _l("Not illness"),
        CallResult.ARRIVED: _l("Has arrived"),
        CallResult.MOVED: _l("Moved, or on leave of school"),
    },
    StepKind: {
        StepKind.ASKED_BACK: _l("Asked back"),
        StepKind.REASON: _l("Reason corrected"),
        StepKind.TAKEN_OVER: _l("Taken over"),
        StepKind.HANDED_BACK: _l("Handed back to the homeroom teacher"),
        StepKind.SHARED_OUT: _l("Shared out"),
        StepKind.REOPENED: _l("Followed up again"),
    },
    ParentTold: {
        ParentTold.ILL: _l("Ill"),
        ParentTold.LATE: _l("Comes later"),
        ParentTold.LEAVE: _l("Leave for another reason"),
    },
    QueueGroup: {
        QueueGroup.CAME_WITHOUT: _l("Came without clearance"),
        QueueGroup.TO_REVIEW: _l("To review"),
        QueueGroup.OVERDUE: _l("Call due by now"),
        QueueGroup.TO_CLEAR: _l("Waiting for clearance"),
        QueueGroup.TODAY: _l("Later today"),
        QueueGroup.LATER: _l("Coming days"),
        QueueGroup.RESTING: _l("Resting in the vacation"),
        QueueGroup.BACK: _l("Back or gone: to close"),
        QueueGroup.CLOSED: _l("Closed today"),
    },
    NextStep: {
        NextStep.CALL: _l("Call the guardian"),
        NextStep.SEE_NURSE: _l("Please send to the school nurse first"),
        NextStep.CLEAR: _l("The school nurse checks before class"),
        NextStep.SECOND_GUARDIAN: _l("Call the second guardian"),
        NextStep.ANSWER: _l("Answer the school nurse"),
        NextStep.CHECK: _l("Vacation is over: check before class"),
        NextStep.SUGGEST_DOCTOR: _l("Ill for three school days: ask again, and suggest seeing a doctor"),
        NextStep.COUGH: _l("Coughing for over two weeks: the school nurse asks, and advises the TB clinic"),
        NextStep.NURSE_CALLS: _l("The school nurse calls"),
        NextStep.REVIEW: _l("The school nurse reviews"),
        NextStep.CLOSE: _l("The school nurse closes"),
        NextStep.OFFICE: _l("The office clears up the enrolment"),
        NextStep.REST: _l("No call in the vacation"),
        NextStep.WAIT: _l("No call due"),
    },
    # Return to class
    ReturnStage: {
        ReturnStage.AT_HOME: _l("At home until cleared"),
        ReturnStage.TO_CLEAR: _l("Waiting for clearance"),
        ReturnStage.CLEARED: _l("Cleared to return"),
        ReturnStage.CLEARED_LATER: _l("Cleared for a later day"),
        ReturnStage.CAME_WITHOUT: _l("Came without clearance"),
    },
    Anchor: {
        Anchor.ONSET: _l("Illness began"),
        Anchor.RASH_ONSET: _l("Rash began"),
        Anchor.TREATMENT: _l("Treatment began"),
        Anchor.FEVER_GONE: _l("First day without fever"),
        Anchor.SYMPTOMS_GONE: _l("First day without symptoms"),
        Anchor.SWELLING_GONE: _l("First day without swelling"),
    },
    Unit: {Unit.DAYS: _l("days"), Unit.HOURS: _l("hours")},
    Condition: {
        Condition.TEMPERATURE_NORMAL: _l("Temperature normal"),
        Condition.NO_MEDICINE: _l("No medicine against fever"),
        Condition.SYMPTOMS_GONE: _l("No symptoms left"),
        Condition.BETTER: _l("Clearly better"),
        Condition.CRUSTED: _l("All spots dry and crusted"),
        Condition.SWELLING_GONE: _l("No swelling left"),
    },
    PaperKind: {
        PaperKind.DIAGNOSIS: _l("Proof of diagnosis"),
        PaperKind.RECOVERY: _l("Recovery certificate of the hospital"),
        PaperKind.OTHER: _l("Other paper"),
    },
    Hint: {
        Hint.ONE_VALUE: _l("one value for all"),
        Hint.SAME_AS_BEFORE: _l("same values as the day before"),
        Hint.EARLY: _l("submitted before the session starts"),
    },
    **ROOM_WORDS,
    **DUTY_WORDS,
}


def word(code: StrEnum) -> Any:
    """What a code is called, as a lazy string."""
    return WORDS[type(code)][code]
