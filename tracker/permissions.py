"""Who may do what: one table, read from top to bottom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.accounts.rules import Duty, Identity, Role
from tracker.disinfection.event_rules import MEDICAL


class Permission(StrEnum):
    """A deed on a thing.  The member's docstring says what it opens."""

    ACCOUNT_OWN = "account:own:use"
    """Home page, own password, own language."""
    ACCOUNTS_MANAGE = "account:all:manage"
    """Make and disable accounts, give roles and assignments."""
    PASSWORD_RESET = "account:password:reset"
    """Give somebody a new password."""
    SCHOOL_READ = "school:overview:read"
    """The school's page: terms and classes, without a student."""
    ROSTER_MANAGE = "school:roster:manage"
    """Import and see the roster: names, no health."""
    HISTORY_IMPORT = "school:history:import"
    """Import absences, symptoms and temperatures of days gone by."""
    BACKUP_SEE = "operations:backup:see"
    """When the last backup was."""
    CALENDAR_MANAGE = "school:calendar:manage"
    """Terms, and what each day is."""
    SESSIONS_MANAGE = "school:sessions:manage"
    """When each session is run, the level, and what is different today."""
    SHEET_SUBMIT = "screening:sheet:submit"
    """Take, read and correct the sheet of one class."""
    SHEET_READ = "screening:sheet:read"
    """What names the students of a class: every version, paper, who is not here yet."""
    SHEET_CHECK = "screening:sheet:check"
    """Mark sheets as checked by the nurse."""
    SCREENING_LIST = "screening:sheets:list"
    """The list of sheets, of those classes one may see."""
    SCREENING_OVERVIEW = "screening:school:read"
    """Which classes have not reported."""
    FEVERS_FOLLOW = "screening:fevers:follow"
    """Who waits for a retest: read, and log retests."""
    GATE_RECORD = "gate:record:keep"
    """Find a child by name or class and seat and enter it at the gate: no word of health."""
    TRIGGERS_MANAGE = "screening:triggers:manage"
    """From which reading on a retest is asked for."""
    LEAVE_LIST = "absence:leaves:list"
    """The leaves entered ahead, of those classes one may see."""
    LEAVE_ENTER = "absence:leave:enter"
    """Enter leave ahead for a student of one class, and cancel it."""
    QUEUE_READ = "absence:queue:read"
    """The queue of absences, of those classes one may see."""
    EPISODE_FOLLOW = "absence:episode:follow"
    """Read one absence and log calls in it."""
    STUDENT_READ = "health:student:read"
    """Everything that was recorded of one student's health."""
    EPISODE_REVIEW = "absence:episode:review"
    """Review calls, close an absence."""
    NOTE_PARENT_CALL = "absence:parent_call:note"
    """Note what a guardian tells the school about any child; reads no history."""
    PARENT_CALL_READ = "absence:parent_call:read"
    """Mark a noted call about a child of the own class as read."""
    EPISODE_CLEAR = "absence:episode:clear"
    """Clear a child for the return to class, print the slip."""
    RETURNS_READ = "absence:returns:read"
    """Who is expected back, and who is not to be admitted yet."""
    RETURN_RULES = "absence:rules:manage"
    """What each disease asks for before the return to class."""
    NURSE_DAY = "nurse:day:read"
    """The nurse's day: what waits for her in the whole school, and closing it."""
    CASE_REPORT = "room:case:report"
    """Report one child at any time: names and classes, no health but what one saw."""
    ROOM_KEEP = "room:stays:keep"
    """The observation room: who is on the way, in it, and how they left."""
    SLIP_TICK = "room:slip:tick"
    """The exit slips of today, for the gate: name, class, time, fetched by; no illness."""
    HERE_READ = "here:list:read"
    """Who is here now, of those classes one may see: a place, no reason."""
    TASKS_READ = "disinfection:tasks:read"
    """Today's tasks, of those zones one may see."""
    TASK_READ = "disinfection:task:read"
    """One task with its checklist."""
    TASK_RECORD = "disinfection:task:record"
    """Record what was done in one zone."""
    TASK_VERIFY = "disinfection:task:verify"
    """Look at what others did in a zone and take it, or give it back."""
    TASK_EXCUSE = "disinfection:task:excuse"
    """Say why a task of others counts as fulfilled."""
    EVENTS_READ = "disinfection:events:read"
    """What happened and is to be disinfected at once: places, no child."""
    EVENT_TREAT = "disinfection:event:treat"
    """Treat such a place and record it."""
    ZONES_MANAGE = "disinfection:zones:manage"
    """Departments, zones and their schedules."""
    SUPPLY_READ = "supplies:stock:read"
    """What the school has in stock, and its ledger."""
    SUPPLY_KEEP = "supplies:stock:keep"
    """Write the ledger of supplies, their lots and the devices."""
    SUPPLY_MIX = "supplies:batch:mix"
    """Compute and record a working solution."""
    LEDGERS_LIST = "ledgers:list:read"
    """The list of ledgers one may print."""
    LEDGER_SCHOOL = "ledgers:school:read"
    """The school's daily summary: numbers by class, no name."""
    LEDGER_CLASS = "ledgers:class:read"
    """The sheets and absences of one class, to print and as a workbook."""
    LEDGER_NURSE = "ledgers:nurse:read"
    """The ledgers of the whole school that name children."""
    LEDGER_HYGIENE = "ledgers:hygiene:read"
    """The disinfection record, its summary by keeper, the stock list: no student."""
    SCORES_READ = "assessment:scores:read"
    """The week's scores of all classes."""
    DUTIES_READ = "assessment:duties:read"
    """The duties one class's score is made of."""
    READS_SEE = "privacy:reads:read"
    """Who opened which kind of page with health on it, and how often: no student, no health."""
    DATA_EXPORT = "privacy:student:export"
    """Everything that is kept of one student, as a file for the guardians."""
    RETENTION_MANAGE = "privacy:retention:manage"
    """How long what is kept; remove who a student was, after leaving."""
    OPERATIONS_READ = "operations:page:read"
    """How the program runs: version, database, disk, backup, slow pages."""
    DEEDS_READ = "school:deeds:read"
    """The school's papers, and its log of drills, trainings, lessons."""
    DEEDS_KEEP = "school:deeds:keep"
    """File papers and log deeds."""
    MEETING_READ = "meeting:pack:read"
    """The meeting page with the charts one may see."""
    CHART_ILLNESS = "charts:illness:read"
    """Illness drawn for the whole school."""
    CHART_DUTIES = "charts:duties:read"
    """Disinfection and scores drawn by class."""


Predicate = Callable[[Identity, Any], bool]


@dataclass(frozen=True)
class HasRole:
    """Whoever holds a role."""

    role: Role

    def __call__(self, who: Identity, what: Any) -> bool:
        return self.role in who.roles


@dataclass(frozen=True)
class OnDuty:
    """Whoever is assigned to a duty today."""

    duty: Duty

    def __call__(self, who: Identity, what: Any) -> bool:
        return self.duty in who.duties


def anybody(who: Identity, what: Any) -> bool:
    """Whoever is signed in."""
    return True


def is_nurse(who: Identity, what: Any) -> bool:
    """Whoever does the school nurse's work now: a nurse, or the second reporter who stands in."""
    return who.is_nurse


def of_own_class(who: Identity, what: Any) -> bool:
    """The thing belongs to a class this person is assigned to today."""
    return what is not None and what.class_id in who.classes


def of_own_department(who: Identity, what: Any) -> bool:
    """The thing belongs to a department this person is a member of today."""
    return what is not None and what.department_id in who.departments


def named_for_it(who: Identity, what: Any) -> bool:
    """The task's schedule names this person."""
    return what is not None and who.user_id in what.user_ids


def of_medical_zone(who: Identity, what: Any) -> bool:
    """The thing lies in the nurse's room or the observation room."""
    return what is not None and what.zone is not None and what.zone.type in MEDICAL


def of_account_without_health(who: Identity, what: Any) -> bool:
    """The account opens no health of the whole school and no accounts: a new password for it is no way in."""
    return (
        what is not None
        and {Role.ADMIN, Role.NURSE, Role.PRINCIPAL}.isdisjoint(what.roles)
        and all(duty.what is not Duty.SECOND_REPORTER for duty in what.assignments)
    )


OF_NOTHING = (anybody, is_nurse)
"""What holds of a person, whatever the thing."""

is_teacher = HasRole(Role.TEACHER)
is_staff = HasRole(Role.STAFF)
is_inspector = HasRole(Role.INSPECTOR)
is_logistics = HasRole(Role.LOGISTICS)
is_assessment = HasRole(Role.ASSESSMENT)
is_principal = HasRole(Role.PRINCIPAL)
is_admin = HasRole(Role.ADMIN)
stands_at_gate = OnDuty(Duty.GATE)
heads_grade = OnDuty(Duty.GRADE_HEAD)
leads_duty = OnDuty(Duty.DUTY_LEADER)
treats_spills = OnDuty(Duty.EVENT_TEAM)
is_second_reporter = OnDuty(Duty.SECOND_REPORTER)

PERMISSIONS: Mapping[Permission, list[list[Predicate]]] = {  # any of these lines; in a line, all of these
    Permission.ACCOUNT_OWN: [[anybody]],
    Permission.ACCOUNTS_MANAGE: [[is_admin]],
    Permission.PASSWORD_RESET: [[is_admin], [is_assessment, of_account_without_health]],
    Permission.SCHOOL_READ: [[is_admin], [is_principal], [is_assessment], [is_logistics], [is_nurse]],
    Permission.ROSTER_MANAGE: [[is_admin]],
    Permission.HISTORY_IMPORT: [[is_nurse]],
    Permission.BACKUP_SEE: [[is_admin], [is_principal]],
    Permission.CALENDAR_MANAGE: [[is_admin], [is_assessment]],
    Permission.SESSIONS_MANAGE: [[is_admin], [is_assessment], [is_nurse]],
    Permission.SHEET_SUBMIT: [[is_teacher, of_own_class], [is_nurse]],
    Permission.SHEET_READ: [[is_teacher, of_own_class], [is_nurse]],
    Permission.SHEET_CHECK: [[is_nurse]],
    Permission.SCREENING_LIST: [[is_teacher], [is_nurse], [is_principal]],
    Permission.SCREENING_OVERVIEW: [[is_nurse], [is_principal]],
    Permission.FEVERS_FOLLOW: [[is_nurse]],
    Permission.GATE_RECORD: [[stands_at_gate], [is_nurse]],
    Permission.TRIGGERS_MANAGE: [[is_nurse]],
    Permission.LEAVE_LIST: [[is_teacher], [is_nurse]],
    Permission.LEAVE_ENTER: [[is_teacher, of_own_class], [is_nurse]],
    Permission.QUEUE_READ: [[is_teacher], [is_nurse]],
    Permission.EPISODE_FOLLOW: [[is_teacher, of_own_class], [is_nurse]],
    Permission.NOTE_PARENT_CALL: [[is_teacher], [is_nurse], [is_assessment]],
    Permission.PARENT_CALL_READ: [[is_teacher, of_own_class], [is_nurse]],
    Permission.STUDENT_READ: [[is_teacher, of_own_class], [is_nurse]],
    Permission.EPISODE_REVIEW: [[is_nurse]],
    Permission.EPISODE_CLEAR: [[is_nurse]],
    Permission.RETURNS_READ: [[is_nurse]],
    Permission.RETURN_RULES: [[is_nurse]],
    Permission.NURSE_DAY: [[is_nurse]],
    Permission.CASE_REPORT: [
        [is_teacher],
        [is_nurse],
        [is_staff],
        [is_inspector],
        [is_logistics],
        [is_assessment],
        [is_principal],
        [is_admin],
    ],
    Permission.ROOM_KEEP: [[is_nurse]],
    Permission.SLIP_TICK: [[stands_at_gate], [is_nurse]],
    Permission.HERE_READ: [[is_nurse], [is_principal], [leads_duty], [is_teacher]],
    Permission.TASKS_READ: [
        [is_teacher],
        [is_staff],
        [is_nurse],
        [is_inspector],
        [is_logistics],
        [is_assessment],
        [is_principal],
    ],
    Permission.TASK_READ: [
        [is_teacher, of_own_class],
        [is_teacher, named_for_it],
        [is_staff, of_own_department],
        [is_staff, named_for_it],
        [is_nurse],
        [is_inspector],
        [is_logistics],
        [is_assessment],
        [is_principal],
    ],
    Permission.TASK_RECORD: [
        [is_teacher, of_own_class],
        [is_teacher, named_for_it],
        [is_staff, of_own_department],
        [is_staff, named_for_it],
        [is_nurse, of_own_department],
        [is_nurse, named_for_it],
    ],
    Permission.TASK_VERIFY: [[is_nurse], [is_inspector], [is_logistics]],
    Permission.TASK_EXCUSE: [[is_nurse], [is_logistics], [is_assessment]],
    Permission.EVENTS_READ: [[treats_spills], [is_nurse], [is_logistics]],
    Permission.EVENT_TREAT: [[treats_spills], [is_nurse, of_medical_zone]],
    Permission.ZONES_MANAGE: [[is_logistics]],
    Permission.SUPPLY_READ: [[is_logistics], [is_nurse], [is_principal]],
    Permission.SUPPLY_KEEP: [[is_logistics], [is_nurse]],
    Permission.SUPPLY_MIX: [[is_staff], [is_logistics], [is_nurse]],
    Permission.LEDGERS_LIST: [[is_teacher], [is_nurse], [is_principal], [is_logistics]],
    Permission.LEDGER_HYGIENE: [[is_logistics], [is_nurse], [is_principal]],
    Permission.LEDGER_SCHOOL: [[is_nurse], [is_principal]],
    Permission.LEDGER_CLASS: [[is_teacher, of_own_class], [is_nurse]],
    Permission.LEDGER_NURSE: [[is_nurse]],
    Permission.SCORES_READ: [[is_teacher], [is_assessment], [is_principal], [is_inspector]],
    Permission.DUTIES_READ: [[is_teacher, of_own_class], [is_assessment], [is_principal]],
    Permission.READS_SEE: [[is_admin]],
    Permission.DATA_EXPORT: [[is_nurse]],
    Permission.RETENTION_MANAGE: [[is_admin]],
    Permission.OPERATIONS_READ: [[is_admin], [is_principal]],
    Permission.DEEDS_READ: [[is_admin], [is_assessment], [is_nurse], [is_principal]],
    Permission.DEEDS_KEEP: [[is_admin], [is_assessment], [is_nurse]],
    Permission.MEETING_READ: [
        [is_teacher],
        [is_nurse],
        [is_staff],
        [is_inspector],
        [is_logistics],
        [is_assessment],
        [is_principal],
    ],
    Permission.CHART_ILLNESS: [[is_nurse], [is_principal], [is_teacher], [is_assessment]],
    Permission.CHART_DUTIES: [
        [is_teacher],
        [is_nurse],
        [is_staff],
        [is_inspector],
        [is_logistics],
        [is_assessment],
        [is_principal],
    ],
}


ON_CLASSROOM_SCREEN = frozenset(
    {
        Permission.ACCOUNT_OWN,
        Permission.SHEET_SUBMIT,
        Permission.TASKS_READ,
        Permission.TASK_READ,
        Permission.TASK_RECORD,
    }
)
"""What a classroom's shared screen opens: the class's sheet without names, and its disinfection."""


def permits(who: Identity, permission: Permission, what: Any = None) -> bool:
    """Whether `who` may do `permission` to `what`."""
    if who.on_classroom_screen and permission not in ON_CLASSROOM_SCREEN:
        return False
    return any(all(holds(who, what) for holds in line) for line in PERMISSIONS[permission])


def has_role_for(who: Identity, permission: Permission) -> bool:
    """Whether a role of `who` may do it to some thing, be it not to this one."""
    if who.on_classroom_screen and permission not in ON_CLASSROOM_SCREEN:
        return False
    return any(
        all(holds(who, None) for holds in line if holds in OF_NOTHING or isinstance(holds, (HasRole, OnDuty)))
        for line in PERMISSIONS[permission]
    )
