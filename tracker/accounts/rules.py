"""Who people are in a school: roles and dated assignments.  No database, no web."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import pairwise


class Role(StrEnum):
    """What a person's account may be used for; one person may hold several."""

    TEACHER = "teacher"
    NURSE = "nurse"
    STAFF = "staff"
    INSPECTOR = "inspector"
    LOGISTICS = "logistics"
    ASSESSMENT = "assessment"
    PRINCIPAL = "principal"
    ADMIN = "admin"


class Duty(StrEnum):
    """What a person is assigned to, from a day to a day."""

    HOMEROOM = "homeroom"
    DEPUTY = "deputy"
    STAND_IN = "stand_in"
    DEPARTMENT = "department"
    GRADE_HEAD = "grade_head"
    GATE = "gate"
    DUTY_LEADER = "duty_leader"
    SECOND_REPORTER = "second_reporter"
    EVENT_TEAM = "event_team"
    """Trained to treat spills."""
    NURSE_AWAY = "nurse_away"
    """Of a school nurse: away, so that the second reporter stands in."""


class Place(StrEnum):
    """What kind of place a duty is in."""

    CLASS = "class"
    GRADE = "grade"
    DEPARTMENT = "department"
    SCHOOL = "school"


PLACE_OF = {
    Duty.HOMEROOM: Place.CLASS,
    Duty.DEPUTY: Place.CLASS,
    Duty.STAND_IN: Place.CLASS,
    Duty.DEPARTMENT: Place.DEPARTMENT,
    Duty.GRADE_HEAD: Place.GRADE,
    Duty.GATE: Place.SCHOOL,
    Duty.DUTY_LEADER: Place.SCHOOL,
    Duty.SECOND_REPORTER: Place.SCHOOL,
    Duty.EVENT_TEAM: Place.SCHOOL,
    Duty.NURSE_AWAY: Place.SCHOOL,
}

CLASS_DUTIES = frozenset(duty for duty, place in PLACE_OF.items() if place is Place.CLASS)


class DeviceUse(StrEnum):
    """Whose the device is that somebody signs in on: it decides how long that lasts and what it shows."""

    SHARED = "shared"
    OWN = "own"
    CLASSROOM = "classroom"


IDLE_MINUTES = {DeviceUse.SHARED: 60, DeviceUse.CLASSROOM: 3}
"""After how many minutes without a request a shared device must sign in again."""

DAYS_WITHOUT_TERM = 30
"""How long an own device stays signed in where no term says when it ends."""

PIN_PATTERN = r"[0-9]{4,6}"
PIN_MINUTES = 10
"""How long after its last use the PIN of an own device is asked for again."""


def is_guessable(pin: str) -> bool:
    """Whether a PIN is among the first that are tried: one digit again and again, or a run up or down."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def device_name(user_agent: str) -> str:
    """What a device is called on its owner's list, from what its browser says of itself."""
    kinds = ("iPhone", "iPad", "HarmonyOS", "Android", "Windows", "Macintosh", "Linux")
    return next((kind for kind in kinds if kind in user_agent), "?")


MINIMUM_PASSWORD = 8
USERNAME_PATTERN = r"[\w.@-]{2,64}"


class Refusal(StrEnum):
    """Why an account cannot be signed in, made or changed."""

    WRONG_CREDENTIALS = "wrong_credentials"
    TOO_MANY_FAILURES = "too_many_failures"
    WRONG_PASSWORD = "wrong_password"
    USERNAME_TAKEN = "username_taken"
    LAST_ADMINISTRATOR = "last_administrator"
    CLASS_HAS_HOMEROOM = "class_has_homeroom"
    ENDS_BEFORE_START = "ends_before_start"
    ENDED_BEFORE = "ended_before"
    WRONG_PIN = "wrong_pin"


@dataclass(frozen=True)
class Identity:
    """Who asks: what the table of permissions decides on."""

    user_id: int
    username: str
    name: str
    roles: frozenset[Role]
    classes: frozenset[int] = frozenset()
    """Ids of the classes this person is assigned to today."""
    departments: frozenset[int] = frozenset()
    """Ids of the departments this person belongs to today."""
    duties: frozenset[Duty] = frozenset()
    """What this person is assigned to today."""
    grades: frozenset[int] = frozenset()
    """Entry years of the grades this person heads today."""
    language: str | None = None
    device_id: int | None = None
    """The own device this person uses, where it stays signed in for the term."""
    on_classroom_screen: bool = False
    """Whether others look at the screen: no names, no history, nothing but the sheet of the class."""
    stands_in: bool = False
    """Whether this second reporter stands in for the school nurse now."""

    @property
    def is_nurse(self) -> bool:
        """Whether this person does the school nurse's work now."""
        return Role.NURSE in self.roles or self.stands_in


NURSES_MORNING = time(9)
"""Until then on a school day a nurse opens her page, or the second reporter stands in."""
NURSES_EVENING = time(17)
"""From then on the second reporter stands in for a day that is not signed."""


def stands_in(
    *, nurse_here: bool, is_school_day: bool, wall: time, nurse_looked: bool, signed: bool, began: bool
) -> bool:
    """Whether the second reporter stands in for the nurse.

    `nurse_here`: a nurse is not away today; `nurse_looked`: one opened her page today; `signed`: the day
    is closed; `began`: this person stood in before today, and is not locked out of the work begun.
    """
    if not nurse_here or began:
        return True
    late = wall >= NURSES_MORNING and not nurse_looked
    unsigned = wall >= NURSES_EVENING and not signed
    return is_school_day and (late or unsigned)


# Failed sign-ins within the window that lock an account from one address, one account from
# everywhere, and one address for all accounts (a school may sit behind a single address).
FAILURE_WINDOW_MINUTES = 15
FAILURES_PER_ACCOUNT_AND_ADDRESS = 5
FAILURES_PER_ACCOUNT = 20
FAILURES_PER_ADDRESS = 300


def is_locked(*, pair: int, account: int, address: int) -> bool:
    """Whether so many failed sign-ins in the window refuse the next one unseen."""
    return (
        pair >= FAILURES_PER_ACCOUNT_AND_ADDRESS
        or account >= FAILURES_PER_ACCOUNT
        or address >= FAILURES_PER_ADDRESS
    )
