"""A schedule and a zone's keeper as they are typed, and what is said where a rule refuses."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from tracker.disinfection.day_rules import EVERY_DAY, Days
from tracker.disinfection.kind_rules import ADJUSTABLE, DayTasks, KindsOfDay
from tracker.disinfection.rules import Agent, Method, ObjectKind
from tracker.disinfection.schedule_rules import Doer, Draft, PlanRefusal
from tracker.edge import Form
from tracker.fields import Day, MaybeWall, Ticks, Wall, Whole, offered
from tracker.school.rules import DayType, Level, is_school_day
from tracker.templating import WEEKDAYS
from tracker.words import word

WORDS: Mapping[PlanRefusal, Any] = {
    PlanRefusal.TOO_SOON: _l("Today's tasks keep theirs. Please choose tomorrow or a later day."),
    PlanRefusal.ENDS_BEFORE_START: _l("It would end before it starts."),
    PlanRefusal.NO_DAY: _l("Please tick at least one weekday."),
    PlanRefusal.DAYS_BEFORE: _l("Please enter a number of days from 1 to 14."),
    PlanRefusal.HALF_A_SPAN: _l("Please choose both months, or neither."),
    PlanRefusal.TARGET_WITHOUT_AGENT: _l(
        "Only chlorine has a target. Please choose it, or leave this empty."
    ),
    PlanRefusal.TARGET_MISSING: _l("Please enter the available chlorine to be reached, such as 500."),
    PlanRefusal.TARGET_RANGE: _l("Please enter a number from 1 to 10000."),
    PlanRefusal.MINUTES_RANGE: _l("Please enter a number of minutes from 1 to 1440."),
    PlanRefusal.NOBODY_NAMED: _l("Please tick who does it."),
    PlanRefusal.READY_AFTER_END: _l("It is to be done before the children go home."),
    PlanRefusal.TAKEN: _l("One of these is done at that hour already."),
}

KEEPER, PEOPLE = "keeper", "people"


def refusal_words(reason: StrEnum, details: Mapping[str, Any]) -> str:
    """Why something is refused, in a sentence."""
    return str(WORDS[PlanRefusal(reason)])


def _choices(kinds: type[StrEnum]) -> Any:
    return lambda: offered((one.value, word(one)) for one in kinds)


def _months() -> list[Any]:
    return offered([("", "–"), *((str(month), month) for month in range(1, 13))])


def _number(text: str | None) -> int | None:
    return int(text) if text else None


class ScheduleForm(Form):
    """When, with what and by whom an object is done, from a day on."""

    kind = SelectField(_l("What"), choices=_choices(ObjectKind))
    level = SelectField(_l("Level"), choices=_choices(Level))
    active = BooleanField(_l("Is asked for"), default=True)
    slot = Wall(_l("From"))
    until = Wall(_l("Until"))
    next_day_until = MaybeWall(_l("Or until, on the next school day"))
    days = SelectField(_l("On which days"), choices=_choices(Days))
    weekdays = Ticks(
        _l("Weekdays"),
        choices=lambda: offered((str(number), WEEKDAYS[number - 1]) for number in EVERY_DAY),
    )
    first_month = SelectField(_l("From the month"), choices=_months)
    last_month = SelectField(_l("To the month"), choices=_months)
    days_before = Whole(_l("Days before lessons begin"))
    method = SelectField(_l("Method"), choices=_choices(Method))
    agent = SelectField(_l("Agent"), choices=_choices(Agent))
    mg_per_l = Whole(_l("Available chlorine, mg/L"))
    minutes = Whole(_l("Minutes it acts"))
    doer = SelectField(_l("Who does it"))
    people = Ticks(_l("People by name"))
    valid_from = Day(_l("Valid from"))

    def offer(self, departments: Sequence[tuple[int, str]], people: Sequence[tuple[int, str]]) -> None:
        """The departments and people who can be made responsible, with their names."""
        self.doer.choices = [
            (KEEPER, _l("Whoever keeps the zone")),
            *((str(id), name) for id, name in departments),
            (PEOPLE, _l("People by name")),
        ]
        self.people.choices = offered((str(id), name) for id, name in people)

    def draft_of(self, kind: ObjectKind, level: Level) -> Draft:
        """What was typed of an object; what the chosen kind of days does not ask for is left out."""
        days = Days(self.days.data)
        is_off, named = days is Days.OFF, self.doer.data == PEOPLE
        doer = Doer(user_ids=tuple(map(int, self.people.data or []))) if named else Doer()
        if self.doer.data not in (KEEPER, PEOPLE):
            doer = Doer(department_id=int(self.doer.data))
        by_weekday = days in (Days.SCHOOL, Days.OFF)
        return Draft(
            kind=kind,
            level=level,
            slot=self.slot.data,
            until=self.until.data,
            next_day_until=self.next_day_until.data,
            days=days,
            weekdays=tuple(sorted(map(int, self.weekdays.data or []))) if by_weekday else (),
            first_month=_number(self.first_month.data) if is_off else None,
            last_month=_number(self.last_month.data) if is_off else None,
            days_before=self.days_before.data if days is Days.BEFORE_TERM else None,
            method=Method(self.method.data),
            agent=Agent(self.agent.data),
            mg_per_l=self.mg_per_l.data,
            minutes=self.minutes.data,
            named=named,
            doer=doer,
            active=self.active.data,
            valid_from=self.valid_from.data,
        )


class KeeperForm(Form):
    """Who keeps a zone from a day on."""

    owner = SelectField(_l("Kept by"))
    valid_from = Day(_l("Valid from"))

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """The classes and departments a zone can be given to, with their names."""
        self.owner.choices = list(choices)


class RotaForm(Form):
    """From when the weekdays of the grades hold; each grade's field is `grade-<number>`."""

    valid_from = Day(_l("Valid from"))


def weekday_of(sent: Mapping[str, str], grade: int, otherwise: int) -> int:
    """The weekday that was chosen for a grade; what no list offers is none."""
    chosen = sent.get(f"grade-{grade}", "")
    return int(chosen) if chosen in map(str, EVERY_DAY) else otherwise


class ClassTasks(StrEnum):
    """When a kind of day asks classes for something, as it is chosen."""

    NONE = "none"
    DAY = "day"
    EVE = "eve"


CLASS_TASKS: Mapping[ClassTasks, Any] = {
    ClassTasks.DAY: _l("on the day"),
    ClassTasks.EVE: _l("on the evening before"),
    ClassTasks.NONE: _l("nothing"),
}


class KindsOfDayForm(Form):
    """What kinds of day ask for, and from when; each kind has its fields (`of_kind`)."""

    end_of_day = Wall(_l("The end of the day begins at"))
    valid_from = Day(_l("Valid from"))

    def of_kind(self, kind: DayType) -> list[Any]:
        """The fields of a kind of day: departments; and where anybody is at school, classes, whether it is
        the full cleaning, the hour by which everything is done, and when the children go home."""
        names = (f"{kind.value}_{name}" for name in ("departments", "classes", "full", "ready", "ends"))
        return [self[name] for name in names if name in self]

    def kinds(self) -> KindsOfDay:
        """What was chosen."""
        return KindsOfDay({kind: self._tasks(kind) for kind in ADJUSTABLE}, self.end_of_day.data)

    def _tasks(self, kind: DayType) -> DayTasks:
        def typed(name: str) -> Any:
            field = f"{kind.value}_{name}"
            return self[field].data if field in self else None

        classes = typed("classes") or ClassTasks.NONE
        return DayTasks(
            of_departments=typed("departments"),
            of_classes=classes != ClassTasks.NONE,
            on_the_eve=classes == ClassTasks.EVE,
            in_full=bool(typed("full")),
            ready_by=typed("ready"),
            ends_at=typed("ends"),
        )

    @staticmethod
    def values_of(kinds: KindsOfDay) -> dict[str, Any]:
        """What kinds of day ask for, as the form takes it."""
        found: dict[str, Any] = {"end_of_day": kinds.end_of_day}
        for kind in ADJUSTABLE:
            one = kinds.tasks(kind)
            asked = ClassTasks.EVE if one.on_the_eve else ClassTasks.DAY
            found |= {
                f"{kind.value}_departments": one.of_departments,
                f"{kind.value}_classes": (asked if one.of_classes else ClassTasks.NONE).value,
                f"{kind.value}_full": one.in_full,
                f"{kind.value}_ready": one.ready_by,
                f"{kind.value}_ends": one.ends_at,
            }
        return found

    @property
    def complaints(self) -> list[tuple[str | None, Any]]:
        """As of every form, each with the kind of day it is about."""
        of = {field.id: word(kind) for kind in ADJUSTABLE for field in self.of_kind(kind)}
        return [
            (id, _("%(field)s: %(problem)s", field=of[id], problem=sentence) if id in of else sentence)
            for id, sentence in super().complaints
        ]


for _kind in ADJUSTABLE:
    setattr(KindsOfDayForm, f"{_kind.value}_departments", BooleanField(_l("Departments")))
    if is_school_day(_kind):
        _choice = SelectField(_l("Classes"), choices=lambda: offered(CLASS_TASKS.items()))
        setattr(KindsOfDayForm, f"{_kind.value}_classes", _choice)
        setattr(KindsOfDayForm, f"{_kind.value}_full", BooleanField(_l("In full, whoever's turn it is")))
        setattr(KindsOfDayForm, f"{_kind.value}_ready", MaybeWall(_l("All done by")))
        if _kind is not DayType.EARLY_CLOSE:  # the calendar says it
            setattr(KindsOfDayForm, f"{_kind.value}_ends", MaybeWall(_l("Children go home at")))
